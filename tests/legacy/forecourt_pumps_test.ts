/**
 * The surface `forecourt-pumps` over real sockets: the vectors of the protocol page, and what it asks of a station.
 *
 * @module
 */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import type { ProductId } from "../../crdt/mod.ts";
import { DELIVERY_DEFAULTS } from "../../nodes/forecourt/price_delivery.ts";
import { LineClient, untilTrue } from "../support/line_client.ts";
import { priceMapOf, TestStation } from "../support/test_station.ts";

const sale = {
  "tipo": "transaccion_completada",
  "id_surtidor": 31,
  "tipo_combustible": "97",
  "litros": 8.0,
  "precio_por_litro": 1415,
  "monto_total": 11320,
  "metodo_pago": "tarjeta",
  "fecha_inicio": "2025-03-02T09:14:07.118000",
  "fecha_fin": "2025-03-02T09:14:24.902113",
};
const state = (operation: string, liters = 0, amount = 0) => ({
  "tipo": "estado",
  "id_surtidor": 31,
  "estado_operacion": operation,
  "litros_actuales": liters,
  "monto_actual": amount,
  "tipo_combustible": "95",
  "timestamp": "2025-03-02T09:14:24.902113",
});
const heartbeat = { "tipo": "heartbeat", "id_surtidor": 31 };

function sales(station: TestStation) {
  return station.forecourt.fuelSales({ site: station.site, limit: 100 }).items;
}

Deno.test("V1 decision 1: who registers nothing is closed after 10 s, without a byte", async () => {
  await using station = await TestStation.start();
  const client = await station.pump();
  await client.raw('{"tipo":"regis');
  // Connections are accepted in turn: this one comes after the silent one.
  await station.registered(7);

  station.node.clock.advance(9_000);
  await client.raw("tro");
  station.node.clock.advance(1_250);

  deepStrictEqual(await client.rest(), []);
});

Deno.test("V2: a first line of another type is closed without a confirmation", async () => {
  await using station = await TestStation.start();
  const client = await station.pump();

  await client.send(heartbeat);

  const codes = (await client.rest()).map((line) => line["codigo"]);
  deepStrictEqual(codes, ["REGISTRO_INVALIDO"]);
});

Deno.test("V3 decisions 6 and 37: what is malformed or unknown after registration is ignored", async () => {
  await using station = await TestStation.start();
  const client = await station.pump();

  await client.send({ "tipo": "registro", "id_surtidor": 31 });
  await client.raw("{oops\n\n");
  await client.send(
    { "tipo": "otra" },
    { "tipo": "registro_udp", "ip": "10.0.0.9", "puerto": 9 },
    heartbeat,
    state("despachando", 1, 1350),
  );
  await untilTrue("seen", () => station.live(31)?.operation === "dispensing");
  await client.endWrite();

  const lines = await client.rest();
  deepStrictEqual(lines.map((line) => line["tipo"]), ["registro_confirmado"]);
  deepStrictEqual(lines[0]["precios"], priceMapOf({}));
  strictEqual(lines[0]["id_surtidor"], 31);
});

Deno.test("V4: a line of 65,536 bytes is ignored, one of 65,537 closes", async () => {
  await using station = await TestStation.start();
  const client = await station.registered(31);
  const line = (length: number) => {
    const [head, tail] = ['{"tipo":"otra","x":"', '"}'];
    return head + "x".repeat(length - head.length - tail.length) + tail;
  };

  await client.raw(`${line(65_536)}\n`);
  await client.send(state("despachando", 1, 1350));
  await untilTrue("seen", () => station.live(31)?.operation === "dispensing");
  await client.raw(`${line(65_537)}\n`).catch(() => {});

  deepStrictEqual(await client.rest(), []);
  await untilTrue("closed", () => station.live(31)?.connection === "error");
});

Deno.test("V5: CRLF, and a registration in three segments", async () => {
  await using station = await TestStation.start();
  const [one, other] = await Promise.all([station.pump(), station.pump()]);

  await one.raw('{"tipo":"registro","id_surtidor":31}\r\n');
  const first = await one.line();
  for (const part of ['{"tipo":"reg', 'istro","id_surti', 'dor":32}\n']) {
    await other.raw(part);
  }
  const second = await other.line();

  deepStrictEqual(
    [first, second].map((line) => [line["tipo"], line["id_surtidor"]]),
    [["registro_confirmado", 31], ["registro_confirmado", 32]],
  );
});

Deno.test("V6 decision 40, 3.8.6: closing one of two connections leaves the other as it is", async () => {
  await using station = await TestStation.start();
  const first = await station.registered(31);
  const second = await station.registered(31);
  await untilTrue("both", () => station.live(31)?.links === 2);

  first.close();
  await untilTrue("one left", () => station.live(31)?.links === 1);
  await station.setPrices({ "95": 1360 });

  strictEqual(station.live(31)?.connection, "connected");
  deepStrictEqual(
    (await second.line())["precios"],
    priceMapOf({ "95": 1360 }),
  );
});

Deno.test("V7 decisions 10 and 19, R3 R4: a running delivery keeps its price, and gets the newest once", async () => {
  await using station = await TestStation.start();
  const client = await station.registered(31);
  await client.send(state("despachando"));
  await untilTrue("seen", () => station.live(31)?.operation === "dispensing");

  await station.setPrices({ "95": 1360 });
  await station.setPrices({ "95": 1370 });
  await client.send(sale, state("disponible"));
  const update = await client.line();
  await untilTrue("idle", () => station.live(31)?.operation === "idle");
  await client.endWrite();

  strictEqual(update["tipo"], "actualizacion_precios");
  deepStrictEqual(update["precios"], priceMapOf({ "95": 1370 }));
  match(update["timestamp"], /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3,6})?$/);
  deepStrictEqual(await client.rest(), []);
});

Deno.test("V8 decision 12, R6 R8: who comes back during a delivery gets what it had, then what it missed", async () => {
  await using station = await TestStation.start();
  const before = await station.registered(31);
  await before.send(state("despachando"));
  await untilTrue("seen", () => station.live(31)?.operation === "dispensing");
  before.close();
  await untilTrue(
    "lost",
    () => station.live(31)?.connection === "disconnected",
  );

  await station.setPrices({ "95": 1380 });
  const after = await station.pump();
  await after.send({ "tipo": "registro", "id_surtidor": 31 });
  const confirmation = await after.line();
  await after.send(state("disponible"));
  const update = await after.line();

  deepStrictEqual(confirmation["precios"], priceMapOf({}));
  deepStrictEqual(update["precios"], priceMapOf({ "95": 1380 }));
});

Deno.test("V9, 14.4: the same delivery twice, also on two connections, is one", async () => {
  await using station = await TestStation.start();
  const client = await station.registered(31);
  const other = await station.registered(31);

  await client.send(sale, sale);
  await other.send({ ...sale, "id_surtidor": "99" }, sale);
  await untilTrue("stored", () => sales(station).length > 0);
  await client.endWrite();
  await other.endWrite();
  await Promise.all([client.rest(), other.rest()]);

  strictEqual(sales(station).length, 1);
  const totals = station.forecourt.pump(station.site, 31)?.totals;
  deepStrictEqual(totals, { count: 1, volumeMl: 8000, amount: 11320 });
});

Deno.test("V10 decisions 43 and 45, 14.3: poison values are put right and nothing is dropped", async () => {
  await using station = await TestStation.start();
  const client = await station.registered(31);

  await client.send(
    {
      ...sale,
      "fecha_fin": "2025-03-02T09:14:24.902Z",
      "litros": null,
      "metodo_pago": null,
    },
    { ...sale, "monto_total": 11320.9, "precio_por_litro": 1415.5 },
    { ...sale, "fecha_fin": "no date" },
    { ...sale, "litros": 0, "monto_total": 0 },
  );
  await untilTrue("stored", () => sales(station).length === 4);

  const found = sales(station);
  const first = found.find(({ payment }) => payment === "efectivo");
  strictEqual(first?.volumeMl, 0);
  strictEqual(first.at, Date.UTC(2025, 2, 2, 9, 14, 24, 902) * 1000);
  strictEqual(first.amountMismatch, true);
  match(first.raw ?? "", /"litros":null/);
  const cut = found.find(({ price, timeEstimated }) =>
    price === 1415 && !timeEstimated && found.length === 4
  );
  ok(cut !== undefined);
  const guessed = found.find(({ timeEstimated }) => timeEstimated);
  strictEqual(guessed?.at, station.node.clock.now() * 1000);
  ok(found.some(({ volumeMl, amount }) => volumeMl === 0 && amount === 0));
});

Deno.test("V20, 12.2: after a restart prices, pumps and sales are there, and pumps are not connected", async () => {
  const first = await TestStation.start();
  await first.setPrices({ "95": 1390 });
  const client = await first.registered(31);
  await client.send(sale);
  await untilTrue("stored", () => sales(first).length === 1);
  await client.send(state("despachando"));
  await untilTrue("seen", () => first.live(31)?.operation === "dispensing");
  const node = await first.leave();

  await using station = await TestStation.start({ node });
  await station.setPrices({ "95": 1400 });
  const connection = station.live(31)?.connection ?? "disconnected";
  const again = await station.pump();
  await again.send({ "tipo": "registro", "id_surtidor": 31 });
  const confirmation = await again.line();
  await again.send(state("disponible"));
  const update = await again.line();

  strictEqual(connection, "disconnected");
  strictEqual(sales(station).length, 1);
  deepStrictEqual(confirmation["precios"], priceMapOf({ "95": 1390 }));
  deepStrictEqual(update["precios"], priceMapOf({ "95": 1400 }));
});

Deno.test("decision 2, 3.8.2: without automatic registration an unknown pump is refused, a listed one is not", async () => {
  await using station = await TestStation.start({
    settings: { autoRegister: false },
  });
  await station.forecourt.addPump({ pump: 5, name: "Isla 1" });
  const [unknown, known] = await Promise.all([station.pump(), station.pump()]);

  await unknown.send({ "tipo": "registro", "id_surtidor": 6 });
  await known.send({ "tipo": "registro", "id_surtidor": 5, "nombre": "Otra" });

  const refused = await unknown.rest();
  deepStrictEqual(refused.map((it) => [it["tipo"], it["codigo"]]), [
    ["error", "SURTIDOR_NO_REGISTRADO"],
  ]);
  strictEqual((await known.line())["tipo"], "registro_confirmado");
  strictEqual(station.forecourt.pump(station.site, 6), undefined);
  strictEqual(station.forecourt.pump(station.site, 5)?.name, "Isla 1");
});

Deno.test("decision 42, 3.8.3: digits are a number, anything else is refused; names and fuels are lenient", async () => {
  await using station = await TestStation.start();
  const answers = [];
  for (
    const [id, more] of [
      ["12", { "nombre": "x", "combustibles_soportados": ["97", "93"] }],
      [13, { "nombre": null, "combustibles_soportados": null }],
      [14, { "nombre": "", "combustibles_soportados": [] }],
      [0, {}],
      [null, {}],
      [1.5, {}],
      ["siete", {}],
      [true, {}],
    ] as const
  ) {
    const client = await station.pump();
    await client.send({ "tipo": "registro", "id_surtidor": id, ...more });
    const line = await client.line();
    answers.push(line["codigo"] ?? line["id_surtidor"]);
  }

  deepStrictEqual(answers, [
    12,
    13,
    14,
    ...Array(5).fill("ERROR_AUTO_REGISTRO"),
  ]);
  const pumps = station.forecourt.pumps({ site: station.site, limit: 10 });
  deepStrictEqual(
    pumps.items.map(({ pump, name, fuel, fuels }) => [
      pump,
      name,
      fuel,
      fuels.length,
    ]),
    [
      [12, "x", "97", 2],
      [13, "Surtidor 13", "93", 4],
      [14, "Surtidor 14", "95", 0],
    ],
  );
});

Deno.test("decisions 38 and 39: what is no registration closes before it, and is ignored after it", async () => {
  await using station = await TestStation.start();
  const bad = ["{oops\n", "\n", "[1]\n", "5\n", Uint8Array.of(0xff, 0x0a)];

  for (const bytes of bad) {
    const client = await station.pump();
    await client.raw(bytes);
    const codes = (await client.rest()).map((line) => line["codigo"]);
    deepStrictEqual(codes, ["REGISTRO_INVALIDO"]);
  }
  const client = await station.registered(31);
  for (const bytes of bad) await client.raw(bytes);
  await client.send(state("despachando", 1, 1350));
  await untilTrue("seen", () => station.live(31)?.operation === "dispensing");

  strictEqual(station.live(31)?.connection, "connected");
});

Deno.test("decision 1, 3.8.1, 12.2: timeout is shown at 60 s, any line lifts it, and 90 s close", async () => {
  await using station = await TestStation.start();
  const client = await station.registered(31);
  const { clock } = station.node;

  clock.advance(60_250);
  const silent = station.live(31)?.connection;
  await client.raw("{oops\n");
  await untilTrue("back", () => station.live(31)?.connection === "connected");
  clock.advance(89_500);
  const links = station.live(31)?.links;
  await client.raw("dribbled bytes are no line");
  clock.advance(750);

  strictEqual(silent, "timeout");
  strictEqual(links, 1);
  deepStrictEqual(await client.rest(), []);
  deepStrictEqual(
    [station.live(31)?.links, station.live(31)?.connection],
    [0, "disconnected"],
  );
  strictEqual(station.incidents("pump_timeout").length, 1);
});

Deno.test("3.4: the unterminated last line counts", async () => {
  await using station = await TestStation.start();
  const client = await station.registered(31);

  await client.raw(JSON.stringify(sale));
  await client.endWrite();
  await client.rest();

  strictEqual(sales(station).length, 1);
});

Deno.test("decision 40, 3.8.6: two connections in use for two minutes are told of", async () => {
  await using station = await TestStation.start();
  const clients = [await station.registered(31), await station.registered(31)];
  const { clock } = station.node;
  for (let seconds = 0; seconds <= 150; seconds += 30) {
    for (const client of clients) {
      await client.send({ ...heartbeat, "n": seconds });
      await client.send(state("disponible", 0, seconds));
    }
    // A sale on each shows that the lines before it were read.
    for (const [i, client] of clients.entries()) {
      await client.send({ ...sale, "monto_total": 1000 * (i + 1) + seconds });
    }
    const count = (seconds / 30 + 1) * 2;
    await untilTrue("read", () => sales(station).length === count);
    clock.advance(30_000);
  }

  strictEqual(station.incidents("pump_double").length, 1);
  strictEqual(station.live(31)?.links, 2);
});

Deno.test("decisions 17 and 18, 3.3: commands reach every connection of the pump with a timestamp, and are told of", async () => {
  await using station = await TestStation.start();
  const clients = [await station.registered(31), await station.registered(31)];

  const got = [];
  for (const command of ["pause", "resume", "stop", "report"] as const) {
    await station.forecourt.commandPump({
      pump: 31,
      command,
      reason: "it's me",
    });
    const lines = await Promise.all(clients.map((client) => client.line()));
    deepStrictEqual(lines[0], lines[1]);
    got.push(lines[0]);
  }

  deepStrictEqual(
    got.map((line) => [line["tipo"], line["comando"], line["razon"]]),
    [
      ["comando", "pausar", "it's me"],
      ["comando", "reanudar", "it's me"],
      ["comando", "detener_emergencia", "it's me"],
      ["solicitud_estado", undefined, undefined],
    ],
  );
  ok(got.every((line) => typeof line["timestamp"] === "string"));
  const outcomes = () =>
    station.forecourt.pumpCommands({ limit: 10 }).items
      .map(({ outcome }) => outcome);
  await untilTrue("told", () => outcomes().every((it) => it === "sent"));
});

Deno.test("commands to a pump that is away are sent when it comes back in time, and given up when it does not", async () => {
  await using station = await TestStation.start();
  await station.forecourt.addPump({ pump: 31, name: "Isla 1" });
  await station.forecourt.addPump({ pump: 32, name: "Isla 2" });
  const { clock } = station.node;
  for (const pump of [31, 32]) {
    await station.forecourt.commandPump({ pump, command: "pause" });
  }

  clock.advance(10_000);
  const client = await station.registered(31);
  const command = await client.line();
  clock.advance(25_000);

  strictEqual(command["comando"], "pausar");
  const outcomeOf = (pump: number) =>
    station.forecourt.pumpCommands({ pump, limit: 1 }).items[0]?.outcome;
  await untilTrue("given up", () => outcomeOf(32) === "unreachable");
  strictEqual(outcomeOf(31), "sent");
});

Deno.test("decision 49, 14.5: a delivery that ends untold is an incident and no sale; so is one that was stopped from here", async () => {
  await using station = await TestStation.start();
  const client = await station.registered(31);
  await client.send(state("despachando"), state("despachando", 5, 6750));
  await client.send(state("disponible"));
  await untilTrue(
    "told",
    () => station.incidents("venta_sin_cierre").length === 1,
  );
  const [lost] = station.incidents("venta_sin_cierre");

  await client.send(state("despachando"), state("despachando", 3, 4050));
  await untilTrue("running", () => station.live(31)?.volumeMl === 3000);
  await station.forecourt.commandPump({ pump: 31, command: "stop" });
  await client.line();
  await client.send(state("disponible"));
  await untilTrue("told", () => station.incidents("pump_stopped").length === 1);

  deepStrictEqual(
    [lost?.details["pump"], lost?.details["volumeMl"], lost?.details["amount"]],
    [31, 5000, 6750],
  );
  strictEqual(station.incidents("venta_sin_cierre").length, 1);
  strictEqual(sales(station).length, 0);
});

Deno.test("R5: a free pump gets a change at once, and what it missed when it comes back", async () => {
  await using station = await TestStation.start();
  const client = await station.registered(31);
  await station.setPrices({ "95": 1360 });
  const update = await client.line();
  client.close();
  await untilTrue("lost", () => station.live(31)?.links === 0);

  await station.setPrices({ "97": 1500 });
  const again = await station.pump();
  await again.send({ "tipo": "registro", "id_surtidor": 31 });

  deepStrictEqual(update["precios"], priceMapOf({ "95": 1360 }));
  deepStrictEqual(
    (await again.line())["precios"],
    priceMapOf({ "95": 1360, "97": 1500 }),
  );
});

Deno.test("R9: a pump has prices once they were written and a further line came", async () => {
  await using station = await TestStation.start();
  const client = await station.registered(31);
  await station.setPrices({ "95": 1360 });
  await client.line();
  const taken = () => station.forecourt.pump(station.site, 31)?.taken;
  station.node.clock.advance(1_000);
  const before = taken();

  await client.send(heartbeat, state("disponible"), sale);
  await untilTrue("read", () => sales(station).length === 1);
  station.node.clock.advance(250);
  await untilTrue("taken", () => taken() !== null);

  strictEqual(before, null);
  strictEqual(taken()?.set, station.forecourt.prices(station.site).set);
  strictEqual(taken()?.prices.find(({ fuel }) => fuel === "95")?.price, 1360);
});

Deno.test("R10 decision 10: immediate prices go to a pump that is dispensing", async () => {
  await using station = await TestStation.start({
    settings: { delivery: { ...DELIVERY_DEFAULTS, immediate: true } },
  });
  const client = await station.registered(31);
  await client.send(state("despachando", 2, 2700));
  await untilTrue("seen", () => station.live(31)?.operation === "dispensing");

  await station.setPrices({ "95": 1360 });

  deepStrictEqual((await client.line())["precios"], priceMapOf({ "95": 1360 }));
});

Deno.test("R7: a connected pump that was dispensing and is silent for 30 s is free", async () => {
  await using station = await TestStation.start();
  const client = await station.registered(31);
  await client.send(state("despachando", 2, 2700));
  await untilTrue("seen", () => station.live(31)?.operation === "dispensing");
  await station.setPrices({ "95": 1360 });

  station.node.clock.advance(30_250);

  deepStrictEqual((await client.line())["precios"], priceMapOf({ "95": 1360 }));
});

Deno.test("scheduled prices reach pumps when their time comes", async () => {
  await using station = await TestStation.start();
  const client = await station.registered(31);
  await station.forecourt.setPrices({
    scope: `site:${station.site}`,
    prices: [{ fuel: "95" as ProductId, price: 1500 }],
    effectiveAt: (station.node.clock.now() + 5_000) * 1000,
  });

  station.node.clock.advance(4_000);
  await client.send(state("despachando", 1, 1350), state("disponible"), sale);
  await untilTrue("read", () => sales(station).length === 1);
  station.node.clock.advance(1_250);

  deepStrictEqual((await client.line())["precios"], priceMapOf({ "95": 1500 }));
});

Deno.test("decision 41: the connection's number counts, and another one in a message is told of", async () => {
  await using station = await TestStation.start();
  const client = await station.registered(31);

  await client.send({ ...sale, "id_surtidor": 99 });
  await untilTrue("stored", () => sales(station).length === 1);

  strictEqual(sales(station)[0]?.pump, "31");
  match(sales(station)[0]?.raw ?? "", /99/);
  strictEqual(station.incidents("pump_number_mismatch").length, 1);
});

Deno.test("14.4: deliveries that tell no time are never merged", async () => {
  await using station = await TestStation.start();
  const client = await station.registered(31);
  const { "fecha_inicio": _, "fecha_fin": __, ...untimed } = sale;

  await client.send(untimed, untimed);

  await untilTrue("stored", () => sales(station).length === 2);
});

Deno.test("decision 31: a pump that is connected is not taken off the list, one that has left is", async () => {
  await using station = await TestStation.start();
  const client = await station.registered(31);
  const connected = await station.forecourt.removePump({ pump: 31 });
  client.close();
  await untilTrue("lost", () => station.live(31)?.links === 0);
  const left = await station.forecourt.removePump({ pump: 31 });

  strictEqual(connected.ok ? "" : connected.error.code, "pump_connected");
  strictEqual(left.ok, true);
});

Deno.test("3.8.7, 11.3: reports and deliveries show in the pump's live state", async () => {
  await using station = await TestStation.start();
  const client = await station.registered(31);
  await client.send(state("despachando", 7.5, 10125));
  await untilTrue("seen", () => station.live(31)?.volumeMl === 7500);
  const running = station.live(31);
  await client.send(sale);
  await untilTrue("sold", () => station.live(31)?.operation === "idle");

  deepStrictEqual(
    [running?.operation, running?.amount, running?.fuel, running?.price],
    ["dispensing", 10125, "95", 1350],
  );
  strictEqual(running?.address, "127.0.0.1");
  strictEqual(station.live(31)?.volumeMl, 0);
});

Deno.test("a pump's alarm is an incident", async () => {
  await using station = await TestStation.start();
  const client = await station.registered(31);

  await client.send({
    "tipo": "error",
    "id_surtidor": 31,
    "codigo": "ERROR_DESPACHO",
    "mensaje": "sensor de flujo",
  });

  await untilTrue("told", () => station.incidents("pump_alarm").length === 1);
  match(station.incidents("pump_alarm")[0]?.message ?? "", /sensor de flujo/);
});

Deno.test("2,000 deliveries over 20 connections are all there", async () => {
  await using station = await TestStation.start();
  const clients = await Promise.all(
    Array.from({ length: 20 }, (_, i) => station.registered(i + 1)),
  );

  await Promise.all(
    clients.map((client, i) =>
      client.send(...Array.from({ length: 100 }, (_, n) => ({
        ...sale,
        "id_surtidor": i + 1,
        "monto_total": n,
      })))
    ),
  );
  for (const client of clients) await client.endWrite();
  await Promise.all(clients.map((client) => client.rest()));

  strictEqual(station.forecourt.fuelTotals(station.site).count, 2000);
});

Deno.test("decisions 7 and 8: any version registers, and heartbeats alone keep a connection", async () => {
  await using station = await TestStation.start();
  const { clock } = station.node;
  const client = await station.pump();
  await client.send({
    "tipo": "registro",
    "id_surtidor": 31,
    "version": { "any": 1.0 },
  });
  await client.line();

  for (let seconds = 0; seconds < 600; seconds += 30) {
    await client.send(heartbeat, { ...sale, "monto_total": seconds });
    const count = seconds / 30 + 1;
    await untilTrue("read", () => sales(station).length === count);
    clock.advance(30_000);
  }

  deepStrictEqual(
    [station.live(31)?.connection, station.live(31)?.links],
    ["connected", 1],
  );
});

Deno.test("3.8.10: the confirmation comes first, also where prices change while pumps register", async () => {
  await using station = await TestStation.start();
  const clients = await Promise.all(
    Array.from({ length: 20 }, () => station.pump()),
  );

  await Promise.all([
    ...clients.map((client, i) =>
      client.send({ "tipo": "registro", "id_surtidor": i + 1 })
    ),
    ...[1361, 1362, 1363].map((price) => station.setPrices({ "95": price })),
  ]);

  for (const client of clients) {
    let line = await client.line();
    strictEqual(line["tipo"], "registro_confirmado");
    let seen = line["precios"]["precio_95"];
    while (seen !== 1363) {
      line = await client.line();
      strictEqual(line["tipo"], "actualizacion_precios");
      ok(line["precios"]["precio_95"] > seen, "an older price after a newer");
      seen = line["precios"]["precio_95"];
    }
  }
});

Deno.test("decision 34: 200 pumps that dial at once are all confirmed, and a change reaches them all", async () => {
  await using station = await TestStation.start();
  const clients = await Promise.all(
    Array.from({ length: 200 }, () => station.pump()),
  );
  await Promise.all(
    clients.map((client, i) =>
      client.send({ "tipo": "registro", "id_surtidor": i + 1 })
    ),
  );
  for (const client of clients) await client.line();

  await station.setPrices({ "95": 1360 });

  for (const client of clients) {
    strictEqual((await client.line())["precios"]["precio_95"], 1360);
  }
});

Deno.test("bad input of any kind, whole or in pieces, leaves the station as it was", async () => {
  await using station = await TestStation.start();
  const good = await station.registered(1);
  const pieces = fc.sample(
    fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc.json().map((text) => new TextEncoder().encode(`${text}\n`)),
      fc.dictionary(
        fc.constantFrom(
          "tipo",
          "id_surtidor",
          "litros",
          "monto_total",
          "fecha_fin",
          "estado_operacion",
          "litros_actuales",
          "precios",
          "nombre",
          "combustibles_soportados",
        ),
        fc.oneof(
          fc.constantFrom(
            "registro",
            "estado",
            "transaccion_completada",
            "actualizacion_precios",
            "error",
            2,
            "despachando",
          ),
          fc.jsonValue({ maxDepth: 2 }),
        ),
      ).map((it) => new TextEncoder().encode(`${JSON.stringify(it)}\n`)),
    ),
    { numRuns: 300, seed: 4 },
  );
  for (const port of [station.pumpsPort, station.pricesPort]) {
    for (const [i, piece] of pieces.entries()) {
      using client = await LineClient.connect(port);
      if (i % 2 === 0) {
        await client.send({ "tipo": "registro", "id_surtidor": 2 });
      }
      await client.raw(piece).catch(() => {});
    }
  }
  await good.send({ ...sale, "id_surtidor": 1 });
  await untilTrue(
    "sold",
    () =>
      sales(station).some(({ pump, amount }) =>
        pump === "1" && amount === 11320
      ),
  );

  deepStrictEqual(
    station.logged.filter((it) => it.includes("could not be seen to")),
    [],
  );
});
