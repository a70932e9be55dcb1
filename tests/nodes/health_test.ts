import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { createHealthWatch, DISK_FREE_BYTES_MIN } from "../../nodes/health.ts";
import { createTestNode, type TestNode } from "../support/test_node.ts";

const START = Date.UTC(2026, 10, 22, 15);
const DAY_MS = 86_400_000;

function codesOf({ useCases }: TestNode): string[] {
  return useCases.health().problems.map(({ code }) => code);
}

Deno.test("health() of a node that is well has no problem, and is ready until it stops", async () => {
  const shop = await createTestNode();
  const { status, ready, reasons, problems } = shop.useCases.health();
  deepStrictEqual([status, ready, reasons, problems], ["ok", true, [], []]);
  await shop.stop();
  strictEqual(shop.useCases.health().ready, false);
});

Deno.test("health() tells of a disk that takes nothing, since when, and that it is over", async () => {
  const shop = await createTestNode({ startMs: START });
  shop.disk.capacityBytes = 0;
  const record = () =>
    shop.useCases.createProduct({
      scope: "site:CUS" as never,
      product: "1" as never,
      name: "honey",
    }).catch(() => undefined);
  await record();
  const first = shop.useCases.health();
  deepStrictEqual([first.status, first.ready], ["degraded", false]);
  deepStrictEqual(codesOf(shop), ["store"]);
  shop.clock.skew(60_000);
  const [later] = shop.useCases.health().problems;
  strictEqual(later?.since, first.problems[0]?.since);
  match(later?.remedy ?? "", /Free some space/);
  shop.disk.capacityBytes = Infinity;
  await record();
  deepStrictEqual(codesOf(shop), []);
  strictEqual(shop.useCases.health().ready, true);
  await shop.stop();
});

Deno.test("health() tells of a certificate that ends soon or has ended, and of a clock behind what was written", async () => {
  const shop = await createTestNode({
    startMs: START,
    certificateEnds: START + 20 * DAY_MS,
  });
  deepStrictEqual(codesOf(shop), []);
  shop.clock.skew(7 * DAY_MS);
  deepStrictEqual(codesOf(shop), ["certificate_ending"]);
  shop.clock.skew(14 * DAY_MS);
  deepStrictEqual(codesOf(shop), ["certificate_ended"]);
  shop.clock.skew(-22 * DAY_MS);
  deepStrictEqual(codesOf(shop), ["clock_behind"]);
  strictEqual(shop.useCases.health().ready, true);
  await shop.stop();
});

Deno.test("createHealthWatch() notes since when a problem is there, also where nobody asks", async () => {
  const shop = await createTestNode({ startMs: START });
  let freeBytes = DISK_FREE_BYTES_MIN;
  let asked = 0;
  const watch = createHealthWatch({
    replica: shop.node.replica,
    clock: shop.clock,
    background: () => [],
    surfaces: () => ["the broker is gone"],
    space: () => {
      asked++;
      return Promise.resolve({ folderBytes: 1, freeBytes });
    },
  });
  watch.start();
  await shop.clock.run(1000);
  freeBytes = 7;
  await shop.clock.run(60_000);
  const seen = shop.clock.now();
  await shop.clock.run(600_000);
  const problems = watch.problems();
  deepStrictEqual(problems.map(({ code }) => code), ["disk_low", "surface"]);
  const [disk, surface] = problems;
  strictEqual(surface?.since, START);
  strictEqual((disk?.since ?? 0) > START && (disk?.since ?? 0) <= seen, true);
  const before = asked;
  watch.stop();
  await shop.clock.run(60_000);
  strictEqual(asked, before);
  await shop.stop();
});
