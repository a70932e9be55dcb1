/**
 * Acknowledgements of incidents. Incidents themselves are no facts: they follow from facts, or one node saw them.
 *
 * @module
 */
import type { FactOf } from "./facts.ts";
import type { Fold } from "./fold.ts";
import type { Reader, TableSchema } from "./rows.ts";

/** Acknowledgements by incident. */
export const ACKNOWLEDGEMENTS: TableSchema = {
  name: "acknowledgements",
  columns: {
    incident: "text",
    stamp: "text",
    log: "text",
    id: "text",
    seq: "integer",
    at: "integer",
    note: "text",
  },
  key: ["incident", "stamp", "log", "id"],
};

/** Acknowledgements from `IncidentAcknowledged`. */
export const acknowledgementFold: Fold<FactOf<"IncidentAcknowledged">> = {
  add(rows, { fact, stamp, log, seq }) {
    const { incident, id, at, note } = fact;
    rows.put(ACKNOWLEDGEMENTS, { incident, stamp, log, id, seq, at, note });
  },
  remove(rows, { fact, stamp, log }) {
    rows.delete(ACKNOWLEDGEMENTS, [fact.incident, stamp, log, fact.id]);
  },
};

/**
 * Whether somebody acknowledged an incident.
 *
 * @param rows The rows.
 * @param incident The incident's id.
 * @returns True once an acknowledgement counts.
 */
export function isAcknowledged(rows: Reader, incident: string): boolean {
  return rows.scan(ACKNOWLEDGEMENTS, { prefix: [incident], limit: 1 }).length >
    0;
}
