/**
 * Compares what a sink holds with what the node says that it should: by table, site and day first, then row by row where
 * these differ. Sales go on meanwhile, so a row differs only if the sink's stays as it is while it is looked at twice.
 *
 * @module
 */
import { SINK_DIFFERENCES_MAX } from "../limits.ts";
import type { RowDigest } from "./sink_tables.ts";

/** One side: the node, or the sink. */
export interface CheckedSide {
  /** Every row of a table, in short, in any order. */
  rows(table: string): AsyncIterable<RowDigest>;
}

/** A row that differs. */
export interface RowDifference {
  /** The table. */
  readonly table: string;
  /** Site and day. */
  readonly group: string;
  /** The key's values as JSON. */
  readonly key: string;
  /** `missing` in the sink, `surplus` there, or `different`. */
  readonly kind: "missing" | "surplus" | "different";
}

/** What comparing a table came to. */
export interface TableComparison {
  /** The table. */
  readonly table: string;
  /** Rows at the node. */
  readonly node: number;
  /** Rows in the sink. */
  readonly sink: number;
  /** Sites and days, and how many of them differ. */
  readonly groups: { readonly all: number; readonly different: number };
  /** Rows that differ, `SINK_DIFFERENCES_MAX` at most; none if what differed was only on its way. */
  readonly differences: readonly RowDifference[];
}

interface Sum {
  count: number;
  /** Of hashes, modulo 2^64: the same whatever the order. */
  hash: bigint;
}

async function sums(
  side: CheckedSide,
  table: string,
): Promise<Map<string, Sum>> {
  const groups = new Map<string, Sum>();
  for await (const { group, hash } of side.rows(table)) {
    const sum = groups.get(group) ?? { count: 0, hash: 0n };
    groups.set(group, sum);
    sum.count++;
    sum.hash = BigInt.asUintN(64, sum.hash + BigInt(`0x${hash}`));
  }
  return groups;
}

/** Rows of some groups: hashes by key. A key that stands twice has all of its hashes. */
async function rowsOf(
  side: CheckedSide,
  table: string,
  groups: ReadonlySet<string>,
): Promise<Map<string, { group: string; hash: string }>> {
  const rows = new Map<string, { group: string; hash: string }>();
  for await (const { key, group, hash } of side.rows(table)) {
    if (!groups.has(group)) continue;
    const known = rows.get(key);
    rows.set(key, {
      group,
      hash: known === undefined ? hash : `${known.hash} ${hash}`,
    });
  }
  return rows;
}

/**
 * Compares a table.
 *
 * @param table Its name.
 * @param sides The node and the sink.
 * @param wait Waits until what is on its way has arrived.
 * @returns What differs.
 */
export async function compareTable(
  table: string,
  { node, sink }: { readonly node: CheckedSide; readonly sink: CheckedSide },
  wait: () => Promise<void>,
): Promise<TableComparison> {
  const [left, right] = [await sums(node, table), await sums(sink, table)];
  const all = new Set([...left.keys(), ...right.keys()]);
  const different = new Set([...all].filter((group) => {
    const [a, b] = [left.get(group), right.get(group)];
    return a?.count !== b?.count || a?.hash !== b?.hash;
  }));
  const look = async () => ({
    node: await rowsOf(node, table, different),
    sink: await rowsOf(sink, table, different),
  });
  let differences: RowDifference[] = [];
  if (different.size > 0) {
    const first = await look();
    await wait();
    const second = await look();
    differences = differing(table, second).filter(({ key }) =>
      first.sink.get(key)?.hash === second.sink.get(key)?.hash &&
      first.sink.get(key)?.hash !== first.node.get(key)?.hash
    );
  }
  return {
    table,
    node: countOf(left),
    sink: countOf(right),
    groups: { all: all.size, different: different.size },
    differences: differences.slice(0, SINK_DIFFERENCES_MAX),
  };
}

function countOf(groups: ReadonlyMap<string, Sum>): number {
  return [...groups.values()].reduce((sum, { count }) => sum + count, 0);
}

type Rows = Awaited<ReturnType<typeof rowsOf>>;

function differing(
  table: string,
  { node, sink }: { readonly node: Rows; readonly sink: Rows },
): RowDifference[] {
  const keys = new Set([...node.keys(), ...sink.keys()]);
  return [...keys].toSorted().flatMap((key): RowDifference[] => {
    const [a, b] = [node.get(key), sink.get(key)];
    if (a?.hash === b?.hash) return [];
    const group = a?.group ?? b?.group ?? "";
    const kind = b === undefined
      ? "missing"
      : a === undefined
      ? "surplus"
      : "different";
    return [{ table, group, key, kind }];
  });
}
