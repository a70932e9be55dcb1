import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { money, type ProductId } from "../../../crdt/mod.ts";
import type { UseCases } from "../../../nodes/use_cases.ts";
import { createTestMesh, type TestMesh } from "../../support/test_mesh.ts";

const BREAD = "CUS-PROD-001" as ProductId;

async function sell(mesh: TestMesh, till: UseCases, sales = 1): Promise<void> {
  for (let i = 0; i < sales; i++) {
    const lines = [{ product: BREAD, quantity: 1, price: money(50, "PEN") }];
    const sold = await mesh.settle(
      till.recordSale({ lines, observation: true }),
    );
    ok(sold.ok);
  }
}

async function withTill(
  test: (mesh: TestMesh, till: UseCases) => Promise<void>,
  seed: number,
): Promise<void> {
  const mesh = createTestMesh({ seed });
  await mesh.add("a", { site: "CUS" });
  const { useCases } = mesh.node("a");
  await mesh.settle(useCases.createProduct({
    scope: "site:CUS",
    product: BREAD,
    name: "Pan",
    price: money(50, "PEN"),
  }));
  try {
    await test(mesh, useCases);
  } finally {
    await mesh.stop();
  }
}

const push = async (mesh: TestMesh, { branchSync }: UseCases) => {
  const done = await mesh.settle(branchSync.push());
  return done.ok ? done.value.sent : done.error.code;
};

Deno.test("C-35, C-36: without a central, what no other node has confirmed is pending, and an exchange tells how many were", () =>
  withTill(async (mesh, till) => {
    await sell(mesh, till, 3);
    strictEqual(till.branchSync.hasTargets, false);
    strictEqual(till.branchSync.status().pending, 3);
    strictEqual(await push(mesh, till), 0);
    strictEqual(till.branchSync.status().pending, 3);
    strictEqual(till.branchSync.status().last?.ok, false);

    await mesh.add("office", { dials: ["a"] });
    await mesh.run(5000);
    strictEqual(till.branchSync.status().pending, 0);
    strictEqual(await push(mesh, till), 3);
    strictEqual(await push(mesh, till), 0);
    await sell(mesh, till, 2);
    strictEqual(await push(mesh, till), 2);

    const rows = till.branchSync.log({ limit: 10 }).items;
    deepStrictEqual(
      rows.map(({ direction, ok, records }) => [direction, ok, records]),
      [
        ["sent", true, 2],
        ["sent", true, 0],
        ["sent", true, 3],
        ["sent", false, 0],
      ],
    );
    deepStrictEqual(till.branchSync.status().lastOk, rows[0]);
  }, 31));

Deno.test("C-35: an exchange with a node that is cut off ends by its deadline, and counts nothing", () =>
  withTill(async (mesh, till) => {
    await mesh.add("office", { dials: ["a"] });
    await mesh.run(5000);
    mesh.cutOff("office");
    await sell(mesh, till);
    const begun = mesh.clock.monotonic();
    strictEqual(await push(mesh, till), 0);
    ok(mesh.clock.monotonic() - begun <= 6000);
    strictEqual(till.branchSync.status().pending, 1);
  }, 32));

Deno.test("C-36: after a restart what was confirmed is not pending, though nobody is linked", () =>
  withTill(async (mesh, till) => {
    await mesh.add("office", { dials: ["a"] });
    await sell(mesh, till, 4);
    await mesh.run(3000);
    strictEqual(await push(mesh, till), 4);
    mesh.cutOff("office");
    mesh.crash("a");
    await mesh.restart("a");
    const again = mesh.node("a").useCases;
    strictEqual(again.branchSync.status().pending, 0);
    await sell(mesh, again);
    strictEqual(again.branchSync.status().pending, 1);
  }, 33));
