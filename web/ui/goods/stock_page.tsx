/**
 * Stock: here and elsewhere, deliveries, counts, transfers, and rights to sell.
 *
 * @module
 */
import type { VNode } from "preact";
import { query, setQuery } from "../base/location.ts";
import { may } from "../base/session.ts";
import { Page, Tabs } from "../parts/page.tsx";
import { Panel } from "../parts/states.tsx";
import { CountStock } from "./count.tsx";
import { LevelsList } from "./levels_list.tsx";
import { ProductDialog } from "./product_dialog.tsx";
import { Receive } from "./receive.tsx";
import { RightsList } from "./rights_list.tsx";
import { chosenScope } from "./scope.tsx";
import { text } from "./texts.ts";
import { Transfers } from "./transfers.tsx";

const TABS = ["levels", "receive", "count", "move", "rights"] as const;
type Tab = (typeof TABS)[number];

function tabNow(): Tab {
  const asked = query.value.get("tab");
  return TABS.find((tab) => tab === asked) ?? "levels";
}

/** Stock and what changes it. */
export function StockPage(): VNode {
  const tab = tabNow();
  const open = query.value.get("product") ?? "";
  const scope = chosenScope();
  return (
    <Page title={text("stock")}>
      <Tabs
        label={text("stock")}
        chosen={tab}
        tabs={TABS.map((key) => ({ key, title: text(`tab_${key}`) }))}
      />
      <Tabbed tab={tab} />
      {open === "" || tab !== "levels" ? null : (
        <ProductDialog
          key={`${scope} ${open}`}
          scope={scope}
          product={open}
          onClose={() => setQuery({ product: undefined })}
        />
      )}
    </Page>
  );
}

function Tabbed({ tab }: { readonly tab: Tab }): VNode {
  if (tab === "levels") return <LevelsList />;
  if (tab === "rights") return <RightsList />;
  if (tab === "move") return <Transfers />;
  if (!may("supervisor")) {
    return <Panel kind="info">{text("supervisorChanges")}</Panel>;
  }
  return tab === "receive" ? <Receive /> : <CountStock />;
}
