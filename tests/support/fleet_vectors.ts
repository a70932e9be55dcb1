/**
 * The test vectors of the fleet-card protocol, appendix A.
 *
 * @module
 */
import type { FleetMessage } from "../../net/legacy/fleet_messages.ts";

/** A frame of the appendix. */
export interface FleetVector {
  /** What the appendix calls it. */
  readonly name: string;
  /** Opcode and length in hexadecimal digits. */
  readonly header: string;
  /** The JSON. */
  readonly payload: string;
  /** What it says. */
  readonly message: FleetMessage;
}

const expense = { company: 42, card: 7, total: 16_060, date: "2026-02-03" };
const pumpAddress = "127.0.0.1:13050";
const station = "5";

/** The frames between card, station, regional office and company. */
export const FLEET_VECTORS: readonly FleetVector[] = [
  {
    name: "request 10 litres",
    header: "0000000066",
    payload:
      '{"FuelRequest":{"request":{"company_id":42,"card_id":7,"liters":10},"card_address":"127.0.0.1:40007"}}',
    message: {
      kind: "fuelRequest",
      ...{ company: 42, card: 7, liters: 10, cardAddress: "127.0.0.1:40007" },
    },
  },
  {
    name: "charged",
    header: "0100000021",
    payload: '{"FuelComplete":{"success":true}}',
    message: { kind: "fuelComplete", success: true },
  },
  {
    name: "refused",
    header: "0100000022",
    payload: '{"FuelComplete":{"success":false}}',
    message: { kind: "fuelComplete", success: false },
  },
  {
    name: "pending?",
    header: "020000000d",
    payload: '{"card_id":7}',
    message: { kind: "pendingQuery", card: 7 },
  },
  {
    name: "nothing pending",
    header: "0300000022",
    payload: '{"FuelComplete":{"success":false}}',
    message: { kind: "noPendingResult" },
  },
  {
    name: "expense",
    header: "0400000095",
    payload:
      '{"PumpExpense":{"pump_address":"127.0.0.1:13050","expense":{"company_id":42,"card_id":7,"total":16060,"date":"2026-02-03"},"service_station_id":"5"}}',
    message: { kind: "expense", pumpAddress, expense, station },
  },
  {
    name: "verdict",
    header: "05000000aa",
    payload:
      '{"PaymentProcessed":{"pump_address":"127.0.0.1:13050","expense":{"company_id":42,"card_id":7,"total":16060,"date":"2026-02-03"},"accepted":true,"service_station_id":"5"}}',
    message: { kind: "verdict", pumpAddress, expense, accepted: true, station },
  },
  {
    name: "acknowledgement",
    header: "0700000084",
    payload:
      '{"PaymentProcessedAck":{"pump_address":"127.0.0.1:13050","expense":{"company_id":42,"card_id":7,"total":16060,"date":"2026-02-03"}}}',
    message: { kind: "acknowledgement", pumpAddress, expense },
  },
  {
    name: "station here",
    header: "1200000050",
    payload:
      '{"ServiceStationReconnected":{"service_station_id":"5","regional_admin_id":"3"}}',
    message: { kind: "stationHere", station, regional: "3" },
  },
];
