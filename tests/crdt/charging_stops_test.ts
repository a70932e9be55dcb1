import { deepStrictEqual } from "node:assert/strict";
import fc from "fast-check";
import {
  CHARGE_SUMS,
  chargingSession,
  type Fact,
  sessionOfTransaction,
  transactionNumber,
} from "../../crdt/mod.ts";
import {
  CHARGING_FACTS,
  CHARGING_PLACE,
  ChargingLog,
  sessionNamed,
} from "../support/charging_log.ts";
import { type FactPlace, idOf, makeFact } from "../support/facts.ts";

const NUMBER = transactionNumber(sessionNamed("r"));
const TARIFF = { energy: 2500, session: 0, minute: 0 };

function started(fields: Record<string, unknown> = {}): Fact {
  return CHARGING_FACTS.started("r", {
    transaction: NUMBER,
    meterStart: 1000,
    tariff: TARIFF,
    ...fields,
  });
}

/** A charger told the end of its transaction to a node that counted so much for it. */
function stopped(
  counted: number,
  { name = "stop", ...stop }: Record<string, unknown> = {},
): Fact {
  return makeFact("EnergyCounted", {
    ...CHARGING_PLACE,
    id: idOf(String(name)),
    driver: "417",
    date: "2026-02-04",
    energy: counted,
    amount: 0,
    currency: "EUR",
    exponent: 2,
    stop: {
      ...{ transaction: NUMBER, meter: 3000, at: 9, outcome: "completed" },
      ...{ reason: "Local", ...stop },
    },
  });
}

/** The same with its fields in another order, as it may come out of a document. */
function reversed(fact: Fact): Fact {
  const turn = (value: object) =>
    Object.fromEntries(Object.entries(value).reverse());
  const { stop, ...fields } = fact as Fact & { readonly stop: object };
  return { ...turn(fields), stop: turn(stop) } as Fact;
}

/** What a point's sessions and the rest hold, over all days. */
function held(log: ChargingLog) {
  const row = log.rows.scan(CHARGE_SUMS).find((one) =>
    one["kind"] === "point" && one["date"] === ""
  );
  const { status, ended } = chargingSession(log.rows, sessionNamed("r")) ?? {};
  return {
    session: [row?.["sessions"] ?? 0, row?.["energy"] ?? 0, row?.["amount"]],
    other: row?.["other_energy"] ?? 0,
    status,
    reason: ended?.reason,
  };
}

Deno.test("a stop of a transaction that is not known is the point's energy until its session is known, and then its end", () => {
  const log = new ChargingLog();
  log.add(stopped(700), { log: 2, seq: 1, stamp: 5 });
  deepStrictEqual(held(log), {
    session: [0, 0, 0],
    other: 700,
    status: undefined,
    reason: undefined,
  });
  const begun = log.add(started(), { log: 1, seq: 1, stamp: 1 });
  const known = {
    session: [1, 2000, 50],
    other: 0,
    status: "ended",
    reason: "Local",
  };
  deepStrictEqual(held(log), known);
  deepStrictEqual(
    sessionOfTransaction(log.rows, CHARGING_PLACE.point, NUMBER)?.energy,
    2000,
  );
  // Told to two nodes that reckoned differently, it is one.
  log.add(stopped(900), { log: 3, seq: 1, stamp: 6 });
  deepStrictEqual(held(log), known);
  log.remove(begun);
  deepStrictEqual(held(log).other, 700);
});

Deno.test("a stop that a node could count nothing for ends its session all the same", () => {
  const log = new ChargingLog();
  log.add(stopped(0, { outcome: "stopped" }), { log: 2, seq: 1, stamp: 5 });
  log.add(started(), { log: 1, seq: 1, stamp: 1 });
  deepStrictEqual(held(log).session, [1, 2000, 50]);
  deepStrictEqual(held(log).status, "ended");
});

Deno.test("a stop of another point, or of another number, ends no session", () => {
  for (const [field, other] of [["point", "B"], ["number", 7]] as const) {
    const log = new ChargingLog();
    const stop = field === "number"
      ? stopped(700, { transaction: other })
      : { ...stopped(700), point: other } as Fact;
    log.add(stop, { log: 2, seq: 1, stamp: 5 });
    log.add(started(), { log: 1, seq: 1, stamp: 1 });
    deepStrictEqual(held(log).status, "charging", field);
  }
});

Deno.test("what the meter of a stop says less than that of the beginning is nothing, and its own values count", () => {
  const log = new ChargingLog();
  log.add(stopped(0, { meter: 10, energy: 40 }), {
    log: 2,
    seq: 1,
    stamp: 5,
  });
  log.add(started(), { log: 1, seq: 1, stamp: 1 });
  deepStrictEqual(held(log).session, [1, 40, 1]);
});

Deno.test("of a stop, a beginning and other ends, in whatever order and however often, the same session is made, and its energy counts once", () => {
  const facts: readonly (readonly [Fact, FactPlace])[] = [
    [started(), { log: 1, seq: 1, stamp: 1 }],
    // Another node heard of the beginning with another meter.
    [started({ meterStart: 1200, driver: "418" }), {
      log: 3,
      seq: 1,
      stamp: 2,
    }],
    [CHARGING_FACTS.metered("r", { energy: 800 }), {
      log: 1,
      seq: 2,
      stamp: 3,
    }],
    [stopped(700), { log: 2, seq: 1, stamp: 4 }],
    [reversed(stopped(300)), { log: 4, seq: 1, stamp: 4 }],
    [CHARGING_FACTS.ended("r", { energy: 500, amount: 12 }), {
      log: 3,
      seq: 2,
      stamp: 5,
    }],
  ];
  const all = new ChargingLog();
  for (const [fact, place] of facts) all.add(fact, place);
  const should = all.rows.dump();
  deepStrictEqual(held(all), {
    session: [1, 2000, 50],
    other: 0,
    status: "ended",
    reason: "Local",
  });
  fc.assert(
    fc.property(
      fc.shuffledSubarray([...facts], { minLength: facts.length }),
      fc.array(fc.nat({ max: facts.length - 1 }), { maxLength: 8 }),
      (order, again) => {
        const log = new ChargingLog();
        const placed = order.map(([fact, place]) => log.add(fact, place));
        // Whatever is taken out and brought in again is as if it had stayed.
        for (const i of again) {
          const one = placed[i];
          const [fact, place] = order[i] ?? [];
          if (one === undefined || fact === undefined) continue;
          log.remove(one);
          placed[i] = log.add(fact, place);
        }
        deepStrictEqual(log.rows.dump(), should);
        for (const one of placed) log.remove(one);
        deepStrictEqual(log.rows.dump(), {});
      },
    ),
    { numRuns: 100 },
  );
});
