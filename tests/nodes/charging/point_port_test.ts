import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { WAITING_REPORTS_MAX } from "../../../nodes/charging/monitor_link.ts";
import { createPortRig, frame } from "../../support/recording_points.ts";

const ENQ = 0x05;
const ACK = 0x06;
const EOT = 0x04;

/** A port with a plain monitor that has registered. */
async function registerText() {
  const rig = createPortRig();
  const wire = rig.connect();
  await wire.send("REGISTER#SEV-07#Calle 1#0.25\n");
  rig.told.length = 0;
  return { ...rig, wire };
}

/** A port with a framed monitor that has registered. */
async function registerFramed() {
  const rig = createPortRig();
  const wire = rig.connect();
  await wire.send(ENQ);
  await wire.send(frame("REGISTER#SEV-07#Calle 1#0.25"));
  await rig.clock.run(200);
  await wire.send(ACK);
  wire.take();
  rig.told.length = 0;
  return { ...rig, wire };
}

Deno.test("11.7: PointPort chooses by the first byte, and closes without a byte after another one or 5 s", async () => {
  const { connect, clock } = createPortRig();
  for (const first of [0, 0x02, 0x06, 0x0a, 0x20, 0x31, 0x23, 0xc3, 0xff]) {
    const wire = connect();
    await wire.send(first, "REGISTER#A#B#1");
    deepStrictEqual([wire.closed, wire.take()], [true, ""]);
  }
  const silent = connect();
  await clock.run(4_990);
  strictEqual(silent.closed, false);
  await clock.run(30);
  deepStrictEqual([silent.closed, silent.take()], [true, ""]);
  const lower = connect();
  await lower.send("register#A#B#1\n");
  deepStrictEqual([lower.closed, lower.take()], [true, ""]);
});

Deno.test("C-3: PointPort ends a plain message after 50 ms of silence, however it was cut", async () => {
  const { connect, clock, told } = createPortRig();
  const wire = connect();
  for (const letter of "REGISTER#SEV-07#Calle 1#0.25") {
    await wire.send(letter);
    await clock.run(40);
  }
  deepStrictEqual(told, []);
  await clock.run(30);
  deepStrictEqual(told.splice(0), ["SEV-07 registers text Calle 1 2500"]);

  await wire.send("FAULT#SEV-07RECOVER#SEV-07\0FAULT#SEV-07");
  deepStrictEqual(told.splice(0), ["SEV-07 fault", "SEV-07 recover"]);
  await clock.run(60);
  deepStrictEqual(told.splice(0), ["SEV-07 fault"]);
  strictEqual(wire.take(), "");
  await wire.end();
  deepStrictEqual(told, ["SEV-07 ended"]);
});

Deno.test("C-3: PointPort closes a plain connection that brings more than 4096 bytes without a boundary", async () => {
  const { wire, told } = await registerText();
  await wire.send("x".repeat(4_096));
  strictEqual(wire.closed, false);
  await wire.send("x");
  deepStrictEqual([wire.closed, wire.take()], [true, ""]);
  deepStrictEqual(told, ["SEV-07 ended"]);
});

Deno.test("C-4: PointPort ignores what it does not know on a registered connection", async () => {
  const { wire, told } = await registerText();
  await wire.send(
    "HELLO\nREGISTER#SEV-08#B#1\n\xff\nACK\nNACK#X\nACK#RECOVER\n",
  );
  await wire.send(Uint8Array.of(0x46, 0xff, 0x0a));
  await wire.send("fault\n");
  deepStrictEqual(told, ["SEV-07 fault"]);
  deepStrictEqual([wire.closed, wire.take()], [false, ""]);
});

Deno.test("PointPort tells the node of every confirmation, also of one that nobody waits for", async () => {
  const { wire, told, channels } = await registerText();
  const answer = channels[0]?.stop();
  await wire.send("ACK#PARAR\n");
  strictEqual(await answer, "confirmed");
  deepStrictEqual(told.splice(0), ["SEV-07 confirmed stop"]);
  await wire.send("NACK#PARAR\nACK#REANUDAR\n");
  deepStrictEqual(told, ["SEV-07 confirmed resume"]);
});

Deno.test("C-19: PointPort answers a query within 1 s, whatever the node does", async () => {
  const { connect, clock, hold, drivers } = createPortRig();
  drivers.set("SEV-07", "417");
  hold(new Promise(() => {}));
  const session = connect();
  const driver = connect();
  await session.send("CHECK_SESSION#SEV-07\n");
  await driver.send("CHECK_DRIVER#SEV-07\n");
  await clock.run(1_000);
  deepStrictEqual([session.take(), session.closed], ["NO_SESSION", true]);
  deepStrictEqual([driver.take(), driver.closed], ["NO_DRIVER", true]);
});

Deno.test("C-18: PointPort answers each query with its own word", async () => {
  const { connect, drivers } = createPortRig();
  drivers.set("SEV-07", "417");
  drivers.set("SEV-09", "ERROR");
  const answers = {
    "CHECK_SESSION#SEV-07": "417",
    "CHECK_DRIVER#SEV-07": "417",
    "CHECK_SESSION#SEV-08": "NO_SESSION",
    "CHECK_DRIVER#SEV-08": "NO_DRIVER",
    "CHECK_SESSION": "NO_SESSION",
    "CHECK_DRIVER": "NO_DRIVER",
    "CHECK_SESSION#": "NO_SESSION",
    "CHECK_SESSION#SEV-09": "NO_SESSION",
    "CHECK_DRIVER#SEV-09": "NO_DRIVER",
  };
  for (const [question, answer] of Object.entries(answers)) {
    const wire = connect();
    await wire.send(`${question}\n`);
    deepStrictEqual([wire.take(), wire.closed], [answer, true], question);
  }
  const ended = connect();
  await ended.send("CHECK_SESSION#SEV-07");
  await ended.end();
  strictEqual(ended.take(), "417");
});

Deno.test("PointPort does not read on while the node is behind, and yet hears answers that the node waits for", async () => {
  const { wire, told, channels, hold, clock } = await registerText();
  const free = Promise.withResolvers<void>();
  hold(free.promise);
  const answer = channels[0]?.stop();
  await wire.send(
    "FAULT\nRECOVER\n".repeat(WAITING_REPORTS_MAX),
    "ACK#PARAR\n",
  );
  strictEqual(wire.paused, true);
  strictEqual(await answer, "confirmed");
  free.resolve();
  await clock.run(0);
  strictEqual(wire.paused, false);
  strictEqual(told.length, 2 * WAITING_REPORTS_MAX + 1);
});

Deno.test("PointPort closes a plain point that cannot be served, and serves a framed one as soon as it can", async () => {
  const { connect, refuse, told, clock } = createPortRig();
  refuse("overloaded");
  const text = connect();
  await text.send("REGISTER#SEV-07#Calle 1#0.25\n");
  deepStrictEqual([text.closed, text.take()], [true, ""]);

  const framed = connect();
  await framed.send(ENQ, frame("REGISTER#SEV-08#B#1"), frame("FAULT#SEV-08"));
  await clock.run(4_000);
  deepStrictEqual([framed.closed, framed.take()], [false, "<06><06><06>"]);
  refuse(null);
  told.length = 0;
  await clock.run(1_200);
  deepStrictEqual(told, ["SEV-08 registers framed B 10000", "SEV-08 fault"]);
  strictEqual(framed.take(), "<02>REGISTER_RESULT#FIRST<03><27>");
});

Deno.test("PointPort tells the node of an end that came while it was registering", async () => {
  const { connect, hold, told, clock } = createPortRig();
  const free = Promise.withResolvers<void>();
  hold(free.promise);
  const wire = connect();
  await wire.send("REGISTER#SEV-07#Calle 1#0.25\n");
  const ending = wire.end();
  free.resolve();
  await ending;
  await clock.run(0);
  deepStrictEqual(told.slice(1), ["SEV-07 ended"]);
});

Deno.test("C-36: PointPort closes silently when the handshake's message does not come within 5 s", async () => {
  const { connect, clock } = createPortRig();
  const wire = connect();
  await wire.send(ENQ);
  strictEqual(wire.take(), "<06>");
  for (let i = 0; i < 4; i++) {
    await clock.run(1_000);
    await wire.send(ENQ);
    strictEqual(wire.take(), "<06>");
  }
  await clock.run(1_050);
  deepStrictEqual([wire.closed, wire.take()], [true, ""]);
});

Deno.test("C-35: PointPort answers a bad first frame with NACK and closes, a later one with NACK alone, and closes after 5 in a row", async () => {
  const bad = Uint8Array.of(2, 0x41, 3, 0);
  const first = createPortRig().connect();
  await first.send(ENQ, bad);
  deepStrictEqual([first.closed, first.take()], [true, "<06><15>"]);
  const unknown = createPortRig().connect();
  await unknown.send(ENQ, frame("HELLO"));
  deepStrictEqual([unknown.closed, unknown.take()], [true, "<06><15>"]);

  const { wire, told } = await registerFramed();
  await wire.send(bad, "garbage", bad, bad);
  deepStrictEqual([wire.closed, wire.take()], [false, "<15>".repeat(4)]);
  await wire.send(frame("FAULT#SEV-07"));
  deepStrictEqual([told, wire.take()], [["SEV-07 fault"], "<06>"]);
  await wire.send(bad, bad, bad, bad);
  strictEqual(wire.closed, false);
  await wire.send(bad);
  deepStrictEqual([wire.closed, wire.take()], [true, "<15>".repeat(5)]);
});

Deno.test("PointPort gives up a frame whose rest does not come for 5 s", async () => {
  const { wire, told, clock } = await registerFramed();
  await wire.send(frame("FAULT#SEV-07").subarray(0, 6));
  await clock.run(5_050);
  strictEqual(wire.take(), "<15>");
  await wire.send(frame("RECOVER#SEV-07"));
  deepStrictEqual([told, wire.take()], [["SEV-07 recover"], "<06>"]);
});

Deno.test("PointPort acknowledges EOT and closes, and swallows lone ACK and NACK bytes", async () => {
  const { wire, told } = await registerFramed();
  await wire.send(ACK, 0x15, ACK);
  deepStrictEqual([wire.closed, wire.take()], [false, ""]);
  await wire.send(EOT, frame("FAULT#SEV-07"));
  deepStrictEqual([wire.closed, wire.take()], [true, "<06>"]);
  deepStrictEqual(told, ["SEV-07 ended"]);
  const early = createPortRig().connect();
  await early.send(ENQ, EOT);
  deepStrictEqual([early.closed, early.take()], [true, "<06><06>"]);
});

Deno.test("C-37: PointPort sends no frame within 100 ms of a control byte, and nobody else waits for that", async () => {
  const { wire, clock, channels, connect } = await registerFramed();
  const other = connect();
  await other.send(ENQ, frame("REGISTER#SEV-08#B#1"), ACK);
  await clock.run(3_200);
  other.take();
  await wire.send(frame("RECOVER#SEV-07"));
  void channels[0]?.stop();
  void channels[1]?.stop();
  await clock.run(90);
  strictEqual(wire.take(), "<06>");
  strictEqual(other.take(), "<02>PARAR#CENTRAL<03><31>");
  await clock.run(30);
  strictEqual(wire.take(), "<02>PARAR#CENTRAL<03><31>");
  await wire.send(ACK);
  await wire.send(frame("ACK#PARAR"));
  strictEqual(wire.take(), "<06>");
});

Deno.test("C-38: PointPort acknowledges each frame once, and breaks a row of two control bytes with a harmless frame", async () => {
  const { wire, clock } = await registerFramed();
  await wire.send(frame("FAULT#SEV-07"));
  await clock.run(300);
  strictEqual(wire.take(), "<06>");
  await wire.send(frame("RECOVER#SEV-07"));
  await clock.run(300);
  strictEqual(wire.take(), "<06><02>REGISTER_RESULT#RECONNECT<03><34>");
  await wire.send(ACK);
  await wire.send(frame("FAULT#SEV-07"));
  await clock.run(300);
  strictEqual(wire.take(), "<06>");
});

Deno.test("PointPort answers a framed query with ACK, frame, ACK and EOT, and one without an id with ERROR", async () => {
  const { connect, drivers } = createPortRig();
  drivers.set("SEV-07", "417");
  const answers = {
    "CHECK_SESSION#SEV-07": "<02>417<03><33>",
    "CHECK_SESSION#SEV-08": "<02>NO_SESSION<03><01>",
    "CHECK_DRIVER#SEV-08": "<02>NO_DRIVER<03><41>",
    "CHECK_DRIVER": "<02>ERROR<03><59>",
  };
  for (const [question, answer] of Object.entries(answers)) {
    const wire = connect();
    await wire.send(ENQ);
    strictEqual(wire.take(), "<06>");
    await wire.send(frame(question));
    deepStrictEqual(
      [wire.take(), wire.closed],
      [`<06>${answer}<06><04>`, true],
      question,
    );
  }
});

Deno.test("PointPort stands whatever comes: it tells its node what a point can say, and answers with what monitors can read", async () => {
  const someBytes = fc.oneof(
    fc.constantFrom(
      ...[[ENQ], [ACK], [EOT], [0x15], [2], [3], [0], [0x0a], [0x23]]
        .map((bytes) => Uint8Array.from(bytes)),
    ),
    fc.constantFrom(
      ..."REGISTER#A#B#1 CHECK_SESSION#A CHECK_DRIVER# FAULT#A RECOVER# ACK#PARAR NACK#PARAR ACK#REANUDAR"
        .split(" "),
    ).chain((text) =>
      fc.constantFrom(frame(text), new TextEncoder().encode(text))
    ),
    fc.uint8Array({ maxLength: 20 }),
  );
  const someStep = fc.record({
    bytes: someBytes,
    pauseMs: fc.constantFrom(0, 0, 0, 20, 60, 150, 6_000),
    word: fc.constantFrom("stop", "resume", null, null, null),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom("text", "framed"),
      fc.array(someStep, { maxLength: 30 }),
      async (dialect, steps) => {
        const { connect, clock, told, channels } = createPortRig();
        const wire = connect();
        if (dialect === "framed") await wire.send(ENQ);
        for (const { bytes, pauseMs, word } of steps) {
          await wire.send(bytes);
          await clock.run(pauseMs);
          if (word !== null) {
            void channels.at(-1)?.[word as "stop" | "resume"]();
          }
        }
        await clock.run(20_000);
        await wire.end();
        for (const line of told) {
          match(
            line,
            /^[^#]+ (registers (text|framed) |fault|recover|confirmed (stop|resume)|ended)/,
          );
        }
        match(
          wire.take(),
          dialect === "framed"
            ? /^(<06>|<15>|<04>|<02>[A-Z_#]+<03><..>|<02>[A-Z_#]+<03>.)*$/
            : /^((PARAR|REANUDAR)#CENTRAL|NO_(SESSION|DRIVER)|<06>|<15>|<04>|<02>[A-Z_#]+<03>(<..>|.))*$/,
        );
        strictEqual(
          told.filter((it) => it.includes("ended")).length <= 1,
          true,
        );
      },
    ),
    { numRuns: 150 },
  );
});
