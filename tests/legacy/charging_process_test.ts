/**
 * A charging node as a real process: its listener in the ready line, and what is left of a supply when it is killed in the
 * middle of it.
 *
 * @module
 */
import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { connectTcp } from "../../net/mod.ts";
import type { NodeProcess } from "../../nodes/adapters/node_process.ts";
import { createSystemClock } from "../../nodes/adapters/system_clock.ts";
import { SupplyPoster } from "../../nodes/adapters/supply_poster.ts";
import { SimulatedPoint } from "../../nodes/charging/simulated_point.ts";
import { RawMonitor } from "../support/raw_monitor.ts";
import { ask, createProcessGroup, until } from "../support/processes.ts";

const POINT = "SEV-07";

function args(data: string, http = 0, charging = 0): string[] {
  return [
    ...["charging", "--site", "SEV", "--data", data, "--currency", "EUR"],
    ...["--http", `127.0.0.1:${http}`, "--listen", "/ip4/127.0.0.1/tcp/0"],
    ...["--no-mdns", "--log-level", "error"],
    ...["--surface", `charging=127.0.0.1:${charging}`],
    ...["--charging-connections", "3"],
  ];
}

const portOf = (url: string | null | undefined) =>
  Number(url?.split(":").at(-1));
const state = async (node: NodeProcess) =>
  (await ask(node, `/v1/charging-points/${POINT}`)).body?.state;

Deno.test("C-10, C-32: a supply outlives a node that is killed; the monitor comes back to it, and its driver gets one ticket", async () => {
  await using group = await createProcessGroup();
  const data = group.dataOf("site");
  const first = await group.run(args(data));
  const url = first.ready.surfaces["charging"] ?? "";
  match(url, /^tcp:\/\/127\.0\.0\.1:\d+$/);
  const port = portOf(url);
  const clock = createSystemClock();
  const poster = new SupplyPoster({
    url: first.ready.http,
    clock,
    failed: () => {},
  });
  let energy = 0;
  const point = new SimulatedPoint({
    ...{ point: POINT, dialect: "framed", clock, pauseMs: 0, retryMs: 100 },
    dial: () => connectTcp({ host: "127.0.0.1", port }),
    engine: { tickMs: 200 },
    emit(record) {
      energy = Math.round((record.kwh ?? 0) * 1000);
      poster.send(record);
    },
  });
  await point.start();
  await until("it is free", async () => await state(first) === "ACTIVADO");
  const { status } = await ask(first, "/v1/charging-requests", {
    driver: "417",
    point: POINT,
  });
  strictEqual(status, 201);
  strictEqual(await point.plugIn(), "started");
  await until(
    "it supplies",
    async () => await state(first) === "SUMINISTRANDO",
  );
  await first.kill();

  const second = await group.run(args(data, portOf(first.ready.http), port));
  await until("the point is back", () => Promise.resolve(point.connected));
  await until(
    "it supplies",
    async () => await state(second) === "SUMINISTRANDO",
  );
  strictEqual(await point.askSession(), "417");
  point.unplug();
  await poster.close();
  await until("it is free", async () => await state(second) === "ACTIVADO");

  const { body } = await ask(second, "/v1/charging-sessions?limit=10");
  deepStrictEqual(
    body.items.map((it: { energyWh: number; status: string }) => [
      it.status,
      it.energyWh,
    ]),
    [["ended", energy]],
  );
  const told = await ask(second, "/v1/charging-drivers/417/notifications");
  deepStrictEqual(
    told.body.items.map((it: { type: string }) => it.type),
    ["TICKET", "AUTH_OK"],
  );

  using _one = await RawMonitor.connect(port);
  using _two = await RawMonitor.connect(port);
  using over = await RawMonitor.connect(port);
  strictEqual(await over.rest(), "");
  point.stop();
});
