/**
 * Words to drivers as rows: what follows from sessions and refusals, and which of it is on the topic.
 *
 * @module
 */
import type { ChargeTold } from "./charging_facts.ts";
import type { SessionNotice } from "./charging_session.ts";
import { CHARGE_NOTICES, CHARGE_TOLD } from "./charging_tables.ts";
import { type Fold, type FoldRows, toggled } from "./fold.ts";
import type { FactId } from "./ids.ts";
import { idBytes } from "./sales.ts";

/** A word, of a session or of a request that was refused. */
export type ChargingNotice =
  & Omit<SessionNotice, "session">
  & { readonly session: FactId | null };

function isTold(rows: FoldRows, site: string, id: Uint8Array): 0 | 1 {
  const count = rows.get(CHARGE_TOLD, [id, site])?.["count"];
  return Number(count ?? 0) > 0 ? 1 : 0;
}

/**
 * Puts a word in the place of what stood there, or takes it away.
 *
 * @param rows The rows.
 * @param place Its site, its id, and what orders it among those of one instant.
 * @param notice The word; undefined if there is none any more.
 */
export function putNotice(
  rows: FoldRows,
  { site, id: name, rank }: {
    readonly site: string;
    readonly id: FactId;
    readonly rank: number;
  },
  notice: ChargingNotice | undefined,
): void {
  const id = idBytes(name);
  if (notice === undefined) return rows.delete(CHARGE_NOTICES, [id, site]);
  const { session, ...rest } = notice;
  rows.put(CHARGE_NOTICES, {
    id,
    site,
    told: isTold(rows, site, id),
    rank,
    ...rest,
    session: session === null ? null : idBytes(session),
  });
}

/** Marks of words that are on the topic, from `ChargeTold`. */
export const chargeToldFold: Fold<ChargeTold> = toggled(
  (rows, { fact: { site, notices } }, sign) => {
    for (const notice of notices) {
      const id = idBytes(notice);
      rows.increment(CHARGE_TOLD, { id, site }, { count: sign });
      const row = rows.get(CHARGE_NOTICES, [id, site]);
      const told = isTold(rows, site, id);
      if (row !== undefined && row["told"] !== told) {
        rows.put(CHARGE_NOTICES, { ...row, told });
      }
    }
  },
);
