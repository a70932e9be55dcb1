/**
 * Links to original programs: how each stands, what waits, what was sent, and what a person decides.
 *
 * @module
 */
import type { VNode } from "preact";
import { query } from "../base/location.ts";
import { isNode, may } from "../base/session.ts";
import { Page, Tabs } from "../parts/page.tsx";
import { BranchSyncView } from "./branch_sync_view.tsx";
import { CentralView } from "./central_view.tsx";
import { EquipmentView } from "./equipment_view.tsx";
import { FleetLinks } from "./fleet_links.tsx";
import { NoticesView } from "./notices_view.tsx";
import { text } from "./texts.ts";

type Tab = "sync" | "central" | "notices" | "fleet" | "equipment";

/** Which links make sense at this node for this person. */
function tabsHere(): readonly Tab[] {
  return [
    ...(isNode("branch", "office", "region") ? ["sync"] as const : []),
    ...(isNode("branch") ? ["central"] as const : []),
    ...(isNode("office") ? ["notices"] as const : []),
    ...(isNode("station", "company", "region", "office") && may("supervisor")
      ? ["fleet"] as const
      : []),
    "equipment",
  ];
}

/** The page of links. */
export function LinksPage(): VNode {
  const tabs = tabsHere();
  const asked = query.value.get("tab");
  const chosen = tabs.find((tab) => tab === asked) ?? tabs[0] ?? "equipment";
  return (
    <Page title={text("links")}>
      <p class="muted">{text("linksHelp")}</p>
      <Tabs
        label={text("links")}
        chosen={chosen}
        tabs={tabs.map((key) => ({ key, title: text(`tab_${key}`) }))}
      />
      <div class="links-wraps">
        <Chosen tab={chosen} />
      </div>
    </Page>
  );
}

function Chosen({ tab }: { readonly tab: Tab }): VNode {
  if (tab === "sync") return <BranchSyncView />;
  if (tab === "central") return <CentralView />;
  if (tab === "notices") return <NoticesView />;
  if (tab === "fleet") return <FleetLinks />;
  return <EquipmentView />;
}
