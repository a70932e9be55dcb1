import { deepStrictEqual, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import {
  energyRegisters,
  type OcppSample,
  parseWattHours,
} from "../../../net/mod.ts";

function energyOf(...sampledValue: OcppSample[]): number | undefined {
  const timestamp = "2026-01-01T00:00:00Z";
  return energyRegisters([{ timestamp, sampledValue }])[0]?.energy;
}

Deno.test("energyRegisters() reads watt-hours, kilowatt-hours and no unit", () => {
  strictEqual(energyOf({ value: "1500" }), 1500);
  strictEqual(energyOf({ value: "1500", unit: "Wh" }), 1500);
  strictEqual(energyOf({ value: "1.5", unit: "kWh" }), 1500);
  strictEqual(energyOf({ value: "1500", unit: "W" }), undefined);
});

Deno.test("energyRegisters() passes over other quantities, places and signed data", () => {
  const other = { value: "7", measurand: "Voltage" };
  const signed = { value: "AA==", format: "SignedData" };
  const inlet = { value: "9", location: "Inlet" };
  const active = "Energy.Active.Import.Register";
  strictEqual(energyOf(other, signed, inlet), undefined);
  strictEqual(energyOf(other, signed, { value: "3", measurand: active }), 3);
});

Deno.test("energyRegisters() takes the sum of phases, or adds them", () => {
  const phases = ["L1", "L2", "L3"].map((phase, i) => ({
    value: String(100 * (i + 1)),
    phase,
  }));
  strictEqual(energyOf(...phases), 600);
  strictEqual(energyOf(...phases, { value: "601" }), 601);
  strictEqual(energyOf({ value: "5", phase: "L1-N" }), 5);
  strictEqual(energyOf({ value: "5", phase: "N" }), undefined);
});

Deno.test("energyRegisters() orders by time and keeps contexts apart", () => {
  const begin = { value: "10", context: "Transaction.Begin" };
  const end = { value: "40", context: "Transaction.End" };
  const registers = energyRegisters([
    { timestamp: "2026-01-01T00:01:00Z", sampledValue: [begin, end] },
    { timestamp: "2026-01-01T00:00:00Z", sampledValue: [{ value: "5" }] },
  ]);
  deepStrictEqual(registers.map(({ energy, context }) => [energy, context]), [
    [5, ""],
    [10, "Transaction.Begin"],
    [40, "Transaction.End"],
  ]);
});

Deno.test("parseWattHours() rounds to the nearest and refuses what is no number", () => {
  strictEqual(parseWattHours("1.4999", 0), 1);
  strictEqual(parseWattHours("1.5", 0), 2);
  strictEqual(parseWattHours("0.0004", 3), 0);
  strictEqual(parseWattHours("0.0005", 3), 1);
  strictEqual(parseWattHours(" 12 ", 0), 12);
  for (const text of ["", "-1", "1e3", "NaN", "1,5", ".5", "9".repeat(40)]) {
    strictEqual(parseWattHours(text, 0), undefined, text);
  }
});

Deno.test("parseWattHours() is exact for any register with three decimals", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 10 ** 12 }), (energy) => {
      const text = `${Math.floor(energy / 1000)}.${
        String(energy % 1000).padStart(3, "0")
      }`;
      strictEqual(parseWattHours(text, 3), energy);
    }),
  );
});
