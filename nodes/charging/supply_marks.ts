/**
 * Marks of records that have an id and no position: a fact that says that such a record was taken, so that whoever tells
 * of it again, to whichever node, tells of nothing new.
 *
 * @module
 */
import {
  type FactId,
  FACTS,
  fixedFactId,
  idBytes,
  type Reader,
} from "../../crdt/mod.ts";
import type { SupplyRecord } from "./charging_use_cases.ts";
import type { SupplyPlace } from "./live_supplies.ts";

/**
 * The id of the fact that marks a record.
 *
 * @param place Where.
 * @param record The record.
 * @returns The id; undefined if the record is not marked.
 */
export function markOf(
  { site, point }: Pick<SupplyPlace, "site" | "point">,
  { id, position }: Pick<SupplyRecord, "id" | "position">,
): FactId | undefined {
  return id === undefined || position !== null
    ? undefined
    : fixedFactId(["supply record", site, point, id]);
}

/**
 * Whether there is a fact with an id.
 *
 * @param rows The views.
 * @param id The id.
 */
export function isFactKnown(rows: Reader, id: FactId): boolean {
  return rows.scan(FACTS, { prefix: [idBytes(id)], limit: 1 }).length > 0;
}
