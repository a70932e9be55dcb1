/**
 * The options of `deno task replay`.
 *
 * @module
 */
import { parseArgs, type ParseArgsConfig } from "node:util";
import {
  err,
  isTimezone,
  ok,
  PanalError,
  type Result,
} from "../../crdt/mod.ts";
import { type Columns, MEANINGS, PRESETS } from "./columns.ts";
import { WINDOW_LINES } from "./sales.ts";

/** What to replay, where to and how. */
export interface ReplayOptions {
  /** The transactions file. */
  readonly file: string;
  /** The nodes' URLs, without a slash at the end. Empty only for a dry run. */
  readonly targets: readonly string[];
  /** Stores whose node is fixed. */
  readonly map: ReadonlyMap<string, string>;
  /** The only stores to take; all if undefined. */
  readonly stores: readonly string[] | undefined;
  /** The file's columns. */
  readonly columns: Columns;
  /** One character between the fields of a CSV file. */
  readonly delimiter: string;
  /** IANA time zone of times that name none. */
  readonly timezone: string;
  /** ISO 4217 code to send with the amounts; the node's own currency if undefined. */
  readonly currency: string | undefined;
  /** Lines to pass over. */
  readonly offset: number;
  /** The most lines to take; all if undefined. */
  readonly limit: number | undefined;
  /** How far apart two neighboring lines of a basket may be. */
  readonly window: number;
  /** Sales a second; as fast as it goes if undefined. */
  readonly rate: number | undefined;
  /** The most requests at a time to one node. */
  readonly connections: number;
  /** How often a sale is sent again that a node has no room for. */
  readonly retries: number;
  /** True to read and sum up only. */
  readonly dryRun: boolean;
  /** The node whose totals are compared with the file's; none if undefined. */
  readonly verify: string | undefined;
  /** How long that node gets to reach the file's totals. */
  readonly verifySeconds: number;
  /** True for a summary as JSON. */
  readonly json: boolean;
}

/** What was asked for. */
export type ReplayCommand =
  | { readonly kind: "help" }
  | { readonly kind: "run"; readonly options: ReplayOptions };

const CONFIG = {
  to: { type: "string", multiple: true },
  map: { type: "string", multiple: true },
  stores: { type: "string", multiple: true },
  preset: { type: "string" },
  store: { type: "string" },
  basket: { type: "string" },
  product: { type: "string" },
  quantity: { type: "string" },
  amount: { type: "string" },
  time: { type: "string" },
  delimiter: { type: "string" },
  timezone: { type: "string" },
  currency: { type: "string" },
  offset: { type: "string" },
  limit: { type: "string" },
  window: { type: "string" },
  rate: { type: "string" },
  connections: { type: "string" },
  retries: { type: "string" },
  verify: { type: "string" },
  "verify-seconds": { type: "string" },
  "dry-run": { type: "boolean" },
  json: { type: "boolean" },
  help: { type: "boolean", short: "h" },
} as const satisfies NonNullable<ParseArgsConfig["options"]>;

type Values = ReturnType<typeof parse>["values"];

/**
 * Reads the arguments.
 *
 * @param args What stands behind `replay`.
 * @returns What was asked for, or one sentence that says what is wrong.
 */
export function parseReplayArgs(
  args: readonly string[],
): Result<ReplayCommand, string> {
  let parsed: ReturnType<typeof parse>;
  try {
    parsed = parse(args);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return err(error.message.split(/\. |\n/)[0] ?? "");
  }
  if (parsed.values.help) return ok({ kind: "help" });
  try {
    const options = readOptions(parsed.values, parsed.positionals);
    return ok({ kind: "run", options });
  } catch (error) {
    if (error instanceof PanalError) return err(error.message);
    throw error;
  }
}

function parse(args: readonly string[]) {
  return parseArgs({
    args: [...args],
    options: CONFIG,
    allowPositionals: true,
  });
}

function readOptions(
  values: Values,
  positionals: readonly string[],
): ReplayOptions {
  const [file, ...more] = positionals;
  if (file === undefined) throw bad("name a file to replay");
  if (more.length > 0) {
    throw bad(`one file at a time, not also "${more[0]}"`);
  }
  const dryRun = values["dry-run"] ?? false;
  const map = readMap(values.map ?? []);
  const targets = [
    ...new Set([
      ...splitList(values.to).map((it) => readUrl("to", it)),
      ...map.values(),
    ]),
  ];
  if (targets.length === 0 && !dryRun) {
    throw bad("name the nodes with --to URL[,URL…]");
  }
  const { verify, limit, rate, currency } = values;
  if (verify !== undefined && targets.length === 0) {
    throw bad("--verify needs --to, to know the sites");
  }
  return {
    file,
    targets,
    map,
    stores: values.stores === undefined ? undefined : splitList(values.stores),
    columns: readColumns(values),
    delimiter: readDelimiter(values.delimiter ?? ","),
    timezone: readTimezone(values.timezone ?? "UTC"),
    currency: currency === undefined ? undefined : readCurrency(currency),
    offset: readCount("offset", values.offset ?? "0", 0),
    limit: limit === undefined ? undefined : readCount("limit", limit, 1),
    window: readCount("window", values.window ?? String(WINDOW_LINES), 1),
    rate: rate === undefined ? undefined : readRate(rate),
    connections: readCount("connections", values.connections ?? "16", 1),
    retries: readCount("retries", values.retries ?? "8", 0),
    dryRun,
    verify: verify === undefined ? undefined : readUrl("verify", verify),
    verifySeconds: readCount(
      "verify-seconds",
      values["verify-seconds"] ?? "60",
      0,
    ),
    json: values.json ?? false,
  };
}

/** Ends the reading of options with one sentence. */
function bad(message: string): PanalError {
  return new PanalError("config_invalid", message);
}

function splitList(values: readonly string[] | undefined): string[] {
  return (values ?? []).flatMap((it) => it.split(","))
    .map((it) => it.trim()).filter((it) => it !== "");
}

function readUrl(option: string, text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw bad(`--${option} takes http addresses, not "${text}"`);
  }
  return `${url.origin}${url.pathname}`.replace(/\/+$/, "");
}

function readMap(entries: readonly string[]): ReadonlyMap<string, string> {
  return new Map(entries.map((entry) => {
    const at = entry.lastIndexOf("=http");
    if (at < 1) throw bad(`--map takes STORE=URL, not "${entry}"`);
    return [entry.slice(0, at), readUrl("map", entry.slice(at + 1))];
  }));
}

function readColumns(values: Values): Columns {
  const { preset } = values;
  const base = preset === undefined ? undefined : PRESETS[preset];
  if (preset !== undefined && base === undefined) {
    const known = Object.keys(PRESETS).join(", ");
    throw bad(`no preset "${preset}"; there is: ${known}`);
  }
  const columns = { ...base };
  for (const meaning of MEANINGS) {
    const column = values[meaning];
    if (column !== undefined) columns[meaning] = column;
  }
  const { store, product, quantity, amount, time, basket } = columns;
  if (
    store === undefined || product === undefined || quantity === undefined ||
    amount === undefined || time === undefined
  ) {
    throw bad(
      "name the columns: --store, --product, --quantity, --amount and --time (and --basket), or a --preset",
    );
  }
  const needed = { store, product, quantity, amount, time };
  return basket === undefined ? needed : { ...needed, basket };
}

function readDelimiter(text: string): string {
  const delimiter = /^(tab|\\t)$/.test(text) ? "\t" : text;
  if (delimiter.length !== 1 || /["\r\n]/.test(delimiter)) {
    throw bad(`--delimiter takes one character or "tab"`);
  }
  return delimiter;
}

function readTimezone(text: string): string {
  if (!isTimezone(text)) throw bad(`no time zone "${text}"`);
  return text;
}

function readCurrency(text: string): string {
  if (!/^[A-Z]{3}$/.test(text)) {
    throw bad(`--currency takes an ISO code such as USD`);
  }
  return text;
}

function readCount(option: string, text: string, least: number): number {
  const count = /^[0-9]{1,15}$/.test(text) ? Number(text) : NaN;
  if (!(count >= least)) {
    throw bad(`--${option} takes a whole number from ${least} on`);
  }
  return count;
}

function readRate(text: string): number {
  const rate = /^[0-9]{1,7}(\.[0-9]{1,6})?$/.test(text) ? Number(text) : 0;
  if (rate <= 0) throw bad("--rate takes sales a second, above 0");
  return rate;
}
