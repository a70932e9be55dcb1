/**
 * What energy costs, where the equipment does not say itself. What it says is never computed again (C-21).
 *
 * @module
 */
import {
  type ChargingPoint,
  costOf,
  directoryEntry,
  type Reader,
  siteSpace,
  type Tariff,
} from "../../crdt/mod.ts";
import { chargingSubject } from "./charging_names.ts";

/** Amounts that differ by no more minor units are the same price. */
const ROUNDING = 1;

/**
 * The price that counts at a point: its own tariff, the site's, or the price that it registered with.
 *
 * @param rows The views.
 * @param point The point.
 * @returns The tariff; undefined if nobody said what energy costs.
 */
export function tariffOf(
  rows: Reader,
  { site, point, price }: ChargingPoint,
): Tariff | undefined {
  const space = siteSpace(site);
  const names = [chargingSubject("tariff", point), "tariff/default"];
  for (const name of names) {
    const fields = directoryEntry(rows, space, name)?.fields;
    if (fields === undefined) continue;
    const part = (field: string) => {
      const value = fields[field];
      return Number.isSafeInteger(value) ? Math.max(0, Number(value)) : 0;
    };
    return {
      energy: part("energy"),
      session: part("session"),
      minute: part("minute"),
    };
  }
  return price === null ? undefined : { energy: price, session: 0, minute: 0 };
}

/**
 * Whether equipment charges another price than the registered one (C-21).
 *
 * @param price The registered one, per kWh in 1/10,000 of the currency's unit; null if there is none.
 * @param figures Watt-hours, and money as the equipment computed it.
 * @param exponent Decimal places of the currency.
 */
export function priceDiffers(
  price: number | null,
  { energy, amount }: { readonly energy: number; readonly amount: number },
  exponent: number,
): boolean {
  if (price === null || energy === 0) return false;
  const tariff = { energy: price, session: 0, minute: 0 };
  const expected = costOf(tariff, { energy, spanUs: 0 }, exponent);
  return Math.abs(expected - amount) > ROUNDING;
}
