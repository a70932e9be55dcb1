/**
 * What prices were written to which pump, and how it was last seen, as rows of this node: no other node talks to the
 * pump's link, so it is no fact.
 *
 * @module
 */
import type { SiteCode } from "../../crdt/mod.ts";
import type { Replica } from "../replica.ts";
import { PUMP_LINKS } from "../tables.ts";
import type { DeliveredStore, PriceSet, PumpBusy } from "./price_delivery.ts";

const BUSY: readonly PumpBusy[] = ["free", "dispensing", "paused"];

/**
 * Makes the store of a site.
 *
 * @param replica The node's replica.
 * @param site The site.
 * @returns The store. `save` throws what the disk says.
 */
export function createDeliveredRows(
  replica: Replica,
  site: SiteCode,
): DeliveredStore {
  return {
    load: () =>
      replica.reader.scan(PUMP_LINKS, { prefix: [site] }).map((row) => ({
        pump: Number(row["pump"]),
        busy: BUSY.find((it) => it === row["busy"]) ?? "free",
        sent: row["prices"] === null
          ? null
          : JSON.parse(String(row["prices"])) as PriceSet,
      })),
    save: (pumps) =>
      replica.transact((_, rows) => {
        for (const { pump, busy, sent } of pumps) {
          const prices = sent === null ? null : JSON.stringify(sent);
          rows.put(PUMP_LINKS, { site, pump, busy, prices });
        }
      }),
  };
}
