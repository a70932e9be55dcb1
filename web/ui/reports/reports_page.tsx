/**
 * Reports: sales over days, one day with its closes, fuel and shifts, drawers reconciled.
 *
 * @module
 */
import type { VNode } from "preact";
import { query } from "../base/location.ts";
import { isNode } from "../base/session.ts";
import { Button } from "../parts/button.tsx";
import { Page, Tabs } from "../parts/page.tsx";
import { text as sharedText } from "../parts/texts.ts";
import { CashTab } from "./cash_tab.tsx";
import { DayTab } from "./day_tab.tsx";
import { FuelTab } from "./fuel_tab.tsx";
import { RangeTab } from "./range_tab.tsx";
import { text } from "./texts.ts";

/** The reports. */
export function ReportsPage(): VNode {
  const fuel = isNode("station", "office");
  const tabs = [
    { key: "range", title: text("tabRange"), view: RangeTab },
    { key: "day", title: text("tabDay"), view: DayTab },
    ...(fuel ? [{ key: "fuel", title: text("tabFuel"), view: FuelTab }] : []),
    { key: "cash", title: text("tabCash"), view: CashTab },
  ];
  const asked = query.value.get("tab");
  const chosen = tabs.find(({ key }) => key === asked) ??
    { key: "range", view: RangeTab };
  const View = chosen.view;
  return (
    <Page
      title={text("title")}
      actions={
        <Button icon="print" onClick={() => globalThis.print()}>
          {sharedText("print")}
        </Button>
      }
    >
      <Tabs label={text("tabs")} tabs={tabs} chosen={chosen.key} />
      <View />
    </Page>
  );
}
