/**
 * What one connection of an installed monitor means, in whatever dialect: a short query, or a registered point that
 * reports and is commanded. It joins texts to the node's use-cases and decides nothing; sockets and frames are somebody
 * else's.
 *
 * @module
 */
import {
  PanalError,
  parseDriverId,
  parsePointId,
  type PointId,
  type Timer,
} from "../../crdt/mod.ts";
import {
  answeredChargingCommand,
  CHARGING_ANSWERS,
  chargingCommandText,
  type ChargingMessage,
  parseChargingMessage,
} from "../../net/mod.ts";
import type { DropCounts } from "../forecourt/drop_counts.ts";
import type { Logger } from "../ports.ts";
import type { ChargingAct } from "./charging_security.ts";
import type {
  ChannelAnswer,
  ChargingUseCases,
  DriverId,
  PointChannel,
  PointDialect,
  PointLink,
} from "./charging_use_cases.ts";
import { CommandPacer } from "./command_pacer.ts";
import type { PointTimes } from "./point_times.ts";

/** Most reports of one monitor that wait for the node; more are not read before these are done. */
export const WAITING_REPORTS_MAX = 8;

/** What connections of monitors work with. */
export interface MonitorParts {
  /** The node's use-cases. */
  readonly charging: Pick<ChargingUseCases, "connectPoint" | "sessionAt">;
  /** How long things take. */
  readonly times: PointTimes;
  /** Log lines. */
  readonly logger: Logger;
  /** Writes into the audit list; left out where nobody reads it. */
  readonly audit?: ((act: ChargingAct) => void) | undefined;
  /** Counts what was dropped. */
  readonly drops: Pick<DropCounts, "add">;
  /** Monotonic milliseconds. */
  now(): number;
  /** Calls back after so many milliseconds. */
  after(delayMs: number, callback: () => void): Timer;
}

/** How a dialect speaks. */
export interface MonitorSpeech {
  /** Which. */
  readonly dialect: Extract<PointDialect, "text" | "framed">;
  /** Sends a text with one write; false if the connection is over. `flushed` is called once the system has it. */
  send(text: string, flushed: () => void): boolean;
  /** Answers a short query, and closes. */
  finish(answer: string): void;
  /** The first message says nothing that counts: closes. */
  refuse(): void;
  /** Closes. */
  close(): void;
}

/** A point that registers. */
interface Registration {
  readonly point: PointId;
  readonly location: string | null;
  readonly price: number | null;
}

type Query = ChargingMessage & {
  readonly kind: "checkSession" | "checkDriver";
};

/**
 * Reads the first message of a connection.
 *
 * @param text The message.
 * @returns What it says; a registration whose id no point can have says nothing.
 */
export function readFirst(text: string): ChargingMessage {
  const message = parseChargingMessage(text, "first");
  const isNobody = message.kind === "register" &&
    parsePointId(message.point) === undefined;
  return isNobody ? { kind: "unknown" } : message;
}

/** One connection. */
export class MonitorLink {
  /** Words to the monitor. */
  readonly pacer: CommandPacer;
  readonly #parts: MonitorParts;
  readonly #speech: MonitorSpeech;
  /** What it is: nothing was said yet, a short query or nothing that counts, or a point's. */
  #state: "new" | "short" | "registered" = "new";
  #link: PointLink | undefined;
  #retry: Timer | undefined;
  #isFaulty = false;
  #ended = false;
  /** Reports are told in their order, one after another. */
  #reports: Promise<void> = Promise.resolve();
  #waiting = 0;

  /**
   * A monitor has connected.
   *
   * @param parts What it works with.
   * @param speech How it is spoken to.
   */
  constructor(parts: MonitorParts, speech: MonitorSpeech) {
    this.#parts = parts;
    this.#speech = speech;
    const { now, after, times } = parts;
    const send = speech.send.bind(speech);
    this.pacer = new CommandPacer({ now, after, send }, times);
  }

  /** Whether nothing was said yet. */
  get isNew(): boolean {
    return this.#state === "new";
  }

  /** Whether a point has registered, and the node knows. */
  get isRegistered(): boolean {
    return this.#link !== undefined;
  }

  /** Settles once the node has taken what was reported; undefined while little waits. */
  get crowded(): Promise<void> | undefined {
    return this.#waiting > WAITING_REPORTS_MAX ? this.#reports : undefined;
  }

  /** Settles once the node has taken all that was reported. */
  get settled(): Promise<void> {
    return this.#reports;
  }

  /** A message has come; null is one that is no text. */
  message(text: string | null): void {
    if (this.#state === "short") return;
    if (this.isNew) this.#first(readFirst(text ?? ""));
    else this.#later(parseChargingMessage(text ?? "", "later"));
  }

  /** The connection is over. */
  ended(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#retry?.cancel();
    this.pacer.end();
    void this.#link?.ended().catch((error) => this.#failed(error));
  }

  #first(message: ChargingMessage): void {
    this.#state = message.kind === "register" ? "registered" : "short";
    switch (message.kind) {
      case "register": {
        const { location, price } = message;
        // What no point can be called was read as unknown.
        const point = message.point as PointId;
        this.pacer.registered();
        return this.#report(() =>
          this.#registerUntilServed({ point, location, price })
        );
      }
      case "checkSession":
      case "checkDriver":
        return this.#report(async () =>
          this.#speech.finish(await this.#answer(message))
        );
      default:
        this.#parts.drops.add("first_message");
        this.#speech.refuse();
    }
  }

  #later(message: ChargingMessage): void {
    switch (message.kind) {
      case "fault":
      case "recover":
        return this.#report(() => this.#health(message.kind));
      case "checkSession":
      case "checkDriver":
        return this.#report(async () => {
          const answer = await this.#answer(message);
          this.#audit(message, answer);
          if (this.#speech.dialect === "text") {
            this.#speech.send(answer, () => {});
          } else this.pacer.note(answer, this.#parts.times.answerMs);
        });
      case "ack":
        return this.#answered(message.command, "confirmed");
      case "nack":
        return this.#answered(message.command, "refused");
      default:
        this.#parts.drops.add("unknown_message");
    }
  }

  /**
   * An answer is never made to wait behind reports: the node may wait for it. A confirmation is also told as a report: the
   * node may have given up waiting.
   */
  #answered(text: string, answer: "confirmed" | "refused"): void {
    const word = answeredChargingCommand(text);
    if (word === undefined) return;
    this.pacer.answered(word, answer);
    if (word === "authorize" || answer === "refused") return;
    this.#report(() => this.#link?.confirmed(word));
  }

  /** The equipment's health; what is told before the node serves the point is told again then. */
  async #health(kind: "fault" | "recover"): Promise<void> {
    if (this.#link === undefined) this.#isFaulty = kind === "fault";
    else await this.#link[kind]();
  }

  async #register({ point, location, price }: Registration): Promise<void> {
    const { dialect } = this.#speech;
    const result = await this.#parts.charging.connectPoint({
      point,
      dialect,
      location,
      price,
      connectors: 1,
    }, this.#channel()).catch((error) => {
      if (error instanceof PanalError) return refuse(error);
      throw error;
    });
    if (!result.ok) {
      const reason = result.error.code;
      const text = "A charging point cannot be served";
      return this.#parts.logger.log("warn", text, { point, reason });
    }
    const link = result.value;
    this.#link = link;
    if (this.#ended) return await link.ended();
    if (dialect === "framed") {
      const result = link.known ? "RECONNECT" : "FIRST";
      const text = chargingCommandText({ kind: "registerResult", result });
      this.pacer.note(text, this.#parts.times.answerMs);
    }
    this.pacer.open();
    if (this.#isFaulty) await link.fault();
  }

  /** A framed monitor never notices that it was closed: it stays, and is registered as soon as that can be. */
  async #registerUntilServed(message: Registration): Promise<void> {
    await this.#register(message);
    if (this.#link !== undefined || this.#ended) return;
    if (this.#speech.dialect === "text") return this.#speech.close();
    this.#retry = this.#parts.after(
      this.#parts.times.retryMs,
      () => this.#report(() => this.#registerUntilServed(message)),
    );
  }

  /** Queries on registered connections stand in the audit list (9.5). */
  #audit({ kind, point }: Query, answer: string): void {
    const { session, driver, error } = CHARGING_ANSWERS;
    const isFound = ![session, driver, error].some((none) => none === answer);
    const what = kind === "checkSession" ? "SESSION" : "DRIVER";
    const id = parsePointId(point);
    this.#parts.audit?.({
      action: `CONSULTA_${what}_${isFound ? "OK" : "FALLIDA"}`,
      ...(id === undefined ? {} : { point: id }),
    });
  }

  async #answer({ kind, point }: Query): Promise<string> {
    const none = kind === "checkSession"
      ? CHARGING_ANSWERS.session
      : CHARGING_ANSWERS.driver;
    if (point === null) {
      return this.#speech.dialect === "text" ? none : CHARGING_ANSWERS.error;
    }
    const { promise, resolve } = Promise.withResolvers<string>();
    const late = this.#parts.after(
      this.#parts.times.queryMs,
      () => resolve(none),
    );
    this.#findDriver(kind, point).then((driver) => resolve(driver ?? none));
    const answer = await promise;
    late.cancel();
    return answer;
  }

  /** The driver that a point's session is of; a driver whom nobody asked for is not known to be connected. */
  async #findDriver(
    kind: Query["kind"],
    point: string,
  ): Promise<string | undefined> {
    try {
      const session = await this.#parts.charging.sessionAt(point);
      if (session === undefined) return undefined;
      const { driver, source } = session;
      if (kind === "checkDriver" && source === "equipment") return undefined;
      return parseDriverId(driver);
    } catch (error) {
      this.#failed(error);
      return undefined;
    }
  }

  #channel(): PointChannel {
    const tell = (kind: "stop" | "resume"): Promise<ChannelAnswer> =>
      this.pacer.command({ kind });
    return {
      authorize: ({ driver }: { readonly driver: DriverId }) =>
        this.pacer.command({ kind: "authorize", driver }),
      stop: () => tell("stop"),
      resume: () => tell("resume"),
      close: () => this.#speech.close(),
    };
  }

  #report(tell: () => void | Promise<void>): void {
    this.#waiting++;
    this.#reports = this.#reports.then(tell)
      .catch((error) => this.#failed(error))
      .finally(() => this.#waiting--);
  }

  #failed(error: unknown): void {
    this.#parts.logger.log(
      "error",
      "What a charging point said was not taken",
      {
        error: String(error),
      },
    );
  }
}

function refuse({ code, message }: PanalError) {
  return { ok: false, error: { code, message } } as const;
}
