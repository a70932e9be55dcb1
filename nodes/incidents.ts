/**
 * Incidents: what a person should look at. Those that only this node saw are kept in its own list; those that follow
 * from facts are derived when asked for and have the same id everywhere.
 *
 * @module
 */
import {
  businessDate,
  isAcknowledged,
  MASTER_SITE,
  masterSums,
  onHandOf,
  type ProductId,
  PRODUCTS,
  type Reader,
  type Row,
  sha256,
  SHORTAGES,
  toHex,
  type Writer,
} from "../crdt/mod.ts";
import { forecourtIncidents } from "./forecourt/forecourt_incidents.ts";
import { INCIDENTS_MAX } from "./limits.ts";
import type { Replica } from "./replica.ts";
import { INCIDENTS, SET_ASIDE } from "./tables.ts";
import { tillIncidents } from "./tills/till_incidents.ts";
import type { IncidentView } from "./use_cases.ts";
import {
  doubleDeliveries,
  rightsIncidents,
} from "./use_cases/rights_readings.ts";

/** Most derived incidents of one kind that are listed. */
const DERIVED_MAX = 1000;

/** Something that this node saw. */
export interface IncidentReport {
  /** The kind. */
  readonly kind: string;
  /** A sentence for people. */
  readonly message: string;
  /** What it is about. */
  readonly details: Readonly<Record<string, unknown>>;
}

/** Keeps and lists incidents. */
export interface Incidents {
  /** Notes something that this node saw; the same kind and details count up. */
  report(
    kind: string,
    message: string,
    details?: Readonly<Record<string, unknown>>,
  ): void;
  /** Notes several things in one step. */
  reportAll(reports: readonly IncidentReport[]): void;
  /** Every incident, newest first. */
  list(): IncidentView[];
}

/**
 * Makes the list of incidents.
 *
 * @param replica The replica that stores it.
 * @param now Wall time in milliseconds.
 * @param options Whether this node reads every site, so that the master stock can be judged; the time zone of business
 * dates.
 * @returns The list.
 */
export function createIncidents(
  replica: Replica,
  now: () => number,
  options: { readonly readsAll: boolean; readonly timezone: string },
): Incidents {
  const reportAll: Incidents["reportAll"] = (reports) =>
    replica.transact((writer, rows) => {
      for (const report of reports) {
        rows.put(INCIDENTS, noted(writer, rows, { ...report, at: now() }));
      }
    });
  return {
    report: (kind, message, details = {}) =>
      reportAll([{ kind, message, details }]),
    reportAll,
    list() {
      const rows = replica.reader;
      const all = [
        ...own(rows),
        ...oversold(rows, now()),
        ...setAside(replica),
        ...rightsIncidents(replica, now()),
        ...doubleDeliveries(replica, now()),
        ...tillIncidents(replica),
        ...forecourtIncidents(replica, {
          date: businessDate(now() * 1000, options.timezone),
          ms: now(),
        }),
      ];
      if (options.readsAll) all.push(...masterOversold(rows, now()));
      return all
        .map((incident) => ({
          ...incident,
          acknowledged: isAcknowledged(rows, incident.id),
        }))
        .toSorted((a, b) => b.since - a.since || (a.id < b.id ? -1 : 1));
    },
  };
}

/** The row of a report; where the list is full, room is made for a new one. */
function noted(
  writer: Writer,
  rows: Reader,
  { kind, message, details, at }: IncidentReport & { readonly at: number },
): Row {
  const text = JSON.stringify(details);
  const digest = toHex(sha256(new TextEncoder().encode(text)));
  const id = `${kind}/${digest.slice(0, 16)}`;
  const known = rows.get(INCIDENTS, [id]);
  if (known === undefined && writer.count(INCIDENTS) >= INCIDENTS_MAX) {
    const [oldest] = writer.scan(INCIDENTS, { limit: 1 });
    if (oldest !== undefined) writer.delete(INCIDENTS, [oldest["id"] ?? null]);
  }
  return {
    id,
    kind,
    message,
    since: known?.["since"] ?? at,
    count: Number(known?.["count"] ?? 0) + 1,
    details: text,
  };
}

type Unjudged = Omit<IncidentView, "acknowledged">;

function own(rows: Reader): Unjudged[] {
  return rows.scan(INCIDENTS).map((row) => ({
    id: String(row["id"]),
    kind: String(row["kind"]),
    message: String(row["message"]),
    since: Number(row["since"]),
    count: Number(row["count"]),
    details: JSON.parse(String(row["details"])),
  }));
}

function oversell(
  site: string,
  product: string,
  short: number,
  since: number,
): Unjudged {
  return {
    id: `oversell/${site}/${product}`,
    kind: "oversell",
    message:
      `${short} more of product ${product} were sold at ${site} than were there`,
    since,
    count: 1,
    details: { site, product, short },
  };
}

function oversold(rows: Reader, since: number): Unjudged[] {
  return rows.scan(SHORTAGES, { limit: DERIVED_MAX })
    .filter((row) => row["site"] !== MASTER_SITE)
    .map((row) =>
      oversell(
        String(row["site"]),
        String(row["product"]),
        Number(row["short"]),
        since,
      )
    );
}

function masterOversold(rows: Reader, since: number): Unjudged[] {
  return rows.scan(PRODUCTS, { prefix: ["mesh"], limit: DERIVED_MAX }).flatMap(
    (row) => {
      if (row["policy"] === "unmetered") return [];
      const product = row["product"] as ProductId;
      const sums = masterSums(rows, product, MASTER_SITE);
      const onHand = onHandOf(sums);
      return onHand < 0 && sums.sold > 0
        ? [oversell(MASTER_SITE, product, -onHand, since)]
        : [];
    },
  );
}

function setAside(replica: Replica): Unjudged[] {
  const rows = replica.reader.scan(SET_ASIDE, { limit: DERIVED_MAX });
  return rows.map((row) => {
    const log = replica.register.byNumber(Number(row["log"]))?.name ?? "";
    return {
      id: `set_aside/${log}/${row["seq"]}/${row["item"]}`,
      kind: "set_aside",
      message: `Something in commit ${row["seq"]} of a log does not count: ${
        row["reason"]
      }`,
      since: 0,
      count: 1,
      details: {
        log,
        seq: row["seq"],
        reason: row["reason"],
        doc: row["doc"],
        id: row["id"],
        type: row["type"],
      },
    };
  });
}
