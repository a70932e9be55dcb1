/**
 * Original stations at a region of Panal: how a test connects them and what they say.
 *
 * @module
 */
import { ok } from "node:assert/strict";
import { COMPANY } from "./fleet.ts";
import type { TestRegion } from "./fleet_region.ts";
import { OriginalSocket } from "./original_fleet_wire.ts";
import { OriginalGasPump } from "./original_gas_pump.ts";

/** The day of the purchases. */
export const DAY = "2026-02-03";
/** What a card buys. */
export const PURCHASE = { company: 42, card: 7, total: 16_060, date: DAY };

/** A test whose sockets and timers end with it, but not within the same turn. */
export function socketTest(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, sanitizeOps: false, sanitizeResources: false, fn });
}

/** Connects station 5 to a region. */
export async function connectStation(
  region: TestRegion,
  options: {
    readonly province?: number;
    readonly pumps?: number;
    readonly scale?: number;
  } = {},
): Promise<OriginalGasPump> {
  const pump = new OriginalGasPump({
    province: options.province ?? 0,
    station: 5,
    pumps: options.pumps ?? 3,
    regionals: region.ports,
    scale: options.scale ?? 0.05,
  });
  await pump.connect();
  return pump;
}

/** An expense as a pump says it. */
export function expenseText(
  address: string,
  fields: Partial<typeof PURCHASE> = {},
): string {
  const { company, card, total, date } = { ...PURCHASE, ...fields };
  return JSON.stringify({
    "PumpExpense": {
      "pump_address": address,
      "expense": { "company_id": company, "card_id": card, total, date },
      "service_station_id": "5",
    },
  });
}

/** Connects to a region's first port and says a handshake. */
export async function dialRegion(
  region: TestRegion,
  handshake: string,
): Promise<OriginalSocket> {
  const socket = await OriginalSocket.dial(region.ports[0] ?? 0);
  ok(socket !== undefined);
  await socket.writeText(handshake);
  return socket;
}

/** What the company's cards have spent, as a region knows it. */
export function spentAt(region: TestRegion): number {
  return region.fleet.company(COMPANY)?.spent ?? 0;
}
