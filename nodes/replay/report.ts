/**
 * How a replay looks: its progress, its summary as text, and its summary as JSON.
 *
 * @module
 */
import { describeDifference } from "./compare.ts";
import { ROW_REFUSALS } from "./lines.ts";
import type { Tally } from "./tally.ts";
import { formatNanos, type Sums } from "./totals.ts";
import type { Verdict } from "./verify.ts";

/** A store, the node that took its sales, and its sums in the file. */
export interface StoreReport {
  /** The store's name in the file. */
  readonly store: string;
  /** The node's URL; null in a dry run without nodes. */
  readonly node: string | null;
  /** The node's site; null where it was not asked for. */
  readonly site: string | null;
  /** What the file says. */
  readonly totals: Sums;
}

/** Everything that a summary shows. */
export interface RunReport {
  /** The counts. */
  readonly tally: Tally;
  /** How long it took. */
  readonly elapsedMs: number;
  /** True if it was ended before the end of the file. */
  readonly interrupted: boolean;
  /** The stores in the order of their appearance. */
  readonly stores: readonly StoreReport[];
}

/** The most stores that a text summary lists. */
const STORES_SHOWN_MAX = 20;
/** The most stores of a site that are named. */
const STORES_NAMED_MAX = 5;
/** The most differences that are shown. */
const DIFFERENCES_SHOWN_MAX = 20;
const BAR_WIDTH = 24;

/** How far a run is. */
export interface Progress {
  /** 0 to 1. */
  readonly share: number;
  /** Milliseconds since its start. */
  readonly elapsedMs: number;
}

/**
 * The progress as one line without a line break.
 *
 * @param tally The counts.
 * @param progress How far it is.
 * @returns A bar, a percentage, the counts, the rate and the time that is left at this speed.
 */
export function describeProgress(tally: Tally, progress: Progress): string {
  const share = Math.min(1, Math.max(0, progress.share));
  const full = Math.round(share * BAR_WIDTH);
  const bar = "█".repeat(full) + "░".repeat(BAR_WIDTH - full);
  const percent = `${Math.floor(share * 100)}%`.padStart(4);
  const leftMs = share > 0 ? progress.elapsedMs * (1 / share - 1) : 0;
  const parts = [
    `${formatCount(tally.lines)} lines`,
    `${formatCount(answered(tally))} sales`,
    `${formatCount(rate(tally, progress.elapsedMs))}/s`,
    ...(refusals(tally) > 0 ? [`${formatCount(refusals(tally))} refused`] : []),
    ...(share > 0 && share < 1 ? [`${formatDuration(leftMs)} left`] : []),
  ];
  return `${bar} ${percent}  ${parts.join(", ")}`;
}

/**
 * The summary as text.
 *
 * @param report What to show.
 * @returns Lines, each with its line break.
 */
export function describeRun(report: RunReport): string {
  const { tally, elapsedMs } = report;
  const lines = [
    report.interrupted
      ? "Ended before the end of the file."
      : "The file is through.",
    `  rows read         ${formatCount(tally.rows)}`,
    ...[...tally.rowsRefused].map(([reason, count]) =>
      `    passed over     ${formatCount(count)}: the row ${
        ROW_REFUSALS[reason]
      }`
    ),
    `  lines taken       ${formatCount(tally.lines)}`,
    `  sales             ${formatCount(tally.sales)}`,
    `    accepted        ${formatCount(tally.accepted)}`,
    `    duplicate       ${formatCount(tally.duplicates)}`,
    `    refused         ${formatCount(refusals(tally))}`,
    ...[...tally.refused].map(([reason, count]) =>
      `      ${formatCount(count)}: ${reason}${hintFor(reason)}`
    ),
    ...(tally.unsent > 0
      ? [`    not sent        ${formatCount(tally.unsent)}`]
      : []),
    ...(tally.retries > 0
      ? [`  sent again        ${formatCount(tally.retries)} times`]
      : []),
    `  time              ${formatDuration(elapsedMs)}, ${
      formatCount(rate(tally, elapsedMs))
    } sales/s`,
    `  latency           ${describeLatencies(tally)}`,
    ...tally.examples.map(({ what, reason }) => `  e.g. ${what}: ${reason}`),
    ...describeStores(report.stores),
  ];
  return lines.map((line) => `${line}\n`).join("");
}

/**
 * The summary for programs.
 *
 * @param report What to show.
 * @returns Values for JSON; money as decimal text, times in milliseconds.
 */
export function reportJson(
  report: RunReport,
): Readonly<Record<string, unknown>> {
  const { tally, elapsedMs } = report;
  const { latencies } = tally;
  return {
    rows: tally.rows,
    rowsRefused: Object.fromEntries(tally.rowsRefused),
    lines: tally.lines,
    sales: tally.sales,
    accepted: tally.accepted,
    duplicates: tally.duplicates,
    refused: Object.fromEntries(tally.refused),
    unsent: tally.unsent,
    retries: tally.retries,
    interrupted: report.interrupted,
    elapsedMs: Math.round(elapsedMs),
    salesPerSecond: rate(tally, elapsedMs),
    latencyMs: {
      p50: roundMs(latencies.percentile(0.5)),
      p90: roundMs(latencies.percentile(0.9)),
      p99: roundMs(latencies.percentile(0.99)),
      max: roundMs(latencies.max),
    },
    examples: tally.examples,
    stores: report.stores.map(({ store, node, site, totals }) => ({
      store,
      node,
      site,
      count: totals.count,
      units: totals.units,
      amount: formatNanos(totals.nanos),
    })),
  };
}

/**
 * A comparison of totals as text.
 *
 * @param verdict What was found.
 * @param report The run that it belongs to, and the node's URL.
 * @returns Lines, each with its line break.
 */
export function describeVerdict(
  verdict: Verdict,
  report: RunReport & { readonly url: string },
): string {
  const { differences, strangeCurrencies } = verdict;
  const equal = isEqual(verdict);
  const lines = [
    equal
      ? `The totals at ${report.url} are those of the file (after ${
        formatDuration(verdict.waitedMs)
      }):`
      : `The totals at ${report.url} are not those of the file:`,
    ...[...verdict.node].map(([site, totals]) => {
      const stores = report.stores.filter((it) => it.site === site);
      const names = listNames(stores.map((it) => it.store));
      return `  ${site} (${names}): ${describeSums(totals)}, ${
        formatCount(totals.products.size)
      } products`;
    }),
    ...differences.slice(0, DIFFERENCES_SHOWN_MAX).map((it) =>
      `  ${describeDifference(it)}`
    ),
    ...(differences.length > DIFFERENCES_SHOWN_MAX
      ? [`  and ${differences.length - DIFFERENCES_SHOWN_MAX} more differences`]
      : []),
    ...strangeCurrencies.map((it) => `  there is money in ${it} too`),
  ];
  return lines.map((line) => `${line}\n`).join("");
}

/**
 * A comparison of totals for programs.
 *
 * @param verdict What was found.
 * @returns Values for JSON, with the first differences.
 */
export function verdictJson(
  verdict: Verdict,
): Readonly<Record<string, unknown>> {
  return {
    equal: isEqual(verdict),
    waitedMs: Math.round(verdict.waitedMs),
    sites: Object.fromEntries(
      [...verdict.node].map(([site, { count, units, nanos, products }]) => [
        site,
        { count, units, amount: formatNanos(nanos), products: products.size },
      ]),
    ),
    differences: verdict.differences.slice(0, DIFFERENCES_SHOWN_MAX)
      .map(describeDifference),
    strangeCurrencies: verdict.strangeCurrencies,
  };
}

/**
 * Whether a comparison found nothing that differs.
 *
 * @param verdict What was found.
 * @returns True if all is equal.
 */
export function isEqual(verdict: Verdict): boolean {
  return verdict.differences.length === 0 &&
    verdict.strangeCurrencies.length === 0;
}

function listNames(stores: readonly string[]): string {
  const shown = stores.slice(0, STORES_NAMED_MAX).join(", ");
  const more = stores.length - STORES_NAMED_MAX;
  const noun = stores.length === 1 ? "store" : "stores";
  return `${noun} ${shown}${more > 0 ? ` and ${more} more` : ""}`;
}

function describeSums({ count, units, nanos }: Sums): string {
  return `${formatCount(count)} sales, ${formatCount(units)} units, ${
    formatNanos(nanos)
  }`;
}

function answered(tally: Tally): number {
  return tally.accepted + tally.duplicates + refusals(tally);
}

/**
 * How many sales were refused.
 *
 * @param tally The counts.
 * @returns The sum over all reasons.
 */
export function refusals(tally: Tally): number {
  return [...tally.refused.values()].reduce((sum, count) => sum + count, 0);
}

function rate(tally: Tally, elapsedMs: number): number {
  return elapsedMs > 0 ? Math.round(answered(tally) / elapsedMs * 1000) : 0;
}

/** What a person can do about a reason that has a usual cause. */
function hintFor(reason: string): string {
  return reason === "id_reused"
    ? " (the same basket came with other lines before: another version of the file, or lines further apart than --window)"
    : "";
}

function describeLatencies({ latencies }: Tally): string {
  if (latencies.count === 0) return "-";
  const show = (ms: number) => `${roundMs(ms)} ms`;
  return `p50 ${show(latencies.percentile(0.5))}, p90 ${
    show(latencies.percentile(0.9))
  }, p99 ${show(latencies.percentile(0.99))}, max ${show(latencies.max)}`;
}

function describeStores(stores: readonly StoreReport[]): string[] {
  const shown = stores.slice(0, STORES_SHOWN_MAX).map((it) => {
    const where = it.node === null
      ? ""
      : ` -> ${it.site === null ? "" : `${it.site} `}${it.node}`;
    return `  store ${it.store}${where}: ${describeSums(it.totals)}`;
  });
  const more = stores.length - shown.length;
  return more > 0
    ? [...shown, `  and ${formatCount(more)} more stores`]
    : shown;
}

function roundMs(ms: number): number {
  return Math.round(ms * 100) / 100;
}

function formatCount(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ",");
}

function formatDuration(ms: number): string {
  const seconds = ms / 1000;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const minutes = Math.floor(seconds / 60);
  return `${minutes} min ${Math.floor(seconds % 60)} s`;
}
