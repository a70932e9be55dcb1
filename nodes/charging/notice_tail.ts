/**
 * Which words are on the topic already. Whoever begins to publish knows only from the topic itself what another node, or
 * this one before it stopped, has written and not noted.
 *
 * @module
 */
import { PanalError, STAMP_AHEAD_MS_MAX } from "../../crdt/mod.ts";
import {
  type KafkaSession,
  NOTICE_HEADER,
  TOPIC_NOTIFICATIONS,
} from "../../net/mod.ts";

/** A record may have been written by a node whose clock is this far from that of the fact, in milliseconds. */
const APART_MS = 2 * STAMP_AHEAD_MS_MAX;
/** Most records that are read back. */
export const TAIL_RECORDS_MAX = 500_000;
/** How many of the words that this node wrote are remembered: nobody asks for those that are noted. */
export const TAIL_OWN_MAX = 20_000;
/** How long a read waits, in milliseconds, and how often one may bring nothing. */
const READ_MS = 250;
const EMPTY_MAX = 20;

/** The words on the topic from some instant on. */
export class NoticeTail {
  readonly #session: KafkaSession;
  readonly #ids = new Set<string>();
  readonly #own = new Set<string>();
  /** The first record that was read. */
  #from: number | undefined;
  #fromMs = Infinity;

  /**
   * Makes a tail of which nothing was read.
   *
   * @param session The broker.
   */
  constructor(session: KafkaSession) {
    this.#session = session;
  }

  /**
   * Reads what may be the record of something that happened at an instant, and all that came later.
   *
   * @param atMs When, in milliseconds since 1970.
   */
  async cover(atMs: number): Promise<void> {
    const ms = Math.max(0, atMs - APART_MS);
    if (ms >= this.#fromMs) return;
    const { first, next } = await this.#session.bounds(TOPIC_NOTIFICATIONS);
    const end = this.#from ?? next;
    const at = await this.#session.offsetAt(TOPIC_NOTIFICATIONS, ms);
    const start = Math.max(first, Math.min(at, end), end - TAIL_RECORDS_MAX);
    await this.#read(start, end);
    this.#from = start;
    this.#fromMs = ms;
  }

  async #read(start: number, end: number): Promise<void> {
    const reader = this.#session.openReader();
    let empty = 0;
    for (let position = start; position < end;) {
      const [batch] = await reader.read(
        new Map([[TOPIC_NOTIFICATIONS, position]]),
        READ_MS,
      );
      if (batch?.outOfRange) {
        // Records are thrown away while they are read: the topic keeps them for so long, and no longer.
        const { first } = await this.#session.bounds(TOPIC_NOTIFICATIONS);
        position = Math.max(position + 1, first);
      } else if (batch !== undefined) {
        for (const { headers } of batch.records) {
          const id = headers.get(NOTICE_HEADER);
          if (id !== undefined) this.#ids.add(id);
        }
        position = batch.next;
      } else if (++empty > EMPTY_MAX) {
        throw new PanalError(
          "link_closed",
          `The Kafka broker gives no records of ${TOPIC_NOTIFICATIONS} from ${position} on`,
        );
      }
    }
  }

  /** Whether a word is on the topic. */
  has(id: string): boolean {
    return this.#ids.has(id) || this.#own.has(id);
  }

  /** Notes a word that was written. */
  add(id: string): void {
    this.#own.add(id);
    if (this.#own.size <= TAIL_OWN_MAX) return;
    for (const oldest of this.#own) {
      this.#own.delete(oldest);
      return;
    }
  }
}
