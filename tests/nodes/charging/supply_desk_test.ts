import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { type FactId, transactionNumber } from "../../../crdt/mod.ts";
import {
  createChargingNode,
  passTime,
  PlayedPoint,
  PlayedSite,
} from "../../support/charging_node.ts";

/** A node with one point that is connected, and a session of a driver if one is named. */
async function withPoint(driver?: string, options = {}) {
  const node = await createChargingNode(options);
  const site = new PlayedSite(node.useCases.charging);
  const point = new PlayedPoint("SEV-07");
  await point.connect(node.useCases.charging);
  if (driver !== undefined) await site.request(driver, "SEV-07");
  return { node, site, point };
}

Deno.test("C-20: a supply that nobody asked for is a session of nobody, without a word to anybody", async () => {
  const { node, site } = await withPoint();
  await site.supply("started", "SEV-07", { driver: null });
  await site.supply("meter", "SEV-07", { driver: null, energy: 100 });
  strictEqual(site.state("SEV-07"), "SUMINISTRANDO");
  strictEqual(
    (await site.request("417", "SEV-07")).words,
    "CP ya en uso por otro driver",
  );
  await site.supply("ended", "SEV-07", { driver: null, energy: 300 });
  const { items } = node.useCases.charging.sessions({ limit: 5 });
  deepStrictEqual(
    items.map(({ driver, source, energy, outcome }) => [
      driver,
      source,
      energy,
      outcome,
    ]),
    [[null, "equipment", 300, "completed"]],
  );
  deepStrictEqual(site.told, [
    "AUTH_DENIED SEV-07 417 CP ya en uso por otro driver",
  ]);
  strictEqual(site.state("SEV-07"), "ACTIVADO");
  await node.stop();
});

Deno.test("C-20: records without a driver, or of one that nobody knows, are of the point's session; C-42: so is the ticket", async () => {
  const { node, site } = await withPoint("417");
  await site.supply("started", "SEV-07", { driver: "999" });
  await site.supply("meter", "SEV-07", { driver: null, energy: 100 });
  await site.supply("meter", "SEV-07", { driver: "999", energy: 200 });
  await site.supply("ended", "SEV-07", { driver: "", energy: 300 });
  deepStrictEqual(site.told, ["AUTH_OK SEV-07 417", "TICKET SEV-07 417 300 6"]);
  await node.stop();
});

Deno.test("C-20: an end without a session is energy of the point that no session holds", async () => {
  const { node, site } = await withPoint();
  strictEqual(
    await site.supply("ended", "SEV-07", { driver: "417", energy: 400 }),
    "stored",
  );
  const { items } = node.useCases.charging.unattributed({ limit: 5 });
  deepStrictEqual(items.map(({ point, energy }) => [point, energy]), [[
    "SEV-07",
    400,
  ]]);
  deepStrictEqual(site.told, []);
  await node.stop();
});

Deno.test("C-24: a record that is read again does nothing, also after a new session of the same driver", async () => {
  const { node, site } = await withPoint("417");
  const charging = node.useCases.charging;
  const again = (kind: "meter" | "ended", offset: number, energy: number) =>
    site.supply(kind, "SEV-07", {
      driver: "417",
      energy,
      position: { offset, timestamp: 1_000_000 + offset },
    });
  await site.supply("started", "SEV-07", { driver: "417" });
  await site.supply("meter", "SEV-07", { driver: "417", energy: 100 });
  await site.supply("ended", "SEV-07", { driver: "417", energy: 200 });
  strictEqual(await again("ended", 2, 200), "repeated");
  await site.request("417", "SEV-07");
  strictEqual(await again("meter", 1, 100), "repeated");
  strictEqual(await again("ended", 2, 200), "repeated");
  strictEqual((await charging.sessionAt("SEV-07"))?.status, "authorized");
  deepStrictEqual(site.told, [
    "AUTH_OK SEV-07 417",
    "TICKET SEV-07 417 200 4",
    "AUTH_OK SEV-07 417",
  ]);
  await node.stop();
});

Deno.test("C-24: a topic that was made again, with small offsets and later timestamps, is read", async () => {
  const { node, site } = await withPoint("417");
  const at = (offset: number, timestamp: number, energy: number) =>
    site.supply("meter", "SEV-07", {
      driver: "417",
      energy,
      position: { offset, timestamp },
    });
  strictEqual(await at(900, 5_000, 100), "stored");
  strictEqual(await at(0, 6_000, 200), "live");
  strictEqual(await at(0, 6_000, 200), "repeated");
  await node.stop();
});

Deno.test("C-24: the floor stands before the oldest record that no fact holds, and goes with the sample", async () => {
  const { node, site } = await withPoint("417");
  const { charging } = node.useCases;
  strictEqual(charging.supplyFloor(), undefined);
  await site.supply("started", "SEV-07", { driver: "417" });
  strictEqual(charging.supplyFloor(), undefined);
  await site.supply("meter", "SEV-07", { driver: "417", energy: 100 });
  await site.supply("meter", "SEV-07", { driver: "417", energy: 200 });
  deepStrictEqual(charging.supplyFloor(), { offset: 0, timestamp: 1_000_001 });
  for (let i = 3; i <= 62; i++) {
    await passTime(node, 1000);
    await site.supply("meter", "SEV-07", { driver: "417", energy: i * 100 });
  }
  const floor = charging.supplyFloor()?.offset ?? 0;
  strictEqual(floor > 55, true, `the floor is ${floor}`);
  await site.supply("ended", "SEV-07", { driver: "417", energy: 6300 });
  strictEqual(charging.supplyFloor(), undefined);
  await node.stop();
});

Deno.test("C-24: a node that is started again during a supply goes on with it, and reads no record twice", async () => {
  const { node, site } = await withPoint("417");
  await site.supply("started", "SEV-07", { driver: "417" });
  for (let i = 1; i <= 3; i++) {
    await site.supply("meter", "SEV-07", { driver: "417", energy: i * 100 });
  }
  await node.stop();
  const next = await createChargingNode({ disk: node.disk });
  const later = new PlayedSite(next.useCases.charging, site.offset);
  const open = next.useCases.charging.sessions({ limit: 5, status: "open" });
  deepStrictEqual(open.items.map(({ driver, energy }) => [driver, energy]), [
    ["417", 300],
  ]);
  strictEqual(later.state("SEV-07"), "DESCONECTADO");
  strictEqual(
    await later.supply("meter", "SEV-07", {
      driver: "417",
      energy: 300,
      position: { offset: 3, timestamp: 1_000_003 },
    }),
    "repeated",
  );
  await later.supply("meter", "SEV-07", { driver: "417", energy: 400 });
  strictEqual(later.state("SEV-07"), "SUMINISTRANDO");
  await later.supply("ended", "SEV-07", { driver: "417", energy: 500 });
  deepStrictEqual(later.told, ["TICKET SEV-07 417 500 10"]);
  deepStrictEqual(
    next.useCases.charging.unpublished(10).map(({ body }) => body.type),
    ["AUTH_OK", "TICKET"],
  );
  await next.stop();
});

Deno.test("C-48: telemetry of a point that nobody knows makes it, unverified; the first registration takes its place", async () => {
  const node = await createChargingNode();
  const { charging } = node.useCases;
  const site = new PlayedSite(charging);
  await site.supply("meter", "NEW-01", { driver: "417", energy: 100 });
  const made = charging.point("NEW-01");
  deepStrictEqual(
    [made?.location, made?.price, made?.dialect, made?.state],
    ["Desconocida", 2500, "unverified", "SUMINISTRANDO"],
  );
  await site.supply("ended", "NEW-01", { driver: "417", energy: 200 });
  strictEqual(site.state("NEW-01"), "DESCONECTADO");
  const point = new PlayedPoint("NEW-01");
  const link = await point.connect(charging, { location: "C/ Nueva 1" });
  strictEqual(link.known, false);
  deepStrictEqual(
    [charging.point("NEW-01")?.location, charging.point("NEW-01")?.dialect],
    ["C/ Nueva 1", "text"],
  );
  await node.stop();
});

Deno.test("C-49: late records of a closed session say nothing for 5 s; what its equipment counts beyond it is nobody's", async () => {
  const { node, site } = await withPoint("417");
  const { charging } = node.useCases;
  const meter = (energy: number) =>
    site.supply("meter", "SEV-07", { driver: "417", energy });
  await site.supply("started", "SEV-07", { driver: "417" });
  await meter(300);
  await site.supply("ended", "SEV-07", { driver: "417", energy: 400 });
  strictEqual(await meter(400), "repeated");
  // What is above is energy that flowed, whoever's it is: it is kept, and begins nothing.
  strictEqual(await meter(500), "stored");
  strictEqual(await meter(500), "repeated");
  strictEqual(site.state("SEV-07"), "ACTIVADO");
  await passTime(node, 5_500);
  strictEqual(await meter(600), "stored");
  strictEqual(site.state("SEV-07"), "SUMINISTRANDO");
  await site.supply("ended", "SEV-07", { driver: "417", energy: 700 });
  const { items } = charging.sessions({ limit: 5 });
  deepStrictEqual(items.map(({ driver, energy }) => [driver, energy]), [
    [null, 200],
    ["417", 400],
  ]);
  const rest = charging.unattributed({ limit: 5 }).items;
  deepStrictEqual(rest.map(({ energy }) => energy), [100]);
  deepStrictEqual(site.told, ["AUTH_OK SEV-07 417", "TICKET SEV-07 417 400 8"]);
  await node.stop();
});

Deno.test("C-49: a last report above the closed figures leaves its rest to nobody, once", async () => {
  const { node, site, point } = await withPoint("417");
  const { charging } = node.useCases;
  await site.supply("started", "SEV-07", { driver: "417" });
  await site.supply("meter", "SEV-07", { driver: "417", energy: 300 });
  await point.link?.fault();
  strictEqual(
    await site.supply("fault", "SEV-07", { driver: "417", energy: 400 }),
    "stored",
  );
  strictEqual(
    await site.supply("fault", "SEV-07", { driver: "417", energy: 400 }),
    "repeated",
  );
  const rest = charging.unattributed({ limit: 5 }).items;
  deepStrictEqual(rest.map(({ energy, amount }) => [energy, amount]), [[
    100,
    2,
  ]]);
  deepStrictEqual(site.told, [
    "AUTH_OK SEV-07 417",
    "SUPPLY_ERROR SEV-07 417 300 6 Carga interrumpida: Avería detectada en el punto de recarga",
  ]);
  await node.stop();
});

Deno.test("C-20: what goes on beyond a closed session costs nobody its money once more, also after a restart", async () => {
  const { node, site, point } = await withPoint("417");
  await site.supply("started", "SEV-07", { driver: "417" });
  await site.supply("meter", "SEV-07", { driver: "417", energy: 300 });
  await point.link?.fault();
  // 300 Wh in the session, 100 counted beyond it.
  await site.supply("fault", "SEV-07", { driver: "417", energy: 400 });
  await passTime(node, 5_500);
  await site.supply("meter", "SEV-07", { driver: "417", energy: 600 });
  await node.stop();
  const next = await createChargingNode({ disk: node.disk });
  const { charging } = next.useCases;
  const later = new PlayedSite(charging, site.offset);
  await later.supply("ended", "SEV-07", { driver: "417", energy: 700 });
  const { items } = charging.sessions({ limit: 5 });
  deepStrictEqual(items.map((it) => [it.driver, it.energy, it.amount]), [
    [null, 300, 6],
    ["417", 300, 6],
  ]);
  const rest = charging.unattributed({ limit: 5 }).items;
  deepStrictEqual(rest.map((it) => [it.energy, it.amount]), [[100, 2]]);
  await next.stop();
});

Deno.test("C-21: the ticket carries the equipment's amount; that its price differs is shown and reported", async () => {
  const { node, site } = await withPoint("417");
  await site.supply("started", "SEV-07", { driver: "417" });
  await site.supply("ended", "SEV-07", { driver: "417", energy: 10_000 });
  const [session] = node.useCases.charging.sessions({ limit: 1 }).items;
  deepStrictEqual([session?.amount, session?.priceDiffers], [200, true]);
  await passTime(node, 1_000);
  const kinds = node.node.incidents.list().map(({ kind }) => kind);
  strictEqual(kinds.includes("charging_price_differs"), true);
  await node.stop();
});

Deno.test("supply() keeps the end of a transaction that is not known yet for its session", async () => {
  const node = await createChargingNode();
  const { charging } = node.useCases;
  const site = new PlayedSite(charging);
  const point = new PlayedPoint("EVB-1");
  await point.connect(charging, { dialect: "ocpp" });
  const session = "0190a5c0-d1e2-7000-8000-000000000001" as FactId;
  const told = "0190a5c0-d1e2-7000-8000-000000000002" as FactId;
  const of = { position: null, amount: null };
  const end = {
    ...of,
    session: told,
    energy: null,
    reason: "Remote",
    stop: { transaction: transactionNumber(session), meter: 6_200 },
  };
  strictEqual(await site.supply("ended", "EVB-1", end), "stored");
  strictEqual(await site.supply("ended", "EVB-1", end), "repeated");
  deepStrictEqual(charging.unattributed({ limit: 5 }).items, []);
  // Its beginning comes later, as from another node.
  const start = { ...of, session, meterStart: 5_000 as never };
  await site.supply("started", "EVB-1", start);
  const { status, energy, reason, amount } = charging.session(session) ?? {};
  deepStrictEqual({ status, energy, reason, amount }, {
    status: "ended",
    energy: 1_200,
    reason: "Remote",
    amount: 30,
  });
  strictEqual(charging.point(point.id)?.connectors[0]?.session, null);
  await node.stop();
});

Deno.test("supply() makes a session of a transaction that nobody knows, and counts one's end once", async () => {
  const node = await createChargingNode();
  const { charging } = node.useCases;
  const site = new PlayedSite(charging);
  const point = new PlayedPoint("EVB-1");
  await point.connect(charging, { dialect: "ocpp", connectors: 2 });
  const session = "0190a5c0-d1e2-7000-8000-000000000001" as FactId;
  const other = "0190a5c0-d1e2-7000-8000-000000000002" as FactId;
  const of = { connector: 2, position: null };
  const start = { ...of, session, meterStart: 5_000 as never };
  strictEqual(await site.supply("started", "EVB-1", start), "stored");
  strictEqual(await site.supply("started", "EVB-1", start), "repeated");
  const view = charging.session(session);
  deepStrictEqual([view?.meterStart, view?.connector], [5_000, 2]);
  strictEqual(
    charging.transaction(point.id, view?.transaction ?? 0)?.id,
    session,
  );
  const end = { ...of, session, energy: 700, amount: null };
  strictEqual(await site.supply("ended", "EVB-1", end), "stored");
  strictEqual(await site.supply("ended", "EVB-1", end), "repeated");
  // The price that it registered with counts, since it does not reckon itself: 0.25 a kWh.
  strictEqual(charging.session(session)?.amount, 18);
  const lost = { ...of, session: other, energy: 900, amount: null };
  strictEqual(await site.supply("ended", "EVB-1", lost), "stored");
  strictEqual(await site.supply("ended", "EVB-1", lost), "repeated");
  deepStrictEqual(
    charging.unattributed({ limit: 5 }).items.map(({ energy }) => energy),
    [900],
  );
  await node.stop();
});
