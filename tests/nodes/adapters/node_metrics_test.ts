import { match, ok, strictEqual } from "node:assert/strict";
import { createNodeMetrics } from "../../../nodes/adapters/node_metrics.ts";
import { openNodeStore } from "../../support/node_store.ts";
import { SimulatedDisk } from "../../support/simulated_disk.ts";
import {
  measureStore,
  METRIC_SITES_MAX,
  type Metrics,
  NO_METRICS,
} from "../../../nodes/metrics.ts";
import { META } from "../../../nodes/tables.ts";

/** The value behind a series as it is written; undefined if there is none. */
async function valueOf(
  metrics: Metrics,
  series: string,
): Promise<number | undefined> {
  const line = (await metrics.text()).split("\n")
    .find((it) => it.startsWith(`${series} `));
  return line === undefined ? undefined : Number(line.split(" ").at(-1));
}

Deno.test("C-68: createNodeMetrics() shows the documented names", async () => {
  const metrics = createNodeMetrics();
  metrics.observeSync("ABA", 0.2);
  metrics.countRequest("/api/ventas/:id", 404);
  metrics.countRequest("/api/ventas/:id", 404);
  metrics.countSales("ABA", "received", 7);
  metrics.countSales("ABA", "sent", 1);
  metrics.observeStore("write", 0.003);
  const expected: Readonly<Record<string, number>> = {
    'panal_sync_latency_seconds_count{sucursal="ABA"}': 1,
    'panal_sync_latency_seconds_bucket{le="0.1",sucursal="ABA"}': 0,
    'panal_sync_latency_seconds_bucket{le="0.25",sucursal="ABA"}': 1,
    'panal_http_requests_total{route="/api/ventas/:id",status="404"}': 2,
    'panal_sales_synced_total{sucursal="ABA",direction="received"}': 7,
    'panal_sales_synced_total{sucursal="ABA",direction="sent"}': 1,
    'panal_store_seconds_count{op="write"}': 1,
  };
  for (const [series, value] of Object.entries(expected)) {
    strictEqual(await valueOf(metrics, series), value, series);
  }
});

Deno.test("C-68: createNodeMetrics() shows this process's CPU and memory", async () => {
  const metrics = createNodeMetrics();
  const memory = await valueOf(metrics, "process_resident_memory_bytes");
  ok(memory !== undefined && memory > 10_000_000, `${memory} bytes`);
  const cpu = await valueOf(metrics, "process_cpu_seconds_total");
  ok(cpu !== undefined && cpu > 0.01, `${cpu} seconds`);
  const again = await valueOf(metrics, "process_cpu_seconds_total");
  ok(again !== undefined && again >= cpu && again < cpu + 60, `${again}`);
});

Deno.test("createNodeMetrics() counts purchases by outcome, and asks for fleet figures when it is read", async () => {
  const metrics = createNodeMetrics();
  let resultsKept = 3;
  metrics.watchFleet(() => ({ resultsKept, unconfirmed: 2, floorOpen: 1606 }));
  metrics.countPurchase("charged");
  metrics.countPurchase("charged");
  metrics.countPurchase("limit_insufficient");
  const expected: Readonly<Record<string, number>> = {
    'panal_purchases_total{outcome="charged"}': 2,
    'panal_purchases_total{outcome="limit_insufficient"}': 1,
    "panal_verdicts_unconfirmed": 2,
    "panal_floor_open_units": 1606,
    "panal_card_results_kept": 3,
  };
  for (const [series, value] of Object.entries(expected)) {
    strictEqual(await valueOf(metrics, series), value, series);
  }
  resultsKept = 0;
  strictEqual(await valueOf(metrics, "panal_card_results_kept"), 0);
});

Deno.test("createNodeMetrics() shows charging sessions, refusals, points by state and the broker", async () => {
  const metrics = createNodeMetrics();
  const states = {
    ...{ DESCONECTADO: 1, ACTIVADO: 2, RESERVADO: 0 },
    ...{ SUMINISTRANDO: 3, AVERIADO: 0, FUERA_DE_SERVICIO: 0 },
  };
  let unconfirmed = 4;
  let isConnected = false;
  metrics.watchCharging(() => ({ states, unconfirmed }));
  metrics.watchKafka(() => isConnected);
  metrics.countCharge("started");
  metrics.countCharge("started");
  metrics.countCharge("completed");
  metrics.countChargeRefusal("point_busy");
  const expected: Readonly<Record<string, number>> = {
    'panal_charging_sessions_total{outcome="started"}': 2,
    'panal_charging_sessions_total{outcome="completed"}': 1,
    'panal_charging_refusals_total{reason="point_busy"}': 1,
    'panal_charging_points{state="SUMINISTRANDO"}': 3,
    'panal_charging_points{state="AVERIADO"}': 0,
    "panal_charging_points_unconfirmed": 4,
    "panal_kafka_connected": 0,
  };
  for (const [series, value] of Object.entries(expected)) {
    strictEqual(await valueOf(metrics, series), value, series);
  }
  unconfirmed = 0;
  isConnected = true;
  strictEqual(await valueOf(metrics, "panal_charging_points_unconfirmed"), 0);
  strictEqual(await valueOf(metrics, "panal_kafka_connected"), 1);
});

Deno.test("createNodeMetrics() keeps the values of its labels few", async () => {
  const metrics = createNodeMetrics();
  for (let i = 0; i < METRIC_SITES_MAX + 50; i++) {
    metrics.countSales(`S${i}`, "received", 1);
  }
  const text = await metrics.text();
  const lines = text.split("\n")
    .filter((it) => it.startsWith("panal_sales_synced_total{"));
  strictEqual(lines.length, METRIC_SITES_MAX + 1);
  const rest =
    'panal_sales_synced_total{sucursal="otras",direction="received"}';
  strictEqual(await valueOf(metrics, rest), 50);
});

Deno.test("createNodeMetrics() takes no harm from odd values", async () => {
  const metrics = createNodeMetrics();
  metrics.countSales('A"\n}', "sent", -4);
  metrics.observeSync("ABA", NaN);
  metrics.observeStore("scan", -1);
  match(await metrics.text(), /sucursal="A\\"\\n}",direction="sent"} 0\n/);
});

Deno.test("measureStore() counts transactions and scans, failed ones too", async () => {
  const metrics = createNodeMetrics();
  let now = 0;
  const store = measureStore(
    openNodeStore(new SimulatedDisk()),
    metrics,
    () => now += 20,
  );
  store.write((writer) => writer.put(META, { name: "a", value: "1" }));
  strictEqual(store.scan(META).length, 1);
  strictEqual(store.get(META, ["a"])?.["value"], "1");
  strictEqual(store.count(META), 1);
  try {
    store.write(() => {
      throw new RangeError("no");
    });
  } catch (error) {
    ok(error instanceof RangeError);
  }
  store.close();
  strictEqual(
    await valueOf(metrics, 'panal_store_seconds_count{op="write"}'),
    2,
  );
  strictEqual(
    await valueOf(metrics, 'panal_store_seconds_sum{op="write"}'),
    0.04,
  );
  strictEqual(
    await valueOf(metrics, 'panal_store_seconds_count{op="scan"}'),
    1,
  );
});

Deno.test("NO_METRICS measures nothing", async () => {
  NO_METRICS.countRequest("/", 200);
  NO_METRICS.countSales("ABA", "sent", 1);
  NO_METRICS.observeStore("write", 1);
  NO_METRICS.observeSync("ABA", 1);
  strictEqual(await NO_METRICS.text(), "");
});
