/** A native pump as a real process at an original station, used as its page uses it, and killed while it dispenses. */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import type { NodeProcess } from "../../nodes/adapters/node_process.ts";
import { OriginalStation } from "../support/original_station.ts";
import {
  ask,
  createProcessGroup,
  type ProcessGroup,
  until,
} from "../support/processes.ts";

const SITE = "E03";
/** What flows in a second, in milliliters. */
const FLOW = 500;

function pumpArgs(group: ProcessGroup, ...more: string[]): string[] {
  return [
    ...["pump", "--site", SITE, "--pump", "3", "--currency", "CLP"],
    ...["--data", group.dataOf("pump"), "--http", "127.0.0.1:0"],
    ...["--surface", "forecourt-pump=127.0.0.1:0", "--no-mdns"],
    ...["--listen", "/ip4/127.0.0.1/tcp/0", "--log-level", "error", ...more],
  ];
}

function urlOf(pump: NodeProcess, path: string): string {
  const url = pump.ready.surfaces["forecourt-pump"];
  ok(typeof url === "string", "forecourt-pump does not listen");
  return url + path;
}

async function pumpState(pump: NodeProcess) {
  return await (await fetch(urlOf(pump, "/estado"))).json();
}

const salesOf = async (pump: NodeProcess) =>
  (await ask(pump, `/v1/transactions?site=${SITE}`)).body.items;

/** Begins a delivery and kills the process once so much has flowed; gives what was last seen. */
async function killAt(pump: NodeProcess, volumeMl: number): Promise<number> {
  const path = urlOf(pump, "/control/iniciar-carga");
  const begun = await fetch(path, { method: "POST" });
  await begun.body?.cancel();
  strictEqual(begun.status, 200);
  let seenMl = 0;
  await until("it flows", async () => {
    seenMl = (await pumpState(pump))["litros_actuales"] * 1000;
    return seenMl >= volumeMl;
  });
  const { signal } = await pump.stop("SIGKILL");
  strictEqual(signal, "SIGKILL");
  return seenMl;
}

Deno.test("a pump that is killed in the middle of a delivery records it at its next start, less one reading at most, and tells its original station once (12.1, decision 51)", async () => {
  await using station = new OriginalStation();
  await station.start({ rest: true });
  await using group = await createProcessGroup();
  const { pump, rest } = station.ports;
  const dial = `forecourt-pumps=tcp://127.0.0.1:${pump}?rest=${rest}`;
  const args = pumpArgs(group, "--dial", dial);
  const first = await group.run(args);
  await until(
    "it has prices",
    async () => (await pumpState(first))["precio_litro"] === 1350,
  );

  const seenMl = await killAt(first, 3 * FLOW);
  const second = await group.run(args);
  const [sale, ...others] = await salesOf(second);
  await until(
    "the station has it",
    () => Promise.resolve(station.sales.length > 0),
  );
  await second.stop("SIGKILL");
  const third = await group.run(args);
  const again = await salesOf(third);
  await until(
    "the station was asked",
    () =>
      Promise.resolve(station.asked.some((it) => it.includes("transacciones"))),
  );

  deepStrictEqual(others, []);
  strictEqual(sale.state, "failed");
  // What was shown was stored before; one more reading may have been stored and not shown.
  ok(sale.volumeMl >= seenMl && sale.volumeMl <= seenMl + FLOW);
  deepStrictEqual(again, [sale]);
  deepStrictEqual(
    station.sales.map((it) => it.litros * 1000),
    [sale.volumeMl],
  );
  strictEqual((await third.stop("SIGTERM")).code, 0);
});
