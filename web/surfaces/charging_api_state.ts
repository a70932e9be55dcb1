/**
 * What `/api/estado` shows of a node: points as rows of the original database, without what is secret, and what a weather
 * office told.
 *
 * @module
 */
import type {
  ChargingUseCases,
  PointView,
  SessionView,
} from "../../nodes/mod.ts";

/** Points that are read at a time. */
const PAGE_MAX = 1000;
/** Most points that are shown and commanded at once. */
export const API_POINTS_MAX = 20_000;

const PRICE_UNIT = 10_000;
const WATT_HOURS = 1000;

/**
 * Every point of a node.
 *
 * @param charging The node.
 * @returns At most {@linkcode API_POINTS_MAX} points, by id.
 */
export function allPoints(
  charging: Pick<ChargingUseCases, "points">,
): readonly PointView[] {
  const points: PointView[] = [];
  let cursor: string | null = null;
  do {
    const page = charging.points({
      limit: PAGE_MAX,
      ...(cursor === null ? {} : { cursor }),
    });
    points.push(...page.items);
    cursor = page.next;
  } while (cursor !== null && points.length < API_POINTS_MAX);
  return points;
}

/** `2026-11-22 15:00:00`, in UTC, as the original database writes it. */
function timeText(micros: number): string {
  return new Date(micros / 1000).toISOString().slice(0, 19).replace("T", " ");
}

function supplyOf({ connectors }: PointView): SessionView | undefined {
  return connectors.map(({ session }) => session)
    .find((it) => it !== null && it.status === "charging") ?? undefined;
}

/**
 * A point as a whole row of `charging_points`. Its token and its key are never shown (C-40).
 *
 * @param point The point.
 * @returns The row.
 */
export function pointRow(point: PointView): Readonly<Record<string, unknown>> {
  const supply = supplyOf(point);
  const time = timeText(point.at);
  return {
    "id": point.id,
    "location": point.location,
    "status": point.state,
    "price": point.price === null ? null : point.price / PRICE_UNIT,
    "driver_id": supply?.driver ?? null,
    "kwh": supply === undefined ? null : supply.energy / WATT_HOURS,
    "importe": supply === undefined
      ? null
      : supply.amount / 10 ** supply.exponent,
    "created_at": time,
    "updated_at": time,
    "token": null,
    "symmetric_key": null,
  };
}
