/** A station, a pump and a company's office as real processes: their REST and events from start to kill. */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import type { NodeProcess } from "../../nodes/adapters/node_process.ts";
import { LOOPBACKS } from "../support/line_client.ts";
import { OriginalStation } from "../support/original_station.ts";
import {
  ask,
  createProcessGroup,
  type ProcessGroup,
  until,
} from "../support/processes.ts";

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
  for (const address of LOOPBACKS) {
    const host = address.includes(":") ? `[${address}]` : address;
    const same = rest.replace("127.0.0.1", host);
    deepStrictEqual(await send(`${same}/estado`), before.state);
  }

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

Deno.test("a pump serves its REST, sells at the price of its site, and keeps the sale", async () => {
  await using group = await createProcessGroup();
  const pump = await group.run([
    ...["pump", "--site", "LIM", "--pump", "3", "--currency", "CLP"],
    ...["--surface", "forecourt-pump=127.0.0.1:0"],
    ...["--data", group.dataOf("pump"), "--http", "127.0.0.1:0"],
    ...["--listen", "/ip4/127.0.0.1/tcp/0", "--no-mdns"],
    ...["--log-level", "error"],
  ]);
  const rest = urlOf(pump, "forecourt-pump");
  const priced = await ask(pump, "/v1/fuel-prices", {
    scope: "site:LIM",
    prices: [{ fuel: "95", price: { amount: "1372", currency: "CLP" } }],
  });
  strictEqual(priced.status, 201, JSON.stringify(priced.body));
  await until("the pump has its price", async () => {
    const [, state] = await send(`${rest}/estado`);
    return (state as Json)["precio_litro"] === 1372;
  });
  strictEqual((await send(`${rest}/control/iniciar-carga`, "POST"))[0], 200);
  strictEqual((await send(`${rest}/control/iniciar-carga`, "POST"))[0], 400);
  await until("fuel flows", async () => {
    const [, state] = await send(`${rest}/estado`);
    return Number((state as Json)["litros_actuales"]) > 0;
  });
  const [status, stopped] = await send(
    `${rest}/control/detener-carga?metodo_pago=efectivo`,
    "POST",
  );
  strictEqual(status, 200);
  const { litros: liters, total } = stopped as Json;
  ok(Number(liters) > 0);
  strictEqual(total, Math.floor(Number(liters) * 1372));
  const { body } = await ask(pump, "/v1/transactions");
  strictEqual(body.items.length, 1);
});

Deno.test("an office's price reaches an original station, whose echo makes exitoso true (7.3, 7.4, 16.2)", async () => {
  await using group = await createProcessGroup();
  await using original = new OriginalStation();
  await original.start();
  const office = await group.run([
    ...["office", "--currency", "CLP", "--data", group.dataOf("office")],
    ...["--surface", "inventory-central=off"],
    ...["--surface", "forecourt-company=127.0.0.1:0"],
    ...["--http", "127.0.0.1:0", "--listen", "/ip4/127.0.0.1/tcp/0"],
    ...["--no-mdns", "--log-level", "error"],
  ]);
  const rest = urlOf(office, "forecourt-company");
  const port = original.ports.control;
  const [entered] = await send(`${rest}/api/estaciones`, "POST", {
    "nombre": "Ruta 68 km 41",
    "ip": "127.0.0.1",
    "puerto": port,
    "precios_actuales": PRICES,
  });
  strictEqual(entered, 201);
  const changed = { ...PRICES, "precio_95": 1390 };
  const [status, answer] = await send(
    `${rest}/api/estaciones/1/precios`,
    "PUT",
    { "precios": changed },
  );
  strictEqual(status, 200);
  const { precios_actuales: prices, _envio_tcp: sent } = answer as Json;
  deepStrictEqual(prices, changed);
  deepStrictEqual(sent, {
    "exitoso": true,
    "ip": "127.0.0.1",
    "puerto": port,
  });
  deepStrictEqual(original.prices, changed);
  const [, active] = await send(`${rest}/api/estaciones-activas`);
  const { total, estaciones } = active as Json;
  const link = (estaciones as Record<string, Json>)[`127.0.0.1:${port}`];
  deepStrictEqual([total, link?.["estado"]], [1, "conectada"]);
  match(String(link?.["ultimo_envio"]), /^\d{4}-\d\d-\d\dT[\d:]{8}/);
});
