/**
 * Thousands of charging points at one node: what they cost while they are connected and some report each second, and how
 * soon a stop reaches one.
 *
 * @module
 */
import { BenchMesh } from "./bench_mesh.ts";
import {
  atLeast,
  below,
  type BenchOptions,
  type BenchReport,
  informs,
} from "./bench_report.ts";
import { runPoints } from "./charging_point_load.ts";
import { median } from "./statistics.ts";

const OPTIONS = [
  ...["--currency", "EUR", "--timezone", "Europe/Madrid"],
  ...["--surface", "charging=127.0.0.1:0"],
  ...["--surface", "charging-ocpp=127.0.0.1:0"],
];

/** Runs the bench. */
export async function run(options: BenchOptions): Promise<BenchReport> {
  const { folder, quick, progress } = options;
  const runs = options.runs ?? (quick ? 1 : 3);
  const sizes = quick
    ? { texts: 500, chargers: 200, reporting: 50, seconds: 4, stops: 40 }
    : {
      texts: 5_000,
      chargers: 2_000,
      reporting: 500,
      seconds: 20,
      stops: 400,
    };
  const mesh = new BenchMesh(folder);
  const site = await mesh.add("site", "SEV", ["charging"]);
  const node = await mesh.run(site, [], OPTIONS);
  const { http, surfaces } = node.ready;
  const portOf = (name: string) => Number(new URL(surfaces[name] ?? "").port);
  progress(`${sizes.texts + sizes.chargers} points connect`);
  const done = await runPoints({
    ...{ http, pid: node.pid, runs, ...sizes },
    textPort: portOf("charging"),
    ocppPort: portOf("charging-ocpp"),
  });
  await node.stop();
  const middle = (figure: (one: (typeof done)[number]) => number) =>
    median(done.map(figure));
  return {
    bench: "charging_points",
    about:
      `${sizes.texts} text points and ${sizes.chargers} OCPP points at one node`,
    parameters: { ...sizes, runs },
    runs: done.map((one, i) => ({
      name: `run ${i + 1}`,
      values: {
        "CPU share of a core": one.share,
        "CPU share without reports": one.idleShare,
        "reports/s": one.perSecond,
        "report p99 ms": one.reports.p99,
        "RSS MB": one.rssMb,
        "stop p50 ms": one.stops.p50,
        "stop p99 ms": one.stops.p99,
        "stop max ms": one.stops.max,
      },
    })),
    results: [
      below(
        `CPU of the node, ${sizes.reporting} points reporting each second`,
        100 * middle((one) => one.share),
        { most: 100, unit: "% of a core" },
      ),
      atLeast(
        "reports that were acknowledged",
        middle((one) => one.perSecond),
        {
          least: 0.98 * sizes.reporting,
          unit: "/s",
        },
      ),
      below("its RSS, the most seen", middle((one) => one.rssMb), {
        most: 500,
        unit: "MB",
      }),
      below(
        "a stop until the point hears it, p99",
        middle((one) => one.stops.p99),
        {
          most: 100,
          unit: "ms",
        },
      ),
      informs(
        "CPU of the node, nothing reported",
        100 * middle((one) => one.idleShare),
        "% of a core",
      ),
      informs(
        "a report until its answer, p99",
        middle((one) => one.reports.p99),
        "ms",
      ),
    ],
    notes: [
      "All points are one process on the same machine. Text points have no telemetry on their connections, so it is OCPP points that report: MeterValues of a running transaction each second.",
      "Stops are posted to the API, four at a time, half of them to text points, while the others go on reporting; each point is resumed before the next is stopped.",
    ],
  };
}
