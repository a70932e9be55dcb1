/**
 * The settings of the role pump: its name, what flows, and the original station that it serves as a client. Pure, as
 * `config.ts`, of which it is a part.
 *
 * @module
 */
import { defaultPumpName } from "../net/mod.ts";
import { FLOW_ML_PER_SECOND } from "./forecourt/pump_peer.ts";
import { configError, quote } from "./option_parser.ts";
import type { Role } from "./roles.ts";

/** Where an original station is. */
export interface StationAddress {
  /** Host name or address; IPv6 without brackets. */
  readonly hostname: string;
  /** Its port for pumps. */
  readonly port: number;
  /** Its port for fast reports; null for none. */
  readonly udpPort: number | null;
  /** Its port for HTTP; null if it is not to be asked. */
  readonly restPort: number | null;
}

/** Settings of the role pump. */
export interface PumpSettings {
  /** The name under which it lists itself at the first start. */
  readonly name: string;
  /** What flows in a second, in milliliters. */
  readonly flowMlPerSecond: number;
  /** The original station that it serves as a client; null for none. */
  readonly station: StationAddress | null;
}

/** A value and what to call its source in a message. */
interface Given {
  readonly label: string;
  readonly value: string;
  readonly flag: boolean;
}

/** Where settings come from. */
export interface PumpSources {
  /** The node's roles. */
  readonly roles: readonly Role[];
  /** The pump's number; null without the role. */
  readonly pump: number | null;
  /** A setting by its option's name. */
  readonly one: (name: string) => Given | undefined;
  /** Values of `--dial forecourt-pumps`. */
  readonly dialed: readonly string[];
  /** Environment variables by name. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** What installed pump software dials unless told otherwise. */
const INSTALLED = { host: "estacion-backend", tcp: "6000", udp: "6001" };
const NAME_LENGTH_MAX = 100;
/** What flows in a second at most, in milliliters: more than any pump. */
const FLOW_ML_MAX = 1_000_000;

/**
 * Reads the settings of the role pump.
 *
 * @param sources Where they come from.
 * @returns The settings; null without the role.
 * @throws {PanalError} `config_invalid` with one line that says what to do.
 */
export function readPumpSettings(sources: PumpSources): PumpSettings | null {
  const { roles, pump, one, dialed, env } = sources;
  if (!roles.includes("pump") || pump === null) {
    refuseForeign(sources);
    return null;
  }
  if (dialed.length > 1) {
    throw configError(
      "A pump is linked to one original station: leave all but one of --dial forecourt-pumps out",
    );
  }
  const [address] = dialed;
  const installed = installedAddress(env);
  return {
    name: readName(one("pump-name"), pump),
    flowMlPerSecond: readFlow(one("flow-ml-per-second")),
    station: address !== undefined
      ? parseStationAddress("--dial forecourt-pumps", address)
      : installed === undefined
      ? null
      : parseStationAddress("ESTACION_HOST and its ports", installed),
  };
}

/** A variable or a file may be shared by several nodes; an option that has no effect is a mistake. */
function refuseForeign({ roles, one, dialed }: PumpSources): void {
  const options = ["pump-name", "flow-ml-per-second"].map(one)
    .filter((it) => it?.flag).map((it) => it?.label);
  if (dialed.length > 0) options.push("--dial forecourt-pumps");
  const [label] = options;
  if (label === undefined) return;
  throw configError(
    `${label} is for the role pump: run ${
      [...roles, "pump"].join("+")
    }, or leave it out`,
  );
}

/** The variables that installed pump software reads; one of them is enough. */
function installedAddress(env: PumpSources["env"]): string | undefined {
  const host = env["ESTACION_HOST"]?.trim();
  const tcp = (env["ESTACION_TCP_PORT"] ?? env["ESTACION_PORT"])?.trim();
  const udp = env["ESTACION_UDP_PORT"]?.trim();
  if (!host && !tcp && !udp) return undefined;
  return `tcp://${host || INSTALLED.host}:${tcp || INSTALLED.tcp}?udp=${
    udp || INSTALLED.udp
  }`;
}

/**
 * Reads where an original station is.
 *
 * @param label What to call it in a message.
 * @param text `tcp://HOST:PORT`, with `?udp=PORT` for fast reports and `rest=PORT` for its HTTP address.
 * @returns The address; the port for pumps is 6000 if left out.
 * @throws {PanalError} `config_invalid` if the text is something else.
 *
 * @example Usage
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 *
 * deepStrictEqual(parseStationAddress("--dial", "tcp://10.0.0.5?udp=6001"), {
 *   hostname: "10.0.0.5",
 *   port: 6000,
 *   udpPort: 6001,
 *   restPort: null,
 * });
 * ```
 */
export function parseStationAddress(
  label: string,
  text: string,
): StationAddress {
  const url = text.length <= 300 && URL.canParse(text)
    ? new URL(text)
    : undefined;
  const query = url?.searchParams ?? new URLSearchParams();
  const [port, udpPort, restPort] = [
    url?.port || INSTALLED.tcp,
    query.get("udp"),
    query.get("rest"),
  ].map((it) => it === null ? null : readPort(it));
  const known = [...query.keys()].every((it) => it === "udp" || it === "rest");
  const plain = url !== undefined && url.protocol === "tcp:" &&
    url.hostname !== "" && url.username === "" && /^\/?$/.test(url.pathname);
  if (
    !plain || !known || port === undefined || port === null ||
    udpPort === undefined || restPort === undefined
  ) {
    throw configError(
      `${label} takes an address such as tcp://127.0.0.1:6000?udp=6001&rest=8001, not ${
        quote(text)
      }`,
    );
  }
  const hostname = url.hostname.replace(/^\[(.*)\]$/, "$1");
  return { hostname, port, udpPort, restPort };
}

/** A port, or undefined if the text is none. */
function readPort(text: string): number | undefined {
  const port = /^[0-9]{1,5}$/.test(text) ? Number(text) : 0;
  return port >= 1 && port <= 65_535 ? port : undefined;
}

function readName(given: Given | undefined, pump: number): string {
  if (given === undefined) return defaultPumpName(pump);
  const { label, value } = given;
  const name = value.trim();
  if (/^\P{Cc}+$/u.test(name) && name.length <= NAME_LENGTH_MAX) return name;
  throw configError(
    `${label} takes 1 to ${NAME_LENGTH_MAX} printable characters, not ${
      quote(value)
    }`,
  );
}

function readFlow(given: Given | undefined): number {
  if (given === undefined) return FLOW_ML_PER_SECOND;
  const { label, value } = given;
  const flow = /^[0-9]{1,7}$/.test(value) ? Number(value) : 0;
  if (flow >= 1 && flow <= FLOW_ML_MAX) return flow;
  throw configError(
    `${label} takes milliliters from 1 to ${FLOW_ML_MAX}, not ${quote(value)}`,
  );
}
