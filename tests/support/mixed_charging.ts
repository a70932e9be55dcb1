/**
 * Facts of charging for arbitrary sets of commits: drawn from few requests, points, drivers and instants, so that sessions
 * meet their ends and each other, and reports their connections; some of them wrong on purpose.
 *
 * @module
 */
import {
  endId,
  type FactId,
  informedId,
  refusalId,
  sessionOfRequest,
  type SpaceId,
  startId,
} from "../../crdt/mod.ts";

/** Kinds of drafts that stand for facts of charging. */
export const CHARGING_KIND_FIRST = 170;
/** The last of them. */
export const CHARGING_KIND_LAST = 193;

/** What a fact of charging is made of. */
export interface ChargingDraft {
  /** From `CHARGING_KIND_FIRST` to `CHARGING_KIND_LAST`. */
  readonly kind: number;
  /** The fact's id, and the request's. */
  readonly id: FactId;
  /** Another id that it names. */
  readonly other: FactId;
  /** One of two drivers. */
  readonly driver: string;
  /** 0 to 3, or huge. */
  readonly amount: number;
  /** One of two forms. */
  readonly flag: boolean;
  /** Microseconds since 1970. */
  readonly at: number;
}

const DATES = ["2026-01-31", "2026-02-01"];
const MONEY = { currency: "EUR", exponent: 2 };
const OUTCOMES = ["completed", "fault", "stopped", "displaced"];
const REPORTS: readonly Record<string, unknown>[] = [
  { aspect: "health", value: "faulted", code: "x" },
  { aspect: "health", value: "ok" },
  { aspect: "service", value: "stopped" },
  { aspect: "stop", value: "set", cause: "weather" },
  { aspect: "stop", value: "lifted", cause: "operator" },
  { aspect: "listed", value: "removed" },
];

function pointFactOf(draft: ChargingDraft, site: string): object {
  const { kind, id, other, amount, flag, at } = draft;
  const base = { id, at: at + amount % 3, site, point: flag ? "A" : "B" };
  switch (kind) {
    case 170:
    case 171:
      return {
        ...base,
        type: "PointConnected",
        dialect: ["text", "ocpp", "unverified", "framed"][amount % 4],
        ...(amount % 2 === 0 ? {} : { location: `at ${amount}` }),
        ...(amount > 1 ? { price: amount } : {}),
        connectors: 1 + amount % 3,
        ...(flag ? { hardware: { vendor: "v", model: "m" } } : {}),
      };
    case 172:
      return {
        ...base,
        type: "PointReported",
        connector: 0,
        aspect: "connection",
        value: "closed",
        link: other,
      };
    case 173:
    case 174:
      return {
        ...base,
        type: "PointReported",
        connector: kind === 173 ? 0 : amount % 4,
        ...REPORTS[amount % REPORTS.length],
        ...(kind === 174 ? { aspect: "listed", value: "removed" } : {}),
        ...(kind === 174 ? { cause: undefined, code: undefined } : {}),
      };
    case 175:
      return {
        ...base,
        type: "PointCommanded",
        ...(amount === 3
          ? { command: "Reset", args: '{"type":"Soft"}' }
          : amount === 2
          ? { command: "end", session: sessionOfRequest(other) }
          : { command: flag ? "stop" : "resume", cause: "operator" }),
        expiresAt: at + amount,
        ...(flag ? { by: { id: "1", name: "Ana" } } : {}),
      };
    case 176:
      return {
        ...base,
        type: "PointCommandEnded",
        command: other,
        outcome: amount === 1 ? "confirmed" : "silent",
        ...(flag ? { answer: "{}" } : {}),
      };
    case 177:
      return {
        ...base,
        type: "PointCredential",
        tokenHash: (flag ? "a" : "b").repeat(64),
        key: `${amount}`,
      };
    default:
      return flag
        ? { ...base, type: "PointCredentialRevoked" }
        : { ...base, type: "ChargingAudited", action: "X", text: `${amount}` };
  }
}

/** A fact that names a session or a request. */
function sessionFactOf(draft: ChargingDraft, site: string): object {
  const { kind, id, other, driver, amount, flag, at } = draft;
  // Seldom do facts of one session name another point.
  const point = amount === 3 ? "B" : "A";
  const session = sessionOfRequest(id);
  const base = { at: at + amount % 3, site, point };
  const place = { connector: 1 + amount % 2, driver };
  const energy = amount > 3 ? amount : 100 * amount;
  const position = flag
    ? { position: { offset: amount % 4, timestamp: at + amount % 3 } }
    : {};
  switch (kind) {
    case 179:
      return {
        ...base,
        id,
        type: "ChargeRequested",
        driver,
        ...(flag ? { connector: 1, holdMs: amount, tellPoint: false } : {}),
        source: "kafka",
        expiresAt: at + amount,
      };
    case 180:
      return {
        ...base,
        id: refusalId(id),
        type: "ChargeRefused",
        request: id,
        driver,
        refusal: "point_busy",
        words: `${amount % 2}`,
        ...(amount === 2 ? { quiet: true } : {}),
      };
    case 181:
    case 182:
      return {
        ...base,
        ...place,
        id: session,
        type: "ChargeAuthorized",
        request: id,
        source: flag ? "kafka" : "http",
        ...(flag ? { expiresAt: at + amount } : {}),
      };
    case 183:
    case 184:
      return {
        ...base,
        id: informedId(session),
        type: "PointInformed",
        session,
        driver,
        ...(amount === 2 ? { quiet: true } : {}),
      };
    case 185:
      return {
        ...base,
        ...place,
        id: endId(session),
        type: "ChargeFreed",
        session,
        refusal: "point_unreachable",
        words: `${amount % 2}`,
        ...(amount === 2 ? { quiet: true } : {}),
      };
    case 186:
    case 187:
      return {
        ...base,
        ...place,
        ...position,
        ...(flag ? {} : { driver: null }),
        id: startId(session),
        type: "ChargeStarted",
        session,
        source: "equipment",
        ...(amount === 1 ? { transaction: 7 } : {}),
        ...(flag ? { tariff: { energy: 1, session: 2, minute: 3 } } : {}),
      };
    case 188:
      return {
        ...base,
        ...position,
        id: other,
        type: "ChargeMetered",
        session,
        energy,
        amount: energy,
      };
    case 189:
    case 190:
      return endedOf(draft, { ...base, ...place, ...position, ...MONEY });
    case 191:
      return {
        ...base,
        ...position,
        ...MONEY,
        id: other,
        type: "EnergyCounted",
        ...(flag ? { session, driver } : {}),
        date: DATES[amount % 2],
        energy,
        amount: energy,
      };
    default:
      return {
        id: other,
        at,
        site: kind === 193 && amount === 3 ? "AQP" : site,
        type: "ChargeTold",
        notices: flag
          ? [endId(session), informedId(session)]
          : [refusalId(id), endId(session), endId(session)],
      };
  }
}

function endedOf(
  { kind, id, other, amount, flag }: ChargingDraft,
  base: object,
): object {
  const session = sessionOfRequest(id);
  const outcome = kind === 189 ? "completed" : OUTCOMES[amount % 4];
  const energy = amount > 3 ? amount : 100 * amount;
  return {
    ...base,
    ...(kind === 190 && flag ? { driver: null } : {}),
    id: endId(session),
    type: "ChargeEnded",
    session,
    date: DATES[amount % 2],
    outcome,
    ...(outcome === "completed" ? {} : { words: `${amount % 2}` }),
    energy,
    amount: energy,
    ...(outcome === "displaced"
      ? {
        kept: {
          session: sessionOfRequest(other),
          point: "A",
          driver: flag ? "1" : null,
        },
      }
      : {}),
    ...(amount === 2 ? { quiet: true } : {}),
  };
}

/**
 * A fact of charging.
 *
 * @param draft What it is made of.
 * @param space The space of the log that holds it.
 * @returns A fact, or something that looks like one.
 */
export function chargingFactOf(draft: ChargingDraft, space: SpaceId): unknown {
  const site = space.startsWith("site:") ? space.slice(5) : "CUS";
  return draft.kind < 179
    ? pointFactOf(draft, site)
    : sessionFactOf(draft, site);
}
