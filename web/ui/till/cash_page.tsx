/**
 * The drawer of this till: opening, cash in and out, counting and closing; the day's X and Z; and drawers of before.
 *
 * @module
 */
import type { VNode } from "preact";
import { query } from "../base/location.ts";
import { may } from "../base/session.ts";
import { Page, Tabs } from "../parts/page.tsx";
import { Panel } from "../parts/states.tsx";
import { DrawerNow } from "./drawer_now.tsx";
import { DrawerHistory } from "./drawer_history.tsx";
import { DayCloses } from "./day_closes.tsx";
import { text } from "./sale_texts.ts";

/** The drawer. */
export function CashPage(): VNode {
  const tab = query.value.get("tab") ?? "now";
  return (
    <Page title={text("cash")}>
      <Tabs
        label={text("cash")}
        chosen={tab}
        tabs={[
          { key: "now", title: text("tabNow") },
          { key: "day", title: text("tabDay") },
          { key: "history", title: text("tabHistory") },
        ]}
      />
      {tab === "day"
        ? may("supervisor")
          ? <DayCloses />
          : <Panel>{text("onlySupervisor")}</Panel>
        : tab === "history"
        ? <DrawerHistory />
        : <DrawerNow />}
    </Page>
  );
}
