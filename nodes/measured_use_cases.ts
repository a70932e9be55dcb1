/**
 * The use-cases of a node with what they decide counted.
 *
 * @module
 */
import type { Clock } from "../crdt/mod.ts";
import { measureCharging } from "./charging/charging_metrics.ts";
import { measureFleet, type Metrics } from "./metrics.ts";
import type { UseCases } from "./use_cases.ts";

/** Where counts of decisions go. */
export type UseCaseMetrics = Pick<
  Metrics,
  | "countPurchase"
  | "watchFleet"
  | "countCharge"
  | "countChargeRefusal"
  | "watchCharging"
>;

/**
 * Counts purchases and charging sessions.
 *
 * @param useCases The use-cases.
 * @param metrics Where counts go.
 * @param clock Says what is long ago.
 * @returns The same, measured.
 */
export function measureUseCases(
  useCases: UseCases,
  metrics: UseCaseMetrics,
  clock: Clock,
): UseCases {
  const fleet = measureFleet(useCases.fleet, metrics);
  const charging = measureCharging(useCases.charging, { metrics, clock });
  return Object.create(useCases, {
    fleet: { value: fleet },
    charging: { value: charging },
  });
}
