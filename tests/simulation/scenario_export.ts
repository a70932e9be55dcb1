/**
 * What two peers with equal vectors must have in common, as sorted lines of text: vectors, branch heads, what was set
 * aside, and every view. A node's own short numbers of logs are replaced by the logs' names.
 *
 * @module
 */
import {
  type BoundName,
  MESH_SPACE,
  type SpaceId,
  spaceOfBound,
  toHex,
  VIEW_TABLES,
} from "../../crdt/mod.ts";
import type { Replica } from "../../nodes/replica.ts";
import { BRANCHES, SET_ASIDE } from "../../nodes/tables.ts";
import type { Cell, Row, TableSchema } from "../../nodes/ports.ts";

/**
 * The canonical export of a replica.
 *
 * @param replica The replica.
 * @param spaces Only what stands in these spaces; all if left out.
 * @returns Sorted lines.
 */
export function exportReplica(
  replica: Replica,
  spaces?: ReadonlySet<SpaceId>,
): string[] {
  const lines: string[] = [];
  const { register } = replica;
  for (const space of register.spaces()) {
    if (spaces?.has(space) === false) continue;
    for (const { log, seq, hash } of register.vector(space)) {
      lines.push(`log ${space} ${log} ${seq} ${hash}`);
    }
  }
  const spaceOf = spacesOfLogs(replica);
  const tables = [...VIEW_TABLES, BRANCHES, SET_ASIDE];
  for (const table of tables) {
    for (const row of replica.reader.scan(table)) {
      if (isCut(replica, table, row)) continue;
      const named = withNames(replica, row);
      if (spaces === undefined || isIn(named, spaces, spaceOf)) {
        lines.push(`${table.name} ${rowText(table, named)}`);
      }
    }
  }
  return lines.sort();
}

/**
 * The vectors alone: cheap to compare while waiting for peers to agree.
 *
 * @param replica The replica.
 * @param spaces Which spaces; all if left out.
 * @returns Text that is equal for equal vectors.
 */
export function exportVectors(
  replica: Replica,
  spaces?: ReadonlySet<SpaceId>,
): string {
  const { register } = replica;
  return register.spaces().filter((space) => spaces?.has(space) !== false)
    .flatMap((space) => register.vector(space))
    .map(({ log, seq, hash }) => `${log} ${seq} ${hash}`)
    .sort().join("\n");
}

/** What lies beyond a cut is here or not, as it came: no peer shows it to another. */
function isCut(
  { register }: Replica,
  table: TableSchema,
  row: Row,
): boolean {
  return (table === BRANCHES || table === SET_ASIDE) &&
    register.byNumber(Number(row["log"]))?.cut !== undefined;
}

function spacesOfLogs(replica: Replica): ReadonlyMap<string, SpaceId> {
  return new Map(
    [...replica.register.all()].map(({ name, space }) => [name, space]),
  );
}

function withNames(replica: Replica, row: Row): Row {
  const { log } = row;
  return typeof log === "number"
    ? { ...row, log: replica.register.byNumber(log)?.name ?? `?${log}` }
    : row;
}

/** A row belongs to the space of its log, that it names, of its scope, its site, its company or its bound. */
function isIn(
  { log, space, scope, site, company, bound }: Row,
  spaces: ReadonlySet<SpaceId>,
  spaceOf: ReadonlyMap<string, SpaceId>,
): boolean {
  const logSpace = spaceOf.get(String(log));
  if (logSpace !== undefined) return spaces.has(logSpace);
  for (const named of [space, scope]) {
    if (typeof named === "string") return spaces.has(named as SpaceId);
  }
  if (typeof company === "number") {
    return spaces.has(`company:${company}` as SpaceId);
  }
  if (typeof site !== "string") {
    return typeof bound !== "string" ||
      spaces.has(spaceOfBound(bound as BoundName));
  }
  return spaces.has(
    site === "MASTER" ? MESH_SPACE : `site:${site}` as SpaceId,
  );
}

function rowText(table: TableSchema, row: Row): string {
  const cell = (value: Cell | undefined) =>
    value instanceof Uint8Array ? `x${toHex(value)}` : JSON.stringify(value);
  return Object.keys(table.columns).map((column) => cell(row[column])).join(
    " ",
  );
}

/**
 * The first lines by which two exports differ.
 *
 * @param a One.
 * @param b The other.
 * @returns Up to six lines, marked `-` (only in `a`) and `+` (only in `b`).
 */
export function exportDifference(
  a: readonly string[],
  b: readonly string[],
): string[] {
  const [inA, inB] = [new Set(a), new Set(b)];
  return [
    ...a.filter((line) => !inB.has(line)).map((line) => `- ${line}`)
      .slice(0, 3),
    ...b.filter((line) => !inA.has(line)).map((line) => `+ ${line}`)
      .slice(0, 3),
  ];
}
