import { deepStrictEqual, strictEqual } from "node:assert/strict";
import {
  createChargingNode,
  PlayedPoint,
  PlayedSite,
} from "../../support/charging_node.ts";

async function withPoints(...ids: string[]) {
  const node = await createChargingNode();
  const { charging } = node.useCases;
  const site = new PlayedSite(charging);
  const points = ids.map((id) => new PlayedPoint(id));
  for (const point of points) await point.connect(charging);
  return { node, charging, site, points };
}

Deno.test("request() refuses in the order of the page: a busy driver, a busy point, the point's state", async () => {
  const { node, site, points } = await withPoints("A-1", "A-2", "A-3");
  strictEqual((await site.request("417", "A-1")).words, "Autorizado");
  const words = async (driver: string, point: string) =>
    (await site.request(driver, point)).words;
  strictEqual(await words("417", "A-2"), "Driver ya conectado a otro CP");
  strictEqual(await words("417", "A-1"), "Driver ya conectado a otro CP");
  strictEqual(await words("418", "A-1"), "CP ya en uso por otro driver");
  strictEqual(await words("418", "NONE"), "NO_EXISTE");
  await points[1]?.link?.fault();
  strictEqual(await words("418", "A-2"), "AVERIADO");
  await points[2]?.link?.ended();
  strictEqual(await words("418", "A-3"), "DESCONECTADO");
  strictEqual(
    site.told.filter((told) => told.startsWith("AUTH_DENIED")).length,
    6,
  );
  await node.stop();
});

Deno.test("request() gives a request that comes again its first answer", async () => {
  const { node, charging, site } = await withPoints("A-1");
  const id = charging.request({ driver: "1", point: "A-1", source: "http" });
  const first = await id;
  const again = await charging.request({
    id: first.request,
    driver: "1",
    point: "A-1",
    source: "http",
  });
  deepStrictEqual(again, { ...first, repeated: true });
  await site.supply("ended", "A-1", { driver: "1", energy: 100 });
  const late = await charging.request({
    id: first.request,
    driver: "1",
    point: "A-1",
    source: "http",
  });
  deepStrictEqual(late, { ...first, repeated: true });
  await node.stop();
});

Deno.test("one driver asks for two points at once: one of them is his", async () => {
  const { node, site } = await withPoints("A-1", "A-2");
  const both = await Promise.all([
    site.request("417", "A-1"),
    site.request("417", "A-2"),
  ]);
  deepStrictEqual(both.map(({ words }) => words).toSorted(), [
    "Autorizado",
    "Driver ya conectado a otro CP",
  ]);
  await node.stop();
});

Deno.test("C-43: what is no driver's id is refused in words, whatever it is", async () => {
  const { node, charging, site } = await withPoints("A-1");
  const bad = [
    "",
    "a#b",
    " 417",
    "NO_SESSION",
    "UNKNOWN_COMMAND",
    "x".repeat(201),
    417,
    null,
    { id: "417" },
    "a\u0007",
  ];
  for (const driver of bad) {
    const verdict = await charging.request({
      driver,
      point: "A-1",
      source: "kafka",
    });
    deepStrictEqual(
      [verdict.refusal, verdict.words],
      ["driver_invalid", "Identificador de conductor no válido"],
    );
    strictEqual(charging.driverRefusal(driver), "driver_invalid");
  }
  strictEqual(charging.driverRefusal("417"), null);
  strictEqual(site.told.length, bad.length);
  await node.stop();
});

Deno.test("C-55: a word that cannot be written undoes the reservation, and the driver is refused", async () => {
  const { node, charging, site, points: [point] } = await withPoints("A-1");
  if (point !== undefined) point.answer = "failed";
  const verdict = await site.request("417", "A-1");
  deepStrictEqual(
    [verdict.session, verdict.refusal, verdict.words],
    [null, "point_unreachable", "DESCONECTADO"],
  );
  deepStrictEqual(site.told, ["AUTH_DENIED A-1 417 DESCONECTADO"]);
  strictEqual(await charging.sessionAt("A-1"), undefined);
  if (point !== undefined) point.answer = "confirmed";
  strictEqual((await site.request("417", "A-1")).words, "Autorizado");
  await node.stop();
});

Deno.test("C-2: a text point that refuses the word, or is silent, keeps the session; an OCPP point that refuses does not", async () => {
  const { node, charging, site, points } = await withPoints("A-1", "A-2");
  const [refusing, silent] = points;
  if (refusing !== undefined) refusing.answer = "refused";
  if (silent !== undefined) silent.answer = "silent";
  strictEqual((await site.request("1", "A-1")).words, "Autorizado");
  strictEqual((await site.request("2", "A-2")).words, "Autorizado");
  const ocpp = new PlayedPoint("A-3");
  await ocpp.connect(charging, { dialect: "ocpp" });
  ocpp.answer = "refused";
  strictEqual((await site.request("3", "A-3")).session, null);
  await node.stop();
});

Deno.test("11.3: CHECK_SESSION answers with the driver before the equipment is told, and the driver is told after it", async () => {
  const node = await createChargingNode();
  const { charging } = node.useCases;
  const site = new PlayedSite(charging);
  const point = new PlayedPoint("A-1");
  const seen: unknown[] = [];
  point.authorize = async ({ driver }) => {
    const session = await charging.sessionAt("A-1");
    seen.push(driver, session?.driver, site.told.length);
    return "confirmed";
  };
  await point.connect(charging);
  await site.request("417", "A-1");
  deepStrictEqual(seen, ["417", "417", 0]);
  deepStrictEqual(site.told, ["AUTH_OK A-1 417"]);
  await node.stop();
});

Deno.test("request() takes a free connector, or the one that is asked for", async () => {
  const node = await createChargingNode();
  const { charging } = node.useCases;
  const point = new PlayedPoint("EVB-1");
  await point.connect(charging, { dialect: "ocpp", connectors: 2 });
  const ask = async (driver: string, connector?: number) => {
    const verdict = await charging.request({
      driver,
      point: "EVB-1",
      source: "ocpp",
      tellPoint: false,
      ...(connector === undefined ? {} : { connector }),
    });
    return verdict.session === null
      ? verdict.words
      : charging.session(verdict.session)?.connector;
  };
  strictEqual(await ask("1", 2), 2);
  strictEqual(await ask("2", 2), "CP ya en uso por otro driver");
  strictEqual(charging.point("EVB-1")?.state, "ACTIVADO");
  strictEqual(await ask("2"), 1);
  strictEqual(await ask("3"), "CP ya en uso por otro driver");
  strictEqual(await ask("3", 9), "NO_EXISTE");
  deepStrictEqual(point.told, []);
  await node.stop();
});
