/**
 * What a node gives to its sinks, read from its store by cursor: pages of rows for the first load, then the rows that
 * changed, then facts in the order of their logs. Nothing is queued: a sink that is slow reads later.
 *
 * @module
 */
import {
  type Cell,
  contentOf,
  FACTS,
  idBytes,
  type LogFact,
  MESH_SPACE,
  PanalError,
  type Reader,
  type Row,
  STATUS_COUNTS,
} from "../../crdt/mod.ts";
import type { CommitArchive } from "../commit_archive.ts";
import { SINK_LAG_MAX } from "../limits.ts";
import { createFactReader } from "../log_facts.ts";
import type { LogEntry, LogRegister } from "../log_register.ts";
import { SINK_CHANGES, TIPS } from "../tables.ts";
import {
  type JournalPosition,
  journalPosition,
  parseChangedKey,
} from "./change_journal.ts";
import {
  factJson,
  plainText,
  SINK_FACTS,
  SINK_TABLE_BY_SOURCE,
  SINK_VECTOR,
  sinkKey,
  type SinkRow,
  sinkRow,
  type SinkTable,
} from "./sink_tables.ts";

/** Where a load goes on in a table: the key of the last row that was given; of facts the log's number and a seq. */
export type LoadCursor = readonly Cell[] | null;

/** Rows of a table. */
export interface LoadPage {
  /** The rows. */
  readonly rows: readonly SinkRow[];
  /** Where to go on; null at the table's end. */
  readonly next: LoadCursor;
}

/** What changed of a table. */
export interface TableChanges {
  /** The table. */
  readonly table: SinkTable;
  /** Rows as they are now. */
  readonly put: readonly SinkRow[];
  /** Keys of rows that are gone. */
  readonly gone: readonly SinkRow[];
}

/** Rows that changed. */
export interface ChangeBatch {
  /** By table. */
  readonly tables: readonly TableChanges[];
  /** The number up to which these are all changes; what was asked for, if there are none. */
  readonly number: number;
  /** How many rows. */
  readonly count: number;
  /** How many of them are facts. */
  readonly facts: number;
}

/** How far a sink is behind. */
export interface SinkLag {
  /** Facts that it lacks; `SINK_LAG_MAX` stands for that many or more. */
  readonly facts: number;
  /** When the oldest change that it lacks was made, in milliseconds since 1970; null if it lacks nothing. */
  readonly since: number | null;
}

/** What a source reads. */
export interface SinkSourceParts {
  /** The store. */
  readonly reader: Reader;
  /** The logs; read anew from the store if `reload` says so. */
  readonly register: LogRegister;
  /** Stored commits. */
  readonly archive: CommitArchive;
  /** Runs reads on one state of the store; as they come, if left out. */
  readonly snapshot?: <T>(body: () => T) => T;
  /** True if nobody else keeps the register in line with the store. */
  readonly reload?: boolean;
}

/** Reads what sinks get. */
export class SinkSource {
  readonly #parts: SinkSourceParts;

  /** Makes a source. */
  constructor(parts: SinkSourceParts) {
    this.#parts = parts;
  }

  /** Where the journal is; undefined while there is none. */
  position(): JournalPosition | undefined {
    return journalPosition(this.#parts.reader);
  }

  /** The logs as the store has them. */
  logs(): LogEntry[] {
    return this.#snapshot(() => {
      this.#reload();
      return [...this.#parts.register.all()];
    });
  }

  /**
   * Rows that changed after a number, as they are now.
   *
   * @param after The number.
   * @param limit Most changes.
   * @returns The rows.
   */
  changes(after: number, limit: number): ChangeBatch {
    return this.#snapshot(() => {
      const found = this.#parts.reader.scan(SINK_CHANGES, {
        index: "by_number",
        after: [after],
        limit,
      });
      const logsMoved = found.some(({ target }) => target === TIPS.name);
      if (logsMoved) this.#reload();
      const byTable = Map.groupBy(found, (row) => String(row["target"]));
      const tables = [...byTable].flatMap(([target, rows]) => {
        const table = SINK_TABLE_BY_SOURCE.get(target);
        return table === undefined ? [] : [this.#changed(table, rows)];
      });
      return {
        tables,
        number: Number(found.at(-1)?.["number"] ?? after),
        count: found.length,
        facts: byTable.get(FACTS.name)?.length ?? 0,
      };
    });
  }

  #changed(table: SinkTable, changes: readonly Row[]): TableChanges {
    const put: SinkRow[] = [];
    const gone: SinkRow[] = [];
    for (const change of changes) {
      const key = parseChangedKey(String(change["key"]));
      const row = this.#parts.reader.get(table.source, key);
      if (row === undefined) gone.push(sinkKey(table, key, this.#nameLog));
      else put.push(this.row(table, row));
    }
    return { table, put, gone };
  }

  /**
   * A row as sinks hold it.
   *
   * @param table Its table.
   * @param row The node's row.
   * @returns The values.
   */
  row(table: SinkTable, row: Row): SinkRow {
    if (table === SINK_VECTOR) return this.#vectorRow(row);
    if (table !== SINK_FACTS) return sinkRow(table, row, this.#nameLog);
    const placed = this.#parts.archive.read(
      Number(row["log"]),
      Number(row["seq"]),
      row["id"] as Uint8Array,
    );
    return this.#factRow(row, placed);
  }

  #factRow(row: Row, placed: LogFact | undefined): SinkRow {
    const log = Number(row["log"]);
    const space = this.#identify(log).space;
    const [id, name] = sinkKey(
      SINK_FACTS,
      [row["id"] ?? null, log],
      this.#nameLog,
    );
    return [
      id ?? null,
      name ?? null,
      Number(row["seq"]),
      placed?.stamp ?? null,
      Number(row["at"]),
      placed?.fact.type ?? null,
      space,
      siteOf(space, placed),
      row["status"] === STATUS_COUNTS ? "counts" : "duplicate",
      placed === undefined ? null : factJson({ ...placed.fact }),
    ];
  }

  #vectorRow(row: Row): SinkRow {
    const { name, space } = this.#identify(Number(row["log"]));
    return [name, space, Number(row["seq"]), String(row["stamp"])];
  }

  /**
   * Rows of a table in the order of its keys; of facts in that of their logs.
   *
   * @param table The table.
   * @param after Where to go on; null for the beginning.
   * @param limit About how many rows; a commit's facts are not parted.
   * @returns A page.
   */
  page(table: SinkTable, after: LoadCursor, limit: number): LoadPage {
    return this.#snapshot(() => {
      if (after === null) this.#reload();
      if (table === SINK_FACTS) return this.#factPage(after, limit);
      const found = this.#parts.reader.scan(table.source, {
        ...(after === null ? {} : { after }),
        limit,
      });
      const last = found.at(-1);
      return {
        rows: found.map((row) => this.row(table, row)),
        next: found.length < limit || last === undefined
          ? null
          : table.source.key.map((name) => last[name] ?? null),
      };
    });
  }

  #factPage(after: LoadCursor, limit: number): LoadPage {
    const [fromLog = 0, fromSeq = 0] = (after ?? []).map(Number);
    const entries = [...this.#parts.register.all()]
      .filter(({ number }) => number >= fromLog)
      .toSorted((a, b) => a.number - b.number);
    const rows: SinkRow[] = [];
    for (const entry of entries) {
      const read = createFactReader(this.#parts.archive, entry);
      let seq = entry.number === fromLog ? fromSeq + 1 : 1;
      for (; seq <= entry.seq; seq++) {
        for (const placed of read(seq)) {
          const row = this.placed(placed);
          if (row !== undefined) rows.push(this.#factRow(row, placed));
        }
        if (rows.length >= limit) return { rows, next: [entry.number, seq] };
      }
    }
    return { rows, next: null };
  }

  /** The row of a fact where it stands; undefined if it does not count there. */
  placed({ fact, logNumber, seq }: LogFact): Row | undefined {
    const row = this.#parts.reader.get(FACTS, [idBytes(fact.id), logNumber]);
    return row?.["seq"] === seq ? row : undefined;
  }

  /**
   * Other copies of a fact: the same id and content, in the same space.
   *
   * @param placed The fact.
   * @returns Where they stand.
   */
  copiesOf(placed: LogFact): { readonly log: string; readonly seq: number }[] {
    const { archive, reader } = this.#parts;
    const id = idBytes(placed.fact.id);
    const others = reader.scan(FACTS, { prefix: [id] }).filter((row) =>
      row["log"] !== placed.logNumber
    );
    const space = archive.spaceOf(placed.logNumber);
    return others.flatMap((row) => {
      const [log, seq] = [Number(row["log"]), Number(row["seq"])];
      const copy = archive.read(log, seq, id);
      return copy !== undefined && archive.spaceOf(log) === space &&
          contentOf(copy.fact) === contentOf(placed.fact)
        ? [{ log: copy.log, seq }]
        : [];
    });
  }

  /**
   * The facts of a log's commits.
   *
   * @param entry The log.
   * @returns The facts of the commit with a seq; ask in ascending order, in one `snapshot`.
   */
  factsOf(entry: LogEntry): (seq: number) => readonly LogFact[] {
    return createFactReader(this.#parts.archive, entry);
  }

  /** Runs reads on one state of the store. */
  snapshot<T>(body: () => T): T {
    return this.#snapshot(body);
  }

  /** How many facts there are in all. */
  factCount(): number {
    return this.#parts.reader.count(FACTS);
  }

  /**
   * How far a sink is behind that has all changes up to a number.
   *
   * @param after The number.
   * @returns Facts and time.
   */
  lag(after: number): SinkLag {
    const found = this.#parts.reader.scan(SINK_CHANGES, {
      index: "by_number",
      after: [after],
      limit: SINK_LAG_MAX,
    });
    const [first] = found;
    if (first === undefined) return { facts: 0, since: null };
    return {
      facts: found.length === SINK_LAG_MAX
        ? SINK_LAG_MAX
        : found.filter(({ target }) => target === FACTS.name).length,
      since: Number(first["at"]),
    };
  }

  readonly #nameLog = (number: number): string => this.#identify(number).name;

  #identify(number: number) {
    const { register } = this.#parts;
    const known = register.identify(number);
    if (known !== undefined) return known;
    this.#reload();
    const found = register.identify(number);
    if (found !== undefined) return found;
    throw new PanalError(
      "internal",
      `Cannot read for a sink: nothing is known of log ${number}`,
    );
  }

  #reload(): void {
    const { register, reader, reload } = this.#parts;
    if (reload === true) register.load(reader);
  }

  #snapshot<T>(body: () => T): T {
    const { snapshot } = this.#parts;
    return snapshot === undefined ? body() : snapshot(body);
  }
}

function siteOf(space: string, placed: LogFact | undefined): string | null {
  const site: unknown = placed === undefined
    ? undefined
    : Reflect.get(placed.fact, "site");
  if (typeof site === "string") return plainText(site);
  return space === MESH_SPACE || !space.startsWith("site:")
    ? null
    : space.slice("site:".length);
}
