/**
 * How far a supply is, by what its equipment tells.
 *
 * @module
 */
import { costOf, type Tariff, type WattHours } from "../../crdt/mod.ts";
import type { SupplyRecord } from "./charging_use_cases.ts";

/** Figures of a supply. */
export interface Figures {
  /** Watt-hours. */
  readonly energy: WattHours;
  /** Money in minor units. */
  readonly amount: number;
}

/** No energy. */
export const NO_FIGURES: Figures = { energy: 0 as WattHours, amount: 0 };

/** What figures are reckoned with. */
export interface Reckoning {
  /** What was known before. */
  readonly known: Figures;
  /** What the equipment had counted when the session began. */
  readonly base: Figures;
  /** What energy costs where the equipment does not say; null if nobody said. */
  readonly tariff: Tariff | null;
  /** When energy began to flow, in microseconds since 1970. */
  readonly startedAt: number;
  /** Now, likewise. */
  readonly at: number;
  /** Decimal places of the currency. */
  readonly exponent: number;
}

/**
 * The figures of a supply with a record's. They never fall while it runs; the last ones are as its equipment tells them.
 *
 * @param record The record.
 * @param reckoning What they are reckoned with.
 * @returns The figures.
 */
export function figuresWith(
  record: Pick<SupplyRecord, "kind" | "energy" | "amount" | "at">,
  { known, base, tariff, startedAt, at, exponent }: Reckoning,
): Figures {
  const isLast = record.kind === "ended";
  const next = (told: number | null, before: number, less: number) => {
    if (told === null) return before;
    const own = Math.max(0, told - less);
    return isLast ? own : Math.max(before, own);
  };
  const energy = next(record.energy, known.energy, base.energy) as WattHours;
  if (record.amount !== null || tariff === null) {
    const amount = next(record.amount, known.amount, base.amount);
    return { energy, amount };
  }
  const spanUs = (record.at ?? at) - startedAt;
  return { energy, amount: costOf(tariff, { energy, spanUs }, exponent) };
}
