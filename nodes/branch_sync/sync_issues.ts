/**
 * What came of original branches and needs a person: sales that cannot be used, kept as they came, and numbers that stand
 * for several sales. Which numbers those are follows from the sales; here they get a place in a list.
 *
 * @module
 */
import {
  type FactId,
  isAcknowledged,
  localTimeText,
  MESH_SPACE,
  ok,
  type Reader,
  type Result,
  type Row,
  SALES,
  sha256,
  SHARED_RECEIPTS,
  toHex,
  type Writer,
} from "../../crdt/mod.ts";
import type { Page, PageQuery, Refusal } from "../answers.ts";
import type { Replica } from "../replica.ts";
import { META, SYNC_ISSUES } from "../tables.ts";
import { decideExactly, refuse } from "../use_cases/context.ts";
import type { BranchConflict } from "./branch_sync_use_cases.ts";

/** Most rows that wait for a person; beyond, messages that need more are refused. */
export const SYNC_ISSUES_MAX = 10_000;
/** Most bytes of sales that are kept as they came. */
export const SYNC_ISSUE_BYTES_MAX = 64 * 1024 * 1024;
/** Most numbers that stand for several sales and are brought into the list at once. */
const SHARED_MAX = 10_000;

const CONFLICT = 0;
const QUARANTINE = 1;
const META_NAME = "branch_sync_issues";

const REASON = "El número corresponde a varias ventas con distinto contenido";

interface Totals {
  readonly next: number;
  readonly rows: number;
  readonly bytes: number;
}

/** Something that needs a person. */
export interface Issue {
  /** What kind. */
  readonly kind: "conflict" | "quarantine";
  /** Names it wherever it is seen; two with the same name are one. */
  readonly digest: string;
  /** The branch; empty if nobody knows. */
  readonly site: string;
  /** The sale's number; empty if it had none. */
  readonly receipt: string;
  /** Why, one sentence in Spanish. */
  readonly reason: string;
  /** What came, as JSON; empty where the sales say it. */
  readonly raw: string;
}

/**
 * The issue of a sale that cannot be used.
 *
 * @param sale Who sent it, its number, why it cannot be used, and what came.
 * @returns The issue: the same for what comes again.
 */
export function quarantineIssue(
  sale: {
    readonly site: string;
    readonly receipt: string | null;
    readonly reason: string;
    readonly raw: unknown;
  },
): Issue {
  const raw = JSON.stringify(sale.raw) ?? "null";
  const bytes = new TextEncoder().encode(`${sale.site} ${raw}`);
  return {
    kind: "quarantine",
    digest: `branch-sync-quarantine/${toHex(sha256(bytes)).slice(0, 32)}`,
    site: sale.site,
    receipt: sale.receipt ?? "",
    reason: sale.reason,
    raw,
  };
}

/**
 * The issue of a number that stands for several sales.
 *
 * @param site The branch.
 * @param receipt The number.
 * @param count Which sale besides the first it is, from 1; 0 beside a sale that a node of this mesh made.
 * @returns The issue.
 */
export function conflictIssue(
  site: string,
  receipt: string,
  count: number,
): Issue {
  const digest = `branch-sync-conflict/${site}/${receipt}/${count}`;
  return { kind: "conflict", digest, site, receipt, reason: REASON, raw: "" };
}

/**
 * The issue of a sale that an original central has otherwise, or cannot be told of.
 *
 * @param conflict The sale, why it needs a person, and both versions.
 * @returns The issue.
 */
export function sentIssue(
  conflict: {
    readonly site: string;
    readonly receipt: string;
    readonly reason: string;
    readonly first: unknown;
    readonly second: unknown;
  },
): Issue {
  const { site, receipt, reason, first, second } = conflict;
  const parts = JSON.stringify([site, receipt, reason]);
  const hash = toHex(sha256(new TextEncoder().encode(parts))).slice(0, 32);
  return {
    kind: "conflict",
    digest: `branch-sync-sent/${hash}`,
    site,
    receipt,
    reason,
    raw: JSON.stringify({ first, second }),
  };
}

function totalsOf(rows: Reader): Totals {
  const row = rows.get(META, [META_NAME]);
  return row === undefined
    ? { next: 1, rows: 0, bytes: 0 }
    : JSON.parse(String(row["value"])) as Totals;
}

/**
 * Whether an issue is in the list.
 *
 * @param rows The store.
 * @param issue The issue.
 * @returns True if it is, also if a person has seen to it.
 */
export function isListed(rows: Reader, { digest }: Issue): boolean {
  const look = { index: "by_digest", prefix: [digest], limit: 1 };
  return rows.scan(SYNC_ISSUES, look).length > 0;
}

/**
 * Adds issues, those that are not in the list yet.
 *
 * @param writer The transaction.
 * @param issues The issues.
 * @param atMs Now, in milliseconds since 1970.
 * @returns False if the list has no room for them: then nothing was written.
 */
export function addIssues(
  writer: Writer,
  issues: readonly Issue[],
  atMs: number,
): boolean {
  const byDigest = new Map(issues.map((issue) => [issue.digest, issue]));
  const fresh = [...byDigest.values()]
    .filter((issue) => !isListed(writer, issue));
  if (fresh.length === 0) return true;
  const bytes = fresh.reduce((sum, { raw }) => sum + raw.length, 0);
  let totals = totalsOf(writer);
  const hasRoom = () =>
    totals.rows + fresh.length <= SYNC_ISSUES_MAX &&
    totals.bytes + bytes <= SYNC_ISSUE_BYTES_MAX;
  const old = hasRoom() ? [] : resolvedRows(writer);
  const dropped = old.reduce((sum, row) => sum + String(row["raw"]).length, 0);
  totals = {
    next: totals.next,
    rows: totals.rows - old.length,
    bytes: totals.bytes - dropped,
  };
  if (!hasRoom()) return false;
  for (const row of old) writer.delete(SYNC_ISSUES, [row["number"] ?? null]);
  fresh.forEach((issue, i) => {
    writer.put(SYNC_ISSUES, {
      ...issue,
      number: totals.next + i,
      kind: issue.kind === "conflict" ? CONFLICT : QUARANTINE,
      at: atMs,
      resolved: 0,
    });
  });
  const value = JSON.stringify({
    next: totals.next + fresh.length,
    rows: totals.rows + fresh.length,
    bytes: totals.bytes + bytes,
  });
  writer.put(META, { name: META_NAME, value });
  return true;
}

function resolvedRows(rows: Reader): Row[] {
  return rows.scan(SYNC_ISSUES).filter((row) => row["resolved"] === 1);
}

/** What the list works with. */
export interface IssueParts {
  /** The node's replica. */
  readonly replica: Replica;
  /** IANA time zone of the node. */
  readonly timezone: string;
  /** Now, in milliseconds since 1970. */
  readonly now: () => number;
}

/**
 * A page of the list. Numbers that turned out to stand for several sales when others' sales came are added first.
 *
 * @param parts What it works with.
 * @param query Which page.
 * @returns Issues, newest first.
 */
export function issuesPage(
  parts: IssueParts,
  { limit, cursor }: PageQuery,
): Page<BranchConflict> {
  noteShared(parts);
  const { reader } = parts.replica;
  const below = /^[0-9]{1,15}$/.test(cursor ?? "") ? Number(cursor) : undefined;
  const found = reader.scan(SYNC_ISSUES, {
    reverse: true,
    limit: limit + 1,
    ...(below === undefined ? {} : { below: [below] }),
  });
  const items = found.slice(0, limit).map((row) => viewOf(parts, row));
  const last = items.at(-1);
  return {
    items,
    total: reader.count(SYNC_ISSUES),
    next: found.length > limit && last !== undefined ? `${last.number}` : null,
  };
}

/** Brings numbers that stand for several sales into the list, wherever the sales were received. */
function noteShared({ replica, now }: IssueParts): void {
  const shared = replica.reader.scan(SHARED_RECEIPTS, { limit: SHARED_MAX })
    .flatMap((row) =>
      // Each sale besides the first, as whoever received them has them.
      Array.from(
        { length: Math.min(Number(row["count"]), SALES_SHOWN_MAX) },
        (_, i) =>
          conflictIssue(String(row["site"]), String(row["receipt"]), i + 1),
      )
    ).filter((issue) => !isListed(replica.reader, issue));
  if (shared.length === 0) return;
  replica.transact((writer) => void addIssues(writer, shared, now()));
}

function viewOf(parts: IssueParts, row: Row): BranchConflict {
  const receipt = String(row["receipt"]);
  const view = {
    number: Number(row["number"]),
    receipt: receipt === "" ? null : receipt,
    reason: String(row["reason"]),
    at: Number(row["at"]),
  };
  const resolved = row["resolved"] === 1 ||
    isAcknowledged(parts.replica.reader, String(row["digest"]));
  const raw = String(row["raw"]);
  if (row["kind"] !== CONFLICT) {
    const second = JSON.parse(raw);
    return { ...view, kind: "quarantine", first: null, second, resolved };
  }
  return raw === ""
    ? { ...view, kind: "conflict", ...versionsOf(parts, row, resolved) }
    : { ...view, kind: "conflict", ...JSON.parse(raw), resolved };
}

/** The versions of a sale that stand under one number; it is settled once a person has voided all but one. */
function versionsOf(
  { replica, timezone }: IssueParts,
  row: Row,
  seen: boolean,
): Pick<BranchConflict, "first" | "second" | "resolved"> {
  const sales = salesUnder(replica, String(row["receipt"]));
  const nth = Math.max(1, Number(String(row["digest"]).split("/").at(-1)));
  return {
    first: shownSale(sales[0], timezone),
    second: shownSale(sales[nth], timezone),
    resolved: seen || sales.filter(({ voided }) => voided !== 1).length < 2,
  };
}

/**
 * The sales under one number, in the order in which they are shown: by (stamp, log, seq).
 *
 * @param replica The node's replica.
 * @param receipt The number.
 * @returns Rows of `SALES`.
 */
export function salesUnder(replica: Replica, receipt: string): Row[] {
  const rows = replica.reader.scan(SALES, {
    index: "by_receipt",
    prefix: [receipt],
    limit: SALES_SHOWN_MAX,
  });
  if (rows.length < 2) return rows;
  const ordered = rows.map((row) => {
    const placed = replica.archive.read(
      Number(row["log"]),
      Number(row["seq"]),
      row["id"] as Uint8Array,
    );
    const order = [placed?.stamp ?? "", placed?.log ?? "", Number(row["seq"])];
    return { row, order, id: toHex(row["id"] as Uint8Array) };
  });
  return ordered.toSorted((a, b) => {
    const at = a.order.findIndex((part, i) => part !== b.order[i]);
    const [one, other] = at < 0 ? [a.id, b.id] : [a.order[at], b.order[at]];
    return (one ?? 0) < (other ?? 0) ? -1 : 1;
  }).map(({ row }) => row);
}
const SALES_SHOWN_MAX = 64;

/** A sale for people to compare. */
function shownSale(row: Row | undefined, timezone: string): unknown {
  if (row === undefined) return null;
  const seller = row["seller"] ?? null;
  return {
    receipt: row["receipt"],
    time: localTimeText(Number(row["at"]), timezone),
    total: Number(row["total"]) / 10 ** Number(row["exponent"]),
    seller: seller === null ? null : JSON.parse(String(seller))[1],
    lines: JSON.parse(String(row["lines"])),
    voided: row["voided"] === 1,
  };
}

/**
 * Says that somebody has seen to an issue; every node is told.
 *
 * @param parts What it works with.
 * @param input The issue's number and what to note.
 * @returns The fact that says so. Refusals: `not_found`.
 */
export function resolveIssue(
  { replica }: IssueParts,
  { number, note }: { readonly number: number; readonly note: string },
): Promise<Result<{ readonly fact: FactId | null }, Refusal>> {
  return decideExactly(replica, (context) => {
    const row = context.writer.get(SYNC_ISSUES, [number]);
    if (row === undefined) {
      return refuse("not_found", `There is no conflict with number ${number}`);
    }
    const id = context.newId();
    context.record(MESH_SPACE, {
      type: "IncidentAcknowledged",
      id,
      at: context.at,
      incident: String(row["digest"]),
      note,
    });
    context.writer.put(SYNC_ISSUES, { ...row, resolved: 1 });
    return ok({ fact: id });
  });
}
