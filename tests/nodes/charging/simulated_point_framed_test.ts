import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { connectTcp } from "../../../net/mod.ts";
import { createSystemClock } from "../../../nodes/adapters/system_clock.ts";
import type { EngineRecord } from "../../../nodes/charging/simulated_engine.ts";
import {
  type PointEvent,
  SimulatedPoint,
} from "../../../nodes/charging/simulated_point.ts";
import { untilTrue } from "../../support/line_client.ts";
import { OriginalFramedCentral } from "../../support/original_framed_central.ts";

Deno.test("SimulatedPoint in frames serves an original central: nothing that it says is lost to the way that one reads", async () => {
  const central = new OriginalFramedCentral();
  const events: PointEvent[] = [];
  const records: EngineRecord[] = [];
  const point = new SimulatedPoint({
    ...{ point: "SEV-07", dialect: "framed", clock: createSystemClock() },
    dial: () => connectTcp({ host: "127.0.0.1", port: central.port }),
    emit: (record) => records.push(record),
    told: (event) => events.push(event),
    engine: { tickMs: 20 },
    ...{ pauseMs: 0, retryMs: 20 },
  });
  const heard = (text: string) =>
    untilTrue(text, () => central.heard.at(-1) === `monitor ${text}`);
  const kinds = () => events.map(({ kind }) => kind).join();
  try {
    await point.start();
    await untilTrue("it is registered", () => kinds() === "registered");
    strictEqual(await point.plugIn(), "no_session");

    await central.command("AUTORIZAR_SUMINISTRO#417");
    await heard("ACK#AUTORIZAR_SUMINISTRO");
    central.sessions.set("SEV-07", "417");
    strictEqual(await point.plugIn(), "started");
    await untilTrue("it counts", () => records.length > 2);

    await central.command("PARAR#CENTRAL");
    await heard("ACK#PARAR");
    strictEqual(records.at(-1)?.type, "SUPPLY_END");
    strictEqual(records.at(-1)?.["user_id"], "417");
    await central.command("REANUDAR#CENTRAL");
    await heard("ACK#REANUDAR");
    point.fail();
    await heard("FAULT#SEV-07");
    point.repair();
    await heard("RECOVER#SEV-07");

    central.drop();
    await untilTrue("it is back", () => kinds().endsWith("lost,registered"));
    deepStrictEqual(
      events.filter(({ kind }) => kind === "registered"),
      [
        { kind: "registered", result: "FIRST" },
        { kind: "registered", result: "RECONNECT" },
      ],
    );
    deepStrictEqual(central.lost, []);
  } finally {
    point.stop();
    central.stop();
  }
});
