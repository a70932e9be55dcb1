import { deepStrictEqual } from "node:assert/strict";
import fc from "fast-check";
import { CHARGE_SUMS, type Fact } from "../../crdt/mod.ts";
import {
  CHARGING_FACTS,
  CHARGING_PLACE,
  ChargingLog,
} from "../support/charging_log.ts";
import { type FactPlace, idOf, makeFact } from "../support/facts.ts";

/** Where the n-th record of the point's topic stands. */
function at(offset: number) {
  return { position: { offset, timestamp: 1_000 + 7 * offset } };
}

/** A node that knew no session was told the end of a supply. */
function orphan(offset: number, energy: number): Fact {
  return makeFact("EnergyCounted", {
    ...CHARGING_PLACE,
    id: idOf(`orphan ${offset} ${energy}`),
    driver: "417",
    date: "2026-02-04",
    energy,
    amount: energy * 2,
    currency: "EUR",
    exponent: 2,
    ...at(offset),
  });
}

function begun(name: string, offset: number): Fact {
  return CHARGING_FACTS.started(name, { ...at(offset), begins: true });
}

function ended(name: string, offset: number, energy: number): Fact {
  const amount = energy * 2;
  return CHARGING_FACTS.ended(name, { ...at(offset), energy, amount });
}

/** What sessions and the rest hold of the point over all days. */
function held(log: ChargingLog) {
  const row = log.rows.scan(CHARGE_SUMS).find((one) =>
    one["kind"] === "point" && one["date"] === ""
  );
  return ["energy", "other_energy", "amount", "other_amount"].map((name) =>
    Number(row?.[name] ?? 0)
  );
}

Deno.test("11.5: an end that was told where its session was not known is a total of the supply that began last before it", () => {
  const log = new ChargingLog();
  log.add(orphan(4, 300), { log: 2, seq: 1 });
  deepStrictEqual(held(log), [0, 300, 0, 600]);
  const start = log.add(begun("r", 1), { log: 1, seq: 1 });
  // It lasts, as far as its node knows.
  deepStrictEqual(held(log), [0, 0, 0, 0]);
  log.add(ended("r", 3, 200), { log: 1, seq: 2 });
  deepStrictEqual(held(log), [200, 100, 400, 200]);
  log.remove(start);
  deepStrictEqual(held(log), [200, 300, 400, 600]);
});

Deno.test("11.5: an end before the beginning of a supply, or of another point, is no total of it", () => {
  for (const other of [orphan(1, 300), { ...orphan(4, 300), point: "B" }]) {
    const log = new ChargingLog();
    log.add(other as Fact, { log: 2, seq: 1 });
    log.add(begun("r", 2), { log: 1, seq: 1 });
    log.add(ended("r", 3, 200), { log: 1, seq: 2 });
    const energies = log.rows.scan(CHARGE_SUMS)
      .filter(({ kind, date }) => kind === "day" && date === "")
      .map((row) => [row["energy"], row["other_energy"]]);
    deepStrictEqual(energies, [[200, 300]]);
  }
});

Deno.test("11.5: where a supply began in one session and is another one, an end is that of the session that began with it", () => {
  for (const name of ["a", "b", "c", "d"]) {
    const log = new ChargingLog();
    log.add(begun("r", 1), { log: 1, seq: 1 });
    const again = { ...at(3), begins: true };
    log.add(CHARGING_FACTS.metered("r", again), { log: 1, seq: 2 });
    log.add(ended("r", 2, 100), { log: 1, seq: 3 });
    log.add(begun(name, 3), { log: 1, seq: 4 });
    log.add(ended(name, 4, 200), { log: 1, seq: 5 });
    log.add(orphan(5, 200), { log: 2, seq: 1 });
    deepStrictEqual(held(log), [300, 0, 600, 0], name);
  }
});

/** Supplies of a point, one after the other: what its node knew when it ended it, and what others were told of its end. */
const SUPPLIES = fc.array(
  fc.record({
    total: fc.integer({ min: 1, max: 900 }),
    part: fc.double({ min: 0, max: 1, noNaN: true }),
    orphans: fc.integer({ min: 1, max: 2 }),
    /** Whether it began in the session of the one before. */
    joined: fc.boolean(),
  }),
  { minLength: 1, maxLength: 4 },
);

Deno.test("11.5: ends that were told where sessions were not known count once, in whatever order facts come", () => {
  fc.assert(
    fc.property(SUPPLIES, fc.infiniteStream(fc.nat()), (supplies, chance) => {
      const facts: [Fact, FactPlace][] = [];
      let [offset, log, sum, name] = [0, 0, 0, ""];
      for (const { total, part, orphans, joined } of supplies) {
        if (!joined || name === "") name = `r${log}`;
        facts.push([begun(name, offset++), { log: ++log, seq: 1 }]);
        const known = Math.floor(part * total);
        facts.push([ended(name, offset++, known), { log: ++log, seq: 1 }]);
        for (let i = 0; i < orphans; i++) {
          facts.push([orphan(offset++, total), { log: ++log, seq: 1 }]);
        }
        sum += total;
      }
      const dumps = [0, 1].map(() => {
        const made = new ChargingLog();
        const order = facts.map((it) => [chance.next().value, it] as const)
          .toSorted(([a], [b]) => a - b).map(([, it]) => it);
        const placed = order.map(([fact, place]) => made.add(fact, place));
        for (const one of placed) {
          if (chance.next().value % 3 > 0) continue;
          made.remove(one);
          made.add(one.fact, { log: one.logNumber, seq: one.seq });
        }
        const [energy = 0, other = 0, amount = 0, rest = 0] = held(made);
        deepStrictEqual([energy + other, amount + rest], [sum, 2 * sum]);
        const dump = made.rows.dump();
        for (const one of placed) made.remove(one);
        deepStrictEqual(made.rows.dump(), {});
        return dump;
      });
      deepStrictEqual(dumps[0], dumps[1]);
    }),
    { numRuns: 150 },
  );
});
