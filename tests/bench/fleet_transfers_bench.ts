/**
 * A purchase for which the station has no rights: it asks its region, which asks the company.
 *
 * @module
 */
import { PanalError } from "../../crdt/mod.ts";
import type { Transport } from "../../net/mod.ts";
import type { NodeWithParts } from "../../nodes/node.ts";
import { addressOf, BenchMesh } from "./bench_mesh.ts";
import {
  below,
  type BenchOptions,
  type BenchReport,
  informs,
} from "./bench_report.ts";
import { cardOf, COMPANY, openCompany, purchaseOf } from "./fleet_history.ts";
import { sleep } from "./node_http.ts";
import { latenciesOf } from "./statistics.ts";

const AMOUNT = 100;
const READY_MS = 20_000;

/** A transport that dials one address at most. */
function dialingOnly(inner: Transport, address: string | undefined): Transport {
  return {
    peer: inner.peer,
    start: (events) => inner.start(events),
    stop: () => inner.stop(),
    addresses: () => inner.addresses(),
    dial: (wanted, options) =>
      wanted === address
        ? inner.dial(wanted, options)
        : Promise.reject(new PanalError("dial_failed", "Does not dial that")),
  };
}

/** A company, a region that dials it, and a station that dials the region alone. */
async function openChain(
  folder: string,
): Promise<
  { company: NodeWithParts; station: NodeWithParts; all: NodeWithParts[] }
> {
  const mesh = new BenchMesh(folder);
  const members = [
    await mesh.add("company", null, ["company"]),
    await mesh.add("region", null, ["region"]),
    await mesh.add("station", "E34", ["station"]),
  ];
  const all: NodeWithParts[] = [];
  let above: string | undefined;
  for (const member of members) {
    const inner = await mesh.transport(member);
    const node = mesh.open(member, { transport: dialingOnly(inner, above) });
    await node.start();
    if (above !== undefined) node.replicator?.want(above);
    above = addressOf(inner);
    all.push(node);
  }
  const [company, , station] = all;
  if (company === undefined || station === undefined) throw new Error("none");
  return { company, station, all };
}

async function untilLinked(station: NodeWithParts): Promise<void> {
  const end = performance.now() + READY_MS;
  for (;;) {
    const verdict = await station.useCases.fleet.charge(purchaseOf(1, 1));
    if (verdict.accepted) return;
    if (performance.now() > end) throw new Error(`${verdict.reason}`);
    await sleep(50);
  }
}

/** Runs the bench. */
export async function run(options: BenchOptions): Promise<BenchReport> {
  const { folder, quick, progress } = options;
  const times = quick ? 100 : 1_000;
  const { company, station, all } = await openChain(folder);
  await openCompany(company, 1);
  await untilLinked(station);
  const took: number[] = [];
  for (let i = 0; i < times; i++) {
    // A card of its own each time: nobody but the company has rights of it.
    const card = cardOf(1000 + i);
    const made = await company.useCases.fleet.registerCard({
      company: COMPANY,
      card,
      limit: AMOUNT,
    });
    if (!made.ok) throw new Error(made.error.message);
    const input = purchaseOf(1000 + i, AMOUNT);
    const from = performance.now();
    const verdict = await station.useCases.fleet.charge(input);
    took.push(performance.now() - from);
    if (!verdict.accepted) throw new Error(`refused: ${verdict.reason}`);
    if (i % 200 === 0) progress(`transfer ${i} of ${times}`);
  }
  const asks = station.desk.asks;
  for (const node of all.toReversed()) await node.stop();
  if (asks < times) throw new Error("the station had rights at hand");
  const { p50, p99, max, count } = latenciesOf(took);
  return {
    bench: "fleet_transfers",
    about:
      "a purchase at a station whose rights come over its region from the company",
    parameters: { purchases: count },
    runs: [{
      name: "run 1",
      values: { "p50 ms": p50, "p99 ms": p99, "max ms": max, asks },
    }],
    results: [
      below("a purchase with a transfer over two hops, p99", p99, {
        most: 80,
        unit: "ms",
      }),
      informs("the same, median", p50, "ms"),
    ],
    notes: [
      "Three nodes in one process, linked by libp2p on loopback; the station reaches the region alone. Each of the three writes to the disk before it answers.",
      "Each purchase is of a card whose whole limit is at the company.",
    ],
  };
}
