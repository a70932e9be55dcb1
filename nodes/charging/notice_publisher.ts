/**
 * Publishes words to drivers while this node holds the topics: each durable one once (C-29), in the order in which they
 * come to be; running totals among them as they are told.
 *
 * @module
 */
import { type Clock, type FactId, PanalError } from "../../crdt/mod.ts";
import {
  type DriverNotice,
  encodeNotice,
  KAFKA_SESSION_MS,
  type KafkaMembership,
  type KafkaMessage,
  type KafkaSession,
  NOTICE_HEADER,
  TOPIC_NOTIFICATIONS,
} from "../../net/mod.ts";
import type { Logger } from "../ports.ts";
import type {
  ChargeNotification,
  ChargingUseCases,
} from "./charging_use_cases.ts";
import { NoticeTail, unreadSince } from "./notice_tail.ts";
import { waitFor } from "./topic_waits.ts";

/** Most words that wait to be published. */
export const NOTICES_WAITING_MAX = 10_000;
/** Most words of one write. */
export const NOTICES_WRITE_MAX = 500;
/** A member whose broker was silent for longer than this publishes nothing: another may hold the topics, in milliseconds. */
const SILENT_MS_MAX = KAFKA_SESSION_MS * 0.75;
/** That words are on the topic is noted at most this often, in milliseconds. */
const NOTE_MS = 100;
/** How long to wait after that could not be noted, in milliseconds. */
const NOTE_AGAIN_MS = 1000;
/** Words that nobody was told of, because a store was opened anew meanwhile, are looked for this often, in milliseconds. */
const LOOK_AGAIN_MS = 30_000;
/** Most words that one fact notes. */
const NOTE_MAX = 500;

/** What it works with. */
export interface PublisherParts {
  /** The node's use-cases. */
  readonly charging: Pick<
    ChargingUseCases,
    "listen" | "published" | "unpublished"
  >;
  /** The broker. */
  readonly session: KafkaSession;
  /** The place in the group. */
  readonly membership: KafkaMembership;
  /** Time. */
  readonly clock: Clock;
  /** Log lines. */
  readonly logger: Logger;
  /** Decimal places of amounts. */
  readonly exponent: number;
  /** Given when the topics are held no more, or the node stops. */
  readonly signal: AbortSignal;
  /** So many words were published. */
  count(durable: number, passing: number, dropped: number): void;
}

/** A word that waits. */
interface Waiting {
  readonly notice: DriverNotice;
  /** Its id, unless it is a running total. */
  readonly id: string | undefined;
  /** When what it tells of happened, in milliseconds since 1970. */
  readonly atMs: number;
  /** The fact that it follows from, if there is one: that it was published is noted. */
  readonly fact?: FactId;
  /** It is on the topic. */
  readonly written?: () => void;
}

/** Publishes words. */
export class NoticePublisher {
  readonly #parts: PublisherParts;
  readonly #tail: NoticeTail;
  readonly #waiting: Waiting[] = [];
  readonly #toNote: FactId[] = [];
  /** True while the use-cases may have words that do not wait here. */
  #isBehind = true;
  #noting: Promise<void> | undefined;
  #wake = Promise.withResolvers<void>();
  /** Those who wait until a word of theirs is on the topic. */
  readonly #saying = new Set<(error: PanalError) => void>();
  #isOver = false;

  /**
   * Makes a publisher; `run` starts it.
   *
   * @param parts What it works with.
   */
  constructor(parts: PublisherParts) {
    this.#parts = parts;
    this.#tail = new NoticeTail(parts.session);
  }

  /**
   * Publishes until the signal is given.
   *
   * @param ready Called when it is known what is on the topic.
   * @throws {PanalError} What ended the session.
   */
  async run(ready: () => void): Promise<void> {
    const { charging, clock, membership, session, signal } = this.#parts;
    const stop = charging.listen((told) => this.#hear(told));
    const wake = () => this.#wake.resolve();
    signal.addEventListener("abort", wake);
    try {
      // What is read once more was answered at the earliest when it was written, however long ago that is.
      const since = await unreadSince(session, membership);
      await this.#tail.cover(Math.min(clock.now(), since));
      ready();
      void this.#lookAgain();
      while (!signal.aborted) await this.#step();
    } finally {
      stop();
      this.#isOver = true;
      for (const reject of this.#saying) reject(unsaid());
      signal.removeEventListener("abort", wake);
      await this.#noting;
      await this.#note();
    }
  }

  /**
   * Publishes a word that follows from no fact.
   *
   * @param id Names it for ever.
   * @param atMs When what it tells of happened, in milliseconds since 1970.
   * @param notice What to say.
   * @returns Resolves when it is on the topic.
   * @throws {PanalError} It was not written before the end: who publishes next says it.
   */
  say(id: string, atMs: number, notice: DriverNotice): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    if (this.#isOver) reject(unsaid());
    else if (this.#waiting.length >= NOTICES_WAITING_MAX) {
      reject(new PanalError("overloaded", "Too many words wait for drivers"));
    } else {
      this.#saying.add(reject);
      this.#push({ id, atMs, notice, written: resolve });
    }
    return promise.finally(() => this.#saying.delete(reject));
  }

  #hear(told: ChargeNotification): void {
    if (this.#waiting.length >= NOTICES_WAITING_MAX) {
      // A durable one is asked for again later.
      if (told.durable) this.#isBehind = true;
      else this.#parts.count(0, 0, 1);
    } else if (!told.durable || !this.#isBehind) {
      this.#push(this.#waitingOf(told));
    }
    this.#wake.resolve();
  }

  #push(waiting: Waiting): void {
    this.#waiting.push(waiting);
    this.#wake.resolve();
  }

  #waitingOf(told: ChargeNotification): Waiting {
    return {
      notice: noticeOf(told, this.#parts.exponent),
      id: told.durable ? told.id : undefined,
      atMs: Math.floor(told.at / 1000),
      ...(told.durable ? { fact: told.id } : {}),
    };
  }

  async #lookAgain(): Promise<void> {
    const { clock, signal } = this.#parts;
    while (!signal.aborted && !this.#isOver) {
      await waitFor(clock, LOOK_AGAIN_MS, signal);
      this.#isBehind = true;
      this.#wake.resolve();
    }
  }

  async #step(): Promise<void> {
    const wake = this.#wake = Promise.withResolvers();
    if (this.#isBehind) await this.#catchUp();
    const some = this.#waiting.splice(0, NOTICES_WRITE_MAX);
    if (some.length === 0) {
      return this.#isBehind ? undefined : await wake.promise;
    }
    await this.#publish(some);
    this.#noteSoon();
  }

  /** Publishes what the use-cases have, before what waits here. */
  async #catchUp(): Promise<void> {
    const { charging, clock, signal } = this.#parts;
    if (!await this.#note()) return await waitFor(clock, NOTE_AGAIN_MS, signal);
    // What comes to be from here on is heard.
    this.#isBehind = false;
    const some = charging.unpublished(NOTICES_WRITE_MAX);
    if (some.length >= NOTICES_WRITE_MAX) this.#isBehind = true;
    await this.#publish(some.map((told) => this.#waitingOf(told)));
    this.#noteSoon();
  }

  async #publish(some: readonly Waiting[]): Promise<void> {
    const fresh = await this.#fresh(some);
    if (fresh.length > 0) {
      this.#checkHeld();
      await this.#parts.session.send(fresh.map(messageOf));
    }
    let durable = 0;
    for (const { id } of fresh) {
      if (id === undefined) continue;
      durable++;
      this.#tail.add(id);
    }
    this.#parts.count(durable, fresh.length - durable, 0);
    for (const { fact, written } of some) {
      if (fact !== undefined) this.#toNote.push(fact);
      written?.();
    }
  }

  /** Those that are not on the topic yet, each once. */
  async #fresh(some: readonly Waiting[]): Promise<Waiting[]> {
    const fresh: Waiting[] = [];
    const seen = new Set<string>();
    for (const waiting of some) {
      const { id, atMs } = waiting;
      if (id !== undefined) {
        await this.#tail.cover(atMs);
        if (this.#tail.has(id) || seen.has(id)) continue;
        seen.add(id);
      }
      fresh.push(waiting);
    }
    return fresh;
  }

  #checkHeld(): void {
    const { membership, signal } = this.#parts;
    if (
      !signal.aborted && membership.holds() &&
      membership.silentMs() <= SILENT_MS_MAX
    ) return;
    throw new PanalError("link_closed", "Another node may hold the topics");
  }

  #noteSoon(ms = NOTE_MS): void {
    if (this.#noting !== undefined || this.#toNote.length === 0) return;
    const { clock, signal } = this.#parts;
    this.#noting = waitFor(clock, ms, signal).then(async () => {
      const noted = await this.#note();
      this.#noting = undefined;
      if (!noted && !signal.aborted) this.#noteSoon(NOTE_AGAIN_MS);
    });
  }

  /**
   * Notes which words are on the topic.
   *
   * @returns False if that failed: they are kept, and whoever publishes next finds them on the topic.
   */
  async #note(): Promise<boolean> {
    const { charging, logger } = this.#parts;
    while (this.#toNote.length > 0) {
      const ids = this.#toNote.splice(0, NOTE_MAX);
      try {
        await charging.published(ids);
      } catch (error) {
        this.#toNote.unshift(...ids);
        this.#toNote.length = Math.min(
          this.#toNote.length,
          NOTICES_WAITING_MAX,
        );
        logger.log("warn", "Published words could not be noted", {
          count: ids.length,
          error: String(error),
        });
        return false;
      }
    }
    return true;
  }
}

function unsaid(): PanalError {
  return new PanalError(
    "link_closed",
    "The word was not written before this node ceased to publish",
  );
}

function messageOf({ notice, id }: Waiting): KafkaMessage {
  return {
    topic: TOPIC_NOTIFICATIONS,
    value: encodeNotice(notice),
    ...(id === undefined ? {} : { headers: { [NOTICE_HEADER]: id } }),
  };
}

/**
 * A notification as it goes onto the topic.
 *
 * @param told The notification.
 * @param exponent Decimal places of its amounts.
 * @returns Its fields: kWh to 3 decimals, amounts to those of the currency.
 */
export function noticeOf(
  { point, driver, body }: ChargeNotification,
  exponent: number,
): DriverNotice {
  const common = { point, user: driver };
  if (!("energy" in body)) return { ...common, body };
  const { energy, amount, ...rest } = body;
  const figures = { kwh: energy / 1000, importe: amount / 10 ** exponent };
  return { ...common, body: { ...rest, ...figures } };
}
