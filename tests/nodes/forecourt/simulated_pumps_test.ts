import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { parseSiteCode, type SiteCode } from "../../../crdt/mod.ts";
import {
  createSimulatedPumps,
  SIMULATED_PUMPS_MAX,
} from "../../../nodes/forecourt/simulated_pumps.ts";

const SITE = parseSiteCode("E01") as SiteCode;
const report = (id: number | string, state = "Parado") => ({
  site: SITE,
  id,
  name: `Surtidor ${id}`,
  state,
  prices: [],
});

Deno.test("createSimulatedPumps() keeps the last report of each and tells of it", () => {
  const pumps = createSimulatedPumps(() => 7);
  const told: string[] = [];
  const stop = pumps.watch((site) => void told.push(site));
  pumps.report(report(1));
  pumps.report(report("1"));
  pumps.report(report(1, "Cargando combustible"));
  pumps.forget(SITE, "1");
  pumps.forget(SITE, "1");
  stop();
  pumps.report(report(2));

  deepStrictEqual(
    pumps.list(SITE).map(({ id, state, at }) => [id, state, at]),
    [[1, "Cargando combustible", 7], [2, "Parado", 7]],
  );
  strictEqual(told.length, 4);
  deepStrictEqual(pumps.list(parseSiteCode("E02")), []);
});

Deno.test("createSimulatedPumps() keeps no more than its bound", () => {
  const pumps = createSimulatedPumps(() => 0);
  for (let id = 0; id < 2 * SIMULATED_PUMPS_MAX; id++) pumps.report(report(id));
  strictEqual(pumps.list().length, SIMULATED_PUMPS_MAX);
});
