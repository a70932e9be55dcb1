/**
 * The last lines that the programs of charging points told a node, as the page of their operators shows them. Lines of
 * the original programs hold tokens and keys in clear: they are taken out before a line is kept (C-40).
 *
 * @module
 */
import type {
  ChargeNotification,
  ChargingUseCases,
} from "./charging_use_cases.ts";

/** Most lines that are kept. */
export const POINT_LOG_LINES_MAX = 100;
/** Longest line in characters; what is longer is cut. */
export const POINT_LOG_LINE_MAX = 1000;
/** Longest name of a program in characters; what is longer is cut. */
export const POINT_LOG_SOURCE_MAX = 32;

/** A line. */
export interface PointLogLine {
  /** Which program: `CENTRAL`, `REGISTRY`, `MONITOR`, `ENGINE`, `EV_W`, or what else it called itself. */
  readonly source: string;
  /** What it said. */
  readonly msg: string;
  /** When it was told, in milliseconds since 1970. */
  readonly at: number;
}

/** The last lines. */
export interface PointLog {
  /** Keeps a line, without its secrets. */
  add(source: string, msg: string): void;
  /** The lines, oldest first. */
  lines(): readonly PointLogLine[];
}

/** Characters of a line that are looked at: what comes after them would not be kept, however much is hidden before. */
const LOOKED_AT_MAX = 65_536;
/** What stands where a secret was. */
const HIDDEN = "***";

/** Version 4 UUIDs, Fernet keys and Fernet tokens; and whatever is called one. */
const SECRETS = [
  /\b[0-9a-f]{8}-?[0-9a-f]{4}-?4[0-9a-f]{3}-?[89ab][0-9a-f]{3}-?[0-9a-f]{12}\b/gi,
  /gAAAA[\w+/-]{20,}(?:=|%3D)*/gi,
  /(?<![\w+/-])[\w+/-]{42,43}(?:=|%3D)/gi,
];
const NAMED =
  /\b(tokens?|symmetric[_ ]?key|key|clave(?: sim[eé]trica)?|secret|set_key)\b(["']?\s*[:=#]\s*b?["']?)([^\s"',;#}{]{4,})/gi;

/**
 * A text without what looks like a token or a key, or is called one.
 *
 * @param text Any text.
 * @returns The text, each secret in it replaced.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * strictEqual(withoutKeys("Token: 8f2b6a0c"), "Token: ***");
 * ```
 */
export function withoutKeys(text: string): string {
  return SECRETS.reduce((rest, secret) => rest.replace(secret, HIDDEN), text)
    .replace(NAMED, `$1$2${HIDDEN}`);
}

/**
 * Makes an empty log.
 *
 * @param now Wall time in milliseconds since 1970.
 * @returns The log.
 */
export function createPointLog(now: () => number): PointLog {
  const kept: PointLogLine[] = [];
  return {
    add(source, msg) {
      kept.push({
        source: withoutKeys(source.slice(0, POINT_LOG_SOURCE_MAX)),
        // Cut last, so that no secret is cut to something that does not look like one.
        msg: withoutKeys(msg.slice(0, LOOKED_AT_MAX)).slice(
          0,
          POINT_LOG_LINE_MAX,
        ),
        at: now(),
      });
      if (kept.length > POINT_LOG_LINES_MAX) kept.shift();
    },
    lines: () => [...kept],
  };
}

function lineOf({ point, driver, body }: ChargeNotification): string {
  const who = `CP ${point}, conductor ${driver}`;
  switch (body.type) {
    case "AUTH_OK":
      return `${who}: autorizado`;
    case "AUTH_DENIED":
      return `${who}: denegado (${body.reason})`;
    case "SUPPLY_ERROR":
      return `${who}: ${body.reason}`;
    default:
      return `${who}: ${(body.energy / 1000).toFixed(3)} kWh`;
  }
}

/**
 * Writes down what drivers are told, as an original central does.
 *
 * @param charging What is listened to.
 * @param log Where it is written.
 * @returns Ends it.
 */
export function followCharging(
  charging: Pick<ChargingUseCases, "listen">,
  log: PointLog,
): () => void {
  return charging.listen((told) => {
    if (told.durable) log.add("CENTRAL", lineOf(told));
  });
}
