import { deepStrictEqual, fail, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import {
  type FactId,
  fixedFactId,
  money,
  type ProductId,
  SALES,
} from "../../crdt/mod.ts";
import { rebuildViews } from "../../nodes/rebuild.ts";

import type { Replica } from "../../nodes/replica.ts";
import { canonicalExport } from "../support/canonical_export.ts";
import {
  drawFrom,
  drawnNumbers,
  fillReplica,
} from "../support/mixed_delivery.ts";
import { makeMixed, mixedScripts } from "../support/mixed_commits.ts";
import { createTestNode } from "../support/test_node.ts";

function rebuild(replica: Replica) {
  return replica.transact((writer) => rebuildViews(writer, replica));
}

Deno.test("rebuildViews() gives the rows that taking in gave, for any commits", async () => {
  await fc.assert(
    fc.asyncProperty(mixedScripts(24), drawnNumbers, async (script, drawn) => {
      const { replica } = await fillReplica(makeMixed(script), drawFrom(drawn));
      const before = canonicalExport(replica);
      strictEqual(rebuild(replica).equal, true);
      deepStrictEqual(canonicalExport(replica), before);
      replica.stop();
    }),
    { numRuns: 60 },
  );
});

Deno.test("rebuildViews() reads saved branches where retention has dropped commits", async () => {
  const { node, useCases, clock, stop } = await createTestNode();
  const product = "1" as ProductId;
  await useCases.createProduct({
    scope: "site:CUS",
    product,
    name: "honey",
    price: money(250, "PEN"),
    stock: 10_000,
  });
  const ids: FactId[] = [];
  for (let i = 0; i < 600; i++) {
    const id = fixedFactId(["sale", String(i)]);
    ids.push(id);
    await useCases.recordSale({ id, lines: [{ product, quantity: 1 }] });
    if (i % 50 === 49) {
      await useCases.voidSale({ sale: ids[i - 7] as FactId, reason: "wrong" });
      await useCases.setPrice({
        scope: "site:CUS",
        product,
        price: money(250 + i, "PEN"),
      });
    }
  }
  // The wall clock alone: a hundred days of timers would take minutes.
  clock.skew(2 * 86_400_000);
  while (await node.maintenance.step());
  clock.skew(100 * 86_400_000);
  while (await node.maintenance.step());
  const { replica } = node;
  const log = replica.register.own("site:CUS" as never);
  ok(log !== undefined && log.firstBody > 400, "no commit was dropped");
  strictEqual(replica.archive.commit(log.number, 100), undefined);
  const before = canonicalExport(replica, { documents: true });
  const report = rebuild(replica);
  deepStrictEqual(
    canonicalExport(replica, { documents: true }),
    before,
  );
  strictEqual(report.equal, true);
  // A void still finds its sale, whose commit is gone.
  const first = await useCases.voidSale({
    sale: ids[0] as FactId,
    reason: "late",
  });
  strictEqual(first.ok, true);
  strictEqual(rebuild(replica).equal, true);
  await stop();
});

Deno.test("rebuildViews() mends views, and tells that they were wrong", async () => {
  const scripts = fc.sample(mixedScripts(24), { seed: 5, numRuns: 20 })
    .toSorted((a, b) => b.steps.length - a.steps.length);
  const filled = [];
  for (const script of scripts) {
    filled.push(await fillReplica(makeMixed(script), drawFrom([1, 2, 3])));
  }
  const { replica } =
    filled.find((one) => one.replica.reader.count(SALES) > 0) ??
      fail("no script sells anything");
  const before = canonicalExport(replica);
  const rows = replica.reader.scan(SALES);
  replica.transact((writer) => {
    for (const row of rows) {
      writer.put(SALES, { ...row, total: 1, receipt: "wrong" });
    }
  });
  strictEqual(rebuild(replica).equal, false);
  deepStrictEqual(canonicalExport(replica), before);
  for (const one of filled) one.replica.stop();
});
