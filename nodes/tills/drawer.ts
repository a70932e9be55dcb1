/**
 * Which cash session is open at this node: every sale asks, so the answer is kept in memory. It is read again after each
 * decision that may have changed it, and after another's copy of this node's log was taken in.
 *
 * @module
 */
import {
  CASH_CLOSES,
  CASH_SESSIONS,
  type FactId,
  type Reader,
  type Row,
  type SiteCode,
  siteSpace,
} from "../../crdt/mod.ts";
import type { Replica } from "../replica.ts";
import { placeOf } from "./session_view.ts";

/** This node's drawer. */
export interface Drawer {
  /**
   * The session that is open.
   *
   * @param rows The views, with what a decision's group has written so far.
   * @returns The session; undefined while the drawer is closed.
   */
  session(rows: Reader): FactId | undefined;
  /** Forgets the session. Call it in the decision that opens or closes one. */
  changed(): void;
}

/**
 * The row of the session that is open at this node.
 *
 * @param rows The views.
 * @param replica The replica, for the names of this node's logs.
 * @param site The node's site.
 * @returns A row of `CASH_SESSIONS`; undefined while the drawer is closed.
 */
export function openSessionRow(
  rows: Reader,
  replica: Pick<Replica, "ownLogs">,
  site: SiteCode,
): Row | undefined {
  // A log opens no second session before the first is closed, so its last one tells.
  return replica.ownLogs(siteSpace(site))
    .flatMap(({ name }) =>
      rows.scan(CASH_SESSIONS, {
        index: "by_log",
        prefix: [name],
        reverse: true,
        limit: 1,
      })
    )
    .filter((row) =>
      rows.scan(CASH_CLOSES, { prefix: placeOf(row), limit: 1 }).length === 0
    )
    .toSorted((a, b) => Number(b["at"]) - Number(a["at"]))[0];
}

/**
 * Makes the drawer of a node.
 *
 * @param replica The replica.
 * @param site The node's site; a node without one has no drawer.
 * @returns The drawer.
 */
export function createDrawer(replica: Replica, site: SiteCode | null): Drawer {
  let known: { readonly session: FactId | undefined } | undefined;
  /** True until what a decision wrote is durable: until then only the rows themselves tell. */
  let changing = false;
  replica.listen({
    written() {
      if (!changing) return;
      changing = false;
      known = undefined;
    },
    taken(entries) {
      if (entries.some(({ own }) => own)) known = undefined;
    },
    changed: () => {},
    incident: () => {},
  });
  return {
    session(rows) {
      if (site === null) return undefined;
      if (known !== undefined && !changing) return known.session;
      const row = openSessionRow(rows, replica, site);
      const session = row?.["id"] as FactId | undefined;
      if (!changing) known = { session };
      return session;
    },
    changed() {
      changing = true;
    },
  };
}
