import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { createSeededRandom, type FactId } from "../../../crdt/mod.ts";
import {
  createDriver,
  type Driver,
  type DriverOptions,
  ENDING_MS,
  type Outcome,
  type PostAnswer,
} from "../../../nodes/replay/driver.ts";
import { createPace } from "../../../nodes/replay/pace.ts";
import type { FileSale } from "../../../nodes/replay/sales.ts";
import {
  createVirtualClock,
  type VirtualClock,
} from "../../support/virtual_clock.ts";

const NODE = "http://node";

function saleOf(number: number): FileSale {
  return { id: String(number) as FactId, store: "1", at: 0, lines: [] };
}

interface Bench {
  readonly clock: VirtualClock;
  readonly outcomes: Map<string, Outcome>;
  readonly controller: AbortController;
  readonly driver: Driver;
  readonly most: () => number;
  readonly retries: () => number;
  readonly silent: string[];
}

/** A driver of nodes that answer what `answer` says after some milliseconds. */
function createBench(
  answer: (sale: FileSale, tries: number) => PostAnswer | Promise<PostAnswer>,
  options: Partial<DriverOptions> & { readonly answerMs?: number } = {},
): Bench {
  const clock = createVirtualClock(0);
  const outcomes = new Map<string, Outcome>();
  const tries = new Map<string, number>();
  const controller = new AbortController();
  const silent: string[] = [];
  let active = 0;
  let most = 0;
  let retries = 0;
  const driver = createDriver({
    targets: [NODE],
    connections: 4,
    retries: 3,
    pace: createPace(clock),
    clock,
    random: createSeededRandom(1),
    signal: controller.signal,
    async post(_target, sale, signal) {
      most = Math.max(most, ++active);
      const count = (tries.get(sale.id) ?? 0) + 1;
      tries.set(sale.id, count);
      await new Promise<void>((resolve) => {
        const timer = clock.timer(options.answerMs ?? 5, resolve);
        signal.addEventListener("abort", () => {
          timer.cancel();
          resolve();
        });
      });
      active--;
      return signal.aborted
        ? { kind: "retry", reason: "no_answer" }
        : await answer(sale, count);
    },
    onOutcome: (sale, outcome) => outcomes.set(sale.id, outcome),
    onRetry: () => retries++,
    onSilent: (target, reason) => silent.push(`${target} ${reason}`),
    ...options,
  });
  return {
    clock,
    outcomes,
    controller,
    driver,
    most: () => most,
    retries: () => retries,
    silent,
  };
}

async function sendAll(bench: Bench, count: number): Promise<void> {
  const sending = (async () => {
    for (let i = 0; i < count; i++) await bench.driver.send(NODE, saleOf(i));
    await bench.driver.finish();
  })();
  ok(await bench.clock.runAll(1_000_000));
  await sending;
}

Deno.test("createDriver() gives every sale one outcome and keeps to its connections", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom("accepted", "duplicate", "refused", "busy"), {
        maxLength: 100,
      }),
      fc.integer({ min: 1, max: 8 }),
      async (kinds, connections) => {
        const bench = createBench((sale, tries) => {
          const kind = kinds[Number(sale.id)];
          if (kind === "refused") return { kind, reason: "request_invalid" };
          if (kind === "busy" && tries < 3) {
            return { kind: "retry", reason: "overloaded" };
          }
          return { kind: kind === "duplicate" ? kind : "accepted" };
        }, { connections });
        await sendAll(bench, kinds.length);
        const expected = kinds.map((kind, i) => [
          String(i),
          kind === "busy" ? "accepted" : kind,
        ]);
        const found = [...bench.outcomes].map(([id, it]) => [id, it.kind]);
        deepStrictEqual(
          found.toSorted(([a], [b]) => Number(a) - Number(b)),
          expected,
        );
        ok(bench.most() <= connections);
        const busy = kinds.filter((kind) => kind === "busy").length;
        strictEqual(bench.retries(), 2 * busy);
        strictEqual(bench.clock.waiting, 0);
      },
    ),
    { numRuns: 30 },
  );
});

Deno.test("createDriver() waits for room instead of holding sales without a bound", async () => {
  const bench = createBench(() => ({ kind: "accepted" }), { connections: 2 });
  let sent = 0;
  const sending = (async () => {
    for (; sent < 100; sent++) await bench.driver.send(NODE, saleOf(sent));
  })();
  await bench.clock.run(0);
  ok(sent <= 2 * 8, String(sent));
  ok(await bench.clock.runAll(10_000));
  await sending;
  strictEqual(bench.outcomes.size, 100);
  await bench.driver.finish();
});

Deno.test("createDriver() waits longer from try to try, and as long as the node asks", async () => {
  const times: number[] = [];
  const bench: Bench = createBench((_sale, tries) => {
    times.push(bench.clock.monotonic());
    if (tries > 3) return { kind: "accepted" };
    const busy = { kind: "retry", reason: "overloaded" } as const;
    return tries === 3 ? { ...busy, afterMs: 5000 } : busy;
  });
  await sendAll(bench, 1);
  const [a = 0, b = 0, c = 0] = times.slice(1).map((it, i) =>
    it - (times[i] ?? 0) - 5
  );
  ok(a >= 25 && a <= 50, `${a}`);
  ok(b >= 50 && b <= 100, `${b}`);
  strictEqual(c, 5000);
});

Deno.test("createDriver() gives a sale up after its retries and reports a node that answers none", async () => {
  const bench = createBench(() => ({ kind: "retry", reason: "no_answer" }));
  await sendAll(bench, 8);
  deepStrictEqual(
    [...bench.outcomes.values()],
    Array(8).fill({ kind: "refused", reason: "no_answer" }),
  );
  deepStrictEqual(bench.silent, [`${NODE} no_answer`]);
});

Deno.test("createDriver() reports no node that answers now and then", async () => {
  const bench = createBench((sale) =>
    Number(sale.id) % 3 === 0
      ? { kind: "retry", reason: "overloaded" }
      : { kind: "accepted" }
  );
  await sendAll(bench, 60);
  deepStrictEqual(bench.silent, []);
});

Deno.test("createDriver() ends at once: what is under way counts, what waits is unsent", async () => {
  const bench = createBench(() => ({ kind: "accepted" }), { answerMs: 1000 });
  for (let i = 0; i < 10; i++) await bench.driver.send(NODE, saleOf(i));
  await bench.clock.run(100);
  bench.controller.abort();
  const finishing = bench.driver.finish();
  await bench.clock.run(ENDING_MS);
  await finishing;
  const kinds = [...bench.outcomes.values()].map((it) => it.kind).sort();
  deepStrictEqual(kinds, [
    ...Array(4).fill("accepted"),
    ...Array(6).fill("unsent"),
  ]);
  strictEqual(bench.clock.waiting, 0);
});

Deno.test("createDriver() gives requests up that do not end when it does", async () => {
  const bench = createBench(() => ({ kind: "accepted" }), { answerMs: 1e6 });
  await bench.driver.send(NODE, saleOf(0));
  bench.controller.abort();
  const finishing = bench.driver.finish();
  await bench.clock.run(ENDING_MS - 1);
  strictEqual(bench.outcomes.size, 0);
  await bench.clock.run(1);
  await finishing;
  deepStrictEqual(bench.outcomes.get("0"), { kind: "unsent" });
});
