/**
 * The settings of one node, from the command line, the environment and a settings file. Pure: who calls reads the
 * environment and the file.
 *
 * @module
 */
import {
  CHARGING_OPTIONS,
  type ChargingConfig,
  readCharging,
} from "./charging_config.ts";
import { isTimezone, parseSiteCode, type SiteCode } from "../crdt/mod.ts";
import {
  type BranchSyncSettings,
  readBranchSync,
} from "./branch_sync/branch_sync_settings.ts";
import { PUSH_TARGETS_MAX } from "./branch_sync/push_target.ts";
import {
  checkFleetDial,
  FLEET_OPTIONS,
  type FleetConfig,
  fleetPorts,
  readFleet,
} from "./fleet_config.ts";
import {
  FORECOURT_OPTIONS,
  type ForecourtConfig,
  readForecourt,
} from "./forecourt_config.ts";
import { OCPP_OPTIONS, type OcppConfig, readOcpp } from "./ocpp_config.ts";
import {
  configError,
  type OptionKinds,
  parseOptions,
  quote,
} from "./option_parser.ts";
import { parsePageOrigins } from "./page_origins.ts";
import {
  readWatching,
  WATCH_OPTIONS,
  type WatchConfig,
} from "./metering/watch_config.ts";
import type { LogLevel } from "./ports.ts";
import { type PumpSettings, readPumpSettings } from "./pump_settings.ts";
import { isSiteRole, parseRoles, type Role } from "./roles.ts";
import { parseSettings, type SettingsFile } from "./settings_file.ts";
import { readSinks, type SinkAddress } from "./sinks/sink_settings.ts";
import {
  checkCollisions,
  type ListenAddress,
  type NamedSetting,
  parseHttpUrl,
  parseListenAddress,
  parseNamedSetting,
  resolveDial,
  resolveSurfaces,
  type SurfaceListener,
} from "./surfaces.ts";

/** Settings of one node. */
export interface NodeConfig {
  /** What it does; at least one. */
  readonly roles: readonly Role[];
  /** Its site; null only for mesh-wide roles. */
  readonly site: SiteCode | null;
  /** Its region: 1 to 12 letters and digits; never null for the role region. */
  readonly region: string | null;
  /** Its companies: numbers as text, or `all` alone; at least one for the role company. */
  readonly companies: readonly string[];
  /** Its pump, 1 to 9999; never null for the role pump. */
  readonly pump: number | null;
  /** More of the role pump; null without it. */
  readonly pumpSettings: PumpSettings | null;
  /** Where it keeps everything. */
  readonly dataDir: string;
  /** Multiaddrs to listen on. */
  readonly listen: readonly string[];
  /** Multiaddrs to dial. */
  readonly peers: readonly string[];
  /** Whether it looks for peers on the local network. */
  readonly mdns: boolean;
  /** Where the native API listens; `explicit` if a setting says so. */
  readonly http: ListenAddress & { readonly explicit: boolean };
  /** Listeners by compatibility surface; what is off is absent. */
  readonly surfaces: Readonly<Record<string, readonly SurfaceListener[]>>;
  /** Origins of pages that may use them, besides those that the original programs allow. */
  readonly pageOrigins: readonly string[];
  /** URLs of original programs that this node serves as a client, by surface. */
  readonly dial: Readonly<Record<string, readonly string[]>>;
  /** The original central to tell of sales, without a slash at the end. */
  readonly notifyUrl: string | null;
  /** Branch id of `inventory-branch`, if it was set. */
  readonly branchId?: string;
  /** PEM files for HTTPS. */
  readonly tls?: { readonly certFile: string; readonly keyFile: string };
  /** The invitation to a mesh. Secret: never log it. */
  readonly joinToken?: string;
  /** IANA time zone of the site. */
  readonly timezone: string;
  /** ISO 4217 code of the site's currency. */
  readonly currency: string;
  /** How a station treats its pumps. */
  readonly forecourt: ForecourtConfig;
  /** How it treats charging points. */
  readonly charging: ChargingConfig;
  /** Which station it is to fleet cards. */
  readonly fleet: FleetConfig;
  /** How it treats chargers that speak OCPP. */
  readonly ocpp: OcppConfig;
  /** How it takes part in the synchronisation of older branch software. */
  readonly branchSync: BranchSyncSettings;
  /** Who may watch it. */
  readonly watching: WatchConfig;
  /** Where its facts and views go besides. Secret: they may hold passwords. */
  readonly sinks: readonly SinkAddress[];
  /** How log lines look. */
  readonly logFormat: "text" | "json";
  /** The least important lines that are logged. */
  readonly logLevel: LogLevel;
}

/** Environment variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** What the command line asks for. */
export type RunRequest =
  | { readonly kind: "help" }
  | {
    readonly kind: "run";
    /** What was given on the command line. */
    readonly flags: ReadonlyMap<string, readonly string[]>;
    /** The settings file to read, if one is named. */
    readonly settingsPath: string | undefined;
  };

/** The options of `run`. */
export const RUN_OPTIONS: OptionKinds = {
  "site": "one",
  "company": "many",
  "region": "one",
  "pump": "one",
  "pump-name": "one",
  "flow-ml-per-second": "one",
  "data": "one",
  "notify": "one",
  "branch-id": "one",
  "listen": "many",
  "peer": "many",
  "no-mdns": "flag",
  "http": "one",
  "surface": "many",
  "allow-origin": "many",
  "dial": "many",
  "tls-cert": "one",
  "tls-key": "one",
  "join": "one",
  "timezone": "one",
  "currency": "one",
  ...FORECOURT_OPTIONS,
  ...CHARGING_OPTIONS,
  ...FLEET_OPTIONS,
  ...OCPP_OPTIONS,
  ...WATCH_OPTIONS,
  "sink": "many",
  "log-format": "one",
  "log-level": "one",
  "config": "one",
};

const DEFAULTS = {
  listen: "/ip4/0.0.0.0/tcp/0",
  http: "127.0.0.1:8080",
  timezone: "America/Lima",
  currency: "PEN",
};

const LIST_MAX = 1024;

/**
 * Reads the arguments of `run`.
 *
 * @param args What stands behind `run`.
 * @param env The environment: `PANAL_CONFIG` may name the settings file.
 * @returns What is asked for; pass it to `resolveConfig`.
 * @throws {PanalError} `config_invalid` for an unknown option or a missing value.
 */
export function parseRunArgs(
  args: readonly string[],
  env: Environment,
): RunRequest {
  const { words, values, help } = parseOptions(args, RUN_OPTIONS);
  if (help) return { kind: "help" };
  const [role, extra] = words;
  if (extra !== undefined) {
    throw configError(
      `${quote(extra)} is one word too many: join several roles by +`,
    );
  }
  const flags = new Map(values);
  if (role !== undefined) flags.set("role", [role]);
  const settingsPath = flags.get("config")?.[0] ??
    (env["PANAL_CONFIG"] || undefined);
  return { kind: "run", flags, settingsPath };
}

/** What settings are made of. */
export interface ConfigSources {
  /** Environment variables. */
  readonly env: Environment;
  /** The settings file that the request names. */
  readonly settings?: SettingsFile;
}

/**
 * Settings of one node: an option wins over a `PANAL_*` variable, which wins over the settings file.
 *
 * @param request What the command line asks for.
 * @param sources Environment and settings file.
 * @returns The settings, complete and checked.
 * @throws {PanalError} `config_invalid` with one line that says what to do.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * const request = parseRunArgs(["branch", "--site", "CUS"], {});
 * if (request.kind === "run") {
 *   const config = resolveConfig(request, { env: {} });
 *   strictEqual(config.dataDir, "./data/branch-CUS");
 * }
 * ```
 */
export function resolveConfig(
  request: RunRequest & { readonly kind: "run" },
  sources: ConfigSources,
): NodeConfig {
  const chosen = createChooser(request, sources);
  const roles = parseRoles(
    chosen.one("role")?.value ?? missingRole(),
  );
  const place = readPlace(roles, chosen);
  const http = chosen.one("http");
  const fleet = readFleet(roles, chosen.one, { refuseForeign });
  const charging = readCharging(roles, chosen.one, {
    refuseForeign,
    readSwitch,
  });
  const surfaces = resolveSurfaces(
    {
      roles,
      pump: place.pump,
      fleetPorts: fleetPorts(fleet),
      isChargingOpen: charging.isOpen,
    },
    chosen.named("surface"),
  );
  const network = readNetwork(chosen);
  const notices = readNotices(roles, chosen);
  const config = {
    roles,
    ...place,
    pumpSettings: readPumpSettings({
      roles,
      pump: place.pump,
      one: chosen.one,
      dialed: notices.dial["forecourt-pumps"] ?? [],
      env: sources.env,
    }),
    dataDir: chosen.one("data")?.value ?? defaultFolder(roles, place),
    ...network,
    http: {
      ...parseListenAddress(
        http?.label ?? "--http",
        http?.value ?? DEFAULTS.http,
      ),
      explicit: http !== undefined,
    },
    surfaces,
    charging,
    pageOrigins: parsePageOrigins(chosen.many("allow-origin")),
    ...notices,
    ...readTls(chosen),
    ...readLocale(chosen),
    fleet,
    ocpp: readOcpp(roles, chosen.one, { refuseForeign }),
    forecourt: readForecourt(roles, chosen.one, { refuseForeign, readSwitch }),
    branchSync: readBranchSync(roles, chosen.one("branch-sync")),
    watching: readWatching(chosen.one, { readSwitch }),
    sinks: readSinks(chosen.many("sink"), sources.env),
    ...readLogging(chosen),
  };
  checkCollisions(config.http, surfaces);
  checkFleetDial(roles, config);
  return config;
}

function missingRole(): never {
  throw configError(
    "Name a role, e.g. run branch --site CUS (--help lists the roles)",
  );
}

/** A value and what to call its source in a message. */
interface Chosen {
  readonly label: string;
  readonly value: string;
  /** True if it stands on the command line. */
  readonly flag: boolean;
}

/** Finds the value of an option in the first source that has one. */
interface Chooser {
  one(name: string): Chosen | undefined;
  many(name: string): Chosen[];
  named(name: string): NamedSetting[];
}

interface Source {
  readonly flag: boolean;
  label(name: string): string;
  values(name: string): readonly string[] | undefined;
}

function createChooser(
  request: RunRequest & { readonly kind: "run" },
  { env, settings }: ConfigSources,
): Chooser {
  const file = settings === undefined ? undefined : parseSettings(settings);
  const path = settings === undefined ? "" : quote(settings.path);
  const sources: readonly Source[] = [
    {
      flag: true,
      label: (name) => name === "role" ? "ROLE" : `--${name}`,
      values: (name) => request.flags.get(name),
    },
    {
      flag: false,
      label: variableName,
      values: (name) => splitVariable(name, env[variableName(name)]),
    },
    {
      flag: false,
      label: (name) => OTHER_VARIABLES[name] ?? name,
      values: (name) => splitVariable(name, env[OTHER_VARIABLES[name] ?? ""]),
    },
    {
      flag: false,
      label: (name) => `${quote(name)} in ${path}`,
      values: (name) => file?.get(name),
    },
  ];
  const all = (source: Source, name: string): Chosen[] => {
    const values = source.values(name) ?? [];
    const label = source.label(name);
    if (values.length > LIST_MAX) {
      throw configError(`${label} is given more than ${LIST_MAX} times`);
    }
    return values.map((value) => ({ label, value, flag: source.flag }));
  };
  const many = (name: string): Chosen[] =>
    sources.map((source) => all(source, name)).find((it) => it.length > 0) ??
      [];
  return {
    one: (name) => many(name)[0],
    many,
    named: (name) => {
      const settled = new Set<string>();
      return sources.flatMap((source) => {
        const found = all(source, name).map(({ label, value }) =>
          parseNamedSetting(label, value)
        ).filter((it) => !settled.has(it.name));
        for (const it of found) settled.add(it.name);
        return found;
      });
    },
  };
}

/** Variables that installed branch and pump software reads. */
const OTHER_VARIABLES: Readonly<Record<string, string>> = {
  "notify": "CENTRAL_API_URL",
  "branch-id": "BRANCH_ID",
  "pump": "ID_SURTIDOR",
  "pump-name": "NOMBRE_SURTIDOR",
};

function variableName(option: string): string {
  return `PANAL_${option.toUpperCase().replaceAll("-", "_")}`;
}

function splitVariable(
  name: string,
  text: string | undefined,
): readonly string[] | undefined {
  const value = text?.trim();
  if (!value) return undefined;
  // One sink may have several brokers.
  const between = name === "sink" ? /\s+/ : /[\s,]+/;
  return RUN_OPTIONS[name] === "many"
    ? value.split(between).filter((it) => it !== "")
    : [value];
}

/** Where in the business a node stands. */
type Place = Pick<NodeConfig, "site" | "region" | "companies" | "pump">;

function readPlace(roles: readonly Role[], chosen: Chooser): Place {
  const [siteText, regionText, pumpText] = ["site", "region", "pump"].map((
    name,
  ) => chosen.one(name));
  const site = siteText === undefined ? null : readSite(siteText);
  const region = regionText === undefined ? null : readRegion(regionText);
  const companies = readCompanies(chosen.many("company"));
  const needy = roles.find(isSiteRole);
  if (site === null && needy !== undefined) {
    throw configError(
      `The role ${needy} needs a site: add --site CODE, e.g. --site CUS`,
    );
  }
  if (region === null && roles.includes("region")) {
    throw configError(
      "The role region needs its id: add --region ID, e.g. --region 0",
    );
  }
  if (companies.length === 0 && roles.includes("company")) {
    throw configError(
      "The role company needs its ids: add --company ID, e.g. --company 99, or --company all",
    );
  }
  return { site, region, companies, pump: readPump(roles, pumpText) };
}

function readSite({ label, value }: Chosen): SiteCode {
  const site = parseSiteCode(value);
  if (site !== undefined) return site;
  throw configError(
    `${label} takes 2 to 12 letters and digits, not ${quote(value)}`,
  );
}

function readRegion({ label, value }: Chosen): string {
  if (isRegion(value)) return value;
  throw configError(
    `${label} takes 1 to 12 letters and digits, not ${quote(value)}`,
  );
}

/**
 * Whether a text is a region's id.
 *
 * @param text Any text.
 * @returns True for 1 to 12 letters and digits.
 */
export function isRegion(text: string): boolean {
  return /^[A-Za-z0-9]{1,12}$/.test(text);
}

/**
 * Reads company ids.
 *
 * @param label What to call them in a message.
 * @param texts Ids, also several joined by commas.
 * @returns Each once; `all` stands alone.
 * @throws {PanalError} `config_invalid` if one is no number of 1 to 10 digits, or `all` is mixed with others.
 */
export function parseCompanies(
  label: string,
  texts: readonly string[],
): string[] {
  const ids = texts.flatMap((it) => it.split(",")).map((it) => it.trim());
  for (const id of ids) {
    if (!/^(all|0|[1-9][0-9]{0,9})$/.test(id)) {
      throw configError(
        `${label} takes numbers joined by commas, or all, not ${quote(id)}`,
      );
    }
  }
  const unique = [...new Set(ids)];
  if (unique.length > 1 && unique.includes("all")) {
    throw configError(`${label} takes either numbers or all, not both`);
  }
  return unique;
}

function readCompanies(chosen: readonly Chosen[]): string[] {
  const label = chosen[0]?.label ?? "--company";
  return parseCompanies(label, chosen.map(({ value }) => value));
}

const PUMP_MAX = 9999;

function readPump(
  roles: readonly Role[],
  chosen: Chosen | undefined,
): number | null {
  const isPump = roles.includes("pump");
  if (chosen === undefined) {
    if (!isPump) return null;
    throw configError(
      "The role pump needs its number: add --pump N, e.g. --pump 1",
    );
  }
  refuseForeign(roles, "pump", chosen);
  const { label, value } = chosen;
  const pump = /^[0-9]{1,4}$/.test(value) ? Number(value) : 0;
  if (pump >= 1) return isPump ? pump : null;
  throw configError(
    `${label} takes a number from 1 to ${PUMP_MAX}, not ${quote(value)}`,
  );
}

/** A variable or a file may be shared by several nodes; an option that has no effect is a mistake. */
function refuseForeign(
  roles: readonly Role[],
  role: Role,
  { label, flag }: Chosen,
): void {
  if (!flag || roles.includes(role)) return;
  throw configError(
    `${label} is for the role ${role}: run ${
      [...roles, role].join("+")
    }, or leave it out`,
  );
}

function defaultFolder(roles: readonly Role[], place: Place): string {
  const { site, region, companies, pump } = place;
  const atSite = site !== null &&
    (roles.some(isSiteRole) || roles.every((it) => it === "office"));
  const where = atSite
    ? [site]
    : roles.includes("company")
    ? companies
    : roles.includes("region") && region !== null
    ? [region]
    : [];
  const number = pump === null ? [] : [String(pump)];
  return `./data/${[roles.join("+"), ...where, ...number].join("-")}`;
}

const MULTIADDR =
  /^\/(ip4\/[0-9.]{7,15}|ip6\/[0-9A-Fa-f:.]{2,45}|dns[46]?\/[A-Za-z0-9.-]{1,253})\/tcp\/([0-9]{1,5})(\/p2p\/[1-9A-HJ-NP-Za-km-z]{46,64})?$/;

function readMultiaddrs(chosen: readonly Chosen[], example: string): string[] {
  for (const { label, value } of chosen) {
    const port = Number(MULTIADDR.exec(value)?.[2] ?? NaN);
    if (!(port <= 65_535)) {
      throw configError(
        `${label} takes a multiaddr such as ${example}, not ${quote(value)}`,
      );
    }
  }
  return [...new Set(chosen.map(({ value }) => value))];
}

function readNetwork(
  chosen: Chooser,
): Pick<NodeConfig, "listen" | "peers" | "mdns" | "joinToken"> {
  const listen = readMultiaddrs(chosen.many("listen"), DEFAULTS.listen);
  const quiet = chosen.one("no-mdns");
  const join = chosen.one("join")?.value.trim();
  return {
    listen: listen.length > 0 ? listen : [DEFAULTS.listen],
    peers: readMultiaddrs(chosen.many("peer"), "/ip4/192.168.1.5/tcp/4001"),
    mdns: quiet === undefined || !readSwitch(quiet),
    ...(join ? { joinToken: join } : {}),
  };
}

function readSwitch({ label, value }: Chosen): boolean {
  if (/^(1|true|yes|on)$/i.test(value)) return true;
  if (/^(0|false|no|off)$/i.test(value)) return false;
  throw configError(`${label} takes true or false, not ${quote(value)}`);
}

function readNotices(
  roles: readonly Role[],
  chosen: Chooser,
): Pick<NodeConfig, "dial" | "notifyUrl" | "branchId"> {
  const notify = chosen.one("notify");
  const branchId = chosen.one("branch-id");
  for (const it of [notify, branchId]) {
    if (it !== undefined) refuseForeign(roles, "branch", it);
  }
  const dial = resolveDial(chosen.named("dial"));
  if (new Set(dial["branch-sync"]).size > PUSH_TARGETS_MAX) {
    throw configError(
      `--dial branch-sync takes at most ${PUSH_TARGETS_MAX} centrals`,
    );
  }
  const central = dial["inventory-central"] ?? [];
  if (!roles.includes("branch")) {
    if (central.length === 0) return { dial, notifyUrl: null };
    throw configError(
      `--dial inventory-central is for the role branch: run ${
        [...roles, "branch"].join("+")
      }, or leave it out`,
    );
  }
  const urls = new Set(central);
  if (notify !== undefined) urls.add(parseHttpUrl(notify.label, notify.value));
  if (urls.size > 1) {
    throw configError(
      "A branch tells one original central of its sales: leave all but one of --notify and --dial inventory-central out",
    );
  }
  const [notifyUrl = null] = urls;
  return {
    dial,
    notifyUrl,
    ...(branchId === undefined ? {} : { branchId: readBranchId(branchId) }),
  };
}

function readBranchId({ label, value }: Chosen): string {
  // deno-lint-ignore no-control-regex -- control characters are what is refused
  if (/^[^\u0000-\u001f\u007f]{1,64}$/u.test(value)) return value;
  throw configError(
    `${label} takes 1 to 64 printable characters, not ${quote(value)}`,
  );
}

function readTls(chosen: Chooser): Pick<NodeConfig, "tls"> {
  const cert = chosen.one("tls-cert");
  const key = chosen.one("tls-key");
  if (cert === undefined && key === undefined) return {};
  if (cert === undefined || key === undefined) {
    const [has, lacks] = cert === undefined
      ? [key?.label, "--tls-cert"]
      : [cert.label, "--tls-key"];
    throw configError(`${has} works only with a second file: add ${lacks}`);
  }
  return { tls: { certFile: cert.value, keyFile: key.value } };
}

function readLocale(
  chosen: Chooser,
): Pick<NodeConfig, "timezone" | "currency"> {
  const timezone = chosen.one("timezone");
  const currency = chosen.one("currency");
  if (timezone !== undefined && !isTimezone(timezone.value)) {
    throw configError(
      `${timezone.label} takes the name of a time zone such as ${DEFAULTS.timezone}, not ${
        quote(timezone.value)
      }`,
    );
  }
  if (currency !== undefined && !/^[A-Z]{3}$/.test(currency.value)) {
    throw configError(
      `${currency.label} takes a currency code such as ${DEFAULTS.currency}, not ${
        quote(currency.value)
      }`,
    );
  }
  return {
    timezone: timezone?.value ?? DEFAULTS.timezone,
    currency: currency?.value ?? DEFAULTS.currency,
  };
}

const LOG_FORMATS: readonly NodeConfig["logFormat"][] = ["text", "json"];
const LOG_LEVELS: readonly LogLevel[] = ["debug", "info", "warn", "error"];

function readLogging(
  chosen: Chooser,
): Pick<NodeConfig, "logFormat" | "logLevel"> {
  return {
    logFormat: readWord(chosen.one("log-format"), LOG_FORMATS) ?? "text",
    logLevel: readWord(chosen.one("log-level"), LOG_LEVELS) ?? "info",
  };
}

function readWord<T extends string>(
  chosen: Chosen | undefined,
  words: readonly T[],
): T | undefined {
  if (chosen === undefined) return undefined;
  const word = words.find((it) => it === chosen.value);
  if (word !== undefined) return word;
  throw configError(
    `${chosen.label} takes ${words.join(" or ")}, not ${quote(chosen.value)}`,
  );
}
