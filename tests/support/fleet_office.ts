/**
 * What regional offices and stations say to a company, for tests.
 *
 * @module
 */
import type { CompanyNode } from "./fleet_company_node.ts";
import { FrameClient } from "./fleet_frames.ts";
import { untilTrue } from "./line_client.ts";
import type { OriginalRegional } from "./original_regional.ts";

/** What a test's purchase says; the rest is as in the appendix. */
export interface Told {
  readonly company?: number;
  readonly card?: number;
  readonly total?: number;
  readonly pump?: string;
  readonly station?: string;
}

/** An expense as offices forward it. */
export function expense(
  { company = 42, card = 7, total = 100, pump = "13050", station = "5" }: Told =
    {},
) {
  return {
    "pump_address": `127.0.0.1:${pump}`,
    expense: {
      "company_id": company,
      "card_id": card,
      total,
      date: "2026-02-03",
    },
    "service_station_id": station,
  };
}

/** The text of a verdict. */
export function verdict(told: Told, accepted: boolean): string {
  const { "service_station_id": station, ...rest } = expense(told);
  return JSON.stringify({
    "PaymentProcessed": { ...rest, accepted, "service_station_id": station },
  });
}

/** Sends an expense. */
export async function tell(
  office: FrameClient,
  told: Told = {},
): Promise<void> {
  await office.send(4, { "PumpExpense": expense(told) });
}

/** Confirms a verdict. */
export async function confirm(
  office: FrameClient,
  told: Told = {},
  opcode = 7,
) {
  const { "pump_address": address, expense: what } = expense(told);
  await office.send(opcode, {
    "PaymentProcessedAck": { "pump_address": address, expense: what },
  });
}

/** Announces a station. */
export async function here(
  office: FrameClient,
  station: string,
  regional: string,
  opcode = 18,
) {
  await office.send(opcode, {
    "ServiceStationReconnected": {
      "service_station_id": station,
      "regional_admin_id": regional,
    },
  });
}

/** How many verdicts no office has confirmed. */
export function unconfirmed(
  { fleet }: Pick<CompanyNode, "fleet">,
): number {
  return fleet.unconfirmed({ limit: 1_000 }).items.length;
}

/** A station of an original office, as the office sees it. */
export async function station(
  office: OriginalRegional,
  { pump = "13052", number = "5" } = {},
): Promise<FrameClient> {
  const line = `PUMP 127.0.0.1:${pump} ${number}`;
  const client = await FrameClient.connect(office.port, line);
  await untilTrue(
    "the office knows the station",
    () => office.stations.some((it) => it.station === number),
  );
  return client;
}
