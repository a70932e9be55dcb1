/**
 * Transactions of OCPP points as sessions. A point tells of each once more when it got no answer, and later when it was
 * away; the ids made here follow from what it tells, so that everything counts once.
 *
 * @module
 */
import {
  type Clock,
  type FactId,
  fixedFactId,
  TRANSACTION_MAX,
  transactionNumber,
  type WattHours,
} from "../../crdt/mod.ts";
import {
  energyRegisters,
  type OcppPayload,
  type OcppPointRequests,
  type OcppRegister,
  parseOcppTime,
} from "../../net/mod.ts";
import type { Logger } from "../ports.ts";
import type {
  ChargeRefusal,
  ChargingUseCases,
  DriverId,
  PointId,
  PointView,
  SessionView,
} from "./charging_use_cases.ts";
import {
  hasBegun,
  numberUsed,
  type OcppStart,
  readStart,
  startedAt,
  type StartIds,
  SUPERSEDED,
} from "./ocpp_repeats.ts";
import { driverOfTag } from "./ocpp_tags.ts";

/** How long a transaction that is not known yet may take to arrive from the node that began it, in milliseconds. */
export const ARRIVAL_MS = 3_000;
/** Why a transaction ended where the charger gives no reason: OCPP says that it may be left out where it is this. */
const LOCAL = "Local";
/** How often it is looked for, in milliseconds. */
const LOOK_MS = 100;

/** The use-cases that transactions need. */
export type TransactionUseCases = Pick<
  ChargingUseCases,
  | "request"
  | "supply"
  | "point"
  | "session"
  | "sessions"
  | "transaction"
  | "endSession"
  | "driverRefusal"
  | "supplyTaken"
>;

/** What transactions work with. */
export interface OcppTransactionParts {
  /** The point. */
  readonly point: PointId;
  /** The desk. */
  readonly charging: TransactionUseCases;
  /** Time. */
  readonly clock: Pick<Clock, "timer">;
  /** Log lines. */
  readonly logger: Logger;
  /** `ARRIVAL_MS` if left out. */
  readonly arrivalMs?: number;
}

/** Transactions of one point. */
export interface OcppTransactions {
  /** Whether a token may charge. */
  authorize(request: OcppPointRequests["Authorize"]): OcppPayload;
  /** A transaction began. */
  start(request: OcppPointRequests["StartTransaction"]): Promise<OcppPayload>;
  /** Meters show something. */
  meter(request: OcppPointRequests["MeterValues"]): Promise<OcppPayload>;
  /** A transaction ended. */
  stop(request: OcppPointRequests["StopTransaction"]): Promise<OcppPayload>;
}

function statusOf(refusal: ChargeRefusal): string {
  switch (refusal) {
    case "driver_blocked":
      return "Blocked";
    case "driver_busy":
    case "point_busy":
      return "ConcurrentTx";
    default:
      return "Invalid";
  }
}

function tokenInfo(refusal: ChargeRefusal | null): OcppPayload {
  return { status: refusal === null ? "Accepted" : statusOf(refusal) };
}

/**
 * Makes the transactions of a point.
 *
 * @param parts What they work with.
 * @returns The transactions.
 */
export function createOcppTransactions(
  parts: OcppTransactionParts,
): OcppTransactions {
  const { point, charging } = parts;
  const driverOf = (tag: string) => driverOfTag(tag, charging.point(point));
  return {
    authorize: ({ idTag }) => ({
      idTagInfo: tokenInfo(charging.driverRefusal(driverOf(idTag))),
    }),
    async start(request) {
      const view = charging.point(point);
      const driver = driverOfTag(request.idTag, view);
      const meaning = readStart(parts, request, driver);
      const began = "repeats" in meaning
        ? repeated(meaning.repeats)
        : await begin(parts, request, { view, driver, ids: meaning.ids });
      return {
        transactionId: transactionNumber(began.session),
        idTagInfo: tokenInfo(began.refusal),
      };
    },
    async meter(request) {
      await takeMeter(parts, request);
      return {};
    },
    async stop(request) {
      await end(parts, request);
      const { idTag } = request;
      return idTag === undefined
        ? {}
        : { idTagInfo: tokenInfo(charging.driverRefusal(driverOf(idTag))) };
    },
  };
}

interface Began {
  readonly session: FactId;
  readonly refusal: ChargeRefusal | null;
}

function repeated({ id: session, driver }: SessionView): Began {
  // A supply of nobody is one whose driver was refused.
  return { session, refusal: driver === null ? "driver_invalid" : null };
}

/** What was seen when a transaction was told of. */
interface Seen {
  /** The point. */
  readonly view: PointView | undefined;
  /** The driver. */
  readonly driver: DriverId | undefined;
}

/** A transaction begins. It is a session in any case, since energy flows: at worst one of nobody. */
async function begin(
  parts: OcppTransactionParts,
  start: OcppStart,
  { view, driver, ids }: Seen & { readonly ids: StartIds },
): Promise<Began> {
  const { point, charging } = parts;
  const { connectorId: connector } = start;
  const isChanged = await clearConnector(parts, start, { view, driver });
  const now = isChanged ? charging.point(point) : view;
  const reserved = openAt(now, connector);
  const isExpected = reserved !== undefined &&
    reserved.status === "authorized" && reserved.driver === driver;
  const verdict = isExpected
    ? { session: reserved.id, refusal: null }
    : await charging.request({
      id: ids.request,
      driver: driver ?? start.idTag,
      point,
      connector,
      source: "ocpp",
      tellPoint: false,
    });
  const began = (session: FactId, refusal: ChargeRefusal | null) =>
    beginSupply(parts, start, { session, driver, refusal });
  if (verdict.session === null) {
    return await began(ids.session, verdict.refusal);
  }
  const asked = await began(verdict.session, verdict.refusal);
  // It was given up before this came: then the supply is one that nobody asked for.
  return hasBegun(charging.session(verdict.session))
    ? asked
    : await began(ids.session, "driver_invalid");
}

async function beginSupply(
  { point, charging }: OcppTransactionParts,
  start: OcppStart,
  { session, driver, refusal }: Began & {
    readonly driver: DriverId | undefined;
  },
): Promise<Began> {
  await charging.supply({
    kind: "started",
    point,
    connector: start.connectorId,
    driver: driver ?? null,
    energy: 0 as WattHours,
    amount: null,
    position: null,
    session,
    meterStart: start.meterStart as WattHours,
    at: startedAt(start),
    ...(refusal === null ? {} : { reason: refusal }),
  });
  return { session, refusal };
}

function openAt(
  view: PointView | undefined,
  connector: number,
): SessionView | undefined {
  return view?.connectors.find((it) => it.number === connector)?.session ??
    undefined;
}

/** Ends what cannot be true any more when a transaction begins at a connector; says whether there was anything. */
async function clearConnector(
  { point, charging, logger }: OcppTransactionParts,
  start: OcppStart,
  { view, driver }: Seen,
): Promise<boolean> {
  const before = openAt(view, start.connectorId);
  const isCharging = before?.status === "charging";
  if (isCharging) {
    // The point counts one transaction at a connector, and tells of one after the other: the end of the one before was
    // lost, whatever its clock says.
    logger.log("warn", "A transaction ended without a word", {
      point,
      session: before.id,
    });
    await charging.supply({
      ...supplyOf(before),
      kind: "ended",
      at: startedAt(start),
      reason: SUPERSEDED,
    });
  }
  const elsewhere = view?.connectors.find(({ number, session }) =>
    number !== start.connectorId && session?.status === "authorized" &&
    driver !== undefined && session.driver === driver
  );
  // The driver was expected at one connector and plugged in at another.
  if (elsewhere?.session) {
    await charging.endSession({ session: elsewhere.session.id });
  }
  return isCharging || elsewhere !== undefined;
}

/** A record of a session; its figures are those that are known. */
function supplyOf({ id, point, connector, driver }: SessionView) {
  return {
    point,
    connector,
    driver,
    energy: null,
    amount: null,
    position: null,
    session: id,
    at: null,
  };
}

function energySince(
  { meterStart }: SessionView,
  register: number | undefined,
): WattHours | null {
  if (meterStart === null || register === undefined) return null;
  // A meter that was replaced says nothing of this session.
  return register < meterStart ? null : register - meterStart as WattHours;
}

async function takeMeter(
  parts: OcppTransactionParts,
  request: OcppPointRequests["MeterValues"],
): Promise<void> {
  const { point, charging } = parts;
  const { connectorId, transactionId, meterValue } = request;
  const newest = energyRegisters(meterValue).at(-1);
  if (newest === undefined) return;
  const session = transactionId === undefined
    ? openAt(charging.point(point), connectorId)
    : charging.transaction(point, transactionId);
  if (session?.status !== "charging") return;
  const energy = energySince(session, newest.energy);
  if (energy === null) return;
  const { at } = newest;
  await charging.supply({
    ...supplyOf(session),
    ...(transactionId === undefined ? {} : numberUsed(parts, session)),
    ...{ kind: "meter", energy, at },
  });
}

type Stop = OcppPointRequests["StopTransaction"];

async function end(parts: OcppTransactionParts, stop: Stop): Promise<void> {
  const { point, charging } = parts;
  const at = parseOcppTime(stop.timestamp) ?? null;
  const session = await arrival(parts, stop.transactionId);
  if (session === undefined) return await endUnknown(parts, stop, at);
  const known = energySince(session, stop.meterStop);
  const registers = energyRegisters(stop.transactionData ?? []);
  await charging.supply({
    ...supplyOf(session),
    kind: "ended",
    point,
    energy: known ?? energyBetween(registers),
    at,
    reason: stop.reason ?? LOCAL,
    // What is over says nothing of its number by its end.
    ...(session.status === "ended" ? numberUsed(parts, session) : {}),
  });
}

/** The session of a transaction; what another node began may be on its way. */
async function arrival(
  { point, charging, clock, arrivalMs = ARRIVAL_MS }: OcppTransactionParts,
  number: number,
): Promise<SessionView | undefined> {
  for (let waited = 0;; waited += LOOK_MS) {
    const session = charging.transaction(point, number);
    if (session !== undefined || waited >= arrivalMs) return session;
    await new Promise<void>((resolve) => clock.timer(LOOK_MS, resolve));
  }
}

/** What a transaction's own meter values say it took. */
function energyBetween(registers: readonly OcppRegister[]): WattHours | null {
  const begin = registers.find((it) => it.context === "Transaction.Begin") ??
    registers[0];
  const last = registers.at(-1);
  if (begin === undefined || last === undefined) return null;
  return last.energy < begin.energy
    ? null
    : last.energy - begin.energy as WattHours;
}

/**
 * A transaction that this node does not know ended. Another one may know it: then this is an end of its session once both
 * are known anywhere. Until then, or where nobody does, its energy is counted for the point, once. Where the transaction has
 * no meter values of its own, a point with one connector counts from what its last session ended with.
 */
async function endUnknown(
  { point, charging, logger }: OcppTransactionParts,
  stop: Stop,
  at: number | null,
): Promise<void> {
  const { transactionId, meterStop, idTag, reason } = stop;
  const view = charging.point(point);
  const registers = energyRegisters(stop.transactionData ?? []);
  const last = { at: at ?? 0, energy: meterStop, context: "" };
  const own = registers.length > 0 ? energyBetween([...registers, last]) : null;
  const energy = registers.length > 0
    ? own
    : energySinceLast(charging, view, meterStop);
  logger.log("warn", "A transaction that nobody knows ended", {
    point,
    transaction: transactionId,
    counted: energy ?? "unknown",
  });
  await charging.supply({
    kind: "ended",
    point,
    connector: 1,
    driver: idTag === undefined ? null : driverOfTag(idTag, view) ?? null,
    energy,
    amount: null,
    position: null,
    // Chargers that had no answer make numbers up, and the same ones again.
    session: fixedFactId([
      ...["ocpp transaction", point, String(transactionId)],
      ...[stop.timestamp, String(meterStop)],
    ]),
    at,
    reason: reason ?? LOCAL,
    ...(isNumber(transactionId)
      ? {
        stop: {
          transaction: transactionId,
          meter: meterStop,
          ...(own === null ? {} : { energy: own }),
        },
      }
      : {}),
  });
}

/** Whether nodes give numbers like this one; chargers make others up. */
function isNumber(transaction: number): boolean {
  return transaction >= 1 && transaction <= TRANSACTION_MAX;
}

function energySinceLast(
  charging: TransactionUseCases,
  view: PointView | undefined,
  meterStop: number,
): WattHours | null {
  if (view === undefined || view.connectors.length !== 1) return null;
  const [last] = charging.sessions({ point: view.id, limit: 1 }).items;
  if (last === undefined || last.meterStart === null) return null;
  const before = last.meterStart + last.energy;
  return before > meterStop ? null : meterStop - before as WattHours;
}
