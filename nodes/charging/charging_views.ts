/**
 * Points, sessions and notifications as they are shown.
 *
 * @module
 */
import {
  type ChargingPoint,
  type ChargingSession,
  currencyExponent,
  isFaulty,
  isUnconfirmed,
  joinStates,
  type PointState,
  stopsInForce,
  type StoredNotice,
  type WattHours,
} from "../../crdt/mod.ts";
import type { ChargingContext } from "./charging_context.ts";
import { sessionsAt } from "./charging_rows.ts";
import type {
  ChargeNotification,
  PointView,
  SessionStage,
  SessionView,
} from "./charging_use_cases.ts";
import { authorityOf, type PointsNow, silenceOf } from "./point_states.ts";
import { figuresOf } from "./session_ends.ts";

/** Colors of states, as the original panel had them (C-22, C-23). */
const COLORS: Readonly<Record<PointState, string>> = {
  "ACTIVADO": "#28a745",
  "SUMINISTRANDO": "#007bff",
  "AVERIADO": "#dc3545",
  "FUERA_DE_SERVICIO": "#fd7e14",
  "DESCONECTADO": "#6c757d",
  "RESERVADO": "#159894",
};

/** What a session is shown by. */
type Showing = Pick<
  ChargingContext,
  "live" | "telling" | "clock" | "node"
>;

/**
 * How far a session is.
 *
 * @param session The session.
 */
export function sessionStage(
  { id, started, ended }: ChargingSession,
): SessionStage {
  const outcome = ended?.outcome ?? null;
  return {
    id,
    startedAt: started?.at ?? null,
    endedAt: ended?.at ?? null,
    outcome: outcome === "freed" ? "cancelled" : outcome,
  };
}

/**
 * A session as it is shown.
 *
 * @param use The node.
 * @param session The session.
 */
export function sessionView(
  use: Showing,
  session: ChargingSession,
): SessionView {
  const { authorized, started, ended, status } = session;
  const heard = use.telling.heard(session.id);
  const figures = figuresOf(use, session);
  const isOver = ended !== undefined;
  const { currency } = use.node;
  return {
    ...sessionStage(session),
    site: session.site,
    point: session.point,
    connector: session.connector,
    driver: session.driver,
    status,
    source: authorized?.source ?? started?.source ?? "equipment",
    at: session.at,
    expiresAt: authorized?.expiresAt ?? null,
    energy:
      (isOver
        ? session.energy
        : Math.max(figures.energy, heard?.energy ?? 0)) as WattHours,
    amount: isOver
      ? session.amount
      : Math.max(figures.amount, heard?.amount ?? 0),
    currency: ended?.currency ?? currency,
    exponent: ended?.currency === undefined || ended.currency === null
      ? currencyExponent(currency)
      : ended.exponent,
    ageMs: status === "charging" ? ageOf(use, session) : null,
    words: ended?.words ?? null,
    reason: ended?.reason ?? null,
    tariff: started?.tariff ?? null,
    priceDiffers: ended?.priceDiffers ?? false,
    transaction: started?.transaction ?? null,
    meterStart: (started?.meterStart ?? null) as WattHours | null,
  };
}

/** How old a session's live figures are, in milliseconds. */
function ageOf(
  use: Showing,
  { id, started, metered }: ChargingSession,
): number {
  const silentMs = silenceOf(use, id);
  if (silentMs < Infinity) return Math.round(silentMs);
  const at = Math.max(started?.at ?? 0, metered?.at ?? 0);
  return Math.max(0, use.clock.now() - Math.floor(at / 1000));
}

/**
 * A point as it is shown.
 *
 * @param use The node.
 * @param now Who is connected.
 * @param point What facts say of it.
 */
export function pointView(
  use: Showing & Pick<ChargingContext, "replica">,
  now: PointsNow,
  point: ChargingPoint,
): PointView {
  const { reader } = use.replica;
  const sessions = sessionsAt(reader, point);
  const connectors = Array.from({ length: point.connectors }, (_, i) => {
    const number = i + 1;
    const session = sessions.find(({ connector }) => connector === number);
    const open = session === undefined
      ? undefined
      : { id: session.id, charging: session.status === "charging" };
    return {
      number,
      state: now.stateOf(point, number, open),
      session: session === undefined ? null : sessionView(use, session),
      errorCode: errorOf(point, number),
    };
  });
  const state = joinStates(connectors.map((connector) => connector.state));
  const at = Math.max(
    point.at,
    ...point.standing.map((one) => one.at),
    ...sessions.map((session) => session.started?.at ?? session.at),
  );
  return {
    id: point.point,
    site: point.site,
    state,
    color: COLORS[state],
    legend: state === "FUERA_DE_SERVICIO" ? OUT_OF_ORDER : "",
    location: point.location ?? "",
    price: point.price,
    dialect: point.dialect,
    connectors,
    connected: now.isConnected(point),
    authority: authorityOf(use, point).peer,
    stops: stopsInForce(point),
    unconfirmed: isUnconfirmed(point),
    faulty: connectors.some(({ number }) => isFaulty(point, number)),
    at,
  };
}

const OUT_OF_ORDER = "Out of Order";

/** The equipment's word for what ails a connector, or the whole point. */
function errorOf(point: ChargingPoint, connector: number): string | null {
  if (!isFaulty(point, connector)) return null;
  const faults = point.standing.filter(({ aspect, value }) =>
    aspect === "health" && value === "faulted"
  );
  const own = faults.find((one) => one.connector === connector);
  return (own ?? faults.find((one) => one.connector === 0))?.code ?? null;
}

/**
 * A durable notification as it is told.
 *
 * @param notice The word as the views hold it.
 */
export function noticeView(notice: StoredNotice): ChargeNotification {
  const { id, at, point, driver } = notice;
  return { id, at, point, driver, body: bodyOf(notice), durable: true };
}

function bodyOf(
  { kind, words, energy, amount }: StoredNotice,
): ChargeNotification["body"] {
  const reason = words ?? "";
  const figures = { energy: energy as WattHours, amount };
  switch (kind) {
    case "authorized":
    case "again":
      return { type: "AUTH_OK" };
    case "denied":
      return { type: "AUTH_DENIED", reason };
    case "ticket":
      return { type: "TICKET", ...figures };
    case "error":
      return { type: "SUPPLY_ERROR", reason, ...figures };
  }
}
