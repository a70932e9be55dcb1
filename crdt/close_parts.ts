/**
 * What closes of a business day cover, log by log: a pure function of each close and of those before it, so that peers
 * with the same facts show the same reports. Closes of fuel stations and of tills share it.
 *
 * @module
 */
import type { LogId } from "./ids.ts";
import type { Row } from "./rows.ts";

/** A close and how far each log is covered by it. */
export interface ClosePart {
  /** The close's row. */
  readonly row: Row;
  /** 0 for the close, then 1, 2, … for its supplements. */
  readonly number: number;
  /** The greatest seq that this and the closes before it cover, by log. */
  readonly upTo: ReadonlyMap<LogId, number>;
}

/**
 * Adds what a close covers to what others cover.
 *
 * @param upTo The greatest seq covered, by log.
 * @param row The close's row: `covers` is JSON, `[log, seq]` each.
 * @returns The greatest seq that is covered then, by log.
 */
export function withCovers(
  upTo: ReadonlyMap<LogId, number>,
  row: Row,
): ReadonlyMap<LogId, number> {
  const covers = JSON.parse(String(row["covers"])) as [LogId, number][];
  const merged = new Map(upTo);
  for (const [log, seq] of covers) {
    merged.set(log, Math.max(seq, merged.get(log) ?? 0));
  }
  return merged;
}

/**
 * Closes in their order, each with what it and those before it cover.
 *
 * @param rows The closes' rows, in order.
 * @returns Closes.
 */
export function closeParts(rows: readonly Row[]): ClosePart[] {
  let upTo: ReadonlyMap<LogId, number> = new Map();
  return rows.map((row, number) => {
    upTo = withCovers(upTo, row);
    return { row, number, upTo };
  });
}

/**
 * Which close covers a place in a log.
 *
 * @param parts The closes, in order.
 * @param log The log.
 * @param seq The place.
 * @returns The number of the close; undefined while none does.
 */
export function partCovering(
  parts: readonly ClosePart[],
  log: LogId,
  seq: number,
): number | undefined {
  return parts.find(({ upTo }) => seq <= (upTo.get(log) ?? 0))?.number;
}
