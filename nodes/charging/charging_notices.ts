/**
 * Words to drivers: told to who listens as they come to be, and kept until somebody says that they are on the topic. What
 * they are follows from facts, so that each is the same one at every node (C-29).
 *
 * @module
 */
import {
  CHARGE_NOTICES,
  type FactId,
  idBytes,
  ok,
  PanalError,
  readNotice,
  type SiteCode,
  siteSpace,
  TOLD_MAX,
  untoldNotices,
} from "../../crdt/mod.ts";
import type { RowChange } from "../row_buffer.ts";
import type { ChargingContext } from "./charging_context.ts";
import type {
  ChargeNotification,
  ChargingUseCases,
} from "./charging_use_cases.ts";
import { noticeView } from "./charging_views.ts";

/** Most listeners. */
export const NOTICE_LISTENERS_MAX = 1_024;
/** Most words that `unpublished` gives. */
export const UNPUBLISHED_MAX = 10_000;

/** Words to drivers. */
export interface ChargingNotices
  extends Pick<ChargingUseCases, "listen" | "unpublished" | "published"> {
  /** Tells listeners. */
  tell(told: ChargeNotification): void;
  /** A row of words changed: a new one is told. */
  changed(use: ChargingContext, change: RowChange): void;
}

/** What words are read from. */
type Reading = Pick<ChargingContext, "replica" | "node" | "sites" | "logger">;

/**
 * Makes it.
 *
 * @param use The node.
 */
export function createChargingNotices(use: () => Reading): ChargingNotices {
  const listeners = new Set<(told: ChargeNotification) => void>();
  const tell = (told: ChargeNotification) => {
    for (const listener of listeners) {
      try {
        listener(told);
      } catch (error) {
        use().logger.log("error", "A listener of notifications failed", {
          error: String(error),
        });
      }
    }
  };
  return {
    tell,
    listen(listener) {
      if (listeners.size >= NOTICE_LISTENERS_MAX) throw crowded();
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    changed({ replica }, { key }) {
      if (listeners.size === 0) return;
      const row = replica.reader.get(CHARGE_NOTICES, key);
      if (row !== undefined && row["told"] === 0) {
        tell(noticeView(readNotice(row)));
      }
    },
    unpublished(limit) {
      const { replica, node, sites } = use();
      const all = node.site === null ? sites() : [node.site];
      const most = Math.min(limit, UNPUBLISHED_MAX);
      return all.flatMap((site) => untoldNotices(replica.reader, site, most))
        .toSorted((a, b) => a.at - b.at).slice(0, most).map(noticeView);
    },
    published: (ids) => markPublished(use(), ids),
  };
}

function crowded(): PanalError {
  return new PanalError(
    "overloaded",
    `Cannot tell of notifications: ${NOTICE_LISTENERS_MAX} listen already`,
  );
}

/** Writes that words are on the topic, those of which that is not written yet. */
async function markPublished(
  { replica, sites }: Reading,
  ids: readonly FactId[],
): Promise<void> {
  for (let from = 0; from < ids.length; from += TOLD_MAX) {
    const some = ids.slice(from, from + TOLD_MAX);
    const done = await replica.decide((decision) => {
      const bySite = new Map<SiteCode, FactId[]>();
      for (const id of new Set(some)) {
        const site = sites().find((one) =>
          decision.rows.get(CHARGE_NOTICES, [idBytes(id), one])?.["told"] === 0
        );
        if (site === undefined) continue;
        bySite.set(site, [...bySite.get(site) ?? [], id]);
      }
      for (const [site, notices] of bySite) {
        decision.record(siteSpace(site), {
          type: "ChargeTold",
          id: decision.newId(),
          at: decision.at,
          site,
          notices,
        });
      }
      return ok(null);
    });
    if (!done.ok) throw new PanalError(done.error.code, done.error.message);
  }
}
