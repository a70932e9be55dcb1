import { deepStrictEqual } from "node:assert/strict";
import fc from "fast-check";
import {
  CHARGE_SUMS,
  ENERGY_COUNTED,
  type Fact,
  sessionRest,
} from "../../crdt/mod.ts";
import {
  CHARGING_FACTS,
  CHARGING_PLACE,
  CHARGING_SITE,
  ChargingLog,
  sessionNamed,
} from "../support/charging_log.ts";
import { type FactPlace, idOf, makeFact } from "../support/facts.ts";

const SESSION = sessionNamed("r");

/** Somebody heard that a session that is over has come to so much in all. */
function told(energy: number): Fact {
  return makeFact("EnergyCounted", {
    ...CHARGING_PLACE,
    id: idOf(`told ${energy}`),
    session: SESSION,
    driver: "417",
    date: "2026-02-04",
    energy,
    amount: energy / 5,
    currency: "EUR",
    exponent: 2,
  });
}

function ended(energy: number): Fact {
  return CHARGING_FACTS.ended("r", { energy, amount: energy / 5 });
}

/** What sessions and the rest hold of a point over all days. */
function held(log: ChargingLog) {
  const row = log.rows.scan(CHARGE_SUMS).find((one) =>
    one["kind"] === "point" && one["date"] === ""
  );
  const rest = log.rows.scan(ENERGY_COUNTED).map((one) => one["energy"]);
  const { energy, amount } = sessionRest(log.rows, {
    site: CHARGING_SITE,
    session: SESSION,
  });
  return {
    session: row?.["energy"] ?? 0,
    other: row?.["other_energy"] ?? 0,
    money: [row?.["amount"] ?? 0, row?.["other_amount"] ?? 0],
    rows: rest,
    rest: [energy, amount],
  };
}

Deno.test("11.5: what a lesser end has more of is energy of the point, and what it has less of is nothing", () => {
  const log = new ChargingLog();
  log.add(ended(500), { log: 1, seq: 1, stamp: 1 });
  const lesser = log.add(ended(1000), { log: 2, seq: 1, stamp: 2 });
  deepStrictEqual(held(log), {
    session: 500,
    other: 500,
    money: [100, 100],
    rows: [500],
    rest: [500, 100],
  });
  log.remove(lesser);
  deepStrictEqual(held(log).other, 0);
  log.add(ended(300), { log: 2, seq: 2, stamp: 3 });
  deepStrictEqual(held(log).other, 0);
});

Deno.test("11.5: a total that one node heard after its own end counts no more once another's end that holds it counts", () => {
  const log = new ChargingLog();
  log.add(ended(500), { log: 2, seq: 1, stamp: 5 });
  log.add(told(1000), { log: 2, seq: 2, stamp: 6 });
  deepStrictEqual(held(log).rest, [500, 100]);
  log.add(ended(1000), { log: 1, seq: 1, stamp: 1 });
  deepStrictEqual(held(log), {
    session: 1000,
    other: 0,
    money: [200, 0],
    rows: [],
    rest: [0, 0],
  });
});

Deno.test("11.5: of several totals of a session that is over the greatest counts, however often and in whatever order they are told", () => {
  const facts: readonly (readonly [Fact, FactPlace])[] = [
    [ended(500), { log: 1, seq: 1, stamp: 1 }],
    [ended(700), { log: 2, seq: 1, stamp: 2 }],
    [told(900), { log: 1, seq: 2, stamp: 3 }],
    [told(900), { log: 2, seq: 2, stamp: 3 }],
    [told(1200), { log: 2, seq: 3, stamp: 4 }],
    [told(800), { log: 3, seq: 1, stamp: 9 }],
  ];
  fc.assert(
    fc.property(
      fc.shuffledSubarray([...facts], { minLength: facts.length }),
      (order) => {
        const log = new ChargingLog();
        const placed = order.map(([fact, place]) => log.add(fact, place));
        deepStrictEqual(held(log), {
          session: 500,
          other: 700,
          money: [100, 140],
          rows: [700],
          rest: [700, 140],
        });
        for (const one of placed) log.remove(one);
        deepStrictEqual(log.rows.dump(), {});
      },
    ),
    { numRuns: 50 },
  );
});
