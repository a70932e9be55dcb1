import { deepStrictEqual, strictEqual } from "node:assert/strict";
import {
  createChargingNode,
  PlayedPoint,
  PlayedSite,
} from "../../support/charging_node.ts";

/** A point whose supply its node has ended without a word of its engine, at 300 Wh. */
async function withClosedSupply(driver: string) {
  const node = await createChargingNode();
  const { charging } = node.useCases;
  const site = new PlayedSite(charging);
  const point = new PlayedPoint("SEV-07");
  await point.connect(charging);
  await site.request(driver, "SEV-07");
  await site.supply("started", "SEV-07", { driver });
  await site.supply("meter", "SEV-07", { driver, energy: 300 });
  await point.link?.fault();
  await point.link?.recover();
  /** What sessions and the rest hold. */
  const held = () => ({
    sessions: charging.sessions({ limit: 9 }).items
      .map(({ driver, status, energy }) => [driver, status, energy]),
    rest: charging.unattributed({ limit: 9 }).items.map((one) => one.energy),
  });
  return { node, charging, site, held };
}

Deno.test("C-49: the engine's last word of a supply that a node closed is not of who was let in since, though another came and went", async () => {
  const { node, charging, site, held } = await withClosedSupply("417");
  await site.request("418", "SEV-07");
  await charging.driverQuit("418" as never);
  await site.request("419", "SEV-07");
  strictEqual(
    await site.supply("ended", "SEV-07", { driver: "417", energy: 400 }),
    "stored",
  );
  deepStrictEqual(held(), {
    sessions: [["419", "authorized", 0], ["418", "ended", 0], [
      "417",
      "ended",
      300,
    ]],
    rest: [100],
  });
  await node.stop();
});

for (const named of ["INVITADO", "417"]) {
  Deno.test(`C-49: an end of ${named} before a supply has begun goes on with the one before, whoever was let in`, async () => {
    const { node, site, held } = await withClosedSupply("417");
    await site.request("417", "SEV-07");
    const end = { driver: named, energy: 400 };
    strictEqual(await site.supply("ended", "SEV-07", end), "stored");
    strictEqual(await site.supply("ended", "SEV-07", end), "repeated");
    deepStrictEqual(held(), {
      sessions: [["417", "authorized", 0], ["417", "ended", 300]],
      rest: [100],
    });
    // A supply of its own has its own figures, whatever the one before had.
    await site.supply("started", "SEV-07", { driver: named });
    await site.supply("ended", "SEV-07", { driver: named, energy: 900 });
    deepStrictEqual(held().sessions[0], ["417", "ended", 900]);
    await node.stop();
  });
}

Deno.test("C-20: what goes on beyond a supply of a guest is counted from where that was, by any name", async () => {
  const { node, site, held } = await withClosedSupply("INVITADO");
  await site.supply("meter", "SEV-07", { driver: "404", energy: 400 });
  deepStrictEqual(held(), {
    sessions: [["INVITADO", "ended", 300]],
    rest: [100],
  });
  await node.stop();
});

Deno.test("C-20: a supply that begins while its node has heard nothing of the one before ends that, and is a session of its own", async () => {
  const node = await createChargingNode();
  const site = new PlayedSite(node.useCases.charging);
  await new PlayedPoint("SEV-07").connect(node.useCases.charging);
  await site.request("417", "SEV-07");
  await site.supply("started", "SEV-07", { driver: "417" });
  await site.supply("meter", "SEV-07", { driver: "417", energy: 100 });
  // A beginning that is told twice begins nothing.
  await site.supply("started", "SEV-07", { driver: "417" });
  strictEqual(node.useCases.charging.sessions({ limit: 9 }).items.length, 1);
  await node.stop();

  const next = await createChargingNode({ disk: node.disk });
  const { charging } = next.useCases;
  const later = new PlayedSite(charging, site.offset);
  await later.supply("started", "SEV-07", { driver: "418" });
  await later.supply("meter", "SEV-07", { driver: "418", energy: 50 });
  await later.supply("ended", "SEV-07", { driver: "418", energy: 100 });
  const { items } = charging.sessions({ limit: 9 });
  deepStrictEqual(items.map((one) => [one.driver, one.status, one.energy]), [
    [null, "ended", 100],
    ["417", "ended", 100],
  ]);
  deepStrictEqual(charging.unattributed({ limit: 9 }).items, []);
  await next.stop();
});

Deno.test("C-20: a supply that begins in a session is another one if its totals begin anew, and the same one if they go on", async () => {
  const cases = [true, false].flatMap((isRestarted) =>
    [[100, true], [200, false]].map((of) => [isRestarted, ...of] as const)
  );
  for (const [isRestarted, energy, isAnother] of cases) {
    let node = await createChargingNode();
    let site = new PlayedSite(node.useCases.charging);
    await new PlayedPoint("SEV-07").connect(node.useCases.charging);
    await site.request("417", "SEV-07");
    await site.supply("started", "SEV-07", { driver: "417" });
    await site.supply("meter", "SEV-07", { driver: "417", energy: 100 });
    await site.supply("started", "SEV-07", { driver: "417" });
    if (isRestarted) {
      await node.stop();
      node = await createChargingNode({ disk: node.disk });
      site = new PlayedSite(node.useCases.charging, site.offset);
    }
    await site.supply("meter", "SEV-07", {
      driver: "417",
      energy: energy as number,
    });
    await site.supply("ended", "SEV-07", { driver: "417", energy: 300 });
    const { charging } = node.useCases;
    const { items } = charging.sessions({ limit: 9 });
    deepStrictEqual(
      items.map((one) => [one.driver, one.status, one.energy]),
      isAnother
        ? [[null, "ended", 300], ["417", "ended", 100]]
        : [["417", "ended", 300]],
    );
    deepStrictEqual(charging.unattributed({ limit: 9 }).items, []);
    await node.stop();
  }
});
