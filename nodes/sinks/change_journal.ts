/**
 * The journal of changed rows: which rows of the tables that sinks show have changed, in the order of the transactions,
 * each row once. It is written in the transaction that changes the rows, so that it misses nothing, and it holds keys
 * alone: a sink reads the rows themselves when it is ready for them. No sink that is slow or away costs more than that.
 *
 * An epoch begins where the journal may have missed something; a sink that knows another epoch is loaded anew.
 *
 * @module
 */
import {
  type Cell,
  fromHex,
  type Random,
  type Row,
  type TableSchema,
  toHex,
  type Writer,
} from "../../crdt/mod.ts";
import { SINK_CHANGES_MAX, SINK_TRIMMED_MAX } from "../limits.ts";
import type { Reader, Scan, Store } from "../ports.ts";
import { META, SINK_CHANGES, TIPS } from "../tables.ts";
import { SINK_TABLE_BY_SOURCE } from "./sink_tables.ts";

const EPOCH = "sink_epoch";
const EPOCH_BYTES = 8;

/** Where the journal is. */
export interface JournalPosition {
  /** The epoch, 16 hexadecimal digits. */
  readonly epoch: string;
  /** The number of the newest change. */
  readonly number: number;
}

/** A store whose changes are noted. */
export interface JournaledStore extends Store {
  /**
   * Forgets changes that every sink has, a bounded number of them a call; if too many are left, a new epoch begins.
   *
   * @param confirmed The number up to which every sink is.
   */
  trim(confirmed: number): void;
}

/** A key as the journal holds it. */
function keyText(key: readonly Cell[]): string {
  return JSON.stringify(
    key.map((cell) => cell instanceof Uint8Array ? [toHex(cell)] : cell),
  );
}

/**
 * Reads a key of the journal.
 *
 * @param text The key as the journal holds it.
 * @returns The values of the primary key.
 */
export function parseChangedKey(text: string): Cell[] {
  return (JSON.parse(text) as (Cell | [string])[]).map((cell) =>
    Array.isArray(cell) ? fromHex(cell[0]) : cell
  );
}

/**
 * Where the journal is.
 *
 * @param reader The store.
 * @returns Its epoch and newest number; undefined if there is none.
 */
export function journalPosition(reader: Reader): JournalPosition | undefined {
  const epoch = reader.get(META, [EPOCH])?.["value"];
  return typeof epoch === "string"
    ? { epoch, number: newestNumber(reader) }
    : undefined;
}

/**
 * Ends the journal: something changes rows that it does not see.
 *
 * @param writer The transaction that does.
 */
export function endJournal(writer: Writer): void {
  writer.delete(META, [EPOCH]);
}

function newestNumber(reader: Reader): number {
  const [row] = reader.scan(SINK_CHANGES, {
    index: "by_number",
    reverse: true,
    limit: 1,
  });
  return Number(row?.["number"] ?? 0);
}

/**
 * Notes the changes of a store from now on. If it was changed without being noted since the last time, a new epoch begins.
 *
 * @param store The store.
 * @param options Randomness for epochs; wall time in milliseconds; whether a new epoch shall begin in any case.
 * @returns The same store.
 */
export function journalStore(
  store: Store,
  options: {
    readonly random: Random;
    readonly now: () => number;
    readonly fresh: boolean;
  },
): JournaledStore {
  const { random, now } = options;
  let number = newestNumber(store);
  let trimmed = 0;
  let judgedAt = 0;
  const begin = () => {
    emptyJournal(store);
    const epoch = toHex(random.bytes(EPOCH_BYTES));
    store.write((writer) => {
      writer.put(META, { name: EPOCH, value: epoch });
      for (const row of writer.scan(TIPS)) {
        writer.put(SINK_CHANGES, {
          target: TIPS.name,
          key: keyText([row["log"] ?? null]),
          number: ++number,
          at: now(),
          mark: row["seq"] ?? null,
        });
      }
    });
    trimmed = 0;
    judgedAt = number;
  };
  if (options.fresh || !isComplete(store)) begin();
  return {
    get: (table, key) => store.get(table, key),
    scan: (table, scan) => store.scan(table, scan),
    count: (table, prefix) => store.count(table, prefix),
    write: (body) =>
      store.write((writer) => {
        const noting = new NotingWriter(writer);
        const result = body(noting);
        const at = now();
        for (const change of noting.changes()) {
          writer.put(SINK_CHANGES, { ...change, number: ++number, at });
        }
        return result;
      }),
    close: () => store.close(),
    trim(confirmed) {
      trimmed = trimOnce(store, trimmed, confirmed);
      if (number - judgedAt < SINK_CHANGES_MAX) return;
      judgedAt = number;
      if (store.count(SINK_CHANGES) > SINK_CHANGES_MAX) begin();
    },
  };
}

/** Whether the journal has seen the newest commit of every log. */
function isComplete(store: Store): boolean {
  if (journalPosition(store) === undefined) return false;
  return store.scan(TIPS).every((row) => {
    const key = [TIPS.name, keyText([row["log"] ?? null])];
    return store.get(SINK_CHANGES, key)?.["mark"] === row["seq"];
  });
}

function emptyJournal(store: Store): void {
  for (;;) {
    const rows = store.scan(SINK_CHANGES, { limit: SINK_TRIMMED_MAX });
    if (rows.length === 0) return;
    store.write((writer) => rows.forEach((row) => deleteChange(writer, row)));
  }
}

function deleteChange(writer: Writer, row: Row): void {
  writer.delete(SINK_CHANGES, [row["target"] ?? null, row["key"] ?? null]);
}

/** Forgets changes in their order. Where logs are stays, and the newest change, whose number must not be given again. */
function trimOnce(store: Store, from: number, to: number): number {
  if (to <= from) return from;
  const rows = store.scan(SINK_CHANGES, {
    index: "by_number",
    after: [from],
    below: [to],
    limit: SINK_TRIMMED_MAX,
  });
  const last = rows.at(-1);
  const gone = rows.filter((row) => row["target"] !== TIPS.name);
  if (gone.length > 0) {
    store.write((writer) => gone.forEach((row) => deleteChange(writer, row)));
  }
  return rows.length < SINK_TRIMMED_MAX || last === undefined
    ? to - 1
    : Number(last["number"]);
}

/** A change without its number. */
interface Change {
  readonly target: string;
  readonly key: string;
  readonly mark: number | null;
}

/** Writes, and remembers which rows of the tables that sinks show it wrote. */
class NotingWriter implements Writer {
  readonly #writer: Writer;
  readonly #changes = new Map<string, Map<string, number | null>>();

  constructor(writer: Writer) {
    this.#writer = writer;
  }

  get(table: TableSchema, key: readonly Cell[]): Row | undefined {
    return this.#writer.get(table, key);
  }

  scan(table: TableSchema, scan?: Scan): Row[] {
    return this.#writer.scan(table, scan);
  }

  count(table: TableSchema, prefix?: readonly Cell[]): number {
    return this.#writer.count(table, prefix);
  }

  put(table: TableSchema, row: Row): void {
    this.#writer.put(table, row);
    if (!SINK_TABLE_BY_SOURCE.has(table.name)) return;
    const key = table.key.map((column) => row[column] ?? null);
    this.#note(table, key, table === TIPS ? Number(row["seq"]) : null);
  }

  delete(table: TableSchema, key: readonly Cell[]): void {
    this.#writer.delete(table, key);
    if (SINK_TABLE_BY_SOURCE.has(table.name)) this.#note(table, key, null);
  }

  *changes(): Generator<Change> {
    for (const [target, keys] of this.#changes) {
      for (const [key, mark] of keys) yield { target, key, mark };
    }
  }

  #note(
    { name }: TableSchema,
    key: readonly Cell[],
    mark: number | null,
  ): void {
    let keys = this.#changes.get(name);
    if (keys === undefined) this.#changes.set(name, keys = new Map());
    keys.set(keyText(key), mark);
  }
}
