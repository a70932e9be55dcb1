import { deepStrictEqual, strictEqual } from "node:assert/strict";
import {
  err,
  type FactId,
  ok,
  parseSiteCode,
  type SiteCode,
} from "../../../crdt/mod.ts";
import { DeliveredBatch } from "../../../nodes/forecourt/delivered_batch.ts";
import type {
  DeliveredPrices,
  PriceSet,
} from "../../../nodes/forecourt/price_delivery.ts";
import { createVirtualClock } from "../../support/virtual_clock.ts";

const set = (name: string): PriceSet => ({
  key: name,
  set: name as FactId,
  prices: [],
});
const changed = (pump: number): DeliveredPrices => ({
  pump,
  busy: "dispensing",
  sent: null,
});

function createBench() {
  const saved: number[][] = [];
  const taken: string[] = [];
  const logged: string[] = [];
  const clock = createVirtualClock(0);
  const bench = { saved, taken, logged, clock, fails: 0, overloaded: 0 };
  const batch = new DeliveredBatch({
    site: parseSiteCode("E01") as SiteCode,
    clock,
    logger: { log: (_, message) => void logged.push(message) },
    forecourt: {
      pricesTaken({ pumps, set }) {
        taken.push(`${set}: ${pumps.join()}`);
        const code = set === "refused"
          ? "forbidden"
          : bench.overloaded-- > 0
          ? "overloaded"
          : undefined;
        return Promise.resolve(
          code === undefined ? ok(null) : err({ code, message: "" }),
        );
      },
    },
    store: {
      load: () => [],
      save(pumps) {
        if (bench.fails-- > 0) throw new Error("disk");
        saved.push(pumps.map(({ pump }) => pump));
      },
    },
  });
  return { bench, batch };
}

Deno.test("DeliveredBatch saves a change at once, and what comes soon after it together", () => {
  const { bench, batch } = createBench();
  batch.changed(changed(1));
  bench.clock.advance(0);
  deepStrictEqual(bench.saved, [[1]]);

  for (const pump of [2, 3, 2]) batch.changed(changed(pump));
  bench.clock.advance(49);
  deepStrictEqual(bench.saved, [[1]]);
  bench.clock.advance(1);

  deepStrictEqual(bench.saved, [[1], [2, 3]]);
});

Deno.test("DeliveredBatch saves again what the disk refused", () => {
  const { bench, batch } = createBench();
  bench.fails = 2;
  batch.changed(changed(1));
  bench.clock.advance(0);
  bench.clock.advance(5_000);

  deepStrictEqual(bench.saved, [[1]]);
});

Deno.test("DeliveredBatch tells which pumps have which prices in one step, and the latest alone", async () => {
  const { bench, batch } = createBench();
  for (const pump of [1, 2, 3]) batch.taken(pump, set("a"));
  batch.taken(2, set("b"));
  batch.taken(4, { ...set("c"), set: null });
  batch.taken(5, set("refused"));
  await batch.stop();

  deepStrictEqual(bench.taken, ["a: 1,3", "b: 2", "refused: 5"]);
  strictEqual(bench.logged.length, 1);
});

Deno.test("DeliveredBatch.stop() saves what waits and leaves no timer", async () => {
  const { bench, batch } = createBench();
  batch.changed(changed(1));
  bench.clock.advance(0);
  batch.changed(changed(2));
  await batch.stop();
  batch.changed(changed(3));

  deepStrictEqual(bench.saved, [[1], [2]]);
  strictEqual(bench.clock.waiting, 0);
});

Deno.test("DeliveredBatch notes later what a busy node refused to note, but nothing that is no longer so", async () => {
  const { bench, batch } = createBench();
  bench.overloaded = 1;
  batch.taken(1, set("a"));
  batch.taken(2, set("a"));
  batch.flushTaken();
  batch.taken(2, set("b"));
  await bench.clock.run(0);
  await bench.clock.run(1_000);
  batch.flushTaken();
  await batch.stop();

  deepStrictEqual(bench.taken, ["a: 1,2", "b: 2", "a: 1"]);
  strictEqual(bench.clock.waiting, 0);
});
