/** A head office as the client of original stations (section 16.2), over real sockets. */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import type { ProductId } from "../../crdt/mod.ts";
import type {
  FuelPrice,
  StationEntry,
} from "../../nodes/forecourt/forecourt_use_cases.ts";
import type { StationPusher } from "../../nodes/forecourt/station_pusher.ts";
import { OriginalStation } from "../support/original_station.ts";
import { comesTrue, createRig, type Rig } from "../support/pump_rig.ts";

const FUELS = ["93", "95", "97", "diesel"] as ProductId[];
/** The documented times by a tenth or less: the test of the link shows the documented ones. */
const SHORT = { redialMsMin: 100, redialMsMax: 400 };
/** Of a station that is not expected to echo in time. */
const IMPATIENT = { ...SHORT, echoMs: 600 };

const at = (price: number): FuelPrice[] =>
  FUELS.map((fuel) => ({ fuel, price }));

const mapOf = (price: number) => ({
  "precio_93": price,
  "precio_95": price,
  "precio_97": price,
  "precio_diesel": price,
});

type Office = Rig & { readonly stations: StationPusher };

async function startOffice(times = SHORT): Promise<Office> {
  const rig = await createRig({ roles: ["office"], times: { office: times } });
  const { stations } = rig.peers;
  ok(stations !== undefined);
  return { ...rig, stations };
}

async function enter(
  { useCases }: Rig,
  port: number,
  price = 1000,
): Promise<StationEntry> {
  const done = await useCases.forecourt.addStationEntry({
    name: "Ruta 68 km 41",
    host: "127.0.0.1",
    port,
    prices: at(price),
  });
  ok(done.ok, JSON.stringify(done));
  return done.value;
}

/** Sets prices as the company's surface does: recorded first, then pushed. */
async function change(
  { useCases, stations }: Office,
  entry: StationEntry,
  price: number,
) {
  const done = await useCases.forecourt.setPrices({
    scope: `site:${entry.site}`,
    prices: at(price),
    origin: "company",
  });
  ok(done.ok);
  return await stations.push(entry, at(price), done.value.at);
}

const shows = (station: OriginalStation, price: number) =>
  comesTrue(
    `the station has ${price}`,
    () => station.prices["precio_95"] === price,
  );

const pushes = (station: OriginalStation) =>
  station.controls.flatMap(({ told }) => told);

Deno.test("an office keeps one link to a station of its list, and a change is delivered with the echo (16.2.1, 16.2.2, decision 13)", async () => {
  await using station = new OriginalStation();
  await station.start();
  await using office = await startOffice();
  const entry = await enter(office, station.ports.control);
  const first = await change(office, entry, 1305);
  const second = await change(office, entry, 1372);

  deepStrictEqual([first, second], [{ delivered: true }, { delivered: true }]);
  strictEqual(station.controls.length, 1);
  deepStrictEqual(station.prices, mapOf(1372));
  strictEqual(station.name, "Ruta 68 km 41");
  const [link] = office.stations.links();
  strictEqual(link?.state, "connected");
  ok((link?.lastSentAt ?? 0) > 0);
  const last = pushes(station).at(-1);
  deepStrictEqual(last?.["precios"], mapOf(1372));
  ok(/^\d{4}-\d\d-\d\dT[\d:]{8}(\.\d{6})?$/.test(last?.["timestamp"]));
});

Deno.test("a station that starts again with built-in prices gets those of the office back (16.2.4, decision 11)", async () => {
  await using station = new OriginalStation();
  await station.start();
  await using office = await startOffice();
  await enter(office, station.ports.control, 1431);
  office.stations.links();
  await comesTrue("the link", () => office.stations.links().length === 1);
  await shows(station, 1431);

  await station.restart();
  const forgotten = station.prices["precio_95"];
  await shows(station, 1431);

  strictEqual(forgotten, 1350);
  strictEqual(station.controls.length, 2);
});

Deno.test("a change made while a station is away is not delivered then, and reaches it when it is back (decision 11)", async () => {
  await using station = new OriginalStation();
  await station.start();
  const port = station.ports.control;
  await station.stop();
  await using office = await startOffice(IMPATIENT);
  const entry = await enter(office, port);

  const away = await change(office, entry, 1500);
  const [link] = office.stations.links();
  await station.start();
  await shows(station, 1500);

  deepStrictEqual(away, { delivered: false });
  strictEqual(link?.state, "refused");
});

Deno.test("a station that does not echo is not delivered to, and is sent to again (16.2.2)", async () => {
  await using station = new OriginalStation();
  await station.start();
  station.echoes = false;
  await using office = await startOffice(IMPATIENT);
  const entry = await enter(office, station.ports.control);

  const deaf = await change(office, entry, 1600);
  await comesTrue(
    "the link is given up",
    () => office.stations.links()[0]?.state === "timeout",
  );
  station.echoes = true;
  await comesTrue(
    "another link",
    () => station.controls.length >= 2 && station.prices["precio_95"] === 1600,
  );

  deepStrictEqual(deaf, { delivered: false });
});

Deno.test("what somebody else pushed is recorded as a change of that station, and not fought (16.2.2)", async () => {
  await using station = new OriginalStation();
  await station.start();
  await using office = await startOffice();
  const entry = await enter(office, station.ports.control, 1000);
  await change(office, entry, 1001);
  const before = pushes(station).length;

  station.push({ "precio_97": 1999 }, "2025-03-02T08:00:00");
  const { forecourt } = office.useCases;
  await comesTrue(
    "it is recorded",
    () =>
      forecourt.prices(entry.site).prices
        .some(({ fuel, price }) => fuel === "97" && price === 1999),
  );

  const { items } = forecourt.priceSets({
    scope: `site:${entry.site}`,
    limit: 10,
  });
  strictEqual(items.at(-1)?.origin, "forecourt-prices");
  strictEqual(pushes(station).length, before);
  strictEqual(station.prices["precio_97"], 1999);
});

Deno.test("sales that a station tells of are recorded at its site under their own id, once (16.2.3)", async () => {
  await using station = new OriginalStation();
  await station.start();
  await using office = await startOffice();
  const entry = await enter(office, station.ports.control);
  await change(office, entry, 1001);
  const sale = {
    "_id": "65e2f0a1b2c3d4e5f6071829",
    "surtidor_id": "12",
    "tipo_combustible": "97",
    "litros": 8,
    "precio_por_litro": 1415,
    "monto_total": 11_320,
    "metodo_pago": "tarjeta",
    "fecha": "2025-03-02T09:14:24.902000",
  };

  station.tellSale(sale);
  station.tellSale(sale);
  const { forecourt } = office.useCases;
  const list = () => forecourt.fuelSales({ site: entry.site, limit: 10 }).items;
  await comesTrue("the sale", () => list().length === 1);
  station.tellSale({ ...sale, "_id": "65e2f0a1b2c3d4e5f607182a" });
  await comesTrue("the other sale", () => list().length === 2);

  const found = forecourt.fuelSaleByShortId(sale._id);
  deepStrictEqual(
    [found?.pump, found?.fuel, found?.volumeMl, found?.amount, found?.payment],
    ["12", "97", 8_000, 11_320, "tarjeta"],
  );
  strictEqual(found?.localTime, "2025-03-02T09:14:24.902000");
  strictEqual(found?.source, "pump");
});

Deno.test("an entry that moves is dialed at its new address, one that is taken off is dialed no more", async () => {
  await using one = new OriginalStation();
  await using other = new OriginalStation();
  await one.start();
  await other.start();
  await using office = await startOffice();
  const entry = await enter(office, one.ports.control);
  await change(office, entry, 1100);
  const { forecourt } = office.useCases;

  await forecourt.changeStationEntry({
    number: entry.number,
    port: other.ports.control,
  });
  const [moved] = forecourt.stationEntries();
  ok(moved !== undefined);
  const there = await change(office, moved, 1200);
  await forecourt.removeStationEntry(entry.number);
  const gone = await office.stations.push(moved, at(1300), 1);

  deepStrictEqual(there, { delivered: true });
  deepStrictEqual(gone, { delivered: false });
  strictEqual(one.prices["precio_95"], 1100);
  strictEqual(other.prices["precio_95"], 1200);
  await comesTrue(
    "both links have ended",
    () =>
      [...one.controls, ...other.controls]
        .every(({ endedAt }) => endedAt !== undefined),
  );
  deepStrictEqual(office.stations.links(), []);
});
