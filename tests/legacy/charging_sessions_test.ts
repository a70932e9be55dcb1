/**
 * What becomes of sessions of installed points, at a whole node whose monitors are on sockets.
 *
 * @module
 */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import type { DriverId, PointId } from "../../crdt/mod.ts";
import { connectTcp } from "../../net/mod.ts";
import { createSystemClock } from "../../nodes/adapters/system_clock.ts";
import { SimulatedPoint } from "../../nodes/charging/simulated_point.ts";
import { figures, openChargingSite } from "../support/charging_site.ts";
import { untilTrue } from "../support/line_client.ts";
import { RawMonitor } from "../support/raw_monitor.ts";

const POINT = "SEV-07";
const ID = POINT as PointId;
const DRIVER = "417" as DriverId;

/** What a query is answered. */
async function ask(port: number, question: string): Promise<string> {
  using asker = await RawMonitor.connect(port);
  await asker.send(question);
  return await asker.rest();
}

/** Answers an authorization as plain monitors do: the next word waits for that. */
async function answer(monitor: RawMonitor): Promise<void> {
  await monitor.until("AUTORIZAR_SUMINISTRO#417");
  await monitor.send("NACK#b'AUTORIZAR_SUMINISTRO#417'\n");
}

Deno.test("C-20: a record without a driver, or with another one, is of the point's session; without one its energy is counted for nobody", async () => {
  await using site = await openChargingSite();
  using _monitor = await site.register(POINT);
  await site.request("417", POINT);
  await site.engine("started", POINT, { driver: null });
  await site.engine("meter", POINT, figures(100, 2, { driver: null }));
  await site.engine("ended", POINT, figures(200, 4, { driver: null }));
  await site.tells("417 TICKET 200 4");

  using _other = await site.register("SEV-08");
  await site.engine("ended", "SEV-08", figures(300, 6, { driver: null }));
  const tickets = site.notes().filter((it) => it.includes("TICKET"));
  deepStrictEqual(tickets, ["417 TICKET 200 4"]);
  const loose = site.charging.unattributed({ limit: 10 }).items;
  const ended = site.charging.sessions({ limit: 10 }).items
    .filter(({ point }) => point === "SEV-08");
  const energy = [...loose, ...ended].filter(({ point }) => point === "SEV-08")
    .map((it) => it.energy);
  deepStrictEqual(energy, [300]);
});

Deno.test("C-21: the ticket has the engine's amount, and a price that differs from the registered one is shown", async () => {
  await using site = await openChargingSite();
  using _monitor = await site.register(POINT, { rest: "Calle 1#0.25" });
  await site.request("417", POINT);
  await site.engine("started", POINT);
  await site.engine("ended", POINT, figures(1_000, 20));
  await site.tells("417 TICKET 1000 20");
  const [session] = site.charging.sessions({ limit: 1 }).items;
  deepStrictEqual(
    [session?.amount, session?.priceDiffers, site.charging.point(POINT)?.price],
    [20, true, 2_500],
  );
});

Deno.test("C-26, C-27, C-33: a driver's tickets are kept for whoever was away, and sessions for ever", async () => {
  await using site = await openChargingSite();
  using _monitor = await site.register(POINT);
  await site.request("417", POINT);
  await site.engine("started", POINT);
  await site.engine("ended", POINT, figures(200, 4));
  await site.tells("417 TICKET 200 4");
  const kept = site.charging.notifications({ driver: DRIVER, limit: 10 }).items;
  deepStrictEqual(kept.map(({ body }) => body.type), ["TICKET", "AUTH_OK"]);
  const [session] = site.charging.sessions({ limit: 10, driver: DRIVER }).items;
  deepStrictEqual(
    [session?.status, session?.outcome, session?.energy],
    ["ended", "completed", 200],
  );
});

Deno.test("C-29, C-50: every AUTH_OK is followed by exactly one TICKET or SUPPLY_ERROR, whatever ends its session", async () => {
  await using site = await openChargingSite({
    timers: { lostMs: 200, staleMs: 300, stopMs: 200 },
    times: { answerMs: 50, youngAnswerMs: 50 },
  });
  const ends: ((point: string, monitor: RawMonitor) => Promise<unknown>)[] = [
    (point) => site.engine("ended", point, figures(200, 4)),
    (point) => site.engine("fault", point, figures(200, 4)),
    (point) => site.engine("lost", point, figures(200, 4)),
    (_, monitor) => monitor.send("FAULT#x\n"),
    // deno-lint-ignore require-await -- closing is no promise
    async (_, monitor) => monitor.close(),
    (point) =>
      site.charging.stop({ point: point as PointId, cause: "weather" }),
    // It becomes stale.
    () => Promise.resolve(),
  ];
  await Promise.all(ends.map(async (end, i) => {
    const point = `SEV-${i}`;
    using monitor = await site.register(point);
    strictEqual((await site.request(`d${i}`, point)).words, "Autorizado");
    await site.engine("started", point, { driver: null });
    await site.engine("meter", point, figures(100, 2, { driver: null }));
    await end(point, monitor);
    await untilTrue(
      `the session at ${point} is over`,
      () => site.charging.point(point)?.connectors[0]?.session === null,
    );
    await site.engine("ended", point, figures(200, 4, { driver: null }));
  }));
  for (const i of ends.keys()) {
    const notes = () =>
      site.notes().filter((it) =>
        it.startsWith(`d${i} `) && !it.includes("CONSUMO_UPDATE")
      ).map((it) => it.split(" ")[1]);
    await untilTrue("it is told", () => notes().length >= 2);
    const last = i === 0 ? "TICKET" : "SUPPLY_ERROR";
    deepStrictEqual(notes(), ["AUTH_OK", last], String(i));
  }
  // A supply of which nothing is heard leaves the point as its monitor says.
  const stale = `SEV-${ends.length - 1}`;
  strictEqual(site.charging.point(stale)?.faulty, false);
});

Deno.test("C-30: a reservation holds for ever, or as long as is set; then it ends without energy", async () => {
  await using lasting = await openChargingSite();
  using _there = await lasting.register(POINT);
  const { session } = await lasting.request("417", POINT);
  strictEqual(session && lasting.charging.session(session)?.expiresAt, null);

  await using site = await openChargingSite({ timers: { reservationMs: 200 } });
  using monitor = await site.register(POINT);
  await site.request("417", POINT);
  await answer(monitor);
  await untilTrue(
    "it is told",
    () => site.notes().some((it) => it.startsWith("417 SUPPLY_ERROR 0 0")),
  );
  await site.becomes(POINT, "ACTIVADO");
  strictEqual((await site.request("417", POINT)).words, "Autorizado");
});

Deno.test("C-31: a driver who quits loses reservations and keeps a running supply to its ticket", async () => {
  await using site = await openChargingSite();
  using _monitor = await site.register(POINT);
  await site.request("417", POINT);
  await site.charging.driverQuit(DRIVER);
  await site.becomes(POINT, "ACTIVADO");
  using _second = await site.register("SEV-08");
  strictEqual((await site.request("417", "SEV-08")).words, "Autorizado");
  await site.engine("started", "SEV-08");
  await site.charging.driverQuit(DRIVER);
  await site.engine("ended", "SEV-08", figures(300, 6));
  await site.tells("417 TICKET 300 6");
});

Deno.test("C-32: a supply outlives the node that was killed: the monitor comes back, and its driver gets one ticket", async () => {
  const first = await openChargingSite();
  using _monitor = await first.register(POINT);
  await first.request("417", POINT);
  await first.engine("started", POINT);
  await first.engine("meter", POINT, figures(100, 2));
  first.node.replica.abandon();
  await first[Symbol.asyncDispose]();

  await using second = await openChargingSite({ disk: first.disk });
  using _again = await second.register(POINT);
  strictEqual(await ask(second.port, `CHECK_SESSION#${POINT}`), "417");
  await second.engine("meter", POINT, figures(400, 8));
  await second.becomes(POINT, "SUMINISTRANDO");
  await second.engine("ended", POINT, figures(500, 10));
  await second.engine("ended", POINT, figures(500, 10));
  await second.tells("417 TICKET 500 10");
  await second.becomes(POINT, "ACTIVADO");
  const tickets = second.notes().filter((it) => it.includes("TICKET"));
  strictEqual(tickets.length, 1);
});

Deno.test("C-42: of two supplies at once each ticket names its own driver", async () => {
  await using site = await openChargingSite();
  using _first = await site.register(POINT);
  using _second = await site.register("SEV-08");
  await site.request("417", POINT);
  await site.request("418", "SEV-08");
  await site.engine("started", POINT);
  await site.engine("started", "SEV-08", { driver: "418" as DriverId });
  await site.engine("meter", "SEV-08", figures(100, 2, { driver: null }));
  await site.engine("ended", POINT, figures(200, 4, { driver: null }));
  await site.engine("ended", "SEV-08", figures(300, 6, { driver: null }));
  await site.tells("417 TICKET 200 4");
  await site.tells("418 TICKET 300 6");
});

Deno.test("C-46: one monitor that answers nothing keeps no other from being stopped", async () => {
  await using site = await openChargingSite();
  const ids = ["SEV-01", "SEV-02", "SEV-03"];
  const monitors = [];
  for (const id of ids) monitors.push(await site.register(id));
  const [silent, ...others] = monitors;
  for (const id of ids) {
    await site.charging.stop({ point: id as PointId, cause: "operator" });
  }
  for (const monitor of others) {
    strictEqual(await monitor.read(), "PARAR#CENTRAL");
    await monitor.send("ACK#PARAR");
  }
  await site.becomes("SEV-02", "FUERA_DE_SERVICIO");
  await site.becomes("SEV-03", "FUERA_DE_SERVICIO");
  strictEqual(await silent?.read(), "PARAR#CENTRAL");
  for (const monitor of monitors) monitor.close();
});

Deno.test("C-48: a point that is heard of by its supply alone is made, unverified, until it registers", async () => {
  await using site = await openChargingSite();
  await site.engine("meter", POINT, figures(100, 2));
  const heard = site.charging.point(POINT);
  deepStrictEqual(
    [heard?.location, heard?.price, heard?.dialect],
    ["Desconocida", 2_500, "unverified"],
  );
  using _monitor = await site.register(POINT, { rest: "Calle 9#0.31" });
  const known = site.charging.point(POINT);
  deepStrictEqual(
    [known?.location, known?.price, known?.dialect],
    ["Calle 9", 3_100, "text"],
  );
});

Deno.test("C-49: a CONSUMO that comes after its session's end changes nothing", async () => {
  await using site = await openChargingSite();
  using monitor = await site.register(POINT);
  await site.request("417", POINT);
  await answer(monitor);
  await site.engine("started", POINT);
  await site.engine("meter", POINT, figures(300, 6));
  await site.engine("ended", POINT, figures(300, 6));
  await site.tells("417 TICKET 300 6");
  strictEqual(
    await site.engine("meter", POINT, figures(300, 6)),
    "repeated",
  );
  strictEqual(site.charging.point(POINT)?.state, "ACTIVADO");
  strictEqual((await site.request("418", POINT)).words, "Autorizado");
});

Deno.test("a simulated point goes through its whole life at a node, plain and in frames", async () => {
  for (const dialect of ["text", "framed"] as const) {
    await using site = await openChargingSite();
    const told: Promise<unknown>[] = [];
    const kinds = {
      "SESSION_STARTED": "started",
      "CONSUMO": "meter",
      "SUPPLY_END": "ended",
      "AVERIADO": "fault",
      "CONEXION_PERDIDA": "lost",
    } as const;
    const point = new SimulatedPoint({
      ...{ point: POINT, dialect, clock: createSystemClock(), pauseMs: 0 },
      dial: () => connectTcp({ host: "127.0.0.1", port: site.port }),
      engine: { tickMs: 20 },
      emit: ({ type, kwh, importe }) =>
        void told.push(
          site.engine(
            kinds[type],
            POINT,
            figures(
              Math.round((kwh ?? 0) * 1000),
              Math.round((importe ?? 0) * 100),
            ),
          ),
        ),
    });
    await point.start();
    await site.becomes(POINT, "ACTIVADO");
    strictEqual(await point.plugIn(), "no_session");
    await site.request("417", POINT);
    strictEqual(await point.plugIn(), "started");
    await site.becomes(POINT, "SUMINISTRANDO");
    await untilTrue("it counts", () => told.length > 3);
    point.unplug();
    const energy = told.length - 2;
    await Promise.all(told);
    await site.tells(`417 TICKET ${energy * 100} ${energy * 2}`);
    await site.becomes(POINT, "ACTIVADO");

    await site.request("418", POINT);
    await point.plugIn();
    await site.charging.stop({ point: ID, cause: "operator" });
    await site.becomes(POINT, "FUERA_DE_SERVICIO");
    await Promise.all(told);
    await untilTrue(
      "its driver is told",
      () => site.notes().some((it) => it.endsWith("fuera de servicio")),
    );
    await site.charging.resume({ point: ID, cause: "operator" });
    await site.becomes(POINT, "ACTIVADO");
    point.fail();
    await site.becomes(POINT, "AVERIADO");
    point.repair();
    await site.becomes(POINT, "ACTIVADO");
    point.stop();
    await site.becomes(POINT, "DESCONECTADO");
  }
});
