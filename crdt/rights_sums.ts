/**
 * Sums of rights by bound and log, and how folds change them: every fact adds its part or takes it out again, and what
 * follows from several facts is taken out, changed and put in again.
 *
 * @module
 */
import type { BoundName } from "./bounds.ts";
import type { FoldRows } from "./fold.ts";
import type { Reader, Row, TableSchema, Writer } from "./rows.ts";

/** Sums by bound and log. */
export const RIGHTS: TableSchema = {
  name: "rights",
  columns: {
    bound: "text",
    log: "integer",
    made: "integer",
    accepted: "integer",
    returned: "integer",
    granted: "integer",
    spent: "integer",
    destroyed: "integer",
    held: "integer",
    observed: "integer",
    opened: "integer",
  },
  key: ["bound", "log"],
  indexes: { by_log: ["log"] },
};

/** Rows of `RIGHTS` whose balance is below zero, so that they are found without reading all. Follows `RIGHTS`. */
export const RIGHTS_OWED: TableSchema = {
  name: "rights_owed",
  columns: { bound: "text", log: "integer", owed: "integer" },
  key: ["bound", "log"],
  indexes: { by_log: ["log"] },
};

/** Sums of one log's rights of one bound. */
export interface RightsSums {
  /** By deliveries, counts upward, returns and the issuer. */
  readonly made: number;
  /** Taken over from other logs. */
  readonly accepted: number;
  /** Given back after a void, or because another log's copy counts. */
  readonly returned: number;
  /** Given to other logs. */
  readonly granted: number;
  /** By sales and captured purchases. */
  readonly spent: number;
  /** By counts downward and the issuer. */
  readonly destroyed: number;
  /** Set apart for purchases that are not charged yet. */
  readonly held: number;
  /** The part of `spent` and `destroyed` that had happened already, so that no right was asked for. */
  readonly observed: number;
  /** 1 once the log has counted the whole quantity with which the bound begins. */
  readonly opened: number;
}

/** Sums without any fact. */
export const NO_RIGHTS: RightsSums = {
  made: 0,
  accepted: 0,
  returned: 0,
  granted: 0,
  spent: 0,
  destroyed: 0,
  held: 0,
  observed: 0,
  opened: 0,
};

/**
 * What a log has of a bound, holds included.
 *
 * @param sums The sums.
 * @returns Whole units; below zero if the log owes.
 */
export function balanceOf(sums: RightsSums): number {
  const { made, accepted, returned, granted, spent, destroyed } = sums;
  return made + accepted + returned - granted - spent - destroyed;
}

/**
 * The sums of a log's rights of a bound.
 *
 * @param rows The rows.
 * @param bound The bound.
 * @param log The node's number of the log.
 * @returns The sums; all 0 if nothing is known.
 */
export function rightsOf(
  rows: Reader,
  bound: BoundName,
  log: number,
): RightsSums {
  const row = rows.get(RIGHTS, [bound, log]);
  return (row as unknown as RightsSums | undefined) ?? NO_RIGHTS;
}

/**
 * Keeps `RIGHTS_OWED` in step with a row of `RIGHTS`.
 *
 * @param writer The transaction.
 * @param before The row before a change, if there was one.
 * @param after The row after it, if there is one.
 */
export function trackOwed(
  writer: Writer,
  before: Row | undefined,
  after: Row | undefined,
): void {
  const owed = (row: Row | undefined) =>
    row === undefined
      ? 0
      : Math.max(0, -balanceOf(row as unknown as RightsSums));
  const row = after ?? before;
  if (row === undefined || (owed(before) === 0 && owed(after) === 0)) return;
  const { bound = null, log = null } = row;
  if (owed(after) === 0) writer.delete(RIGHTS_OWED, [bound, log]);
  else {
    const short = Math.min(owed(after), Number.MAX_SAFE_INTEGER);
    writer.put(RIGHTS_OWED, { bound, log, owed: short });
  }
}

/** What a fact adds to a log's sums of a bound. */
export interface RightsEffect {
  /** The bound. */
  readonly bound: BoundName;
  /** The node's number of the log. */
  readonly log: number;
  /** What it adds, by sum. */
  readonly deltas: Partial<RightsSums>;
}

/**
 * Puts effects in or takes them out.
 *
 * @param rows The rows.
 * @param effects The effects.
 * @param sign 1 to put them in, -1 to take them out.
 */
export function applyEffects(
  rows: FoldRows,
  effects: readonly RightsEffect[],
  sign: 1 | -1,
): void {
  for (const { bound, log, deltas } of effects) {
    const signed = Object.entries(deltas).map(([column, delta]) =>
      [column, sign * delta] as const
    );
    rows.increment(RIGHTS, { bound, log }, Object.fromEntries(signed));
  }
}

/**
 * Changes what effects follow from: they are taken out, and what follows then is put in.
 *
 * @param rows The rows.
 * @param effects What follows from the rows as they are.
 * @param change Changes the rows.
 */
export function rederive(
  rows: FoldRows,
  effects: () => readonly RightsEffect[],
  change: () => void,
): void {
  applyEffects(rows, effects(), -1);
  change();
  applyEffects(rows, effects(), 1);
}

/** What is destroyed had happened already: no right was asked for. */
export function destroyed(amount: number): Partial<RightsSums> {
  return { destroyed: amount, observed: amount };
}
