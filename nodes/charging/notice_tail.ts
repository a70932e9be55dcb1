/**
 * Which words are on the topic already. Whoever begins to publish knows only from the topic itself what another node, or
 * this one before it stopped, has written and not noted.
 *
 * @module
 */
import { PanalError, STAMP_AHEAD_MS_MAX } from "../../crdt/mod.ts";
import {
  type KafkaMembership,
  type KafkaSession,
  NOTICE_HEADER,
  TOPIC_NOTIFICATIONS,
  TOPIC_REQUESTS,
  TOPIC_TELEMETRY,
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
  /** The timestamp of the newest record at the first reading: clocks of nodes may be ahead of it, and behind. */
  #newestMs: number | undefined;

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
    if (atMs - APART_MS >= this.#fromMs) return;
    const { first, next } = await this.#session.bounds(TOPIC_NOTIFICATIONS);
    this.#newestMs ??= await this.#newest(first, next);
    const ms = Math.max(0, Math.min(atMs, this.#newestMs) - APART_MS);
    if (ms >= this.#fromMs) return;
    const end = this.#from ?? next;
    const at = await this.#session.offsetAt(TOPIC_NOTIFICATIONS, ms);
    const start = Math.max(first, Math.min(at, end), end - TAIL_RECORDS_MAX);
    await this.#read(start, end);
    this.#from = start;
    this.#fromMs = ms;
  }

  async #newest(first: number, next: number): Promise<number> {
    if (next <= first) return Infinity;
    return await timeOf(this.#session, TOPIC_NOTIFICATIONS, next - 1);
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

/**
 * When the oldest record was written whose words may have been told without a note: what the group has not done with.
 *
 * @param session The broker.
 * @param membership The place in the group.
 * @returns Milliseconds since 1970; `Infinity` if there is no such record.
 */
export async function unreadSince(
  session: KafkaSession,
  membership: Pick<KafkaMembership, "committed">,
): Promise<number> {
  let sinceMs = Infinity;
  for (const topic of [TOPIC_REQUESTS, TOPIC_TELEMETRY]) {
    const offset = await membership.committed(topic);
    const { first, next } = await session.bounds(topic);
    if (offset === null || offset < first || offset >= next) continue;
    sinceMs = Math.min(sinceMs, await timeOf(session, topic, offset));
  }
  return sinceMs;
}

/** The timestamp of a record; `Infinity` if it does not come. */
async function timeOf(
  session: KafkaSession,
  topic: string,
  offset: number,
): Promise<number> {
  const position = new Map([[topic, offset]]);
  const [batch] = await session.openReader().read(position, READ_MS);
  return batch?.records[0]?.timestamp ?? Infinity;
}
