/**
 * Rows that stand for facts: their order, which is that of the facts (`name` is the log's), and who wrote them.
 *
 * @module
 */
import { trunkOf } from "./commit.ts";
import { compareOrder } from "./fold.ts";
import type { LogId } from "./ids.ts";
import type { Row } from "./rows.ts";
import { idText } from "./sales.ts";

/**
 * Compares rows with the columns `stamp`, `name`, `seq` and `id` by these.
 *
 * @param a One.
 * @param b The other.
 * @returns Negative if `a` is less, positive if it is greater, 0 for the same place.
 */
export function compareRows(a: Row, b: Row): number {
  return compareOrder(orderOf(a), orderOf(b));
}

function orderOf(row: Row) {
  return {
    stamp: String(row["stamp"]),
    log: String(row["name"]),
    seq: Number(row["seq"]),
    id: idText(row["id"] as Uint8Array),
  };
}

/**
 * Whether a row was written by a log or by a continuation of one of its forks, or by what both go on from.
 *
 * @param row A row with the column `name`.
 * @param log The log.
 */
export function isOfFamily(row: Row, log: LogId): boolean {
  return trunkOf(row["name"] as LogId) === trunkOf(log);
}
