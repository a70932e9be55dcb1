/**
 * The directory fold: what is listed in a space (pumps, tanks, stations, …), field by field.
 *
 * @module
 */
import type { DirectoryChanged, DirectoryValue } from "./directory_facts.ts";
import type { Fold, FoldRows, LogFact } from "./fold.ts";
import type { FactId, SpaceId } from "./ids.ts";
import type { Reader, Row, TableSchema } from "./rows.ts";
import { type Replacing, standing } from "./standing.ts";

/** Changes that count. `value` and `replaces` are JSON. */
export const DIRECTORY_CHANGES: TableSchema = {
  name: "directory_changes",
  columns: {
    space: "text",
    subject: "text",
    field: "text",
    id: "text",
    log: "text",
    seq: "integer",
    stamp: "text",
    at: "integer",
    value: "text",
    replaces: "text",
  },
  key: ["space", "subject", "field", "id", "log"],
};

/**
 * What each field holds now. `value` is JSON; `at` is when it was set, `first_at` when the field was set first;
 * `contested` is 1 where different values were set apart.
 */
export const DIRECTORY: TableSchema = {
  name: "directory",
  columns: {
    space: "text",
    subject: "text",
    field: "text",
    value: "text",
    at: "integer",
    first_at: "integer",
    contested: "integer",
  },
  key: ["space", "subject", "field"],
};

/** A subject of a directory with all its fields. */
export interface DirectoryEntry {
  /** Its kind and name. */
  readonly subject: string;
  /** What its fields hold, those without null. */
  readonly fields: Readonly<Record<string, DirectoryValue>>;
  /** When any field was set first, in microseconds since 1970. */
  readonly firstAt: number;
  /** When any field was set last, in microseconds since 1970. */
  readonly at: number;
  /** Fields whose values were set apart. */
  readonly contested: readonly string[];
}

/** Where a field stands. */
export interface DirectoryPlace {
  /** The directory. */
  readonly space: SpaceId;
  /** The subject. */
  readonly subject: string;
  /** The field. */
  readonly field: string;
}

interface Change extends Replacing {
  readonly value: string;
  readonly at: number;
}

function changesOf(rows: Reader, place: DirectoryPlace): Change[] {
  const { space, subject, field } = place;
  return rows.scan(DIRECTORY_CHANGES, { prefix: [space, subject, field] })
    .map((row) =>
      ({
        ...row,
        replaces: JSON.parse(String(row["replaces"])),
      }) as unknown as Change
    );
}

/**
 * The changes of a field that a new one replaces.
 *
 * @param rows The rows.
 * @param place The field.
 * @returns Ids of facts.
 */
export function directoryOver(rows: Reader, place: DirectoryPlace): FactId[] {
  return [
    ...new Set(standing(changesOf(rows, place)).map(({ id }) => id as FactId)),
  ];
}

function derive(rows: FoldRows, place: DirectoryPlace): void {
  const { space, subject, field } = place;
  const changes = changesOf(rows, place);
  const stands = standing(changes);
  const shown = stands.at(-1);
  if (shown === undefined) {
    rows.delete(DIRECTORY, [space, subject, field]);
    return;
  }
  rows.put(DIRECTORY, {
    space,
    subject,
    field,
    value: shown.value,
    at: shown.at,
    first_at: Math.min(...changes.map(({ at }) => at)),
    contested: new Set(stands.map(({ value }) => value)).size > 1 ? 1 : 0,
  });
}

function toRow({ fact, log, seq, stamp }: LogFact<DirectoryChanged>): Row {
  const { space, subject, field, id, at, value, over } = fact;
  return {
    space,
    subject,
    field,
    id,
    log,
    seq,
    stamp,
    at,
    value: JSON.stringify(value),
    replaces: JSON.stringify(over),
  };
}

/** What is listed, from `DirectoryChanged`. */
export const directoryFold: Fold<DirectoryChanged> = {
  add(rows, placed) {
    rows.put(DIRECTORY_CHANGES, toRow(placed));
    derive(rows, placed.fact);
  },
  remove(rows, placed) {
    const { space, subject, field, id } = placed.fact;
    rows.delete(DIRECTORY_CHANGES, [space, subject, field, id, placed.log]);
    derive(rows, placed.fact);
  },
};

function toEntry(subject: string, rows: readonly Row[]): DirectoryEntry {
  const values = rows.map((row): [string, DirectoryValue] => [
    String(row["field"]),
    JSON.parse(String(row["value"])),
  ]);
  return {
    subject,
    fields: Object.fromEntries(values.filter(([, value]) => value !== null)),
    firstAt: Math.min(...rows.map((row) => Number(row["first_at"]))),
    at: Math.max(...rows.map((row) => Number(row["at"]))),
    contested: rows.filter((row) => row["contested"] === 1)
      .map((row) => String(row["field"])),
  };
}

/**
 * One subject.
 *
 * @param rows The rows.
 * @param space The directory.
 * @param subject The subject.
 * @returns The subject; undefined if nothing was ever said of it.
 */
export function directoryEntry(
  rows: Reader,
  space: SpaceId,
  subject: string,
): DirectoryEntry | undefined {
  const found = rows.scan(DIRECTORY, { prefix: [space, subject] });
  return found.length === 0 ? undefined : toEntry(subject, found);
}

/**
 * All subjects of a kind.
 *
 * @param rows The rows.
 * @param space The directory.
 * @param kind E.g. `pump`.
 * @returns Subjects in the order of their names as text.
 */
export function directoryEntries(
  rows: Reader,
  space: SpaceId,
  kind: string,
): DirectoryEntry[] {
  const found = rows.scan(DIRECTORY, {
    prefix: [space],
    from: [`${kind}/`],
    // `0` is the character after `/`.
    below: [`${kind}0`],
  });
  const bySubject = Map.groupBy(found, (row) => String(row["subject"]));
  return [...bySubject].map(([subject, fields]) => toEntry(subject, fields));
}
