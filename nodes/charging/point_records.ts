/**
 * Facts about points: that one is connected, what its equipment reports.
 *
 * @module
 */
import {
  CHARGING_POINTS,
  type ChargingPoint,
  chargingPoint,
  type FactId,
  type PointConnected,
  type PointPlace,
  type PointReported,
  type SiteCode,
  siteSpace,
} from "../../crdt/mod.ts";
import type { DecisionContext } from "../replica.ts";

/** Most points of a site; more are neither registered nor heard of. */
export const POINTS_MAX = 50_000;

/** What is told of a point that connects. */
export type Connected = Pick<
  PointConnected,
  "point" | "dialect" | "location" | "price" | "connectors" | "hardware"
>;

/**
 * Writes that a point is connected.
 *
 * @param decision The decision.
 * @param site The site.
 * @param connected What the point said.
 * @returns The fact; undefined if the site has as many points as it may have.
 */
export function recordConnected(
  decision: DecisionContext,
  site: SiteCode,
  connected: Connected,
): FactId | undefined {
  const { rows } = decision;
  if (
    chargingPoint(rows, { site, point: connected.point }) === undefined &&
    rows.count(CHARGING_POINTS, [site]) >= POINTS_MAX
  ) return undefined;
  const id = decision.newId();
  decision.record(siteSpace(site), {
    type: "PointConnected",
    id,
    at: decision.at,
    site,
    ...connected,
  });
  return id;
}

/** What is reported of a point. */
export type Report =
  & Pick<
    PointReported,
    "connector" | "aspect" | "value" | "cause" | "code" | "link"
  >
  & { readonly id?: FactId | undefined };

/**
 * Writes what a point reports.
 *
 * @param decision The decision.
 * @param of The point.
 * @param report What it reports.
 */
export function recordReport(
  decision: DecisionContext,
  { site, point }: PointPlace,
  { id, ...report }: Report,
): void {
  decision.record(siteSpace(site), {
    type: "PointReported",
    id: id ?? decision.newId(),
    at: decision.at,
    site,
    point,
    ...report,
  });
}

/**
 * Writes that a point or one of its connectors is faulty, unless that is known.
 *
 * @param decision The decision.
 * @param of The point.
 * @param fault The connector, 0 for the whole point; the equipment's word for it; the fact's id if it has to be one.
 */
export function recordFault(
  decision: DecisionContext,
  of: ChargingPoint,
  { connector, code, id }: {
    readonly connector: number;
    readonly code?: string | undefined;
    readonly id?: FactId | undefined;
  },
): void {
  if (healthOf(of, connector) === (code ?? "")) return;
  recordReport(decision, of, {
    connector,
    aspect: "health",
    value: "faulted",
    id,
    ...(code === undefined ? {} : { code }),
  });
}

/**
 * Writes that a point or one of its connectors is well again, unless that is known.
 *
 * @param decision The decision.
 * @param of The point.
 * @param connector The connector; 0 for the whole point.
 */
export function recordHealth(
  decision: DecisionContext,
  of: ChargingPoint,
  connector: number,
): void {
  if (healthOf(of, connector) === undefined) return;
  recordReport(decision, of, { connector, aspect: "health", value: "ok" });
}

/** The equipment's word for a fault of just this connector; undefined if it is well. */
function healthOf(
  { dialect, standing }: ChargingPoint,
  connector: number,
): string | undefined {
  const report = standing.find((one) =>
    one.aspect === "health" && one.connector === connector &&
    (one.since || dialect === "ocpp")
  );
  return report?.value === "faulted" ? report.code ?? "" : undefined;
}
