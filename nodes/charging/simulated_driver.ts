/**
 * A driver's program, as installed ones are: it asks for points by a topic, hears by another what becomes of its charges,
 * and by a third which points are free.
 *
 * @module
 */
import { type Clock, PanalError } from "../../crdt/mod.ts";
import {
  type DriverWord,
  encodeDriverRecord,
  type KafkaBroker,
  type KafkaMembership,
  type KafkaSession,
  parseDriverWord,
  parseStatus,
  type StatusEntry,
  TOPIC_NOTIFICATIONS,
  TOPIC_REQUESTS,
  TOPIC_STATUS,
} from "../../net/mod.ts";
import { untilAborted, waitFor } from "./topic_waits.ts";

/** How long to wait before the broker is tried again, in milliseconds. */
const AGAIN_MS = 1000;
/** How long a read waits for a record, in milliseconds. */
const READ_MS = 500;
/** Most charges that are remembered. */
const CHARGES_MAX = 1000;

/** What a driver's program works with. */
export interface DriverParts {
  /** The broker. */
  readonly broker: KafkaBroker;
  /** Who drives. */
  readonly driver: string;
  /** Time. */
  readonly clock: Clock;
  /** A word for this driver, or of one of its charges. */
  heard(word: DriverWord): void;
  /** The broker was lost, or is back. */
  link(connected: boolean): void;
}

/** A charge that goes on. */
export interface DriverCharge {
  /** Energy so far in kWh. */
  readonly kwh: number;
  /** Money so far. */
  readonly importe: number;
}

/** A driver's program. */
export class SimulatedDriver {
  readonly #parts: DriverParts;
  readonly #ending = new AbortController();
  readonly #charges = new Map<string, DriverCharge>();
  #points: readonly StatusEntry[] = [];
  #session: KafkaSession | undefined;
  #running: Promise<void> | undefined;

  /**
   * Makes it; `start` connects.
   *
   * @param parts What it works with.
   */
  constructor(parts: DriverParts) {
    this.#parts = parts;
  }

  /** Charges that go on, by point. */
  get charges(): ReadonlyMap<string, DriverCharge> {
    return this.#charges;
  }

  /** The network as it was told last. */
  get points(): readonly StatusEntry[] {
    return this.#points;
  }

  /**
   * Connects, and hears from then on what is told.
   *
   * @throws {PanalError} `dial_failed` or `link_closed` if the broker is not there.
   */
  async start(): Promise<void> {
    const hearing = await this.#connect();
    this.#running = this.#run(hearing);
  }

  /**
   * Asks for a point.
   *
   * @param point The point.
   * @throws {PanalError} `link_closed` if the broker is away.
   */
  async request(point: string): Promise<void> {
    await this.#send(point);
  }

  /**
   * Says that the driver leaves: its reservations are given back.
   *
   * @throws {PanalError} `link_closed` if the broker is away.
   */
  async quit(): Promise<void> {
    await this.#send();
  }

  /** Ends it. */
  async stop(): Promise<void> {
    this.#ending.abort();
    await this.#running;
    await this.#session?.close();
  }

  async #send(point?: string): Promise<void> {
    const session = this.#session;
    if (session === undefined) {
      throw new PanalError("link_closed", "The Kafka broker is away");
    }
    const { clock, driver: user } = this.#parts;
    const seconds = clock.now() / 1000;
    const value = encodeDriverRecord({
      ...{ user, seconds },
      ...(point === undefined ? {} : { point }),
    });
    await session.send([{ topic: TOPIC_REQUESTS, value }]);
  }

  async #connect(): Promise<() => Promise<void>> {
    const { broker, driver } = this.#parts;
    const session = await broker.connect();
    try {
      await session.ensureTopics([
        TOPIC_REQUESTS,
        TOPIC_NOTIFICATIONS,
        TOPIC_STATUS,
      ]);
      const membership = await session.join(
        `driver-${driver}-notifications`,
        [TOPIC_NOTIFICATIONS],
        () => {},
      );
      const from = await membership.committed(TOPIC_NOTIFICATIONS) ??
        (await session.bounds(TOPIC_NOTIFICATIONS)).next;
      const status = (await session.bounds(TOPIC_STATUS)).next;
      this.#session = session;
      return () => this.#hear({ session, membership, from, status });
    } catch (error) {
      await session.close();
      throw error;
    }
  }

  async #run(first: () => Promise<void>): Promise<void> {
    const { clock, link } = this.#parts;
    const { signal } = this.#ending;
    let hearing: (() => Promise<void>) | undefined = first;
    while (!signal.aborted) {
      try {
        hearing ??= await this.#connect();
        link(true);
        await hearing();
      } catch {
        await this.#session?.close();
      }
      if (signal.aborted) return;
      hearing = undefined;
      if (this.#session !== undefined) link(false);
      this.#session = undefined;
      await waitFor(clock, AGAIN_MS, signal);
    }
  }

  async #hear(
    { session, membership, from, status }: {
      readonly session: KafkaSession;
      readonly membership: KafkaMembership;
      readonly from: number;
      readonly status: number;
    },
  ): Promise<void> {
    const { signal } = this.#ending;
    const work = Promise.all([
      this.#hearWords(session, membership, from),
      this.#hearStatus(session, status),
    ]);
    await Promise.race([work, untilAborted(signal)]);
  }

  async #hearWords(
    session: KafkaSession,
    membership: KafkaMembership,
    from: number,
  ): Promise<void> {
    const { signal } = this.#ending;
    const reader = session.openReader();
    let position = from;
    while (!signal.aborted) {
      const [batch] = await reader.read(
        new Map([[TOPIC_NOTIFICATIONS, position]]),
        READ_MS,
      );
      if (batch === undefined || signal.aborted) continue;
      position = batch.outOfRange
        ? (await session.bounds(TOPIC_NOTIFICATIONS)).first
        : batch.next;
      // Of two programs of one driver, one hears.
      if (!membership.holds()) continue;
      for (const { value } of batch.records) this.#take(value);
      await membership.commit(new Map([[TOPIC_NOTIFICATIONS, position]]));
    }
  }

  async #hearStatus(session: KafkaSession, from: number): Promise<void> {
    const { signal } = this.#ending;
    const reader = session.openReader();
    let position = from;
    while (!signal.aborted) {
      const [batch] = await reader.read(
        new Map([[TOPIC_STATUS, position]]),
        READ_MS,
      );
      if (batch === undefined) continue;
      position = batch.outOfRange
        ? (await session.bounds(TOPIC_STATUS)).next
        : batch.next;
      const points = parseStatus(batch.records.at(-1)?.value ?? null);
      if (points !== undefined) this.#points = points;
    }
  }

  /** Installed programs compare the user of an answer, and the point of all else (section 4.4). */
  #take(value: Uint8Array | null): void {
    const word = parseDriverWord(value);
    if (word === undefined) return;
    const { type, point, user } = word;
    const isAnswer = type === "AUTH_OK" || type === "AUTH_DENIED";
    if (isAnswer ? user !== this.#parts.driver : !this.#charges.has(point)) {
      return;
    }
    switch (type) {
      case "AUTH_OK":
        if (this.#charges.size >= CHARGES_MAX) break;
        this.#charges.set(point, { kwh: 0, importe: 0 });
        break;
      case "CONSUMO_UPDATE": {
        const { kwh, importe } = word;
        this.#charges.set(point, { kwh: kwh ?? 0, importe: importe ?? 0 });
        break;
      }
      case "TICKET":
      case "SUPPLY_ERROR":
        this.#charges.delete(point);
    }
    this.#parts.heard(word);
  }
}
