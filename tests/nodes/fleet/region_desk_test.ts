/**
 * What a regional office owes stations whose connections end while it writes, or never come again.
 *
 * @module
 */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { createSeededRandom, type FactId } from "../../../crdt/mod.ts";
import type { PumpExpense } from "../../../net/mod.ts";
import { createSystemClock } from "../../../nodes/adapters/system_clock.ts";
import type { OwedVerdict } from "../../../nodes/fleet/region_book.ts";
import { RegionDesk } from "../../../nodes/fleet/region_desk.ts";
import {
  OWED_MAX,
  REGION_TIMES,
  type RegionTimes,
} from "../../../nodes/fleet/region_parts.ts";
import { untilTrue } from "../../support/line_client.ts";

const ADDRESS = "127.0.0.1:13050";

function expense(card: number, station = "5"): PumpExpense {
  return {
    kind: "expense",
    pumpAddress: station === "5" ? ADDRESS : "elsewhere",
    expense: { company: 42, card, total: 16_060, date: "2026-02-03" },
    station,
  };
}

/** A desk whose rows are in memory. */
function open(accepted: boolean, times: Partial<RegionTimes> = {}) {
  const rows = new Map<FactId, OwedVerdict>();
  const pumps: string[] = [];
  const desk = new RegionDesk({
    authority: {
      charge: ({ id }) =>
        Promise.resolve({
          ...{ id: id as FactId, accepted, repeated: false },
          reason: accepted ? null : "limit_insufficient",
        }),
      outcome: () => "none",
    },
    isKnown: () => false,
    book: {
      owed: () => [...rows.values()],
      pumps: () => [],
      put: async (row) => void rows.set(row.purchase, await row),
      remove: async (purchase) => void rows.delete(await purchase),
      announced: async (_, address) => void pumps.push(await address),
    },
    clock: createSystemClock(),
    random: createSeededRandom(7),
    alerts: { tell: () => {} },
    logger: { log: () => {} },
    times: { ...REGION_TIMES, settledMs: 5, ...times },
  });
  desk.start();
  return { desk, rows, pumps, [Symbol.asyncDispose]: () => desk.stop() };
}

Deno.test("C-23: a verdict whose write ends its connection goes to one other connection, once", async () => {
  await using region = open(true);
  const written: Uint8Array[] = [];
  const handshake = { address: ADDRESS, station: "5" };
  const other = {
    write(frame: Uint8Array, flushed: () => void) {
      written.push(frame);
      setTimeout(flushed, 1);
      return true;
    },
  };
  region.desk.announce(other, handshake);
  // As a connection does whose queue is full.
  const full = region.desk.announce({
    write() {
      full.closed();
      return false;
    },
  }, handshake);
  await new Promise((resolve) => setTimeout(resolve, 20));
  full.expense(expense(7));
  await untilTrue("written", () => written.length > 0);
  await untilTrue("told", () => region.desk.owed === 0);
  await new Promise((resolve) => setTimeout(resolve, 50));

  strictEqual(written.length, 1);
  strictEqual(region.rows.size, 0);
});

Deno.test("refusals that no station fetches are forgotten, charges are not", async () => {
  const times = { cardWaitMs: 100, verdictMsMax: 290 };
  for (const accepted of [false, true]) {
    await using region = open(accepted, times);
    const gone = region.desk.announce(
      { write: () => false },
      { address: ADDRESS, station: "5" },
    );
    gone.expense(expense(7));
    gone.expense(expense(8));
    gone.closed();
    await new Promise((resolve) => setTimeout(resolve, 250));

    strictEqual(region.desk.owed, accepted ? 2 : 0);
    strictEqual(region.rows.size, accepted ? 2 : 0);
  }
});

Deno.test("refusals of stations that do not read are bounded", async () => {
  await using region = open(false);
  for (let station = 0; station < 30; station++) {
    const link = region.desk.announce(
      { write: () => false },
      { address: "elsewhere", station: `${station}` },
    );
    for (let card = 0; card < 500; card++) {
      link.expense(expense(card, `${station}`));
    }
    link.closed();
  }
  await untilTrue("dropped", () => region.desk.owed <= OWED_MAX);
  deepStrictEqual(region.pumps, []);
});
