/**
 * Reads what happened to a tank, page by page.
 *
 * @module
 */
import {
  fromHex,
  idText,
  type Row,
  type SiteCode,
  TANK_EVENTS,
  toHex,
} from "../../crdt/mod.ts";
import type { Page } from "../answers.ts";
import type { UseCaseContext } from "../use_cases/context.ts";
import { decodeCursor, encodeCursor } from "../use_cases/cursor.ts";
import type { TankEventQuery, TankEventView } from "./tank_events.ts";

function eventView(row: Row): TankEventView {
  const deliveredMl = Number(row["delivered_ml"]);
  return {
    id: idText(row["id"] as Uint8Array),
    site: row["site"] as SiteCode,
    tank: Number(row["tank"]),
    at: Number(row["at"]),
    date: String(row["date"]),
    // Nobody brings nothing, so a row without a delivery is a dip, also one that found no difference.
    kind: deliveredMl === 0 ? "dip" : "delivery",
    volumeMl: deliveredMl === 0 ? Number(row["dipped_ml"]) : deliveredMl,
  };
}

/**
 * Fuel brought and dips of a tank, newest first.
 *
 * @param context Whose rows.
 * @param query Which tank's.
 * @returns A page.
 */
export function listTankEvents(
  { replica }: Pick<UseCaseContext, "replica">,
  { site, tank, limit, cursor }: TankEventQuery,
): Page<TankEventView> {
  const [at, id = "", log] = decodeCursor(cursor) ?? [];
  const below = at === undefined || !/^[0-9a-f]{32}$/.test(String(id))
    ? {}
    : { below: [at, fromHex(String(id)), log ?? 0] };
  const rows = replica.reader.scan(TANK_EVENTS, {
    prefix: [site, tank],
    ...below,
    reverse: true,
    limit: limit + 1,
  });
  const last = rows.slice(0, limit).at(-1);
  return {
    items: rows.slice(0, limit).map(eventView),
    total: null,
    next: rows.length > limit && last !== undefined
      ? encodeCursor([
        Number(last["at"]),
        toHex(last["id"] as Uint8Array),
        Number(last["log"]),
      ])
      : null,
  };
}
