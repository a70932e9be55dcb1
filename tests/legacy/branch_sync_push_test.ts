import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import {
  createSeededRandom,
  type ProductId,
  type SiteCode,
} from "../../crdt/mod.ts";
import {
  createCentralPusher,
  PUSH_ANSWER_MS,
} from "../../nodes/adapters/central_pusher.ts";
import { nextNightly } from "../../nodes/adapters/nightly.ts";
import { branchSyncDefaults } from "../../nodes/branch_sync/branch_sync_settings.ts";
import { createPusher, type Pusher } from "../../nodes/branch_sync/push.ts";
import type { PushConflict } from "../../nodes/branch_sync/push_batch.ts";
import {
  type BranchCentralFault,
  type BranchCentralServer,
  QUICK_FAULTS,
  serveBranchCentral,
} from "../support/original_branch_central.ts";
import {
  createOriginalCentral,
  type OriginalCentralModel,
} from "../support/original_central_model.ts";
import { createTestNode, type TestNode } from "../support/test_node.ts";

interface Place {
  readonly node: TestNode;
  readonly pusher: Pusher;
  readonly central: OriginalCentralModel;
  readonly server: BranchCentralServer;
  readonly conflicts: readonly PushConflict[];
}

/** A branch with products in stock, and an original central behind a real port. */
async function withPlace(
  test: (place: Place) => Promise<void>,
  options: { readonly gzip?: boolean; readonly answerMsMax?: number } = {},
): Promise<void> {
  const central = createOriginalCentral();
  const server = serveBranchCentral(central);
  const node = await createTestNode();
  const conflicts: PushConflict[] = [];
  const port = createCentralPusher({
    url: server.url,
    version: "0.1.0",
    gzip: options.gzip ?? false,
    answerMsMax: options.answerMsMax ?? PUSH_ANSWER_MS,
  });
  const pusher = createPusher({
    replica: node.node.replica,
    clock: node.clock,
    random: createSeededRandom(1),
    logger: { log: () => {} },
    site: "CUS" as SiteCode,
    timezone: "America/Lima",
    settings: branchSyncDefaults(["branch"]),
    centrals: [{ url: server.url, port }],
    nextRun: nextNightly,
    report: (_, conflict) => void conflicts.push(conflict),
    incident: () => {},
  });
  await pusher.start();
  for (let i = 1; i <= 4; i++) {
    await node.useCases.createProduct({
      scope: "site:CUS",
      product: `CUS-PROD-00${i}` as ProductId,
      name: `Ñandú ${i}`,
      price: { units: 115 * i, currency: "PEN", exponent: 2 },
      stock: 1000,
    });
  }
  try {
    await test({ node, pusher, central, server, conflicts });
  } finally {
    await pusher.stop();
    await node.stop();
    port.close();
    await server.stop();
  }
}

async function sell({ node }: Place, at?: number): Promise<string> {
  const lines = [1, 2, 3, 4].map((i) => ({
    product: `CUS-PROD-00${i}` as ProductId,
    quantity: i,
  }));
  const sold = await node.useCases.recordSale({
    lines,
    ...(at === undefined ? {} : { at }),
  });
  if (!sold.ok) throw new TypeError(sold.error.message);
  return sold.value.sale.receipt;
}

Deno.test("conformance 8: 250 sales of four lines arrive in several requests with identical totals, lines, stock and times", () =>
  withPlace(async (place) => {
    const { node, pusher, central, server } = place;
    const start = Date.UTC(2026, 10, 22, 23, 50) * 1000;
    for (let i = 0; i < 250; i++) await sell(place, start + i * 7_654_321);
    const done = await pusher.push();
    deepStrictEqual(done.ok && done.value.sent, 250);

    ok(server.arrived.length >= 3);
    ok(server.arrived.every(({ inflated }) => inflated <= 98_304));
    strictEqual(central.refusedBodies, 0);
    strictEqual(server.busiest, 1);
    const sales = node.useCases.sales({ limit: 1000 }).items;
    strictEqual(central.sales.size, sales.length);
    for (const sale of sales) {
      const there = central.sales.get(sale.receipt);
      strictEqual(there?.total, sale.total.units);
      deepStrictEqual(
        there.lines.map((it) => [it.product, it.quantity, it.subtotal]),
        sale.lines.map((it) => [it.product, it.quantity, it.amount.units]),
      );
      const wall = new Date(there.wall).toISOString();
      strictEqual(wall.slice(0, 19), sale.localTime.slice(0, 19));
    }
    for (let i = 1; i <= 4; i++) {
      strictEqual(
        central.products.get(`CUS-PROD-00${i}`)?.stock,
        1000 - 250 * i < 0 ? 0 : 1000 - 250 * i,
      );
    }
  }));

Deno.test("C-13: a message is compressed only where settings say so, and is the same inside", () =>
  withPlace(async (place) => {
    for (let i = 0; i < 50; i++) await sell(place);
    ok((await place.pusher.push()).ok);
    const [request] = place.server.arrived;
    match(request?.head ?? "", /content-encoding: gzip/);
    match(request?.head ?? "", /content-type: application\/json/);
    ok(Number(request?.bytes) < 0.3 * Number(request?.inflated));
    strictEqual(place.central.sales.size, 50);
  }, { gzip: true }));

Deno.test("C-13: without that setting nothing is compressed", () =>
  withPlace(async (place) => {
    await sell(place);
    ok((await place.pusher.push()).ok);
    const [request] = place.server.arrived;
    ok(!request?.head.includes("content-encoding"));
    strictEqual(request?.bytes, request?.inflated);
  }));

/** What a person reads of each fault. */
const TOLD: Readonly<Partial<Record<BranchCentralFault, RegExp>>> = {
  "die_before": /^Sin conexión con el central: /,
  "die_after": /^Sin conexión con el central: /,
  "nonsense_before": /^El central respondió 200 con algo que no es JSON$/,
  "nonsense_after": /^El central respondió 200 con algo que no es JSON$/,
  "denied": /^El central no confirmó: base de datos ocupada$/,
  "redirect_301": /^El central redirige \(301\); no se sigue$/,
  "redirect_302": /^El central redirige \(302\); no se sigue$/,
  "redirect_303": /^El central redirige \(303\); no se sigue$/,
  "redirect_307": /^El central redirige \(307\); no se sigue$/,
  "redirect_308": /^El central redirige \(308\); no se sigue$/,
};

for (const fault of QUICK_FAULTS) {
  const title = fault.startsWith("redirect") ? "C-28" : "C-27, C-40";
  Deno.test(`${title}: a central that does ${fault} ends with each sale there once, and marked only then`, () =>
    withPlace(async (place) => {
      const { pusher, central, server, conflicts } = place;
      const receipts = [await sell(place), await sell(place)];
      server.faults.push(fault);
      const first = await pusher.push();
      const told = TOLD[fault];
      if (told === undefined) {
        ok(first.ok);
      } else {
        strictEqual(first.ok, false);
        match(first.ok ? "" : first.error.message, told);
        strictEqual(first.ok ? "" : first.error.code, "push_failed");
        strictEqual(pusher.pending(), 2);
        ok((await pusher.push()).ok);
      }
      strictEqual(pusher.pending(), 0);
      deepStrictEqual([...central.sales.keys()], receipts);
      deepStrictEqual(conflicts, []);
      ok(server.arrived.every(({ path }) => path !== "/api/health"));
    }));
}

Deno.test("C-30: a central that takes a message and stays silent is given up in time, and one that never ends its answer", () =>
  withPlace(async (place) => {
    const { pusher, central, server } = place;
    await sell(place);
    for (const fault of ["hang_before", "hang_after", "endless"] as const) {
      server.faults.push(fault);
      const done = await pusher.push();
      match(
        done.ok ? "" : done.error.message,
        fault === "endless"
          ? /respondió más de lo que se lee|no respondió en 200 ms/
          : /^El central no respondió en 200 ms$/,
      );
      strictEqual(pusher.pending(), 1);
    }
    ok((await pusher.push()).ok);
    strictEqual(central.sales.size, 1);
  }, { answerMsMax: 200 }));

Deno.test("C-26: a central that has lost all its connections gets no more than one request at a time", () =>
  withPlace(async (place) => {
    const { pusher, central, server } = place;
    const broken = '{"sucursal":"CUS","ventas":[null]}';
    for (let i = 0; i < 10; i++) {
      central.receive(new TextEncoder().encode(broken));
    }
    await sell(place);
    const both = await Promise.all([pusher.push(), pusher.push()]);
    deepStrictEqual(both.map((done) => done.ok), [false, false]);
    strictEqual(server.busiest, 1);
    strictEqual(server.arrived.length, 1);
    central.restart();
    ok((await pusher.push()).ok);
    strictEqual(central.sales.size, 1);
  }, { answerMsMax: 200 }));

Deno.test("C-31: a central behind a closed port loses nothing", () =>
  withPlace(async (place) => {
    const { pusher, central, server } = place;
    await sell(place);
    server.down();
    const done = await pusher.push();
    match(
      done.ok ? "" : done.error.message,
      /^Sin conexión con el central: .*refused/,
    );
    server.up();
    ok((await pusher.push()).ok);
    strictEqual(central.sales.size, 1);
  }));
