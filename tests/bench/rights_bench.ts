/**
 * What strict products cost: a sale with rights at hand beside a plain one, a transfer from another till, how seldom a
 * till must ask when rights move ahead of need, and how many customers are served while the line is cut.
 *
 * @module
 */
import { writeFile } from "node:fs/promises";
import process from "node:process";
import {
  createSeededRandom,
  money,
  type ProductId,
  type SiteCode,
  siteSpace,
} from "../../crdt/mod.ts";
import type { NodeWithParts } from "../../nodes/node.ts";
import type { UseCases } from "../../nodes/use_cases.ts";
import { createSiteMesh, type TestMesh } from "../support/test_mesh.ts";
import { addressOf, BenchMesh } from "./bench_mesh.ts";
import {
  atLeast,
  atMost,
  below,
  type BenchOptions,
  type BenchReport,
  type BenchRun,
  informs,
} from "./bench_report.ts";
import { sleep } from "./node_http.ts";
import { latenciesOf, median } from "./statistics.ts";

const SITE = "CUS" as SiteCode;
const STRICT = "strict" as ProductId;
const SOFT = "soft" as ProductId;
const AT_ONCE = 64;
const SVG_FILE = new URL("rights_availability.svg", import.meta.url);

async function create(
  till: UseCases,
  product: ProductId,
  stock: number,
): Promise<void> {
  const made = await till.createProduct({
    scope: `site:${SITE}`,
    product,
    name: product,
    price: money(1000, "PEN"),
    stock,
    policy: product === STRICT ? "strict" : "soft",
  });
  if (!made.ok) throw new Error(made.error.message);
}

async function sell(till: UseCases, product: ProductId): Promise<boolean> {
  const lines = [{ product, quantity: 1 }];
  return (await till.recordSale({ lines })).ok;
}

/** Sells so often, so many at once; answers microseconds a sale, by the wall and of the processor. */
async function sellMany(till: UseCases, product: ProductId, times: number) {
  let left = times;
  const cpu = process.cpuUsage();
  const from = performance.now();
  await Promise.all(Array.from({ length: AT_ONCE }, async () => {
    while (left-- > 0) {
      if (!await sell(till, product)) throw new Error("a sale was refused");
    }
  }));
  const { user, system } = process.cpuUsage(cpu);
  const wall = 1000 * (performance.now() - from) / times;
  return { wall, cpu: (user + system) / times };
}

async function compareCost(options: BenchOptions, runs: number) {
  const mesh = new BenchMesh(options.folder);
  const node = mesh.open(await mesh.add("cost", SITE));
  await node.start();
  const times = options.quick ? 2_000 : 10_000;
  for (const product of [STRICT, SOFT]) {
    await create(node.useCases, product, 1_000_000_000);
    await sellMany(node.useCases, product, times);
  }
  const done: BenchRun[] = [];
  for (let i = 1; i <= runs; i++) {
    // Which goes first changes, so that neither has the warmer cache or the sealing of the other's pages.
    const order = i % 2 === 0 ? [STRICT, SOFT] : [SOFT, STRICT];
    const values: Record<string, number> = {};
    for (const product of order) {
      const { wall, cpu } = await sellMany(node.useCases, product, times);
      values[`${product} µs`] = wall;
      values[`${product} CPU µs`] = cpu;
    }
    done.push({ name: `cost ${i}`, values });
    options.progress(`cost, round ${i} of ${runs}`);
  }
  await node.stop();
  return done;
}

async function until(holds: () => boolean): Promise<void> {
  const end = performance.now() + 20_000;
  while (!holds()) {
    if (performance.now() > end) throw new Error("the tills did not agree");
    await sleep(2);
  }
}

/** Milliseconds of sales that must fetch their right from the other till first, over real links on loopback. */
async function measureTransfers(options: BenchOptions): Promise<number[]> {
  const mesh = new BenchMesh(`${options.folder}/transfer`);
  const tills: NodeWithParts[] = [];
  let address: string | undefined;
  for (const name of ["till-1", "till-2"]) {
    const member = await mesh.add(name, SITE);
    const transport = await mesh.transport(member);
    const node = mesh.open(member, { transport });
    await node.start();
    if (address !== undefined) node.replicator?.want(address);
    address ??= addressOf(transport);
    tills.push(node);
  }
  const [giver, asker] = tills.map(({ useCases }) => useCases);
  if (giver === undefined || asker === undefined) throw new Error("no tills");
  const space = siteSpace(SITE);
  await until(() =>
    tills.every(({ replica }) => replica.register.ofSpace(space).length === 2)
  );
  await create(giver, STRICT, 0);
  const onHand = () => asker.stockOf(SITE, STRICT)?.onHand ?? 0;
  const times = options.quick ? 100 : 1000;
  const took: number[] = [];
  for (let i = 0; i < times; i++) {
    const lines = [{ product: STRICT, quantity: 1 }];
    await giver.receiveStock({ site: SITE, lines });
    await until(() => onHand() === 1);
    const from = performance.now();
    if (!await sell(asker, STRICT)) throw new Error("no right came");
    took.push(performance.now() - from);
    if (i % 200 === 0) options.progress(`transfer ${i} of ${times}`);
  }
  for (const till of tills) await till.stop();
  return took;
}

/** Tills of one site in virtual time, the first with all the stock. */
async function openTills(
  count: number,
  stock: Readonly<Partial<Record<string, number>>>,
): Promise<{ mesh: TestMesh; tills: NodeWithParts[] }> {
  const names = Array.from({ length: count }, (_, i) => `till-${i}`);
  const mesh = await createSiteMesh(names, { seed: 9, site: SITE });
  await mesh.run(2_000);
  const tills = names.map((name) => mesh.node(name));
  const [first] = tills;
  for (const [product, units = 0] of Object.entries(stock)) {
    if (first !== undefined) {
      await mesh.settle(
        create(first.useCases, product as ProductId, units),
      );
    }
  }
  await mesh.run(5_000);
  return { mesh, tills };
}

/** A customer comes to a till. */
interface Customer {
  readonly atMs: number;
  readonly till: number;
}

/** Customers at random instants, so many a second at each till. */
function drawCustomers(
  ratesPerSecond: readonly number[],
  seconds: number,
  seed: number,
): Customer[] {
  const random = createSeededRandom(seed);
  const uniform = () =>
    (random.bytes(4)[0] ?? 0) / 256 +
    (random.bytes(4)[0] ?? 0) / 65_536;
  return ratesPerSecond.flatMap((rate, till) => {
    const list: Customer[] = [];
    for (let at = 0;;) {
      at += -Math.log(1 - Math.min(uniform(), 0.99999)) / rate;
      if (at > seconds) return list;
      list.push({ atMs: 1000 * at, till });
    }
  }).toSorted((a, b) => a.atMs - b.atMs);
}

/** Lets customers come in virtual time; answers how many were served. */
async function serve(
  mesh: TestMesh,
  tills: readonly NodeWithParts[],
  { customers, product }: {
    readonly customers: readonly Customer[];
    readonly product: ProductId;
  },
): Promise<number> {
  const from = mesh.clock.monotonic();
  const answers: Promise<boolean>[] = [];
  for (const { atMs, till } of customers) {
    const wait = atMs - (mesh.clock.monotonic() - from);
    if (wait > 0) await mesh.run(wait);
    const useCases = tills[till]?.useCases;
    if (useCases !== undefined) answers.push(sell(useCases, product));
  }
  const served = await mesh.settle(Promise.all(answers));
  return served.filter((it) => it).length;
}

/** Twenty tills, few of which sell most; half-way others become the busy ones. */
async function measureAsking(options: BenchOptions) {
  const count = 20;
  const seconds = options.quick ? 30 : 120;
  const weights = Array.from({ length: count }, (_, i) => 1 / (i + 1));
  const sum = weights.reduce((a, b) => a + b, 0);
  const perSecond = 10;
  const rates = weights.map((weight) => perSecond * weight / sum);
  const stock = { [STRICT]: 2 * 2 * perSecond * seconds };
  const { mesh, tills } = await openTills(count, stock);
  let [sold, wanted] = [0, 0];
  for (const [round, list] of [rates, rates.toReversed()].entries()) {
    const customers = drawCustomers(list, seconds, round);
    wanted += customers.length;
    sold += await serve(mesh, tills, { customers, product: STRICT });
    options.progress(`asking: ${sold} of ${wanted} sold`);
  }
  const asks = tills.reduce((all, { desk }) => all + desk.asks, 0);
  await mesh.run(20_000);
  const violations = tills.flatMap(({ useCases }) => useCases.invariants())
    .reduce((all, it) => all + it.violations, 0);
  await mesh.stop();
  if (sold !== wanted || violations > 0) {
    throw new Error(`${wanted - sold} refused, ${violations} violations`);
  }
  return { sales: sold, asks, without: 100 * (1 - asks / sold) };
}

/** Units that are there when the line is cut, in seconds of demand. */
const STOCK_SECONDS = 300;
const RATES: readonly number[] = [0.8, 0.4, 0.4, 0.2, 0.2];
const DEMAND = RATES.reduce((a, b) => a + b, 0);

async function serveApart(product: ProductId, seconds: number) {
  const warm = 60;
  const stock = { [product]: DEMAND * (STOCK_SECONDS + warm) };
  const { mesh, tills } = await openTills(RATES.length, stock);
  await serve(mesh, tills, {
    customers: drawCustomers(RATES, warm, 1),
    product,
  });
  await mesh.run(3_000);
  const left = tills[0]?.useCases.stockOf(SITE, product)?.onHand ?? 0;
  const peers = [...mesh.peers.values()].map(({ peer }) => peer);
  for (const [i, peer] of peers.entries()) {
    mesh.network.partition([peer], peers.slice(i + 1));
  }
  const customers = drawCustomers(RATES, seconds, 2);
  const served = await serve(mesh, tills, { customers, product });
  await mesh.stop();
  return {
    served: 100 * served / customers.length,
    over: Math.max(0, served - left),
    // Only who reaches the till that holds the lock is served, and only from what is there.
    lock: 100 * Math.min(
      left,
      customers.filter(({ till }) => till === 0).length,
    ) / customers.length,
    most: 100 * Math.min(1, left / customers.length),
  };
}

async function measureAvailability(
  options: BenchOptions,
): Promise<BenchRun[]> {
  const lengths = options.quick ? [60, 300] : [30, 60, 120, 240, 300, 450, 600];
  const runs: BenchRun[] = [];
  for (const seconds of lengths) {
    const strict = await serveApart(STRICT, seconds);
    const soft = await serveApart(SOFT, seconds);
    if (strict.over > 0) throw new Error("a strict product was oversold");
    runs.push({
      name: `line cut for ${seconds} s`,
      values: {
        seconds,
        "strict %": strict.served,
        "soft %": soft.served,
        "central lock %": strict.lock,
        "most without overselling %": strict.most,
        "soft oversold": soft.over,
        "strict oversold": strict.over,
      },
    });
    options.progress(`line cut for ${seconds} s`);
  }
  return runs;
}

/** A line chart of some columns over the seconds that the line was cut. */
function chart(runs: readonly BenchRun[]): string {
  const [width, height, left, top] = [520, 260, 50, 20];
  const xs = runs.map(({ values }) => Number(values["seconds"]));
  const x = (seconds: number) =>
    left + (width - left - 130) * seconds / Math.max(...xs);
  const y = (percent: number) =>
    top + (height - top - 40) * (1 - percent / 100);
  const lines = [["strict %", "#06c"], ["soft %", "#c60"], [
    "central lock %",
    "#666",
  ]].map(([name = "", color = ""]) => {
    const points = runs.map(({ values }) =>
      `${x(Number(values["seconds"])).toFixed(1)},${
        y(Number(values[name])).toFixed(1)
      }`
    );
    const last = points.at(-1)?.split(",") ?? [];
    const label = name === "soft %" ? "soft (oversells)" : name.slice(0, -2);
    return `<polyline fill="none" stroke="${color}" stroke-width="2" points="${
      points.join(" ")
    }"/><text x="${Number(last[0]) + 6}" y="${
      Number(last[1]) + 4
    }" fill="${color}">${label}</text>`;
  });
  const ticks = [0, 50, 100].map((percent) =>
    `<text x="${left - 8}" y="${
      y(percent) + 4
    }" text-anchor="end">${percent}</text><path stroke="#ddd" d="M${left} ${
      y(percent)
    }H${width - 130}"/>`
  );
  const seconds = xs.map((it) =>
    `<text x="${x(it)}" y="${height - 22}" text-anchor="middle">${it}</text>`
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="11">${
    [...ticks, ...seconds, ...lines].join("")
  }<text x="${left}" y="12">customers served, %</text><text x="${left}" y="${
    height - 6
  }">seconds that five tills were cut off from each other</text></svg>\n`;
}

/** Runs the bench. */
export async function run(options: BenchOptions): Promise<BenchReport> {
  const rounds = options.runs ?? (options.quick ? 3 : 9);
  const cost = await compareCost(options, rounds);
  const ratio = (unit: string) =>
    median(
      cost.map(({ values }) =>
        Number(values[`strict ${unit}`]) / Number(values[`soft ${unit}`])
      ),
    );
  const transfers = latenciesOf(await measureTransfers(options));
  const asking = await measureAsking(options);
  const apart = await measureAvailability(options);
  if (!options.quick) await writeFile(SVG_FILE, chart(apart));
  return {
    bench: "rights",
    about: "strict products: cost, transfers, rebalancing, availability",
    parameters: { rounds, transfers: transfers.count, sales: asking.sales },
    runs: [...cost, ...apart],
    results: [
      atMost("a strict sale beside a plain one, by the wall", ratio("µs"), {
        most: 1.15,
        unit: "",
      }),
      informs("the same by processor time", ratio("CPU µs")),
      below("a sale with a transfer from another till, p99", transfers.p99, {
        most: 50,
        unit: "ms",
      }),
      informs("the same, median", transfers.p50, "ms"),
      atLeast(
        "sales at 20 unequal tills that need no transfer",
        asking.without,
        { least: 99, unit: "%" },
      ),
    ],
    notes: [
      "Sales of one line, 64 at once, without HTTP; two tills on libp2p and loopback; the rest in virtual time with demand that changes half-way.",
      "The central lock is a model: only the till that holds it sells.",
    ],
  };
}
