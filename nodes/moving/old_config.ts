/**
 * The configuration file of the older branch software, read into settings of a node. What concerns its database is never
 * looked at: a password stays where it is.
 *
 * @module
 */
import { z } from "zod";
import { parseSiteCode } from "../../crdt/mod.ts";
import { configError, quote } from "../option_parser.ts";

/** Longest configuration file, in characters. */
export const OLD_CONFIG_LENGTH_MAX = 1024 * 1024;

/** What the shop is called on receipts; fields that the file does not have are left out. */
export interface OldBusiness {
  /** Its name. */
  readonly name?: string;
  /** Its RUC, the number under which it is taxed. */
  readonly ruc?: string;
  /** Its address. */
  readonly address?: string;
  /** Its telephone. */
  readonly phone?: string;
}

/** What a configuration file says. */
export interface MovedConfig {
  /** A settings file for `--config`: the options by their names. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** The shop's own data, which stands in the mesh and not in a file; null if the file has none. */
  readonly business: OldBusiness | null;
  /** What a person should know, one sentence each. */
  readonly notes: readonly string[];
}

const TEXT = z.string().trim().min(1).max(500).nullish().catch(undefined);
const FLAG = z.boolean().nullish().catch(undefined);
const COUNT = z.int().min(1).nullish().catch(undefined);
const PORT = z.int().min(1).max(65_535).nullish().catch(undefined);

// Only these fields are read; `base_datos` is not among them.
const OLD_CONFIG = z.object({
  tipo: TEXT,
  "sucursal_instalacion": TEXT,
  "nombre_sucursal": TEXT,
  "servidor_app": part({ puerto: PORT, host: TEXT }),
  "servidor_central": part({ host: TEXT, puerto: PORT, habilitado: FLAG }),
  sincronizacion: part({
    automatica: FLAG,
    hora: TEXT,
    "intervalo_minutos": COUNT,
  }),
  negocio: part({
    "nombre_empresa": TEXT,
    ruc: z.union([z.string(), z.number()]).transform(String).pipe(
      z.string().regex(/^[0-9]{11}$/),
    ).nullish().catch(undefined),
    direccion: TEXT,
    telefono: TEXT,
  }),
});
type OldConfig = z.output<typeof OLD_CONFIG>;

/** A part of the file, empty where it is missing or no object. */
function part<T extends z.ZodRawShape>(shape: T) {
  return z.object(shape).partial().nullish().catch(undefined);
}

/** Default ports of the original software, by what it is. */
const PORTS = { CENTRAL: 3000, SUCURSAL: 3002 };
const NATIVE_PORT = 8080;
const CENTRAL_PORT = 3000;
const LOOPBACK = new Set(["localhost", "127.0.0.1", "::1"]);
const TIME = /^([01]?[0-9]|2[0-3]):([0-5][0-9])$/;

/**
 * Reads a configuration file.
 *
 * @param text The file's text.
 * @returns Settings and what else it says.
 * @throws {PanalError} `config_invalid` if it is no JSON object, or does not say which branch it is of. No message
 * repeats what the file holds beyond a branch's code and type.
 *
 * @example Usage
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 *
 * const { settings } = readOldConfig('{"tipo":"SUCURSAL","sucursal_instalacion":"ABA","base_datos":{"password":"x"}}');
 * deepStrictEqual(settings["site"], "ABA");
 * ```
 */
export function readOldConfig(text: string): MovedConfig {
  const old = parse(text);
  const site = siteOf(old);
  const central = isCentral(old);
  const notes: string[] = [];
  const dial = dialOf(old, central, notes);
  const name = old.nombre_sucursal ?? undefined;
  const settings = {
    role: central ? "branch+office" : "branch",
    site,
    ...nativeOf(old),
    surface: {
      "branch-sync": listenOf(old, central, notes),
      "inventory-branch": "off",
      ...(central ? { "inventory-central": "off" } : {}),
    },
    ...(dial === undefined ? {} : { dial: { "branch-sync": dial } }),
    "branch-sync": {
      ...(name === undefined
        ? {}
        : { branches: { [site]: { name: name.slice(0, 100) } } }),
      ...(dial === undefined ? {} : { schedule: scheduleOf(old, notes) }),
    },
  };
  return { settings, business: businessOf(old), notes };
}

function parse(text: string): OldConfig {
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\ufeff/, ""));
  } catch {
    throw configError("The configuration file is not JSON");
  }
  const parsed = OLD_CONFIG.safeParse(value);
  if (parsed.success) return parsed.data;
  throw configError("The configuration file must hold one JSON object");
}

function siteOf(old: OldConfig): string {
  const code = old.sucursal_instalacion ?? undefined;
  if (code === undefined) {
    throw configError(
      `The configuration file does not say "sucursal_instalacion", the code of its branch`,
    );
  }
  const site = parseSiteCode(code.toUpperCase());
  if (site !== undefined) return site;
  throw configError(
    `"sucursal_instalacion" is a code of 2 to 12 letters and digits, not ${
      quote(code)
    }`,
  );
}

function isCentral({ tipo }: OldConfig): boolean {
  const text = tipo?.toUpperCase() ?? "SUCURSAL";
  if (text === "CENTRAL" || text === "SUCURSAL") return text === "CENTRAL";
  throw configError(
    `"tipo" is CENTRAL or SUCURSAL, not ${quote(tipo ?? "")}`,
  );
}

/** Where the screens and branches find it: the address stays what it was. */
function listenOf(
  { servidor_app: app }: OldConfig,
  central: boolean,
  notes: string[],
): string {
  const port = app?.puerto ?? (central ? PORTS.CENTRAL : PORTS.SUCURSAL);
  const host = app?.host ?? "localhost";
  const loopback = LOOPBACK.has(host.toLowerCase());
  const known = loopback || /^[A-Za-z0-9.-]{1,253}$/.test(host);
  if (!known) {
    notes.push(
      `"servidor_app.host" cannot be read: the node listens on this machine alone, see "surface" in the settings.`,
    );
  }
  if (!loopback && known && !central) {
    notes.push(
      "Screens of other machines must sign in now; those of this machine work as before.",
    );
  }
  return `${loopback || !known ? "127.0.0.1" : host}:${port}`;
}

/** The native interface stays out of the way of the port that the original used. */
function nativeOf({ servidor_app: app }: OldConfig): { http?: string } {
  return app?.puerto === NATIVE_PORT
    ? { http: `127.0.0.1:${NATIVE_PORT + 1}` }
    : {};
}

function dialOf(
  { servidor_central: server }: OldConfig,
  central: boolean,
  notes: string[],
): string | undefined {
  if (central || server?.habilitado !== true) return undefined;
  const host = server.host ?? undefined;
  if (host === undefined || !/^[A-Za-z0-9.-]{1,253}$/.test(host)) {
    notes.push(
      `"servidor_central" is on but has no host that can be read: no central is told, add --dial branch-sync=URL.`,
    );
    return undefined;
  }
  return `http://${host}:${server.puerto ?? CENTRAL_PORT}`;
}

/** The original never read its schedule; here it holds. */
function scheduleOf(
  { sincronizacion: sync }: OldConfig,
  notes: string[],
): { at: string | null; everyMinutes: number | null } {
  if (sync?.automatica !== true) return { at: null, everyMinutes: null };
  const time = TIME.exec(sync.hora ?? "");
  if (time === null && sync.hora) {
    notes.push(
      `"sincronizacion.hora" is no time such as 23:00: nothing is sent at a time of day.`,
    );
  }
  const everyMinutes = sync.intervalo_minutos ?? null;
  notes.push(
    "The schedule holds now; the original software had it in the file and never kept it.",
  );
  return {
    at: time === null ? null : `${time[1]?.padStart(2, "0")}:${time[2]}`,
    everyMinutes: everyMinutes === null ? null : Math.min(everyMinutes, 1440),
  };
}

function businessOf({ negocio }: OldConfig): OldBusiness | null {
  const business = {
    ...given("name", negocio?.nombre_empresa?.slice(0, 200)),
    ...given("ruc", negocio?.ruc),
    ...given("address", negocio?.direccion?.slice(0, 300)),
    ...given("phone", negocio?.telefono?.slice(0, 50)),
  };
  return Object.keys(business).length === 0 ? null : business;
}

function given<K extends string>(
  key: K,
  value: string | null | undefined,
): { [P in K]?: string } {
  return (value ? { [key]: value } : {}) as { [P in K]?: string };
}
