/**
 * From a driver's request on its topic to the word that he may charge, over a real Apache Kafka.
 *
 * @module
 */
import { join } from "node:path";
import { PanalError } from "../../crdt/mod.ts";
import {
  SiteDriver,
  startPoint,
  startSiteNode,
} from "../kafka/charging_site.ts";
import { type RealBroker, startRealBroker } from "../kafka/real_broker.ts";
import { ProcessGroup } from "../support/processes.ts";
import { until } from "../support/topics_rig.ts";
import {
  below,
  type BenchOptions,
  type BenchReport,
  type BenchRun,
  informs,
} from "./bench_report.ts";
import { cpuSeconds } from "./process_usage.ts";
import { latenciesOf, median } from "./statistics.ts";

/** Asked for in turn: an installed monitor is told one thing at a time, so one alone would be waited for. */
const POINTS = Array.from({ length: 16 }, (_, i) => `SEV-${i + 1}`);
/** Requests before those that count. */
const WARM_UP = 20;

/** One run: a node, a point, and a driver who asks and leaves again. */
async function runOnce(
  folder: string,
  { broker, requests }: {
    readonly broker: RealBroker;
    readonly requests: number;
  },
): Promise<Record<string, number>> {
  const { address } = broker;
  await Deno.mkdir(folder, { recursive: true });
  await using group = new ProcessGroup(folder);
  const node = await startSiteNode(group, "node", { broker: address });
  const driver = new SiteDriver("417", address);
  await driver.start();
  const points = await Promise.all(
    POINTS.map((id) => startPoint(id, { node, broker: address })),
  );
  try {
    await until(
      "the points are free",
      () =>
        POINTS.every((id) =>
          driver.points.some((it) => it.id === id && it.status === "ACTIVADO")
        ),
      60_000,
    );
    const before = await cpuSeconds(node.pid);
    const times: number[] = [];
    for (let i = -WARM_UP; i < requests; i++) {
      const point = POINTS[(i + WARM_UP) % POINTS.length] ?? "";
      const { word, ms } = await driver.ask(point);
      if (word.type !== "AUTH_OK") {
        throw new PanalError(
          "internal",
          `Request ${i} was refused: ${word.text}`,
        );
      }
      if (i >= 0) times.push(ms);
      driver.words.length = 0;
      await driver.quit();
      await driver.hears("SUPPLY_ERROR", point);
    }
    const cpu = await cpuSeconds(node.pid) - before;
    const { p50, p99, max } = latenciesOf(times);
    return {
      "p50 ms": p50,
      "p99 ms": p99,
      "max ms": max,
      requests,
      "CPU s of the node": cpu,
    };
  } finally {
    await Promise.all([...points, driver].map((it) => it.stop()));
  }
}

/** Runs the bench. */
export async function run(options: BenchOptions): Promise<BenchReport> {
  const { folder, quick, progress } = options;
  const runs = options.runs ?? (quick ? 1 : 3);
  const requests = quick ? 100 : 500;
  const found = await startRealBroker();
  if ("missing" in found) {
    throw new PanalError(
      "config_invalid",
      `There is no real Kafka broker: ${found.missing}`,
    );
  }
  const { broker } = found;
  const done: BenchRun[] = [];
  try {
    for (let i = 1; i <= runs; i++) {
      const values = await runOnce(join(folder, `${i}`), { broker, requests });
      done.push({ name: `run ${i}`, values });
      progress(`run ${i} of ${runs}: p99 ${values["p99 ms"]?.toFixed(1)} ms`);
    }
  } finally {
    await broker.stop();
  }
  const middle = (name: string) =>
    median(done.map(({ values }) => Number(values[name])));
  return {
    bench: "charging_kafka",
    about: "driver's request to AUTH_OK over a real Apache Kafka of one node",
    parameters: { requests, runs },
    runs: done,
    results: [
      below("request to AUTH_OK, p99", middle("p99 ms"), {
        most: 100,
        unit: "ms",
      }),
      informs("request to AUTH_OK, median", middle("p50 ms"), "ms"),
    ],
    notes: [
      "From before the driver's program writes its request until it has read the answer; in between the node reads, decides durably, tells the point's monitor over its socket and publishes.",
      `One request at a time, for ${POINTS.length} points in turn; after each answer the driver leaves, so that the point is free again. Broker, node, points and driver share the machine.`,
    ],
  };
}
