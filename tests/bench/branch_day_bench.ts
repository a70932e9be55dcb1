/**
 * A day of one branch until the office has all of it: posted by an installed branch, and replicated by a node. Times, and
 * bytes beside the plain JSON that says the same.
 *
 * @module
 */
import { join } from "node:path";
import { money, type ProductId } from "../../crdt/mod.ts";
import type { NodeWithParts } from "../../nodes/node.ts";
import { addressOf, BenchMesh } from "./bench_mesh.ts";
import {
  atLeast,
  below,
  type BenchOptions,
  type BenchReport,
  type BenchRun,
  informs,
} from "./bench_report.ts";
import { countSent } from "./counting_transport.ts";
import {
  dayProducts,
  type DaySale,
  daySales,
  dayUser,
  messageOf,
} from "./branch_day.ts";
import { SetClock } from "./history.ts";
import { sleep } from "./node_http.ts";
import { median } from "./statistics.ts";

const SITE = "ABA";
const PATH = "/api/sincronizacion/recibir";
const SYNC_MS_MAX = 60_000;
const DAY = "2026-03-04";
/** Lima is five hours behind. */
const MIDNIGHT_MS = Date.parse(`${DAY}T05:00:00Z`);
const DAY_MS = 86_400_000;

type Values = Record<string, number>;

async function gzip(text: string): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([text]).stream()
    .pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** One message with the whole day, compressed, to the real program. */
async function post(folder: string, json: string): Promise<Values> {
  const mesh = new BenchMesh(folder);
  const office = await mesh.add("office", null);
  const node = await mesh.run(office, [], [
    "--surface",
    "branch-sync=127.0.0.1:0",
  ]);
  const url = `${node.ready.surfaces["branch-sync"] ?? ""}${PATH}`;
  // The first request of a process pays for what is compiled then.
  await send(url, await gzip(messageOf("CAL", DAY, daySales("CAL", 1))));
  const from = performance.now();
  const body = await gzip(json);
  const received = await send(url, body);
  const seconds = (performance.now() - from) / 1000;
  await node.stop();
  return { seconds, received, bytes: body.length, plain: json.length };
}

async function send(
  url: string,
  body: Uint8Array<ArrayBuffer>,
): Promise<number> {
  const response = await fetch(url, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      "content-encoding": "gzip",
    },
    body,
  });
  const answer = await response.json();
  if (response.status !== 200) throw new Error(JSON.stringify(answer));
  return answer.ventasRecibidas;
}

async function sellDay(
  node: NodeWithParts,
  clock: SetClock,
  sales: readonly DaySale[],
): Promise<void> {
  const products = dayProducts(SITE);
  await Promise.all(
    products.map(({ id, name, price }) =>
      node.useCases.createProduct({
        scope: `site:${SITE}`,
        product: id as ProductId,
        name,
        price: money(price, "PEN"),
        stock: 1_000_000,
      })
    ),
  );
  for (const { wallMs, user, lines } of sales) {
    clock.wall = MIDNIGHT_MS + wallMs;
    const sold = await node.useCases.recordSale({
      lines: lines.map(({ product, quantity }) => ({
        product: product.id as ProductId,
        quantity,
      })),
      seller: { id: String(user), name: dayUser(user) },
    });
    if (!sold.ok) throw new Error(sold.error.message);
  }
}

/** A branch that sold a day alone, each sale for itself, and then meets the office. */
async function replicate(
  folder: string,
  sales: readonly DaySale[],
): Promise<Values> {
  const mesh = new BenchMesh(folder);
  const [office, branch] = [
    await mesh.add("office", null),
    await mesh.add("branch", SITE),
  ];
  const clock = new SetClock();
  clock.wall = MIDNIGHT_MS;
  const alone = mesh.open(branch, { clock });
  await alone.start();
  await sellDay(alone, clock, sales);
  await alone.stop();
  clock.wall = MIDNIGHT_MS + DAY_MS - 3_600_000;
  const ends = [office, branch].map(async (member) => {
    const { transport, counts } = countSent(await mesh.transport(member));
    const node = mesh.open(member, { transport, clock });
    await node.start();
    return { node, counts, transport };
  });
  const [there, here] = await Promise.all(ends);
  if (there === undefined || here === undefined) throw new Error("no ends");
  const from = performance.now();
  here.node.replicator?.want(addressOf(there.transport));
  const received = () => there.node.useCases.totals({}).count;
  while (received() < sales.length) {
    if (performance.now() - from > SYNC_MS_MAX) {
      throw new Error("the office did not get the day");
    }
    await sleep(2);
  }
  const seconds = (performance.now() - from) / 1000;
  const values = {
    seconds,
    received: received(),
    bytes: here.counts.bytes + there.counts.bytes,
    frames: here.counts.frames + there.counts.frames,
  };
  await here.node.stop();
  await there.node.stop();
  return values;
}

/** Runs the bench. */
export async function run(options: BenchOptions): Promise<BenchReport> {
  const { folder, quick, progress } = options;
  const runs = options.runs ?? (quick ? 1 : 3);
  const count = quick ? 500 : 2_000;
  const sales = daySales(SITE, count);
  const json = messageOf(SITE, DAY, sales);
  const ways: Readonly<Record<string, (folder: string) => Promise<Values>>> = {
    "HTTP with gzip": (own) => post(own, json),
    native: (own) => replicate(own, sales),
  };
  const done: BenchRun[] = [];
  const byWay = new Map<string, Values[]>();
  for (const [way, work] of Object.entries(ways)) {
    for (let i = 1; i <= runs; i++) {
      const values = await work(join(folder, `${way}-${i}`));
      if (values["received"] !== count) throw new Error("sales are missing");
      const saved = 100 * (1 - Number(values["bytes"]) / json.length);
      const all = { ...values, "saved %": saved };
      byWay.set(way, [...byWay.get(way) ?? [], all]);
      done.push({ name: `${way}, run ${i}`, values: all });
      progress(`${way}, run ${i} of ${runs}: ${values["seconds"]} s`);
    }
  }
  const middle = (way: string, name: string) =>
    median((byWay.get(way) ?? []).map((values) => Number(values[name])));
  const second = { most: 1, unit: "s" };
  return {
    bench: "branch_day",
    about: `a day of ${count} sales of one branch until the office has it`,
    parameters: { sales: count, "plain JSON, bytes": json.length, runs },
    runs: done,
    results: [
      below("HTTP with gzip", middle("HTTP with gzip", "seconds"), second),
      below("native", middle("native", "seconds"), second),
      atLeast(
        "saved on the wire, HTTP with gzip",
        middle("HTTP with gzip", "saved %"),
        { least: 70, unit: "%" },
      ),
      atLeast("saved on the wire, native", middle("native", "saved %"), {
        least: 85,
        unit: "%",
      }),
      informs("bytes, native", middle("native", "bytes"), "B"),
    ],
    notes: [
      "HTTP: one message with the whole day, compressing included, to the real program, answered when it is durable.",
      "Native: each sale was a commit of its own; from dialing until the office shows all, both directions counted, " +
      "certificates, products and prices among them; framing, encryption and TCP are not.",
      "Saved beside the JSON of the same day as an installed branch sends it.",
    ],
  };
}
