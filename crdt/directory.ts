/**
 * The directory fold: what is listed in a space (pumps, tanks, stations, …), field by field.
 *
 * @module
 */
import type { DirectoryChanged, DirectoryValue } from "./directory_facts.ts";
import {
  compareOrder,
  type FactOrder,
  type Fold,
  type FoldRows,
  type LogFact,
} from "./fold.ts";
import type { FactId, SpaceId } from "./ids.ts";
import type { Reader, Row, TableSchema } from "./rows.ts";

/**
 * Changes that count. `value` is JSON; `stands` is 1 for those that no other replaces: the rule of `standing.ts`, kept
 * by change, so that a field that was set very often is not read from its beginning each time.
 */
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
    stands: "integer",
  },
  key: ["space", "subject", "field", "id", "log"],
  indexes: {
    by_standing: ["space", "subject", "field", "stands"],
    by_time: ["space", "subject", "field", "at"],
  },
};

/** Which changes of the same field were replaced, and by which. */
export const DIRECTORY_REPLACED: TableSchema = {
  name: "directory_replaced",
  columns: {
    space: "text",
    subject: "text",
    field: "text",
    id: "text",
    by_id: "text",
    by_log: "text",
  },
  key: ["space", "subject", "field", "id", "by_id", "by_log"],
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

interface Change extends FactOrder {
  readonly value: string;
  readonly at: number;
}

/** The changes that stand, as `standing` gives them. */
function standingOf(
  rows: Reader,
  { space, subject, field }: DirectoryPlace,
): Change[] {
  const prefix = [space, subject, field];
  const found = rows.scan(DIRECTORY_CHANGES, {
    index: "by_standing",
    prefix: [...prefix, 1],
  });
  const stands = found.length > 0
    ? found
    : rows.scan(DIRECTORY_CHANGES, { prefix });
  return (stands as unknown as Change[]).toSorted(compareOrder);
}

function isReplaced(
  rows: Reader,
  { space, subject, field }: DirectoryPlace,
  id: FactId,
): boolean {
  const prefix = [space, subject, field, id];
  return rows.scan(DIRECTORY_REPLACED, { prefix, limit: 1 }).length > 0;
}

/** Notes whether the copies of a change stand. */
function setStanding(rows: FoldRows, place: DirectoryPlace, id: FactId): void {
  const { space, subject, field } = place;
  const stands = isReplaced(rows, place, id) ? 0 : 1;
  const prefix = [space, subject, field, id];
  for (const row of rows.scan(DIRECTORY_CHANGES, { prefix })) {
    if (row["stands"] !== stands) {
      rows.put(DIRECTORY_CHANGES, { ...row, stands });
    }
  }
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
    ...new Set(standingOf(rows, place).map(({ id }) => id as FactId)),
  ];
}

/**
 * Every value that stands for a field: for what guards something the tighter of them holds, which a reader chooses.
 *
 * @param rows The rows.
 * @param place The field.
 * @returns Values, the one that is shown last; several if they were set apart, none if the field was never set.
 */
export function directoryStanding(
  rows: Reader,
  place: DirectoryPlace,
): DirectoryValue[] {
  return standingOf(rows, place).map(({ value }) => JSON.parse(value));
}

function derive(rows: FoldRows, place: DirectoryPlace): void {
  const { space, subject, field } = place;
  const stands = standingOf(rows, place);
  const shown = stands.at(-1);
  if (shown === undefined) {
    rows.delete(DIRECTORY, [space, subject, field]);
    return;
  }
  const [first] = rows.scan(DIRECTORY_CHANGES, {
    index: "by_time",
    prefix: [space, subject, field],
    limit: 1,
  });
  rows.put(DIRECTORY, {
    space,
    subject,
    field,
    value: shown.value,
    at: shown.at,
    first_at: first?.["at"] ?? shown.at,
    contested: new Set(stands.map(({ value }) => value)).size > 1 ? 1 : 0,
  });
}

function toRow(
  { fact, log, seq, stamp }: LogFact<DirectoryChanged>,
  stands: 0 | 1,
): Row {
  const { space, subject, field, id, at, value } = fact;
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
    stands,
  };
}

/** What is listed, from `DirectoryChanged`. */
export const directoryFold: Fold<DirectoryChanged> = {
  add(rows, placed) {
    const { fact, log } = placed;
    const { space, subject, field, id } = fact;
    for (const replaced of new Set(fact.over)) {
      rows.put(DIRECTORY_REPLACED, {
        ...{ space, subject, field, id: replaced },
        by_id: id,
        by_log: log,
      });
      setStanding(rows, fact, replaced);
    }
    const stands = isReplaced(rows, fact, id) ? 0 : 1;
    rows.put(DIRECTORY_CHANGES, toRow(placed, stands));
    derive(rows, fact);
  },
  remove(rows, placed) {
    const { fact, log } = placed;
    const { space, subject, field, id } = fact;
    const place = [space, subject, field];
    rows.delete(DIRECTORY_CHANGES, [...place, id, log]);
    for (const replaced of new Set(fact.over)) {
      rows.delete(DIRECTORY_REPLACED, [...place, replaced, id, log]);
      setStanding(rows, fact, replaced);
    }
    derive(rows, fact);
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
