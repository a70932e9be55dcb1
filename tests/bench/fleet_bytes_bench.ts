/**
 * What an expense costs on the line between a station and its region, beside what the installed programs send for one.
 *
 * @module
 */
import { encodeFleetMessage } from "../../net/mod.ts";
import { addressOf, BenchMesh } from "./bench_mesh.ts";
import {
  below,
  type BenchOptions,
  type BenchReport,
  type BenchRun,
  informs,
} from "./bench_report.ts";
import { countSent } from "./counting_transport.ts";
import { chargeMany, COMPANY, openCompany } from "./fleet_history.ts";
import { sleep } from "./node_http.ts";
import { median } from "./statistics.ts";

const CARDS = 64;
const QUIET_MS = 1_500;
const READY_MS = 20_000;

/** Bytes that the installed programs send for one expense: the expense, its verdict, its acknowledgement. */
function originalBytes(): number {
  const expense = {
    company: Number(COMPANY),
    card: 17,
    total: 16_060,
    date: "2026-11-22",
  };
  const pumpAddress = "127.0.0.1:22341";
  const station = "134";
  return [
    encodeFleetMessage({ kind: "expense", pumpAddress, expense, station }),
    encodeFleetMessage({
      kind: "verdict",
      ...{ pumpAddress, expense, station },
      accepted: true,
    }),
    encodeFleetMessage({ kind: "acknowledgement", pumpAddress, expense }),
  ].reduce((sum, frame) => sum + frame.length, 0);
}

/** Runs the bench. */
export async function run(options: BenchOptions): Promise<BenchReport> {
  const { folder, quick, progress } = options;
  const runs = options.runs ?? 3;
  const expenses = quick ? 2_000 : 20_000;
  const mesh = new BenchMesh(folder);
  const office = await mesh.add("region", null, ["region"]);
  const station = await mesh.add("station", "E34", ["station", "company"]);
  const above = countSent(await mesh.transport(office));
  const underneath = countSent(await mesh.transport(station));
  const region = mesh.open(office, { transport: above.transport });
  const node = mesh.open(station, { transport: underneath.transport });
  await region.start();
  await node.start();
  node.replicator?.want(addressOf(above.transport));
  await openCompany(node, CARDS);
  const known = () => region.useCases.fleet.company(COMPANY)?.expenses ?? 0;
  const done: BenchRun[] = [];
  let sum = 0;
  for (const together of [1, 16, CARDS]) {
    for (let i = 1; i <= (together === CARDS ? runs : 1); i++) {
      await sleep(QUIET_MS);
      const count = together === 1 ? expenses / 10 : expenses;
      const before = [underneath.counts.bytes, above.counts.bytes];
      await chargeMany(node, count, { cards: CARDS, together });
      sum += count;
      const end = performance.now() + READY_MS;
      while (known() < sum) {
        if (performance.now() > end) throw new Error("expenses are missing");
        await sleep(20);
      }
      await sleep(QUIET_MS);
      const [sent, back] = [
        underneath.counts.bytes - (before[0] ?? 0),
        above.counts.bytes - (before[1] ?? 0),
      ];
      const bytes = (sent + back) / count;
      progress(`${together} at once: ${bytes.toFixed(1)} bytes an expense`);
      done.push({
        name: `${together} at once, run ${i}`,
        values: {
          together,
          expenses: count,
          "bytes an expense, both ways": bytes,
          "bytes back": back / count,
        },
      });
    }
  }
  await node.stop();
  await region.stop();
  const bytesOf = (together: number) =>
    median(
      done.filter(({ values }) => values["together"] === together)
        .map(({ values }) => Number(values["bytes an expense, both ways"])),
    );
  const original = originalBytes();
  return {
    bench: "fleet_bytes",
    about: "bytes between a station and its region for one expense",
    parameters: { expenses, cards: CARDS, runs },
    runs: done,
    results: [
      below(`bytes an expense, ${CARDS} cards at once`, bytesOf(CARDS), {
        most: original / 3,
        unit: "B",
      }),
      informs("the same, 16 at once", bytesOf(16), "B"),
      informs("the same, one after another", bytesOf(1), "B"),
      informs(
        "expense, verdict and acknowledgement as installed",
        original,
        "B",
      ),
    ],
    notes: [
      "All frames in both directions before libp2p's encryption, with the talk about what each has. Target: a third of what installed programs send.",
    ],
  };
}
