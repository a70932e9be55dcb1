/**
 * Installed monitors at a site of two nodes: any of them may hold the connection, and any of them is asked. The nodes are
 * linked by a network in memory; the monitors are on sockets.
 *
 * @module
 */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import type { PointId } from "../../crdt/mod.ts";
import { listenForPoints } from "../../nodes/adapters/charging.ts";
import { createSystemClock } from "../../nodes/adapters/system_clock.ts";
import type {
  ChargingUseCases,
  SupplyRecord,
} from "../../nodes/charging/charging_use_cases.ts";
import { PointPort } from "../../nodes/charging/point_port.ts";
import {
  createChargingMesh,
  noticeText,
  PlayedSite,
} from "../support/charging_node.ts";
import { RawMonitor } from "../support/raw_monitor.ts";

const POINT = "SEV-07";
const logger = { log() {} };
/** How far the mesh's time goes on at each look, in milliseconds. */
const STEP_MS = 20;

/** Two nodes of one site, each with its port. */
async function openMesh(seed: number) {
  const mesh = await createChargingMesh(seed);
  const stops: (() => Promise<void>)[] = [];
  const open = (name: string) => {
    const { charging } = mesh.node(name).useCases;
    const port = new PointPort({
      ...{ charging, clock: createSystemClock(), logger },
    });
    const at = { hostname: "127.0.0.1", port: 0, logger };
    const listener = listenForPoints(port, at);
    const stop = async () => {
      await listener.stop();
      port.stop();
    };
    stops.push(stop);
    const heard: string[] = [];
    charging.listen((it) => {
      if (it.durable) heard.push(noticeText(it));
    });
    return {
      ...{ charging, heard, stop, port: listener.port },
      site: new PlayedSite(charging),
    };
  };
  /** Lets the mesh's time go on until something is known; sockets have their own time. */
  async function settle<T>(promise: Promise<T>): Promise<T> {
    let isSettled = false;
    const mark = () => void (isSettled = true);
    promise.then(mark, mark);
    for (let i = 0; !isSettled && i < 1_000; i++) {
      await mesh.run(STEP_MS);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    return await promise;
  }
  const until = (holds: () => boolean) =>
    settle((async () => {
      for (let i = 0; !holds() && i < 3_000; i++) {
        await new Promise((resolve) => setTimeout(resolve, 2));
      }
      strictEqual(holds(), true);
    })());
  return {
    ...{ mesh, settle, until },
    a: open("a"),
    b: open("b"),
    async ask(port: number, question: string): Promise<string> {
      using asker = await RawMonitor.connect(port);
      await asker.send(question);
      return await settle(asker.rest());
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(stops.map((stop) => stop()));
      await mesh.stop();
    },
  };
}

const isAt = (charging: ChargingUseCases, state: string) => () =>
  charging.point(POINT)?.state === state;

/** A monitor that registers, known at both nodes. */
async function register(rig: Awaited<ReturnType<typeof openMesh>>) {
  const monitor = await RawMonitor.connect(rig.a.port);
  await monitor.send(`REGISTER#${POINT}#Calle 1#0.25\n`);
  await rig.until(isAt(rig.a.charging, "ACTIVADO"));
  await rig.until(isAt(rig.b.charging, "ACTIVADO"));
  return monitor;
}

Deno.test("11.4: every node answers CHECK_SESSION and CHECK_DRIVER for every point", async () => {
  await using rig = await openMesh(41);
  using monitor = await register(rig);
  const answers = async () => [
    await rig.ask(rig.b.port, `CHECK_SESSION#${POINT}`),
    await rig.ask(rig.b.port, `CHECK_DRIVER#${POINT}`),
  ];
  deepStrictEqual(await answers(), ["NO_SESSION", "NO_DRIVER"]);
  const verdict = rig.settle(rig.a.site.request("417", POINT));
  strictEqual(
    await rig.settle(monitor.read().then(String)),
    "AUTORIZAR_SUMINISTRO#417",
  );
  strictEqual((await verdict).words, "Autorizado");
  // Whoever walks to the engine at once may find a node that has not heard of it: it asks the one that decides.
  deepStrictEqual(await answers(), ["417", "417"]);

  await monitor.send(`FAULT#${POINT}\n`);
  await rig.until(isAt(rig.b.charging, "AVERIADO"));
  deepStrictEqual(await answers(), ["NO_SESSION", "NO_DRIVER"]);
});

Deno.test("11.1, 11.2: a request at any node is decided by the node that holds the connection, and told once by each", async () => {
  await using rig = await openMesh(42);
  using monitor = await register(rig);
  using free = await RawMonitor.connect(rig.a.port);
  await free.send("REGISTER#SEV-08#Calle 2#0.25\n");
  const verdict = rig.settle(rig.b.site.request("417", POINT));
  strictEqual(
    await rig.settle(monitor.read().then(String)),
    "AUTORIZAR_SUMINISTRO#417",
  );
  strictEqual((await verdict).words, "Autorizado");
  const ok = `AUTH_OK ${POINT} 417`;
  await rig.until(() => rig.a.heard.includes(ok) && rig.b.heard.includes(ok));
  const denied = await rig.settle(rig.b.site.request("418", POINT));
  strictEqual(denied.words, "CP ya en uso por otro driver");

  rig.mesh.crash("a");
  await rig.until(() => rig.b.charging.point(POINT)?.connected === false);
  const away = await rig.settle(rig.b.site.request("419", "SEV-08"));
  strictEqual(away.words, "DESCONECTADO");
  deepStrictEqual(rig.b.heard.filter((it) => it === ok), [ok]);
});

Deno.test("C-9, C-32: a monitor that moves to another node is served there; its session goes on, and what it left does not count", async () => {
  await using rig = await openMesh(43);
  using older = await register(rig);
  const verdict = rig.settle(rig.a.site.request("417", POINT));
  await rig.settle(older.read());
  await verdict;
  const supply = (kind: SupplyRecord["kind"], energy: number | null = null) =>
    rig.settle(rig.a.site.supply(kind, POINT, { driver: "417", energy }));
  await supply("started");
  await supply("meter", 100);

  using newer = await RawMonitor.connect(rig.b.port);
  await newer.send(`REGISTER#${POINT}#Calle 1#0.25\n`);
  await rig.until(() =>
    rig.a.charging.point(POINT)?.authority ===
      rig.mesh.node("b").useCases.node.peer
  );
  await older.send(`FAULT#${POINT}\n`);
  strictEqual(
    await rig.ask(rig.a.port, `CHECK_SESSION#${POINT}`),
    "417",
  );
  await rig.settle(
    rig.a.charging.stop({ point: POINT as PointId, cause: "operator" }),
  );
  strictEqual(await rig.settle(newer.read().then(String)), "PARAR#CENTRAL");
  strictEqual(await older.within(20), "");
  await newer.send("ACK#PARAR\n");
  await rig.until(isAt(rig.a.charging, "FUERA_DE_SERVICIO"));
  await supply("ended", 200);
  await rig.until(() =>
    rig.b.heard.some((it) => it.startsWith(`SUPPLY_ERROR ${POINT} 417 200`))
  );
  strictEqual(older.ended, false);
});
