/**
 * How many new logs of one member in one space a node fetches: some an hour, those with the least stamps first. It
 * delays a member that opens logs without end; it never decides what counts.
 *
 * @module
 */
import { type LogId, type SpaceId, type Stamp, toHex } from "../crdt/mod.ts";

/** Most new logs of one member in one space within `NEW_LOGS_MS`. */
export const NEW_LOGS_MAX = 10;
/** The time in which new logs are counted, in milliseconds. */
export const NEW_LOGS_MS = 3_600_000;
/** Most logs of one member in one space that are remembered as waiting. */
const WAITING_MAX = 1000;
/** Most members and spaces that are remembered. */
const PLACES_MAX = 10_000;

/** A log that is not here yet. */
export interface NewLog {
  /** Its name. */
  readonly log: LogId;
  /** Its space. */
  readonly space: SpaceId;
  /** Its writer's public key. */
  readonly writer: Uint8Array;
  /** The stamp of its first commit. */
  readonly stamp: Stamp;
}

interface Place {
  /** When which logs were taken, in monotonic milliseconds, in order. */
  readonly taken: Map<LogId, number>;
  readonly waiting: Map<LogId, Stamp>;
}

/** Counts new logs. */
export class NewLogs {
  readonly #places = new Map<string, Place>();

  /**
   * Whether a new log may be taken now; if so, it is counted.
   *
   * @param log The log.
   * @param nowMs Monotonic milliseconds.
   * @returns 0 if it may; else how long to wait before it is asked for again, in milliseconds.
   */
  admit({ log, space, writer, stamp }: NewLog, nowMs: number): number {
    const place = this.#place(`${space} ${toHex(writer)}`, nowMs);
    for (const [other, at] of place.taken) {
      if (at <= nowMs - NEW_LOGS_MS) place.taken.delete(other);
    }
    place.waiting.delete(log);
    // It comes again where the disk has refused it: it is no other log for that.
    if (place.taken.has(log)) return 0;
    const earlier =
      [...place.waiting].filter(([other, at]) =>
        at < stamp || (at === stamp && other < log)
      ).length;
    if (place.taken.size + earlier < NEW_LOGS_MAX) {
      place.taken.set(log, nowMs);
      return 0;
    }
    if (place.waiting.size < WAITING_MAX) place.waiting.set(log, stamp);
    const [oldest = nowMs] = place.taken.values();
    return Math.max(1, oldest + NEW_LOGS_MS - nowMs);
  }

  #place(key: string, nowMs: number): Place {
    let place = this.#places.get(key);
    if (place === undefined) {
      if (this.#places.size >= PLACES_MAX) this.#forgetOld(nowMs);
      place = { taken: new Map(), waiting: new Map() };
      this.#places.set(key, place);
    }
    return place;
  }

  #forgetOld(nowMs: number): void {
    for (const [key, { taken }] of this.#places) {
      if (([...taken.values()].at(-1) ?? 0) <= nowMs - NEW_LOGS_MS) {
        this.#places.delete(key);
      }
    }
    const [first] = this.#places.keys();
    if (this.#places.size >= PLACES_MAX) this.#places.delete(first ?? "");
  }
}
