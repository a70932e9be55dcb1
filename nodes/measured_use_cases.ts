/**
 * The use-cases of a node with what they decide counted.
 *
 * @module
 */
import type { Clock, Result } from "../crdt/mod.ts";
import { measureCharging } from "./charging/charging_metrics.ts";
import { measureFleet, type Metrics } from "./metrics.ts";
import type { Refusal, UseCases } from "./use_cases.ts";

/** Where counts of decisions go. */
export type UseCaseMetrics = Pick<
  Metrics,
  | "countPurchase"
  | "watchFleet"
  | "countCharge"
  | "countChargeRefusal"
  | "watchCharging"
  | "countSale"
  | "countRefusal"
  | "observeGroup"
>;

/** Use-cases of which refusals alone are counted. */
const REFUSING = [
  "createProduct",
  "replaceProduct",
  "changeProduct",
  "removeProduct",
  "setPrice",
  "receiveStock",
  "countStock",
  "authorizeSpend",
  "captureSpend",
  "issueRights",
] as const;

/** A use-case that may refuse. */
type Refusing = (input: never) => Promise<Result<unknown, Refusal>>;

/**
 * Counts sales, refusals, purchases and charging sessions.
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
  const properties: PropertyDescriptorMap = {
    fleet: { value: fleet },
    charging: { value: charging },
    recordSale: { value: measureSales(useCases, metrics) },
    voidSale: { value: measureVoids(useCases, metrics) },
  };
  for (const name of REFUSING) {
    const value = measureRefusals(useCases, name, metrics);
    properties[name] = { value };
  }
  return Object.create(useCases, properties);
}

function measureSales(
  useCases: UseCases,
  { countSale, countRefusal }: UseCaseMetrics,
): UseCases["recordSale"] {
  const count = (recorded: Awaited<ReturnType<UseCases["recordSale"]>>) => {
    if (!recorded.ok) countRefusal("recordSale", recorded.error.code);
    else countSale(recorded.value.repeated ? "repeated" : "recorded");
    return recorded;
  };
  return (input) => useCases.recordSale(input).then(count);
}

function measureVoids(
  useCases: UseCases,
  { countSale, countRefusal }: UseCaseMetrics,
): UseCases["voidSale"] {
  return async (input) => {
    const voided = await useCases.voidSale(input);
    if (voided.ok) countSale("voided");
    else countRefusal("voidSale", voided.error.code);
    return voided;
  };
}

function measureRefusals(
  useCases: UseCases,
  name: typeof REFUSING[number],
  { countRefusal }: UseCaseMetrics,
): Refusing {
  return async (input) => {
    const decided = await useCases[name](input);
    if (!decided.ok) countRefusal(name, decided.error.code);
    return decided;
  };
}
