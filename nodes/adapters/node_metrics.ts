/**
 * The metrics of a running node: what it counts, and what the system says of its process.
 *
 * @module
 */
import process from "node:process";
import { gauge, type MetricFamily } from "../metering/families.ts";
import { createMeter } from "../metering/meter.ts";
import type { Metrics } from "../metrics.ts";

/**
 * Makes the metrics of this process.
 *
 * @returns Metrics with nothing counted yet. They keep no timer, and load what writes them when somebody first asks.
 */
export function createNodeMetrics(): Metrics {
  return createMeter(async (families) => {
    const { prometheusText } = await import("./prometheus.ts");
    return await prometheusText(families);
  }, processFamilies);
}

function processFamilies(): MetricFamily[] {
  const { rss, heapTotal, heapUsed, external } = Deno.memoryUsage();
  const { user, system } = process.cpuUsage();
  return [
    gauge(
      "process_resident_memory_bytes",
      "Resident memory size in bytes.",
      rss,
    ),
    gauge(
      "process_heap_bytes",
      "Memory of the JavaScript heap in bytes.",
      heapTotal,
    ),
    gauge(
      "process_heap_used_bytes",
      "Memory of the JavaScript heap that is in use, in bytes.",
      heapUsed,
    ),
    gauge(
      "process_external_memory_bytes",
      "Memory outside of the JavaScript heap that its objects hold, in bytes.",
      external,
    ),
    {
      name: "process_cpu_seconds_total",
      help: "Total user and system CPU time spent in seconds.",
      type: "counter",
      samples: [{ labels: {}, value: (user + system) / 1e6 }],
    },
    gauge(
      "process_start_time_seconds",
      "Start time of the process since unix epoch in seconds.",
      performance.timeOrigin / 1000,
    ),
    {
      name: "panal_runtime_info",
      help: "The runtime; always 1.",
      type: "gauge",
      samples: [{
        labels: { deno: Deno.version.deno, v8: Deno.version.v8 },
        value: 1,
      }],
    },
  ];
}
