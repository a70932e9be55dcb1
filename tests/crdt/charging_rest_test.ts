import { deepStrictEqual } from "node:assert/strict";
import fc from "fast-check";
import {
  CHARGE_SUMS,
  ENERGY_COUNTED,
  type Fact,
  type RecordPosition,
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
function told(energy: number, fields: object = {}): Fact {
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
    ...fields,
  });
}

function ended(energy: number): Fact {
  return CHARGING_FACTS.ended("r", { energy, amount: energy / 5 });
}

/** Where the n-th record of the point's topic stands. */
function at(offset: number): { readonly position: RecordPosition } {
  return { position: { offset, timestamp: 1_000 + 7 * offset } };
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

Deno.test("11.5: two supplies that nodes apart took for one session are added, also if both came to the same", () => {
  const log = new ChargingLog();
  const { started } = CHARGING_FACTS;
  const end = { energy: 500, amount: 100 };
  log.add(started("r", { ...at(1), begins: true }), { log: 1, seq: 1 });
  log.add(CHARGING_FACTS.ended("r", { ...end, ...at(3) }), { log: 1, seq: 2 });
  deepStrictEqual(held(log).rest, [0, 0]);
  const second = started("r", { ...at(5), begins: true });
  log.add(second, { log: 2, seq: 1, stamp: 5 });
  deepStrictEqual(held(log).rest, [0, 0]);
  log.add(CHARGING_FACTS.ended("r", { ...end, ...at(7) }), {
    log: 2,
    seq: 2,
    stamp: 6,
  });
  deepStrictEqual([held(log).session, held(log).rest], [500, [500, 100]]);
});

Deno.test("11.5: a supply of which two nodes heard one part each is one, since a reading begins nothing", () => {
  const log = new ChargingLog();
  const { started, ended } = CHARGING_FACTS;
  log.add(started("r", { ...at(1), begins: true }), { log: 1, seq: 1 });
  log.add(ended("r", { energy: 300, amount: 60, ...at(3) }), {
    log: 1,
    seq: 2,
  });
  log.add(started("r", at(4)), { log: 2, seq: 1, stamp: 5 });
  log.add(ended("r", { energy: 500, amount: 100, ...at(7) }), {
    log: 2,
    seq: 2,
    stamp: 6,
  });
  deepStrictEqual([held(log).session, held(log).rest], [300, [200, 40]]);
});

/** Supplies at one point, and what nodes told of them under one session. */
const SUPPLIES = fc.array(
  fc.record({
    readings: fc.array(fc.integer({ min: 0, max: 900 }), {
      minLength: 1,
      maxLength: 3,
    }),
    /** By what its beginning is known. */
    begun: fc.constantFrom("started", "metered"),
    /** How often and how each reading was told: ends by one node, totals by others. */
    told: fc.array(fc.constantFrom("ended", "counted"), {
      minLength: 1,
      maxLength: 3,
    }),
  }),
  { minLength: 1, maxLength: 3 },
);

Deno.test("11.5: whatever nodes told of the supplies of a session, in whatever order and however often, the greatest total of each counts once", () => {
  fc.assert(
    fc.property(SUPPLIES, fc.infiniteStream(fc.nat()), (supplies, chance) => {
      const facts: [Fact, FactPlace][] = [];
      let [offset, log, total] = [0, 0, 0];
      for (const { readings, begun, told: kinds } of supplies) {
        const beginning = { ...at(offset++), begins: true };
        facts.push([
          begun === "started"
            ? CHARGING_FACTS.started("r", beginning)
            : CHARGING_FACTS.metered("r", { ...beginning, energy: 1 }),
          { log: ++log, seq: 1 },
        ]);
        const sums = readings.toSorted((a, b) => a - b);
        total += sums.at(-1) ?? 0;
        for (const energy of sums) {
          const where = { ...at(offset++), energy, amount: energy * 2 };
          for (const kind of kinds) {
            const fact = kind === "ended"
              ? CHARGING_FACTS.ended("r", where)
              : told(energy, where);
            facts.push([fact, { log: ++log, seq: 1 }]);
          }
        }
      }
      // There is an end in any case.
      const none = CHARGING_FACTS.ended("r", {
        energy: 0,
        amount: 0,
        ...at(0),
      });
      facts.push([none, { log: ++log, seq: 1 }]);
      const rows = [0, 1].map(() => {
        const made = new ChargingLog();
        const order = facts.map((it) => [chance.next().value, it] as const)
          .toSorted(([a], [b]) => a - b).map(([, it]) => it);
        const placed = order.map(([fact, place]) => made.add(fact, place));
        for (const one of placed) {
          if (chance.next().value % 3 > 0) continue;
          made.remove(one);
          made.add(one.fact, { log: one.logNumber, seq: one.seq });
        }
        const { session, other, money } = held(made);
        deepStrictEqual(Number(session) + Number(other), total);
        deepStrictEqual(Number(money[0]) + Number(money[1]), 2 * total);
        return made.rows.dump();
      });
      deepStrictEqual(rows[0], rows[1]);
    }),
    { numRuns: 200 },
  );
});
