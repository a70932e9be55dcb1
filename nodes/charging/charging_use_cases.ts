/**
 * What a node offers about charging points: points with their connectors, drivers, and sessions from a request to a
 * ticket, whatever protocol the equipment speaks. Energy is whole watt-hours, money whole minor units of the site's
 * currency, instants are microseconds since 1970, UTC.
 *
 * @module
 */
import type {
  Actor,
  ChargeRefusal,
  DriverId,
  FactId,
  PointDialect,
  PointId,
  PointState,
  RecordPosition,
  Result,
  SessionOutcome,
  SiteCode,
  StopCause,
  Tariff,
  TransactionStop,
  WattHours,
} from "../../crdt/mod.ts";
import type { Page, PageQuery, Refusal } from "../answers.ts";

export type {
  ChargeRefusal,
  DriverId,
  PointDialect,
  PointId,
  PointState,
  RecordPosition,
  SessionOutcome,
  StopCause,
  Tariff,
} from "../../crdt/mod.ts";

/** What a point says of itself when it registers. */
export interface PointRegistration {
  /** Its id. */
  readonly point: PointId;
  /** How it speaks. */
  readonly dialect: Exclude<PointDialect, "unverified">;
  /** Where it is; null keeps what is known. */
  readonly location: string | null;
  /** Its price per kWh in 1/10,000 of the currency's unit; null keeps what is known (C-5). */
  readonly price: number | null;
  /** How many connectors it has; 1 for text points. A later status of a greater connector adds it. */
  readonly connectors: number;
  /** Vendor, model, serial number and firmware of an OCPP point. */
  readonly hardware?: {
    readonly vendor: string;
    readonly model: string;
    readonly serial?: string;
    readonly firmware?: string;
  };
}

/** What became of a word to a point's equipment. */
export type ChannelAnswer =
  /** It said yes. */
  | "confirmed"
  /** It said no. */
  | "refused"
  /** It said nothing in time. */
  | "silent"
  /** The word could not be written. */
  | "failed";

/** The way to a point's equipment; made by the listener that holds its connection. Each call has a deadline of its own. */
export interface PointChannel {
  /**
   * Tells the equipment that a driver may charge. Resolves as soon as the word is written (text), or answered (OCPP).
   * `refused` undoes the reservation for OCPP; for text nothing but `failed` does (C-2, C-55).
   */
  authorize(
    word: {
      readonly driver: DriverId;
      readonly session: FactId;
      readonly connector: number;
    },
  ): Promise<ChannelAnswer>;
  /** Puts the point out of service; a running supply ends. */
  stop(): Promise<ChannelAnswer>;
  /** Puts it into service again. */
  resume(): Promise<ChannelAnswer>;
  /** Ends one session's supply without putting the point out of service; left out where the protocol has no such word. */
  endSession?(session: FactId): Promise<ChannelAnswer>;
  /** Any other command of the protocol: its name and arguments, the equipment's answer. Left out where there is none. */
  call?(
    command: string,
    args: Readonly<Record<string, unknown>>,
  ): Promise<Result<Readonly<Record<string, unknown>>, Refusal>>;
  /** Closes the connection. */
  close(): void;
}

/** A registered connection, as its listener reports it. After a newer one of the same point its words no longer count (C-9). */
export interface PointLink {
  /** Whether the point was known before: `REGISTER_RESULT#RECONNECT`. */
  readonly known: boolean;
  /** Whether a newer connection has taken the point. */
  readonly replaced: boolean;
  /** The equipment is faulty; connector 0 is the whole point. */
  fault(
    input?: { readonly connector?: number; readonly code?: string },
  ): Promise<void>;
  /** It is well again. */
  recover(input?: { readonly connector?: number }): Promise<void>;
  /** It said by itself that it is out of service (`ACK#PARAR` that comes late) or back (`ACK#REANUDAR`). */
  confirmed(what: "stop" | "resume"): Promise<void>;
  /** The connection has ended, however. A second call does nothing. */
  ended(): Promise<void>;
}

/** What equipment tells of a supply. */
export interface SupplyRecord {
  /** What happened. `meter` is a running total, `lost` a supply that the equipment stopped because its monitor was gone. */
  readonly kind: "started" | "meter" | "ended" | "fault" | "lost";
  /** The point. */
  readonly point: PointId;
  /** The connector; 1 for text points. */
  readonly connector: number;
  /** The driver that the equipment names; null if it names none (C-20). */
  readonly driver: DriverId | null;
  /** Energy since the start of the supply; null if the record has none. */
  readonly energy: WattHours | null;
  /** Money since the start as the equipment computed it, in minor units; null if it computes none: the tariff counts then. */
  readonly amount: number | null;
  /** Where the record stood in its topic; null if it came on a connection. */
  readonly position: RecordPosition | null;
  /**
   * The session, where the equipment knows it (OCPP); null to look for the point's. `started` of one that nobody knows
   * makes it, with this id (C-20); of any other kind its energy is counted for the point, once for this id.
   */
  readonly session: FactId | null;
  /** The end of an OCPP transaction whose session is not known, of `ended`: it finds that session once it is. */
  readonly stop?: Pick<TransactionStop, "transaction" | "meter" | "energy">;
  /** Names the record where it has no position: told again, it does nothing. One that has it is durable. */
  readonly id?: FactId;
  /** What the meter showed when an OCPP transaction began, of `started`: `energy` of later records is less this. */
  readonly meterStart?: WattHours;
  /** When it happened by the equipment's clock; null for now. */
  readonly at: number | null;
  /** True if nobody vouches for it (C-39: clear telemetry of a point that has a key). */
  readonly unauthenticated?: boolean;
  /** Why an OCPP transaction ended, and other words to keep. */
  readonly reason?: string;
}

/** What became of a supply record. It is durable when the promise resolves, except of `live`. */
export type SupplyEffect =
  /** The figures of a running session were renewed in memory. */
  | "live"
  /** A fact was written. */
  | "stored"
  /** It had been taken before, or is of a session that is over (C-24, C-49). */
  | "repeated"
  /** It says nothing that counts. */
  | "ignored";

/** A driver asks for a point. */
export interface ChargeRequest {
  /** One id a request: a repeat gets the first answer. Drawn by the node if left out. */
  readonly id?: FactId;
  /** Anything: what is no driver's id is refused (C-43). */
  readonly driver: unknown;
  /** Anything: what is no point's id does not exist. */
  readonly point: unknown;
  /** The connector; any free one if left out. */
  readonly connector?: number;
  /** Who brought it. */
  readonly source: "kafka" | "http" | "ocpp" | "operator";
  /** How long a reservation holds, in milliseconds; the site's setting if left out. */
  readonly holdMs?: number;
  /** False if the equipment itself asked and need not be told. */
  readonly tellPoint?: boolean;
}

/** The answer to a driver's request, durable. */
export interface ChargeVerdict {
  /** The request. */
  readonly request: FactId;
  /** The session; null if it was refused. */
  readonly session: FactId | null;
  /** Why not; null if it was accepted. */
  readonly refusal: ChargeRefusal | null;
  /** The original wire's words: `Autorizado`, or the reason. */
  readonly words: string;
  /** True if it was known before. */
  readonly repeated: boolean;
}

/** A session as it is shown. */
export interface SessionView {
  /** Its id. */
  readonly id: FactId;
  /** The site. */
  readonly site: SiteCode;
  /** The point. */
  readonly point: PointId;
  /** The connector. */
  readonly connector: number;
  /** Who charges; null for a supply that nobody asked for. */
  readonly driver: DriverId | null;
  /** Where it stands. */
  readonly status: "authorized" | "charging" | "ended";
  /** Who brought the request; `equipment` for a supply that nobody asked for. */
  readonly source: "kafka" | "http" | "ocpp" | "operator" | "equipment";
  /** When it was authorized, or heard of. */
  readonly at: number;
  /** When energy began to flow. */
  readonly startedAt: number | null;
  /** When it ended. */
  readonly endedAt: number | null;
  /** When the reservation runs out. */
  readonly expiresAt: number | null;
  /** Energy so far, or in all. */
  readonly energy: WattHours;
  /** Money so far, or in all, in minor units. */
  readonly amount: number;
  /** ISO 4217 code. */
  readonly currency: string;
  /** Decimal places of `amount`. */
  readonly exponent: number;
  /** How old the live figures are, in milliseconds; null if it is not charging. Over 5,000 they are stale (C-50). */
  readonly ageMs: number | null;
  /** How it ended; null while it lasts. */
  readonly outcome: SessionOutcome | null;
  /** Why an OCPP transaction ended, and other words that were kept; null while it lasts, or if there are none. */
  readonly reason: string | null;
  /** The original wire's words for the end, e.g. `Carga interrumpida: …`; null for a ticket and while it lasts. */
  readonly words: string | null;
  /** The price that counted. */
  readonly tariff: Tariff | null;
  /** True if the equipment's own price differs from the registered one (C-21). */
  readonly priceDiffers: boolean;
  /** `transactionNumber` of an OCPP transaction; null for others. */
  readonly transaction: number | null;
  /** What the meter showed when an OCPP transaction began; null for others. */
  readonly meterStart: WattHours | null;
}

/** A point as it is shown. */
export interface PointView {
  /** Its id. */
  readonly id: PointId;
  /** The site. */
  readonly site: SiteCode;
  /** Its state. */
  readonly state: PointState;
  /** The state's documented color: `#6c757d` and so on. */
  readonly color: string;
  /** `Out of Order` for a point out of service (C-23), else empty. */
  readonly legend: string;
  /** Where it is. */
  readonly location: string;
  /** Price per kWh in 1/10,000 of the currency's unit; null if nobody said. */
  readonly price: number | null;
  /** How its newest connection speaks. */
  readonly dialect: PointDialect;
  /** Connectors with the session of each. */
  readonly connectors: readonly {
    readonly number: number;
    readonly state: PointState;
    readonly session: SessionView | null;
    readonly errorCode: string | null;
  }[];
  /** Whether its equipment is connected to a node that can be reached. */
  readonly connected: boolean;
  /** The node that holds, or held last, its connection: a PeerId; null if there was none. */
  readonly authority: string | null;
  /** What keeps it out of service. */
  readonly stops: readonly StopCause[];
  /** True if a stop or resume was commanded and not confirmed (C-16). */
  readonly unconfirmed: boolean;
  /** Whether it is faulty. */
  readonly faulty: boolean;
  /** When anything of it changed. */
  readonly at: number;
}

/** A word to drivers, as it goes onto `driver_notifications` and to native clients. */
export interface ChargeNotification {
  /** Names it for ever: the same after a restart and at every peer. */
  readonly id: FactId;
  /** When what it tells of happened. */
  readonly at: number;
  /** The point, as the request named it. */
  readonly point: string;
  /** The driver. */
  readonly driver: string;
  /** What it says. */
  readonly body:
    | { readonly type: "AUTH_OK" }
    | { readonly type: "AUTH_DENIED"; readonly reason: string }
    | {
      readonly type: "CONSUMO_UPDATE" | "TICKET";
      readonly energy: WattHours;
      readonly amount: number;
    }
    | {
      readonly type: "SUPPLY_ERROR";
      readonly reason: string;
      readonly energy: WattHours;
      readonly amount: number;
    };
  /** True if it has to be published exactly once; false for a running total, which is only passed on. */
  readonly durable: boolean;
}

/** What became of a command to a point. */
export interface CommandView {
  /** The command. */
  readonly id: FactId;
  /** The point. */
  readonly point: PointId;
  /** `stop`, `resume`, `end`, or a command of the protocol, e.g. `Reset`. */
  readonly command: string;
  /** Why. */
  readonly cause: StopCause | null;
  /** Who. */
  readonly by: Actor | null;
  /** When. */
  readonly at: number;
  /** Where it stands; `expired` if nobody could be told in time. */
  readonly state: "waiting" | "expired" | ChannelAnswer;
  /** The equipment's answer to a command of its protocol. */
  readonly answer: Readonly<Record<string, unknown>> | null;
}

/** Energy and money of sessions that ended. */
export interface ChargingReportRow {
  /** What the row is of: a point's or driver's id, or a business date. */
  readonly key: string;
  /** Sessions that ended. */
  readonly sessions: number;
  /** Of these, with a ticket. */
  readonly completed: number;
  /** Energy. */
  readonly energy: WattHours;
  /** Money in minor units. */
  readonly amount: number;
}

/** A selection of sessions; all together. */
export interface SessionQuery extends PageQuery {
  /** Of one point. */
  readonly point?: PointId;
  /** Of one driver. */
  readonly driver?: DriverId;
  /** `open`, or `ended`; both if left out. */
  readonly status?: "open" | "ended";
  /** Not before, in microseconds since 1970. */
  readonly from?: number;
  /** Before, in microseconds since 1970. */
  readonly to?: number;
}

/** How far a session is. */
export type SessionStage = Pick<
  SessionView,
  "id" | "startedAt" | "endedAt" | "outcome"
>;

/** Sessions as they change, for who counts them. */
export interface ChargingSessionFeed {
  /**
   * Tells of sessions that have changed, each once for all that changed together.
   *
   * @param listener Is told; it must not throw.
   */
  watchSessions(listener: (session: SessionStage) => void): void;
}

/** Notifications for drivers' own programs, which come and go. */
export interface ChargingNoticeFeed {
  /**
   * A driver's durable notifications beyond a place of the feed, oldest first: whatever this node has now and had not
   * where the place was given, at whichever node of the site. One may be given again, never left out.
   *
   * @param query The driver, and `place` of the answer before; null for all of them.
   * @returns The newest 1,000 of them, and the place behind them; undefined for what no node gave as a place.
   */
  noticesBeyond(
    query: { readonly driver: DriverId; readonly place: string | null },
  ): {
    readonly items: readonly ChargeNotification[];
    readonly place: string;
  } | undefined;
}

/** What people set for a node's own charging site. */
export interface ChargingSettings {
  /** What energy costs at a point, or with null at the site; undefined if nobody set it. */
  tariff(point: PointId | null): Tariff | undefined;
  /** Sets it, for sessions that begin from now on. Refusals: `forbidden` at a node without a site. */
  setTariff(
    input: { readonly point: PointId | null; readonly tariff: Tariff },
  ): Promise<Result<Tariff, Refusal>>;
  /** Whether a driver may not charge. */
  isBlocked(driver: DriverId): boolean;
  /** Blocks a driver, or lets him charge again. Refusals: `forbidden` at a node without a site. */
  blockDriver(
    input: { readonly driver: DriverId; readonly blocked: boolean },
  ): Promise<Result<null, Refusal>>;
}

/** Tickets of sessions, for an 80 mm printer. */
export interface ChargingTickets {
  /** Text of 48 columns. Refusals: `charge_unknown`, `charge_open`. */
  ticketText(session: FactId): Result<string, Refusal>;
  /** One HTML page that loads and runs nothing. Refusals as for text. */
  ticketHtml(session: FactId): Result<string, Refusal>;
}

/** What a node offers about charging points. */
export interface ChargingUseCases extends ChargingTickets {
  /**
   * Takes a point's connection: this node decides its sessions from now on. Durable when it resolves.
   *
   * @param input What the point said.
   * @param channel The way to it.
   * @returns How its listener reports what it says, or a refusal (`not_allowed`, `overloaded`, …): then close.
   */
  connectPoint(
    input: PointRegistration,
    channel: PointChannel,
  ): Promise<Result<PointLink, Refusal>>;

  /**
   * A driver wants to charge. The node that holds the point's connection decides, and the equipment is told before the
   * promise resolves (section 11.3); elsewhere the request goes there and waits for at most 3 s.
   */
  request(input: ChargeRequest): Promise<ChargeVerdict>;

  /**
   * The driver of a point's open session, for `CHECK_SESSION`; asks the node that decides if this one's view may be older
   * than 2 s, for at most 800 ms.
   *
   * @returns The session, or undefined: also if the point is stopped, faulty or unknown (C-17).
   */
  sessionAt(
    point: string,
    connector?: number,
  ): Promise<SessionView | undefined>;

  /**
   * Why a driver may charge nowhere at all, whether or not it is free now: for OCPP's Authorize.
   *
   * @param driver Anything: what is no driver's id is `driver_invalid`.
   * @returns `driver_invalid` or `driver_blocked`; null if it may.
   */
  driverRefusal(driver: unknown): ChargeRefusal | null;

  /** Equipment tells of a supply. */
  supply(record: SupplyRecord): Promise<SupplyEffect>;

  /**
   * The position before the oldest record whose effect is in memory alone; what comes before need not be read again after a
   * restart. Undefined if everything is durable.
   */
  supplyFloor(): RecordPosition | undefined;
  /** Whether a record of a point that had this `id` was taken, by any node as far as is known here. */
  supplyTaken(point: PointId, id: FactId): boolean;

  /**
   * Whether this node hears the topic of telemetry now. While it does not, silence closes no supply that it heard of there,
   * for at most 15 minutes: equipment goes on, and tells the rest when the broker is back, here or at another node.
   */
  hearing(isHearing: boolean): void;

  /** A driver has left: reservations are freed, supplies go on (C-31). */
  driverQuit(driver: DriverId): Promise<void>;

  /** Puts a point out of service, from any node. Resolves when it is recorded; `command` tells of the answer. */
  stop(
    input: {
      readonly point: PointId;
      readonly cause: StopCause;
      readonly by?: Actor;
    },
  ): Promise<Result<CommandView, Refusal>>;
  /** Lifts a stop, from any node; the point resumes when no other cause is left. */
  resume(
    input: {
      readonly point: PointId;
      readonly cause: StopCause;
      readonly by?: Actor;
    },
  ): Promise<Result<CommandView, Refusal>>;
  /** Ends a session: its supply where it runs, else its reservation. */
  endSession(
    input: { readonly session: FactId; readonly by?: Actor },
  ): Promise<Result<SessionView, Refusal>>;
  /** Gives a command of the point's protocol, from any node, and waits for the answer for at most 30 s. */
  command(
    input: {
      readonly point: PointId;
      readonly command: string;
      readonly args: Readonly<Record<string, unknown>>;
      readonly by?: Actor;
    },
  ): Promise<Result<CommandView, Refusal>>;

  /**
   * Notifications as they come to be, this node's and others', running totals too.
   *
   * @throws {PanalError} `overloaded` if as many listen as may.
   */
  listen(listener: (told: ChargeNotification) => void): () => void;
  /** Durable notifications that nobody has confirmed as published, oldest first. */
  unpublished(limit: number): readonly ChargeNotification[];
  /** They are on the topic. */
  published(ids: readonly FactId[]): Promise<void>;
  /** A driver's notifications, newest first: for who was away (C-27). */
  notifications(
    query: PageQuery & { readonly driver: DriverId },
  ): Page<ChargeNotification>;

  /** Points by id. */
  points(query: PageQuery & { readonly state?: PointState }): Page<PointView>;
  /** A point. */
  point(id: string): PointView | undefined;
  /** Sessions, newest first. */
  sessions(query: SessionQuery): Page<SessionView>;
  /** A session. */
  session(id: FactId): SessionView | undefined;
  /** The session of an OCPP transaction, open or ended. */
  transaction(point: PointId, number: number): SessionView | undefined;
  /** A command. */
  commandView(id: FactId): CommandView | undefined;
  /** Drivers that have an open session or asked for one in the last minute. */
  drivers(): readonly {
    readonly driver: DriverId;
    readonly session: SessionView | null;
  }[];
  /** Sums of sessions that ended in a range of business dates, by point, driver or day. */
  report(
    query: PageQuery & {
      readonly by: "point" | "driver" | "day";
      readonly from: string;
      readonly to: string;
    },
  ): Page<ChargingReportRow>;
  /** Energy that equipment told of and no session holds (C-20, late records). */
  unattributed(query: PageQuery): Page<{
    readonly id: FactId;
    readonly point: PointId;
    readonly session: FactId | null;
    readonly energy: WattHours;
    readonly amount: number;
    readonly at: number;
  }>;
}

/**
 * Timers of charging, in milliseconds; the defaults are those of the protocol page. A supply that is an OCPP transaction
 * is closed neither by `lostMs` nor by `staleMs`: a charger counts on while it is away, and tells the end when it is back.
 * Only `goneMs` closes it.
 */
export interface ChargingTimers {
  /** How long a reservation holds; 0 for ever (C-30). */
  readonly reservationMs: number;
  /** A supply without telemetry and without monitor is closed after this (C-8): 5,000. */
  readonly lostMs: number;
  /** A supply without telemetry while its monitor is well is closed after this (C-50): 60,000. */
  readonly staleMs: number;
  /**
   * An OCPP transaction of a charger that has not been connected for so long is closed with the energy told last:
   * 86,400,000; 0 for never. What the charger tells if it comes back all the same is counted beyond it.
   */
  readonly goneMs: number;
  /** A stop is unconfirmed after this (C-16): 5,000; a stopped supply without an end is closed after it too (C-13). */
  readonly stopMs: number;
  /** A stop in force is told again so long after a registration (C-6): 4,000. */
  readonly restopMs: number;
  /** Running totals are made durable this often: 60,000. */
  readonly sampleMs: number;
}
