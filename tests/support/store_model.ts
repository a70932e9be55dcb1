/**
 * A model of a store that is too simple to be wrong, random steps for it, and the run that compares a store with it.
 *
 * @module
 */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { Buffer } from "node:buffer";
import fc from "fast-check";
import type {
  Cell,
  ColumnType,
  Reader,
  Row,
  Scan,
  Store,
  StoreOptions,
  TableSchema,
} from "../../nodes/ports.ts";

const THINGS: TableSchema = {
  name: "things",
  columns: { a: "text", n: "integer", w: "text", r: "real", b: "blob" },
  key: ["a", "n"],
  indexes: { words: ["w", "r"], reals: ["r", "a"], blobs: ["b"] },
};
const FILES: TableSchema = {
  name: "files",
  columns: { id: "blob", kind: "text", size: "integer" },
  key: ["id"],
  indexes: { kinds: ["kind", "size"] },
  wide: true,
};
const TABLES = [THINGS, FILES];

/** How the model's store is opened. */
export const MODEL_OPTIONS: StoreOptions = { tables: TABLES, version: 1 };

/** A read or change of one table. */
export type ModelOperation =
  | { readonly kind: "put"; readonly table: number; readonly row: Row }
  | { readonly kind: "delete"; readonly table: number; readonly key: Cell[] }
  | { readonly kind: "get"; readonly table: number; readonly key: Cell[] }
  | { readonly kind: "count"; readonly table: number; readonly prefix: Cell[] }
  | { readonly kind: "scan"; readonly table: number; readonly scan: Scan };

const TEXT = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom("", "a", "ab", "b", "z") },
  {
    weight: 2,
    arbitrary: fc.constantFrom("\ud7ff", "\ue000", "\uffff", "\u{10000}"),
  },
  fc.string({ unit: "binary", maxLength: 4 })
    .map((text) => text.replaceAll("\0", "-")),
);
const CELLS: Record<ColumnType, fc.Arbitrary<Cell>> = {
  integer: fc.oneof(fc.integer({ min: -2, max: 3 }), fc.maxSafeInteger()),
  real: fc.oneof(
    fc.constantFrom(-1.5, -0, 0, 1, 2.5),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
  ),
  text: TEXT,
  blob: fc.uint8Array({ maxLength: 3, max: 2 }),
};

function cellOf(table: TableSchema, column: string): fc.Arbitrary<Cell> {
  const cell = CELLS[table.columns[column] ?? "text"];
  return table.key.includes(column) ? cell : fc.option(cell, { freq: 3 });
}

function orderOf(table: TableSchema, index: string | undefined): string[] {
  const columns = index === undefined ? [] : table.indexes?.[index] ?? [];
  return [...new Set([...columns, ...table.key])];
}

function scanOf(table: TableSchema): fc.Arbitrary<Scan> {
  const indexes = Object.keys(table.indexes ?? {});
  return fc.constantFrom(undefined, ...indexes).chain((index) => {
    const order = orderOf(table, index);
    const tuple = fc.tuple(...order.map((name) => cellOf(table, name)));
    const part = fc.option(
      fc.tuple(tuple, fc.nat({ max: order.length })),
      { nil: undefined },
    );
    return fc.record({
      prefix: fc.tuple(tuple, fc.constantFrom(0, 0, 0, 1, 2)),
      from: part,
      after: part,
      below: part,
      reverse: fc.boolean(),
      limit: fc.option(fc.nat({ max: 5 }), { nil: undefined }),
    }).map(({ prefix: [cells, length], from, after, below, ...rest }) => {
      const prefix = cells.slice(0, length);
      const cut = (bound: typeof from) =>
        bound?.[0].slice(prefix.length).slice(0, bound[1]);
      const scan = {
        index,
        prefix,
        from: cut(from),
        after: cut(after),
        below: cut(below),
        ...rest,
      };
      return Object.fromEntries(
        Object.entries(scan).filter(([, value]) => value !== undefined),
      ) as Scan;
    });
  });
}

/** Random operations, often on the same rows. */
export const MODEL_OPERATION: fc.Arbitrary<ModelOperation> = fc.constantFrom(
  0,
  1,
).chain((table) => {
  const schema = TABLES[table] as TableSchema;
  const row = fc.record(Object.fromEntries(
    Object.keys(schema.columns).map((name) => [name, cellOf(schema, name)]),
  ));
  const key = fc.tuple(...schema.key.map((name) => cellOf(schema, name)));
  return fc.oneof(
    {
      weight: 5,
      arbitrary: row.map((row) => ({ kind: "put", table, row }) as const),
    },
    key.map((key) => ({ kind: "delete", table, key }) as const),
    key.map((key) => ({ kind: "get", table, key }) as const),
    key.map((key) =>
      ({ kind: "count", table, prefix: key.slice(0, 1) }) as const
    ),
    {
      weight: 4,
      arbitrary: scanOf(schema).map((scan) =>
        ({ kind: "scan", table, scan }) as const
      ),
    },
  );
});

/** The rows of a store, as lists. */
export class StoreModel {
  readonly #rows: readonly (readonly Row[])[];

  /** Makes a model. */
  constructor(rows: readonly (readonly Row[])[] = [[], []]) {
    this.#rows = rows;
  }

  /** Runs operations on it and on a store, and compares what both give. */
  run(
    operations: readonly ModelOperation[],
    store: Reader & Partial<Pick<StoreWriter, "put" | "delete">>,
  ): StoreModel {
    const rows = this.#rows.map((table) => [...table]);
    for (const operation of operations) {
      const schema = TABLES[operation.table] as TableSchema;
      const table = rows[operation.table] as Row[];
      switch (operation.kind) {
        case "put":
          store.put?.(schema, operation.row);
          forget(table, schema, keyOf(schema, operation.row));
          table.push(plain(operation.row));
          break;
        case "delete":
          store.delete?.(schema, operation.key);
          forget(table, schema, operation.key);
          break;
        case "get":
          deepStrictEqual(
            store.get(schema, operation.key),
            table.find((row) => same(keyOf(schema, row), operation.key)),
          );
          break;
        case "count":
          strictEqual(
            store.count(schema, operation.prefix),
            select(table, schema, { prefix: operation.prefix }).length,
          );
          break;
        case "scan":
          deepStrictEqual(
            store.scan(schema, operation.scan),
            select(table, schema, operation.scan),
          );
      }
    }
    return new StoreModel(rows);
  }

  /** Whether a store holds exactly the model's rows. */
  equals(store: Store): boolean {
    try {
      TABLES.forEach((schema, i) => {
        const rows = this.#rows[i] ?? [];
        strictEqual(store.count(schema), rows.length);
        deepStrictEqual(store.scan(schema), select(rows, schema, {}));
      });
      return true;
    } catch {
      return false;
    }
  }
}

type StoreWriter = Parameters<Parameters<Store["write"]>[0]>[0];

function forget(rows: Row[], schema: TableSchema, key: readonly Cell[]): void {
  const at = rows.findIndex((row) => same(keyOf(schema, row), key));
  if (at >= 0) rows.splice(at, 1);
}

function keyOf(schema: TableSchema, row: Row): Cell[] {
  return schema.key.map((name) => row[name] ?? null);
}

/** -0 is kept as 0. */
function plain(row: Row): Row {
  return Object.fromEntries(
    Object.entries(row).map(([name, cell]) => [name, cell === 0 ? 0 : cell]),
  );
}

/** The contract's words, row by row. */
function select(rows: readonly Row[], schema: TableSchema, scan: Scan): Row[] {
  const order = orderOf(schema, scan.index);
  const prefix = scan.prefix ?? [];
  const tuple = (row: Row) => order.map((name) => row[name] ?? null);
  const found = rows.filter((row) => {
    const rest = tuple(row).slice(prefix.length);
    const { from, after, below } = scan;
    return same(tuple(row).slice(0, prefix.length), prefix) &&
      (!from || compare(rest, from) >= 0) &&
      (!after ||
        compare(rest, after) > 0 &&
          !same(rest.slice(0, after.length), after)) &&
      (!below || compare(rest, below) < 0);
  }).sort((a, b) => compare(tuple(a), tuple(b)));
  if (scan.reverse) found.reverse();
  return found.slice(0, scan.limit);
}

function same(a: readonly Cell[], b: readonly Cell[]): boolean {
  return compare(a, b) === 0;
}

/** Tuples in order; a shorter one is below its extensions. */
function compare(a: readonly Cell[], b: readonly Cell[]): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const [x, y] = [a[i] ?? null, b[i] ?? null];
    const difference = rank(x) - rank(y) ||
      (typeof x === "number" && typeof y === "number"
        ? x - y
        : Buffer.compare(bytesOf(x), bytesOf(y)));
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

function rank(cell: Cell): number {
  if (cell === null) return 0;
  return typeof cell === "number" ? 1 : typeof cell === "string" ? 2 : 3;
}

function bytesOf(cell: Cell): Uint8Array {
  return cell instanceof Uint8Array
    ? cell
    : new TextEncoder().encode(typeof cell === "string" ? cell : "");
}
