/**
 * What a replay counts while it runs.
 *
 * @module
 */
import type { Outcome } from "./driver.ts";
import { createLatencies, type Latencies } from "./latencies.ts";
import type { RowRefusal } from "./lines.ts";
import type { FileSale } from "./sales.ts";

/** Something that was refused, kept as an example. */
export interface RefusalExample {
  /** Which row or sale of the file. */
  readonly what: string;
  /** Why. */
  readonly reason: string;
}

/** The counts of a run. */
export interface Tally {
  /** Rows of the file that were read, of stores that are taken. */
  rows: number;
  /** Rows that are lines of wanted sales. */
  lines: number;
  /** Sales that were made of them. */
  sales: number;
  /** Sales that were new to their node. */
  accepted: number;
  /** Sales that their node had before. */
  duplicates: number;
  /** Sales that were read but not sent because the run was ended. */
  unsent: number;
  /** Times that a sale was sent again. */
  retries: number;
  /** Sales that a node refused, by reason. */
  readonly refused: Map<string, number>;
  /** Rows that cannot be a line, by reason. */
  readonly rowsRefused: Map<RowRefusal, number>;
  /** The first of both. */
  readonly examples: RefusalExample[];
  /** Durations of the requests that decided. */
  readonly latencies: Latencies;
}

/** The most examples of refusals that are kept. */
export const EXAMPLES_MAX = 5;

/**
 * Makes a tally of nothing.
 *
 * @returns The tally.
 */
export function createTally(): Tally {
  return {
    rows: 0,
    lines: 0,
    sales: 0,
    accepted: 0,
    duplicates: 0,
    unsent: 0,
    retries: 0,
    refused: new Map(),
    rowsRefused: new Map(),
    examples: [],
    latencies: createLatencies(),
  };
}

/**
 * Counts a row that cannot be a line.
 *
 * @param tally The counts.
 * @param row The row's place.
 * @param reason Why.
 */
export function countRowRefusal(
  tally: Tally,
  { row, reason }: { readonly row: number; readonly reason: RowRefusal },
): void {
  tally.rowsRefused.set(reason, (tally.rowsRefused.get(reason) ?? 0) + 1);
  addExample(tally, { what: `row ${row}`, reason });
}

/** A sale and what became of it. */
export interface SaleOutcome {
  /** The sale. */
  readonly sale: FileSale;
  /** What became of it. */
  readonly outcome: Outcome;
  /** How long the last request took. */
  readonly durationMs: number;
}

/**
 * Counts a sale.
 *
 * @param tally The counts.
 * @param result The sale and what became of it.
 */
export function countOutcome(tally: Tally, result: SaleOutcome): void {
  const { sale, outcome, durationMs } = result;
  if (outcome.kind === "unsent") {
    tally.unsent++;
    return;
  }
  tally.latencies.add(durationMs);
  if (outcome.kind === "accepted") tally.accepted++;
  else if (outcome.kind === "duplicate") tally.duplicates++;
  else {
    const { reason, detail } = outcome;
    tally.refused.set(reason, (tally.refused.get(reason) ?? 0) + 1);
    const { basket, row } = sale.lines[0] ?? { basket: "", row: 0 };
    const what =
      `sale ${sale.id} (row ${row}, store ${sale.store}, basket ${basket})`;
    addExample(tally, {
      what,
      reason: detail === undefined ? reason : `${reason}: ${detail}`,
    });
  }
}

function addExample(tally: Tally, example: RefusalExample): void {
  if (tally.examples.length < EXAMPLES_MAX) tally.examples.push(example);
}
