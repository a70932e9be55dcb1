/**
 * Kept results of fleet cards in memory, with the behaviour that the use-cases have at one node.
 *
 * @module
 */
import type {
  FleetUseCases,
  ResultLease,
} from "../../nodes/fleet/fleet_use_cases.ts";

type Kept = Parameters<FleetUseCases["keepResult"]>[0];

/** Kept results. */
export interface MemoryResults
  extends Pick<FleetUseCases, "keepResult" | "takeResult"> {
  /** What is kept now, oldest first. */
  readonly kept: readonly Kept[];
  /** How many were delivered. */
  readonly delivered: number;
}

/**
 * Makes an empty store.
 *
 * @returns The store.
 */
export function createMemoryResults(): MemoryResults {
  let kept: Kept[] = [];
  let delivered = 0;
  return {
    get kept() {
      return kept;
    },
    get delivered() {
      return delivered;
    },
    keepResult(result) {
      kept.push(result);
      return Promise.resolve();
    },
    takeResult({ company, card }) {
      const found = kept.find((it) =>
        it.card === card && (company === undefined || it.company === company)
      );
      if (found === undefined) return Promise.resolve(undefined);
      kept = kept.filter((it) => it !== found);
      const lease: ResultLease = {
        success: found.success,
        purchase: found.purchase,
        delivered() {
          delivered++;
          return Promise.resolve();
        },
        failed() {
          kept = [found, ...kept];
          return Promise.resolve();
        },
      };
      return Promise.resolve(lease);
    },
  };
}
