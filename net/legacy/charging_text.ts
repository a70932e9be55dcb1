/**
 * The texts of installed charging-point programs: what a monitor tells a central, what a central tells a monitor.
 * The same texts travel plain and in frames. Pure.
 *
 * @module
 */

/** Most characters of a location that are kept. */
export const CHARGING_LOCATION_MAX = 200;
/** What a point's price is counted in: so many of it are one unit of the currency. */
const PRICE_SCALE_DIGITS = 4;

/** The negative answers to queries. */
export const CHARGING_ANSWERS = {
  session: "NO_SESSION",
  driver: "NO_DRIVER",
  error: "ERROR",
} as const;

/** What a monitor tells a central. */
export type ChargingMessage =
  | {
    readonly kind: "register";
    /** The point's id as it is written, never empty; whether a point can be called so is not looked at. */
    readonly point: string;
    /** Where it is, at most 200 characters; null if it does not say. */
    readonly location: string | null;
    /** Per kWh in 1/10,000 of the currency's unit; null if there is none that can be read (C-5). */
    readonly price: number | null;
  }
  | {
    readonly kind: "checkSession" | "checkDriver";
    /** Which point; null if none is named. */
    readonly point: string | null;
  }
  | { readonly kind: "fault" | "recover" }
  | {
    readonly kind: "ack" | "nack";
    /** What stands behind the word; may be empty. */
    readonly command: string;
  }
  | { readonly kind: "unknown" };

const UNKNOWN: ChargingMessage = { kind: "unknown" };

/**
 * Reads a message of a monitor.
 *
 * @param text One message, with or without white space around it.
 * @param place `first` of a connection, whose word is read as it is written, or a `later` one of a registered connection,
 * whose word may have any case.
 * @returns What it says.
 *
 * @example Usage
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 *
 * deepStrictEqual(parseChargingMessage("REGISTER#SEV-07#Calle 1#0.25", "first"), {
 *   kind: "register",
 *   point: "SEV-07",
 *   location: "Calle 1",
 *   price: 2500,
 * });
 * deepStrictEqual(parseChargingMessage("fault#SEV-07", "later"), { kind: "fault" });
 * deepStrictEqual(parseChargingMessage("fault#SEV-07", "first"), { kind: "unknown" });
 * ```
 */
export function parseChargingMessage(
  text: string,
  place: "first" | "later",
): ChargingMessage {
  const [word = "", ...fields] = text.trim().split("#");
  switch (place === "first" ? word : word.toUpperCase()) {
    case "REGISTER":
      return place === "first" ? readRegistration(fields) : UNKNOWN;
    case "CHECK_SESSION":
      return { kind: "checkSession", point: fields[0] ?? null };
    case "CHECK_DRIVER":
      return { kind: "checkDriver", point: fields[0] ?? null };
    case "FAULT":
      return place === "first" ? UNKNOWN : { kind: "fault" };
    case "RECOVER":
      return place === "first" ? UNKNOWN : { kind: "recover" };
    case "ACK":
      return place === "first"
        ? UNKNOWN
        : { kind: "ack", command: fields.join("#") };
    case "NACK":
      return place === "first"
        ? UNKNOWN
        : { kind: "nack", command: fields.join("#") };
    default:
      return UNKNOWN;
  }
}

function readRegistration(fields: readonly string[]): ChargingMessage {
  const [point, location, price] = fields;
  if (!point || location === undefined) return UNKNOWN;
  const place = [...location.replaceAll(/\p{Cc}/gu, " ").trim()];
  return {
    kind: "register",
    point,
    location: place.slice(0, CHARGING_LOCATION_MAX).join("").trimEnd() || null,
    price: readChargingPrice(price ?? ""),
  };
}

/**
 * Reads a price.
 *
 * @param text Decimal text with a point.
 * @returns 1/10,000 of the currency's unit, rounded half up; null if the text is something else, or is negative.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * strictEqual(readChargingPrice("0.25"), 2500);
 * strictEqual(readChargingPrice("0,25"), null);
 * ```
 */
export function readChargingPrice(text: string): number | null {
  const match = /^\+?(?=[.\d])(\d{0,9})(?:\.(\d{0,32}))?$/.exec(text.trim());
  if (match === null) return null;
  const [, whole = "", part = ""] = match;
  if (whole === "" && part === "") return null;
  const kept = part.slice(0, PRICE_SCALE_DIGITS)
    .padEnd(PRICE_SCALE_DIGITS, "0");
  const up = (part[PRICE_SCALE_DIGITS] ?? "0") >= "5" ? 1 : 0;
  return Number(`${whole}${kept}`) + up;
}

/**
 * Writes a message of a monitor.
 *
 * @param message What it says; `unknown` is an empty text.
 * @param point The point, which two of the messages name without anybody looking.
 * @returns The text, without an end.
 */
export function chargingMessageText(
  message: ChargingMessage,
  point: string,
): string {
  switch (message.kind) {
    case "register": {
      const price = message.price === null
        ? ""
        : chargingPriceText(message.price);
      return `REGISTER#${message.point}#${message.location ?? ""}#${price}`;
    }
    case "checkSession":
      return message.point === null
        ? "CHECK_SESSION"
        : `CHECK_SESSION#${message.point}`;
    case "checkDriver":
      return message.point === null
        ? "CHECK_DRIVER"
        : `CHECK_DRIVER#${message.point}`;
    case "fault":
    case "recover":
      return `${message.kind.toUpperCase()}#${point}`;
    case "ack":
    case "nack":
      return `${message.kind.toUpperCase()}#${message.command}`;
    case "unknown":
      return "";
  }
}

/**
 * Writes a price.
 *
 * @param price 1/10,000 of the currency's unit.
 * @returns Decimal text with a point and two to four decimals.
 */
export function chargingPriceText(price: number): string {
  const text = String(price).padStart(PRICE_SCALE_DIGITS + 1, "0");
  const part = text.slice(-PRICE_SCALE_DIGITS).replace(/0{1,2}$/, "");
  return `${text.slice(0, -PRICE_SCALE_DIGITS)}.${part}`;
}

/** What a central tells a monitor. */
export type ChargingCommand =
  | { readonly kind: "stop" | "resume" }
  | { readonly kind: "authorize"; readonly driver: string }
  | {
    readonly kind: "registerResult";
    readonly result: "FIRST" | "RECONNECT";
  };

/** What a monitor answers to each word with, behind `ACK#` or `NACK#`. */
export const CHARGING_COMMAND_WORDS = {
  stop: "PARAR",
  resume: "REANUDAR",
  authorize: "AUTORIZAR_SUMINISTRO",
} as const;

/**
 * Writes what a central tells a monitor.
 *
 * @param command What it is to do.
 * @returns The text, without an end.
 */
export function chargingCommandText(command: ChargingCommand): string {
  switch (command.kind) {
    case "stop":
    case "resume":
      return `${CHARGING_COMMAND_WORDS[command.kind]}#CENTRAL`;
    case "authorize":
      return `${CHARGING_COMMAND_WORDS.authorize}#${command.driver}`;
    case "registerResult":
      return `REGISTER_RESULT#${command.result}`;
  }
}

/**
 * Reads what a central tells a monitor: only what stands before the first `#` decides.
 *
 * @param text One message.
 * @returns What it says; undefined if it is none of these.
 */
export function parseChargingCommand(
  text: string,
): ChargingCommand | undefined {
  const [word, field = ""] = text.trim().split("#");
  switch (word) {
    case CHARGING_COMMAND_WORDS.stop:
      return { kind: "stop" };
    case CHARGING_COMMAND_WORDS.resume:
      return { kind: "resume" };
    case CHARGING_COMMAND_WORDS.authorize:
      return { kind: "authorize", driver: field };
    case "REGISTER_RESULT":
      return {
        kind: "registerResult",
        result: field === "FIRST" ? "FIRST" : "RECONNECT",
      };
    default:
      return undefined;
  }
}

/**
 * Which command an `ACK#…` or `NACK#…` answers. Monitors answer an authorization in several odd ways, e.g. with
 * `NACK#b'AUTORIZAR_SUMINISTRO#417'` (C-2).
 *
 * @param command What stands behind `ACK#` or `NACK#`.
 * @returns The command; undefined if it answers none of these.
 */
export function answeredChargingCommand(
  command: string,
): keyof typeof CHARGING_COMMAND_WORDS | undefined {
  if (command.includes(CHARGING_COMMAND_WORDS.authorize)) return "authorize";
  const [word] = command.split("#");
  if (word === CHARGING_COMMAND_WORDS.stop) return "stop";
  if (word === CHARGING_COMMAND_WORDS.resume) return "resume";
  return undefined;
}
