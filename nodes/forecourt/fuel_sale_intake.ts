/**
 * Deliveries that original programs tell of, on their way to the disk: each is recorded, whatever it says and however
 * often it takes. Who reads them waits while too many are on their way.
 *
 * @module
 */
import {
  type Clock,
  PanalError,
  type Random,
  saleIdOfKey,
  type SiteCode,
  toHex,
} from "../../crdt/mod.ts";
import {
  type ForecourtSale,
  forecourtSaleKey,
  type JsonObject,
  readForecourtSale,
} from "../../net/mod.ts";
import type { Logger } from "../ports.ts";
import type { AlertBoard } from "./alert_board.ts";
import type {
  ForecourtUseCases,
  RecordFuelSaleInput,
} from "./forecourt_use_cases.ts";

/** Most deliveries on their way to the disk before no more are read. */
export const SALES_WAITING_MAX = 512;
/** Longest received text that is kept with a delivery, in UTF-16 units. */
export const RAW_MAX = 4_096;
/** First and longest wait before a delivery that could not be stored is tried again, in milliseconds. */
const RETRY_MS_MIN = 100;
const RETRY_MS_MAX = 5_000;
/** Longest wait of a stop for deliveries that are on their way, in milliseconds. */
const STOP_MS_MAX = 3_000;

/** What the intake works with. */
export interface SaleIntakeParts {
  /** The station. */
  readonly site: SiteCode;
  /** Its IANA time zone. */
  readonly timezone: string;
  /** Records deliveries. */
  readonly forecourt: Pick<ForecourtUseCases, "recordFuelSale">;
  /** Time. */
  readonly clock: Clock;
  /** Sets apart deliveries that tell no time. */
  readonly random: Random;
  /** Log lines. */
  readonly logger: Logger;
  /** Incidents. */
  readonly alerts: AlertBoard;
}

/** A delivery as its line told it. */
export interface ToldSale {
  /** The number that the connection registered. */
  readonly pump: number;
  /** The message. */
  readonly message: JsonObject;
  /** The line. */
  readonly text: string;
  /** The fuel to take if it names none. */
  readonly fuel: string;
  /** True if the line is to be kept although nothing in it had to be put right. */
  readonly keepText: boolean;
}

/** Takes deliveries in. */
export class FuelSaleIntake {
  readonly #parts: SaleIntakeParts;
  readonly #waiting = new Set<Promise<void>>();
  readonly #room: (() => void)[] = [];
  readonly #stopping = Promise.withResolvers<void>();
  #stopped = false;

  /**
   * Begins empty.
   *
   * @param parts What it works with.
   */
  constructor(parts: SaleIntakeParts) {
    this.#parts = parts;
  }

  /** Deliveries on their way to the disk. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /**
   * Takes a delivery in.
   *
   * @returns A promise to wait for before more is read, if too many are on their way.
   */
  take(told: ToldSale): Promise<void> | undefined {
    const recording = this.#record(this.#inputOf(told), told.text);
    this.#waiting.add(recording);
    void recording.then(() => {
      this.#waiting.delete(recording);
      if (this.#waiting.size < SALES_WAITING_MAX) this.#room.shift()?.();
    });
    if (this.#waiting.size < SALES_WAITING_MAX) return undefined;
    return new Promise((resolve) => this.#room.push(resolve));
  }

  /** Waits for what is on its way, and gives up what cannot be stored. */
  async stop(): Promise<void> {
    const late = Promise.withResolvers<void>();
    const timer = this.#parts.clock.timer(STOP_MS_MAX, late.resolve);
    await Promise.race([Promise.all(this.#waiting), late.promise]);
    timer.cancel();
    this.#stopped = true;
    this.#stopping.resolve();
    for (const resolve of this.#room.splice(0)) resolve();
  }

  #inputOf({ pump, message, text, fuel, keepText }: ToldSale) {
    const { site, timezone, clock, random } = this.#parts;
    const sale = readForecourtSale(message, timezone);
    const at = clock.now() * 1000;
    const nonce = sale.untimed ? `${at} ${toHex(random.bytes(8))}` : "";
    const input: RecordFuelSaleInput = {
      id: saleIdOfKey(forecourtSaleKey(sale, { site, pump, nonce })),
      site,
      pump: `${pump}`,
      fuel: sale.fuel ?? fuel,
      volumeMl: sale.volumeMl,
      price: sale.price,
      amount: sale.amount,
      payment: sale.payment,
      at: sale.endedAt ?? at,
      ...startOf(sale),
      source: "pump",
      timeEstimated: sale.timeUnreadable,
      ...(sale.repaired || keepText ? { raw: rawOf(text) } : {}),
    };
    return input;
  }

  async #record(first: RecordFuelSaleInput, text: string): Promise<void> {
    const { logger } = this.#parts;
    let input: RecordFuelSaleInput | undefined = first;
    for (let waitMs = RETRY_MS_MIN; input !== undefined; waitMs *= 2) {
      if (this.#stopped) {
        logger.log("error", "A delivery was not recorded", { line: text });
        return;
      }
      input = await this.#attempt(input, text);
      if (input !== undefined) {
        await this.#pause(Math.min(waitMs, RETRY_MS_MAX));
      }
    }
  }

  /** Tries once. Returns what is to be tried again; undefined if nothing is. */
  async #attempt(
    input: RecordFuelSaleInput,
    text: string,
  ): Promise<RecordFuelSaleInput | undefined> {
    const { forecourt, logger } = this.#parts;
    let code: string;
    try {
      const recorded = await forecourt.recordFuelSale(input);
      if (recorded.ok) return undefined;
      code = recorded.error.code;
    } catch (error) {
      if (!isDisk(error)) return this.#giveUp(input, text, String(error));
      logger.log("warn", "A delivery could not be stored yet", {
        error: String(error),
      });
      return input;
    }
    if (code === "overloaded" || code === "node_stopping") return input;
    this.#giveUp(input, text, code);
    if (code !== "id_reused") return undefined;
    const { id: _, ...anew } = input;
    return { ...anew, raw: rawOf(text) };
  }

  /** Leaves a delivery to a person. */
  #giveUp(input: RecordFuelSaleInput, text: string, reason: string): undefined {
    const { logger, alerts, site } = this.#parts;
    logger.log("error", "A delivery was refused", { reason, line: text });
    alerts.tell("fuel_sale_refused", "A delivery of a pump was refused", {
      site,
      pump: input.pump,
      reason,
    });
  }

  async #pause(ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = this.#parts.clock.timer(ms, resolve);
    await Promise.race([promise, this.#stopping.promise]);
    timer.cancel();
  }
}

/** Whether the disk or the node's end is what keeps a delivery from being stored: it may be tried again. */
function isDisk(error: unknown): boolean {
  return error instanceof PanalError && error.code.startsWith("store_");
}

/** As much of a line as is kept; the end may fall between the halves of a pair. */
function rawOf(text: string): string {
  return text.slice(0, RAW_MAX).toWellFormed();
}

/** A start after the end is a clock that was set: the end is what counts. */
function startOf({ startedAt, endedAt }: ForecourtSale) {
  return startedAt === null || (endedAt !== null && startedAt > endedAt)
    ? {}
    : { startedAt };
}
