import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { type ProductId, SALES } from "../../../crdt/mod.ts";
import { nextNightly } from "../../../nodes/adapters/nightly.ts";
import { createPuller, type Puller } from "../../../nodes/branch_sync/pull.ts";
import type { PullAnswer } from "../../../nodes/branch_sync/pull_answers.ts";
import type { BranchPullPort } from "../../../nodes/branch_sync/pull_branch.ts";
import {
  createOriginalBranch,
  type OriginalBranchModel,
} from "../../support/original_branch_model.ts";
import { createTestNode, type TestNode } from "../../support/test_node.ts";

const DAY = Date.UTC(2026, 10, 20, 9);
const MILK = "ABA-PROD-001";

interface Rig {
  readonly office: TestNode;
  readonly branch: OriginalBranchModel;
  readonly puller: Puller;
  /** Answers instead of the branch. */
  instead: ((path: string) => PullAnswer | undefined) | undefined;
  readonly asked: string[];
  sell(wall: number, quantity?: number): string;
  send(wall: number): Promise<void>;
  stop(): Promise<void>;
}

async function createRig(site: "ABA" | "CUS" | null = null): Promise<Rig> {
  const office = await createTestNode({ roles: ["office"] });
  const branch = createOriginalBranch({
    site: "ABA",
    name: "Abancay",
    central: "http://central",
    products: [{
      id: MILK,
      name: "Leche",
      description: "Evaporada",
      category: "Lacteos",
      price: 380,
      stock: 1000,
    }],
  });
  const asked: string[] = [];
  const port: BranchPullPort = {
    get(path) {
      asked.push(path);
      const instead = rig.instead?.(path);
      if (instead !== undefined) return Promise.resolve(instead);
      if (path === "/api/health") {
        const body = JSON.stringify({
          status: "ok",
          branch: "ABA",
          name: "Abancay",
        });
        return Promise.resolve({ kind: "answered", status: 200, body });
      }
      const { status, body } = branch.get(path);
      return Promise.resolve({ kind: "answered", status, body });
    },
  };
  const { branchSync } = office.useCases;
  const puller = createPuller({
    replica: office.node.replica,
    receive: branchSync.receive,
    clock: office.clock,
    logger: { log: () => {} },
    timezone: "America/Lima",
    settings: { branches: {} },
    branches: [{ site: site as never, port }],
    nextRun: nextNightly,
  });
  const rig: Rig = {
    office,
    branch,
    puller,
    instead: undefined,
    asked,
    sell(wall, quantity = 1) {
      const id = branch.sell({ wall, lines: [{ product: MILK, quantity }] });
      ok(id !== null);
      return id;
    },
    async send(wall) {
      const request = branch.push(wall);
      ok(request !== null);
      const body = JSON.parse(request.body ?? "");
      const received = await branchSync.receive({ body, address: "10.0.0.9" });
      ok(received.ok);
      branch.mark({ ok: true, marked: request.sales });
    },
    async stop() {
      await puller.stop();
      await office.stop();
    },
  };
  return rig;
}

async function pulled({ puller }: Rig) {
  const result = await puller.pull();
  ok(result.ok, JSON.stringify(result));
  const [outcome] = result.value;
  ok(outcome !== undefined);
  return outcome;
}

Deno.test("C-10: sales of earlier days that a branch never sends are found and pulled", async () => {
  const rig = await createRig();
  rig.sell(DAY);
  rig.sell(DAY + 1000, 2);
  rig.sell(DAY + 86_400_000);
  await rig.send(DAY + 86_400_000);
  strictEqual(rig.branch.push(DAY + 86_400_000), null);
  deepStrictEqual(await pulled(rig), {
    site: "ABA",
    recovered: 2,
    conflicts: 0,
    gone: 0,
    more: false,
    problem: null,
  });
  strictEqual(rig.office.node.replica.reader.count(SALES), 3);
  const [row] = rig.office.node.replica.reader.scan(SALES, { prefix: ["ABA"] });
  strictEqual(row?.["seller"], '["ABA:1","Administrador Abancay"]');
  rig.asked.length = 0;
  strictEqual((await pulled(rig)).recovered, 0);
  deepStrictEqual(rig.asked, ["/api/health", "/api/ventas"]);
  await rig.stop();
});

Deno.test("C-10: a pulled sale brings its product's name, price and stock", async () => {
  const rig = await createRig();
  rig.sell(DAY, 4);
  await pulled(rig);
  const product = rig.office.useCases.product("site:ABA", MILK as ProductId);
  strictEqual(product?.name, "Leche");
  strictEqual(product?.onHand, 996);
  strictEqual(product?.price?.units, 380);
  deepStrictEqual(product?.details, {
    description: "Evaporada",
    category: "Lacteos",
  });
  await rig.stop();
});

Deno.test("C-20: a number that the branch gave again is pulled and is a conflict", async () => {
  const rig = await createRig();
  const first = rig.sell(DAY);
  await rig.send(DAY);
  rig.branch.deleteSale(first);
  strictEqual(rig.sell(DAY + 60_000, 3), first);
  // The branch counts the new sale as unsent; its day passes.
  strictEqual((await pulled(rig)).conflicts, 1);
  const { items } = rig.office.useCases.branchSync.conflicts({ limit: 5 });
  deepStrictEqual(items.map(({ receipt, kind }) => [receipt, kind]), [[
    first,
    "conflict",
  ]]);
  strictEqual((await pulled(rig)).conflicts, 0);
  await rig.stop();
});

Deno.test("C-21: a sale that its branch deleted after sending it is flagged once and stays", async () => {
  const rig = await createRig();
  const first = rig.sell(DAY);
  const second = rig.sell(DAY + 1000);
  await rig.send(DAY);
  rig.branch.deleteSale(second);
  strictEqual((await pulled(rig)).gone, 1);
  await pulled(rig);
  const { items } = rig.office.useCases.branchSync.conflicts({ limit: 5 });
  strictEqual(items.length, 1);
  strictEqual(items[0]?.receipt, second);
  strictEqual(items[0]?.reason, "La sucursal ya no tiene esta venta");
  strictEqual(rig.office.node.replica.reader.count(SALES), 2);
  rig.branch.deleteSale(first);
  strictEqual((await pulled(rig)).gone, 0, "an empty list is a new database");
  await rig.stop();
});

Deno.test("pull() tells what was wrong and changes nothing when a branch answers nonsense", async () => {
  const rig = await createRig();
  rig.sell(DAY);
  const wrong: readonly [string, PullAnswer, RegExp][] = [
    ["/api/health", { kind: "failed", reason: "Sin conexión" }, /Sin conexión/],
    ["/api/health", { kind: "answered", status: 200, body: "<html>" }, /JSON/],
    ["/api/health", { kind: "answered", status: 200, body: "[]" }, /objeto/],
    ["/api/health", { kind: "answered", status: 200, body: "{}" }, /código/],
    ["/api/ventas", { kind: "answered", status: 301, body: "" }, /301/],
    [
      "/api/ventas",
      { kind: "answered", status: 200, body: '{"ventas":5}' },
      /lista/,
    ],
    ["/api/ventas/", { kind: "answered", status: 500, body: "x" }, /500/],
  ];
  for (const [at, answer, problem] of wrong) {
    rig.instead = (path) =>
      path === at || (at.endsWith("/") && path.startsWith(at))
        ? answer
        : undefined;
    const result = await rig.puller.pull();
    ok(!result.ok);
    strictEqual(result.error.code, "pull_failed");
    ok(problem.test(result.error.message), result.error.message);
    const [row] = rig.office.useCases.branchSync.log({ limit: 1 }).items;
    strictEqual(row?.ok, false);
  }
  strictEqual(rig.office.node.replica.reader.count(SALES), 0);
  rig.instead = (path) =>
    path.startsWith("/api/ventas/")
      ? { kind: "answered", status: 404, body: "{}" }
      : undefined;
  strictEqual((await pulled(rig)).recovered, 0);
  await rig.stop();
});

Deno.test("C-27: a sale that the branch cannot show holds up no other", async () => {
  const rig = await createRig();
  const [bad] = [0, 1, 2].map((i) => rig.sell(DAY + i * 1000));
  rig.instead = (path) =>
    path === `/api/ventas/${bad}`
      ? { kind: "answered", status: 500, body: "x" }
      : undefined;
  const result = await rig.puller.pull();
  ok(!result.ok);
  strictEqual(rig.office.node.replica.reader.count(SALES), 2);
  rig.instead = undefined;
  strictEqual((await pulled(rig)).recovered, 1);
  await rig.stop();
});

Deno.test("C-10: sales that cannot be used are asked for once, and behind them others still come", async () => {
  const rig = await createRig();
  const unusable = Array.from({ length: 2_100 }, (_, i) => ({
    VentaID: `ABA-20261101-${String(i + 1).padStart(3, "0")}`,
    FechaVenta: "2026-11-01T09:00:00.000Z",
    Total: 1,
  }));
  rig.sell(DAY);
  rig.instead = (path) => {
    const answered = (value: unknown) =>
      ({ kind: "answered", status: 200, body: JSON.stringify(value) }) as const;
    if (path === "/api/ventas") {
      const { ventas } = JSON.parse(rig.branch.get(path).body);
      return answered({ ventas: [...unusable, ...ventas] });
    }
    const [, id] = /^\/api\/ventas\/(ABA-20261101-.*)$/.exec(path) ?? [];
    return id === undefined ? undefined : answered({ venta: { VentaID: id } });
  };
  strictEqual((await pulled(rig)).more, true);
  const second = await pulled(rig);
  deepStrictEqual([second.recovered, second.more], [1, false]);
  await rig.stop();
});

Deno.test("pull() reads nothing from another branch than the settings name", async () => {
  const rig = await createRig("CUS");
  rig.sell(DAY);
  const result = await rig.puller.pull();
  ok(!result.ok);
  ok(result.error.message.includes("responde ABA"));
  strictEqual(rig.office.node.replica.reader.count(SALES), 0);
  await rig.stop();
});

Deno.test("createPuller() reads at the start and after each day", async () => {
  const rig = await createRig();
  rig.sell(DAY);
  rig.puller.start();
  const settle = async () => {
    for (let turn = 0; turn < 100; turn++) await new Promise(setImmediate);
  };
  await settle();
  strictEqual(rig.office.node.replica.reader.count(SALES), 1);
  rig.sell(DAY + 86_400_000);
  await rig.office.clock.advance(60_000);
  await settle();
  strictEqual(rig.office.node.replica.reader.count(SALES), 1);
  for (let hour = 0; hour < 16; hour++) {
    await rig.office.clock.advance(3_600_000);
    await settle();
  }
  strictEqual(rig.office.node.replica.reader.count(SALES), 2);
  await rig.stop();
});
