import { deepStrictEqual, strictEqual } from "node:assert/strict";
import type { DriverId, FactId } from "../../../crdt/mod.ts";
import { listenForPoints } from "../../../nodes/adapters/charging.ts";
import { createSystemClock } from "../../../nodes/adapters/system_clock.ts";
import { PointPort } from "../../../nodes/charging/point_port.ts";
import type { EngineRecord } from "../../../nodes/charging/simulated_engine.ts";
import {
  type PointEvent,
  SimulatedPoint,
} from "../../../nodes/charging/simulated_point.ts";
import { connectTcp } from "../../../net/mod.ts";
import { untilTrue } from "../../support/line_client.ts";
import { createRecordingPoints } from "../../support/recording_points.ts";

const DIALECTS = ["text", "framed"] as const;
const logger = { log() {} };
const clock = createSystemClock();
const authorization = {
  driver: "417" as DriverId,
  session: "" as FactId,
  connector: 1,
};

/** A point that a port serves over a socket. */
async function serve(
  dialect: "text" | "framed",
  options: { readonly pauseMs?: number } = {},
) {
  const node = createRecordingPoints();
  const port = new PointPort({ charging: node.charging, clock, logger });
  const at = { hostname: "127.0.0.1", port: 0, logger };
  const listener = listenForPoints(port, at);
  const events: PointEvent[] = [];
  const records: EngineRecord[] = [];
  const point = new SimulatedPoint({
    ...{ point: "SEV-07", dialect, clock, pauseMs: options.pauseMs ?? 0 },
    dial: () => connectTcp({ host: "127.0.0.1", port: listener.port }),
    emit: (record) => records.push(record),
    told: (event) => events.push(event),
    engine: { tickMs: 10 },
    retryMs: 20,
  });
  await point.start();
  await untilTrue("it is registered", () => node.channels.length === 1);
  return {
    ...{ node, point, events, records },
    isTold: (text: string) =>
      untilTrue(text, () => node.told.includes(`SEV-07 ${text}`)),
    async [Symbol.asyncDispose]() {
      point.stop();
      await listener.stop();
      port.stop();
    },
  };
}

for (const dialect of DIALECTS) {
  Deno.test(`SimulatedPoint registers, obeys and answers as installed monitors do (${dialect})`, async () => {
    await using rig = await serve(dialect);
    const { node, point, events } = rig;
    deepStrictEqual(node.told, [
      `SEV-07 registers ${dialect} Ubicacion Desconocida 2500`,
    ]);
    const [channel] = node.channels;

    strictEqual(await channel?.authorize(authorization), "confirmed");
    strictEqual(await channel?.stop(), "confirmed");
    strictEqual(point.stopped, true);
    strictEqual(await channel?.authorize(authorization), "confirmed");
    strictEqual(point.fail(), true);
    await rig.isTold("fault");
    point.repair();
    await rig.isTold("recover");

    deepStrictEqual(
      events.filter(({ kind }) => kind !== "registered"),
      [{ kind: "authorized", driver: "417" }, { kind: "stopped" }],
    );
  });

  Deno.test(`SimulatedPoint asks whose session it is and tells of the supply (${dialect})`, async () => {
    await using rig = await serve(dialect);
    const { node, point, records } = rig;
    strictEqual(await point.plugIn(), "no_session");
    node.drivers.set("SEV-07", "417");
    strictEqual(await point.plugIn(), "started");
    strictEqual(await point.plugIn(), "charging");
    await untilTrue("it counts", () => records.length > 3);
    strictEqual(point.unplug(), true);
    strictEqual(point.unplug(), false);

    const who = { "cp_id": "SEV-07", "user_id": "417" };
    deepStrictEqual(records.slice(0, 3), [
      { type: "SESSION_STARTED", ...who },
      { type: "CONSUMO", ...who, kwh: 0.1, importe: 0.02 },
      { type: "CONSUMO", ...who, kwh: 0.2, importe: 0.04 },
    ]);
    const { kwh, importe } = records.at(-2) ?? {};
    deepStrictEqual(records.at(-1), {
      ...{ type: "SUPPLY_END", ...who, kwh, importe },
    });

    records.length = 0;
    await point.plugIn();
    point.fail();
    deepStrictEqual(records.map(({ type }) => type), [
      "SESSION_STARTED",
      "CONSUMO",
      "AVERIADO",
    ]);
    strictEqual(await point.plugIn(), "faulty");
  });

  Deno.test(`SimulatedPoint connects again when its connection is lost, and its engine goes on (${dialect})`, async () => {
    await using rig = await serve(dialect);
    const { node, point, records, events } = rig;
    await point.plugIn("417");
    await untilTrue("it was told", () => events.length === 1);
    node.channels[0]?.close();
    await rig.isTold("ended");
    await untilTrue("it is back", () => node.channels.length === 2);
    const before = records.length;
    await untilTrue("it counts", () => records.length > before + 2);
    const results = () =>
      events.filter(({ kind }) => kind === "registered")
        .map((event) => "result" in event ? event.result : null);
    await untilTrue("it was told twice", () => results().length === 2);
    deepStrictEqual(
      results(),
      dialect === "text" ? [null, null] : ["FIRST", "RECONNECT"],
    );
  });
}

Deno.test("SimulatedPoint reads no command while it pauses", async () => {
  await using rig = await serve("text", { pauseMs: 200 });
  const { node, point } = rig;
  const answer = node.channels[0]?.stop();
  await new Promise((resolve) => setTimeout(resolve, 50));
  strictEqual(point.stopped, false);
  strictEqual(await answer, "confirmed");
  strictEqual(point.stopped, true);
});

Deno.test("SimulatedPoint is well again after a resumption if it is plain, and not if it speaks in frames", async () => {
  for (const dialect of DIALECTS) {
    await using rig = await serve(dialect);
    rig.point.fail();
    await rig.isTold("fault");
    strictEqual(await rig.node.channels[0]?.resume(), "confirmed");
    strictEqual(rig.point.engine.healthy, dialect === "text");
  }
});
