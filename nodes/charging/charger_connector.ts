/**
 * A connector of a simulated charger: how it is, what its meter shows, and the transaction that runs.
 *
 * @module
 */
import type { Timer } from "../../crdt/mod.ts";

/** A transaction of a simulated charger. */
export interface ChargerTransaction {
  /** Whose token. */
  readonly tag: string;
  /** What the meter showed when it began, in watt-hours. */
  readonly meterStart: number;
  /** When it began, in monotonic milliseconds. */
  readonly since: number;
  /** What the central calls it; undefined until it has answered. */
  id: number | undefined;
}

/** A connector. */
export interface ChargerConnector {
  /** As it is reported. */
  status: string;
  /** What its meter showed before the transaction that runs. */
  meterWh: number;
  /** The transaction that runs. */
  transaction: ChargerTransaction | undefined;
  /** False if a central put it out of service. */
  isOperative: boolean;
  /** True if it is broken. */
  isFaulted: boolean;
  /** Until a driver plugs in who was announced. */
  plug: Timer | undefined;
}

/**
 * Makes connectors.
 *
 * @param count How many.
 * @returns Free ones by their number, from 1.
 */
export function makeConnectors(count: number): Map<number, ChargerConnector> {
  const numbers = Array.from({ length: count }, (_, i) => i + 1);
  return new Map(numbers.map((number) => [number, {
    status: "Available",
    meterWh: 1_000 * number,
    transaction: undefined,
    isOperative: true,
    isFaulted: false,
    plug: undefined,
  }]));
}

/** Whether a driver may plug in. */
export function isFree({ status, transaction }: ChargerConnector): boolean {
  return transaction === undefined && status === "Available";
}

/** How a connector is while nobody charges. */
export function statusAtRest(
  { isFaulted, isOperative }: ChargerConnector,
): string {
  if (isFaulted) return "Faulted";
  return isOperative ? "Available" : "Unavailable";
}

/**
 * What a meter shows.
 *
 * @param connector The connector.
 * @param now Monotonic milliseconds.
 * @param powerW How fast it charges, in watts.
 * @returns Watt-hours, with decimals.
 */
export function registerOf(
  { meterWh, transaction }: ChargerConnector,
  now: number,
  powerW: number,
): number {
  return transaction === undefined
    ? meterWh
    : transaction.meterStart + powerW * (now - transaction.since) / 3_600_000;
}
