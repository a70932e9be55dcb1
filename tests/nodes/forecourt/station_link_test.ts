import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import type { ProductId } from "../../../crdt/mod.ts";
import {
  OfficeLink,
  type WantedPrices,
} from "../../../nodes/forecourt/station_link.ts";
import {
  createMemoryProgram,
  type MemoryLine,
} from "../../support/memory_lines.ts";
import { createVirtualClock } from "../../support/virtual_clock.ts";

const FUELS = ["93", "95", "97", "diesel"] as ProductId[];

function wantedPrices(price: number, name = "Ruta 68"): WantedPrices {
  return { name, prices: FUELS.map((fuel) => ({ fuel, price })) };
}

/** A link to a station in memory, with what it reported. */
function createLinkTest() {
  const clock = createVirtualClock(Date.UTC(2026, 10, 22));
  const station = createMemoryProgram(() => clock.monotonic());
  const changes: { prices: unknown; name: string | null }[] = [];
  const sales: unknown[] = [];
  let wanted = wantedPrices(1000);
  let count = 0;
  const link = new OfficeLink({
    dial: station.dial,
    wanted: () => wanted,
    time: () => `2026-11-22T00:00:00.${`${++count}`.padStart(6, "0")}`,
    clock,
    changed: (change) => void changes.push(change),
    sold: (sale) => void sales.push(sale),
  });
  return {
    clock,
    station,
    changes,
    sales,
    link,
    want(next: WantedPrices) {
      wanted = next;
      link.sync();
    },
  };
}

/** Answers as a station does: with the prices that it was sent, and their time. */
// deno-lint-ignore no-explicit-any -- messages of any form
function echo(line: MemoryLine, message: Record<string, any>): void {
  line.say({ ...message, "precios": { ...message["precios"] } });
}

Deno.test("OfficeLink sends the full map with name and time on each new link (16.2.1, 16.2.4)", async () => {
  const { clock, station, link } = createLinkTest();
  station.answer = echo;
  link.start();
  await clock.run(10);
  station.lines[0]?.end();
  await clock.run(3_000);

  strictEqual(station.lines.length, 2);
  for (const { told } of station.lines) {
    strictEqual(told.length, 1);
    deepStrictEqual(told[0]?.["precios"], {
      "precio_93": 1000,
      "precio_95": 1000,
      "precio_97": 1000,
      "precio_diesel": 1000,
    });
    strictEqual(told[0]?.["nombre_estacion"], "Ruta 68");
    ok(/^\d{4}-\d\d-\d\dT[\d:.]+$/.test(told[0]?.["timestamp"]));
  }
  link.stop();
});

Deno.test("OfficeLink keeps one link and sends a change once (16.2.1, decision 13)", async () => {
  const { clock, station, link, want } = createLinkTest();
  station.answer = echo;
  link.start();
  await clock.run(10);

  want(wantedPrices(1100));
  want(wantedPrices(1100));
  await clock.run(60_000);

  strictEqual(station.lines.length, 1);
  strictEqual(station.lines[0]?.told.length, 2);
  strictEqual(link.state, "connected");
  link.stop();
});

Deno.test("OfficeLink.push() is delivered with the echo of its own time and equal prices, not by another (16.2.2)", async () => {
  const { clock, station, link } = createLinkTest();
  station.answer = echo;
  link.start();
  await clock.run(10);
  station.answer = () => {};
  let delivered: boolean | undefined;

  const time = "2026-11-22T09:00:00.5";
  const pushed = link.push(wantedPrices(1200), time);
  pushed.then((it) => delivered = it);
  const [line] = station.lines;
  const sent = line?.told.at(-1);
  line?.say({ ...sent, "timestamp": "2026-11-22T08:59:59" });
  line?.say({ ...sent, "precios": { "precio_93": 1, "precio_95": 1200 } });
  await clock.run(1_000);
  const before = delivered;
  line?.say(sent);
  await clock.run(10);

  strictEqual(sent?.["timestamp"], time);
  strictEqual(before, undefined);
  strictEqual(delivered, true);
  link.stop();
});

Deno.test("OfficeLink makes the link anew when there is no echo within 5 s, and sends again (16.2.2, decision 11)", async () => {
  const { clock, station, link } = createLinkTest();
  link.start();
  await clock.run(4_990);
  const early = station.lines[0]?.endedAt;
  await clock.run(20);
  const late = station.lines[0]?.endedAt;
  station.answer = echo;
  await clock.run(2_000);

  strictEqual(early, undefined);
  ok(late !== undefined);
  strictEqual(station.lines.length, 2);
  strictEqual(station.lines[1]?.told.length, 1);
  link.stop();
});

Deno.test("OfficeLink waits 2 s before it dials again, doubling to 60 s, and 2 s again after an echo (16.2.1)", async () => {
  const { clock, station, link } = createLinkTest();
  station.failure = "refused";
  link.start();
  await clock.run(200_000);
  const { dialedAt } = station;
  const waits = dialedAt.slice(1).map((at, i) => at - (dialedAt[i] ?? 0));
  strictEqual(link.state, "refused");
  station.failure = undefined;
  station.answer = echo;
  await clock.run(60_000);
  const count = dialedAt.length;
  const endedAt = clock.monotonic();
  station.lines[0]?.end();
  await clock.run(10_000);

  deepStrictEqual(waits.slice(0, 7), [
    2_000,
    4_000,
    8_000,
    16_000,
    32_000,
    60_000,
    60_000,
  ]);
  strictEqual((dialedAt[count] ?? 0) - endedAt, 2_000);
  link.stop();
});

Deno.test("OfficeLink gives up a dial that nobody answers after 5 s, as a timeout", async () => {
  const { clock, station, link } = createLinkTest();
  station.failure = "silent";
  link.start();
  await clock.run(4_990);
  const before = link.state;
  await clock.run(20);

  strictEqual(before, undefined);
  strictEqual(link.state, "timeout");
  link.stop();
});

Deno.test("OfficeLink tells of what somebody else pushed, once, and does not fight it (16.2.2)", async () => {
  const { clock, station, changes, link, want } = createLinkTest();
  station.answer = echo;
  link.start();
  await clock.run(10);
  const [line] = station.lines;
  const foreign = {
    "tipo": "actualizacion_precios",
    "timestamp": null,
    "precios": {
      "precio_93": 1,
      "precio_95": 2,
      "precio_97": 3,
      "precio_diesel": 4,
    },
    "nombre_estacion": "Otra",
  };
  line?.say(foreign);
  // Whoever is told records it: it is what is wanted from then on.
  const prices = FUELS.map((fuel, i) => ({ fuel, price: i + 1 }));
  want({ name: "Otra", prices });
  line?.say(foreign);
  await clock.run(60_000);

  deepStrictEqual(changes, [{ prices, name: "Otra" }]);
  strictEqual(line?.told.length, 1);
  link.stop();
});

Deno.test("OfficeLink passes over a foreign push that its own, on its way, replaces", async () => {
  const { clock, station, changes, link } = createLinkTest();
  link.start();
  await clock.run(10);
  const [line] = station.lines;

  line?.say({
    "tipo": "actualizacion_precios",
    "precios": { "precio_95": 1 },
    "timestamp": null,
  });
  line?.say(line.told[0]);
  await clock.run(60_000);

  deepStrictEqual(changes, []);
  strictEqual(line?.told.length, 1);
  strictEqual(station.lines.length, 1);
  link.stop();
});

Deno.test("OfficeLink hears of sales and bears every other line (16.2.3)", async () => {
  const { clock, station, sales, changes, link } = createLinkTest();
  station.answer = echo;
  link.start();
  await clock.run(10);
  const [line] = station.lines;
  const sale = { "_id": "0".repeat(24), "surtidor_id": "2" };

  const lines: unknown[] = [5, null, [1], {}, { "tipo": "otra" }, {
    "tipo": "actualizacion_precios",
    "precios": null,
  }, { "tipo": "nueva_transaccion", "transaccion": 7 }];
  for (const it of lines) line?.say(it);
  line?.say({ "tipo": "nueva_transaccion", "transaccion": sale });
  await clock.run(10);

  deepStrictEqual(sales, [sale]);
  deepStrictEqual(changes, []);
  strictEqual(line?.endedAt, undefined);
  link.stop();
});

Deno.test("OfficeLink.push() without a link is delivered by the next one if that comes within 5 s", async () => {
  const { clock, station, link } = createLinkTest();
  station.failure = "refused";
  station.answer = echo;
  link.start();
  await clock.run(10);
  const soon: boolean[] = [];
  link.push(wantedPrices(1000), "a").then((it) => void soon.push(it));
  station.failure = undefined;
  await clock.run(2_100);
  station.lines[0]?.end();
  station.failure = "refused";
  link.push(wantedPrices(1000), "b").then((it) => void soon.push(it));
  await clock.run(5_000);

  deepStrictEqual(soon, [true, false]);
  link.stop();
});

Deno.test("OfficeLink sends nothing while nobody has set prices, and stops in every state", async () => {
  const { clock, station, link, want } = createLinkTest();
  want({ name: "x", prices: [] });
  link.start();
  await clock.run(30_000);

  strictEqual(station.lines[0]?.told.length, 0);
  link.stop();
  strictEqual(await link.push(wantedPrices(1), "a"), false);
  await clock.run(120_000);
  strictEqual(station.lines.length, 1);
});
