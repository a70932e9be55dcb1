/**
 * A branch of this program that sends to a node of this program as to an original central: two meshes that know each
 * other by the branch software's messages alone.
 *
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import {
  createSeededRandom,
  type FactId,
  meshName,
  type ProductId,
  type SiteCode,
} from "../../crdt/mod.ts";
import { createCentralPusher } from "../../nodes/adapters/central_pusher.ts";
import { nextNightly } from "../../nodes/adapters/nightly.ts";
import { branchSyncDefaults } from "../../nodes/branch_sync/branch_sync_settings.ts";
import { createPusher, type Pusher } from "../../nodes/branch_sync/push.ts";
import type { PushConflict } from "../../nodes/branch_sync/push_batch.ts";
import { BRANCH_PUSHES } from "../../nodes/tables.ts";
import { BranchSurface } from "../support/branch_surface.ts";
import { createTestNode, type TestNode } from "../support/test_node.ts";

interface Place {
  readonly branch: TestNode;
  readonly central: BranchSurface;
  readonly pusher: Pusher;
  readonly conflicts: readonly PushConflict[];
}

async function withPlace(
  test: (place: Place) => Promise<void>,
  options: { readonly sayMesh?: boolean } = {},
): Promise<void> {
  await using central = await BranchSurface.start({ roles: ["office"] });
  const branch = await createTestNode();
  const conflicts: PushConflict[] = [];
  const { url } = central;
  // The nodes of these tests have one root: only who says so sends within one mesh.
  const mesh = meshName(branch.node.replica.verify.root);
  const port = createCentralPusher({
    url,
    version: "0.1.0",
    gzip: true,
    ...(options.sayMesh === true ? { mesh } : {}),
  });
  const pusher = createPusher({
    replica: branch.node.replica,
    clock: branch.clock,
    random: createSeededRandom(1),
    logger: { log: () => {} },
    site: "CUS" as SiteCode,
    timezone: "America/Lima",
    settings: branchSyncDefaults(["branch"]),
    centrals: [{ url, port }],
    nextRun: nextNightly,
    report: (_, conflict) => void conflicts.push(conflict),
    incident: () => {},
  });
  await pusher.start();
  await branch.useCases.createProduct({
    scope: "site:CUS",
    product: "CUS-PROD-001" as ProductId,
    name: "Pan",
    price: { units: 50, currency: "PEN", exponent: 2 },
    stock: 100,
  });
  try {
    await test({ branch, central, pusher, conflicts });
  } finally {
    await pusher.stop();
    await branch.stop();
    port.close();
  }
}

async function sell(
  { branch }: Place,
  quantity: number,
  returns?: { readonly sale: FactId; readonly reason: string },
) {
  const sold = await branch.useCases.recordSale({
    lines: [{ product: "CUS-PROD-001" as ProductId, quantity }],
    ...(returns === undefined ? {} : { returns }),
  });
  if (!sold.ok) throw new TypeError(sold.error.message);
  return sold.value.sale;
}

Deno.test("C-41: a node that receives as a central has each sale and return once, with its total, clock and stock", () =>
  withPlace(async (place) => {
    const { branch, central, pusher, conflicts } = place;
    const first = await sell(place, 30);
    await sell(place, -10, { sale: first.id, reason: "se devuelve" });
    ok((await pusher.push()).ok);
    strictEqual(pusher.pending(), 0);
    deepStrictEqual(conflicts, []);

    const there = central.node.useCases;
    const [here, arrived] = [branch.useCases, there].map((useCases) =>
      useCases.sales({ limit: 10 }).items.map((sale) => [
        sale.receipt,
        sale.total.units,
        sale.localTime.slice(0, 19),
        sale.lines.map(({ product, quantity }) => [product, quantity]),
      ])
    );
    deepStrictEqual(arrived, here);
    const stock = there.stockOf("CUS" as SiteCode, "CUS-PROD-001" as ProductId);
    strictEqual(stock?.onHand, 80);
  }));

Deno.test("C-22, C-40: what is sent again is told by the central as known, so nothing is read back and nothing reported", () =>
  withPlace(async (place) => {
    const { branch, central, pusher, conflicts } = place;
    await sell(place, 1);
    ok((await pusher.push()).ok);
    // The branch forgets that it was told: as if it had ended between the answer and the mark.
    branch.node.replica.transact((writer) => {
      for (const row of writer.scan(BRANCH_PUSHES)) {
        writer.delete(BRANCH_PUSHES, [
          row["target"] ?? null,
          row["state"] ?? null,
          row["number"] ?? null,
        ]);
        writer.put(BRANCH_PUSHES, { ...row, state: 0 });
      }
    });
    strictEqual(pusher.pending(), 1);
    ok((await pusher.push()).ok);
    strictEqual(pusher.pending(), 0);
    strictEqual(central.node.useCases.sales({ limit: 10 }).items.length, 1);
    deepStrictEqual(conflicts, []);
    deepStrictEqual(
      central.node.useCases.branchSync.conflicts({ limit: 10 }).items,
      [],
    );
  }));

Deno.test("C-41: a central of the branch's own mesh takes nothing that comes by itself, and says so", () =>
  withPlace(async (place) => {
    const { central, pusher } = place;
    await sell(place, 1);
    const pushed = await pusher.push();
    strictEqual(pushed.ok, false);
    ok(!pushed.ok && pushed.error.message.includes("409"));
    strictEqual(pusher.pending(), 1);
    deepStrictEqual(central.node.useCases.sales({ limit: 10 }).items, []);
  }, { sayMesh: true }));
