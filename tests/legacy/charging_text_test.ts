/**
 * Plain monitors at a whole node, over sockets.
 *
 * @module
 */
import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import type { PointId } from "../../crdt/mod.ts";
import { figures, openChargingSite } from "../support/charging_site.ts";
import { untilTrue } from "../support/line_client.ts";
import { RawMonitor } from "../support/raw_monitor.ts";

const POINT = "SEV-07";
const ID = POINT as PointId;
const BUSY = "CP ya en uso por otro driver";

/** What a query is answered. */
async function ask(port: number, question: string): Promise<string> {
  using asker = await RawMonitor.connect(port);
  await asker.send(question);
  return await asker.rest();
}

Deno.test("M-1, C-1, C-53: a plain registration is not answered; its point is ACTIVADO, at the place that it names", async () => {
  await using site = await openChargingSite();
  using monitor = await site.register("BCN-02", { rest: "Rambla ñ#0.25" });

  strictEqual(await monitor.within(300), "");
  strictEqual(monitor.ended, false);
  const point = site.charging.point("BCN-02");
  deepStrictEqual(
    [point?.state, point?.location, point?.price, point?.dialect],
    ["ACTIVADO", "Rambla ñ", 2500, "text"],
  );
});

Deno.test("M-2, C-19: CHECK_SESSION without a session gives exactly NO_SESSION and an orderly close, also of a point that nobody knows", async () => {
  await using site = await openChargingSite();
  using _monitor = await site.register(POINT);
  const at = performance.now();

  strictEqual(await ask(site.port, `CHECK_SESSION#${POINT}`), "NO_SESSION");
  strictEqual(await ask(site.port, "CHECK_SESSION#nobody"), "NO_SESSION");
  strictEqual(await ask(site.port, "CHECK_SESSION"), "NO_SESSION");
  strictEqual(await ask(site.port, `CHECK_DRIVER#${POINT}`), "NO_DRIVER");
  strictEqual(performance.now() - at < 4_000, true);
});

Deno.test("M-3, C-2: a request writes AUTORIZAR_SUMINISTRO, then AUTH_OK is told; the odd NACK changes nothing", async () => {
  await using site = await openChargingSite();
  using monitor = await site.register(POINT);
  const verdict = site.request("417", POINT);
  strictEqual(await monitor.read(), "AUTORIZAR_SUMINISTRO#417");

  await monitor.send("NACK#b'AUTORIZAR_SUMINISTRO#417'");
  deepStrictEqual((await verdict).words, "Autorizado");
  await site.tells("417 AUTH_OK");
  await monitor.send("ACK#AUTORIZAR_SUMINISTRO\nNACK#AUTORIZAR_SUMINISTRO\n");
  strictEqual(await monitor.within(150), "");

  strictEqual(site.charging.point(POINT)?.state, "RESERVADO");
  strictEqual(await ask(site.port, `CHECK_SESSION#${POINT}`), "417");
  deepStrictEqual(site.notes(), ["417 AUTH_OK"]);
});

Deno.test("11.3: a driver is told after his authorization was written, and is known to queries before", async () => {
  await using site = await openChargingSite();
  const written = Promise.withResolvers<() => void>();
  const reader = site.pointPort.open({
    write(_, flushed) {
      written.resolve(flushed ?? (() => {}));
      return true;
    },
    close: () => {},
  });
  await reader.chunk(new TextEncoder().encode(`REGISTER#${POINT}#Calle#1\n`));
  await site.becomes(POINT, "ACTIVADO");
  const verdict = site.request("417", POINT);
  const flush = await written.promise;
  strictEqual(await ask(site.port, `CHECK_SESSION#${POINT}`), "417");
  deepStrictEqual(site.notes(), []);
  flush();
  strictEqual((await verdict).words, "Autorizado");
  await site.tells("417 AUTH_OK");
  reader.closed("closed");
});

Deno.test("M-4: a whole supply gives a CONSUMO_UPDATE for each CONSUMO and one TICKET; the point is free, and a second request is accepted", async () => {
  await using site = await openChargingSite();
  using monitor = await site.register(POINT);
  await site.request("417", POINT);
  await monitor.send("NACK#b'AUTORIZAR_SUMINISTRO#417'");
  await site.engine("started", POINT);
  for (const [energy, amount] of [[100, 2], [200, 4], [300, 6]] as const) {
    await site.engine("meter", POINT, figures(energy, amount));
  }
  await site.becomes(POINT, "SUMINISTRANDO");
  await site.engine("ended", POINT, figures(300, 6));

  await site.tells("417 TICKET 300 6");
  strictEqual(site.charging.point(POINT)?.state, "ACTIVADO");
  strictEqual((await site.request("418", POINT)).words, "Autorizado");
  await site.tells("418 AUTH_OK");
  deepStrictEqual(site.notes(), [
    "417 AUTH_OK",
    "417 CONSUMO_UPDATE 100 2",
    "417 CONSUMO_UPDATE 200 4",
    "417 CONSUMO_UPDATE 300 6",
    "417 TICKET 300 6",
    "418 AUTH_OK",
  ]);
});

Deno.test("M-5, C-13, C-16: a stop during a supply gives one SUPPLY_ERROR and no ticket; after the resumption point and driver are free", async () => {
  await using site = await openChargingSite();
  using monitor = await site.register(POINT);
  await site.request("417", POINT);
  await monitor.until("#417");
  await monitor.send("NACK#b'AUTORIZAR_SUMINISTRO#417'");
  await site.engine("started", POINT);
  await site.engine("meter", POINT, figures(100, 2));
  await site.charging.stop({ point: ID, cause: "operator" });
  strictEqual(await monitor.read(), "PARAR#CENTRAL");
  await monitor.send("ACK#PARAR");
  await site.engine("ended", POINT, figures(200, 4));

  const error =
    "417 SUPPLY_ERROR 200 4 Carga interrumpida: CP puesto fuera de servicio";
  await site.tells(error);
  await site.becomes(POINT, "FUERA_DE_SERVICIO");
  strictEqual(await ask(site.port, `CHECK_SESSION#${POINT}`), "NO_SESSION");
  strictEqual(
    (await site.request("418", POINT)).words,
    "FUERA_DE_SERVICIO",
  );
  await site.charging.resume({ point: ID, cause: "operator" });
  strictEqual(await monitor.read(), "REANUDAR#CENTRAL");
  await monitor.send("ACK#REANUDAR");
  await site.becomes(POINT, "ACTIVADO");
  strictEqual((await site.request("417", POINT)).words, "Autorizado");
  deepStrictEqual(
    site.notes().filter((it) => /TICKET|SUPPLY_ERROR/.test(it)),
    [error],
  );
});

Deno.test("C-13: a stopped supply that tells no end is closed by itself", async () => {
  await using site = await openChargingSite({ timers: { stopMs: 300 } });
  using monitor = await site.register(POINT);
  await site.request("417", POINT);
  await monitor.until("#417");
  await monitor.send("NACK#b'AUTORIZAR_SUMINISTRO#417'");
  await site.engine("started", POINT);
  await site.engine("meter", POINT, figures(100, 2));
  await site.charging.stop({ point: ID, cause: "operator" });
  await monitor.read();
  await monitor.send("ACK#PARAR");
  await site.tells(
    "417 SUPPLY_ERROR 100 2 Carga interrumpida: CP puesto fuera de servicio",
  );
});

Deno.test("M-6, C-11, C-12, C-14: a fault during a supply gives one SUPPLY_ERROR with what was supplied; after RECOVER both are free", async () => {
  await using site = await openChargingSite();
  using monitor = await site.register(POINT);
  await site.request("417", POINT);
  await monitor.until("#417");
  await monitor.send("NACK#b'AUTORIZAR_SUMINISTRO#417'");
  await site.engine("started", POINT);
  await site.engine("meter", POINT, figures(100, 2));
  await monitor.send(`FAULT#${POINT}`);
  const error =
    "417 SUPPLY_ERROR 100 2 Carga interrumpida: Avería detectada en el punto de recarga";
  await site.tells(error);
  await site.becomes(POINT, "AVERIADO");
  await site.engine("fault", POINT, figures(100, 2));
  strictEqual(await ask(site.port, `CHECK_SESSION#${POINT}`), "NO_SESSION");
  strictEqual((await site.request("418", POINT)).words, "AVERIADO");

  await monitor.send(`RECOVER#${POINT}`);
  await site.becomes(POINT, "ACTIVADO");
  strictEqual((await site.request("417", POINT)).words, "Autorizado");
  deepStrictEqual(
    site.notes().filter((it) => /TICKET|SUPPLY_ERROR/.test(it)),
    [error],
  );
  const [, ended] = site.charging.sessions({ limit: 10, point: ID }).items;
  deepStrictEqual([ended?.outcome, ended?.energy], ["fault", 100]);
});

Deno.test("C-14: a fault of a reserved point gives a SUPPLY_ERROR without energy", async () => {
  await using site = await openChargingSite();
  using monitor = await site.register(POINT);
  await site.request("417", POINT);
  await monitor.send(`FAULT#${POINT}`);
  await site.tells(
    "417 SUPPLY_ERROR 0 0 Carga interrumpida: Avería detectada en el punto de recarga",
  );
});

Deno.test("C-4: an unknown first message ends the connection without a byte, a later one is ignored", async () => {
  await using site = await openChargingSite();
  for (
    const text of [
      "HELLO",
      "register#A#B#1",
      "FAULT#A",
      "ACK#PARAR",
      "REGISTER#A",
    ]
  ) strictEqual(await ask(site.port, text), "", text);
  using monitor = await site.register(POINT);
  await monitor.send("REGISTER#SEV-08#Calle 2#0.25");
  await monitor.within(100);
  await monitor.send("what?\0\n\r\n", 0xff, "\n");
  await monitor.send("fault#somebody else\n");
  await site.becomes(POINT, "AVERIADO");
  strictEqual(site.charging.point("SEV-08"), undefined);
  strictEqual(await monitor.within(50), "");
});

Deno.test("C-5: a price that cannot be read keeps the one that is known; without one there is none", async () => {
  await using site = await openChargingSite();
  const price = async (rest: string) => {
    using _monitor = await site.register(POINT, { rest });
    const seen = site.charging.point(POINT)?.price;
    return seen;
  };
  deepStrictEqual(
    [
      await price("Calle 1"),
      await price("Calle 1#0,25"),
      await price("Calle 1#0.31"),
      await price("Calle 1#nada"),
      await price("Calle 1"),
    ],
    [null, null, 3100, 3100, 3100],
  );
});

Deno.test("C-6, C-7: an operator's stop survives the connection, and is told again after the next registration", async () => {
  await using site = await openChargingSite({ timers: { restopMs: 300 } });
  const first = await site.register(POINT);
  await site.charging.stop({ point: ID, cause: "operator" });
  await first.read();
  await first.send("ACK#PARAR");
  await site.becomes(POINT, "FUERA_DE_SERVICIO");
  first.close();
  await untilTrue(
    "its end is noticed",
    () => site.charging.point(POINT)?.connected === false,
  );
  strictEqual(site.charging.point(POINT)?.state, "FUERA_DE_SERVICIO");

  const registeredAt = performance.now();
  using second = await site.register(POINT);
  strictEqual(site.charging.point(POINT)?.state, "FUERA_DE_SERVICIO");
  strictEqual(await second.read(), "PARAR#CENTRAL");
  strictEqual((second.reads[0]?.at ?? 0) - registeredAt >= 300, true);
});

Deno.test("C-6, C-8: a supply goes on while its monitor is away, and gives its ticket; then the point is DESCONECTADO", async () => {
  await using site = await openChargingSite();
  const first = await site.register(POINT);
  await site.request("417", POINT);
  await site.engine("started", POINT);
  await site.engine("meter", POINT, figures(100, 2));
  first.close();
  await untilTrue(
    "its end is noticed",
    () => site.charging.point(POINT)?.connected === false,
  );
  strictEqual(site.charging.point(POINT)?.state, "SUMINISTRANDO");
  const second = await site.register(POINT);
  strictEqual(site.charging.point(POINT)?.state, "SUMINISTRANDO");
  second.close();
  await site.engine("meter", POINT, figures(200, 4));
  await site.engine("ended", POINT, figures(200, 4));
  await site.tells("417 TICKET 200 4");
  await site.becomes(POINT, "DESCONECTADO");
});

Deno.test("C-8: a supply that is silent while its monitor is away ends with one SUPPLY_ERROR", async () => {
  await using site = await openChargingSite({ timers: { lostMs: 400 } });
  const monitor = await site.register(POINT);
  await site.request("417", POINT);
  await site.engine("started", POINT);
  await site.engine("meter", POINT, figures(100, 2));
  monitor.close();
  await site.tells(
    "417 SUPPLY_ERROR 100 2 Carga interrumpida: Monitor desconectado",
  );
  await site.becomes(POINT, "DESCONECTADO");
});

Deno.test("C-7: a broken point stays AVERIADO when its monitor goes, another one is DESCONECTADO", async () => {
  await using site = await openChargingSite();
  const broken = await site.register(POINT);
  const well = await site.register("SEV-08");
  await broken.send("FAULT#x");
  await site.becomes(POINT, "AVERIADO");
  broken.close();
  well.close();
  await site.becomes("SEV-08", "DESCONECTADO");
  strictEqual(site.charging.point(POINT)?.state, "AVERIADO");
});

Deno.test("C-9: of two connections with one id the newer counts; the older stays open, and neither its words nor its end count", async () => {
  await using site = await openChargingSite();
  const older = await site.register(POINT);
  using newer = await site.register(POINT);
  await older.send("FAULT#x\nRECOVER#x\nFAULT#x\n");
  strictEqual(await older.within(150), "");
  deepStrictEqual(
    [older.ended, site.charging.point(POINT)?.state],
    [false, "ACTIVADO"],
  );
  const verdict = await site.request("417", POINT);
  strictEqual(verdict.words, "Autorizado");
  strictEqual(await newer.read(), "AUTORIZAR_SUMINISTRO#417");
  strictEqual(await older.within(50), "");

  older.close();
  await new Promise((resolve) => setTimeout(resolve, 150));
  strictEqual(site.charging.point(POINT)?.state, "RESERVADO");
  await untilTrue("it is reported", () => {
    const found = site.node.incidents.list()
      .filter((it) => JSON.stringify(it).includes(POINT));
    return found.length === 1;
  });
});

Deno.test("C-16: a stop that is refused, or not answered, holds off new sessions and is shown as unconfirmed", async () => {
  for (const answer of ["NACK#PARAR", ""]) {
    await using site = await openChargingSite({
      timers: { stopMs: 300 },
      times: { answerMs: 200, youngAnswerMs: 200 },
    });
    using monitor = await site.register(POINT);
    const given = await site.charging.stop({ point: ID, cause: "operator" });
    await monitor.read();
    if (answer !== "") await monitor.send(answer);
    await untilTrue(
      "it is unconfirmed",
      () => site.charging.point(POINT)?.unconfirmed === true,
    );
    strictEqual(
      (await site.request("417", POINT)).words,
      "FUERA_DE_SERVICIO",
    );
    strictEqual(await ask(site.port, `CHECK_SESSION#${POINT}`), "NO_SESSION");
    const id = given.ok ? given.value.id : undefined;
    await untilTrue("the command is over", () => {
      const state = id && site.charging.commandView(id)?.state;
      return state === (answer === "" ? "silent" : "refused");
    });
  }
});

Deno.test("C-16: a confirmation that comes after its time still puts the point out of service", async () => {
  await using site = await openChargingSite({
    timers: { stopMs: 100 },
    times: { answerMs: 100, youngAnswerMs: 100 },
  });
  using monitor = await site.register(POINT);
  await site.charging.stop({ point: ID, cause: "operator" });
  await monitor.read();
  await untilTrue(
    "it is unconfirmed",
    () => site.charging.point(POINT)?.unconfirmed === true,
  );
  await monitor.send("ACK#PARAR");
  await untilTrue(
    "it is confirmed",
    () => site.charging.point(POINT)?.unconfirmed === false,
  );
  strictEqual(site.charging.point(POINT)?.state, "FUERA_DE_SERVICIO");
});

Deno.test("C-15, C-51: health and stop are independent: RECOVER does not lift a stop, and a resumption no fault", async () => {
  await using site = await openChargingSite();
  using monitor = await site.register(POINT);
  await site.charging.stop({ point: ID, cause: "operator" });
  await monitor.read();
  await monitor.send("ACK#PARAR\n");
  await site.becomes(POINT, "FUERA_DE_SERVICIO");
  await monitor.send("FAULT#x\n");
  await site.becomes(POINT, "AVERIADO");
  await monitor.send("RECOVER#x\n");
  await site.becomes(POINT, "FUERA_DE_SERVICIO");
  await monitor.send("FAULT#x\n");
  await site.becomes(POINT, "AVERIADO");
  await site.charging.resume({ point: ID, cause: "operator" });
  await monitor.read();
  await monitor.send("ACK#REANUDAR\n");
  await untilTrue(
    "the stop is lifted",
    () => site.charging.point(POINT)?.stops.length === 0,
  );
  strictEqual(site.charging.point(POINT)?.state, "AVERIADO");
});

Deno.test("C-17, C-18: CHECK_SESSION and CHECK_DRIVER are answered each with its own words, on a registered connection too", async () => {
  await using site = await openChargingSite();
  using monitor = await site.register(POINT);
  await site.request("417", POINT);
  await monitor.until("#417");
  strictEqual(await ask(site.port, `CHECK_SESSION#${POINT}`), "417");
  strictEqual(await ask(site.port, `CHECK_DRIVER#${POINT}`), "417");
  await monitor.send(`CHECK_DRIVER#${POINT}\n`);
  strictEqual(await monitor.read(), "417");
  await monitor.send(`FAULT#${POINT}\n`);
  await site.becomes(POINT, "AVERIADO");
  strictEqual(await ask(site.port, `CHECK_SESSION#${POINT}`), "NO_SESSION");
  await monitor.send(`CHECK_DRIVER#${POINT}\n`);
  strictEqual(await monitor.read(), "NO_DRIVER");
  strictEqual(monitor.ended, false);
});

Deno.test("C-55: a driver whose authorization cannot be written is told DESCONECTADO, and nothing stays reserved", async () => {
  await using site = await openChargingSite();
  let isOpen = true;
  const written: string[] = [];
  const reader = site.pointPort.open({
    write(bytes, flushed) {
      if (isOpen) flushed?.();
      if (isOpen) written.push(new TextDecoder().decode(bytes));
      return isOpen;
    },
    close: () => {},
  });
  await reader.chunk(new TextEncoder().encode(`REGISTER#${POINT}#Calle#1\n`));
  await site.becomes(POINT, "ACTIVADO");
  isOpen = false;
  const verdict = await site.request("417", POINT);
  deepStrictEqual([verdict.session, verdict.words], [null, "DESCONECTADO"]);
  await site.tells("417 AUTH_DENIED DESCONECTADO");
  strictEqual(site.notes().includes("417 AUTH_OK"), false);
  strictEqual(await ask(site.port, `CHECK_SESSION#${POINT}`), "NO_SESSION");
  isOpen = true;
  strictEqual((await site.request("418", POINT)).words, "Autorizado");
  deepStrictEqual(written, ["AUTORIZAR_SUMINISTRO#418"]);
  reader.closed("closed");
});

Deno.test("C-3: commands go out one at a time, the next after the answer, without a line's end", async () => {
  await using site = await openChargingSite();
  using monitor = await site.register(POINT);
  await site.request("417", POINT);
  strictEqual(await monitor.read(), "AUTORIZAR_SUMINISTRO#417");
  await site.charging.stop({ point: ID, cause: "operator" });
  strictEqual(await monitor.within(200), "");
  await monitor.send("NACK#b'AUTORIZAR_SUMINISTRO#417'");
  strictEqual(await monitor.read(), "PARAR#CENTRAL");
  await monitor.send("ACK#PARAR");
  await site.becomes(POINT, "FUERA_DE_SERVICIO");
  deepStrictEqual(monitor.reads.length, 2);
});

Deno.test("C-3: messages that are glued, or cut after each byte, are read as they were meant", async () => {
  await using site = await openChargingSite();
  using monitor = await RawMonitor.connect(site.port);
  const text = `REGISTER#${POINT}#Calle ñ#0.25FAULT#${POINT}`;
  for (const byte of new TextEncoder().encode(text)) await monitor.send(byte);
  await site.becomes(POINT, "AVERIADO");
  strictEqual(site.charging.point(POINT)?.location, "Calle ñ");
  await monitor.send(
    `RECOVER#${POINT}NACK#PARARFAULT#${POINT}RECOVER#${POINT}`,
  );
  await site.becomes(POINT, "ACTIVADO");
  strictEqual(await monitor.within(50), "");
});

Deno.test("11.8: a plain monitor gets nothing but the three commands and answers, and all of it is UTF-8", async () => {
  await using site = await openChargingSite();
  using monitor = await site.register(POINT);
  const driver = "Añil 417";
  await site.request(driver, POINT);
  await monitor.until("AUTORIZAR");
  await monitor.send(`NACK#b'AUTORIZAR_SUMINISTRO#${driver}'`);
  await monitor.send("HELLO\nFAULT#x\nRECOVER#x\nACK#X\nNACK\n");
  await site.becomes(POINT, "ACTIVADO");
  await monitor.send(`CHECK_SESSION#${POINT}\n`);
  await monitor.until("NO_SESSION");
  await site.charging.stop({ point: ID, cause: "operator" });
  await monitor.until("PARAR#CENTRAL");
  await monitor.send("ACK#PARAR");
  await site.becomes(POINT, "FUERA_DE_SERVICIO");
  await monitor.within(100);
  const bytes = monitor.reads.flatMap((read) => [...read.bytes]);
  strictEqual(
    new TextDecoder("utf-8", { fatal: true }).decode(Uint8Array.from(bytes)),
    `AUTORIZAR_SUMINISTRO#${driver}NO_SESSIONPARAR#CENTRAL`,
  );
});

Deno.test("two drivers at one point, one driver at two: only one session is made, and each is told why not", async () => {
  await using site = await openChargingSite();
  using _first = await site.register(POINT);
  using _second = await site.register("SEV-08");
  strictEqual((await site.request("417", POINT)).words, "Autorizado");
  strictEqual((await site.request("418", POINT)).words, BUSY);
  match((await site.request("417", "SEV-08")).words, /ya conectado/);
  strictEqual((await site.request("418", "nobody")).words, "NO_EXISTE");
  match((await site.request("NO_SESSION", "SEV-08")).words, /no válido/);
});
