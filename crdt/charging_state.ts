/**
 * The state of a charging point and the life of a session, as pure functions: every protocol, node and page asks here.
 * Nothing is locked or released: a point or a driver is busy while a session of it lasts, and every end frees both.
 *
 * @module
 */
import type {
  PointDialect,
  SessionOutcome,
  StopCause,
} from "./charging_facts.ts";
import type { ChargingPoint, PointStanding } from "./charging_readers.ts";
import type { SessionStatus } from "./charging_session.ts";

/** The states of a point; the words are those of the original wire. */
export const POINT_STATES = [
  "DESCONECTADO",
  "ACTIVADO",
  "RESERVADO",
  "SUMINISTRANDO",
  "AVERIADO",
  "FUERA_DE_SERVICIO",
] as const;
/** The state of a point, or of one of its connectors. */
export type PointState = typeof POINT_STATES[number];

/** What facts say of a point that its state follows from. */
export type ReportedPoint = Pick<ChargingPoint, "dialect" | "standing">;

/**
 * What counts of a kind of report: a text point that registers begins anew, one that speaks OCPP says all that is new.
 */
function counting(
  { dialect, standing }: ReportedPoint,
  aspect: string,
  connector: number,
): PointStanding | undefined {
  return standing.find((one) =>
    one.aspect === aspect && one.connector === connector &&
    (one.since || dialect === "ocpp")
  );
}

/**
 * What keeps a point out of service.
 *
 * @param point The point.
 * @returns The causes that were set and not lifted.
 */
export function stopsInForce({ standing }: ReportedPoint): StopCause[] {
  return standing
    .filter(({ aspect, value }) => aspect === "stop" && value === "set")
    .flatMap(({ cause }) => cause === "" ? [] : [cause]);
}

/**
 * Whether a point or one of its connectors is faulty.
 *
 * @param point The point.
 * @param connector The connector; 0 for the point alone.
 */
export function isFaulty(point: ReportedPoint, connector: number): boolean {
  return [0, connector].some((one) =>
    counting(point, "health", one)?.value === "faulted"
  );
}

/**
 * Whether the equipment has not confirmed the last word about its service.
 *
 * @param point The point.
 */
export function isUnconfirmed(point: ReportedPoint): boolean {
  return counting(point, "service", 0)?.value === "unconfirmed";
}

/**
 * Whether a point or one of its connectors is shown as out of service: its equipment said so, or was silent about a stop;
 * or a stop is in force that it was not told of on this connection yet.
 *
 * @param point The point.
 * @param connector The connector; 0 for the point alone.
 * @param connected Whether its equipment is connected.
 */
export function isOutOfService(
  point: ReportedPoint,
  connector: number,
  connected: boolean,
): boolean {
  if (
    [0, connector].some((one) =>
      counting(point, "service", one)?.value === "stopped"
    )
  ) return true;
  if (stopsInForce(point).length === 0) return false;
  const told = point.standing.some((one) =>
    one.aspect === "stop" && one.value === "set" && one.since
  );
  return !connected || !told || isUnconfirmed(point);
}

/** What facts do not say. */
export interface PointNow {
  /** Whether its equipment is connected to a node that can be reached. */
  readonly connected: boolean;
  /** Where the open session of the connector stands; null if there is none. */
  readonly session: Exclude<SessionStatus, "ended"> | null;
  /** Whether telemetry of the session came in the last seconds. */
  readonly live: boolean;
}

/**
 * The state of a connector, or of a point that has one.
 *
 * @param point What facts say of the point.
 * @param connector Its number; 0 for the point alone.
 * @param now What they do not say.
 * @returns The state.
 */
export function pointState(
  point: ReportedPoint,
  connector: number,
  { connected, session, live }: PointNow,
): PointState {
  if (isFaulty(point, connector)) return "AVERIADO";
  if (isOutOfService(point, connector, connected)) return "FUERA_DE_SERVICIO";
  if (session === "charging" && (connected || live)) return "SUMINISTRANDO";
  if (!connected) return "DESCONECTADO";
  return session === "authorized" ? "RESERVADO" : "ACTIVADO";
}

/** What a point is shown as when its connectors differ, the first that one of them is. */
const SHOWN_FIRST: readonly PointState[] = [
  "ACTIVADO",
  "SUMINISTRANDO",
  "RESERVADO",
  "FUERA_DE_SERVICIO",
  "AVERIADO",
  "DESCONECTADO",
];

/**
 * The state of a point with several connectors: it is free if one of them is.
 *
 * @param states The state of each connector; at least one.
 * @returns The state.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * strictEqual(joinStates(["SUMINISTRANDO", "ACTIVADO"]), "ACTIVADO");
 * ```
 */
export function joinStates(states: readonly PointState[]): PointState {
  return SHOWN_FIRST.find((one) => states.includes(one)) ?? "DESCONECTADO";
}

/**
 * Whether a session may begin at a connector in this state. A stop that was commanded and not confirmed yet refuses too.
 *
 * @param point The point.
 * @param state Its state.
 */
export function mayBegin(point: ReportedPoint, state: PointState): boolean {
  return state === "ACTIVADO" && stopsInForce(point).length === 0;
}

/** Words of the original wire for what becomes of requests and sessions. */
export const CHARGE_WORDS = {
  accepted: "Autorizado",
  driverBusy: "Driver ya conectado a otro CP",
  driverInvalid: "Identificador de conductor no válido",
  pointBusy: "CP ya en uso por otro driver",
  pointUnknown: "NO_EXISTE",
  faultText: "Carga interrumpida: Avería detectada en el punto de recarga",
  faultFramed: "Carga interrumpida: Engine averiado",
  disconnected: "Carga interrumpida: Monitor desconectado",
  stopped: "Carga interrumpida: CP puesto fuera de servicio",
  expired: "Carga interrumpida: Reserva caducada",
  cancelled: "Carga interrumpida: Cancelada",
} as const;

/** What happens to a session. */
export type SessionEvent =
  /** The equipment knows of its driver. */
  | "informed"
  /** The word to the equipment could not be written. */
  | "uninformed"
  /** Energy flows. */
  | "supplied"
  /** The supply has ended by itself. */
  | "finished"
  /** The equipment is faulty. */
  | "faulted"
  /** The equipment stopped the supply because its monitor was gone, or the monitor is gone and nothing is heard. */
  | "lost"
  /** Nothing was heard of the supply for too long, though the monitor is well. */
  | "stale"
  /** The point is out of service. */
  | "stopped"
  /** A stopped supply has not told its end in time. */
  | "stop_overdue"
  /** The reservation ran out. */
  | "expired"
  /** The driver has left. */
  | "left"
  /** Somebody ended it. */
  | "cancelled"
  /** Another session of the point or driver is kept. */
  | "displaced";

/** Where a session stands, as far as its life depends on it. */
export interface SessionNow {
  /** Where it stands. */
  readonly status: SessionStatus;
  /** Whether the equipment knows of it. */
  readonly informed: boolean;
}

/** How a session ends. */
export interface SessionEnd {
  /** How; `freed` if its driver has heard nothing of it and is refused instead. */
  readonly outcome: SessionOutcome | "freed";
  /** The original wire's words; null for a ticket. */
  readonly words: string | null;
}

/** A step in a session's life. */
export interface SessionStep {
  /** Where it stands then. */
  readonly now: SessionNow;
  /** How it ended with this step; null if it did not. */
  readonly end: SessionEnd | null;
}

/** What a step depends on beside the session. */
export interface SessionSurroundings {
  /** How the point speaks. */
  readonly dialect: PointDialect;
  /** Whether the point is out of service. */
  readonly stopped: boolean;
}

/** The words for a fault (C-12). */
function faultWords(dialect: PointDialect): string {
  return dialect === "framed"
    ? CHARGE_WORDS.faultFramed
    : CHARGE_WORDS.faultText;
}

/**
 * The original wire's words for a session's end.
 *
 * @param outcome How it ended.
 * @param dialect How the point speaks.
 * @returns The words; null for a ticket.
 */
export function endWords(
  outcome: SessionOutcome,
  dialect: PointDialect,
): string | null {
  switch (outcome) {
    case "completed":
      return null;
    case "fault":
      return faultWords(dialect);
    case "disconnected":
      return CHARGE_WORDS.disconnected;
    case "stopped":
      return CHARGE_WORDS.stopped;
    case "expired":
      return CHARGE_WORDS.expired;
    case "cancelled":
      return CHARGE_WORDS.cancelled;
    case "displaced":
      return CHARGE_WORDS.pointBusy;
  }
}

/** What a driver is told whose session ends before he heard of it: the state that the point is in. */
const REFUSED_WORDS: Readonly<Partial<Record<SessionOutcome, string>>> = {
  fault: "AVERIADO",
  stopped: "FUERA_DE_SERVICIO",
  displaced: CHARGE_WORDS.pointBusy,
};

/** An end as its driver is told of it: one who has not heard of the beginning is refused instead. */
function endOf(
  { status, informed }: SessionNow,
  outcome: SessionOutcome,
  dialect: PointDialect,
): SessionEnd {
  return status === "authorized" && !informed
    ? { outcome: "freed", words: REFUSED_WORDS[outcome] ?? "DESCONECTADO" }
    : { outcome, words: endWords(outcome, dialect) };
}

/** How an event ends a session; undefined if it does not. */
function outcomeOf(
  { status, informed }: SessionNow,
  event: SessionEvent,
  stopped: boolean,
): SessionOutcome | undefined {
  const isReserved = status === "authorized";
  switch (event) {
    case "informed":
    case "supplied":
      return undefined;
    case "uninformed":
      return isReserved && !informed ? "disconnected" : undefined;
    case "finished":
      return stopped ? "stopped" : "completed";
    case "faulted":
      return "fault";
    case "lost":
      return "disconnected";
    case "stale":
      return isReserved ? undefined : "fault";
    case "stopped":
      return isReserved ? "stopped" : undefined;
    case "stop_overdue":
      return "stopped";
    case "expired":
      return isReserved ? "expired" : undefined;
    case "left":
      return isReserved ? "cancelled" : undefined;
    case "cancelled":
      return "cancelled";
    case "displaced":
      return "displaced";
  }
}

/**
 * The next step in a session's life. What is over stays over, so whatever happens, in whatever order, a session ends once.
 *
 * @param now Where it stands.
 * @param event What happens.
 * @param surroundings What the step depends on beside it.
 * @returns Where it stands then, and how it ended if it did.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * const surroundings = { dialect: "text", stopped: false } as const;
 * const now = { status: "charging", informed: true } as const;
 * strictEqual(
 *   nextSession(now, "finished", surroundings).end?.outcome,
 *   "completed",
 * );
 * ```
 */
export function nextSession(
  now: SessionNow,
  event: SessionEvent,
  { dialect, stopped }: SessionSurroundings,
): SessionStep {
  if (now.status === "ended") return { now, end: null };
  const outcome = outcomeOf(now, event, stopped);
  if (outcome !== undefined) {
    const end = endOf(now, outcome, dialect);
    return { now: { ...now, status: "ended" }, end };
  }
  if (event === "informed") {
    return { now: { ...now, informed: true }, end: null };
  }
  return event === "supplied"
    ? { now: { ...now, status: "charging" }, end: null }
    : { now, end: null };
}
