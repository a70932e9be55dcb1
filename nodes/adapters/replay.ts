/**
 * The task `replay`: reads a file of real sales and drives it through nodes. The parts are pure and stand in
 * `nodes/replay`; here they meet the disk, the network, the clock and the terminal.
 *
 * @module
 */
import { PanalError } from "../../crdt/mod.ts";
import { type Columns, findColumns } from "../replay/columns.ts";
import {
  createDriver,
  type Driver,
  type DriverOptions,
} from "../replay/driver.ts";
import { REPLAY_HELP } from "../replay/help.ts";
import { parseReplayArgs, type ReplayOptions } from "../replay/options.ts";
import { createPace } from "../replay/pace.ts";
import {
  describeRun,
  describeVerdict,
  isEqual,
  refusals,
  reportJson,
  type RunReport,
  verdictJson,
} from "../replay/report.ts";
import { createRowFlow, type RowFlow } from "../replay/row_flow.ts";
import type { FileSale } from "../replay/sales.ts";
import { createStoreNodes, type StoreNodes } from "../replay/stores.ts";
import { countOutcome, createTally, type Tally } from "../replay/tally.ts";
import {
  createFileTotals,
  type FileTotals,
  type PlaceTotals,
  sumPlaces,
} from "../replay/totals.ts";
import { verifyTotals } from "../replay/verify.ts";
import { readSite } from "../replay/wire.ts";
import { createReplayHttp, type ReplayHttp } from "./replay_http.ts";
import { type ReplayScreen, showProgress } from "./replay_progress.ts";
import { createSystemClock } from "./system_clock.ts";
import { createSystemRandom } from "./system_random.ts";
import {
  openTransactionsFile,
  type TransactionsFile,
} from "./transactions_file.ts";

/** The surroundings of a replay. */
export interface ReplayEnv extends ReplayScreen {
  /** Writes results. */
  stdout(text: string): void;
  /** Ends the replay early; it still prints its summary. */
  readonly signal: AbortSignal;
}

/** Everything is recorded, and equal if it was compared. */
const EXIT_OK = 0;
/** A node refused something, or totals differ. */
const EXIT_DIFFERENT = 1;
/** It could not start, or the file is damaged. */
const EXIT_UNUSABLE = 2;
/** It was ended by a signal. */
const EXIT_INTERRUPTED = 130;

/**
 * Runs `deno task replay`.
 *
 * @param args What stands behind `replay`.
 * @param env Where it writes, and what ends it.
 * @returns The exit code: 0, 1 if a node refused sales or totals differ, 2 for a bad option, file or address, 130 when
 * `env.signal` ended it.
 */
export async function runReplay(
  args: readonly string[],
  env: ReplayEnv,
): Promise<number> {
  const command = parseReplayArgs(args);
  if (!command.ok) return fail(env, `${command.error} (--help explains)`);
  if (command.value.kind === "help") {
    env.stdout(REPLAY_HELP);
    return EXIT_OK;
  }
  const { options } = command.value;
  const http = createReplayHttp(options);
  let file: TransactionsFile | undefined;
  try {
    file = await openTransactionsFile(options.file, options);
    const columns = findColumns(options.columns, file.header);
    if (!columns.ok) return fail(env, `${options.file}: ${columns.error}`);
    const sites = await readSites({ options, http, signal: env.signal });
    const run = { options, file, http, sites, columns: columns.value };
    return await replay(run, env);
  } catch (error) {
    if (!(error instanceof PanalError)) throw error;
    return fail(env, error.message);
  } finally {
    await file?.close();
    http.close();
  }
}

function fail(env: ReplayEnv, message: string): number {
  env.stderr(`replay: ${message}\n`);
  return EXIT_UNUSABLE;
}

/** What a run stands on. */
interface Run {
  readonly options: ReplayOptions;
  readonly file: TransactionsFile;
  readonly columns: Columns;
  readonly http: ReplayHttp;
  /** Site by node; empty where it was not asked for. */
  readonly sites: ReadonlyMap<string, string>;
}

/** Asks every node for its site, so that a wrong address is known before the first sale. */
async function readSites(
  { options, http, signal }: Pick<Run, "options" | "http"> & {
    readonly signal: AbortSignal;
  },
): Promise<ReadonlyMap<string, string>> {
  const sites = new Map<string, string>();
  if (options.dryRun && options.verify === undefined) return sites;
  for (const target of options.targets) {
    const site = readSite(await http.get(`${target}/v1/health`, signal));
    if (typeof site !== "string") {
      const why = site === null ? "has no site" : "does not answer as a node";
      throw new PanalError("config_invalid", `${target} ${why}`);
    }
    sites.set(target, site);
  }
  return sites;
}

async function replay(run: Run, env: ReplayEnv): Promise<number> {
  const clock = createSystemClock();
  const tally = createTally();
  const nodes = createStoreNodes({
    targets: run.options.targets,
    map: run.options.map,
    ...(run.options.stores === undefined ? {} : { only: run.options.stores }),
  });
  const totals = createFileTotals((store) => nodes.nodeOf(store) ?? "");
  const flow = createRowFlow({ options: run.options, nodes, tally, totals });
  const startMs = clock.monotonic();
  const elapsedMs = () => clock.monotonic() - startMs;
  const progress = showProgress(env, {
    tally,
    share: () => shareOf(run, tally),
    elapsedMs,
  });
  let end: EarlyEnd | undefined;
  try {
    end = await drive(run, { flow, tally, signal: env.signal });
  } finally {
    progress.end();
  }
  const report: RunReport = {
    tally,
    elapsedMs: elapsedMs(),
    interrupted: env.signal.aborted || end !== undefined,
    stores: reportStores(run, { totals, nodes }),
  };
  const exitCode = await conclude({ run, report, totals }, env);
  if (end === undefined) return exitCode;
  env.stderr(`replay: ${end.message}\n`);
  return end.exitCode;
}

function shareOf({ file, options }: Run, tally: Tally): number {
  return options.limit === undefined
    ? file.share
    : Math.max(file.share, tally.lines / options.limit);
}

interface DriveOptions {
  readonly flow: RowFlow;
  readonly tally: Tally;
  readonly signal: AbortSignal;
}

/** Why a run ended before the end of the file, other than by the user. */
interface EarlyEnd {
  readonly message: string;
  readonly exitCode: number;
}

/** Reads and sends everything. */
async function drive(
  run: Run,
  { flow, tally, signal }: DriveOptions,
): Promise<EarlyEnd | undefined> {
  const ending = new AbortController();
  const anySignal = AbortSignal.any([signal, ending.signal]);
  let end: EarlyEnd | undefined;
  const driver = createRunDriver(run, {
    tally,
    signal: anySignal,
    onSilent(target, reason) {
      const message = `${target} does not take sales any more (${reason})`;
      end = { message, exitCode: EXIT_DIFFERENT };
      ending.abort();
    },
  });
  try {
    for await (const sale of salesOf(run, flow)) {
      if (anySignal.aborted) {
        tally.unsent++;
        break;
      }
      const target = flow.targetOf(sale);
      if (target !== undefined) await driver.send(target, sale);
    }
  } catch (error) {
    if (!(error instanceof PanalError)) throw error;
    end = { message: error.message, exitCode: EXIT_UNUSABLE };
  } finally {
    await driver.finish();
  }
  return end;
}

async function* salesOf(
  { file, columns }: Run,
  flow: RowFlow,
): AsyncGenerator<FileSale> {
  for await (const rows of file.rows(columns)) {
    for (const row of rows) {
      yield* flow.push(row);
      if (flow.done) return;
    }
  }
  yield* flow.finish();
}

function createRunDriver(
  { options, http }: Run,
  { tally, signal, onSilent }:
    & Pick<DriverOptions, "signal" | "onSilent">
    & { readonly tally: Tally },
): Driver {
  const clock = createSystemClock();
  return createDriver({
    targets: options.targets,
    connections: options.connections,
    retries: options.retries,
    pace: createPace(clock, options.rate),
    clock,
    random: createSystemRandom(),
    signal,
    post: http.post,
    onOutcome: (sale, outcome, durationMs) =>
      countOutcome(tally, { sale, outcome, durationMs }),
    onRetry: () => tally.retries++,
    onSilent,
  });
}

function reportStores(
  { sites, options }: Run,
  { totals, nodes }: {
    readonly totals: FileTotals;
    readonly nodes: StoreNodes;
  },
): RunReport["stores"] {
  return [...totals.stores].map(([store, sums]) => {
    const node = options.targets.length === 0
      ? null
      : nodes.nodeOf(store) ?? null;
    const site = node === null ? null : sites.get(node) ?? null;
    return { store, node, site, totals: sums };
  });
}

/** Prints the summary, compares if that was asked for, and says how it all went. */
async function conclude(
  { run, report, totals }: {
    readonly run: Run;
    readonly report: RunReport;
    readonly totals: FileTotals;
  },
  env: ReplayEnv,
): Promise<number> {
  const { json, verify } = run.options;
  if (!json) env.stdout(describeRun(report));
  const verdict = verify === undefined || report.interrupted
    ? undefined
    : await verifyTotals({
      url: verify,
      sites: sumSites(run, totals),
      currency: run.options.currency,
      patienceMs: run.options.verifySeconds * 1000,
      clock: createSystemClock(),
      signal: env.signal,
      get: run.http.get,
    });
  if (json) {
    const found = verdict?.ok ? { verify: verdictJson(verdict.value) } : {};
    env.stdout(`${JSON.stringify({ ...reportJson(report), ...found })}\n`);
  }
  if (env.signal.aborted) return EXIT_INTERRUPTED;
  if (verdict !== undefined && !verdict.ok) return fail(env, verdict.error);
  if (verdict !== undefined && !json) {
    const url = verify ?? "";
    env.stdout(describeVerdict(verdict.value, { ...report, url }));
  }
  const fine = refusals(report.tally) === 0 && !report.interrupted &&
    (verdict === undefined || isEqual(verdict.value));
  return fine ? EXIT_OK : EXIT_DIFFERENT;
}

/** The file's sums by site: nodes of the same site are one there. */
function sumSites(
  { sites }: Run,
  totals: FileTotals,
): ReadonlyMap<string, PlaceTotals> {
  const bySite = new Map<string, PlaceTotals[]>();
  for (const [node, place] of totals.nodes) {
    const site = sites.get(node) ?? "";
    bySite.set(site, [...bySite.get(site) ?? [], place]);
  }
  return new Map([...bySite].map(([site, all]) => [site, sumPlaces(all)]));
}
