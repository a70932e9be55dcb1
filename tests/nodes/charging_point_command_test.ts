import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import type { DriverId, FactId } from "../../crdt/mod.ts";
import { connectTcp } from "../../net/mod.ts";
import { listenForPoints } from "../../nodes/adapters/charging.ts";
import { createSystemClock } from "../../nodes/adapters/system_clock.ts";
import { PointPort } from "../../nodes/charging/point_port.ts";
import type { EngineRecord } from "../../nodes/charging/simulated_engine.ts";
import {
  type ChargingPointIo,
  runChargingPoint,
} from "../../nodes/charging_point_command.ts";
import { untilTrue } from "../support/line_client.ts";
import { createRecordingPoints } from "../support/recording_points.ts";

const clock = createSystemClock();
const logger = { log() {} };

/** A node's port, and a way to run the command against it. */
function createRig() {
  const node = createRecordingPoints();
  const port = new PointPort({ charging: node.charging, clock, logger });
  const at = { hostname: "127.0.0.1", port: 0, logger };
  const listener = listenForPoints(port, at);
  const ending = new AbortController();
  const output = { out: "", err: "" };
  const sent: [string, EngineRecord][] = [];
  const typed: string[] = [];
  let wake = Promise.withResolvers<void>();
  const type = (line: string) => {
    typed.push(line);
    wake.resolve();
  };
  const io: ChargingPointIo = {
    clock,
    signal: ending.signal,
    stdout: (text) => output.out += text,
    stderr: (text) => output.err += text,
    async *lines() {
      for (;;) {
        await wake.promise;
        wake = Promise.withResolvers();
        yield* typed.splice(0);
      }
    },
    dial: ({ hostname: host, port }) => connectTcp({ host, port }),
    telemetry: (broker) => ({
      send: (record) => sent.push([broker, record]),
      close: () => Promise.resolve(),
    }),
    post: (url) => ({
      send: (record) => sent.push([url, record]),
      close: () => Promise.resolve(),
    }),
  };
  const central = `127.0.0.1:${listener.port}`;
  return {
    ...{ node, output, sent, type, ending, central },
    run: (...args: string[]) =>
      runChargingPoint([...args, "--central", central], io),
    said: (text: RegExp) =>
      untilTrue(String(text), () => text.test(output.out)),
    async [Symbol.asyncDispose]() {
      await listener.stop();
      port.stop();
    },
  };
}

const authorize = (rig: ReturnType<typeof createRig>) =>
  rig.node.channels[0]?.authorize({
    driver: "417" as DriverId,
    session: "" as FactId,
    connector: 1,
  });

Deno.test("runChargingPoint() asks once whose session a point has", async () => {
  await using rig = createRig();
  rig.node.drivers.set("SEV-07", "417");
  strictEqual(await rig.run("query", "--id", "SEV-07"), 0);
  strictEqual(await rig.run("query", "--id", "SEV-08", "--framed"), 1);
  const framed = ["--id", "SEV-07", "--framed", "--driver", "--json"];
  strictEqual(await rig.run("query", ...framed), 0);
  strictEqual(rig.output.out, '417\nNO_SESSION\n{"answer":"417"}\n');
});

Deno.test("runChargingPoint() charges once: it waits for a driver, supplies, and leaves", async () => {
  await using rig = createRig();
  const options = ["--id", "SEV-07", "--seconds", "0", "--pause-ms", "0"];
  const running = rig.run("charge", ...options, "--broker", "127.0.0.1:9092");
  await untilTrue("it registers", () => rig.node.channels.length === 1);
  rig.node.drivers.set("SEV-07", "417");
  await authorize(rig);
  strictEqual(await running, 0);
  await untilTrue("it left", () => rig.node.told.includes("SEV-07 ended"));
  const types = rig.sent.map(([broker, { type }]) => `${broker} ${type}`);
  deepStrictEqual(types, [
    "127.0.0.1:9092 SESSION_STARTED",
    "127.0.0.1:9092 CONSUMO",
    "127.0.0.1:9092 SUPPLY_END",
  ]);
  match(rig.output.out, /SUPPLY_END driver 417 0\.100 kWh, 0\.02 €\n$/);
});

Deno.test("runChargingPoint() says that nobody came, and that a supply was cut short", async () => {
  await using rig = createRig();
  const options = ["--id", "SEV-07", "--pause-ms", "0", "--wait", "0"];
  strictEqual(await rig.run("charge", ...options), 1);
  match(rig.output.err, /nobody came within 0 s/);

  await using cut = createRig();
  const long = ["--id", "SEV-07", "--pause-ms", "0", "--seconds", "600"];
  const running = cut.run("charge", ...long);
  await untilTrue("it registers", () => cut.node.channels.length === 1);
  cut.node.drivers.set("SEV-07", "417");
  await authorize(cut);
  await cut.said(/CONSUMO/);
  await cut.node.channels[0]?.stop();
  strictEqual(await running, 1);
  match(cut.output.out, /SUPPLY_END/);
});

Deno.test("runChargingPoint() does what is typed until Q, the end of the input or of the program", async () => {
  await using rig = createRig();
  const running = rig.run("--id", "SEV-07", "--pause-ms", "0");
  await untilTrue("it registers", () => rig.node.channels.length === 1);
  const type = async (line: string, answer: RegExp) => {
    rig.output.out = "";
    rig.type(line);
    await rig.said(answer);
  };
  await type("i", /No driver has this point/);
  await type("f", /The engine is broken\./);
  await untilTrue("it is told", () => rig.node.told.includes("SEV-07 fault"));
  await type("FAIL", /broken already/);
  await type("INIT", /R repairs it/);
  await type("r", /The engine is well\./);
  rig.node.drivers.set("SEV-07", "417");
  await type("init", /CONSUMO[^]*Plugged in\./);
  await type("e", /SUPPLY_END[^]*Unplugged\./);
  await type("END", /Nothing is plugged in\./);
  await type("help", /There are I \(plug in\)/);
  rig.type(" q ");
  strictEqual(await running, 0);

  const second = rig.run("--id", "SEV-08", "--json");
  await untilTrue("it registers", () => rig.node.channels.length === 2);
  rig.ending.abort();
  strictEqual(await second, 0);
});

Deno.test("runChargingPoint() explains itself, and refuses what it does not understand", async () => {
  await using rig = createRig();
  strictEqual(await rig.run("--help"), 0);
  match(rig.output.out, /deno task charging-point --id ID/);
  for (
    const args of [
      [],
      ["--id", "A#B"],
      ["fly", "--id", "A"],
      ["charge", "now", "--id", "A"],
      ["--id", "A", "--price", "0,25"],
      ["charge", "--id", "A", "--seconds", "-1"],
      ["--id", "A", "--broker", "nowhere"],
    ]
  ) strictEqual(await rig.run(...args), 2, args.join(" "));
  match(rig.output.err, /--id takes a point's id/);
});
