/**
 * The compatibility surfaces: which role has which, where each listens, and how a setting names it.
 *
 * @module
 */
import {
  FLEET_COMPANY_PORT,
  FLEET_PROVINCES,
  FLEET_PUMPS,
  FLEET_QUIC_PORT_SHIFT,
  FLEET_REGION_PORT,
} from "./fleet/fleet_places.ts";
import { configError, nearest, quote } from "./option_parser.ts";
import type { Role } from "./roles.ts";

/** Where something listens. */
export interface ListenAddress {
  /** An IP address or name; IPv6 without brackets. */
  readonly hostname: string;
  /** 0 picks a free one. */
  readonly port: number;
}

/** One or several ports of a surface at one host. */
export interface SurfaceListener {
  /** An IP address or name; IPv6 without brackets. */
  readonly hostname: string;
  /** One port, or those of a range in order; 0 picks a free one. */
  readonly ports: readonly number[];
  /** True if a setting names this address: then a taken port ends the node, else it is an incident. */
  readonly explicit: boolean;
}

/** Most ports in one `HOST:A-B`. */
export const SURFACE_PORTS_MAX = 256;
/** Most listeners of one surface. */
export const SURFACE_LISTENERS_MAX = 64;

/** What decides which surfaces a node has, and where. */
export interface SurfaceNode {
  /** Its roles. */
  readonly roles: readonly Role[];
  /** The number of its pump; null if it is none. */
  readonly pump: number | null;
  /** The ports of its fleet-card pumps; none if it is left out. */
  readonly fleetPorts?: readonly number[];
  /** Whether surfaces of charging that ask nobody who he is may listen on addresses that other machines reach. */
  readonly isChargingOpen?: boolean;
}

interface SurfaceInfo {
  /** The roles that have it. */
  readonly roles: readonly Role[];
  /** Default ports on 127.0.0.1. */
  readonly ports: readonly number[];
  /** Default ports of an office, where they are others. */
  readonly officePorts?: readonly number[];
  /** What it is bound by; TCP if left out. A port can be bound once by each. */
  readonly transport?: "tcp" | "udp";
  /** True if its address is that of somebody whom the node dials. */
  readonly isDialed?: true;
  /** True if the number of the node's pump is added to the default ports. */
  readonly perPump?: true;
  /** True if it listens only where a setting says so. */
  readonly offByDefault?: true;
  /** How far its ports are from those of the station's fleet-card pumps, which they follow. */
  readonly fleetShift?: number;
  /** True if nobody who speaks it says who he is: it listens on this machine's own addresses alone. */
  readonly loopbackOnly?: true;
  /** True if nobody who speaks it says who he is, but a person may say that it listens on other addresses all the same. */
  readonly loopbackUnlessOpen?: true;
}

/** What every fleet-card surface has in common (C-44). */
const FLEET = { offByDefault: true, loopbackOnly: true } as const;

/** What the surfaces of charging that ask nobody who he is have in common. */
const UNASKED = { offByDefault: true, loopbackUnlessOpen: true } as const;

const SURFACES: ReadonlyMap<string, SurfaceInfo> = new Map<
  string,
  SurfaceInfo
>([
  ["inventory-branch", { roles: ["branch"], ports: [8001] }],
  ["inventory-central", { roles: ["office"], ports: [8000] }],
  ["branch-sync", {
    roles: ["branch", "office"],
    ports: [3002],
    officePorts: [3000],
  }],
  ["forecourt-station", { roles: ["station"], ports: [8001] }],
  ["forecourt-bridge", { roles: ["station"], ports: [4001] }],
  ["forecourt-pumps", { roles: ["station"], ports: [6000] }],
  ["forecourt-udp", { roles: ["station"], ports: [6001], transport: "udp" }],
  ["forecourt-prices", { roles: ["station"], ports: [5000, 5001] }],
  ["forecourt-company", {
    roles: ["office"],
    ports: [8000],
    offByDefault: true,
  }],
  ["forecourt-pump", { roles: ["pump"], ports: [8001], perPump: true }],
  ["charging", { roles: ["charging"], ports: [8000] }],
  ["charging-kafka", {
    roles: ["charging"],
    ports: [9092],
    offByDefault: true,
    isDialed: true,
  }],
  ["charging-registry", { ...UNASKED, roles: ["charging"], ports: [6000] }],
  ["charging-api", { ...UNASKED, roles: ["charging"], ports: [5000] }],
  ["charging-ocpp", {
    roles: ["charging"],
    ports: [9000],
    offByDefault: true,
  }],
  ["fleet-card", { ...FLEET, roles: ["station"], ports: [], fleetShift: 0 }],
  ["fleet-region", {
    ...FLEET,
    roles: ["region"],
    ports: FLEET_PROVINCES.map((_, province) => FLEET_REGION_PORT + province),
  }],
  ["fleet-company", {
    ...FLEET,
    roles: ["company"],
    ports: [FLEET_COMPANY_PORT],
  }],
  ["fleet-udp", {
    ...FLEET,
    roles: ["station"],
    ports: [],
    fleetShift: 0,
    transport: "udp",
  }],
  ["fleet-quic", {
    ...FLEET,
    roles: ["station"],
    ports: [],
    fleetShift: FLEET_QUIC_PORT_SHIFT,
    transport: "udp",
  }],
]);

const DIALED: ReadonlySet<string> = new Set([
  "inventory-central",
  "branch-sync",
  "forecourt-pumps",
  "forecourt-prices",
  "fleet-region",
  "fleet-company",
]);

/** How the addresses of those that this version has are read. */
const DIAL_ADDRESSES: Readonly<
  Record<string, ((label: string, text: string) => string) | undefined>
> = {
  "inventory-central": parseHttpUrl,
  "branch-sync": parseHttpUrl,
  // The role pump reads more of it.
  "forecourt-pumps": (_, text) => text,
  "fleet-company": parseOwnMachine,
  "fleet-region": (label, text) =>
    parseOwnMachine(
      label,
      text.includes(":") ? text : `${text}:${FLEET_REGION_PORT}`,
    ),
};

/** Fleet-card programs say nothing of who they are, and hide nothing: they are dialed on this machine alone (C-44). */
function parseOwnMachine(label: string, text: string): string {
  const { hostname, port } = parseListenAddress(label, text);
  if (isLoopback(hostname) && port > 0) return addressText(hostname, port);
  throw configError(
    `${label}: fleet-card programs are dialed on this machine alone, e.g. 127.0.0.1:60000, not ${
      quote(text)
    }`,
  );
}

function addressText(hostname: string, port: number): string {
  return hostname.includes(":")
    ? `[${hostname}]:${port}`
    : `${hostname}:${port}`;
}

/** A setting `NAME=VALUE` with what to call it in a message. */
export interface NamedSetting {
  /** What to call it, e.g. `--surface`. */
  readonly label: string;
  /** The part before `=`. */
  readonly name: string;
  /** The part after `=`. */
  readonly value: string;
}

/**
 * Reads `NAME=VALUE`.
 *
 * @param label What to call it in a message.
 * @param text The text.
 * @returns Its parts.
 * @throws {PanalError} `config_invalid` if there is no `=` with something on both sides.
 */
export function parseNamedSetting(label: string, text: string): NamedSetting {
  const at = text.indexOf("=");
  if (at < 1 || at === text.length - 1) {
    throw configError(`${label} takes NAME=VALUE, not ${quote(text)}`);
  }
  return { label, name: text.slice(0, at), value: text.slice(at + 1) };
}

/**
 * Reads `HOST:PORT`.
 *
 * @param label What to call it in a message.
 * @param text The text; an IPv6 address stands in brackets.
 * @returns The address.
 * @throws {PanalError} `config_invalid` if the text is something else.
 *
 * @example Usage
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 *
 * deepStrictEqual(parseListenAddress("--http", "[::1]:8080"), { hostname: "::1", port: 8080 });
 * ```
 */
export function parseListenAddress(label: string, text: string): ListenAddress {
  const parts = splitAddress(text);
  if (parts === undefined || parts.ports.length !== 1) {
    throw configError(
      `${label} takes HOST:PORT, e.g. 127.0.0.1:8080, not ${quote(text)}`,
    );
  }
  return { hostname: parts.hostname, port: parts.ports[0] ?? 0 };
}

function splitAddress(
  text: string,
): { hostname: string; ports: number[] } | undefined {
  const match =
    /^(?:\[([0-9A-Fa-f:.]{2,45})\]|([A-Za-z0-9.-]{1,253})):([0-9]{1,5})(?:-([0-9]{1,5}))?$/
      .exec(text);
  if (match === null) return undefined;
  const [, six, hostname, first, last] = match;
  const from = Number(first);
  const to = last === undefined ? from : Number(last);
  const count = to - from + 1;
  if (to > 65_535 || count < 1 || count > SURFACE_PORTS_MAX) return undefined;
  if (last !== undefined && from === 0) return undefined;
  return {
    hostname: six ?? hostname ?? "",
    ports: Array.from({ length: count }, (_, i) => from + i),
  };
}

/**
 * The surfaces of a node that is given these settings.
 *
 * @param node The node's roles, and the number of its pump if it is one.
 * @param settings `NAME=off`, `NAME=on` and `NAME=HOST:PORT`, all of one name from one source.
 * @returns Listeners by surface, without those that are off.
 * @throws {PanalError} `config_invalid` if a surface is unknown or of a role that the node has not, or if its address
 * cannot be read.
 */
export function resolveSurfaces(
  node: SurfaceNode,
  settings: readonly NamedSetting[],
): Record<string, readonly SurfaceListener[]> {
  const surfaces: Record<string, readonly SurfaceListener[]> = {};
  for (const [name, { roles: owners, offByDefault }] of SURFACES) {
    const own = settings.filter((it) => it.name === name);
    const standard = offByDefault !== true &&
      owners.some((it) => node.roles.includes(it));
    if (own.length === 0 && standard) surfaces[name] = [onDefault(name, node)];
    if (own.length === 0 || own.every(({ value }) => value === "off")) continue;
    surfaces[name] = readListeners(name, own, node);
  }
  for (const { label, name } of settings) {
    if (!SURFACES.has(name)) throw unknownName(label, name, SURFACES.keys());
  }
  return surfaces;
}

function unknownName(label: string, name: string, known: Iterable<string>) {
  const names = [...known];
  const near = nearest(name, names);
  const hint = near === undefined
    ? `there are ${names.join(", ")}`
    : `use ${near}`;
  return configError(`${label}: there is no ${quote(name)}: ${hint}`);
}

function onDefault(
  name: string,
  { pump, roles, fleetPorts = [] }: SurfaceNode,
): SurfaceListener {
  const { ports: usual = [], officePorts, perPump, fleetShift } =
    SURFACES.get(name) ?? {};
  if (fleetShift !== undefined) {
    const ports = fleetPorts.map((port) => port + fleetShift);
    return { hostname: "127.0.0.1", ports, explicit: false };
  }
  const ports = roles.includes("office") ? officePorts ?? usual : usual;
  const shift = perPump === true ? pump ?? 0 : 0;
  return {
    hostname: "127.0.0.1",
    ports: ports.map((port) => port + shift),
    explicit: false,
  };
}

function readListeners(
  name: string,
  settings: readonly NamedSetting[],
  node: SurfaceNode,
): SurfaceListener[] {
  const { roles } = node;
  const { roles: owners = [] } = SURFACES.get(name) ?? {};
  const label = settings[0]?.label ?? "";
  if (!owners.some((it) => roles.includes(it))) {
    throw configError(
      `${label}: ${name} belongs to the role ${owners.join(" or ")}: run ${
        [...roles, owners[0]].join("+")
      }, or leave it out`,
    );
  }
  if (settings.some(({ value }) => value === "off")) {
    throw configError(`${label}: ${name} is both off and on: leave one out`);
  }
  if (settings.length > SURFACE_LISTENERS_MAX) {
    throw configError(
      `${label}: ${name} has more than ${SURFACE_LISTENERS_MAX} listeners`,
    );
  }
  return settings.map(({ label, value }) => {
    if (value === "on") {
      checkFleet({ label, name, value }, node);
      return onDefault(name, node);
    }
    const address = splitAddress(value);
    if (address !== undefined) {
      checkFleet({ label, name, value }, node, address);
      return { ...address, explicit: true };
    }
    throw configError(
      `${label} takes ${name}=HOST:PORT (or off, on, HOST:A-B), not ${
        quote(value)
      }`,
    );
  });
}

/** Refuses addresses that others reach, a station without a place, and ports that are another station's. */
function checkFleet(
  { label, name }: NamedSetting,
  { fleetPorts = [], isChargingOpen = false }: SurfaceNode,
  address?: { readonly hostname: string; readonly ports: readonly number[] },
): void {
  const { loopbackOnly, loopbackUnlessOpen, fleetShift } = SURFACES.get(name) ??
    {};
  const host = address?.hostname ?? "127.0.0.1";
  if (loopbackOnly === true && !isLoopback(host)) {
    throw configError(
      `${label}: ${name} has neither passwords nor encryption, so it listens on this machine alone: use 127.0.0.1 instead of ${
        quote(host)
      }`,
    );
  }
  if (loopbackUnlessOpen === true && !isChargingOpen && !isLoopback(host)) {
    throw configError(
      `${label}: ${name} asks nobody who he is, and whoever reaches it commands charging points and gets their keys: use 127.0.0.1 instead of ${
        quote(host)
      }, or add --charging-open if nobody else reaches that address`,
    );
  }
  if (fleetShift === undefined) return;
  const [first] = fleetPorts;
  if (first === undefined) {
    throw configError(
      `${label}: ${name} needs to know which station this is: add --fleet-province P --fleet-station S, e.g. --fleet-province 3 --fleet-station 5`,
    );
  }
  const from = first + fleetShift;
  const foreign = address?.ports.find((port) =>
    port !== 0 && (port < from || port >= from + FLEET_PUMPS)
  );
  if (foreign === undefined) return;
  throw configError(
    `${label}: ${foreign} is no port of this station for ${name}: they are ${from} to ${
      from + FLEET_PUMPS - 1
    }`,
  );
}

/**
 * Whether an address reaches this machine alone.
 *
 * @param hostname An IP address or name; IPv6 without brackets.
 * @returns True for `localhost`, `127.*` and `::1`.
 */
export function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "::1" ||
    /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(hostname);
}

/**
 * The original programs that a node serves as a client.
 *
 * @param settings `NAME=URL`.
 * @returns URLs by surface.
 * @throws {PanalError} `config_invalid` if a name is unknown or not in this version, or an address cannot be read.
 */
export function resolveDial(
  settings: readonly NamedSetting[],
): Record<string, readonly string[]> {
  const dial: Record<string, readonly string[]> = {};
  for (const { label, name, value } of settings) {
    if (!DIALED.has(name)) throw unknownName(label, name, DIALED);
    const readAddress = DIAL_ADDRESSES[name];
    if (readAddress === undefined) {
      throw configError(
        `${label}: ${name} is not available in this version: leave it out`,
      );
    }
    dial[name] = [...dial[name] ?? [], readAddress(label, value)];
  }
  return dial;
}

/**
 * Reads an `http` or `https` address.
 *
 * @param label What to call it in a message.
 * @param text The text.
 * @returns The address without a slash at the end.
 * @throws {PanalError} `config_invalid` if the text is something else.
 */
export function parseHttpUrl(label: string, text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (
    url === undefined || !/^https?:$/.test(url.protocol) || text.length > 1024
  ) {
    throw configError(
      `${label} takes an address such as http://127.0.0.1:8000, not ${
        quote(text)
      }`,
    );
  }
  return url.href.replace(/\/+$/, "");
}

/** A listener and who it is for. */
interface Claim extends ListenAddress {
  readonly transport: "tcp" | "udp";
  readonly owner: string;
}

/**
 * Refuses two listeners on one port.
 *
 * @param http Where the native API listens.
 * @param surfaces Listeners by surface.
 * @throws {PanalError} `config_invalid` that names both.
 */
export function checkCollisions(
  http: ListenAddress,
  surfaces: Readonly<Record<string, readonly SurfaceListener[]>>,
): void {
  const claims: Claim[] = [{ ...http, transport: "tcp", owner: "--http" }];
  for (const [name, listeners] of Object.entries(surfaces)) {
    for (const { hostname, ports } of listeners) {
      const { transport = "tcp", isDialed } = SURFACES.get(name) ?? {};
      if (isDialed === true) continue;
      claims.push(
        ...ports.map((port) => ({ hostname, port, transport, owner: name })),
      );
    }
  }
  // A port of UDP meets none of TCP.
  const byPort = Map.groupBy(
    claims.filter(({ port }) => port !== 0),
    ({ port, transport }) => `${transport} ${port}`,
  );
  for (const same of byPort.values()) {
    const pair = findPair(same);
    if (pair === undefined) continue;
    const [first, second] = pair;
    const { port } = first;
    throw configError(
      `${first.owner} and ${second.owner} both listen on ${first.hostname}:${port}: move one, e.g. with --surface ${second.owner}=127.0.0.1:${
        port < 60_000 ? port + 100 : port - 100
      }`,
    );
  }
}

function findPair(claims: readonly Claim[]): [Claim, Claim] | undefined {
  for (const [i, first] of claims.entries()) {
    const second = claims.slice(i + 1).find((it) => meet(first, it));
    if (second !== undefined) return [first, second];
  }
  return undefined;
}

function meet(a: Claim, b: Claim): boolean {
  const [one, other] = [a, b].map(({ hostname }) =>
    hostname === "localhost" ? "127.0.0.1" : hostname
  );
  const everywhere = ["0.0.0.0", "::"];
  return one === other || everywhere.includes(one ?? "") ||
    everywhere.includes(other ?? "");
}
