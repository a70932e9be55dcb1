/** A pump on a disk that loses its power at any write: what was shown is there again, once. */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { createSeededRandom, type FactId } from "../../../crdt/mod.ts";
import { SimulatedDisk } from "../../support/simulated_disk.ts";
import {
  createTestPump,
  PUMP_SITE,
  type TestPump,
} from "../../support/test_pump.ts";

const FLOW = 500;
const START_MS = Date.UTC(2026, 10, 22, 15);

type Step = "start" | "second" | "pause" | "resume" | "stop" | "finish";

const steps = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.constant<Step>("second") },
    { weight: 2, arbitrary: fc.constant<Step>("start") },
    { weight: 2, arbitrary: fc.constant<Step>("finish") },
    fc.constantFrom<Step>("pause", "resume", "stop"),
  ),
  { minLength: 5, maxLength: 30, size: "max" },
);

async function take({ pump, run }: TestPump, step: Step): Promise<void> {
  const { control } = pump;
  const work = step === "second"
    ? run(1_000)
    : step === "start"
    ? control.start()
    : step === "finish"
    ? control.finish({ payment: "efectivo" })
    : pump.command(step);
  // What the lost disk refused was answered to nobody.
  await work.catch(() => {});
}

/** Recorded deliveries and what runs, as anybody sees them. */
function look({ forecourt, pump }: TestPump) {
  const { items } = forecourt.fuelSales({ site: PUMP_SITE, limit: 100 });
  const sales = new Map<FactId, number>(
    items.map(({ id, volumeMl }) => [id, volumeMl]),
  );
  strictEqual(sales.size, items.length);
  return { sales, runningMl: pump.control.state().volumeMl };
}

const totalOf = (sales: ReadonlyMap<FactId, number>) =>
  [...sales.values()].reduce((sum, it) => sum + it, 0);

Deno.test("a pump loses and doubles nothing that was shown, whenever its power is lost", async () => {
  await fc.assert(
    fc.asyncProperty(
      steps,
      fc.integer({ min: 2, max: 40 }),
      fc.nat({ max: 1_000 }),
      async (all, writes, seed) => {
        const disk = new SimulatedDisk();
        const first = await createTestPump({ disk, tellsStation: true });
        disk.haltAfter(writes);
        let before = look(first);
        for (const step of all) {
          await take(first, step);
          if (disk.isHalted) break;
          before = look(first);
        }
        first.node.replica.abandon();
        await first.pump.stop();
        disk.crash(createSeededRandom(seed));

        const startMs = START_MS + 3_600_000;
        const second = await createTestPump({
          disk,
          startMs,
          price: null,
          tellsStation: true,
        });
        const after = look(second);
        const queue = second.store.queue("waiting", 100);
        await second.stop();

        for (const [id, volumeMl] of before.sales) {
          strictEqual(after.sales.get(id), volumeMl);
        }
        const shownMl = totalOf(before.sales) + before.runningMl;
        const keptMl = totalOf(after.sales);
        ok(
          keptMl >= shownMl && keptMl <= shownMl + FLOW,
          `${keptMl} of ${shownMl}`,
        );
        ok(after.sales.size <= before.sales.size + 1);
        strictEqual(after.runningMl, 0);
        deepStrictEqual(
          queue.map(({ sale }) => sale).toSorted(),
          [...after.sales.keys()].toSorted(),
        );
      },
    ),
    { numRuns: 150 },
  );
});
