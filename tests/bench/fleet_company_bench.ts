/**
 * A company with many cards and expenses: how fast it starts, and how fast balances and cards are answered.
 *
 * @module
 */
import { BenchMesh } from "./bench_mesh.ts";
import {
  below,
  type BenchOptions,
  type BenchReport,
  type BenchRun,
  informs,
} from "./bench_report.ts";
import { chargeMany, COMPANY, openCompany } from "./fleet_history.ts";
import { maintain } from "./history.ts";
import { residentMb } from "./process_usage.ts";
import { latenciesOf, median } from "./statistics.ts";

const TOGETHER = 1000;
const PROGRESS = 100_000;
const WARM_UP = 50;

/** Latencies of one kind of request, in milliseconds. */
async function ask(
  count: number,
  urlOf: (i: number) => string,
): Promise<number> {
  const took: number[] = [];
  // The first questions meet code that is not compiled yet; they are not counted.
  for (let i = -WARM_UP; i < count; i++) {
    const from = performance.now();
    const answer = await fetch(urlOf(i));
    const body = await answer.json();
    if (i >= 0) took.push(performance.now() - from);
    if (answer.status !== 200) throw new Error(JSON.stringify(body));
  }
  return latenciesOf(took).p99;
}

/** Runs the bench. */
export async function run(options: BenchOptions): Promise<BenchReport> {
  const { folder, quick, progress } = options;
  const runs = options.runs ?? 3;
  const [cards, expenses] = quick ? [2_000, 20_000] : [100_000, 1_000_000];
  const requests = quick ? 100 : 500;
  const mesh = new BenchMesh(folder);
  const member = await mesh.add("company", null, ["company"]);
  const filling = mesh.open(member, { sealsApart: true });
  await filling.start();
  await openCompany(filling, cards);
  progress(`${cards} cards`);
  await chargeMany(filling, expenses, {
    cards,
    together: TOGETHER,
    progress: (count) => {
      if (count % PROGRESS === 0) progress(`${count} expenses`);
    },
  });
  await maintain(filling);
  await filling.stop();
  const start = async () => {
    const from = performance.now();
    const node = await mesh.run(member, [], ["--company", COMPANY]);
    return { node, readyMs: performance.now() - from };
  };
  // The first start fills caches; it is not counted.
  await (await start()).node.stop();
  const done: BenchRun[] = [];
  for (let i = 1; i <= runs; i++) {
    const { node, readyMs } = await start();
    const root = `${node.ready.http}/v1`;
    const company = `${root}/companies/${COMPANY}`;
    const card = (n: number) => 1 + (WARM_UP + n) * 7919 % cards;
    const values = {
      "ready ms": readyMs,
      "balance p99 ms": await ask(requests, () => company),
      "card p99 ms": await ask(requests, (n) => `${company}/cards/${card(n)}`),
      "page of cards p99 ms": await ask(
        requests,
        () => `${company}/cards?limit=50`,
      ),
      "expenses of a card p99 ms": await ask(
        requests,
        (n) => `${root}/expenses?company=${COMPANY}&card=${card(n)}&limit=50`,
      ),
      "RSS MB": await residentMb(node.pid),
    };
    await node.stop();
    progress(`run ${i} of ${runs}`);
    done.push({ name: `run ${i}`, values });
  }
  const middle = (name: string) =>
    median(done.map(({ values }) => Number(values[name])));
  const query = (name: string) =>
    below(name, middle(`${name} p99 ms`), { most: 10, unit: "ms, p99" });
  return {
    bench: "fleet_company",
    about: `a company with ${cards} cards and ${expenses} expenses`,
    parameters: { cards, expenses, requests, runs },
    runs: done,
    results: [
      query("balance"),
      query("card"),
      query("page of cards"),
      query("expenses of a card"),
      below("start of the real program", middle("ready ms"), {
        most: 2_000,
        unit: "ms",
      }),
      informs("RSS after the questions", middle("RSS MB"), "MB"),
    ],
    notes: [
      `One request after another over HTTP, answers parsed; ${WARM_UP} of each kind before are not counted.`,
    ],
  };
}
