/**
 * The durable queue of sales that an original central is to be told of. It is filled from the node's own log by a stored
 * cursor, so a sale is in it once, whenever the process ends. What waits for the central or for a person has a row; what
 * the central confirmed is only counted.
 *
 * @module
 */
import {
  FACTS,
  idBytes,
  idText,
  localTimeText,
  type Reader,
  type Row,
  type SaleRecorded,
  SALES,
  type SiteCode,
  siteSpace,
  STATUS_COUNTS,
  type Writer,
} from "../crdt/mod.ts";
import { createFactReader } from "./log_facts.ts";
import type { LogEntry } from "./log_register.ts";
import type { Replica } from "./replica.ts";
import { defaultBranchId, noticesOfSale } from "./sale_notice.ts";
import { META, OUTBOX, OUTBOX_LOGS } from "./tables.ts";
import type { OutboxState, OutboxView, UseCases } from "./use_cases.ts";

/** Most commits that one transaction reads for sales. */
const COLLECT_COMMITS_MAX = 64;
/** Most notices that one transaction adds, beyond those of its last commit. */
const COLLECT_NOTICES_MAX = 512;
/** Rows that are moved at a time. */
const MOVE_ROWS = 500;
const META_NAME = "outbox";

const STATES: readonly OutboxState[] = ["pending", "set_aside", "unconfirmed"];
const PENDING = 0;
const SET_ASIDE = 1;
const UNCONFIRMED = 2;
const COUNTED = ["pending", "setAside", "unconfirmed"] as const;

const NOTES = {
  duplicate:
    "Another till's copy of this sale counts, and that till's node tells the central",
  uncounted: "This sale does not count",
  copied:
    "It waited when this node's folder was found to be a copy: the other copy may have told the central",
  returned:
    "Another peer had this sale of a log that this folder no longer writes: the central may know it",
};

/** Whose sales are told. */
export interface OutboxSource {
  /** The node's replica. */
  readonly replica: Replica;
  /** The site. */
  readonly site: SiteCode;
  /** IANA time zone of the site. */
  readonly timezone: string;
  /** The branch id, if one is set. */
  readonly branchId?: string;
}

/** Numbers of the queue, kept with it. */
export interface OutboxTotals {
  /** The number of the next notice. */
  readonly next: number;
  /** Notices that wait to be sent. */
  readonly pending: number;
  /** Notices that wait for a person: they were refused, or cannot be told. */
  readonly setAside: number;
  /** Notices that wait for a person: nobody knows whether they were counted. */
  readonly unconfirmed: number;
  /** Notices that the central confirmed. */
  readonly confirmed: number;
  /** True once the central was seen to count notices of others too. */
  readonly shared: boolean;
}

const NO_TOTALS: OutboxTotals = {
  next: 1,
  pending: 0,
  setAside: 0,
  unconfirmed: 0,
  confirmed: 0,
  shared: false,
};

/** A notice that waits to be sent. */
export interface WaitingNotice {
  /** Its place in the queue. */
  readonly number: number;
  /** The JSON body. */
  readonly body: string;
  /** How often it was sent. */
  readonly attempts: number;
  /** True from before it is sent until it is known what became of it. */
  readonly sent: boolean;
  /** What the central had counted before it was sent; null if unknown. */
  readonly total: number | null;
}

/**
 * The numbers of the queue.
 *
 * @param rows The store.
 * @returns The numbers.
 */
export function outboxTotals(rows: Reader): OutboxTotals {
  const row = rows.get(META, [META_NAME]);
  return row === undefined
    ? NO_TOTALS
    : JSON.parse(String(row["value"])) as OutboxTotals;
}

function putTotals(writer: Writer, totals: OutboxTotals): void {
  writer.put(META, { name: META_NAME, value: JSON.stringify(totals) });
}

/** Notes that rows came (`by` above zero) or went. */
function countRows(totals: OutboxTotals, state: number, by: number) {
  const column = COUNTED[state] ?? "unconfirmed";
  return { ...totals, [column]: totals[column] + by };
}

/**
 * The notice to send next.
 *
 * @param rows The store.
 * @returns The oldest one that waits, or undefined.
 */
export function firstWaiting(rows: Reader): WaitingNotice | undefined {
  const [row] = rows.scan(OUTBOX, { prefix: [PENDING], limit: 1 });
  if (row === undefined) return undefined;
  return {
    number: Number(row["number"]),
    body: String(row["body"]),
    attempts: Number(row["attempts"]),
    sent: row["sent"] === 1,
    total: row["total"] === null ? null : Number(row["total"]),
  };
}

/**
 * Notes, before a notice is sent, that it may have been; or, afterwards, that it was not processed.
 *
 * @param writer The transaction.
 * @param number The notice's number.
 * @param mark `total` is what the central had counted before; `shared` whether others tell it too.
 */
export function markSent(
  writer: Writer,
  number: number,
  mark:
    | {
      readonly sent: true;
      readonly total: number | null;
      readonly shared: boolean;
    }
    | { readonly sent: false },
): void {
  const row = writer.get(OUTBOX, [PENDING, number]);
  if (row === undefined) return;
  if (!mark.sent) return writer.put(OUTBOX, { ...row, sent: 0, total: null });
  const attempts = Number(row["attempts"]) + 1;
  writer.put(OUTBOX, { ...row, attempts, sent: 1, total: mark.total });
  const totals = outboxTotals(writer);
  if (totals.shared !== mark.shared) {
    putTotals(writer, { ...totals, shared: mark.shared });
  }
}

/**
 * Ends the waiting of a notice.
 *
 * @param writer The transaction.
 * @param number The notice's number.
 * @param end What became of it, with a sentence for people unless it is confirmed.
 */
export function settleNotice(
  writer: Writer,
  number: number,
  end:
    | { readonly kind: "confirmed" }
    | {
      readonly kind: "set_aside" | "unconfirmed";
      readonly note: string;
    },
): void {
  // It waits for a person already where the folder was found to be a copy meanwhile.
  const row = writer.get(OUTBOX, [PENDING, number]) ??
    writer.get(OUTBOX, [UNCONFIRMED, number]);
  if (row === undefined) return;
  writer.delete(OUTBOX, [row["state"] ?? null, number]);
  const totals = countRows(outboxTotals(writer), Number(row["state"]), -1);
  if (end.kind === "confirmed") {
    putTotals(writer, { ...totals, confirmed: totals.confirmed + 1 });
  } else {
    const state = STATES.indexOf(end.kind);
    writer.put(OUTBOX, { ...row, state, note: end.note });
    putTotals(writer, countRows(totals, state, 1));
  }
}

/**
 * Ends a notice's waiting for a person.
 *
 * @param writer The transaction.
 * @param number The notice's number.
 * @param decision `send` has it wait to be sent, in its place; `settle` counts it as confirmed.
 * @returns `unknown` if no such notice waits for a person, `untold` if it has no words to be sent.
 */
export function decideWaiting(
  writer: Writer,
  number: number,
  decision: "send" | "settle",
): "done" | "unknown" | "untold" {
  const row = writer.get(OUTBOX, [SET_ASIDE, number]) ??
    writer.get(OUTBOX, [UNCONFIRMED, number]);
  if (row === undefined) return "unknown";
  if (decision === "send" && row["body"] === "") return "untold";
  const state = Number(row["state"]);
  writer.delete(OUTBOX, [state, number]);
  const totals = countRows(outboxTotals(writer), state, -1);
  if (decision === "settle") {
    putTotals(writer, { ...totals, confirmed: totals.confirmed + 1 });
  } else {
    const waiting = { state: PENDING, sent: 0, total: null, note: "" };
    writer.put(OUTBOX, { ...row, ...waiting });
    putTotals(writer, countRows(totals, PENDING, 1));
  }
  return "done";
}

/**
 * Whether own logs hold commits that were not read for sales.
 *
 * @param source Whose sales.
 * @returns True if `collectSales` has something to do.
 */
export function hasUncollected({ replica, site }: OutboxSource): boolean {
  const rows = replica.reader.scan(OUTBOX_LOGS);
  const own = replica.register.own(siteSpace(site));
  if (own !== undefined && !rows.some((row) => row["log"] === own.number)) {
    return true;
  }
  return rows.some((row) => {
    const entry = replica.register.byNumber(Number(row["log"]));
    return entry !== undefined &&
      (entry.seq > Number(row["seq"]) || (!entry.own && row["last"] === null));
  });
}

/**
 * Reads own logs on from where they were read to, and adds a notice for each line of each sale.
 *
 * @param source Whose sales.
 * @param writer The transaction.
 */
export function collectSales(source: OutboxSource, writer: Writer): void {
  const { replica, site } = source;
  const own = replica.register.own(siteSpace(site));
  if (
    own !== undefined && writer.get(OUTBOX_LOGS, [own.number]) === undefined
  ) {
    writer.put(OUTBOX_LOGS, { log: own.number, seq: 0, last: null });
  }
  const before = outboxTotals(writer).next;
  for (const row of writer.scan(OUTBOX_LOGS)) {
    const entry = replica.register.byNumber(Number(row["log"]));
    if (entry === undefined) continue;
    const last = row["last"] ?? (entry.own ? null : closeLog(writer, row));
    const from = Number(row["seq"]) + 1;
    const to = Math.min(entry.seq, from + COLLECT_COMMITS_MAX - 1);
    if (to < from) continue;
    const seq = collectCommits(source, writer, {
      entry,
      from,
      to,
      last: last === null ? Infinity : Number(last),
      until: before + COLLECT_NOTICES_MAX,
    });
    writer.put(OUTBOX_LOGS, { ...row, seq, last });
  }
}

/**
 * This node no longer writes the log: its folder was copied or restored. The other copy may have told the central what
 * waits here, and what is read of the log from now on.
 */
function closeLog(writer: Writer, row: Row): number {
  const last = Number(row["seq"]);
  writer.put(OUTBOX_LOGS, { ...row, last });
  for (;;) {
    const waiting = writer.scan(OUTBOX, {
      prefix: [PENDING],
      limit: MOVE_ROWS,
    });
    for (const notice of waiting) {
      writer.delete(OUTBOX, [PENDING, notice["number"] ?? null]);
      writer.put(OUTBOX, {
        ...notice,
        state: UNCONFIRMED,
        note: NOTES.copied,
      });
    }
    const totals = countRows(outboxTotals(writer), PENDING, -waiting.length);
    putTotals(writer, countRows(totals, UNCONFIRMED, waiting.length));
    if (waiting.length < MOVE_ROWS) return last;
  }
}

function collectCommits(
  source: OutboxSource,
  writer: Writer,
  part: {
    readonly entry: LogEntry;
    readonly from: number;
    readonly to: number;
    readonly last: number;
    readonly until: number;
  },
): number {
  const { entry, from, to, last, until } = part;
  const factsAt = createFactReader(source.replica.archive, entry);
  let seq = from - 1;
  while (seq < to && outboxTotals(writer).next < until) {
    seq++;
    for (const { fact } of factsAt(seq)) {
      if (fact.type !== "SaleRecorded" || fact.site !== source.site) continue;
      addSale(source, writer, {
        sale: fact,
        entry,
        seq,
        returned: seq > last,
      });
    }
  }
  return seq;
}

function addSale(
  source: OutboxSource,
  writer: Writer,
  { sale, entry, seq, returned }: {
    readonly sale: SaleRecorded;
    readonly entry: LogEntry;
    readonly seq: number;
    readonly returned: boolean;
  },
): void {
  const { timezone } = source;
  const notices = noticesOfSale(sale, {
    branchId: source.branchId ?? defaultBranchId(sale.site, entry.name),
    timezone,
    sameTime: sharesTime(writer, sale, { timezone, log: entry.number }),
  });
  const fact = writer.get(FACTS, [idBytes(sale.id), entry.number]);
  const uncounted = fact?.["seq"] !== seq
    ? NOTES.uncounted
    : fact["status"] !== STATUS_COUNTS
    ? NOTES.duplicate
    : "";
  let totals = outboxTotals(writer);
  for (const { line, body, problem } of notices) {
    const aside = problem !== "" || uncounted !== "";
    const state = aside ? SET_ASIDE : returned ? UNCONFIRMED : PENDING;
    writer.put(OUTBOX, {
      state,
      number: totals.next,
      sale: idBytes(sale.id),
      line,
      body: body ?? "",
      attempts: 0,
      sent: 0,
      total: null,
      note: problem || uncounted || (returned ? NOTES.returned : ""),
    });
    totals = countRows({ ...totals, next: totals.next + 1 }, state, 1);
  }
  putTotals(writer, totals);
}

const HALF_HOUR = 1_800_000_000;
/** Where a clock that is set back shows the same time again: half an hour, an hour or two apart. */
const SAME_CLOCK = [0, 1, -1, 2, -2, 4, -4].map((n) => n * HALF_HOUR);

/** Whether another sale of the log shows the same wall clock to the microsecond: callers may state when it happened. */
function sharesTime(
  rows: Reader,
  { site, at, id }: SaleRecorded,
  { timezone, log }: { readonly timezone: string; readonly log: number },
): boolean {
  const shown = localTimeText(at, timezone);
  return SAME_CLOCK.some((apart) => {
    const there = at + apart;
    if (apart !== 0 && localTimeText(there, timezone) !== shown) return false;
    return rows.scan(SALES, { prefix: [site, there] }).some((row) =>
      row["log"] === log && idText(row["id"] as Uint8Array) !== id
    );
  });
}

/**
 * Makes the list of what waits for the central or for a person.
 *
 * @param replica The node's replica.
 * @returns The reading.
 */
export function createOutboxReading(replica: Replica): UseCases["outbox"] {
  return ({ state, limit, cursor }) => {
    const prefix = state === undefined ? [] : [STATES.indexOf(state)];
    const after = /^([0-2])\.([0-9]{1,15})$/.exec(cursor ?? "")?.slice(1)
      .map(Number).slice(prefix.length);
    const rows = replica.reader.scan(OUTBOX, {
      prefix,
      limit: limit + 1,
      ...(after === undefined ? {} : { after }),
    });
    const page = rows.slice(0, limit);
    const last = page.at(-1);
    return {
      items: page.map(viewOf),
      total: replica.reader.count(OUTBOX, prefix),
      next: rows.length > limit && last !== undefined
        ? `${last["state"]}.${last["number"]}`
        : null,
    };
  };
}

function viewOf(row: Row): OutboxView {
  const body = String(row["body"]);
  return {
    number: Number(row["number"]),
    state: STATES[Number(row["state"])] ?? "unconfirmed",
    sale: idText(row["sale"] as Uint8Array),
    line: Number(row["line"]),
    attempts: Number(row["attempts"]),
    note: String(row["note"]),
    body: body === "" ? null : body,
  };
}
