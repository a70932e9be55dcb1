/** Charges in the place of a payment: given back once the payment is here, and only by the log that spent. */
import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import fc from "fast-check";
import type { BoundName } from "../../crdt/bounds.ts";
import { contentOf } from "../../crdt/facts.ts";
import type { LogFact } from "../../crdt/fold.ts";
import type { LogId, SpaceId } from "../../crdt/ids.ts";
import { createLedger } from "../../crdt/ledger.ts";
import { rightsTotal } from "../../crdt/rights.ts";
import { captureId, standInId } from "../../crdt/rights_facts.ts";
import { RETURNS_DUE } from "../../crdt/rights_returns.ts";
import { balanceOf, rightsOf } from "../../crdt/rights_sums.ts";
import { idOf, makeFact, placeFact, TestArchive } from "../support/facts.ts";
import { MemoryRows } from "../support/memory_rows.ts";

const PURCHASE = idOf("told twice");
const ACCOUNT = "account:42" as BoundName;
const CARD = "card:42/7" as BoundName;
const PAYMENT = { purchase: PURCHASE, bounds: [CARD, ACCOUNT], amount: 60 };

function captured(fields: {
  readonly purchase: string;
  readonly bounds: readonly BoundName[];
  readonly amount: number;
  readonly insteadOf?: typeof PAYMENT;
}) {
  const id = captureId(fields.purchase as typeof PURCHASE);
  return makeFact("SpendCaptured", { id, ...fields });
}

function standIn(kind: "floor" | "floor card", amount: number) {
  return captured({
    purchase: standInId(kind, PURCHASE),
    bounds: [kind === "floor" ? ACCOUNT : CARD],
    amount,
    insteadOf: PAYMENT,
  });
}

type Fact = LogFact["fact"];

function returned(of: Fact, name: string) {
  const { bounds, amount } = of as unknown as typeof PAYMENT;
  const rights = bounds.map((bound) => ({ bound, amount }))
    .toSorted((a, b) => a.bound < b.bound ? -1 : 1);
  return makeFact("RightsReturned", { id: idOf(name), of: of.id, rights });
}

function at(log: number, seq: number, fact: Fact): LogFact {
  const placed = placeFact(fact, { log, seq, stamp: 10 * seq + log });
  return { ...placed, log: String(log).repeat(32) as LogId };
}

const [account, card] = [standIn("floor", 60), standIn("floor card", 13)];
const payment = captured(PAYMENT);
const other = captured({ ...PAYMENT, amount: 59 });

/** What may be there: two covers of issuers apart, the payment at two stations, one of another amount, and returns. */
const POOL: readonly LogFact[] = [
  at(1, 1, account),
  at(1, 2, card),
  at(1, 3, returned(account, "account")),
  at(1, 4, returned(card, "card")),
  at(3, 1, account),
  at(2, 1, payment),
  at(4, 1, payment),
  at(4, 2, returned(payment, "repeat")),
  at(5, 1, other),
  at(6, 1, returned(account, "stranger's")),
];

function ledgerOf(space: (log: number) => SpaceId) {
  const rows = new MemoryRows();
  const archive = new TestArchive(space);
  return { rows, archive, ledger: createLedger(archive) };
}

const COMPANY = () => "company:42" as SpaceId;

/** What is spent of a bound in the end, each thing once. */
function spentOf(here: readonly LogFact[], bound: BoundName): number {
  const has = (fact: Fact) => here.some((one) => one.fact === fact);
  const counting = [
    ...(has(payment) ? [payment] : [account, card].filter(has)),
    ...(has(other) ? [other] : []),
  ].map((fact) => fact as unknown as typeof PAYMENT);
  return counting.filter(({ bounds }) => bounds.includes(bound))
    .reduce((sum, { amount }) => sum + amount, 0);
}

Deno.test("what stands in the place of a payment and the payment are spent once, in any order and whatever is cut away", () => {
  fc.assert(
    fc.property(
      fc.shuffledSubarray([...POOL]),
      fc.array(fc.nat(POOL.length - 1)),
      (placed, cut) => {
        const { rows, archive, ledger } = ledgerOf(COMPANY);
        for (const one of placed) {
          // Whoever takes commits in says so of ids that are not here.
          const unknown = !archive.facts.some(({ fact }) =>
            fact.id === one.fact.id
          );
          archive.facts.push(one);
          strictEqual(ledger.place(rows, { ...one, unknown }), true);
        }
        const here = [...placed];
        for (const i of cut) {
          const [gone] = here.splice(i, 1);
          if (gone === undefined) continue;
          ledger.unplace(rows, gone);
          archive.facts.splice(archive.facts.indexOf(gone), 1);
        }
        for (const bound of [ACCOUNT, CARD]) {
          strictEqual(rightsTotal(rows, bound) + spentOf(here, bound), 0);
        }
        const again = ledgerOf(COMPANY);
        for (const one of here.toReversed()) {
          again.archive.facts.push(one);
          again.ledger.place(again.rows, one);
        }
        deepStrictEqual(rows.scan(RETURNS_DUE), again.rows.scan(RETURNS_DUE));
      },
    ),
    { numRuns: 500 },
  );
});

Deno.test("only the log that spent in the place of a payment gives back, all of it and once", () => {
  const { rows, archive, ledger } = ledgerOf(COMPANY);
  const balance = (log: number) => balanceOf(rightsOf(rows, ACCOUNT, log));
  const place = (one: LogFact) => {
    archive.facts.push(one);
    ledger.place(rows, one);
  };
  place(at(1, 1, account));
  place(at(2, 1, payment));
  deepStrictEqual([balance(1), balance(2)], [-60, -60]);
  deepStrictEqual(rows.scan(RETURNS_DUE).map((row) => row["log"]), [1]);
  place(at(6, 1, returned(account, "stranger's")));
  deepStrictEqual([balance(1), balance(2), balance(6)], [-60, -60, 0]);
  place(at(1, 2, returned(account, "own")));
  place(at(1, 3, returned(account, "again")));
  deepStrictEqual([balance(1), balance(2)], [0, -60]);
  deepStrictEqual(rows.scan(RETURNS_DUE), []);
});

Deno.test("a payment of another company's space replaces nothing", () => {
  const { rows, archive, ledger } = ledgerOf((log) =>
    (log === 1 ? "company:42" : "company:43") as SpaceId
  );
  for (const one of [at(1, 1, account), at(2, 1, payment)]) {
    archive.facts.push(one);
    ledger.place(rows, one);
  }
  deepStrictEqual(rows.scan(RETURNS_DUE), []);
});

Deno.test("nothing stands in the place of a payment but under the ids that follow from it, and within it", () => {
  const good = {
    purchase: standInId("floor", PURCHASE),
    bounds: [ACCOUNT],
    amount: 60,
    insteadOf: PAYMENT,
  };
  strictEqual(contentOf(captured(good)), contentOf(account));
  for (
    const wrong of [
      { purchase: idOf("mine") },
      { bounds: ["account:43" as BoundName] },
      { amount: 61 },
    ]
  ) throws(() => captured({ ...good, ...wrong }), JSON.stringify(wrong));
});
