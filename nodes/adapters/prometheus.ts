/**
 * The text that Prometheus reads, written by the library prom-client.
 *
 * The library counts nothing here: it takes 19 MB of memory, so a node counts by itself and loads it when somebody first
 * asks. Its own figures of the process are not used: under Deno's permissions they show a memory of 0 bytes, and their
 * observers and timers run whether somebody asks or not.
 *
 * @module
 */
import { type Metric, Registry } from "prom-client";
import type { MetricFamily } from "../metering/families.ts";

/**
 * Writes families.
 *
 * @param families The families; no two have one name.
 * @returns Text of the form `text/plain; version=0.0.4`.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * const labels = { site: "CUS" };
 * strictEqual(
 *   await prometheusText([{
 *     ...{ name: "panal_sales_total", help: "Sales.", type: "counter" },
 *     samples: [{ labels, value: 3 }],
 *   }]),
 *   '# HELP panal_sales_total Sales.\n# TYPE panal_sales_total counter\npanal_sales_total{site="CUS"} 3\n',
 * );
 * ```
 */
export async function prometheusText(
  families: readonly MetricFamily[],
): Promise<string> {
  const registry = new Registry();
  for (const family of families) registry.registerMetric(metricOf(family));
  return await registry.metrics();
}

/** What the library's registry asks of a metric: its typings name the three that count for themselves alone. */
function metricOf({ name, help, type, samples }: MetricFamily): Metric {
  const values = samples.map(({ suffix = "", labels, value }) => ({
    ...{ labels, value, metricName: `${name}${suffix}` },
  }));
  const shown = { name, help, type, values, aggregator: "sum" };
  return { ...shown, get: () => shown } as unknown as Metric;
}
