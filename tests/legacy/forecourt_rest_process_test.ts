/** A station and a company's office as real processes: their REST and events from start to kill. */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import type { NodeProcess } from "../../nodes/adapters/node_process.ts";
import { createProcessGroup, type ProcessGroup } from "../support/processes.ts";

type Json = Record<string, unknown>;

const PRICES = {
  "precio_93": 1305,
  "precio_95": 1372,
  "precio_97": 1431,
  "precio_diesel": 1098,
};

/** Options of a station whose surfaces of this file listen on free ports and whose others are off. */
function stationArgs(group: ProcessGroup, ...more: string[]): string[] {
  const listen = ["forecourt-station", "forecourt-bridge"]
    .flatMap((name) => ["--surface", `${name}=127.0.0.1:0`]);
  const off = ["forecourt-pumps", "forecourt-udp", "forecourt-prices"]
    .flatMap((name) => ["--surface", `${name}=off`]);
  return [
    ...["station", "--site", "LIM", "--currency", "CLP", ...listen, ...off],
    ...["--data", group.dataOf("station"), "--http", "127.0.0.1:0"],
    ...["--listen", "/ip4/127.0.0.1/tcp/0", "--no-mdns"],
    ...["--log-level", "error", ...more],
  ];
}

function urlOf(node: NodeProcess, surface: string): string {
  const url = node.ready.surfaces[surface];
  ok(typeof url === "string", `${surface} does not listen`);
  return url;
}

async function send(
  url: string,
  method = "GET",
  body?: unknown,
): Promise<readonly [number, unknown]> {
  const response = await fetch(url, {
    method,
    headers: { "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return [response.status, await response.json()];
}

Deno.test("a killed station has its pumps, prices and sales again, and serves localhost by both addresses (V20, 1)", async () => {
  await using group = await createProcessGroup();
  const first = await group.run(stationArgs(group));
  const rest = urlOf(first, "forecourt-station");
  await send(`${rest}/api/surtidores`, "POST", { "nombre": "Isla 3" });
  const [, sale] = await send(`${rest}/transacciones`, "POST", {
    "surtidor_id": "1",
    "tipo_combustible": "95",
    "litros": 7.5,
    "precio_por_litro": 1350,
    "monto_total": 10_125,
  });
  const read = async (url: string) => ({
    sales: await send(`${url}/transacciones`),
    pumps: await send(`${url}/api/surtidores`),
    state: await send(`${url}/estado`),
  });
  const before = await read(rest);
  deepStrictEqual(before.sales, [200, [sale]]);
  const v6 = rest.replace("127.0.0.1", "[::1]");
  deepStrictEqual(await send(`${v6}/estado`), before.state);

  await first.stop("SIGKILL");
  const second = await group.run(
    stationArgs(group, "--allow-origin", "http://caja:3001"),
  );
  const again = urlOf(second, "forecourt-station");
  deepStrictEqual(await read(again), before);
  const page = await fetch(`${again}/precios`, {
    headers: { origin: "http://caja:3001" },
  });
  await page.body?.cancel();
  strictEqual(
    page.headers.get("access-control-allow-origin"),
    "http://caja:3001",
  );
  const bridge = urlOf(second, "forecourt-bridge");
  const opened = await fetch(
    `${bridge}/socket.io/?EIO=4&transport=polling`,
  );
  match(await opened.text(), /^0\{"sid":/);
  strictEqual((await second.stop("SIGTERM")).code, 0);
});

Deno.test("an office serves the company's REST once it is asked to, instead of its own surface of port 8000", async () => {
  await using group = await createProcessGroup();
  const office = await group.run([
    ...["office", "--currency", "CLP", "--data", group.dataOf("office")],
    ...["--surface", "inventory-central=off"],
    ...["--surface", "forecourt-company=127.0.0.1:0"],
    ...["--http", "127.0.0.1:0", "--listen", "/ip4/127.0.0.1/tcp/0"],
    ...["--no-mdns", "--log-level", "error"],
  ]);
  const rest = urlOf(office, "forecourt-company");
  await send(`${rest}/api/estaciones`, "POST", {
    "nombre": "Ruta 68 km 41",
    "ip": "127.0.0.1",
    "puerto": 9,
    "precios_actuales": PRICES,
  });
  const changed = { ...PRICES, "precio_95": 1390 };
  const [status, answer] = await send(
    `${rest}/api/estaciones/1/precios`,
    "PUT",
    { "precios": changed },
  );
  strictEqual(status, 200);
  const { precios_actuales: prices, _envio_tcp: sent } = answer as Json;
  deepStrictEqual(prices, changed);
  deepStrictEqual(sent, { "exitoso": false, "ip": "127.0.0.1", "puerto": 9 });
});
