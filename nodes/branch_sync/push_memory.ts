/**
 * That a central answered that it failed is kept over an end of the process: each failed request may have cost it a
 * connection of its storage for good, whoever restarts here.
 *
 * @module
 */
import type { Reader, Writer } from "../../crdt/mod.ts";
import { META } from "../tables.ts";
import { NO_FAILURE, PUSH_FAILED_MS, type PushRetry } from "./push_retry.ts";

const nameOf = (target: string) => `branch_push_broken ${target}`;

/** What is kept. */
interface Broken {
  readonly failures: number;
  readonly broken: number;
  /** When the last failure was, in milliseconds since 1970. */
  readonly at: number;
}

/**
 * Keeps how it stands with a central, as far as it matters after a restart.
 *
 * @param writer The transaction.
 * @param target The central.
 * @param state How it stands, and now, in milliseconds since 1970.
 */
export function keepBroken(
  writer: Writer,
  target: string,
  { retry, at }: { readonly retry: PushRetry; readonly at: number },
): void {
  const { failures, broken } = retry;
  const name = nameOf(target);
  if (broken > 0) {
    const value: Broken = { failures, broken, at };
    writer.put(META, { name, value: JSON.stringify(value) });
  } else if (writer.get(META, [name]) !== undefined) {
    writer.delete(META, [name]);
  }
}

/**
 * How it stood with a central when the process ended.
 *
 * @param rows The store.
 * @param target The central.
 * @param now Milliseconds since 1970, and monotonic ones.
 * @returns How it stands; a clock that was set back makes no wait longer.
 */
export function recallBroken(
  rows: Reader,
  target: string,
  now: { readonly wall: number; readonly monotonic: number },
): PushRetry {
  const row = rows.get(META, [nameOf(target)]);
  if (row === undefined) return NO_FAILURE;
  const { failures, broken, at } = JSON.parse(String(row["value"])) as Broken;
  const since = Math.max(0, now.wall - at);
  const until = now.monotonic + Math.max(0, PUSH_FAILED_MS - since);
  return {
    failures,
    broken,
    failedAt: now.monotonic,
    nextAt: until,
    askedAt: until,
  };
}
