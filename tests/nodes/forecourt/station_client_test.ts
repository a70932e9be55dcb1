/** The documented times of a pump's link to an original station (16.1), on a clock that the test moves. */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { createSeededRandom } from "../../../crdt/mod.ts";
import {
  createStationClient,
  type StationPort,
} from "../../../nodes/forecourt/station_client.ts";
import {
  createMemoryProgram,
  type MemoryLine,
} from "../../support/memory_lines.ts";
import { createTestPump, PUMP_SITE } from "../../support/test_pump.ts";

async function createClientTest(
  port: Partial<StationPort> = {},
  options: { readonly seed?: number } = {},
) {
  const test = await createTestPump({ tellsStation: true });
  const station = createMemoryProgram(() => test.clock.monotonic());
  station.answer = (line, message) => {
    if (message["tipo"] === "registro") confirm(line);
  };
  const client = createStationClient({
    pump: test.pump,
    store: test.store,
    forecourt: test.forecourt,
    port: { dial: station.dial, ...port },
    site: PUMP_SITE,
    timezone: "America/Santiago",
    clock: test.clock,
    random: createSeededRandom(options.seed ?? 5),
    logger: { log: () => {} },
    report: () => {},
  });
  return {
    ...test,
    station,
    client,
    async end() {
      await client.stop();
      await test.stop();
    },
  };
}

function confirm(line: MemoryLine): void {
  line.say({ "tipo": "registro_confirmado", "id_surtidor": 3 });
}

const told = (line: MemoryLine | undefined, type: string) =>
  line?.told.filter((it) => it["tipo"] === type) ?? [];

Deno.test("StationClient beats every 30 s (16.1.2, decision 1)", async () => {
  const test = await createClientTest();
  test.client.start();
  await test.run(29_900);
  const early = told(test.station.lines[0], "heartbeat").length;
  await test.run(60_200);

  strictEqual(early, 0);
  strictEqual(told(test.station.lines[0], "heartbeat").length, 3);
  await test.end();
});

Deno.test("StationClient waits 10 s for the confirmation, then closes, and dials after 5 s ± 20 % (16.1.1, decision 34)", async () => {
  const waits: number[] = [];
  for (let seed = 1; seed <= 8; seed++) {
    const test = await createClientTest({}, { seed });
    test.station.answer = () => {};
    test.client.start();
    await test.run(9_990);
    const [line] = test.station.lines;
    strictEqual(line?.endedAt, undefined);
    await test.run(6_100);
    strictEqual(line?.endedAt, 10_000);
    const [, second = 0] = test.station.dialedAt;
    waits.push(second - 10_000);
    strictEqual(test.client.isRegistered(), false);
    await test.end();
  }

  ok(waits.every((ms) => ms >= 4_000 && ms <= 6_000), `${waits}`);
  ok(new Set(waits).size > 4, "they are spread");
});

Deno.test("StationClient dials a station that refuses for ever, every 5 s ± 20 %", async () => {
  const test = await createClientTest();
  test.station.failure = "refused";
  test.client.start();
  await test.run(600_000);

  const { dialedAt } = test.station;
  ok(dialedAt.length >= 100 && dialedAt.length <= 151, `${dialedAt.length}`);
  await test.end();
});

Deno.test("StationClient reports each change at once, and every 5 s while it dispenses (16.1.2)", async () => {
  const test = await createClientTest();
  test.client.start();
  await test.run(10);
  const [line] = test.station.lines;
  const before = told(line, "estado").length;
  ok((await test.pump.control.start()).ok);
  for (let second = 0; second < 20; second++) await test.run(1_000);
  await test.pump.command("pause");
  await test.run(60_000);

  const states = told(line, "estado").slice(before);
  deepStrictEqual(
    states.map((it) => [it["estado_operacion"], it["litros_actuales"]]),
    [
      ["despachando", 0],
      ["despachando", 2.5],
      ["despachando", 5],
      ["despachando", 7.5],
      ["despachando", 10],
      ["pausado", 10],
    ],
  );
  await test.end();
});

Deno.test("StationClient takes a sale for told when the link stayed up for 5 s after it (16.1.5)", async () => {
  const test = await createClientTest();
  test.client.start();
  await test.run(10);
  ok((await test.pump.control.start()).ok);
  ok((await test.pump.control.finish({ payment: "efectivo" })).ok);
  await test.run(4_900);
  const early = test.store.count("doubtful");
  await test.run(200);

  strictEqual(early, 1);
  strictEqual(test.store.count("doubtful"), 0);
  strictEqual(told(test.station.lines[0], "transaccion_completada").length, 1);
  await test.end();
});

Deno.test("StationClient tells many waiting sales in order, no more than the station can list at once", async () => {
  const test = await createClientTest();
  const count = 70;
  for (let i = 0; i < count; i++) {
    ok((await test.pump.control.start()).ok);
    ok((await test.pump.control.finish({ payment: `p${i}` })).ok);
  }
  test.client.start();
  await test.run(100);
  const first = told(test.station.lines[0], "transaccion_completada").length;
  await test.run(20_000);

  ok(first > 0 && first <= 50, `${first} at once`);
  deepStrictEqual(
    told(test.station.lines[0], "transaccion_completada")
      .map((it) => it["metodo_pago"]),
    Array.from({ length: count }, (_, i) => `p${i}`),
  );
  strictEqual(test.store.count("waiting") + test.store.count("doubtful"), 0);
  await test.end();
});

Deno.test("StationClient counts a sale as sent only once it was: a link that ends between two sales spends no attempt of the second", async () => {
  const test = await createClientTest();
  for (let i = 0; i < 3; i++) {
    ok((await test.pump.control.start()).ok);
    ok((await test.pump.control.finish({ payment: `p${i}` })).ok);
  }
  test.station.answer = (line, message) => {
    if (message["tipo"] === "registro") confirm(line);
    if (
      message["tipo"] === "transaccion_completada" &&
      test.station.lines.length <= 2
    ) line.end();
  };
  test.client.start();
  await test.run(60_000);

  deepStrictEqual(
    test.station.lines.map((line) =>
      told(line, "transaccion_completada").map((it) => it["metodo_pago"])
    ),
    [["p0"], ["p0"], ["p1", "p2"]],
  );
  strictEqual(test.store.count("unconfirmed"), 1);
  await test.end();
});

Deno.test("StationClient dials anew once an hour while the pump is free, if it cannot ask for prices (16.1.6)", async () => {
  const test = await createClientTest();
  test.client.start();
  await test.run(3_590_000);
  const before = test.station.lines.length;
  ok((await test.pump.control.start()).ok);
  await test.pump.command("pause");
  await test.run(120_000);
  const busy = test.station.lines.length;
  await test.pump.command("stop");
  await test.run(60_000);

  deepStrictEqual([before, busy, test.station.lines.length], [1, 1, 2]);
  await test.end();
});

Deno.test("StationClient keeps its link while the station's prices can be asked for, at each heartbeat (16.1.6)", async () => {
  let asked = 0;
  const test = await createClientTest({
    readPrices: () => {
      asked++;
      return Promise.resolve([{ fuel: "95" as never, price: 1_000 }]);
    },
  });
  test.client.start();
  await test.run(7_300_000);

  strictEqual(test.station.lines.length, 1);
  strictEqual(asked, 243);
  await test.end();
});

Deno.test("StationClient tells nothing before the station has confirmed the pump, and prices may come first", async () => {
  const test = await createClientTest();
  test.station.answer = () => {};
  test.client.start();
  ok((await test.pump.control.start()).ok);
  ok((await test.pump.control.finish({ payment: "efectivo" })).ok);
  await test.run(100);
  const [line] = test.station.lines;
  line?.say({
    "tipo": "actualizacion_precios",
    "precios": { "precio_95": 1_234 },
  });
  await test.run(100);
  const before = line?.told.map((it) => it["tipo"]);
  const price = test.pump.control.state().price;
  ok(line !== undefined);
  confirm(line);
  await test.run(100);

  deepStrictEqual(before, ["registro"]);
  strictEqual(price, 1_234);
  deepStrictEqual(line.told.map((it) => it["tipo"]), [
    "registro",
    "transaccion_completada",
    "estado",
  ]);
  await test.end();
});
