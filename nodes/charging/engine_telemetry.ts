/**
 * Puts the records of simulated engines on a topic, in their order; what cannot be put there now is kept and sent later,
 * as installed engines do.
 *
 * @module
 */
import type { Clock, Timer } from "../../crdt/mod.ts";
import type { KafkaBroker, KafkaSession } from "../../net/mod.ts";
import type { EngineRecord } from "./simulated_engine.ts";

/** The topic of engines. */
export const TELEMETRY_TOPIC = "cp_telemetry";
/** Most records that are kept; the oldest running totals go first. */
export const TELEMETRY_KEPT_MAX = 10_000;
/** Most records of one write. */
const BATCH_MAX = 200;
/** Wait before the broker is tried again, in milliseconds. */
const RETRY_MS = 1_000;
/** Longest wait at the end for what was not sent, in milliseconds. */
const CLOSE_MS = 5_000;

const ENCODER = new TextEncoder();

/** What records are sent with. */
export interface TelemetryParts {
  /** Where to. */
  readonly broker: KafkaBroker;
  /** Time. */
  readonly clock: Clock;
  /** Is told that the broker does not take them, once until it does again. */
  readonly failed: (error: unknown) => void;
}

/** Sends records of engines. */
export class EngineTelemetry {
  readonly #parts: TelemetryParts;
  #waiting: EngineRecord[] = [];
  #session: KafkaSession | undefined;
  #sending: Promise<void> | undefined;
  #retry: Timer | undefined;
  #told = false;
  #closed = false;

  /**
   * Connects when there is something to send.
   *
   * @param parts What it works with.
   */
  constructor(parts: TelemetryParts) {
    this.#parts = parts;
  }

  /** Records that are not on the topic yet. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** Sends a record as soon as that can be. */
  send(record: EngineRecord): void {
    if (this.#closed) return;
    if (this.#waiting.length >= TELEMETRY_KEPT_MAX) this.#makeRoom();
    this.#waiting.push(record);
    this.#wake();
  }

  /** Waits for what was not sent yet, for a while, and lets go. */
  async close(): Promise<void> {
    this.#closed = true;
    const { clock } = this.#parts;
    const late = Promise.withResolvers<void>();
    const timer = clock.timer(CLOSE_MS, late.resolve);
    while (this.#waiting.length > 0 && this.#retry === undefined) {
      this.#wake();
      const isLate = late.promise.then(() => true);
      if (await Promise.race([this.#sending, isLate]) === true) break;
    }
    timer.cancel();
    this.#retry?.cancel();
    await this.#session?.close();
  }

  #makeRoom(): void {
    const total = this.#waiting.findIndex(({ type }) => type === "CONSUMO");
    this.#waiting.splice(Math.max(total, 0), 1);
  }

  #wake(): void {
    if (this.#sending !== undefined || this.#retry !== undefined) return;
    this.#sending = this.#sendAll().finally(() => this.#sending = undefined);
  }

  async #sendAll(): Promise<void> {
    try {
      while (this.#waiting.length > 0) {
        const session = this.#session ??= await this.#connect();
        const batch = this.#waiting.slice(0, BATCH_MAX);
        await session.send(batch.map((record) => ({
          topic: TELEMETRY_TOPIC,
          value: ENCODER.encode(JSON.stringify(record)),
        })));
        const sent = new Set(batch);
        this.#waiting = this.#waiting.filter((record) => !sent.has(record));
        this.#told = false;
      }
    } catch (error) {
      const session = this.#session;
      this.#session = undefined;
      await session?.close();
      if (!this.#told) this.#parts.failed(error);
      this.#told = true;
      this.#retry = this.#parts.clock.timer(RETRY_MS, () => {
        this.#retry = undefined;
        this.#wake();
      });
    }
  }

  async #connect(): Promise<KafkaSession> {
    const session = await this.#parts.broker.connect();
    await session.ensureTopics([TELEMETRY_TOPIC]);
    return session;
  }
}
