/**
 * Calls of the Kafka client library: deadlines, and what its errors say.
 *
 * @module
 */
import { PanalError } from "../../crdt/mod.ts";

/** How long to wait before a group is asked for again, in milliseconds. */
const JOIN_AGAIN_MS = 200;
/** How often at most a group is asked for. */
const JOIN_TRIES_MAX = 50;

/** Waits for work, but not for ever; work that nobody waits for any more may fail. */
export async function within<T>(work: Promise<T>, ms: number): Promise<T> {
  work.catch(() => {});
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => late.reject(linkError(`The Kafka broker did not answer in ${ms} ms`)),
    ms,
  );
  try {
    return await Promise.race([work, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** Waits `ms` milliseconds. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** An error that ends a session. */
export function linkError(message: string, cause?: unknown): PanalError {
  return new PanalError("link_closed", message, { cause });
}

/** Whether an error, or one that it was made of, has a property of some value. */
function has(error: unknown, name: string, value: unknown): boolean {
  if (typeof error !== "object" || error === null) return false;
  if (Reflect.get(error, name) === value) return true;
  const inner: unknown = Reflect.get(error, "errors");
  return Array.isArray(inner) && inner.some((it) => has(it, name, value));
}

/** Whether an error says that the broker cannot be reached. */
export function isAway(error: unknown): boolean {
  return error instanceof PanalError || has(error, "code", "PLT_KFK_NETWORK");
}

/** Whether an error says that a position is not in its topic. */
export function isOutOfRange(error: unknown): boolean {
  return has(error, "apiId", "OFFSET_OUT_OF_RANGE");
}

/** Whether an error says that the group is being shared out anew. */
export function isShared(error: unknown): boolean {
  return SHARED.some((it) => has(error, "apiId", it));
}

const SHARED = [
  "REBALANCE_IN_PROGRESS",
  "ILLEGAL_GENERATION",
  "UNKNOWN_MEMBER_ID",
];

const EARLY = [
  "COORDINATOR_NOT_AVAILABLE",
  "COORDINATOR_LOAD_IN_PROGRESS",
  "NOT_COORDINATOR",
];

/** Whether an error says that nobody keeps the group yet. */
function isEarly(error: unknown): boolean {
  return EARLY.some((it) => has(error, "apiId", it));
}

/** Joins; a broker that has just started has nobody yet who keeps its groups. */
export async function joinGroup(
  consumer: { joinGroup(options: object): Promise<unknown> },
): Promise<void> {
  for (let tries = 1;; tries++) {
    try {
      await consumer.joinGroup({});
      return;
    } catch (error) {
      if (!isEarly(error) || tries >= JOIN_TRIES_MAX) throw error;
      await pause(JOIN_AGAIN_MS);
    }
  }
}
