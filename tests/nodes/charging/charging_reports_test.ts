import { deepStrictEqual, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import type { SiteCode } from "../../../crdt/mod.ts";
import {
  chargingReport,
  REPORT_KEYS_MAX,
} from "../../../nodes/charging/charging_reports.ts";
import {
  CHARGING_SITE as SITE,
  ChargingLog,
} from "../../support/charging_log.ts";

const LIM = "LIM" as SiteCode;

/** A session that ended. */
interface Ended {
  readonly site: SiteCode;
  readonly point: string;
  readonly driver: string;
  readonly date: string;
  readonly energy: number;
}

function endAll(all: readonly Ended[]): ChargingLog {
  const log = new ChargingLog();
  all.forEach((one, i) => {
    log.session("ended", `session ${i}`, { ...one, amount: one.energy });
  });
  return log;
}

type By = "point" | "driver" | "day";

/** Every row of a report, page by page. */
function readAll(
  { rows }: ChargingLog,
  query: { readonly by: By; readonly from: string; readonly to: string },
  limit: number,
) {
  const items: [string, number, number][] = [];
  let cursor: string | null = null;
  do {
    const page = chargingReport(rows, [SITE, LIM], {
      ...query,
      limit,
      ...(cursor === null ? {} : { cursor }),
    });
    for (const { key, sessions, energy } of page.items) {
      items.push([key, sessions, energy]);
    }
    cursor = page.next;
  } while (cursor !== null);
  return items;
}

const days = ["2026-02-01", "2026-02-02", "2026-02-03"] as const;
const ended = fc.record({
  site: fc.constantFrom(SITE, LIM),
  point: fc.constantFrom("A", "B", "C", "ñ", "\u{1f50c}", "\uffee"),
  driver: fc.constantFrom("1", "2"),
  date: fc.constantFrom(...days),
  energy: fc.nat(100),
});

Deno.test("a report adds up what ended in its days, whatever the size of its pages", () => {
  fc.assert(
    fc.property(
      fc.array(ended, { maxLength: 20 }),
      fc.constantFrom<By>("point", "driver", "day"),
      fc.constantFrom(...days),
      fc.constantFrom(...days),
      fc.integer({ min: 1, max: 4 }),
      (all, by, from, to, limit) => {
        const wanted = new Map<string, [number, number]>();
        for (const one of all) {
          if (one.date < from || one.date > to) continue;
          const key = by === "day" ? one.date : one[by];
          const [count, energy] = wanted.get(key) ?? [0, 0];
          wanted.set(key, [count + 1, energy + one.energy]);
        }
        const found = readAll(endAll(all), { by, from, to }, limit);
        deepStrictEqual(
          new Map(found.map(([key, ...sums]) => [key, sums])),
          wanted,
        );
        strictEqual(found.length, wanted.size, "no row stands there twice");
      },
    ),
    { numRuns: 60 },
  );
});

Deno.test("a report of more points than are read at once gives each once, of several sites too", () => {
  const all = Array.from({ length: 450 }, (_, i) => ({
    site: i % 3 === 0 ? LIM : SITE,
    point: `P${String(i % 400).padStart(3, "0")}`,
    driver: "1",
    date: days[0],
    energy: 1,
  }));
  const query = { by: "point", from: days[0], to: days[1] } as const;
  const found = readAll(endAll(all), query, 300);
  strictEqual(found.length, 400);
  strictEqual(found.reduce((sum, [, count]) => sum + count, 0), 450);
  deepStrictEqual(found.map(([key]) => key), found.map(([key]) => key).sort());
  strictEqual(REPORT_KEYS_MAX > 400, true);
});

Deno.test("energy that no session holds is in no report of sessions", () => {
  const log = new ChargingLog();
  log.point("EnergyCounted", "counted", {
    date: days[0],
    energy: 5,
    amount: 1,
    currency: "EUR",
    exponent: 2,
  });
  const query = { from: days[0], to: days[2] };
  deepStrictEqual(readAll(log, { by: "point", ...query }, 10), []);
  deepStrictEqual(readAll(log, { by: "day", ...query }, 10), []);
});
