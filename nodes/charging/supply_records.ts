/**
 * The facts that supply records make: beginnings, readings, and energy that no session holds.
 *
 * @module
 */
import {
  businessDate,
  type ChargingPoint,
  chargingPoint,
  type ChargingSession,
  type DriverId,
  type EnergyCounted,
  type FactId,
  MANUAL_DRIVERS,
  siteSpace,
  startId,
  transactionNumber,
} from "../../crdt/mod.ts";
import { type ChargingContext, chargingMoney } from "./charging_context.ts";
import type { SupplyRecord } from "./charging_use_cases.ts";
import { isObeyed } from "./point_states.ts";
import type { RecordPlace } from "./record_session.ts";
import type { Figures } from "./supply_figures.ts";
import { isFactKnown } from "./supply_marks.ts";
import { tariffOf } from "./tariffs.ts";

/** What a decision about a record works with. */
export interface SupplyDeciding extends RecordPlace {
  /** The node. */
  readonly use: ChargingContext;
}

/**
 * How a session ends with a record.
 *
 * @param record The record.
 * @param point Its point.
 */
export function outcomeOf(
  { kind }: SupplyRecord,
  point: ChargingPoint | undefined,
): "completed" | "fault" | "disconnected" | "stopped" {
  if (kind === "fault") return "fault";
  if (kind === "lost") return "disconnected";
  return point !== undefined && isObeyed(point) ? "stopped" : "completed";
}

/** Who charges without having asked, as far as the equipment says that it is nobody who can. */
function guestOf({ driver }: SupplyRecord): DriverId | null {
  return driver !== null && MANUAL_DRIVERS.includes(driver) ? driver : null;
}

/**
 * Writes that a supply begins.
 *
 * @param deciding The decision, the place and the record.
 * @param session The session.
 * @param begun The session as it stands, if it does, and what the meter shows if it counted before.
 */
export function recordStart(
  { decision, place, record }: SupplyDeciding,
  session: FactId,
  { of, meterStart }: {
    readonly of?: ChargingSession | undefined;
    readonly meterStart?: number;
  },
): void {
  const { site, point, connector } = place;
  const facts = chargingPoint(decision.rows, place);
  const meter = record.meterStart ??
    (meterStart === undefined || meterStart === 0 ? undefined : meterStart);
  const isOcpp = facts?.dialect === "ocpp";
  const tariff = facts === undefined || record.amount !== null
    ? undefined
    : tariffOf(decision.rows, facts);
  decision.record(siteSpace(site), {
    type: "ChargeStarted",
    id: startId(session),
    at: record.at ?? decision.at,
    site,
    session,
    point,
    connector: of?.connector ?? connector,
    driver: of === undefined ? guestOf(record) : of.driver,
    source: of?.authorized?.source ?? "equipment",
    ...(record.position === null ? {} : { position: record.position }),
    ...(record.kind === "started" && record.position !== null
      ? { begins: true }
      : {}),
    ...(isOcpp ? { transaction: transactionNumber(session) } : {}),
    ...(tariff === undefined ? {} : { tariff }),
    ...(meter === undefined ? {} : { meterStart: meter }),
  });
}

/**
 * Writes how far a supply is.
 *
 * @param deciding The decision and the place.
 * @param session The session.
 * @param figures Its figures, and the fact's id if it has to be one.
 */
export function recordMeter(
  { decision, place: { site, point }, record }:
    & Pick<SupplyDeciding, "decision" | "place">
    & { readonly record: Pick<SupplyRecord, "position"> },
  session: FactId,
  { id, energy, amount, begins }: Figures & {
    readonly id?: FactId;
    readonly begins?: true;
  },
): void {
  decision.record(siteSpace(site), {
    type: "ChargeMetered",
    id: id ?? decision.newId(),
    at: decision.at,
    site,
    session,
    point,
    energy,
    amount,
    ...(record.position === null ? {} : { position: record.position }),
    ...(begins === true ? { begins } : {}),
  });
}

/** The end of a transaction of which nothing is known, as a field of its fact. */
function stopOf(
  { at }: RecordPlace["decision"],
  record: SupplyRecord,
  point: ChargingPoint | undefined,
): Pick<EnergyCounted, "stop"> {
  const { stop, reason = "" } = record;
  if (stop === undefined) return {};
  const outcome = outcomeOf(record, point);
  if (outcome !== "completed" && outcome !== "stopped") return {};
  return { stop: { ...stop, at: record.at ?? at, outcome, reason } };
}

/**
 * Writes energy down that no session holds.
 *
 * @param deciding The decision, the node, the place and the record.
 * @param of The fact's id, the session that is over already, and the driver.
 * @param figures How much.
 * @returns False if it is written down already.
 */
export function countEnergy(
  { decision, use, place, record }: SupplyDeciding,
  { id, session, driver }: {
    readonly id: FactId;
    readonly session?: FactId;
    readonly driver: string | null;
  },
  figures: Figures,
): boolean {
  const { site, point } = place;
  const { rows } = decision;
  if (isFactKnown(rows, id)) return false;
  decision.record(siteSpace(site), {
    type: "EnergyCounted",
    id,
    at: decision.at,
    site,
    point,
    date: businessDate(decision.at, use.node.timezone),
    ...figures,
    ...chargingMoney(use),
    ...(session === undefined ? {} : { session }),
    ...stopOf(decision, record, chargingPoint(rows, place)),
    ...(driver === null ? {} : { driver }),
    ...(record.position === null ? {} : { position: record.position }),
  });
  return true;
}
