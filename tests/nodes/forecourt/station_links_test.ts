import { deepStrictEqual, ok as assertOk } from "node:assert/strict";
import {
  err,
  ok,
  PanalError,
  parseSiteCode,
  type SiteCode,
} from "../../../crdt/mod.ts";
import type {
  ForecourtUseCases,
  RecordFuelSaleInput,
  StationEntry,
} from "../../../nodes/forecourt/forecourt_use_cases.ts";
import { createStationLinks } from "../../../nodes/forecourt/station_links.ts";
import { createMemoryProgram } from "../../support/memory_lines.ts";
import { createVirtualClock } from "../../support/virtual_clock.ts";

const ENTRY: StationEntry = {
  number: 1,
  site: parseSiteCode("EST1") as SiteCode,
  name: "Ruta 68",
  host: "10.0.0.5",
  port: 5000,
  state: "Activa",
  createdAt: 0,
  changedAt: 0,
};

/** Links to one station, at a node whose disk answers as the test says. */
async function createBench(answer: (call: number) => unknown) {
  const clock = createVirtualClock(Date.UTC(2026, 10, 22, 15));
  const station = createMemoryProgram(() => clock.monotonic());
  const calls: RecordFuelSaleInput[] = [];
  const links = createStationLinks({
    forecourt: {
      watch: () => () => {},
      stationEntries: () => [ENTRY],
      prices: () => ({ prices: [] }),
      recordFuelSale(input: RecordFuelSaleInput) {
        calls.push(input);
        return Promise.resolve(calls.length).then(answer);
      },
    } as unknown as ForecourtUseCases,
    memberSites: () => new Set(),
    dialTo: () => station.dial,
    timezone: "UTC",
    clock,
    logger: { log: () => {} },
  });
  links.start();
  await clock.run(10);
  const [line] = station.lines;
  assertOk(line !== undefined);
  line.say({
    "tipo": "nueva_transaccion",
    "transaccion": { "_id": "0123456789abcdef01234567", "surtidor_id": "3" },
  });
  return { clock, calls, links };
}

Deno.test("StationLinks tries a sale again that the disk or a full queue refused: the station tells it once", async () => {
  const { clock, calls, links } = await createBench((call) => {
    if (call === 1) throw new PanalError("store_full", "no room");
    return call === 2 ? err({ code: "overloaded", message: "" }) : ok({});
  });
  await clock.run(60_000);
  await links.stop();

  deepStrictEqual([calls.length, new Set(calls.map(({ id }) => id)).size], [
    3,
    1,
  ]);
});

Deno.test("StationLinks gives a sale up that is refused for good, and at its stop", async () => {
  const refused = await createBench(() => err({ code: "id_reused" }));
  await refused.clock.run(60_000);
  await refused.links.stop();
  const full = await createBench(() => {
    throw new PanalError("store_full", "no room");
  });
  await full.clock.run(100);
  await full.links.stop();

  deepStrictEqual(refused.calls.length, 1);
  deepStrictEqual(full.clock.waiting, 0);
});
