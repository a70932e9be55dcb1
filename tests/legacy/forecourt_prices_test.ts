/**
 * The surface `forecourt-prices` over real sockets: the vectors of the protocol page for the control port, and what it
 * asks of a station.
 *
 * @module
 */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { LineClient, LOOPBACKS, untilTrue } from "../support/line_client.ts";
import { priceMapOf, TestStation } from "../support/test_station.ts";

const push = (
  prices: unknown,
  more: Readonly<Record<string, unknown>> = {},
) => ({ "tipo": "actualizacion_precios", "precios": prices, ...more });

function pricesOf(station: TestStation): Record<string, number> {
  const { prices } = station.forecourt.prices(station.site);
  return Object.fromEntries(prices.map(({ fuel, price }) => [fuel, price]));
}

/** A line that a relay shows to have been read. */
async function passed(from: LineClient, to: LineClient, mark: string) {
  await from.send({ "tipo": "mark", mark });
  const line = await to.line();
  strictEqual(line["mark"], mark);
}

Deno.test("V11 decision 16, 4.3(a): a push without a timestamp is echoed with null and four prices", async () => {
  await using station = await TestStation.start();
  const client = await station.control();

  await client.send(push({ "precio_97": 1431 }));
  const echo = await client.line();

  deepStrictEqual(echo, {
    "tipo": "actualizacion_precios",
    "timestamp": null,
    "precios": priceMapOf({ "97": 1431 }),
  });
  deepStrictEqual(pricesOf(station), { "97": 1431 });
});

Deno.test("V12, 4.6.2: prices are coerced; without a map nothing changes and nothing is echoed", async () => {
  await using station = await TestStation.start();
  const client = await station.control();
  const other = await station.control();

  await client.send(push({ "precio_95": "1372" }));
  const first = await client.line();
  await client.send(push({ "precio_95": 1372.9 }));
  const second = await client.line();
  await client.send(push(null), push([1]), push("x"));
  await passed(other, client, "still open");

  const precio = (line: Record<string, Record<string, number>>) =>
    line["precios"]?.["precio_95"];
  deepStrictEqual([precio(first), precio(second)], [1372, 1372]);
  deepStrictEqual(pricesOf(station), { "95": 1372 });
});

Deno.test("4.6.2: values that are no price are dropped with an alert, unknown keys are ignored", async () => {
  await using station = await TestStation.start();
  const client = await station.control();

  await client.send(push({
    "precio_93": -1,
    "precio_95": true,
    "precio_97": null,
    "precio_diesel": 1098.0,
    "precio_kerosene": 5,
  }));
  const echo = await client.line();

  deepStrictEqual(echo["precios"], priceMapOf({ "diesel": 1098 }));
  const keys = station.incidents("price_invalid").map((it) =>
    it.details["key"]
  );
  deepStrictEqual(keys.sort(), ["precio_93", "precio_95", "precio_97"]);
});

Deno.test("V13 decision 13: an unterminated push and a half-close are applied and echoed", async () => {
  await using station = await TestStation.start();
  const client = await station.control();

  await client.raw(JSON.stringify(push({ "precio_95": 1372 })));
  await client.endWrite();
  const lines = await client.rest();

  strictEqual(lines.length, 1);
  deepStrictEqual(pricesOf(station), { "95": 1372 });
});

Deno.test("decision 13, 4.6.3: an office that connects, writes and closes at once is heard", async () => {
  await using station = await TestStation.start();
  const bridge = await station.control();
  for (let price = 1401; price <= 1420; price++) {
    const office = await station.control();
    await office.send(push({ "precio_95": price }));
    office.close();
  }

  for (let price = 0; price !== 1420;) {
    price = (await bridge.line())["precios"]["precio_95"];
  }

  deepStrictEqual(pricesOf(station), { "95": 1420 });
});

Deno.test("V14 decisions 15 and 46, 2.2: a name renames the station, and no apostrophe stands in the echo", async () => {
  await using station = await TestStation.start();
  const client = await station.control();

  await client.send(push({ "precio_95": 1372 }, {
    "nombre_estacion": "O'Higgins Ñuñoa",
    "timestamp": "2025-03-02T08:00:00.250000",
  }));
  const text = await client.text() ?? "";

  // deno-lint-ignore no-control-regex -- ASCII is what is checked
  match(text, /^[\x00-\x7f]+$/);
  ok(!text.includes("'"));
  const echo = JSON.parse(text);
  strictEqual(echo["nombre_estacion"], "O'Higgins Ñuñoa");
  strictEqual(echo["timestamp"], "2025-03-02T08:00:00.250000");
  strictEqual(
    station.forecourt.station(station.site).name,
    "O'Higgins Ñuñoa",
  );
});

Deno.test("9.5: a line stays below 1,400 bytes; a long name is shortened there and nowhere else", async () => {
  await using station = await TestStation.start();
  const client = await station.control();
  const name = "Ñ".repeat(200);

  await client.send(push({}, { "nombre_estacion": name }));
  const text = await client.text() ?? "";

  ok(text.length < 1400);
  match(JSON.parse(text)["nombre_estacion"], /^Ñ{100,}$/);
  strictEqual(station.forecourt.station(station.site).name, name);
});

Deno.test("4.2, 4.6.5: a push that changes nothing is no change and is echoed", async () => {
  await using station = await TestStation.start();
  const client = await station.control();
  await client.send(push({ "precio_95": 1372 }));
  await client.line();
  const { set } = station.forecourt.prices(station.site);

  await client.send(push({ "precio_95": 1372 }), push({}), {
    "tipo": "actualizacion_precios",
  });
  const echoes = [
    await client.line(),
    await client.line(),
    await client.line(),
  ];

  for (const echo of echoes) {
    deepStrictEqual(echo["precios"], priceMapOf({ "95": 1372 }));
  }
  strictEqual(station.forecourt.prices(station.site).set, set);
});

Deno.test("V15, 4.7: a simulated pump hears one line after each of its own, with the last prices", async () => {
  await using station = await TestStation.start();
  const office = await station.control();
  const bridge = await station.control();
  const simulated = await station.control();
  const report = {
    "id": 3,
    "nombre": "Surtidor 3",
    "estado": "Cargando combustible",
    "precio_93": 1290,
    "precio_95": 1350,
    "precio_97": 1400,
    "precio_diesel": 1120,
  };
  await simulated.send(report);
  deepStrictEqual(await bridge.line(), report);

  for (const price of [1361, 1362, 1363]) {
    await office.send(push({ "precio_95": price }));
  }
  for (let price = 0; price !== 1363;) {
    price = (await bridge.line())["precios"]["precio_95"];
  }
  await simulated.send({ ...report, "estado": "Parado" });
  const chunk = await simulated.chunk(4096);

  match(chunk, /^[^\n]+\n$/);
  deepStrictEqual(JSON.parse(chunk)["precios"], priceMapOf({ "95": 1363 }));
  const shown = station.forecourt.simulated.list(station.site);
  deepStrictEqual(
    shown.map(({ id, name, state }) => [id, name, state]),
    [[3, "Surtidor 3", "Parado"]],
  );
  strictEqual(station.forecourt.pump(station.site, 3), undefined);
  simulated.close();
  await untilTrue(
    "left",
    () => station.forecourt.simulated.list(station.site).length === 0,
  );
});

Deno.test("4.3(c): other objects go byte for byte to all others", async () => {
  await using station = await TestStation.start();
  const [from, one, other] = [
    await station.control(),
    await station.control(),
    await station.control(),
  ];
  const text = ` {"b" : 1.0,"a":"ñ' \\u00e9", "tipo":"x"}  `;

  await from.raw(`${text}\n`);
  strictEqual(await one.text(), text);
  strictEqual(await other.text(), text);
  await one.send({ "tipo": "back" });

  deepStrictEqual(await from.line(), { "tipo": "back" });
});

Deno.test("4.4: malformed lines are ignored; what is no object or no UTF-8 closes silently", async () => {
  await using station = await TestStation.start();
  const [client, other] = [await station.control(), await station.control()];
  await client.raw("{oops\n\n");
  await passed(client, other, "open");

  for (const bytes of ["[1]\n", "null\n", Uint8Array.of(0xc3, 0x28, 0x0a)]) {
    const bad = await station.control();
    await bad.raw(bytes);
    deepStrictEqual(await bad.rest(), []);
  }
  const long = await station.control();
  await long.raw(`"${"x".repeat(65_600)}"\n`).catch(() => {});
  deepStrictEqual(await long.rest(), []);

  await passed(other, client, "still open");
});

Deno.test("4.3(b), 4.6.4: every delivery is told once, whoever told of it", async () => {
  await using station = await TestStation.start();
  const bridge = await station.control();
  const pump = await station.registered(31);
  await pump.send({
    "tipo": "transaccion_completada",
    "tipo_combustible": "97",
    "litros": 8.5,
    "precio_por_litro": 1415,
    "monto_total": 12027,
    "metodo_pago": "O'Higgins",
    "fecha_inicio": "2025-03-02T09:14:07.118000",
    "fecha_fin": "2025-03-02T09:14:24.902113",
  });
  const text = await bridge.text() ?? "";
  const told = JSON.parse(text);
  await station.forecourt.recordFuelSale({
    pump: "31",
    fuel: "95",
    volumeMl: 1000,
    price: 1350,
    amount: 1350,
    payment: "x".repeat(500),
    source: "peer",
  });
  const long = await bridge.text() ?? "";

  strictEqual(told["tipo"], "nueva_transaccion");
  match(told["transaccion"]["_id"], /^[0-9a-f]{24}$/);
  const { _id, ...rest } = told["transaccion"];
  deepStrictEqual(rest, {
    "surtidor_id": "31",
    "nombre_surtidor": "Surtidor 31",
    "tipo_combustible": "97",
    "litros": 8.5,
    "precio_por_litro": 1415,
    "monto_total": 12027,
    "metodo_pago": "O'Higgins",
    "fecha": "2025-03-02T09:14:24.902113",
    "estado": "completada",
  });
  ok(!text.includes("'"));
  ok(long.length < 1400);
  strictEqual(
    station.forecourt.fuelSaleByShortId(_id)?.amount,
    12027,
  );
});

Deno.test("R12, 4.6.1: a change made elsewhere is told at once, also while a pump's is held", async () => {
  await using station = await TestStation.start();
  const pump = await station.registered(31);
  await pump.send({ "tipo": "estado", "estado_operacion": "despachando" });
  await untilTrue("seen", () => station.live(31)?.operation === "dispensing");
  const bridge = await station.control();

  await station.setPrices({ "95": 1360 });
  const told = await bridge.line();
  await station.forecourt.nameStation({ name: "Ruta 68" });
  const named = await bridge.line();

  deepStrictEqual(told["precios"], priceMapOf({ "95": 1360 }));
  match(told["timestamp"], /^\d{4}-\d\d-\d\dT[\d:.]+$/);
  strictEqual("nombre_estacion" in told, false);
  strictEqual(named["nombre_estacion"], "Ruta 68");
});

Deno.test("4.6.2: a push survives a restart of the station", async () => {
  const first = await TestStation.start();
  const client = await first.control();
  await client.send(push({ "precio_95": 1372 }, { "nombre_estacion": "Uno" }));
  await client.line();

  await using station = await TestStation.start({ node: await first.leave() });
  const again = await station.control();
  await again.send(push({}));

  deepStrictEqual((await again.line())["precios"], priceMapOf({ "95": 1372 }));
  strictEqual(station.forecourt.station(station.site).name, "Uno");
});

Deno.test("decision 14: localhost is served on IPv4 and IPv6", async () => {
  await using station = await TestStation.start();
  for (const hostname of LOOPBACKS) {
    using client = await LineClient.connect(station.pricesPort, hostname);
    await client.send(push({}));
    strictEqual((await client.line())["tipo"], "actualizacion_precios");
  }
});

Deno.test("4.3: a member that does not read is let go, and the others hear on", async () => {
  await using station = await TestStation.start();
  const [deaf, from, to] = [
    await station.control(),
    await station.control(),
    await station.control(),
  ];
  const long = "x".repeat(60_000);
  for (let n = 0; n < 200; n++) {
    await from.send({ "tipo": "x", n, long });
    strictEqual((await to.line())["n"], n);
  }

  await passed(from, to, "still heard");
  // Far more than any buffer holds was sent to it: what it still gets is cut short.
  let count = 0;
  await (async () => {
    for (; await deaf.text() !== undefined; count++);
  })().catch(() => {});
  ok(count < 200);
});

Deno.test("4.6.4: a bridge hears each of 2,000 deliveries that come at once, once", async () => {
  await using station = await TestStation.start();
  const bridge = await station.control();
  const pumps = await Promise.all(
    Array.from({ length: 10 }, (_, i) => station.registered(i + 1)),
  );
  await Promise.all(
    pumps.map((pump, i) =>
      pump.send(...Array.from({ length: 200 }, (_, n) => ({
        "tipo": "transaccion_completada",
        "litros": 1,
        "precio_por_litro": 1350,
        "monto_total": 1000 * i + n,
        "fecha_fin": "2025-03-02T09:14:24",
      })))
    ),
  );

  const ids = new Set<string>();
  for (let n = 0; n < 2000; n++) {
    ids.add((await bridge.line())["transaccion"]["_id"]);
  }
  strictEqual(ids.size, 2000);
});
