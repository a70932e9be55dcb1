/**
 * Posts the records of a simulated engine to a node's native interface, in their order: for points without a broker.
 *
 * @module
 */
import type { Clock } from "../../crdt/mod.ts";
import type { EngineRecord } from "../charging/simulated_engine.ts";
import type { TelemetrySink } from "../charging_point_command.ts";

/** Most records that are kept; the oldest running totals go first. */
export const SUPPLY_KEPT_MAX = 10_000;
/** Wait before the node is tried again, in milliseconds. */
const RETRY_MS = 1_000;
/** Longest wait for an answer, in milliseconds. */
const ANSWER_MS = 10_000;
/** Longest wait at the end for what was not sent, in milliseconds. */
const CLOSE_MS = 5_000;

const KINDS = {
  "SESSION_STARTED": "started",
  "CONSUMO": "meter",
  "SUPPLY_END": "ended",
  "AVERIADO": "fault",
  "CONEXION_PERDIDA": "lost",
} as const;

/** What records are posted with. */
export interface SupplyPosterParts {
  /** The node's native address. */
  readonly url: string;
  /** Time. */
  readonly clock: Clock;
  /** Is told that the node does not take them, once until it does again. */
  readonly failed: (error: unknown) => void;
}

/** A record that the node has not taken yet; the id makes a repeat known as one. */
interface Kept {
  readonly id: string;
  readonly record: EngineRecord;
}

/** Posts records of an engine. */
export class SupplyPoster implements TelemetrySink {
  readonly #parts: SupplyPosterParts;
  readonly #ending = new AbortController();
  #waiting: Kept[] = [];
  #posting: Promise<void> | undefined;
  #told = false;

  /**
   * Nothing is sent before the first record.
   *
   * @param parts What it works with.
   */
  constructor(parts: SupplyPosterParts) {
    this.#parts = parts;
  }

  send(record: EngineRecord): void {
    if (this.#ending.signal.aborted) return;
    if (this.#waiting.length >= SUPPLY_KEPT_MAX) {
      const total = this.#waiting.findIndex(({ record: { type } }) =>
        type === "CONSUMO"
      );
      this.#waiting.splice(Math.max(total, 0), 1);
    }
    this.#waiting.push({ id: crypto.randomUUID(), record });
    this.#posting ??= this.#postAll().finally(() => this.#posting = undefined);
  }

  async close(): Promise<void> {
    const timer = this.#parts.clock.timer(
      CLOSE_MS,
      () => this.#ending.abort(),
    );
    await this.#posting;
    timer.cancel();
    this.#ending.abort();
  }

  async #postAll(): Promise<void> {
    for (
      let kept = this.#waiting[0];
      kept !== undefined && !this.#ending.signal.aborted;
      kept = this.#waiting[0]
    ) {
      const error = await this.#post(kept);
      if (error === undefined) {
        this.#told = false;
        this.#waiting = this.#waiting.filter((one) => one !== kept);
        continue;
      }
      if (!this.#told) this.#parts.failed(error);
      this.#told = true;
      await this.#pause();
    }
  }

  /** Posts one; gives why it has to be tried again. */
  async #post({ id, record }: Kept): Promise<unknown> {
    const path = `/v1/charging-points/${
      encodeURIComponent(record["cp_id"])
    }/supply`;
    try {
      const response = await fetch(new URL(path, this.#parts.url), {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ id, ...bodyOf(record) }),
        redirect: "manual",
        signal: AbortSignal.any([
          this.#ending.signal,
          AbortSignal.timeout(ANSWER_MS),
        ]),
      });
      const text = await response.text();
      return response.ok
        ? undefined
        : new TypeError(`The node answered ${response.status}: ${text}`);
    } catch (error) {
      return error;
    }
  }

  #pause(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const { signal } = this.#ending;
    const end = () => {
      timer.cancel();
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = this.#parts.clock.timer(RETRY_MS, end);
    signal.addEventListener("abort", end);
    if (signal.aborted) end();
    return promise;
  }
}

function bodyOf({ type, user_id: driver, kwh, importe }: EngineRecord) {
  return {
    kind: KINDS[type],
    ...(driver === "" ? {} : { driver }),
    ...(kwh === undefined ? {} : { energyWh: Math.round(kwh * 1000) }),
    ...(importe === undefined ? {} : { amount: importe.toFixed(2) }),
  };
}
