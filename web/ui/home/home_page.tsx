/**
 * The start page: what needs attention now, today's figures and how fresh they are, and doors to everything else.
 *
 * @module
 */
import type { VNode } from "preact";
import { isNode, knowledge, ownSite } from "../base/session.ts";
import { Page } from "../parts/page.tsx";
import { Freshness } from "../parts/states.tsx";
import { attentionOf } from "./attention.ts";
import { AttentionList } from "./attention_list.tsx";
import { Doors } from "./doors.tsx";
import { Sites } from "./sites.tsx";
import { text } from "./texts.ts";
import { Today } from "./today.tsx";
import { useTold } from "./told.ts";

/** What somebody at a node of each kind most likely came for. */
const FIRST_DOORS = [
  { role: "branch", path: "/till", key: "sell" },
  { role: "station", path: "/pumps", key: "pumps" },
  { role: "pump", path: "/pumps", key: "pumps" },
  { role: "charging", path: "/charging", key: "points" },
  { role: "company", path: "/fleet", key: "fleet" },
  { role: "region", path: "/fleet", key: "fleet" },
] as const;

/** The start page. */
export function HomePage(): VNode {
  const timezone = knowledge.value.node?.timezone;
  const { told, asOf, problem } = useTold(timezone);
  const first = FIRST_DOORS.find(({ role }) => isNode(role));
  return (
    <Page
      title={text("title")}
      note={<Freshness asOf={asOf} />}
      actions={first === undefined
        ? undefined
        : (
          <a class="button primary large" href={first.path}>
            {text(first.key)}
          </a>
        )}
    >
      <AttentionList
        found={attentionOf(told, Date.now())}
        problem={problem}
        complete={asOf !== undefined}
      />
      {timezone === undefined ? null : (
        <Today
          timezone={timezone}
          drawers={told.drawers}
          panel={told.panel}
        />
      )}
      {timezone === undefined || !isNode("office", "region") ||
          ownSite.value !== undefined
        ? null
        : <Sites peers={told.peers?.items ?? []} timezone={timezone} />}
      <Doors />
    </Page>
  );
}
