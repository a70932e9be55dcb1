/**
 * A fleet card that pays at the pumps of a station, in the sequence of the installed card program: at pumps of this mesh
 * and at installed ones.
 *
 * @module
 */
import { PanalError } from "../../crdt/mod.ts";
import {
  connectFrames,
  connectTcp,
  encodeFleetMessage,
  type FleetMessage,
  type FleetReading,
  parseFleetMessage,
} from "../../net/mod.ts";

/** How long a pump may take to accept when one is looked for, in milliseconds. */
export const CARD_FIND_MS = 200;
/** How long a pump may take to accept a question for a kept result, in milliseconds. */
export const CARD_ASK_MS = 500;
/** How long it may take to answer it, in milliseconds. */
export const CARD_RESULT_MS = 2_000;
/** Wait between finding a pump and asking it, in milliseconds. */
export const CARD_PAUSE_MS = 100;
/** How long a purchase may take: a pump answers within 30 s. The installed card waits for ever. */
export const CARD_PAY_MS = 35_000;
/** What an installed card names as its own address, plus its number. */
const CARD_ADDRESS_BASE = 40_000;

/** Where a card pays, and how long it waits. */
export interface CardClientOptions {
  /** The host of the pumps. */
  readonly host: string;
  /** The pumps' ports, in the order in which they are tried. */
  readonly ports: readonly number[];
  /** How long a purchase may take, in milliseconds; `CARD_PAY_MS` if left out. */
  readonly payMs?: number;
}

/** What a card wants to pay. */
export interface CardPayment {
  /** Who pays. */
  readonly company: number;
  /** The card. */
  readonly card: number;
  /** Whole liters. */
  readonly liters: number;
}

/** A verdict that a pump kept. */
export interface KeptVerdict {
  /** The pump's port. */
  readonly port: number;
  /** True if it was charged. */
  readonly success: boolean;
}

/**
 * What became of a purchase. `unreachable`: no pump accepts, nothing was charged. `unknown`: the pump did not answer; if
 * it charged, it keeps the verdict.
 */
export type PaymentOutcome = "charged" | "refused" | "unreachable" | "unknown";

/** A card. */
export class CardClient {
  readonly #options: CardClientOptions;

  /**
   * Makes a card; nothing is dialed yet.
   *
   * @param options Where it pays, and how long it waits.
   */
  constructor(options: CardClientOptions) {
    this.#options = options;
  }

  /**
   * Finds a pump: the first whose port accepts. No byte is sent.
   *
   * @returns Its port; undefined if none accepts.
   */
  async find(): Promise<number | undefined> {
    const { host, ports } = this.#options;
    for (const port of ports) {
      try {
        const connectMs = CARD_FIND_MS;
        (await connectTcp({ host, port, connectMs })).destroy();
        return port;
      } catch (error) {
        if (!(error instanceof PanalError)) throw error;
      }
    }
    return undefined;
  }

  /**
   * Asks every pump in turn for a verdict that this card did not get. Which one has it forgets it.
   *
   * @param card The card.
   * @returns The verdict; undefined if no pump has one.
   */
  async askKept(card: number): Promise<KeptVerdict | undefined> {
    for (const port of this.#options.ports) {
      const reading = await this.#exchange(port, {
        message: { kind: "pendingQuery", card },
        connectMs: CARD_ASK_MS,
        answerMs: CARD_RESULT_MS,
        halfClose: true,
      });
      if (reading === undefined || reading === "silent") continue;
      if (
        reading.kind === "message" && reading.message.kind === "fuelComplete"
      ) return { port, success: reading.message.success };
    }
    return undefined;
  }

  /**
   * Pays at the first pump that accepts.
   *
   * @param payment What is to be paid.
   * @returns What became of it.
   */
  async pay(payment: CardPayment): Promise<PaymentOutcome> {
    const port = await this.find();
    if (port === undefined) return "unreachable";
    await pause(CARD_PAUSE_MS);
    return await this.payAt(port, payment);
  }

  /**
   * Pays at one pump.
   *
   * @param port The pump's port.
   * @param payment What is to be paid.
   * @returns What became of it.
   */
  async payAt(
    port: number,
    { company, card, liters }: CardPayment,
  ): Promise<PaymentOutcome> {
    const reading = await this.#exchange(port, {
      message: {
        kind: "fuelRequest",
        ...{ company, card, liters },
        cardAddress: `127.0.0.1:${CARD_ADDRESS_BASE + card}`,
      },
      connectMs: CARD_PAY_MS,
      answerMs: this.#options.payMs ?? CARD_PAY_MS,
    });
    if (reading === undefined) return "unreachable";
    if (reading === "silent" || reading.kind !== "message") return "unknown";
    const { message } = reading;
    if (message.kind !== "fuelComplete") return "unknown";
    return message.success ? "charged" : "refused";
  }

  /** Sends a question; undefined if nobody accepts, `silent` if the connection ends or time runs out first. */
  async #exchange(
    port: number,
    asked: {
      readonly message: FleetMessage;
      readonly connectMs: number;
      readonly answerMs: number;
      readonly halfClose?: boolean;
    },
  ): Promise<FleetReading | "silent" | undefined> {
    const { connectMs, answerMs, halfClose = false } = asked;
    const { host } = this.#options;
    const link = await connectFrames({ host, port, connectMs }).catch(
      (error) => {
        if (error instanceof PanalError) return undefined;
        throw error;
      },
    );
    if (link === undefined) return undefined;
    const answer = Promise.withResolvers<FleetReading | "silent">();
    link.start({
      frame: (frame) => answer.resolve(parseFleetMessage(frame)),
      closed: () => answer.resolve("silent"),
    });
    link.expect(answerMs);
    link.send(encodeFleetMessage(asked.message));
    if (halfClose) link.endWriting();
    const reading = await answer.promise;
    link.destroy();
    return reading;
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
