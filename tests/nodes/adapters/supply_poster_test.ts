/** Records of engines that go to a node over HTTP. */
import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { createSystemClock } from "../../../nodes/adapters/system_clock.ts";
import { SupplyPoster } from "../../../nodes/adapters/supply_poster.ts";
import type { EngineRecord } from "../../../nodes/charging/simulated_engine.ts";

const RECORD = { "cp_id": "SEV 07", "user_id": "417" } as const;
const figures = (kwh: number) => ({ kwh, importe: kwh * 0.2 });

/** A server that answers with statuses in turn, the last one for ever. */
function serve(...statuses: number[]) {
  const taken: unknown[] = [];
  const ids: string[] = [];
  const server = Deno.serve({
    hostname: "127.0.0.1",
    port: 0,
    onListen() {},
  }, async (request) => {
    const { id, ...body } = await request.json();
    taken.push([new URL(request.url).pathname, body]);
    ids.push(id);
    const status = statuses.length > 1 ? statuses.shift() : statuses[0];
    return new Response("{}", { status: status ?? 200 });
  });
  const url = `http://127.0.0.1:${server.addr.port}`;
  return { taken, ids, url, [Symbol.asyncDispose]: () => server.shutdown() };
}

Deno.test("SupplyPoster posts records in their order, in the form of the native interface", async () => {
  await using node = serve(200);
  const poster = new SupplyPoster({
    url: node.url,
    clock: createSystemClock(),
    failed: () => {},
  });
  const records: EngineRecord[] = [
    { ...RECORD, type: "SESSION_STARTED" },
    { ...RECORD, type: "CONSUMO", ...figures(0.1) },
    { ...RECORD, type: "AVERIADO", ...figures(0.3) },
    { ...RECORD, type: "SUPPLY_END", "user_id": "", ...figures(1.234) },
  ];
  for (const record of records) poster.send(record);
  await poster.close();
  poster.send({ ...RECORD, type: "CONSUMO" });

  strictEqual(new Set(node.ids).size, 4);
  const path = "/v1/charging-points/SEV%2007/supply";
  deepStrictEqual(node.taken, [
    [path, { kind: "started", driver: "417" }],
    [path, { kind: "meter", driver: "417", energyWh: 100, amount: "0.02" }],
    [path, { kind: "fault", driver: "417", energyWh: 300, amount: "0.06" }],
    [path, { kind: "ended", energyWh: 1234, amount: "0.25" }],
  ]);
});

Deno.test("SupplyPoster posts a record again until the node takes it, and says so once", async () => {
  await using node = serve(503, 503, 200);
  const failures: string[] = [];
  const clock = createSystemClock();
  const poster = new SupplyPoster({
    url: node.url,
    clock: {
      ...clock,
      // Waits between attempts take no time here; the last wait is the one of `close`.
      timer: (ms, callback) => clock.timer(ms === 1_000 ? 0 : ms, callback),
    },
    failed: (error) => void failures.push(String(error)),
  });
  poster.send({ ...RECORD, type: "SUPPLY_END", ...figures(1) });
  await poster.close();

  strictEqual(node.taken.length, 3);
  strictEqual(new Set(node.ids).size, 1);
  strictEqual(failures.length, 1);
  match(failures[0] ?? "", /answered 503/);
});
