/**
 * What `deno task import` is asked for.
 *
 * @module
 */
import { configError, parseOptions, quote } from "../option_parser.ts";
import { parseHttpUrl } from "../surfaces.ts";
import type { FleetImport } from "./move_fleet.ts";

/** Turns a configuration file into settings. */
export interface ConfigImport {
  /** The word for it. */
  readonly kind: "config";
  /** The configuration file. */
  readonly path: string;
  /** The settings file to make; standard output if left out. */
  readonly out?: string;
  /** The node that is given the shop's own data; none if left out. */
  readonly to?: string;
  /** Who signs in at the node, where somebody must. */
  readonly user?: string;
}

/** Moves tables into a running node. */
export interface TablesImport {
  /** The word for it. */
  readonly kind: "tables";
  /** The folder with the exports. */
  readonly folder: string;
  /** The node's native address; undefined for a dry run. */
  readonly to?: string;
  /** True to read and check everything, and send nothing. */
  readonly dryRun: boolean;
  /** Who signs in at the node, where somebody must. */
  readonly user?: string;
  /** True for the summary as one line of JSON. */
  readonly json: boolean;
}

/** What `deno task import` is asked for. */
export type ImportRequest =
  | { readonly kind: "help" }
  | ConfigImport
  | TablesImport
  | FleetImport;

const OPTIONS = {
  config: "one",
  out: "one",
  tables: "one",
  to: "one",
  user: "one",
  "dry-run": "flag",
  json: "flag",
  data: "one",
  "fleet-state": "one",
} as const;

/** Options that work with one of both alone. */
const ONLY: Readonly<Record<"config" | "tables", readonly string[]>> = {
  config: ["out"],
  tables: ["dry-run", "json"],
};

/** What `--help` says. */
export const IMPORT_HELP =
  `Move in from the older branch software, or from a fleet-card company.

  deno task import --config FILE [--out FILE] [--to URL [--user NAME]]
  deno task import --tables FOLDER --to URL [--user NAME] [--json]
  deno task import --tables FOLDER --dry-run
  deno task import --fleet-state FILE_OR_FOLDER --data DIR

A configuration file becomes a settings file for "deno task run --config": the branch's code and name, the address where
its screens and branches find it, the central that it tells and when. What concerns its database is not read, so no
password gets anywhere.
  --config FILE           the configuration file, JSON
  --out FILE              where to write the settings; it must not be there yet. Left out, they are printed
  --to URL                the running node: its shop's name, tax number, address and telephone are set there

Tables that were exported as CSV are moved into a running node. Sales and products pass through the same gate as those
that a branch sends, so a second run changes nothing, and what is there with other content is kept apart and reported.
  --tables FOLDER         files named like the tables, of either generation, with or without "dbo." in front:
                          Sucursales, Usuarios, Productos, Ventas, DetalleVenta (.csv, .tsv or .txt), or of an older
                          central Ventas_Consolidadas, DetalleVenta_Consolidado, Productos_Consolidado. The first line
                          names the columns; comma, semicolon, tab or bar between fields; UTF-8, UTF-16 or Latin-1;
                          NULL and empty fields are nothing; 12.50 and 12,50; dates as 2025-03-04 18:05:10 or
                          4/03/2025 18:05:10
  --to URL                the node's native address, e.g. http://127.0.0.1:8080. It needs a branch-sync surface
  --user NAME             sign in as this administrator, with the password in PANAL_PASSWORD; at a node without users
                          it is made first. Needed where users move in, or the node has some
  --dry-run               read and check the files, send nothing
  --json                  the summary as one line of JSON

Users keep their names and passwords: the hashes move in, and a stronger one replaces each at the first sign-in. The log
of the old installation stays where it is.

The state files of a fleet-card company program are taken into a data folder: balances, cards with what each may still
spend, accepted expenses, and the verdicts that its regional offices have not confirmed. A file that is not exactly as
that program writes it is refused, with the place of the first mistake, and then nothing is taken. A company that the
mesh knows already is refused.
  --fleet-state FILE_OR_FOLDER
                          a file named after its company, e.g. 42.json, or the folder of all
  --data DIR              the data folder of a node with the role company or office; stop its node first. The original
                          program must have ended

Progress goes to standard error. Exit code: 0 everything was taken, 1 some rows were not (each is listed with its line),
2 a bad option, file or address.

Example: a branch moves in
  deno task import --config config.json --out panal.json
  deno task run --config panal.json
  PANAL_PASSWORD=… deno task import --tables ./tables --to http://127.0.0.1:8080 --user admin

Example: a fleet-card company moves in
  deno task mesh init --data ./data/company-all --role company
  deno task import --fleet-state ./company/data --data ./data/company-all
`;

/**
 * Reads the arguments.
 *
 * @param args What stands behind `import`.
 * @returns What is asked for.
 * @throws {PanalError} `config_invalid` for a wrong option.
 */
export function parseImportArgs(args: readonly string[]): ImportRequest {
  const { words, values, help } = parseOptions(args, OPTIONS);
  if (help) return { kind: "help" };
  if (words[0] !== undefined) {
    throw configError(
      `${quote(words[0])} is no option of import: --help lists them`,
    );
  }
  const one = (name: keyof typeof OPTIONS) => values.get(name)?.[0];
  if (values.has("fleet-state") || values.has("data")) {
    return readFleetImport(values);
  }
  const [path, folder] = [one("config"), one("tables")];
  if ((path === undefined) === (folder === undefined)) {
    throw configError(
      "Say what moves in: --config FILE, --tables FOLDER or --fleet-state FILE",
    );
  }
  const kind = path === undefined ? "tables" : "config";
  const other = kind === "tables" ? "config" : "tables";
  const foreign = ONLY[other].find((name) => values.has(name));
  if (foreign !== undefined) {
    throw configError(`--${foreign} goes with --${other}`);
  }
  const address = one("to");
  const to = address === undefined ? {} : { to: parseHttpUrl("--to", address) };
  const user = one("user");
  if (path !== undefined) {
    const out = one("out");
    return {
      kind: "config",
      path,
      ...to,
      ...(out === undefined ? {} : { out }),
      ...(user === undefined ? {} : { user }),
    };
  }
  const dryRun = values.has("dry-run");
  if (!dryRun && address === undefined) {
    throw configError(
      "Say where to: --to URL, e.g. --to http://127.0.0.1:8080, or --dry-run",
    );
  }
  return {
    kind: "tables",
    folder: folder ?? "",
    ...to,
    ...(user === undefined ? {} : { user }),
    dryRun,
    json: values.has("json"),
  };
}

function readFleetImport(
  values: ReadonlyMap<string, readonly string[]>,
): FleetImport {
  const [path] = values.get("fleet-state") ?? [];
  const [data] = values.get("data") ?? [];
  const foreign = [...values.keys()].find((it) =>
    it !== "fleet-state" && it !== "data"
  );
  if (foreign !== undefined) {
    throw configError(`--${foreign} does not go with --fleet-state`);
  }
  if (path === undefined) {
    throw configError("--data goes with --fleet-state FILE_OR_FOLDER");
  }
  if (data === undefined) {
    throw configError("Say where to: --data DIR, the data folder of a node");
  }
  return { kind: "fleet", path, data };
}
