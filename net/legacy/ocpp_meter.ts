/**
 * What OCPP 1.6 meter values say of energy: the register of active energy that was imported, in whole watt-hours. All other
 * quantities, and signed data, are passed over.
 *
 * @module
 */
import type { OcppMeterValue, OcppSample } from "./ocpp_messages.ts";
import { parseOcppTime } from "./ocpp_values.ts";

/** Greatest register that counts, in watt-hours: a thousand terawatt-hours. */
export const REGISTER_WH_MAX = 1_000_000_000_000_000;
/** Longest number that is read. */
const NUMBER_LENGTH_MAX = 32;

/** What a meter showed. */
export interface OcppRegister {
  /** When, in microseconds since 1970. */
  readonly at: number;
  /** Watt-hours, rounded to the nearest; halves away from zero. */
  readonly energy: number;
  /** Why it was taken, e.g. `Transaction.Begin`; empty if it is not said. */
  readonly context: string;
}

const REGISTER = "Energy.Active.Import.Register";
const PHASES = [["L1", "L2", "L3"], ["L1-N", "L2-N", "L3-N"]] as const;

/**
 * The energy registers of meter values.
 *
 * @param values What a point sent.
 * @returns One register of each instant that has one, in the order of time. Where a meter tells its phases apart and no
 * sum, all that it tells are added.
 *
 * @example Usage
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 *
 * const sampledValue = [{ value: "1.2345", unit: "kWh" }, { value: "230", measurand: "Voltage" }];
 * deepStrictEqual(energyRegisters([{ timestamp: "1970-01-01T00:00:01Z", sampledValue }]), [
 *   { at: 1_000_000, energy: 1235, context: "" },
 * ]);
 * ```
 */
export function energyRegisters(
  values: readonly OcppMeterValue[],
): readonly OcppRegister[] {
  const all = values.flatMap(({ timestamp, sampledValue }) => {
    const at = parseOcppTime(timestamp);
    return at === undefined ? [] : registersAt(at, sampledValue);
  });
  return all.toSorted((a, b) => a.at - b.at);
}

/** Samples of one instant and of different contexts are different registers: the begin and the end of a transaction. */
function registersAt(
  at: number,
  samples: readonly OcppSample[],
): readonly OcppRegister[] {
  const counted = samples.filter(isCounted);
  const contexts = new Set(counted.map(({ context = "" }) => context));
  return [...contexts].flatMap((context) => {
    const own = counted.filter((it) => (it.context ?? "") === context);
    const energy = registerOf(own);
    return energy === undefined ? [] : [{ at, energy, context }];
  });
}

function isCounted(
  { format = "Raw", measurand = REGISTER, location = "Outlet", unit = "Wh" }:
    OcppSample,
): boolean {
  return format === "Raw" && measurand === REGISTER && location === "Outlet" &&
    (unit === "Wh" || unit === "kWh");
}

function registerOf(samples: readonly OcppSample[]): number | undefined {
  const whole = samples.find((it) => it.phase === undefined);
  if (whole !== undefined) return wattHours(whole);
  for (const phases of PHASES) {
    const parts = phases.flatMap((phase) => {
      const sample = samples.find((it) => it.phase === phase);
      const energy = sample && wattHours(sample);
      return energy === undefined ? [] : [energy];
    });
    if (parts.length > 0) return parts.reduce((sum, it) => sum + it, 0);
  }
  return undefined;
}

function wattHours({ value, unit }: OcppSample): number | undefined {
  return parseWattHours(value, unit === "kWh" ? 3 : 0);
}

/**
 * Reads a decimal number as whole watt-hours, exactly.
 *
 * @param value E.g. `12.3456`.
 * @param shift How many decimal places the unit is above the watt-hour: 3 for kWh.
 * @returns Rounded to the nearest, halves up; undefined if it is no number, negative, or beyond `REGISTER_WH_MAX`.
 */
export function parseWattHours(
  value: string,
  shift: number,
): number | undefined {
  const text = value.trim();
  const match = /^\+?(\d+)(?:[.](\d*))?$/.exec(text);
  if (match === null || text.length > NUMBER_LENGTH_MAX) return undefined;
  const decimals = (match[2] ?? "").padEnd(shift + 1, "0");
  const whole = BigInt((match[1] ?? "") + decimals.slice(0, shift));
  const rounded = whole + ((decimals[shift] ?? "0") >= "5" ? 1n : 0n);
  return rounded > BigInt(REGISTER_WH_MAX) ? undefined : Number(rounded);
}
