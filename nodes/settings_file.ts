/**
 * The settings file of `--config`: JSON whose keys are the names of the options.
 *
 * @module
 */
import { z } from "zod";
import { configError, nearest, quote } from "./option_parser.ts";

/** A settings file as it was read. */
export interface SettingsFile {
  /** Its path, for messages. */
  readonly path: string;
  /** What it holds. */
  readonly text: string;
}

const TEXT = z.string().min(1).max(8192);
const NUMBER = z.int().min(0).transform(String);
const ID = z.union([TEXT, NUMBER]);
const LIST = z.union([
  TEXT.transform((it) => [it]),
  z.array(TEXT).max(1024),
]);
const IDS = z.union([
  ID.transform((it) => [it]),
  z.array(ID).max(1024),
]);
const NAMED = z.union([
  LIST,
  z.record(TEXT, LIST).transform((record) =>
    Object.entries(record).flatMap(([name, values]) =>
      values.map((value) => `${name}=${value}`)
    )
  ),
]);
const ONE = TEXT.transform((it) => [it]);
const ONE_ID = ID.transform((it) => [it]);
const FLAG = z.boolean().transform((it) => [String(it)]);
const COUNT = NUMBER.transform((it) => [it]);
const OBJECT = z.record(z.string(), z.unknown())
  .transform((it) => [JSON.stringify(it)]);

const SHAPE = {
  "role": z.union([TEXT, z.array(TEXT).min(1).max(16)]).transform((it) => [
    typeof it === "string" ? it : it.join("+"),
  ]),
  "site": ONE,
  "company": IDS,
  "region": ONE_ID,
  "pump": ONE_ID,
  "data": ONE,
  "notify": ONE,
  "branch-id": ONE,
  "listen": LIST,
  "peer": LIST,
  "no-mdns": FLAG,
  "http": ONE,
  "surface": NAMED,
  "allow-origin": LIST,
  "dial": NAMED,
  "tls-cert": ONE,
  "tls-key": ONE,
  "join": ONE,
  "timezone": ONE,
  "currency": ONE,
  "no-auto-register-pumps": FLAG,
  "immediate-prices": FLAG,
  "paused-hold-seconds": COUNT,
  "pump-idle-seconds": COUNT,
  "check-udp-address": FLAG,
  "charging-reservation": COUNT,
  "charging-stale": COUNT,
  "charging-gone": COUNT,
  "charging-open": FLAG,
  "charging-connections": COUNT,
  "ocpp-points": ONE,
  "ocpp-heartbeat": COUNT,
  "branch-sync": OBJECT,
  "sink": LIST,
  "log-format": ONE,
  "log-level": ONE,
};

const SETTINGS = z.strictObject(SHAPE).partial();

/**
 * Reads a settings file.
 *
 * @param file Its path and text.
 * @returns Values by option, as if they had been given as options.
 * @throws {PanalError} `config_invalid` if it is no JSON, names an unknown option, or a value has the wrong type.
 *
 * @example Usage
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 *
 * const settings = parseSettings({ path: "panal.json", text: '{"role":"branch","pump":2}' });
 * deepStrictEqual([...settings], [["role", ["branch"]], ["pump", ["2"]]]);
 * ```
 */
export function parseSettings(
  file: SettingsFile,
): ReadonlyMap<string, readonly string[]> {
  let value: unknown;
  try {
    value = JSON.parse(file.text.replace(/^\ufeff/, ""));
  } catch {
    throw configError(`The settings file ${quote(file.path)} is not JSON`);
  }
  const parsed = SETTINGS.safeParse(value);
  if (!parsed.success) throw settingsError(file, parsed.error);
  const settings = new Map<string, readonly string[]>();
  for (const [name, values] of Object.entries(parsed.data)) {
    if (values !== undefined) settings.set(name, values);
  }
  return settings;
}

function settingsError(file: SettingsFile, error: z.ZodError) {
  const where = `The settings file ${quote(file.path)}`;
  const [issue] = error.issues;
  if (issue?.code === "unrecognized_keys") {
    const key = issue.keys[0] ?? "";
    const near = nearest(key, Object.keys(SHAPE));
    const hint = near === undefined
      ? "its keys are the names of the options, without dashes in front"
      : `use ${quote(near)}`;
    return configError(`${where} has no setting ${quote(key)}: ${hint}`);
  }
  const name = String(issue?.path[0] ?? "");
  if (name === "") return configError(`${where} must hold one JSON object`);
  return configError(
    `${where} has a wrong value for ${quote(name)}: it takes ${kindOf(name)}`,
  );
}

function kindOf(name: string): string {
  switch (name) {
    case "no-mdns":
    case "no-auto-register-pumps":
    case "immediate-prices":
    case "check-udp-address":
    case "charging-open":
      return "true or false";
    case "paused-hold-seconds":
    case "pump-idle-seconds":
    case "charging-reservation":
    case "charging-stale":
    case "charging-gone":
    case "ocpp-heartbeat":
      return "a number of seconds";
    case "charging-connections":
      return "a number";
    case "branch-sync":
      return "an object";
    case "pump":
    case "region":
      return "a number or text";
    case "company":
    case "listen":
    case "peer":
    case "sink":
    case "role":
      return "text or a list of texts";
    case "surface":
    case "dial":
      return `text, a list of texts, or an object such as {"NAME":"VALUE"}`;
    default:
      return "text";
  }
}
