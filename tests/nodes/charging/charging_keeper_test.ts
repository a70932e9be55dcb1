import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { ok, PanalError } from "../../../crdt/mod.ts";
import { DECISIONS_WAITING_MAX } from "../../../nodes/limits.ts";
import {
  createChargingNode,
  passTime,
  PlayedPoint,
  PlayedSite,
} from "../../support/charging_node.ts";
import type { TestNode } from "../../support/test_node.ts";

/** A node with one point that is connected, and a session of a driver that has begun to supply. */
async function supplying(options = {}) {
  const node = await createChargingNode(options);
  const site = new PlayedSite(node.useCases.charging);
  const point = new PlayedPoint("SEV-07");
  await point.connect(node.useCases.charging);
  await site.request("417", "SEV-07");
  await site.supply("started", "SEV-07", { driver: "417" });
  await site.supply("meter", "SEV-07", { driver: "417", energy: 100 });
  return { node, site, point, charging: node.useCases.charging };
}

const LOST = "Carga interrumpida: Monitor desconectado";
const FAULT = "Carga interrumpida: Avería detectada en el punto de recarga";
const STOPPED = "Carga interrumpida: CP puesto fuera de servicio";

Deno.test("C-8: a supply goes on without its monitor as long as telemetry comes, and ends with a ticket", async () => {
  const { node, site, point } = await supplying();
  await point.link?.ended();
  for (let i = 2; i <= 12; i++) {
    await passTime(node, 1000);
    await site.supply("meter", "SEV-07", { driver: "417", energy: i * 100 });
    strictEqual(site.state("SEV-07"), "SUMINISTRANDO");
  }
  await site.supply("ended", "SEV-07", { driver: "417", energy: 1300 });
  strictEqual(site.told.at(-1), "TICKET SEV-07 417 1300 26");
  strictEqual(site.state("SEV-07"), "DESCONECTADO");
  await node.stop();
});

Deno.test("C-8: silence for 5 s without a monitor closes the supply with what was told last", async () => {
  const { node, site, point } = await supplying();
  await point.link?.ended();
  await passTime(node, 4_000);
  strictEqual(site.told.length, 1);
  await passTime(node, 2_000);
  strictEqual(site.told.at(-1), `SUPPLY_ERROR SEV-07 417 100 2 ${LOST}`);
  strictEqual(site.state("SEV-07"), "DESCONECTADO");
  await point.connect(node.useCases.charging);
  strictEqual((await site.request("417", "SEV-07")).refusal, null);
  await node.stop();
});

Deno.test("C-8: equipment that lost its monitor closes the supply with one word", async () => {
  const { node, site, point } = await supplying();
  await point.link?.ended();
  await site.supply("lost", "SEV-07", { driver: "417", energy: 150 });
  await passTime(node, 8_000);
  deepStrictEqual(site.told.slice(1), [
    `SUPPLY_ERROR SEV-07 417 150 3 ${LOST}`,
  ]);
  await node.stop();
});

Deno.test("C-50: a silent supply is stale after 5 s and closed after 60 s, and the point's state is left to its monitor", async () => {
  const { node, site, charging } = await supplying();
  await passTime(node, 7_000);
  const [open] = charging.sessions({ limit: 1 }).items;
  strictEqual((open?.ageMs ?? 0) > 5_000, true);
  strictEqual(site.state("SEV-07"), "SUMINISTRANDO");
  const kinds = node.node.incidents.list().map(({ kind }) => kind);
  strictEqual(kinds.includes("charging_stale"), true);
  await passTime(node, 51_000);
  strictEqual(site.told.length, 1);
  await passTime(node, 4_000);
  strictEqual(site.told.at(-1), `SUPPLY_ERROR SEV-07 417 100 2 ${FAULT}`);
  strictEqual(site.state("SEV-07"), "ACTIVADO");
  await node.stop();
});

Deno.test("M-5, C-13: a stop during a supply gives one error with its totals, no ticket; after the resume both are free", async () => {
  const { node, site, point, charging } = await supplying();
  const stopped = await charging.stop({ point: point.id, cause: "operator" });
  strictEqual(stopped.ok, true);
  await passTime(node, 500);
  deepStrictEqual(point.told, ["authorize 417", "stop"]);
  strictEqual(site.state("SEV-07"), "FUERA_DE_SERVICIO");
  await site.supply("ended", "SEV-07", { driver: "417", energy: 200 });
  await passTime(node, 8_000);
  deepStrictEqual(site.told.slice(1), [
    `SUPPLY_ERROR SEV-07 417 200 4 ${STOPPED}`,
  ]);
  strictEqual(site.state("SEV-07"), "FUERA_DE_SERVICIO");
  await charging.resume({ point: point.id, cause: "operator" });
  await passTime(node, 500);
  strictEqual(site.state("SEV-07"), "ACTIVADO");
  strictEqual((await site.request("417", "SEV-07")).refusal, null);
  await node.stop();
});

Deno.test("C-13: a stopped supply that does not tell its end is closed 5 s after the confirmation", async () => {
  const { node, site, point, charging } = await supplying();
  await charging.stop({ point: point.id, cause: "operator" });
  await passTime(node, 4_000);
  strictEqual(site.told.length, 1);
  await passTime(node, 2_500);
  strictEqual(site.told.at(-1), `SUPPLY_ERROR SEV-07 417 100 2 ${STOPPED}`);
  await node.stop();
});

Deno.test("M-6, C-14: a fault during a supply gives one error, by whichever report comes first; C-11: with the partials", async () => {
  const { node, site, point } = await supplying();
  await point.link?.fault();
  strictEqual(site.state("SEV-07"), "AVERIADO");
  await site.supply("fault", "SEV-07", { driver: "417", energy: 100 });
  await passTime(node, 8_000);
  deepStrictEqual(site.told.slice(1), [
    `SUPPLY_ERROR SEV-07 417 100 2 ${FAULT}`,
  ]);
  const [session] = node.useCases.charging.sessions({ limit: 1 }).items;
  deepStrictEqual([session?.energy, session?.outcome], [100, "fault"]);
  await point.link?.recover();
  strictEqual(site.state("SEV-07"), "ACTIVADO");
  strictEqual((await site.request("417", "SEV-07")).refusal, null);
  await node.stop();
});

Deno.test("C-14: a fault of a reserved point frees driver and point with partials 0; C-12: framed points have other words", async () => {
  const node = await createChargingNode();
  const { charging } = node.useCases;
  const site = new PlayedSite(charging);
  const point = new PlayedPoint("SEV-07");
  await point.connect(charging, { dialect: "framed" });
  await site.request("417", "SEV-07");
  await point.link?.fault();
  strictEqual(
    site.told.at(-1),
    "SUPPLY_ERROR SEV-07 417 0 0 Carga interrumpida: Engine averiado",
  );
  strictEqual(await charging.sessionAt("SEV-07"), undefined);
  await node.stop();
});

Deno.test("C-14: a fault on the topic makes the point faulty and closes the supply", async () => {
  const { node, site, point } = await supplying();
  await site.supply("fault", "SEV-07", { driver: "417", energy: 130 });
  strictEqual(site.state("SEV-07"), "AVERIADO");
  await point.link?.fault();
  strictEqual(site.told.length, 2);
  await point.link?.recover();
  strictEqual(site.state("SEV-07"), "ACTIVADO");
  await node.stop();
});

Deno.test("C-30: a reservation holds for ever unless the site says how long; then it ends with partials 0", async () => {
  const node = await createChargingNode();
  const { charging } = node.useCases;
  const site = new PlayedSite(charging);
  const point = new PlayedPoint("SEV-07");
  await point.connect(charging);
  await site.request("417", "SEV-07");
  await passTime(node, 3_600_000, 60_000);
  strictEqual(site.state("SEV-07"), "RESERVADO");
  await charging.driverQuit("417" as never);
  await site.request("417", "SEV-07", { holdMs: 10_000 });
  await passTime(node, 9_000);
  strictEqual(site.state("SEV-07"), "RESERVADO");
  await passTime(node, 2_000);
  strictEqual(site.state("SEV-07"), "ACTIVADO");
  strictEqual(
    site.told.at(-1)?.startsWith("SUPPLY_ERROR SEV-07 417 0 0"),
    true,
  );
  await node.stop();
});

Deno.test("C-31: a driver who leaves gives up his reservation; his supply goes on to its ticket", async () => {
  const { node, site, charging } = await supplying();
  await charging.driverQuit("417" as never);
  strictEqual(site.state("SEV-07"), "SUMINISTRANDO");
  await site.supply("ended", "SEV-07", { driver: "417", energy: 200 });
  strictEqual(site.told.at(-1), "TICKET SEV-07 417 200 4");
  await site.request("417", "SEV-07");
  await charging.driverQuit("417" as never);
  strictEqual(site.state("SEV-07"), "ACTIVADO");
  strictEqual(site.told.at(-1)?.startsWith("SUPPLY_ERROR"), true);
  await node.stop();
});

Deno.test("C-31: a leaving that a node had no room to store is not taken for done", async () => {
  const node = await createChargingNode();
  const { charging } = node.useCases;
  const site = new PlayedSite(charging);
  await new PlayedPoint("SEV-07").connect(charging);
  await site.request("417", "SEV-07");
  const { replica } = node.node;
  const others = Array.from(
    { length: DECISIONS_WAITING_MAX },
    () => replica.decide(() => ok(null)),
  );
  await rejects(
    () => charging.driverQuit("417" as never),
    (error) => error instanceof PanalError && error.code === "overloaded",
  );
  await Promise.all(others);
  strictEqual(site.state("SEV-07"), "RESERVADO");
  await charging.driverQuit("417" as never);
  strictEqual(site.state("SEV-07"), "ACTIVADO");
  await node.stop();
});

Deno.test("an OCPP transaction is closed neither by silence nor by a lost connection", async () => {
  const node = await createChargingNode();
  const { charging } = node.useCases;
  const site = new PlayedSite(charging);
  const point = new PlayedPoint("EVB-1");
  await point.connect(charging, { dialect: "ocpp" });
  const { session } = await site.request("417", "EVB-1");
  await site.supply("started", "EVB-1", { session, position: null });
  await point.link?.ended();
  await passTime(node, 600_000, 30_000);
  strictEqual(charging.sessions({ limit: 1 }).items[0]?.status, "charging");
  await site.supply("ended", "EVB-1", { session, energy: 900, position: null });
  strictEqual(site.told.at(-1), "TICKET EVB-1 417 900 18");
  await node.stop();
});

Deno.test("an OCPP transaction of a charger that never returns frees its driver after a day, also over a restart; what it tells late counts once", async () => {
  const node = await createChargingNode();
  const point = new PlayedPoint("EVB-1");
  const start = async ({ charging }: TestNode["useCases"]) => {
    await point.connect(charging, { dialect: "ocpp" });
    const site = new PlayedSite(charging);
    const { session } = await site.request("417", "EVB-1");
    const of = { session, position: null, amount: null };
    await site.supply("started", "EVB-1", of);
    await site.supply("meter", "EVB-1", { ...of, energy: 400 });
    return of;
  };
  const of = await start(node.useCases);
  await passTime(node, 120_000, 30_000);
  await point.link?.ended();
  node.clock.advance(12 * 3_600_000);
  await passTime(node, 1_000);
  await node.stop();
  const next = await createChargingNode({
    disk: node.disk,
    startMs: node.clock.now(),
  });
  const { charging } = next.useCases;
  const site = new PlayedSite(charging, 10);
  const last = () => charging.sessions({ limit: 1 }).items[0];
  next.clock.advance(12 * 3_600_000 - 60_000);
  await passTime(next, 1_000);
  strictEqual(last()?.status, "charging");
  await passTime(next, 120_000, 1_000);
  deepStrictEqual(
    [last()?.outcome, last()?.energy, last()?.reason],
    ["disconnected", 400, "silent"],
  );
  strictEqual(charging.driverRefusal("417"), null);
  for (let i = 0; i < 2; i++) {
    await site.supply("ended", "EVB-1", { ...of, energy: 1_000, at: 5 });
  }
  deepStrictEqual(
    charging.unattributed({ limit: 5 }).items.map((it) => it.energy),
    [600],
  );
  strictEqual(last()?.energy, 400);
  await new PlayedPoint("SEV-07").connect(charging);
  strictEqual((await site.request("417", "SEV-07")).words, "Autorizado");
  await next.stop();
});

Deno.test("after a restart points are disconnected everywhere until they register again; C-7: faults and stops are kept", async () => {
  const node = await createChargingNode();
  const { charging } = node.useCases;
  const [plain, faulty, stopped] = ["A-1", "A-2", "A-3"].map((id) =>
    new PlayedPoint(id)
  );
  for (const point of [plain, faulty, stopped]) await point?.connect(charging);
  await faulty?.link?.fault();
  await charging.stop({ point: stopped?.id as never, cause: "operator" });
  await passTime(node, 500);
  await node.stop();
  const next = await createChargingNode({ disk: node.disk });
  await passTime(next, 500);
  const states = ["A-1", "A-2", "A-3"].map((id) =>
    next.useCases.charging.point(id)?.state
  );
  deepStrictEqual(states, ["DESCONECTADO", "AVERIADO", "FUERA_DE_SERVICIO"]);
  await next.stop();
});

Deno.test("C-50: silence of a topic that cannot be heard closes nothing for 15 minutes, and counts from when it is heard again", async () => {
  const { node, site, charging } = await supplying();
  charging.hearing(false);
  await passTime(node, 600_000, 5_000);
  strictEqual(charging.sessions({ limit: 1 }).items[0]?.status, "charging");
  charging.hearing(true);
  await passTime(node, 50_000, 1_000);
  strictEqual(site.told.length, 1);
  await site.supply("ended", "SEV-07", { driver: "417", energy: 900 });
  strictEqual(site.told.at(-1), "TICKET SEV-07 417 900 18");
  await site.request("417", "SEV-07");
  await site.supply("started", "SEV-07", { driver: "417" });
  await site.supply("meter", "SEV-07", { driver: "417", energy: 100 });
  charging.hearing(false);
  await passTime(node, 1_000_000, 5_000);
  strictEqual(site.told.at(-1), `SUPPLY_ERROR SEV-07 417 100 2 ${FAULT}`);
  await node.stop();
});
