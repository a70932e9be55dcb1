/**
 * The design's invariants, counted while the node runs.
 *
 * @module
 */
import type { InvariantView } from "../use_cases.ts";

const STATEMENTS: readonly string[] = [
  "Acknowledged means durable: nothing leaves the node before its transaction is on the disk",
  "A fact counts once, however often it is sent, retried, relayed, replayed or restored",
  "Peers with equal vectors have equal branch heads, exports and views",
  "Stock on hand = received - sold + voided + counted",
  "No strict decision takes a balance, less its open holds, below zero",
  "Money is conserved, per account",
  "Every commit in a chain verifies; a fork, a gap or a wrong checkpoint is reported",
  "A price in force is the same function of the same facts and instant at every peer",
  "Input from a peer or legacy client never stops a node or grows a buffer without a bound",
  "Nothing on one peer waits for another peer without a deadline",
];

/** Counts checks and violations. */
export interface InvariantCounter {
  /** Notes that an invariant was checked so many times and held. */
  checked(number: number, times?: number): void;
  /** Notes that an invariant did not hold. */
  violated(number: number): void;
  /** The counts so far. */
  list(): InvariantView[];
}

/** Makes a counter at zero. */
export function createInvariantCounter(): InvariantCounter {
  const counts = STATEMENTS.map(() => ({ checked: 0, violations: 0 }));
  return {
    checked(number, times = 1) {
      const count = counts[number - 1];
      if (count !== undefined) count.checked += times;
    },
    violated(number) {
      const count = counts[number - 1];
      if (count === undefined) return;
      count.checked++;
      count.violations++;
    },
    list: () =>
      STATEMENTS.map((statement, i) => ({
        number: i + 1,
        statement,
        checked: counts[i]?.checked ?? 0,
        violations: counts[i]?.violations ?? 0,
      })),
  };
}
