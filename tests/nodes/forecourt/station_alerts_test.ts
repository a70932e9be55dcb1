import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { parseSiteCode, type SiteCode } from "../../../crdt/mod.ts";
import { createDropCounts } from "../../../nodes/forecourt/drop_counts.ts";
import { createStationAlerts } from "../../../nodes/forecourt/station_alerts.ts";
import { createVirtualClock } from "../../support/virtual_clock.ts";

function createBench() {
  const told: string[] = [];
  const alerts = createStationAlerts({
    site: parseSiteCode("E01") as SiteCode,
    timezone: "UTC",
    clock: createVirtualClock(Date.UTC(2026, 0, 1)),
    logger: { log: () => {} },
    alerts: {
      tell: (kind, _, details) =>
        void told.push(
          `${kind} ${details["pump"]} ${details["volumeMl"] ?? ""}`,
        ),
    },
  });
  return { told, alerts };
}

Deno.test("createStationAlerts() 14.5: what vanished and what was stopped from here are different kinds", () => {
  const { told, alerts } = createBench();
  const open = { volumeMl: 5000, amount: 6750, fuel: "95" };
  alerts.vanished(31, open, false);
  alerts.vanished(31, open, true);
  deepStrictEqual(told, ["venta_sin_cierre 31 5000", "pump_stopped 31 5000"]);
});

Deno.test("createDropCounts() tells the log once in a minute, by kind, and not of nothing", () => {
  const logged: unknown[] = [];
  let now = 0;
  const counts = createDropCounts("dropped", {
    log: (_, __, fields) => void logged.push(fields),
  }, () => now);
  counts.tick();
  for (const kind of ["a", "b", "a"]) counts.add(kind);
  now = 59_999;
  counts.tick();
  strictEqual(logged.length, 0);
  now = 60_000;
  counts.tick();
  now = 120_000;
  counts.tick();

  deepStrictEqual(logged, [{ a: 2, b: 1 }]);
});
