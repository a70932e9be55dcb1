/** A native pump as the client of an original station (section 16.1), over real sockets. */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { setTimeout } from "node:timers/promises";
import type { ProductId } from "../../crdt/mod.ts";
import type { PumpControl } from "../../nodes/forecourt/pump_control.ts";
import type { StationClientTimes } from "../../nodes/forecourt/station_client.ts";
import type { StationAddress } from "../../nodes/pump_settings.ts";
import { PUMP_OUTBOX } from "../../nodes/tables.ts";
import { OriginalStation } from "../support/original_station.ts";
import {
  comesTrue,
  createRig,
  type Rig,
  RIG_SITE,
  type RigOptions,
} from "../support/pump_rig.ts";

/** The documented times by a twentieth or less: the test of the core shows the documented ones. */
const SHORT: Partial<StationClientTimes> = {
  redialMs: 150,
  heartbeatMs: 100,
  settleMs: 250,
};

function addressOf(
  { ports }: OriginalStation,
  options: { readonly udp?: boolean; readonly rest?: boolean } = {},
): StationAddress {
  return {
    hostname: "127.0.0.1",
    port: ports.pump,
    udpPort: options.udp === true ? ports.udp : null,
    restPort: options.rest === true ? ports.rest : null,
  };
}

async function startPump(
  station: OriginalStation,
  options: RigOptions & { readonly udp?: boolean; readonly rest?: boolean } =
    {},
): Promise<Rig & { readonly pump: PumpControl }> {
  const rig = await createRig({
    times: { pump: SHORT },
    ...options,
    station: addressOf(station, options),
  });
  const { pump } = rig.peers;
  ok(pump !== undefined);
  return { ...rig, pump };
}

/** Sells without letting anything flow: a sale of nothing is a sale (decision 44). */
async function sell(pump: PumpControl, payment = "efectivo") {
  const started = await pump.start();
  ok(started.ok, JSON.stringify(started));
  const done = await pump.finish({ payment });
  ok(done.ok, JSON.stringify(done));
  return done.value.sale;
}

function priceAt({ useCases }: Rig, fuel: string): number | undefined {
  const { prices } = useCases.forecourt.prices(RIG_SITE as never);
  return prices.find((it) => it.fuel === fuel)?.price;
}

const linked = (station: OriginalStation) =>
  comesTrue("the pump is registered", () => station.pump !== undefined);
const priced = (rig: Rig & { readonly pump: PumpControl }) =>
  comesTrue("the pump has prices", () => rig.pump.prices().length > 0);

Deno.test("a pump registers with its set fuel first, takes the confirmed prices, and beats (16.1.1, 16.1.2, 16.1.4)", async () => {
  await using station = new OriginalStation();
  await station.start();
  station.prices = { ...station.prices, "precio_95": 1372 };
  await using rig = await startPump(station);
  await linked(station);
  await comesTrue(
    "two heartbeats",
    () =>
      (station.pump?.told.filter((it) => it["tipo"] === "heartbeat").length ??
        0) >= 2,
  );
  await priced(rig);

  const [first] = station.pumps[0]?.told ?? [];
  deepStrictEqual(first, {
    "tipo": "registro",
    "id_surtidor": 3,
    "nombre": "Isla 3",
    "combustibles_soportados": ["95", "93", "97", "diesel"],
    "version": "2.0",
  });
  strictEqual(priceAt(rig, "95"), 1372);
  strictEqual(rig.pump.state().price, 1372);
  strictEqual(rig.pump.state().connected, true);
  strictEqual(
    station.pump?.told.filter((it) => it["tipo"] === "registro").length,
    1,
  );
  for (const line of station.pump?.lines ?? []) {
    match(line, /^[\x20-\x7e]*$/);
    ok(!/\d{2}Z"/.test(line) && !line.includes("'"), line);
  }
});

Deno.test("a pump's sale reaches the station once, after it and before the state that ends it", async () => {
  await using station = new OriginalStation();
  await station.start();
  await using rig = await startPump(station);
  await linked(station);
  await priced(rig);

  const sale = await sell(rig.pump, "tarjeta");
  await comesTrue("the sale", () => station.sales.length === 1);
  await comesTrue(
    "it is settled",
    () => rig.node.replica.reader.count(PUMP_OUTBOX) === 0,
  );

  const told = station.pump?.told ?? [];
  const at = told.findIndex((it) => it["tipo"] === "transaccion_completada");
  strictEqual(told[at]?.["metodo_pago"], "tarjeta");
  strictEqual(told[at]?.["litros"], 0);
  strictEqual(told[at]?.["precio_por_litro"], sale.price);
  match(told[at]?.["fecha_fin"], /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?$/);
  const next = told.slice(at + 1).find((it) => it["tipo"] === "estado");
  strictEqual(next?.["estado_operacion"], "disponible");
  strictEqual(station.sales.length, 1);
});

Deno.test("sales made while the station is away are told when it is back, in order, once (decision 51)", async () => {
  await using station = new OriginalStation();
  await station.start();
  await using rig = await startPump(station);
  await linked(station);
  await priced(rig);
  await station.stop();

  const ids = [];
  for (const payment of ["a", "b", "c"]) {
    ids.push((await sell(rig.pump, payment)).id);
  }
  await station.start();
  await comesTrue("the sales", () => station.sales.length >= 3);
  await comesTrue(
    "all are settled",
    () => rig.node.replica.reader.count(PUMP_OUTBOX) === 0,
  );

  deepStrictEqual(station.sales.map((it) => it.metodo_pago), ["a", "b", "c"]);
  strictEqual(new Set(ids).size, 3);
});

Deno.test("a sale whose link broke is told again only if the station's REST does not list it (16.1.5)", async () => {
  await using station = new OriginalStation();
  await station.start({ rest: true });
  await using rig = await startPump(station, { rest: true });
  await linked(station);
  await priced(rig);

  station.onSale.push("close_after", "store", "close_before");
  for (const payment of ["stored", "plain", "lost"]) {
    await linked(station);
    await sell(rig.pump, payment);
    await comesTrue(
      `${payment} is settled`,
      () => rig.node.replica.reader.count(PUMP_OUTBOX) === 0,
    );
  }

  deepStrictEqual(station.sales.map((it) => it.metodo_pago), [
    "stored",
    "plain",
    "lost",
  ]);
  ok(station.asked.includes("/api/surtidores/3/transacciones?limit=50"));
});

Deno.test("a sale whose link broke is told once more, and an incident says so, if nobody can ask the station (16.1.5)", async () => {
  await using station = new OriginalStation();
  await station.start();
  await using rig = await startPump(station);
  await linked(station);
  await priced(rig);

  station.onSale.push("close_before");
  const sale = await sell(rig.pump);
  await comesTrue("the sale", () => station.sales.length === 1);
  await comesTrue(
    "it is settled",
    () => rig.node.replica.reader.count(PUMP_OUTBOX) === 0,
  );

  const incidents = rig.node.incidents.list()
    .filter(({ kind }) => kind === "sale_sent_again");
  strictEqual(incidents.length, 1);
  strictEqual(incidents[0]?.details["sale"], sale.id);
  strictEqual(station.sales.length, 1);
});

Deno.test("a sale that broke two links waits for the station's REST, and holds up no other", async () => {
  await using station = new OriginalStation();
  await station.start({ rest: true });
  const rest = station.ports.rest;
  await station.stop();
  await station.start();
  await using rig = await createRig({
    times: { pump: SHORT },
    station: { ...addressOf(station), restPort: rest },
  });
  const { pump } = rig.peers;
  ok(pump !== undefined);
  await priced({ ...rig, pump });

  station.onSale.push("close_before", "close_before");
  await sell(pump, "first");
  await comesTrue(
    "it is set apart",
    () =>
      rig.node.incidents.list().some(({ kind }) => kind === "sale_unconfirmed"),
  );
  await sell(pump, "second");
  await comesTrue("the other sale", () => station.sales.length === 1);
  await station.startRest();
  station.pump?.close();
  await comesTrue("the first sale", () => station.sales.length === 2);
  await comesTrue(
    "all are settled",
    () => rig.node.replica.reader.count(PUMP_OUTBOX) === 0,
  );

  deepStrictEqual(station.sales.map((it) => it.metodo_pago), [
    "second",
    "first",
  ]);
});

Deno.test("prices of the station wait until the delivery is over (16.1.6, R4)", async () => {
  await using station = new OriginalStation();
  await station.start();
  await using rig = await startPump(station);
  await linked(station);
  await priced(rig);
  ok((await rig.pump.start()).ok);

  station.push({ "precio_95": 1999 });
  await comesTrue("the price is known", () => priceAt(rig, "95") === 1999);
  const during = rig.pump.state().price;
  const done = await rig.pump.finish({ payment: "efectivo" });

  strictEqual(during, 1350);
  ok(done.ok && done.value.sale.price === 1350);
  await comesTrue("the price is taken", () => rig.pump.state().price === 1999);
});

Deno.test("a pump asks for the prices that a station forgot to send (16.1.6)", async () => {
  await using station = new OriginalStation();
  await station.start({ rest: true });
  await using rig = await startPump(station, { rest: true });
  await linked(station);
  await priced(rig);

  station.prices = { ...station.prices, "precio_97": 1431 };
  await comesTrue("the price is known", () => priceAt(rig, "97") === 1431);

  strictEqual(station.pumps.length, 1);
});

Deno.test("a pump that cannot ask dials anew from time to time, while it is free (16.1.6)", async () => {
  await using station = new OriginalStation();
  await station.start();
  await using rig = await startPump(station, {
    times: { pump: { ...SHORT, renewMs: 300 } },
  });
  await linked(station);
  await priced(rig);
  station.prices = { ...station.prices, "precio_97": 1431 };

  await comesTrue("the price is known", () => priceAt(rig, "97") === 1431);

  ok(station.pumps.length > 1);
});

Deno.test("a pump obeys pause, resume and emergency stop, and the stopped volume is a sale (decision 49)", async () => {
  await using station = new OriginalStation();
  await station.start();
  await using rig = await startPump(station, { flowMlPerSecond: 7_000 });
  await linked(station);
  await priced(rig);
  const { pump } = rig;
  const order = (command: string) =>
    station.pump?.send({
      "tipo": "comando",
      "comando": command,
      "razon": "prueba",
      "timestamp": "2025-03-02T08:00:00",
    });
  ok((await pump.start()).ok);
  await comesTrue("it flows", () => pump.state().volumeMl === 7_000);

  order("pausar");
  await comesTrue("it pauses", () => pump.state().operation === "paused");
  const refused = await pump.finish({ payment: "efectivo" });
  order("reanudar");
  await comesTrue("it resumes", () => pump.state().operation === "dispensing");
  order("detener_emergencia");
  await comesTrue("it stops", () => pump.state().operation === "idle");
  await comesTrue("the sale", () => station.sales.length === 1);

  ok(!refused.ok && refused.error.code === "pump_not_dispensing");
  ok((station.sales[0]?.litros ?? 0) >= 7);
  const { items } = rig.useCases.forecourt.fuelSales({ limit: 10 });
  deepStrictEqual(items.map(({ state }) => state), ["cancelled"]);
  const words = station.pump?.told.filter((it) => it["tipo"] === "estado")
    .map((it) => it["estado_operacion"]);
  ok(words?.includes("pausado") && words.includes("despachando"));
});

Deno.test("a pump sends a datagram each second while it dispenses, if it has an address for them (16.1.2)", async () => {
  await using station = new OriginalStation();
  await station.start();
  await using rig = await startPump(station, {
    udp: true,
    flowMlPerSecond: 1_000,
  });
  await linked(station);
  await priced(rig);
  ok((await rig.pump.start()).ok);

  await comesTrue("two datagrams", () => station.datagrams.length >= 2);

  const [first] = station.datagrams;
  deepStrictEqual(
    [first?.["tipo"], first?.["id_surtidor"], first?.["litros_actuales"]],
    ["estado_rapido", 3, 1],
  );
  strictEqual(rig.pump.state().fastReports, true);
});

Deno.test("a pump closes a link that is not confirmed, waits, and dials again, one link at a time (16.1.1, 16.1.3, decision 34)", async () => {
  await using station = new OriginalStation();
  await station.start();
  station.confirms = false;
  await using _rig = await startPump(station, {
    times: { pump: { ...SHORT, confirmMs: 400 } },
  });

  await comesTrue("three dials", () => station.pumps.length >= 3);

  const [first, second] = station.pumps;
  const heldMs = (first?.endedAt ?? 0) - (first?.at ?? 0);
  const waitMs = (second?.at ?? 0) - (first?.endedAt ?? 0);
  ok(heldMs >= 300, `held for ${heldMs} ms`);
  ok(waitMs >= 100, `waited for ${waitMs} ms`);
  const up = station.pumps.filter((it) => it.endedAt === undefined);
  ok(up.length <= 1);
});

Deno.test("a pump bears garbage, unknown and odd lines of a station, and split ones", async () => {
  await using station = new OriginalStation();
  await station.start();
  await using rig = await startPump(station);
  await linked(station);
  await priced(rig);

  const update = JSON.stringify({
    "tipo": "actualizacion_precios",
    "precios": { "precio_95": 1777 },
  });
  station.pump?.sendText(
    '{oops\n\n5\n[1]\nnull\n{"tipo":"otra"}\n{"tipo":"actualizacion_precios","precios":null}\n' +
      '{"tipo":"comando","comando":"bailar"}\n' + update.slice(0, 20),
  );
  await setTimeout(30);
  station.pump?.sendText(`${update.slice(20)}\r\n`);
  await comesTrue("the price is known", () => priceAt(rig, "95") === 1777);

  strictEqual(station.pumps.length, 1);
});

Deno.test("a pump drops a link on which a line never ends, and dials again", async () => {
  await using station = new OriginalStation();
  await station.start();
  await using _rig = await startPump(station);
  await linked(station);

  station.pump?.sendText("x".repeat(65_537));

  await comesTrue("another link", () => station.pumps.length === 2);
});

Deno.test("a sale that was told when the process ended is told again at most once, and none is lost (decision 51)", async () => {
  await using station = new OriginalStation();
  await station.start({ rest: true });
  const first = await startPump(station, { rest: true });
  await linked(station);
  await priced(first);
  await sell(first.pump, "told");
  await comesTrue("the sale", () => station.sales.length === 1);
  await first.crash();

  await using second = await startPump(station, {
    rest: true,
    disk: first.disk,
  });
  await comesTrue(
    "it is settled",
    () => second.node.replica.reader.count(PUMP_OUTBOX) === 0,
  );

  strictEqual(station.sales.length, 1);
  strictEqual(
    second.useCases.forecourt.fuelSales({ limit: 10 }).items.length,
    1,
  );
});

const FUEL_97 = "97" as ProductId;

Deno.test("a pump goes on selling without its station, at the prices that it has", async () => {
  await using station = new OriginalStation();
  await station.start();
  await using rig = await startPump(station);
  await linked(station);
  await priced(rig);
  await station.stop();

  const configured = await rig.pump.configure({ fuel: FUEL_97 });
  const sale = await sell(rig.pump);

  ok(configured.ok);
  deepStrictEqual([sale.fuel, sale.price, sale.source], ["97", 1400, "peer"]);
});
