/**
 * A station as a real process: its listeners in the ready line, and what is left when it is killed in the middle of a
 * delivery, a price change and a sale.
 *
 * @module
 */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import type { NodeProcess } from "../../nodes/adapters/node_process.ts";
import { LineClient } from "../support/line_client.ts";
import { ask, createProcessGroup, until } from "../support/processes.ts";

function args(data: string, pumpsPort = 0): string[] {
  return [
    ...["station", "--site", "E03", "--data", data, "--currency", "CLP"],
    ...["--http", "127.0.0.1:0", "--listen", "/ip4/127.0.0.1/tcp/0"],
    ...["--no-mdns", "--log-level", "error"],
    ...["--surface", `forecourt-pumps=127.0.0.1:${pumpsPort}`],
    ...["forecourt-udp", "forecourt-prices"]
      .flatMap((it) => ["--surface", `${it}=127.0.0.1:0`]),
    ...["forecourt-station", "forecourt-bridge"]
      .flatMap((it) => ["--surface", `${it}=off`]),
  ];
}

function urlOf(node: NodeProcess, surface: string): string {
  return node.ready.surfaces[surface] ?? "";
}

function portOf(node: NodeProcess, surface: string): number {
  return Number(urlOf(node, surface).split(":").at(-1));
}

const registration = { "tipo": "registro", "id_surtidor": 31 };
const state = (operation: string) => ({
  "tipo": "estado",
  "id_surtidor": 31,
  "estado_operacion": operation,
});
const sale = (amount: number) => ({
  "tipo": "transaccion_completada",
  "tipo_combustible": "95",
  "litros": 1,
  "precio_por_litro": 1350,
  "monto_total": amount,
  "metodo_pago": "efectivo",
  "fecha_inicio": "2025-03-02T09:14:07.118000",
  "fecha_fin": "2025-03-02T09:14:24.902113",
});

Deno.test("V20, R1, R6: a station killed in the middle of a delivery and a price change loses and doubles nothing", async () => {
  await using group = await createProcessGroup();
  const data = group.dataOf("station");
  const first = await group.run(args(data));
  match(urlOf(first, "forecourt-pumps"), /^tcp:\/\/127\.0\.0\.1:\d+$/);
  match(urlOf(first, "forecourt-udp"), /^udp:\/\/127\.0\.0\.1:\d+$/);
  match(urlOf(first, "forecourt-prices"), /^tcp:\/\/127\.0\.0\.1:\d+$/);
  using pump = await LineClient.connect(portOf(first, "forecourt-pumps"));
  await pump.send(registration);
  await pump.line();
  const amounts = Array.from({ length: 200 }, (_, n) => 1000 + n);
  using bridge = await LineClient.connect(portOf(first, "forecourt-prices"));
  await bridge.send({ "tipo": "actualizacion_precios" });
  await bridge.line();
  await pump.send(...amounts.map(sale), state("despachando"));
  // A delivery is told on the control port once it is durable.
  const told = new Set<number>();
  for (let n = 0; n < 150; n++) {
    told.add((await bridge.line())["transaccion"]["monto_total"]);
  }
  await until("the delivery is seen", async () => {
    const { body } = await ask(first, "/v1/pumps");
    return body.items[0]?.live?.operation === "dispensing";
  });
  await bridge.send({
    "tipo": "actualizacion_precios",
    "precios": { "precio_95": 1399 },
  });
  for (;;) {
    const line = await bridge.line();
    if (line["tipo"] === "actualizacion_precios") break;
    told.add(line["transaccion"]["monto_total"]);
  }
  await first.kill();

  const second = await group.run(args(data));
  using again = await LineClient.connect(portOf(second, "forecourt-pumps"));
  await again.send(registration);
  const confirmation = await again.line();
  await again.send(...amounts.map(sale), state("disponible"));
  const update = await again.line();

  strictEqual(confirmation["precios"]["precio_95"], 1350);
  strictEqual(update["precios"]["precio_95"], 1399);
  const stored = async () => {
    const { body } = await ask(second, "/v1/transactions?limit=1000");
    return body.items.map((it: { amount: { amount: string } }) =>
      Number(it.amount.amount)
    );
  };
  await until(
    "all are stored",
    async () => (await stored()).length === amounts.length,
  );
  deepStrictEqual(
    (await stored()).toSorted((a: number, b: number) => a - b),
    amounts,
  );
  deepStrictEqual([...told].filter((it) => !amounts.includes(it)), []);
});

Deno.test("a station ends within 5 s at SIGTERM, with what was told on the disk, whoever is connected", async () => {
  await using group = await createProcessGroup();
  const data = group.dataOf("station");
  const first = await group.run(args(data));
  using pump = await LineClient.connect(portOf(first, "forecourt-pumps"));
  using bridge = await LineClient.connect(portOf(first, "forecourt-prices"));
  await pump.send(registration);
  await pump.line();
  const amounts = Array.from({ length: 300 }, (_, n) => 1000 + n);
  await pump.send(...amounts.map(sale));
  // What the station has read is what it is asked for: the first delivery shows that it reads.
  await bridge.line();

  const since = performance.now();
  const end = await first.stop("SIGTERM");
  const tookMs = performance.now() - since;
  const read = (await bridge.rest()).length + 1;

  strictEqual(end.code, 0, end.stderr);
  ok(tookMs < 5_000, `it took ${tookMs} ms`);
  const second = await group.run(args(data));
  const { body } = await ask(second, "/v1/transactions?limit=1000");
  ok(body.items.length >= read);
});

Deno.test("section 1: a port that an option names and that is taken ends the node", async () => {
  await using group = await createProcessGroup();
  const taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = taken.addr;
  const end = await group.refuse(args(group.dataOf("station"), port));
  taken.close();

  strictEqual(end.code, 2);
  match(end.stderr, new RegExp(`Cannot listen on 127.0.0.1:${port}`));
});
