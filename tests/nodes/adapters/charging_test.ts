import { deepStrictEqual, strictEqual } from "node:assert/strict";
import {
  listenForPoints,
  POINT_QUEUE_BYTES_MAX,
} from "../../../nodes/adapters/charging.ts";
import { POINT_CONNECTIONS_MAX } from "../../../nodes/charging_config.ts";
import { createSystemClock } from "../../../nodes/adapters/system_clock.ts";
import { PointPort } from "../../../nodes/charging/point_port.ts";
import { RawMonitor } from "../../support/raw_monitor.ts";
import { untilTrue } from "../../support/line_client.ts";
import { createRecordingPoints } from "../../support/recording_points.ts";

const logger = { log() {} };

/** A port over sockets. */
function listen(options: { port?: number; connectionsMax?: number } = {}) {
  const node = createRecordingPoints();
  const clock = createSystemClock();
  const port = new PointPort({ charging: node.charging, clock, logger });
  const at = { hostname: "127.0.0.1", port: 0, logger, ...options };
  const listener = listenForPoints(port, at);
  return {
    ...{ node, listener, port: listener.port },
    async [Symbol.asyncDispose]() {
      await listener.stop();
      port.stop();
    },
  };
}

Deno.test("C-10: listenForPoints() takes at least 6,000 connections, and closes those over the maximum before it reads", async () => {
  strictEqual(POINT_CONNECTIONS_MAX >= 6_000, true);
  await using rig = listen({ connectionsMax: 2 });
  using first = await RawMonitor.connect(rig.port);
  using second = await RawMonitor.connect(rig.port);
  await first.send("REGISTER#SEV-01#A#1\n");
  await second.send("REGISTER#SEV-02#A#1\n");
  await untilTrue("both are there", () => rig.node.channels.length === 2);

  using third = await RawMonitor.connect(rig.port);
  await third.send("REGISTER#SEV-03#A#1\n").catch(() => {});
  strictEqual(await third.rest(), "");
  strictEqual(rig.node.channels.length, 2);

  first.close();
  await untilTrue("there is room", () => rig.listener.connections === 1);
  using fourth = await RawMonitor.connect(rig.port);
  await fourth.send("REGISTER#SEV-04#A#1\n");
  await untilTrue("it is served", () => rig.node.channels.length === 3);
});

Deno.test("listenForPoints() binds the same port again at once after it closed connections there", async () => {
  let port = 0;
  for (let i = 0; i < 3; i++) {
    await using rig = listen({ port });
    port = rig.port;
    using monitor = await RawMonitor.connect(port);
    await monitor.send("REGISTER#SEV-01#A#1\n");
    await untilTrue("it is there", () => rig.node.channels.length === 1);
  }
});

Deno.test("listenForPoints() ends a connection that asks and does not read, and serves others meanwhile", async () => {
  await using rig = listen();
  const { node } = rig;
  node.drivers.set("SEV-07", "x".repeat(200));
  using slow = await RawMonitor.connect(rig.port);
  await slow.send("REGISTER#SEV-07#A#1\n");
  const questions = "CHECK_SESSION#SEV-07\n".repeat(5_000);
  let bytes = 0;
  const flood = (async () => {
    for (;;) {
      await slow.send(questions);
      bytes += questions.length;
    }
  })().catch(() => {});
  await untilTrue(
    "the slow one is ended",
    () => node.told.includes("SEV-07 ended"),
  );
  await flood;
  strictEqual(bytes > POINT_QUEUE_BYTES_MAX, true);

  using other = await RawMonitor.connect(rig.port);
  await other.send("CHECK_SESSION#SEV-07\n");
  strictEqual((await other.rest()).length, 200);
});

Deno.test("listenForPoints() takes the messages of a monitor cut after each byte, glued, and followed by an end", async () => {
  await using rig = listen();
  const { node } = rig;
  using slow = await RawMonitor.connect(rig.port);
  for (const letter of "REGISTER#SEV-07#Calle ñ#0.25") {
    await slow.send(letter);
  }
  await untilTrue("it is there", () => node.channels.length === 1);
  await slow.send("FAULT#SEV-07RECOVER#SEV-07FAULT#SEV-07");
  await slow.endWrite();
  await untilTrue("it is over", () => node.told.includes("SEV-07 ended"));
  deepStrictEqual(node.told, [
    "SEV-07 registers text Calle ñ 2500",
    "SEV-07 fault",
    "SEV-07 recover",
    "SEV-07 fault",
    "SEV-07 ended",
  ]);
});
