/**
 * What a bench is told and what it answers, and how answers are shown: each run, the result, and one table of all.
 *
 * @module
 */

/** How a bench is run. */
export interface BenchOptions {
  /** A folder of its own on the disk to be measured; it is removed afterwards. */
  readonly folder: string;
  /** True for small numbers, to see that everything works. */
  readonly quick: boolean;
  /** How often to measure; the bench's own number if left out. */
  readonly runs?: number;
  /** Tells a person how far it is. */
  progress(text: string): void;
}

/** One figure with its target. */
export interface BenchResult {
  /** What was measured. */
  readonly measure: string;
  /** What is to be reached; empty for a figure that only informs. */
  readonly target: string;
  /** What was reached, with its unit. */
  readonly result: string;
  /** Whether the target was reached; null without one. */
  readonly met: boolean | null;
}

/** One run, or one round of several kinds. */
export interface BenchRun {
  /** Which run. */
  readonly name: string;
  /** Its figures by name. */
  readonly values: Readonly<Record<string, number | string>>;
}

/** What a bench answers. */
export interface BenchReport {
  /** The bench's name. */
  readonly bench: string;
  /** What it measures, in one sentence. */
  readonly about: string;
  /** Sizes and counts it ran with. */
  readonly parameters: Readonly<Record<string, number | string>>;
  /** Each run. */
  readonly runs: readonly BenchRun[];
  /** Medians of the runs beside their targets. */
  readonly results: readonly BenchResult[];
  /** What a reader must know to understand the figures. */
  readonly notes: readonly string[];
}

/** A figure that must stay below a bound. */
export function below(
  measure: string,
  value: number,
  bound: { readonly most: number; readonly unit: string },
): BenchResult {
  const { most, unit } = bound;
  return {
    measure,
    target: `< ${formatNumber(most)} ${unit}`.trimEnd(),
    result: `${formatNumber(value)} ${unit}`.trimEnd(),
    met: value < most,
  };
}

/** A figure that may reach a bound and not pass it. */
export function atMost(
  measure: string,
  value: number,
  bound: { readonly most: number; readonly unit: string },
): BenchResult {
  const { most, unit } = bound;
  return {
    measure,
    target: `<= ${formatNumber(most)} ${unit}`.trimEnd(),
    result: `${formatNumber(value)} ${unit}`.trimEnd(),
    met: value <= most,
  };
}

/** A figure that must reach a bound. */
export function atLeast(
  measure: string,
  value: number,
  bound: { readonly least: number; readonly unit: string },
): BenchResult {
  const { least, unit } = bound;
  return {
    measure,
    target: `>= ${formatNumber(least)} ${unit}`.trimEnd(),
    result: `${formatNumber(value)} ${unit}`.trimEnd(),
    met: value >= least,
  };
}

/** A figure without a target. */
export function informs(
  measure: string,
  value: number | string,
  unit = "",
): BenchResult {
  const text = typeof value === "number" ? formatNumber(value) : value;
  return {
    measure,
    target: "",
    result: `${text} ${unit}`.trimEnd(),
    met: null,
  };
}

/** A number as people read it: three digits or more, thousands apart. */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return "none";
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return new Intl.NumberFormat("en-US", { maximumFractionDigits: digits })
    .format(value);
}

/**
 * A report as text for a terminal.
 *
 * @param report The report.
 * @returns Lines, with a line break at the end.
 */
export function formatReport(report: BenchReport): string {
  const parameters = Object.entries(report.parameters)
    .map(([name, value]) => `${name} ${formatValue(value)}`).join(", ");
  const runs = report.runs.map(({ name, values }) =>
    `  ${name}: ${
      Object.entries(values).map(([key, value]) =>
        `${key} ${formatValue(value)}`
      ).join(", ")
    }`
  );
  const width = Math.max(...report.results.map((it) => it.measure.length), 0);
  const results = report.results.map(({ measure, target, result, met }) =>
    `  ${measure.padEnd(width)}  ${result}${
      target === "" ? "" : `  (target ${target}: ${met ? "met" : "MISSED"})`
    }`
  );
  return [
    `${report.bench}: ${report.about}`,
    `  with ${parameters}`,
    ...runs,
    "  median:",
    ...results,
    ...report.notes.map((note) => `  note: ${note}`),
    "",
  ].join("\n");
}

function formatValue(value: number | string): string {
  return typeof value === "number" ? formatNumber(value) : value;
}

/**
 * The results of all benches as a Markdown table.
 *
 * @param reports The reports.
 * @returns Lines, with a line break at the end.
 */
export function markdownTable(reports: readonly BenchReport[]): string {
  const rows = reports.flatMap(({ bench, results }) =>
    results.map(({ measure, target, result, met }) => [
      `\`${bench}\``,
      measure,
      target,
      result,
      met === null ? "" : met ? "yes" : "**no**",
    ])
  );
  return [["Bench", "Measure", "Target", "Result", "Met"], [
    "---",
    "---",
    "---",
    "---",
    "---",
  ], ...rows].map((cells) => `| ${cells.join(" | ")} |\n`).join("");
}
