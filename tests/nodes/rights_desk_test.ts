/** Asking other tills for rights: reachable, slow, empty, dead, and too late. */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import type { BoundName, FactId } from "../../crdt/mod.ts";
import { grantRights } from "../../nodes/rights_grants.ts";
import type { UseCases } from "../../nodes/use_cases.ts";
import { idOf } from "../support/facts.ts";
import type { TestMesh } from "../support/test_mesh.ts";
import {
  createHoney,
  createTills,
  HONEY,
  sellHoney,
  SITE,
  SPACE,
} from "../support/tills.ts";

/** Tills of one site, of which the first has honey to be sold strictly. */
async function openTills(names: readonly string[], stock: number) {
  const mesh = await createTills(6, names);
  const tills = names.map((name) => mesh.node(name).useCases);
  await createHoney(mesh, tills[0] as UseCases, stock);
  return { mesh, tills };
}

function sell(mesh: TestMesh, name: string, quantity = 1) {
  return sellHoney(mesh, mesh.node(name).useCases, quantity);
}

function free(mesh: TestMesh, name: string): number {
  return mesh.node(name).useCases.rights({ limit: 100 }).items
    .find((row) => row.own)?.free ?? 0;
}

function boundOf(till: UseCases): BoundName {
  return till.rights({ limit: 1 }).items[0]?.bound as BoundName;
}

function grants(till: UseCases): number {
  return till.facts({ limit: 500 }).items.filter(({ type }) =>
    type === "RightsGranted"
  ).length;
}

Deno.test("a till asks a peer for rights that it lacks, and gets half of what the peer has", async () => {
  const { mesh } = await openTills(["a", "b"], 10);
  strictEqual(await sell(mesh, "b"), "sold");
  await mesh.run(2000);
  deepStrictEqual([free(mesh, "a"), free(mesh, "b")], [5, 4]);
  strictEqual(await sell(mesh, "b", 8), "sold");
  strictEqual(await sell(mesh, "b", 2), "rights_insufficient");
  strictEqual(await sell(mesh, "b"), "sold");
  strictEqual(await sell(mesh, "a"), "rights_insufficient");
  await mesh.stop();
});

Deno.test("what one peer lacks is asked of the next", async () => {
  const { mesh, tills } = await openTills(["a", "b", "c"], 9);
  strictEqual(await sell(mesh, "b"), "sold");
  await mesh.run(2000);
  deepStrictEqual([free(mesh, "a"), free(mesh, "b")], [5, 3]);
  strictEqual(await sell(mesh, "c", 8), "sold");
  await mesh.run(2000);
  deepStrictEqual(["a", "b", "c"].map((name) => free(mesh, name)), [0, 0, 0]);
  for (const till of tills) {
    strictEqual(till.stockOf(SITE, HONEY)?.onHand, 0);
    strictEqual(
      till.invariants().reduce((sum, it) => sum + it.violations, 0),
      0,
    );
  }
  await mesh.stop();
});

Deno.test("a peer that is cut off is waited for no longer than the deadline", async () => {
  const { mesh } = await openTills(["a", "b"], 9);
  mesh.cutOff("b");
  const before = mesh.clock.monotonic();
  strictEqual(await sell(mesh, "b"), "rights_insufficient");
  ok(mesh.clock.monotonic() - before <= 2100);
  await mesh.stop();
});

Deno.test("a till whose store is closed meanwhile waits on, and refuses", async () => {
  const { mesh, tills } = await openTills(["a", "b"], 9);
  mesh.cutOff("b");
  const lines = [{ product: HONEY, quantity: 1 }];
  const sold = mesh.node("b").useCases.recordSale({ lines });
  await mesh.run(100);
  const disk = mesh.peers.get("b")?.disk;
  disk?.unknownNextSync("keep");
  disk?.haltAfter(2);
  const [, till] = tills;
  const lost = till?.receiveStock({ site: SITE, lines });
  await Promise.allSettled([lost, mesh.run(100)]);
  strictEqual(disk?.isHalted, true);
  // The next peer is asked, and the deadline comes, while nothing can be read.
  await mesh.run(5000);
  await Promise.allSettled([sold]);
  mesh.crash("b");
  await mesh.stop();
});

Deno.test("a grant that comes too late is in transit meanwhile, and is accepted all the same", async () => {
  const { mesh, tills } = await openTills(["a", "b"], 10);
  const [a, b] = [mesh.peers.get("a")?.peer, mesh.peers.get("b")?.peer];
  ok(a !== undefined && b !== undefined);
  // The request arrives, the answer does not.
  mesh.network.partition([a], [b], { oneWay: true });
  strictEqual(await sell(mesh, "b"), "rights_insufficient");
  deepStrictEqual([free(mesh, "a"), free(mesh, "b")], [5, 0]);
  strictEqual(tills[0]?.rights({ limit: 1 }).items[0]?.inTransit, 5);
  mesh.network.heal();
  await mesh.run(60_000);
  deepStrictEqual([free(mesh, "a"), free(mesh, "b")], [5, 5]);
  strictEqual(tills[0]?.rights({ limit: 1 }).items[0]?.inTransit, 0);
  await mesh.stop();
});

Deno.test("the same request gets the same grant", async () => {
  const { mesh, tills } = await openTills(["a", "b"], 10);
  const { replica } = mesh.node("a");
  const to = mesh.node("b").replica.register.own(SPACE)?.name;
  ok(to !== undefined && tills[0] !== undefined);
  const bound = boundOf(tills[0]);
  const ask = (request: FactId) =>
    mesh.settle(
      replica.decide((context) =>
        grantRights(context, replica, { bound, amount: 3, to, request })
      ),
    );
  const first = await ask(idOf("one"));
  deepStrictEqual(await ask(idOf("one")), first);
  strictEqual(grants(tills[0]), 1);
  ok((await ask(idOf("two"))).ok);
  strictEqual(grants(tills[0]), 2);
  await mesh.run(3000);
  strictEqual(free(mesh, "a") + free(mesh, "b"), 10);
  await mesh.stop();
});

Deno.test("nobody is granted rights for another's log, or more than there is", async () => {
  const { mesh, tills } = await openTills(["a", "b", "c"], 4);
  ok(tills[0] !== undefined);
  const bound = boundOf(tills[0]);
  const log = mesh.node("c").replica.register.own(SPACE)?.name;
  ok(log !== undefined);
  const { replica } = mesh.node("a");
  const wanted = { bound, to: log, request: idOf("x"), exact: true };
  const more = await mesh.settle(
    replica.decide((context) =>
      grantRights(context, replica, { ...wanted, amount: 5 })
    ),
  );
  strictEqual(more.ok ? "" : more.error.code, "rights_insufficient");
  const own = replica.register.own(SPACE)?.name;
  ok(own !== undefined);
  const self = await mesh.settle(
    replica.decide((context) =>
      grantRights(context, replica, { ...wanted, amount: 1, to: own })
    ),
  );
  strictEqual(self.ok, false);
  await mesh.stop();
});

Deno.test("many sales that wait for rights at once share the requests, and none is sold twice", async () => {
  const { mesh, tills } = await openTills(["a", "b"], 40);
  const till = tills[1] as UseCases;
  const sales = Array.from(
    { length: 60 },
    () => till.recordSale({ lines: [{ product: HONEY, quantity: 1 }] }),
  );
  const answers = await mesh.settle(Promise.all(sales));
  const sold = answers.filter(({ ok }) => ok).length;
  strictEqual(sold, 40);
  ok(grants(tills[0] as UseCases) <= 8);
  await mesh.stop();
});

Deno.test("a till that loses its power while it waits for rights has them when it is back", async () => {
  const { mesh } = await openTills(["a", "b"], 10);
  const asked = mesh.node("b").useCases.recordSale({
    lines: [{ product: HONEY, quantity: 1 }],
  }).catch(() => undefined);
  await mesh.run(2);
  mesh.crash("b");
  void asked;
  await mesh.run(5000);
  await mesh.restart("b");
  await mesh.run(60_000);
  const onHand = mesh.node("a").useCases.stockOf(SITE, HONEY)?.onHand;
  strictEqual(free(mesh, "a") + free(mesh, "b"), onHand);
  await mesh.stop();
});

Deno.test("rights move ahead to the till that sells, so that it asks no more", async () => {
  const { mesh } = await openTills(["a", "b"], 1000);
  const { desk } = mesh.node("b");
  for (let i = 0; i < 60; i++) {
    strictEqual(await sell(mesh, "b", 10), "sold");
    await mesh.run(2000);
  }
  ok(desk.asks <= 1, `${desk.asks} requests`);
  strictEqual(free(mesh, "a") + free(mesh, "b"), 400);
  ok(free(mesh, "a") > 0);
  await mesh.stop();
});

Deno.test("a till that has sold nothing yet has a share before it needs one, also cut off", async () => {
  const { mesh } = await openTills(["a", "b", "c"], 90);
  for (let i = 0; i < 5; i++) {
    strictEqual(await sell(mesh, "a"), "sold");
    await mesh.run(2000);
  }
  mesh.cutOff("c");
  strictEqual(mesh.node("c").desk.asks, 0);
  strictEqual(await sell(mesh, "c"), "sold");
  await mesh.stop();
});

Deno.test("a till that has closed its log opens another at once, and rights move to that", async () => {
  const { mesh, tills: [a] } = await openTills(["a", "b"], 20);
  ok(a !== undefined);
  for (let i = 0; i < 5; i++) {
    strictEqual(await sell(mesh, "b", 3), "sold");
    await mesh.run(1000);
  }
  const { replica } = mesh.node("b");
  const old = replica.register.own(SPACE);
  ok(old !== undefined);
  // As after a restore.
  replica.closeLogs([old.number]);
  await mesh.run(3000);
  const now = replica.register.own(SPACE)?.name;
  ok(now !== undefined && now !== old.name);
  const lines = [{ product: HONEY, quantity: 1000 }];
  ok((await mesh.settle(a.receiveStock({ site: SITE, lines }))).ok);
  await mesh.run(60_000);
  strictEqual(
    a.rights({ limit: 100 }).items
      .reduce((sum, row) => sum + row.inTransit, 0),
    0,
  );
  strictEqual(await sell(mesh, "b", 3), "sold");
  await mesh.stop();
});
