/**
 * Fleets at this node: a card is charged, companies are listed, expenses found, and verdicts followed that have not
 * arrived.
 *
 * @module
 */
import type { VNode } from "preact";
import { query } from "../base/location.ts";
import { isNode, may } from "../base/session.ts";
import { Page, Tabs } from "../parts/page.tsx";
import { CompaniesView } from "./companies_view.tsx";
import { ExpensesView } from "./expenses_view.tsx";
import { PurchaseView } from "./purchase_form.tsx";
import { text } from "./texts.ts";
import { VerdictsView } from "./verdicts_view.tsx";

type Tab = "purchase" | "companies" | "expenses" | "verdicts";

/** Tabs that this person has, the most needed at this node first. */
function tabs(): readonly Tab[] {
  const reading: readonly Tab[] = may("supervisor")
    ? ["companies", "expenses", "verdicts"]
    : [];
  return isNode("station", "pump")
    ? ["purchase", ...reading]
    : [...reading, "purchase"];
}

/** The page of fleets. */
export function FleetPage(): VNode {
  const shown = tabs();
  const asked = query.value.get("tab");
  const chosen = shown.find((tab) => tab === asked) ?? shown[0] ?? "purchase";
  return (
    <Page title={text("fleet")}>
      {shown.length === 1
        ? <p class="hint fleet-hint">{text("booksNeedSupervisor")}</p>
        : (
          <Tabs
            label={text("fleet")}
            chosen={chosen}
            tabs={shown.map((key) => ({ key, title: text(`tab_${key}`) }))}
          />
        )}
      <Shown tab={chosen} />
    </Page>
  );
}

function Shown({ tab }: { readonly tab: Tab }): VNode {
  switch (tab) {
    case "purchase":
      return <PurchaseView />;
    case "companies":
      return <CompaniesView />;
    case "expenses":
      return <ExpensesView />;
    case "verdicts":
      return <VerdictsView />;
  }
}
