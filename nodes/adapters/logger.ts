/**
 * The log of a real node: lines of text or JSON on standard error.
 *
 * @module
 */
import type { Logger, LogLevel } from "../ports.ts";

/** How log lines are written. */
export interface LoggerOptions {
  /** How a line looks. */
  readonly format: "text" | "json";
  /** The least important lines that are written. */
  readonly level: LogLevel;
  /** Takes a line with its line break; standard error if left out. */
  readonly write?: (line: string) => void;
  /** Wall time in milliseconds since 1970; the machine's if left out. */
  readonly now?: () => number;
}

const LEVELS: readonly LogLevel[] = ["debug", "info", "warn", "error"];
/** Longest value of a field in characters; what is longer is cut. */
const VALUE_LENGTH_MAX = 4096;
const DEPTH_MAX = 4;
const ITEMS_MAX = 64;
const RESERVED: ReadonlySet<string> = new Set(["time", "level", "message"]);

/**
 * Makes the log of a real node. It never throws: a line that cannot be written is lost.
 *
 * @param options How lines are written.
 * @returns The log.
 *
 * @example Usage
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 *
 * const lines: string[] = [];
 * const logger = createLogger({
 *   format: "text",
 *   level: "info",
 *   write: (line) => lines.push(line),
 *   now: () => 0,
 * });
 * logger.log("info", "Linked", { peer: "12D3" });
 * logger.log("debug", "Not written");
 * deepStrictEqual(lines, ['1970-01-01T00:00:00.000Z INFO  Linked peer="12D3"\n']);
 * ```
 */
export function createLogger(options: LoggerOptions): Logger {
  const { format, level, write = writeToStandardError, now = Date.now } =
    options;
  const least = LEVELS.indexOf(level);
  return {
    log(level, message, fields = {}) {
      if (LEVELS.indexOf(level) < least) return;
      try {
        const time = new Date(now()).toISOString();
        const plain = plainFields(fields);
        const line = format === "json"
          ? JSON.stringify({ time, level, message, ...plain })
          : textLine({ time, level, message }, plain);
        write(`${line}\n`);
      } catch {
        // A log that cannot be written must not stop what it tells of.
      }
    },
  };
}

const encoder = new TextEncoder();

function writeToStandardError(line: string): void {
  let bytes = encoder.encode(line);
  while (bytes.length > 0) {
    bytes = bytes.subarray(Deno.stderr.writeSync(bytes));
  }
}

function textLine(
  { time, level, message }: Readonly<
    Record<"time" | "level" | "message", string>
  >,
  fields: Readonly<Record<string, unknown>>,
): string {
  // A message is a fixed sentence; a line break in it would fake a second line.
  const start = `${time} ${level.toUpperCase().padEnd(5)} ${
    JSON.stringify(message).slice(1, -1).replaceAll('\\"', '"')
  }`;
  const pairs = Object.entries(fields).map(([name, value]) =>
    ` ${name}=${JSON.stringify(value)}`
  );
  return start + pairs.join("");
}

function plainFields(
  fields: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const plain: Record<string, unknown> = {};
  for (const name of Object.keys(fields)) {
    const safe = name.replace(/[^\w.-]/g, "_");
    plain[RESERVED.has(safe) ? `${safe}_` : safe] = plainField(fields, name);
  }
  return plain;
}

/** A getter may throw. */
function plainField(
  fields: Readonly<Record<string, unknown>>,
  name: string,
): unknown {
  try {
    return plainValue(fields[name], DEPTH_MAX);
  } catch {
    return "(unreadable)";
  }
}

/** A value as JSON can hold it; depth and length are bounded, so a circle ends. */
function plainValue(value: unknown, depth: number): unknown {
  if (typeof value === "string") return value.slice(0, VALUE_LENGTH_MAX);
  if (typeof value === "number") {
    return Number.isFinite(value) ? value : String(value);
  }
  if (typeof value === "boolean" || value === null) return value;
  if (value === undefined) return null;
  if (typeof value !== "object") return String(value).slice(0, 256);
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  if (depth === 0) return "…";
  if (value instanceof Error) return plainError(value, depth);
  if (Array.isArray(value)) {
    return value.slice(0, ITEMS_MAX).map((it) => plainValue(it, depth - 1));
  }
  return Object.fromEntries(
    Object.entries(value).slice(0, ITEMS_MAX).map(([name, it]) => [
      name,
      plainValue(it, depth - 1),
    ]),
  );
}

function plainError(error: Error, depth: number): Record<string, unknown> {
  const { name, message, stack, cause } = error;
  const code = (error as { readonly code?: unknown }).code;
  return {
    name,
    message: message.slice(0, VALUE_LENGTH_MAX),
    ...(typeof code === "string" ? { code } : {}),
    ...(stack === undefined ? {} : { stack: stack.slice(0, VALUE_LENGTH_MAX) }),
    ...(cause === undefined ? {} : { cause: plainValue(cause, depth - 1) }),
  };
}
