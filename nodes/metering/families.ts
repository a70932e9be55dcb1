/**
 * What a node shows to whoever watches it: families of values with labels, as plain data. Separate from what counts
 * them and from the library that writes them, so that neither knows the other.
 *
 * @module
 */

/** How values of a family are meant: one that only grows, one of now, or how many were at most so large. */
export type FamilyType = "counter" | "gauge" | "histogram";

/** One value. */
export interface MetricSample {
  /** What stands behind the family's name, of histograms: `_bucket`, `_sum` or `_count`. */
  readonly suffix?: string;
  /** Values of labels by name; from outside only where their number is bounded. */
  readonly labels: Readonly<Record<string, string>>;
  /** The value; neither infinite nor no number. */
  readonly value: number;
}

/** Values that belong together. */
export interface MetricFamily {
  /** Its name, with the unit last. */
  readonly name: string;
  /** What it says, in a sentence. */
  readonly help: string;
  /** How its values are meant. */
  readonly type: FamilyType;
  /** Its values now. */
  readonly samples: readonly MetricSample[];
}

/**
 * A family of one value of now.
 *
 * @param name Its name.
 * @param help What it says.
 * @param value The value.
 * @returns The family.
 *
 * @example Usage
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 *
 * deepStrictEqual(gauge("panal_links", "Links that are up.", 3).samples, [
 *   { labels: {}, value: 3 },
 * ]);
 * ```
 */
export function gauge(
  name: string,
  help: string,
  value: number,
): MetricFamily {
  return { name, help, type: "gauge", samples: [{ labels: {}, value }] };
}

/**
 * A family whose values differ in one label.
 *
 * @param family Its name, what it says and how it is meant; the label's name.
 * @param values The value of each label.
 * @returns The family.
 */
export function labelled(
  { name, help, type = "gauge", label }: {
    readonly name: string;
    readonly help: string;
    readonly type?: FamilyType;
    readonly label: string;
  },
  values: Iterable<readonly [string, number]>,
): MetricFamily {
  const samples = [...values].map(([text, value]) => ({
    labels: { [label]: text },
    value,
  }));
  return { name, help, type, samples };
}

/** The library behind the text refuses what is no number at least 0, and measuring must not end what is measured. */
function positive(value: number): number {
  return Number.isFinite(value) && value > 0 ? value : 0;
}

/** A count, and what it counts. */
export interface CountedCell {
  /** Values of the labels by name. */
  readonly labels: Readonly<Record<string, string>>;
  /** How many. */
  count: number;
}

/** Counts, by the values of labels. */
export class CountedFamily {
  readonly #about: Omit<MetricFamily, "type" | "samples">;
  readonly #labels: readonly string[];
  readonly #cells = new Map<string, CountedCell>();

  /**
   * Begins to count.
   *
   * @param about The family's name and what it says.
   * @param labels Names of its labels.
   * @param known Values of a single label that are shown as 0 before they are counted.
   */
  constructor(
    about: Omit<MetricFamily, "type" | "samples">,
    labels: readonly string[],
    known: readonly string[] = [],
  ) {
    this.#about = about;
    this.#labels = labels;
    for (const value of known) this.cell(value);
  }

  /**
   * Counts.
   *
   * @param count How many.
   * @param values The labels' values, in order; none holds a zero character.
   */
  add(count: number, ...values: readonly string[]): void {
    this.cell(...values).count += positive(count);
  }

  /**
   * Where the count of some labels stands, for who counts the same often.
   *
   * @param values The labels' values, in order; none holds a zero character.
   * @returns The count: add to it.
   */
  cell(...values: readonly string[]): CountedCell {
    const key = values.length === 1 ? values[0] ?? "" : values.join("\0");
    let cell = this.#cells.get(key);
    if (cell === undefined) {
      const labels = this.#labels.map((name, i) => [name, values[i] ?? ""]);
      cell = { labels: Object.fromEntries(labels), count: 0 };
      this.#cells.set(key, cell);
    }
    return cell;
  }

  /** What was counted so far. */
  family(): MetricFamily {
    const samples = [...this.#cells.values()].map(({ labels, count }) => ({
      ...{ labels, value: count },
    }));
    return { ...this.#about, type: "counter", samples };
  }
}

/** How often a measured value was in each range, by at most one label. */
export class MeasuredFamily {
  readonly #about: Omit<MetricFamily, "type" | "samples">;
  readonly #bounds: readonly number[];
  readonly #label: string | undefined;
  readonly #measured = new Map<string, Measured>();

  /**
   * Begins to measure.
   *
   * @param about The family's name and what it says.
   * @param bounds Upper ends of the ranges, ascending.
   * @param label The name of its label, if it has one.
   */
  constructor(
    about: Omit<MetricFamily, "type" | "samples">,
    bounds: readonly number[],
    label?: string,
  ) {
    this.#about = about;
    this.#bounds = bounds;
    this.#label = label;
  }

  /**
   * Measures.
   *
   * @param measured The value; what is less than 0 or no number counts as 0.
   * @param label The label's value.
   */
  observe(measured: number, label = ""): void {
    let known = this.#measured.get(label);
    if (known === undefined) {
      known = { counts: this.#bounds.map(() => 0), sum: 0, count: 0 };
      this.#measured.set(label, known);
    }
    const value = positive(measured);
    known.sum += value;
    known.count++;
    const bounds = this.#bounds;
    for (let i = 0; i < bounds.length; i++) {
      if (value > (bounds[i] as number)) continue;
      known.counts[i] = (known.counts[i] as number) + 1;
      return;
    }
  }

  /** What was measured so far. */
  family(): MetricFamily {
    const samples = [...this.#measured].flatMap(([label, measured]) => {
      const labels = this.#label === undefined ? {} : { [this.#label]: label };
      return this.#samples(measured, labels);
    });
    return { ...this.#about, type: "histogram", samples };
  }

  #samples(
    { counts, sum, count }: Measured,
    labels: Readonly<Record<string, string>>,
  ): MetricSample[] {
    let below = 0;
    const buckets = this.#bounds.map((bound, i) => ({
      suffix: "_bucket",
      labels: { le: String(bound), ...labels },
      value: below += counts[i] ?? 0,
    }));
    return [
      ...buckets,
      { suffix: "_bucket", labels: { le: "+Inf", ...labels }, value: count },
      { suffix: "_sum", labels, value: sum },
      { suffix: "_count", labels, value: count },
    ];
  }
}

interface Measured {
  readonly counts: number[];
  sum: number;
  count: number;
}

/**
 * Keeps the values of a label few: the first `max` stay as they are, all others become `rest`.
 *
 * @param max How many stay.
 * @param rest What the others become.
 * @returns What a value becomes.
 *
 * @example Usage
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 *
 * deepStrictEqual(["a", "b", "a"].map(bounded(1, "rest")), ["a", "rest", "a"]);
 * ```
 */
export function bounded(max: number, rest: string): (value: string) => string {
  const known = new Set<string>();
  return (value) => {
    if (known.has(value)) return value;
    if (known.size >= max) return rest;
    known.add(value);
    return value;
  };
}
