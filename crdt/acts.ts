/**
 * What administrators did: the fold behind the list that an auditor reads.
 *
 * @module
 */
import type { Fold } from "./fold.ts";
import type { TableSchema } from "./rows.ts";
import type { ActRecorded } from "./shop_facts.ts";

/** Acts by when they were done. */
export const ACTS: TableSchema = {
  name: "acts",
  columns: {
    at: "integer",
    id: "text",
    log: "text",
    act: "text",
    subject: "text",
    by_id: "text",
    by_name: "text",
    note: "text",
  },
  key: ["at", "id", "log"],
};

/** Acts, from `ActRecorded`. */
export const actFold: Fold<ActRecorded> = {
  add(rows, { fact, log }) {
    rows.put(ACTS, {
      at: fact.at,
      id: fact.id,
      log,
      act: fact.act,
      subject: fact.subject,
      by_id: fact.by?.id ?? null,
      by_name: fact.by?.name ?? null,
      note: fact.note ?? null,
    });
  },
  remove(rows, { fact, log }) {
    rows.delete(ACTS, [fact.at, fact.id, log]);
  },
};
