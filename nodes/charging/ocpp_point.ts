/**
 * One connection of an OCPP point: what it says becomes what the charging desk is told. It decides nothing about sessions.
 *
 * @module
 */
import {
  type Clock,
  err,
  type FactId,
  ok,
  type Result,
  type Timer,
} from "../../crdt/mod.ts";
import {
  encodeOcppTime,
  type OcppPayload,
  type OcppPointRequest,
  type OcppPointRequests,
  parseOcppPointRequest,
  WEBSOCKET_CLOSE,
} from "../../net/mod.ts";
import type { Refusal } from "../answers.ts";
import type { Logger } from "../ports.ts";
import type {
  ChargingUseCases,
  PointChannel,
  PointId,
  PointLink,
  PointRegistration,
} from "./charging_use_cases.ts";
import { createOcppChannel } from "./ocpp_channel.ts";
import { type Answer, OcppRpc } from "./ocpp_rpc.ts";
import { isPassing } from "./topic_intake.ts";
import {
  createOcppTransactions,
  type OcppTransactions,
  type TransactionUseCases,
} from "./ocpp_transactions.ts";

/** How long a point that said it will begin a session may take to begin it, in milliseconds, unless set otherwise. */
export const START_MS = 300_000;
/** How often a point sends a sign of life, in seconds, unless set otherwise. */
export const HEARTBEAT_SECONDS = 300;
/** Most connectors of one point; of greater ones nothing is noted. */
export const OCPP_CONNECTORS_MAX = 100;
/** When a point that was refused may ask again, in seconds. */
const RETRY_SECONDS = 60;

/** What a point must not take for refused because it could not be stored just now. */
const TRANSACTION_ENDS: readonly string[] = [
  "StartTransaction",
  "StopTransaction",
];

/** The use-cases that points need. */
export type OcppUseCases =
  & TransactionUseCases
  & Pick<ChargingUseCases, "connectPoint">;

/** Settings towards OCPP points. */
export interface OcppSettings {
  /** How often a point sends a sign of life, in seconds. */
  readonly heartbeatSeconds: number;
  /** How long a point that said it will begin a session may take, in milliseconds. */
  readonly startMs: number;
  /** How long a point has to answer, in milliseconds. */
  readonly callMs: number;
  /** How long a transaction of another node may take to arrive, in milliseconds. */
  readonly arrivalMs?: number;
}

/** What a connection works with. */
export interface OcppPointParts {
  /** The point. */
  readonly point: PointId;
  /** The desk. */
  readonly charging: OcppUseCases;
  /** The connection. */
  readonly link: {
    /** Sends a message; false if the connection is over. */
    send(text: string): boolean;
    /** Closes it in the orderly way. */
    close(code: number, reason?: string): void;
  };
  /** The connections of all points. */
  readonly points: OcppPoints;
  /** Settings. */
  readonly settings: OcppSettings;
  /** Time. */
  readonly clock: Clock;
  /** Log lines. */
  readonly logger: Logger;
  /** Counts what was dropped or refused, by kind. */
  readonly drop: (kind: string) => void;
}

/** The connection of each point that counts: the newest. */
export class OcppPoints {
  readonly #points = new Map<PointId, OcppPoint>();

  /** How many there are. */
  get size(): number {
    return this.#points.size;
  }

  /** Whether a point has a connection that counts. */
  has(point: PointId): boolean {
    return this.#points.has(point);
  }

  /** A point has registered: an older connection of it is closed. */
  take(point: PointId, by: OcppPoint): void {
    const before = this.#points.get(point);
    this.#points.set(point, by);
    if (before !== undefined && before !== by) before.replace();
  }

  /** A connection is over. */
  remove(point: PointId, by: OcppPoint): void {
    if (this.#points.get(point) === by) this.#points.delete(point);
  }
}

type Hardware = PointRegistration["hardware"];
type Health = "faulted" | "well";

/** One connection of a point. */
export class OcppPoint {
  readonly #parts: OcppPointParts;
  readonly #rpc: OcppRpc<OcppPointRequest>;
  readonly #transactions: OcppTransactions;
  readonly #channel: PointChannel;
  readonly #health = new Map<number, Health>();
  readonly #statuses = new Map<number, string>();
  readonly #starts = new Map<FactId, Timer>();
  #link: PointLink | undefined;
  #registering: Promise<unknown> = Promise.resolve();
  #hardware = "";
  /** The greatest connector that the point has told of, and how many it is registered with. */
  #connectors = 1;
  #registered = 0;
  #refused = false;
  #over = false;

  /**
   * Takes a connection over.
   *
   * @param parts What it works with.
   */
  constructor(parts: OcppPointParts) {
    this.#parts = parts;
    const { link, clock, drop, settings } = parts;
    this.#rpc = new OcppRpc({
      send: (text) => link.send(text),
      close: (code, reason) => link.close(code, reason),
      parse: parseOcppPointRequest,
      answer: (request) => this.#answer(request),
      drop,
      clock,
      callMs: settings.callMs,
    });
    this.#transactions = createOcppTransactions({ ...parts, ...settings });
    this.#channel = createOcppChannel({
      ...parts,
      call: (action, payload) => this.#rpc.call(action, payload),
      awaitStart: (session) => this.#awaitStart(session),
      close: () => link.close(WEBSOCKET_CLOSE.goingAway, "closed here"),
    });
  }

  /** A message came. */
  receive(text: string): void {
    this.#rpc.receive(text);
  }

  /**
   * A point that is known and has no other connection counts at once: it may have nothing to say for long, and is not
   * asked to start again when only its connection was lost.
   */
  async opened(): Promise<void> {
    const { point, charging, points } = this.#parts;
    if (points.has(point) || charging.point(point)?.dialect !== "ocpp") return;
    await this.#register();
  }

  /** A newer connection of the point counts. */
  replace(): void {
    const { point, logger, link } = this.#parts;
    logger.log("warn", "A newer connection has taken an OCPP point", { point });
    link.close(WEBSOCKET_CLOSE.policyViolation, "replaced");
  }

  /** The connection is over. */
  async ended(): Promise<void> {
    this.#over = true;
    this.#rpc.end();
    for (const timer of this.#starts.values()) timer.cancel();
    this.#starts.clear();
    this.#parts.points.remove(this.#parts.point, this);
    await this.#link?.ended();
  }

  async #answer(request: OcppPointRequest): Promise<Answer> {
    try {
      return await this.#answerNow(request);
    } catch (error) {
      // An error would be the end of a transaction that a point tells of some times only: it tells it again when it is back.
      if (TRANSACTION_ENDS.includes(request.action) && isPassing(error)) {
        this.#parts.link.close(WEBSOCKET_CLOSE.internalError, "not now");
      }
      throw error;
    }
  }

  async #answerNow(request: OcppPointRequest): Promise<Answer> {
    if (request.action === "BootNotification") {
      return { payload: await this.#boot(request.payload) };
    }
    if (this.#link === undefined) {
      // A connection that was lost is made again without a new start; a point that was refused has to wait.
      const registered = this.#refused ? REFUSED : await this.#register();
      if (!registered.ok) {
        return {
          error: {
            code: "SecurityError",
            description: "The point was not accepted",
          },
        };
      }
      void this.#rpc.call("TriggerMessage", {
        requestedMessage: "BootNotification",
      });
    }
    return { payload: await this.#accept(request) };
  }

  async #accept(request: OcppPointRequest): Promise<OcppPayload> {
    const { clock, logger, point } = this.#parts;
    switch (request.action) {
      case "Authorize":
        return this.#transactions.authorize(request.payload);
      case "StartTransaction": {
        // What was accepted and could not be begun is waited for too: the point may never tell of it again.
        const started = await this.#transactions.start(request.payload)
          .finally(() => this.#awaitStarts());
        this.#hasStarted();
        return started;
      }
      case "MeterValues":
        return await this.#transactions.meter(request.payload);
      case "StopTransaction":
        return await this.#transactions.stop(request.payload);
      case "StatusNotification":
        await this.#status(request.payload);
        return {};
      case "Heartbeat":
        return { currentTime: encodeOcppTime(clock.now() * 1000) };
      case "DataTransfer":
        return { status: "UnknownVendorId" };
      case "DiagnosticsStatusNotification":
      case "FirmwareStatusNotification": {
        const { action, payload: { status } } = request;
        logger.log("info", "An OCPP point reports", { point, action, status });
        return {};
      }
      case "BootNotification":
        return await this.#boot(request.payload);
    }
  }

  // Registration

  async #boot(
    boot: OcppPointRequests["BootNotification"],
  ): Promise<OcppPayload> {
    const { clock, settings } = this.#parts;
    const serial = boot.chargePointSerialNumber ?? boot.chargeBoxSerialNumber;
    const hardware: Hardware = {
      vendor: boot.chargePointVendor,
      model: boot.chargePointModel,
      ...(serial === undefined ? {} : { serial }),
      ...(boot.firmwareVersion === undefined
        ? {}
        : { firmware: boot.firmwareVersion }),
    };
    const registered = await this.#register(hardware);
    this.#refused = !registered.ok;
    return {
      status: registered.ok ? "Accepted" : "Rejected",
      currentTime: encodeOcppTime(clock.now() * 1000),
      interval: registered.ok ? settings.heartbeatSeconds : RETRY_SECONDS,
    };
  }

  /** Registers the point, once at a time; again only if it says something new of itself. */
  #register(hardware?: Hardware): Promise<Result<null, Refusal>> {
    const turn = this.#registering.then(() => this.#registerNow(hardware));
    this.#registering = turn.catch(() => {});
    return turn;
  }

  async #registerNow(hardware?: Hardware): Promise<Result<null, Refusal>> {
    const { point, charging, points, logger } = this.#parts;
    const said = hardware === undefined ? "" : JSON.stringify(hardware);
    const isSame = (hardware === undefined || said === this.#hardware) &&
      this.#connectors <= this.#registered;
    if (this.#link !== undefined && !this.#link.replaced && isSame) {
      return ok(null);
    }
    const known = charging.point(point)?.connectors.length ?? 1;
    const connected = await charging.connectPoint({
      point,
      dialect: "ocpp",
      location: null,
      price: null,
      connectors: Math.max(known, this.#connectors),
      ...(hardware === undefined ? {} : { hardware }),
    }, this.#channel);
    if (!connected.ok) {
      const { message: reason } = connected.error;
      logger.log("warn", "An OCPP point was not accepted", { point, reason });
      return connected;
    }
    const before = this.#link;
    this.#link = connected.value;
    this.#registered = Math.max(known, this.#connectors);
    if (hardware !== undefined) this.#hardware = said;
    await before?.ended();
    if (this.#over) await this.#link.ended();
    else {
      points.take(point, this);
      this.#awaitStarts();
    }
    return ok(null);
  }

  // Sessions that are to begin

  /** What the point promised on a connection before this one, or to another node, is waited for here. */
  #awaitStarts(): void {
    const { point, charging } = this.#parts;
    for (const { session } of charging.point(point)?.connectors ?? []) {
      if (session?.status !== "authorized") continue;
      if (!this.#starts.has(session.id)) this.#awaitStart(session.id);
    }
  }

  /** Frees a session that a point promised to begin and does not. */
  #awaitStart(session: FactId): void {
    const { clock, settings } = this.#parts;
    this.#starts.get(session)?.cancel();
    this.#starts.set(
      session,
      clock.timer(settings.startMs, () => void this.#free(session)),
    );
  }

  /** Those that have begun are waited for no longer. */
  #hasStarted(): void {
    for (const [session, timer] of this.#starts) {
      const { status } = this.#parts.charging.session(session) ?? {};
      if (status === "authorized") continue;
      timer.cancel();
      this.#starts.delete(session);
    }
  }

  async #free(session: FactId): Promise<void> {
    const { charging, logger, point } = this.#parts;
    this.#starts.get(session)?.cancel();
    this.#starts.delete(session);
    try {
      if (charging.session(session)?.status !== "authorized") return;
      const freed = await charging.endSession({ session });
      if (freed.ok) return;
    } catch {
      // A timer asks, also while the store is closed; a node that runs frees the session when its time is over.
    }
    logger.log("warn", "A session that did not begin was not freed", {
      point,
      session,
    });
  }

  // Connectors

  async #status(
    status: OcppPointRequests["StatusNotification"],
  ): Promise<void> {
    const { connectorId: connector } = status;
    if (connector > OCPP_CONNECTORS_MAX) return this.#parts.drop("connector");
    if (connector > this.#connectors) {
      this.#connectors = connector;
      await this.#register();
    }
    const before = this.#statuses.get(connector);
    this.#statuses.set(connector, status.status);
    await this.#healthOf(status);
    await this.#service(status);
    // The driver did not plug in, or went away again.
    if (before === "Preparing" && status.status === "Available") {
      await this.#freeAt(connector);
    }
  }

  async #healthOf(
    { connectorId: connector, status, errorCode, vendorErrorCode }:
      OcppPointRequests["StatusNotification"],
  ): Promise<void> {
    const health: Health = status === "Faulted" ? "faulted" : "well";
    if (this.#health.get(connector) === health) return;
    this.#health.set(connector, health);
    if (health === "well") return await this.#link?.recover({ connector });
    const code = vendorErrorCode === undefined
      ? errorCode
      : `${errorCode} ${vendorErrorCode}`;
    await this.#link?.fault({ connector, code });
  }

  /** The whole point says by itself that it is out of service, or back. */
  async #service(
    { connectorId, status }: OcppPointRequests["StatusNotification"],
  ): Promise<void> {
    const view = this.#parts.charging.point(this.#parts.point);
    if (view === undefined) return;
    const isWhole = connectorId === 0 ||
      (connectorId === 1 && view.connectors.length === 1);
    if (!isWhole) return;
    const isStopped = view.state === "FUERA_DE_SERVICIO";
    if (status === "Unavailable") {
      if (!isStopped || view.unconfirmed) await this.#link?.confirmed("stop");
    } else if (
      status === "Available" && isStopped && view.stops.length === 0
    ) await this.#link?.confirmed("resume");
  }

  async #freeAt(connector: number): Promise<void> {
    const { charging, point } = this.#parts;
    const view = charging.point(point);
    const session = view?.connectors.find((it) => it.number === connector)
      ?.session;
    if (session?.status === "authorized") await this.#free(session.id);
  }
}

const REFUSED: Result<null, Refusal> = err({
  code: "forbidden",
  message: "The point was refused",
});
