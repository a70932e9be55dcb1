/** A native pump and its station as two peers that meet, part, and meet again. */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import {
  createFactIds,
  createSeededRandom,
  type SiteCode,
} from "../../../crdt/mod.ts";
import {
  createPumpPeer,
  type PumpPeer,
} from "../../../nodes/forecourt/pump_peer.ts";
import { createPumpStore } from "../../../nodes/forecourt/pump_store.ts";
import { createTestMesh, type TestMesh } from "../../support/test_mesh.ts";
import { pricesOf } from "../../support/test_pump.ts";

const SITE = "E03" as SiteCode;

/** A mesh of a station and of the node of pump 3, on which the pump runs. */
async function createPair() {
  const mesh = createTestMesh({ seed: 9 });
  await mesh.add("station", { site: SITE });
  await mesh.add("pump", { site: SITE, dials: ["station"] });
  await mesh.run(3_000);
  const { forecourt } = mesh.node("station").useCases;
  const set = await mesh.settle(
    forecourt.setPrices({ scope: `site:${SITE}`, prices: pricesOf(1_000) }),
  );
  ok(set.ok);
  await mesh.run(1_000);
  const pump = createPump(mesh);
  await mesh.settle(pump.open());
  await mesh.run(6_000);
  return { mesh, pump, forecourt };
}

function createPump({ node, clock }: TestMesh): PumpPeer {
  const { replica, useCases } = node("pump");
  const nextId = createFactIds(createSeededRandom(2));
  return createPumpPeer({
    forecourt: useCases.forecourt,
    store: createPumpStore(replica, 3),
    clock,
    newId: () => nextId(clock.now()),
    logger: { log: () => {} },
    report: () => {},
    site: SITE,
    pump: 3,
    name: "Isla 3",
    flowMlPerSecond: 500,
    listAfterMs: 5_000,
    connected: () => true,
    tellsStation: false,
    fastReports: false,
  });
}

async function sell(mesh: TestMesh, { control }: PumpPeer): Promise<void> {
  ok((await mesh.settle(control.start())).ok);
  await mesh.run(2_500);
  ok((await mesh.settle(control.finish({ payment: "efectivo" }))).ok);
}

Deno.test("a station's prices and orders reach its pump, and the pump's list, prices taken and sales reach the station", async () => {
  const { mesh, pump, forecourt } = await createPair();
  await mesh.settle(
    forecourt.setPrices({ scope: `site:${SITE}`, prices: pricesOf(1_100) }),
  );
  await mesh.run(1_000);
  ok((await mesh.settle(pump.control.start())).ok);
  await mesh.run(2_500);
  const order = await mesh.settle(
    forecourt.commandPump({ site: SITE, pump: 3, command: "stop" }),
  );
  ok(order.ok);
  await mesh.run(2_000);

  const listed = forecourt.pump(SITE, 3);
  deepStrictEqual([listed?.name, listed?.taken?.prices], [
    "Isla 3",
    pricesOf(1_100),
  ]);
  const [sale] = forecourt.fuelSales({ site: SITE, limit: 5 }).items;
  deepStrictEqual([sale?.state, sale?.volumeMl, sale?.price, sale?.source], [
    "cancelled",
    1_000,
    1_100,
    "peer",
  ]);
  const [ended] = forecourt.pumpCommands({ site: SITE, limit: 5 }).items;
  deepStrictEqual([ended?.id, ended?.outcome], [order.value.id, "sent"]);
  await mesh.settle(pump.stop());
  await mesh.stop();
});

Deno.test("a pump that is cut off sells on at the prices that it has; its sales, and newer prices, arrive when the two meet (decision 51, R4)", async () => {
  const { mesh, pump, forecourt } = await createPair();
  mesh.cutOff("pump");
  await mesh.settle(
    forecourt.setPrices({ scope: `site:${SITE}`, prices: pricesOf(1_500) }),
  );
  await sell(mesh, pump);
  await sell(mesh, pump);
  const apart = forecourt.fuelTotals(SITE).count;
  mesh.network.heal();
  await mesh.run(60_000);
  await sell(mesh, pump);
  await mesh.run(2_000);

  strictEqual(apart, 0);
  const { items } = forecourt.fuelSales({ site: SITE, limit: 5 });
  deepStrictEqual(items.map(({ price, volumeMl }) => [price, volumeMl]), [
    [1_000, 1_000],
    [1_000, 1_000],
    [1_500, 1_000],
  ]);
  deepStrictEqual(forecourt.pump(SITE, 3)?.taken?.prices, pricesOf(1_500));
  await mesh.settle(pump.stop());
  await mesh.stop();
});

Deno.test("an order that reaches its pump too late is not obeyed, and said to have expired", async () => {
  const { mesh, pump, forecourt } = await createPair();
  ok((await mesh.settle(pump.control.start())).ok);
  mesh.cutOff("pump");
  const order = await mesh.settle(
    forecourt.commandPump({ site: SITE, pump: 3, command: "stop" }),
  );
  ok(order.ok);
  await mesh.run(300_000);
  mesh.network.heal();
  await mesh.run(60_000);

  strictEqual(pump.control.state().operation, "dispensing");
  const [ended] = forecourt.pumpCommands({ site: SITE, limit: 5 }).items;
  strictEqual(ended?.outcome, "expired");
  await mesh.settle(pump.stop());
  await mesh.stop();
});

Deno.test("a pump that a station has listed already is not renamed by its own first start", async () => {
  const mesh = createTestMesh({ seed: 10 });
  await mesh.add("station", { site: SITE });
  const { forecourt } = mesh.node("station").useCases;
  const added = await mesh.settle(
    forecourt.addPump({
      site: SITE,
      pump: 3,
      name: "Isla norte",
      fuel: "diesel",
    }),
  );
  ok(added.ok);
  await mesh.add("pump", { site: SITE, dials: ["station"] });
  const pump = createPump(mesh);
  await mesh.settle(pump.open());
  await mesh.run(10_000);

  const { name, fuel } = pump.control.state();
  deepStrictEqual([name, fuel], ["Isla norte", "diesel"]);
  strictEqual(forecourt.pump(SITE, 3)?.name, "Isla norte");
  await mesh.settle(pump.stop());
  await mesh.stop();
});
