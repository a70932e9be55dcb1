/**
 * Deliveries that were probably recorded twice: the same request of a caller at several logs. Each makes rights, since
 * ids of such facts contain their log, so a person should look.
 *
 * @module
 */
import { containsLog } from "./bounds.ts";
import type { FactOf } from "./facts.ts";
import type { FoldRows, LogFact } from "./fold.ts";
import type { TableSchema } from "./rows.ts";
import { idBytes } from "./sales.ts";

/** Deliveries that make rights, by the part of their ids that follows from the caller's request. */
export const STRICT_DELIVERIES: TableSchema = {
  name: "strict_deliveries",
  columns: { request: "blob", log: "integer", id: "blob", site: "text" },
  key: ["request", "log", "id"],
};

/** Requests of `STRICT_DELIVERIES` that several logs recorded. */
export const DOUBLE_DELIVERIES: TableSchema = {
  name: "double_deliveries",
  columns: { request: "blob", times: "integer" },
  key: ["request"],
};

/** Bytes of an id before those of its log. */
const REQUEST_BYTES = 10;

/**
 * Puts a delivery in or takes it out.
 *
 * @param rows The rows.
 * @param placed The delivery and its place.
 * @param adds True to put it in.
 */
export function toggleDelivery(
  rows: FoldRows,
  placed: LogFact<FactOf<"StockReceived">>,
  adds: boolean,
): void {
  const { fact, log: name, logNumber: log } = placed;
  const makes = fact.lines.some(({ bound }) => bound !== undefined);
  if (!makes || !containsLog(fact.id, name)) return;
  const id = idBytes(fact.id);
  const request = id.slice(0, REQUEST_BYTES);
  if (adds) rows.put(STRICT_DELIVERIES, { request, log, id, site: fact.site });
  else rows.delete(STRICT_DELIVERIES, [request, log, id]);
  const times = rows.count(STRICT_DELIVERIES, [request]);
  if (times > 1) rows.put(DOUBLE_DELIVERIES, { request, times });
  else rows.delete(DOUBLE_DELIVERIES, [request]);
}
