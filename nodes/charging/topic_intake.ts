/**
 * Takes the records of a topic while this node holds it: from the group's offset on, each until its effect is durable, and
 * commits no further than that. What is not committed is read again, here or at the node that takes over.
 *
 * @module
 */
import { type Clock, PanalError } from "../../crdt/mod.ts";
import type {
  KafkaMembership,
  KafkaRecord,
  KafkaSession,
} from "../../net/mod.ts";
import { isStoreError, type Logger } from "../ports.ts";
import { TopicLanes } from "./topic_lanes.ts";
import { unlessAborted, waitFor } from "./topic_waits.ts";

/** Offsets are committed this often, in milliseconds. */
export const TOPIC_COMMIT_MS = 1000;
/** How long a read waits for a record, in milliseconds. */
export const TOPIC_READ_MS = 500;
/** The first wait before a record whose effect could not be stored is tried again, in milliseconds. */
const AGAIN_MS = 100;
/** The longest such wait, in milliseconds. */
const AGAIN_MS_MAX = 5000;
/** How often a record is tried that fails for another reason than the store's. */
const TRIES_MAX = 5;
/** How long works may take to end after the topic is held no more, in milliseconds. */
const LAST_WORKS_MS = 2000;
/** The node's reasons, beside those of its store; a record waits for as long as they last. */
const BUSY: readonly string[] = ["overloaded", "node_stopping"];

/** What has to be done for a record. */
export interface TopicWork {
  /** Works of one lane are done one after the other. */
  readonly lane?: string;
  /** Does it; resolves when its effect is durable. */
  run(): Promise<void>;
}

/** What it works with. */
export interface IntakeParts {
  /** The topic. */
  readonly topic: string;
  /** The broker. */
  readonly session: KafkaSession;
  /** The place in the group. */
  readonly membership: KafkaMembership;
  /** Time. */
  readonly clock: Clock;
  /** Log lines. */
  readonly logger: Logger;
  /** Offsets are committed this often, in milliseconds. */
  readonly commitMs: number;
  /** Given when the topic is held no more, or the node stops. */
  readonly signal: AbortSignal;
  /** What to do for a record; undefined for one that is skipped. */
  work(record: KafkaRecord): TopicWork | undefined;
  /** Below this offset effects are durable; undefined if all are. */
  floor?(): number | undefined;
  /** A record is given up. */
  failed(record: KafkaRecord, error: unknown): void;
  /** The committed position is not in the topic any more. */
  lost(from: number, to: number): void;
}

/**
 * Takes records until the signal is given.
 *
 * @param parts What it works with.
 * @throws {PanalError} What ended the session.
 */
export async function takeTopic(parts: IntakeParts): Promise<void> {
  await new Intake(parts).run();
}

class Intake {
  readonly #parts: IntakeParts;
  #lanes = new TopicLanes(0);
  #committed = -1;
  #committedAt = -Infinity;

  constructor(parts: IntakeParts) {
    this.#parts = parts;
  }

  async run(): Promise<void> {
    const { session, signal, topic } = this.#parts;
    let position = await this.#start();
    this.#lanes = new TopicLanes(position);
    const reader = session.openReader();
    while (!signal.aborted) {
      const read = reader.read(new Map([[topic, position]]), TOPIC_READ_MS);
      const [batch] = await unlessAborted(read, signal) ?? [];
      if (batch?.outOfRange) {
        position = await this.#resume(position);
      } else if (batch !== undefined) {
        for (const record of batch.records) {
          await this.#lanes.room();
          if (signal.aborted) break;
          this.#take(record);
        }
        position = batch.next;
        if (!signal.aborted) this.#lanes.skipTo(position);
      }
      await this.#commit();
    }
    await this.#end();
  }

  /** The group's offset; a group without one begins at the end, and says so, so that nobody who takes over skips more. */
  async #start(): Promise<number> {
    const { membership, session, topic } = this.#parts;
    const committed = await membership.committed(topic);
    if (committed !== null) return this.#committed = committed;
    const { next } = await session.bounds(topic);
    await membership.commit(new Map([[topic, next]]));
    return this.#committed = next;
  }

  /** Reads on where the topic begins; it was cut, or made anew. */
  async #resume(position: number): Promise<number> {
    const { session, topic, lost } = this.#parts;
    await this.#lanes.idle();
    const { first } = await session.bounds(topic);
    lost(position, first);
    this.#committed = -1;
    this.#lanes = new TopicLanes(first);
    return first;
  }

  #take(record: KafkaRecord): void {
    const work = this.#parts.work(record);
    if (work === undefined) return this.#lanes.skipTo(record.offset + 1);
    this.#lanes.take(record.offset, () => this.#try(record, work), work.lane);
  }

  /** Says whether the record's effect is durable, or the record given up. */
  async #try(record: KafkaRecord, work: TopicWork): Promise<boolean> {
    const { clock, logger, signal, topic, failed } = this.#parts;
    for (let tries = 1;; tries++) {
      // Who takes over reads it again, and what waited behind it: none of that may be done without it.
      if (signal.aborted) return false;
      try {
        await work.run();
        return true;
      } catch (error) {
        if (!isPassing(error) && tries >= TRIES_MAX) {
          failed(record, error);
          return true;
        }
        logger.log("warn", "A record has to be tried again", {
          topic,
          offset: record.offset,
          error: String(error),
        });
      }
      const wait = Math.min(AGAIN_MS * 2 ** (tries - 1), AGAIN_MS_MAX);
      await waitFor(clock, wait, signal);
    }
  }

  async #commit(force = false): Promise<void> {
    const { clock, commitMs, membership, topic, floor } = this.#parts;
    const now = clock.monotonic();
    if (!force && now - this.#committedAt < commitMs) return;
    const offset = Math.min(this.#lanes.floor, floor?.() ?? Infinity);
    this.#committedAt = now;
    // What another node has committed since is not read again.
    if (offset <= this.#committed || !membership.holds()) return;
    if (await membership.commit(new Map([[topic, offset]]))) {
      this.#committed = offset;
    }
  }

  async #end(): Promise<void> {
    const { clock, membership } = this.#parts;
    const late = new AbortController();
    await Promise.race([
      this.#lanes.idle(),
      waitFor(clock, LAST_WORKS_MS, late.signal),
    ]);
    late.abort();
    if (membership.holds()) await this.#commit(true);
  }
}

/**
 * Whether nothing is wrong with what was to be stored: later it can be. A store that cannot be opened just now is closed.
 *
 * @param error What was thrown.
 */
export function isPassing(error: unknown): boolean {
  return isStoreError(error) ||
    (error instanceof PanalError && BUSY.includes(error.code));
}
