/**
 * The lines of the installed forecourt programs: one JSON object each, as pumps, stations and head offices exchange them
 * over TCP and UDP. This file has the line itself and the words that stand for states and commands; what each message
 * holds is read and written by the files beside it.
 *
 * @module
 */

/** A JSON object as it was received; nothing in it is checked yet. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** What a line turned out to be. */
export type ForecourtLine =
  | {
    /** A JSON object. */
    readonly kind: "object";
    /** The object. */
    readonly message: JsonObject;
    /** The line's text. */
    readonly text: string;
  }
  | {
    /** Bytes that are no UTF-8, text that is no JSON, or JSON that is no object. */
    readonly kind: "not_utf8" | "malformed" | "not_object";
  };

/** Longest line in bytes, without the line feed; one byte more ends a connection. */
export const FORECOURT_LINE_BYTES_MAX = 65_536;
/** Lines that a station writes on its control port stay below this many bytes: old bridges read chunks. */
export const CONTROL_LINE_BYTES_MAX = 1_400;

/** What a pump is doing. */
export type ForecourtOperation = "idle" | "dispensing" | "paused";
/** What a pump is told to do. */
export type ForecourtCommand = "pause" | "resume" | "stop" | "report";

/** The code with which a station refuses an unknown pump. */
export const ERROR_NOT_REGISTERED = "SURTIDOR_NO_REGISTRADO";
/** The code with which a station refuses a registration that it cannot carry out. */
export const ERROR_AUTO_REGISTRATION = "ERROR_AUTO_REGISTRO";
/** The code with which a station says that a first line was no registration. */
export const ERROR_BAD_REGISTRATION = "REGISTRO_INVALIDO";
/** The code of an alarm that names none. */
export const ERROR_UNKNOWN = "ERROR_DESCONOCIDO";
/** The kind of the incident of a delivery that ended without being told. */
export const UNCLOSED_SALE = "venta_sin_cierre";
/** How a delivery was paid if nobody says. */
export const DEFAULT_PAYMENT = "efectivo";

const OPERATIONS: ReadonlyMap<string, ForecourtOperation> = new Map([
  ["disponible", "idle"],
  ["despachando", "dispensing"],
  ["pausado", "paused"],
]);
const OPERATION_WORDS: Readonly<Record<ForecourtOperation, string>> = {
  idle: "disponible",
  dispensing: "despachando",
  paused: "pausado",
};
const COMMANDS: ReadonlyMap<string, ForecourtCommand> = new Map([
  ["pausar", "pause"],
  ["reanudar", "resume"],
  ["detener_emergencia", "stop"],
]);
const COMMAND_WORDS: Readonly<
  Record<Exclude<ForecourtCommand, "report">, string>
> = { pause: "pausar", resume: "reanudar", stop: "detener_emergencia" };

const DECODER = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * Reads one line.
 *
 * @param line Its bytes or text, without the line feed; a carriage return at its end is harmless.
 * @returns The object, or what the line is instead. Never throws.
 *
 * @example Usage
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 *
 * const text = '{"tipo":"heartbeat"}';
 * deepStrictEqual(parseForecourtLine(text), { kind: "object", message: { "tipo": "heartbeat" }, text });
 * deepStrictEqual(parseForecourtLine("NaN"), { kind: "malformed" });
 * deepStrictEqual(parseForecourtLine("[1]"), { kind: "not_object" });
 * ```
 */
export function parseForecourtLine(line: Uint8Array | string): ForecourtLine {
  let text: string;
  try {
    text = typeof line === "string" ? line : DECODER.decode(line);
  } catch {
    return { kind: "not_utf8" };
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { kind: "malformed" };
  }
  return isObject(value)
    ? { kind: "object", message: value, text }
    : { kind: "not_object" };
}

/**
 * Whether a value is a JSON object.
 *
 * @param value Anything that JSON can hold.
 * @returns False for null, arrays, texts, numbers and truth values.
 */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * Writes one line as the original programs do: ASCII alone, a space after each `:` and `,`, and no apostrophe, which an
 * old bridge would take for a quotation mark. Numbers that are not finite become null.
 *
 * @param message What to say; keys whose value is undefined are left out.
 * @returns The line with its line feed. Send it with a single write.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * strictEqual(encodeForecourtLine({ "tipo": "x", "n": [1, "O'Ñ"] }), '{"tipo": "x", "n": [1, "O\\u0027\\u00d1"]}\n');
 * ```
 */
export function encodeForecourtLine(message: JsonObject): string {
  return `${encodeValue(message)}\n`;
}

function encodeValue(value: unknown): string {
  if (typeof value === "string") return encodeText(value);
  if (typeof value === "number") {
    return Number.isFinite(value) ? `${value}` : "null";
  }
  if (typeof value === "boolean") return `${value}`;
  if (Array.isArray(value)) return `[${value.map(encodeValue).join(", ")}]`;
  if (!isObject(value)) return "null";
  const entries = Object.entries(value).filter(([, it]) => it !== undefined);
  return `{${
    entries.map(([key, it]) => `${encodeText(key)}: ${encodeValue(it)}`)
      .join(", ")
  }}`;
}

function encodeText(text: string): string {
  return JSON.stringify(text).replace(
    /[\u007f-\uffff']/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/**
 * Reads `estado_operacion`.
 *
 * @param value Anything.
 * @returns What the pump is doing, or undefined if the word is none of the three.
 */
export function readOperation(value: unknown): ForecourtOperation | undefined {
  return typeof value === "string" ? OPERATIONS.get(value) : undefined;
}

/**
 * The word for what a pump is doing.
 *
 * @param operation What it does.
 * @returns `disponible`, `despachando` or `pausado`.
 */
export function operationWord(operation: ForecourtOperation): string {
  return OPERATION_WORDS[operation];
}

/** How a delivery ended. */
export type ForecourtSaleState =
  | "started"
  | "completed"
  | "cancelled"
  | "failed";

const SALE_STATE_WORDS: Readonly<Record<ForecourtSaleState, string>> = {
  started: "iniciada",
  completed: "completada",
  cancelled: "cancelada",
  failed: "error",
};

/**
 * The word for how a delivery ended.
 *
 * @param state How it ended.
 * @returns `iniciada`, `completada`, `cancelada` or `error`.
 */
export function saleStateWord(state: ForecourtSaleState): string {
  return SALE_STATE_WORDS[state];
}

/**
 * Reads `comando`.
 *
 * @param value Anything.
 * @returns The command, or undefined if the word is none of the three.
 */
export function readCommand(value: unknown): ForecourtCommand | undefined {
  return typeof value === "string" ? COMMANDS.get(value) : undefined;
}

/**
 * The word for a command.
 *
 * @param command The command; a request for a report is a message of its own and has no word.
 * @returns `pausar`, `reanudar` or `detener_emergencia`.
 */
export function commandWord(
  command: Exclude<ForecourtCommand, "report">,
): string {
  return COMMAND_WORDS[command];
}
