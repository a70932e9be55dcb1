/**
 * Framed monitors at a whole node, over sockets.
 *
 * @module
 */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import type { PointId } from "../../crdt/mod.ts";
import { CHARGING_TIMERS } from "../../nodes/charging/charging_context.ts";
import { POINT_TIMES } from "../../nodes/charging/point_times.ts";
import { figures, openChargingSite } from "../support/charging_site.ts";
import {
  CHARGING_FRAME_BYTES,
  CHARGING_FRAME_CHECKS,
} from "../support/charging_vectors.ts";
import { untilTrue } from "../support/line_client.ts";
import { RawMonitor } from "../support/raw_monitor.ts";
import { frame } from "../support/recording_points.ts";

const POINT = "SEV-07";
const ID = POINT as PointId;
const ENQ = 0x05;
const ACK = 0x06;
const NACK = 0x15;
const EOT = 0x04;
const STOP = "<02>PARAR#CENTRAL<03><31>";

Deno.test("M-7, C-34: every vector is read, cut after every byte, glued to control bytes, and refused with another check byte", async () => {
  await using site = await openChargingSite();
  using monitor = await site.registerFramed(POINT);
  // Its check byte is that of STX.
  for (const byte of frame(`FAULT#${POINT}`)) await monitor.send(byte);
  strictEqual(await monitor.read(), "<06>");
  await site.becomes(POINT, "AVERIADO");
  await monitor.send(ACK, frame(`RECOVER#${POINT}`));
  strictEqual((await monitor.read())?.slice(0, 4), "<06>");
  await site.becomes(POINT, "ACTIVADO");

  const wrong = frame(`FAULT#${POINT}`);
  wrong[wrong.length - 1] = 0x03;
  await monitor.within(200);
  await monitor.send(wrong);
  strictEqual(await monitor.read(), "<15>");
  strictEqual(site.charging.point(POINT)?.state, "ACTIVADO");

  const texts = [CHARGING_FRAME_BYTES, CHARGING_FRAME_CHECKS]
    .flatMap((it) => Object.keys(it))
    .filter((text) => !/^(FAULT|RECOVER|ACK|CHECK)/.test(text));
  for (const text of texts) {
    await monitor.send(ACK, frame(text), NACK);
    strictEqual((await monitor.read())?.slice(0, 4), "<06>", text);
  }
  strictEqual(site.charging.point(POINT)?.state, "ACTIVADO");
});

Deno.test("M-8, C-1: a framed registration is answered with 06, then REGISTER_RESULT#FIRST; RECONNECT after it came back", async () => {
  await using site = await openChargingSite();
  const register = async () => {
    const monitor = await RawMonitor.connect(site.port);
    await monitor.send(ENQ);
    strictEqual(await monitor.read(), "<06>");
    await monitor.send(frame(`REGISTER#${POINT}#Calle 1#0.25`));
    strictEqual(await monitor.read(), "<06>");
    const result = await monitor.read();
    await monitor.send(ACK);
    return { monitor, result };
  };
  const first = await register();
  strictEqual(first.result, "<02>REGISTER_RESULT#FIRST<03><27>");
  const { state, dialect } = site.charging.point(POINT) ?? {};
  deepStrictEqual([state, dialect], ["ACTIVADO", "framed"]);
  first.monitor.close();
  await site.becomes(POINT, "DESCONECTADO");
  const second = await register();
  strictEqual(second.result, "<02>REGISTER_RESULT#RECONNECT<03><34>");
  await site.becomes(POINT, "ACTIVADO");
  second.monitor.close();
});

Deno.test("C-12: a framed point's driver reads Engine averiado", async () => {
  await using site = await openChargingSite();
  using monitor = await site.registerFramed(POINT);
  await site.request("417", POINT);
  await monitor.until("<02>AUTORIZAR_SUMINISTRO#417<03><0d>");
  await monitor.send(ACK);
  await monitor.send(frame("ACK#AUTORIZAR_SUMINISTRO"));
  await site.engine("started", POINT);
  await site.engine("meter", POINT, figures(100, 2));
  await monitor.send(frame(`FAULT#${POINT}`));
  await site.tells(
    "417 SUPPLY_ERROR 100 2 Carga interrumpida: Engine averiado",
  );
  await site.becomes(POINT, "AVERIADO");
});

Deno.test("C-8: CONEXION_PERDIDA ends a framed point's supply with one SUPPLY_ERROR", async () => {
  await using site = await openChargingSite();
  const monitor = await site.registerFramed(POINT);
  await site.request("417", POINT);
  await site.engine("started", POINT);
  await site.engine("meter", POINT, figures(100, 2));
  monitor.close();
  await untilTrue(
    "its end is noticed",
    () => site.charging.point(POINT)?.connected === false,
  );
  await site.engine("lost", POINT, figures(200, 4));
  await site.engine("lost", POINT, figures(200, 4));
  const error =
    "417 SUPPLY_ERROR 200 4 Carga interrumpida: Monitor desconectado";
  await site.tells(error);
  deepStrictEqual(
    site.notes().filter((it) => it.includes("SUPPLY_ERROR")),
    [error],
  );
  await site.becomes(POINT, "DESCONECTADO");
});

Deno.test("C-16, C-37: a framed stop is a frame by itself, at least 100 ms behind a control byte, and ACK#PARAR confirms it", async () => {
  await using site = await openChargingSite();
  using monitor = await site.registerFramed(POINT);
  await monitor.send(frame("NACK#nothing"));
  strictEqual(await monitor.read(), "<06>");
  await site.charging.stop({ point: ID, cause: "operator" });
  strictEqual(await monitor.read(), STOP);
  const [control, command] = monitor.reads.slice(-2);
  strictEqual((command?.at ?? 0) - (control?.at ?? 0) >= 95, true);
  // Control byte and frame in one write, as monitors glue them.
  await monitor.send(ACK, frame("ACK#PARAR"));
  strictEqual(await monitor.read(), "<06>");
  await site.becomes(POINT, "FUERA_DE_SERVICIO");
});

Deno.test("C-16: a framed NACK#PARAR leaves the stop in force and unconfirmed", async () => {
  await using site = await openChargingSite();
  using monitor = await site.registerFramed(POINT);
  await site.charging.stop({ point: ID, cause: "operator" });
  await monitor.until(STOP);
  await monitor.send(ACK);
  await monitor.send(frame("NACK#PARAR"));
  await untilTrue(
    "it is unconfirmed",
    () => site.charging.point(POINT)?.unconfirmed === true,
  );
  strictEqual((await site.request("417", POINT)).words, "FUERA_DE_SERVICIO");
});

Deno.test("C-3: framed commands go out one at a time", async () => {
  await using site = await openChargingSite();
  using monitor = await site.registerFramed(POINT);
  await site.request("417", POINT);
  await monitor.until("AUTORIZAR_SUMINISTRO#417<03>");
  await site.charging.stop({ point: ID, cause: "operator" });
  await monitor.send(ACK);
  strictEqual(await monitor.within(200), "");
  await monitor.send(frame("ACK#AUTORIZAR_SUMINISTRO"));
  strictEqual(await monitor.read(), "<06>");
  strictEqual(await monitor.read(), STOP);
});

Deno.test("C-35: a bad later frame is answered with NACK and the connection is kept; five in a row end it", async () => {
  await using site = await openChargingSite();
  using monitor = await site.registerFramed(POINT);
  const bad = frame("RECOVER#x");
  bad[2] = 0;
  await monitor.send(bad, bad, bad, bad);
  strictEqual(
    await monitor.until("<15><15><15><15>").catch(() => ""),
    "<15><15><15><15>",
  );
  strictEqual(monitor.ended, false);
  await monitor.send(frame(`FAULT#${POINT}`));
  await monitor.until("<06>");
  await site.becomes(POINT, "AVERIADO");
  await monitor.send(bad, bad, bad, bad, bad);
  strictEqual((await monitor.rest()).endsWith("<15>".repeat(5)), true);
  using first = await RawMonitor.connect(site.port);
  await first.send(ENQ, bad);
  strictEqual(await first.rest(), "<06><15>");
});

Deno.test("C-36: a connection that says nothing, or no more than ENQ, is closed without another byte", async () => {
  await using site = await openChargingSite({ times: { handshakeMs: 400 } });
  using silent = await RawMonitor.connect(site.port);
  using begun = await RawMonitor.connect(site.port);
  const at = performance.now();
  await begun.send(ENQ);
  deepStrictEqual([await silent.rest(), await begun.rest()], ["", "<06>"]);
  strictEqual(performance.now() - at >= 390, true);
});

Deno.test("11.9: timers are those of the page unless they are set", () => {
  const { handshakeMs, answerMs, gapMs, quietMs } = POINT_TIMES;
  const { lostMs, restopMs, stopMs, staleMs, reservationMs } = CHARGING_TIMERS;
  deepStrictEqual(
    { handshakeMs, answerMs, gapMs, quietMs, lostMs, restopMs, stopMs },
    {
      handshakeMs: 5_000,
      answerMs: 3_000,
      gapMs: 100,
      quietMs: 50,
      lostMs: 5_000,
      restopMs: 4_000,
      stopMs: 5_000,
    },
  );
  deepStrictEqual([staleMs, reservationMs], [60_000, 0]);
});

Deno.test("11.7: one port serves both dialects, chosen by the first byte", async () => {
  await using site = await openChargingSite();
  using _text = await site.register(POINT);
  using _framed = await site.registerFramed("SEV-08");
  deepStrictEqual(
    [POINT, "SEV-08"].map((point) => site.charging.point(point)?.dialect),
    ["text", "framed"],
  );
  for (const first of [0x02, 0x06, 0x0a, 0x31, 0xff]) {
    using other = await RawMonitor.connect(site.port);
    await other.send(first, "REGISTER#SEV-09#A#1");
    strictEqual(await other.rest(), "");
  }
  strictEqual(site.charging.point("SEV-09"), undefined);
});

Deno.test("C-18, C-19: framed queries are answered with ACK, a frame, ACK and EOT, those without an id with ERROR", async () => {
  await using site = await openChargingSite();
  using monitor = await site.registerFramed(POINT);
  await site.request("417", POINT);
  await monitor.until("AUTORIZAR_SUMINISTRO#417<03>");
  const answers = {
    [`CHECK_SESSION#${POINT}`]: "<02>417<03><33>",
    [`CHECK_DRIVER#${POINT}`]: "<02>417<03><33>",
    "CHECK_SESSION#nobody": "<02>NO_SESSION<03><01>",
    "CHECK_DRIVER#nobody": "<02>NO_DRIVER<03><41>",
    "CHECK_SESSION": "<02>ERROR<03><59>",
  };
  for (const [question, answer] of Object.entries(answers)) {
    using asker = await RawMonitor.connect(site.port);
    await asker.send(ENQ);
    strictEqual(await asker.read(), "<06>");
    await asker.send(frame(question));
    strictEqual(await asker.rest(), `<06>${answer}<06><04>`, question);
  }
});

Deno.test("C-38: each frame is acknowledged once, and a third control byte in a row is kept from a monitor", async () => {
  await using site = await openChargingSite();
  using monitor = await site.registerFramed(POINT);
  await monitor.send(frame(`FAULT#${POINT}`));
  strictEqual(await monitor.within(200), "<06>");
  await monitor.send(frame(`RECOVER#${POINT}`));
  strictEqual(
    await monitor.within(400),
    "<06><02>REGISTER_RESULT#RECONNECT<03><34>",
  );
  await monitor.send(ACK);
  await monitor.send(frame(`FAULT#${POINT}`));
  strictEqual(await monitor.within(200), "<06>");
});

Deno.test("11.8: a framed connection is never closed by choice: not by silence, unknown texts or a newer registration", async () => {
  await using site = await openChargingSite({ times: { handshakeMs: 300 } });
  using monitor = await site.registerFramed(POINT);
  await monitor.send(frame("HELLO"), frame("REGISTER#SEV-08#A#1"));
  using _newer = await site.registerFramed(POINT);
  await monitor.within(500);
  strictEqual(monitor.ended, false);
  await monitor.send(EOT);
  strictEqual((await monitor.rest()).endsWith("<06>"), true);
});
