/**
 * The metrics of a running node, kept by the library prom-client and shown as Prometheus reads them.
 *
 * The library's own figures of the process are not used: under Deno's permissions they show a memory of 0 bytes, and
 * their observers and timers run whether somebody asks or not. What is shown of the process is read when it is asked.
 *
 * @module
 */
import process from "node:process";
import { Counter, Gauge, Histogram, Registry } from "prom-client";
import {
  type ChargingFigures,
  type FleetFigures,
  METRIC_ROUTES_MAX,
  METRIC_SITES_MAX,
  type Metrics,
} from "../metrics.ts";

const SYNC_SECONDS = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
const STORE_SECONDS = [
  ...[0.0001, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025],
  ...[0.05, 0.1, 0.25, 0.5, 1, 5],
];
const SITES_REST = "otras";
const ROUTES_REST = "other";

/**
 * Makes the metrics of this process.
 *
 * @returns Metrics with nothing counted yet. They keep no timer.
 */
export function createPrometheus(): Metrics {
  const registers = [new Registry()];
  const [registry] = registers as [Registry];
  addProcess(registers);
  const sync = new Histogram({
    name: "panal_sync_latency_seconds",
    help: "Time of one synchronisation with a branch.",
    labelNames: ["sucursal"],
    buckets: SYNC_SECONDS,
    registers,
  });
  const requests = new Counter({
    name: "panal_http_requests_total",
    help: "Requests answered, by route and status.",
    labelNames: ["route", "status"],
    registers,
  });
  const sales = new Counter({
    name: "panal_sales_synced_total",
    help: "Sales synchronised with branches and centrals.",
    labelNames: ["sucursal", "direction"],
    registers,
  });
  const store = new Histogram({
    name: "panal_store_seconds",
    help: "Time until the store has answered.",
    labelNames: ["op"],
    buckets: STORE_SECONDS,
    registers,
  });
  const purchases = new Counter({
    name: "panal_purchases_total",
    help: "Purchases with fleet cards decided here, by what became of them.",
    labelNames: ["outcome"],
    registers,
  });
  const charges = new Counter({
    name: "panal_charging_sessions_total",
    help: "Charging sessions that began to supply here, or ended, by how.",
    labelNames: ["outcome"],
    registers,
  });
  const refusals = new Counter({
    name: "panal_charging_refusals_total",
    help: "Drivers' requests that were refused, by reason.",
    labelNames: ["reason"],
    registers,
  });
  const operations = {
    write: store.labels("write"),
    scan: store.labels("scan"),
  };
  const siteOf = bounded(METRIC_SITES_MAX, SITES_REST);
  const routeOf = bounded(METRIC_ROUTES_MAX, ROUTES_REST);
  return {
    observeSync: (site, seconds) =>
      sync.labels(siteOf(site)).observe(positive(seconds)),
    countRequest: (route, status) =>
      requests.labels(routeOf(route), String(status)).inc(),
    countSales: (site, direction, count) =>
      sales.labels(siteOf(site), direction).inc(positive(count)),
    observeStore: (operation, seconds) =>
      operations[operation].observe(positive(seconds)),
    countPurchase: (outcome) => purchases.labels(outcome).inc(),
    watchFleet: (read) => addFleet(registers, read),
    countCharge: (outcome) => charges.labels(outcome).inc(),
    countChargeRefusal: (reason) => refusals.labels(reason).inc(),
    watchCharging: (read) => addCharging(registers, read),
    watchKafka: (read) => addKafka(registers, read),
    text: () => registry.metrics(),
  };
}

const FLEET_HELP: Readonly<Record<keyof FleetFigures, readonly string[]>> = {
  resultsKept: [
    "panal_card_results_kept",
    "Verdicts that their cards did not get, 1000 at most.",
  ],
  unconfirmed: [
    "panal_verdicts_unconfirmed",
    "Verdicts that no original regional office has confirmed, 1000 at most.",
  ],
  floorOpen: [
    "panal_floor_open_units",
    "Floor expenses that no balance has covered yet, in whole units.",
  ],
};

function addFleet(registers: Registry[], read: () => FleetFigures): void {
  for (const [figure, [name = "", help = ""]] of Object.entries(FLEET_HELP)) {
    new Gauge({
      ...{ name, help, registers },
      collect() {
        this.set(read()[figure as keyof FleetFigures]);
      },
    });
  }
}

function addCharging(
  registers: Registry[],
  read: () => ChargingFigures,
): void {
  new Gauge({
    name: "panal_charging_points",
    help: "Charging points, by state.",
    labelNames: ["state"],
    registers,
    collect() {
      const figures = read();
      for (const [state, count] of Object.entries(figures.states)) {
        this.labels(state).set(count);
      }
      unconfirmed.set(figures.unconfirmed);
    },
  });
  // Written behind the one that asks for the figures of both.
  const unconfirmed = new Gauge({
    name: "panal_charging_points_unconfirmed",
    help: "Charging points that have not confirmed a stop or resume.",
    registers,
  });
}

function addKafka(registers: Registry[], read: () => boolean): void {
  new Gauge({
    name: "panal_kafka_connected",
    help: "1 while the broker of Kafka is reached, else 0.",
    registers,
    collect() {
      this.set(read() ? 1 : 0);
    },
  });
}

/** The library throws on what is no number at least 0, and measuring must not end what is measured. */
function positive(value: number): number {
  return Number.isFinite(value) && value > 0 ? value : 0;
}

/** Keeps the values of a label few: the first `max` stay as they are, all others become `rest`. */
function bounded(max: number, rest: string): (value: string) => string {
  const known = new Set<string>();
  return (value) => {
    if (known.has(value)) return value;
    if (known.size >= max) return rest;
    known.add(value);
    return value;
  };
}

function addProcess(registers: Registry[]): void {
  new Gauge({
    name: "process_resident_memory_bytes",
    help: "Resident memory size in bytes.",
    registers,
    collect() {
      this.set(Deno.memoryUsage().rss);
    },
  });
  new Gauge({
    name: "process_heap_bytes",
    help: "Memory of the JavaScript heap in bytes.",
    registers,
    collect() {
      this.set(Deno.memoryUsage().heapTotal);
    },
  });
  new Counter({
    name: "process_cpu_seconds_total",
    help: "Total user and system CPU time spent in seconds.",
    registers,
    collect() {
      const { user, system } = process.cpuUsage();
      this.reset();
      this.inc((user + system) / 1e6);
    },
  });
  new Gauge({
    name: "process_start_time_seconds",
    help: "Start time of the process since unix epoch in seconds.",
    registers,
  }).set(performance.timeOrigin / 1000);
}
