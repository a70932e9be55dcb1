/**
 * The feed of a company's administrators: what this node has seen of a company, in the order in which it saw it. It is
 * read from the views log by log, up to where each log counts, whenever somebody asks; what was read stands in a table
 * of this node, which making the views again leaves alone. So nothing is lost while a subscriber is away, across
 * restarts and however facts come in.
 *
 * Numbers are instants in microseconds, or one more than the last: a folder that was restored gives no number anew that
 * it gave after the backup.
 *
 * @module
 */
import {
  ALL_CARDS,
  type CardId,
  type CompanyId,
  FLEET_CARDS,
  FLEET_EXPENSES,
  FLEET_ISSUED,
  FLEET_SETTLEMENTS,
  idText,
  ok,
  type Reader,
  type Result,
  type Row,
  type TableSchema,
  type Writer,
} from "../../crdt/mod.ts";
import type { LogEntry } from "../log_register.ts";
import { isStoreError } from "../ports.ts";
import { FLEET_FEED, FLEET_FEED_LOGS, FLEET_SUBSCRIBERS } from "../tables.ts";
import type { Refusal } from "../use_cases.ts";
import { refuse } from "../use_cases/context.ts";
import { companySpace, type FleetContext } from "./fleet_context.ts";
import type { FeedItem, FleetUseCases } from "./fleet_use_cases.ts";

/** Most rows of one log and table that one look brings into the feed. */
const LOOK_MAX = 500;
/** Most looks of one reading: what is still missing comes with the next. */
const LOOKS_MAX = 20;
/** Items that all subscribers have confirmed are kept up to so many; those that one has not are all kept. */
export const FEED_KEPT_MAX = 10_000;
/** Most items that one confirmation drops. */
const DROPPED_MAX = 1000;
/** Most subscribers of one company. */
export const SUBSCRIBERS_MAX = 256;
/** Longest name of a subscriber, in UTF-16 units. */
const NAME_LENGTH_MAX = 128;

type Feed = Pick<FleetUseCases, "feed" | "subscriber" | "acknowledgeFeed">;

/** Something to be numbered. */
interface Seen {
  readonly fact: Uint8Array;
  readonly kind: FeedItem["kind"];
  readonly at: number;
  readonly card: number;
  readonly amount: number | null;
  readonly log: number;
  readonly seq: number;
}

/** How rows of a table become items; null for rows that nobody is told of. */
const SOURCES: readonly {
  readonly table: TableSchema;
  readonly item: (
    rows: Reader,
    row: Row,
  ) => Pick<Seen, "kind" | "card" | "amount"> | null;
}[] = [
  {
    table: FLEET_EXPENSES,
    item: (_rows, row) =>
      row["source"] === "import" ? null : {
        kind: row["accepted"] === 1 ? "expense" : "refusal",
        card: Number(row["card"]),
        amount: Number(row["amount"]),
      },
  },
  {
    table: FLEET_CARDS,
    item: (_rows, row) => ({
      kind: "card",
      card: Number(row["card"]),
      amount: Number(row["first"]),
    }),
  },
  {
    table: FLEET_ISSUED,
    item: (rows, row) => {
      const amount = Number(row["amount"]);
      if (row["of"] === "account") {
        return { kind: "deposit", card: ALL_CARDS, amount };
      }
      const isNew = isRegistration(rows, row);
      return row["of"] === "card" && !isNew
        ? { kind: "limit", card: Number(row["card"]), amount }
        : null;
    },
  },
  {
    table: FLEET_SETTLEMENTS,
    item: (_rows, row) => ({
      kind: "settlement",
      card: ALL_CARDS,
      amount: Number(row["amount"]),
    }),
  },
];

/** Whether a card's rights were made in the commit that registered it: that is told as the card. */
function isRegistration(rows: Reader, row: Row): boolean {
  const { company = null, log = null, seq = null } = row;
  return rows.scan(FLEET_CARDS, {
    index: "by_log",
    prefix: [company, log, seq],
  }).some((one) => one["card"] === row["card"]);
}

/** How far a log counts. */
function endOf({ seq, cut }: LogEntry): number {
  return cut === undefined ? seq : Math.min(seq, cut.limit);
}

/** What a log has beyond what was read of it, and how far that is. */
function readLog(
  rows: Reader,
  entry: LogEntry,
  { company, after }: { readonly company: number; readonly after: number },
): { readonly items: Seen[]; readonly upTo: number } {
  let upTo = endOf(entry);
  const pages = SOURCES.map(({ table, item }) => {
    const found = rows.scan(table, {
      index: "by_log",
      prefix: [company, entry.number],
      from: [after + 1],
      below: [upTo + 1],
      limit: LOOK_MAX,
    });
    const last = found.at(-1);
    // A commit that was not read to its end is read again.
    if (found.length === LOOK_MAX && last !== undefined) {
      const seq = Number(last["seq"]);
      const whole = Number(found[0]?.["seq"]) === seq ? seq : seq - 1;
      upTo = Math.min(upTo, whole);
    }
    return { found, item };
  });
  const items = pages.flatMap(({ found, item }) =>
    found.filter((row) => Number(row["seq"]) <= upTo).flatMap((row) => {
      const told = item(rows, row);
      return told === null ? [] : [{
        ...told,
        fact: row["id"] as Uint8Array,
        at: Number(row["at"]),
        log: entry.number,
        seq: Number(row["seq"]),
      }];
    })
  );
  return { items, upTo };
}

/** Numbers items that have none. */
function append(
  writer: Writer,
  { company, now }: { readonly company: number; readonly now: number },
  items: readonly Seen[],
): void {
  const [last] = writer.scan(FLEET_FEED, {
    prefix: [company],
    reverse: true,
    limit: 1,
  });
  let number = Number(last?.["number"] ?? 0);
  for (const { fact, kind, at, card, amount } of items) {
    const known = writer.scan(FLEET_FEED, {
      index: "by_fact",
      prefix: [company, fact],
    });
    if (known.some((row) => row["kind"] === kind)) continue;
    number = Math.max(number + 1, now);
    writer.put(FLEET_FEED, { company, number, fact, kind, at, card, amount });
  }
}

/**
 * Brings what came since into the feed of a company.
 *
 * @param use The node.
 * @param company The company.
 * @returns True if there is more to bring.
 */
export function look({ replica }: FleetContext, company: CompanyId): boolean {
  const id = Number(company);
  const { reader } = replica;
  const seen: Seen[] = [];
  const ends: { log: string; seq: number; more: boolean }[] = [];
  for (const entry of replica.register.ofSpace(companySpace(company))) {
    const row = reader.get(FLEET_FEED_LOGS, [entry.name]);
    const after = Number(row?.["seq"] ?? 0);
    if (endOf(entry) <= after) continue;
    const { items, upTo } = readLog(reader, entry, { company: id, after });
    seen.push(...items);
    ends.push({ log: entry.name, seq: upTo, more: upTo < endOf(entry) });
  }
  if (ends.length === 0) return false;
  const items = seen.toSorted((a, b) => a.at - b.at || a.seq - b.seq);
  replica.transact((writer) => {
    append(writer, { company: id, now: replica.at }, items);
    for (const { log, seq } of ends) writer.put(FLEET_FEED_LOGS, { log, seq });
  });
  return ends.some(({ more }) => more);
}

/** Brings the feed up to date, as far as one reading may take it; a disk that fails leaves it as it was. */
function lookAll(use: FleetContext, company: CompanyId): void {
  try {
    for (let i = 0; i < LOOKS_MAX; i++) if (!look(use, company)) return;
  } catch (error) {
    if (!isStoreError(error)) throw error;
    use.logger.log("warn", "A company's feed could not be written", {
      error: String(error),
    });
  }
}

function itemOf(row: Row): FeedItem {
  const card = Number(row["card"]);
  return {
    number: Number(row["number"]),
    kind: row["kind"] as FeedItem["kind"],
    fact: idText(row["fact"] as Uint8Array),
    at: Number(row["at"]),
    card: card === ALL_CARDS ? null : String(card) as CardId,
    amount: row["amount"] === null ? null : Number(row["amount"]),
  };
}

/** Drops items that every subscriber has, beyond those that are kept for new ones. */
function drop(writer: Writer, company: number): void {
  const places = writer.scan(FLEET_SUBSCRIBERS, { prefix: [company] })
    .map((row) => Number(row["number"]));
  const least = Math.min(...places);
  const excess = writer.count(FLEET_FEED, [company]) - FEED_KEPT_MAX;
  if (excess <= 0) return;
  const old = writer.scan(FLEET_FEED, {
    prefix: [company],
    below: [least + 1],
    limit: Math.min(excess, DROPPED_MAX),
  });
  for (const { number = null } of old) {
    writer.delete(FLEET_FEED, [company, number]);
  }
}

function acknowledge(
  use: FleetContext,
  { company, subscriber, number }: Parameters<Feed["acknowledgeFeed"]>[0],
): Result<{ readonly number: number }, Refusal> {
  const { replica } = use;
  const id = Number(company);
  const { reader } = replica;
  if (subscriber === "" || subscriber.length > NAME_LENGTH_MAX) {
    return refuse(
      "invalid_argument",
      `A subscriber has a name of 1 to ${NAME_LENGTH_MAX} characters`,
    );
  }
  const [last] = reader.scan(FLEET_FEED, {
    prefix: [id],
    reverse: true,
    limit: 1,
  });
  if (
    !Number.isSafeInteger(number) || number < 0 ||
    number > Number(last?.["number"] ?? 0)
  ) {
    return refuse("invalid_argument", `The feed has no item ${number}`);
  }
  const before = reader.get(FLEET_SUBSCRIBERS, [id, subscriber]);
  const isFull = before === undefined &&
    reader.count(FLEET_SUBSCRIBERS, [id]) >= SUBSCRIBERS_MAX;
  if (isFull) {
    return refuse(
      "overloaded",
      `A company has at most ${SUBSCRIBERS_MAX} subscribers`,
    );
  }
  const place = Math.max(number, Number(before?.["number"] ?? 0));
  replica.transact((writer) => {
    writer.put(FLEET_SUBSCRIBERS, {
      company: id,
      subscriber,
      number: place,
      at: replica.at,
    });
    drop(writer, id);
  });
  return ok({ number: place });
}

/**
 * Makes the use-cases about the feed.
 *
 * @param use The node.
 * @returns The use-cases.
 */
export function createFeedUseCases(use: FleetContext): Feed {
  const { replica } = use;
  return {
    feed({ company, after, before, limit }) {
      lookAll(use, company);
      return replica.reader.scan(FLEET_FEED, {
        prefix: [Number(company)],
        after: [after],
        ...(before === undefined ? {} : { below: [before], reverse: true }),
        limit,
      }).map(itemOf);
    },
    subscriber(company, name) {
      const key = [Number(company), name];
      const row = replica.reader.get(FLEET_SUBSCRIBERS, key);
      return Number(row?.["number"] ?? 0);
    },
    acknowledgeFeed: (input) =>
      new Promise((resolve) => resolve(acknowledge(use, input))),
  };
}
