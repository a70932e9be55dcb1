/**
 * What an error of SQLite means for a store. Separate because the answer depends on when it happened: a failed COMMIT
 * may have reached the disk, a failed INSERT never has.
 *
 * @module
 */
import { type ErrorCode, PanalError } from "../../crdt/mod.ts";

/** What was being done. */
export type SqliteStep = "open" | "read" | "write" | "commit";

const BUSY = 5;
const CORRUPT = 11;
const FULL = 13;
const CANTOPEN = 14;
const NOTADB = 26;

const ERROR_CODES: ReadonlySet<unknown> = new Set([
  "ERR_SQLITE_ERROR",
  "ERR_OUT_OF_RANGE",
]);

// Errors at opening come without a number (Deno 2.9).
const MESSAGES: readonly (readonly [string, number])[] = [
  ["file is not a database", NOTADB],
  ["disk image is malformed", CORRUPT],
  ["database or disk is full", FULL],
  ["database is locked", BUSY],
  ["unable to open database file", CANTOPEN],
];

/**
 * Turns an error into the one that a store throws.
 *
 * @param step What was being done.
 * @param error What was thrown.
 * @returns A PanalError with SQLite's error as its cause; any other error as it is.
 */
export function sqliteFailure(step: SqliteStep, error: unknown): unknown {
  if (!ERROR_CODES.has(property(error, "code"))) return error;
  const text = error instanceof Error ? error.message : String(error);
  return new PanalError(
    failureCode(step, error, text),
    `Cannot ${step} the store: ${text}`,
    { cause: error },
  );
}

/**
 * Whether an error only says that there is no room or another program holds a lock.
 *
 * @param error What `node:sqlite` threw.
 */
export function isFullOrBusy(error: unknown): boolean {
  const text = error instanceof Error ? error.message : String(error);
  return [FULL, BUSY].includes(primaryCode(error, text));
}

function failureCode(
  step: SqliteStep,
  error: unknown,
  text: string,
): ErrorCode {
  if (property(error, "code") === "ERR_OUT_OF_RANGE") {
    return "amount_out_of_range";
  }
  const primary = primaryCode(error, text);
  // A frame that found no room is not in the log, and the transaction's last frame is what commits it.
  if (primary === FULL) return "store_full";
  if (step === "commit") {
    // A lock is met before the first byte; after anything else, the last frame may have reached the disk.
    return primary === BUSY ? "store_failed" : "store_outcome_unknown";
  }
  if (primary === CORRUPT || primary === NOTADB) return "data_folder_damaged";
  if (primary === 1) return "invalid_argument";
  if (step === "write") return "store_failed";
  return step === "open" && primary === BUSY
    ? "data_folder_locked"
    : "data_folder_damaged";
}

function primaryCode(error: unknown, text: string): number {
  const code = property(error, "errcode");
  // The low byte of an extended code is the primary one.
  if (typeof code === "number") return code & 0xff;
  return MESSAGES.find(([part]) => text.includes(part))?.[1] ?? 0;
}

function property(error: unknown, name: string): unknown {
  return error instanceof Error
    ? (error as unknown as Record<string, unknown>)[name]
    : undefined;
}
