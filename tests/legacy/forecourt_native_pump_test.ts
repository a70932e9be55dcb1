/** A station and its native pump as two real processes of one mesh. */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import type { NodeProcess } from "../../nodes/adapters/node_process.ts";
import {
  ask,
  createProcessGroup,
  portOf,
  type ProcessGroup,
  until,
} from "../support/processes.ts";

const SITE = "E03";

/** Options of a node of the site on free ports, with one surface of its own. */
function argsOf(
  group: ProcessGroup,
  role: string,
  surface: string,
  ...more: string[]
): string[] {
  return [
    ...[role, "--site", SITE, "--currency", "CLP", "--no-mdns"],
    ...["--data", group.dataOf(role), "--http", "127.0.0.1:0"],
    ...["--surface", `${surface}=127.0.0.1:0`, "--log-level", "error"],
    ...more,
  ];
}

function stationArgs(group: ProcessGroup, port = 0): string[] {
  const off = [
    "forecourt-bridge",
    "forecourt-pumps",
    "forecourt-udp",
    "forecourt-prices",
  ].flatMap((name) => ["--surface", `${name}=off`]);
  const listen = ["--listen", `/ip4/127.0.0.1/tcp/${port}`];
  return argsOf(group, "station", "forecourt-station", ...off, ...listen);
}

function pumpArgs(group: ProcessGroup, token: string): string[] {
  return argsOf(
    group,
    "pump",
    "forecourt-pump",
    ...["--pump", "3", "--pump-name", "Isla 3 poniente"],
    ...["--listen", "/ip4/127.0.0.1/tcp/0", "--join", token],
  );
}

async function call(
  node: NodeProcess,
  surface: string,
  path: string,
  method = "GET",
) {
  const url = node.ready.surfaces[surface];
  ok(typeof url === "string", `${surface} does not listen`);
  const response = await fetch(url + path, { method });
  return { status: response.status, body: await response.json() };
}

const onPump = (pump: NodeProcess, path: string, method?: string) =>
  call(pump, "forecourt-pump", path, method);

async function setPrice(station: NodeProcess, price: string): Promise<void> {
  const prices = ["93", "95", "97", "diesel"]
    .map((fuel) => ({ fuel, price }));
  const { status, body } = await ask(station, "/v1/fuel-prices", { prices });
  ok(status === 200 || status === 201, JSON.stringify(body));
}

const priced = (pump: NodeProcess, price: number) =>
  until(
    `the pump has ${price}`,
    async () => (await onPump(pump, "/estado")).body["precio_litro"] === price,
  );

async function sell(pump: NodeProcess): Promise<void> {
  const begun = await onPump(pump, "/control/iniciar-carga", "POST");
  strictEqual(begun.status, 200, JSON.stringify(begun.body));
  await until(
    "it flows",
    async () => (await onPump(pump, "/estado")).body["litros_actuales"] >= 0.5,
  );
  const path = "/control/detener-carga?metodo_pago=tarjeta";
  strictEqual((await onPump(pump, path, "POST")).status, 200);
}

const listedPump = async (station: NodeProcess) =>
  (await ask(station, "/v1/pumps")).body.items
    .find((it: { pump: number }) => it.pump === 3);

Deno.test("a station sees its native pump's running volume, orders it, and prices it between two deliveries", async () => {
  await using group = await createProcessGroup();
  const station = await group.run(stationArgs(group));
  await setPrice(station, "1350");
  const token = await group.invite("station", SITE, "pump");
  const pump = await group.run(pumpArgs(group, token));
  await priced(pump, 1350);
  await until(
    "the station has the pump's name",
    async () => (await listedPump(station))?.name === "Isla 3 poniente",
  );

  await onPump(pump, "/control/iniciar-carga", "POST");
  await until(
    "the volume is seen",
    async () => (await listedPump(station)).live?.volumeMl >= 1_000,
  );
  const during = (await listedPump(station)).live;
  await setPrice(station, "1500");
  const order = await ask(station, `/v1/pumps/${SITE}/3/commands`, {
    command: "stop",
    reason: "prueba",
  });
  await priced(pump, 1500);
  await until(
    "the sale is here",
    async () => (await ask(station, "/v1/transactions")).body.items.length > 0,
  );

  deepStrictEqual([during.connection, during.operation], [
    "connected",
    "dispensing",
  ]);
  ok(order.status < 300, JSON.stringify(order.body));
  const [sale, ...others] = (await ask(station, "/v1/transactions")).body.items;
  deepStrictEqual([sale.state, sale.pump, others.length], [
    "cancelled",
    "3",
    0,
  ]);
  ok(sale.volumeMl >= 1_000);
  const { body } = await onPump(pump, "/health");
  strictEqual(body["tcp_connected"], true);
});

Deno.test("a pump whose station was killed sells on, and the sales are at the station when it is back", async () => {
  await using group = await createProcessGroup();
  const station = await group.run(stationArgs(group));
  const port = portOf(station);
  await setPrice(station, "1350");
  const token = await group.invite("station", SITE, "pump");
  const pump = await group.run(pumpArgs(group, token));
  await priced(pump, 1350);
  // It waits some seconds for a list of its peers before it lists itself.
  await until(
    "the pump is listed",
    async () => await listedPump(station) !== undefined,
  );
  await station.stop("SIGKILL");

  await sell(pump);
  await sell(pump);
  const alone = (await ask(pump, "/v1/transactions")).body.items.length;
  const again = await group.run(stationArgs(group, port));
  await until(
    "the sales are here",
    async () =>
      (await ask(again, "/v1/transactions")).body.items.length === alone,
  );

  strictEqual(alone, 2);
  const { body } = await call(
    again,
    "forecourt-station",
    "/api/surtidores/3",
  );
  deepStrictEqual(
    [body["total_transacciones"], body["nombre"], body["litros_totales"]],
    [2, "Isla 3 poniente", 1],
  );
  for (const node of [pump, again]) {
    const { body } = await ask(node, "/v1/invariants");
    const broken = body.items.filter((it: { violations: number }) =>
      it.violations > 0
    );
    deepStrictEqual(broken, []);
  }
});
