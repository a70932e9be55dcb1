import { deepStrictEqual, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { decimalText } from "../../../../web/ui/base/amounts.ts";
import {
  EXACT_CASH,
  likelyNotes,
  paymentSum,
  settle,
  type Tender,
} from "../../../../web/ui/till/payment.ts";

const total = { units: 8435n, places: 2 };

function outcome(change: Partial<Tender>, of = total) {
  const settled = settle(of, { ...EXACT_CASH, ...change }, 2);
  return settled.ok
    ? [
      settled.payments.map(({ method, amount }) =>
        `${method} ${decimalText(amount)}`
      ),
      decimalText(settled.change),
    ]
    : [settled.problem, decimalText(settled.by)];
}

Deno.test("settle() takes exact cash where nothing was typed", () => {
  deepStrictEqual(outcome({}), [["cash 84.35"], "0"]);
});

Deno.test("settle() gives change for cash alone", () => {
  deepStrictEqual(outcome({ received: "100" }), [["cash 84.35"], "15.65"]);
  deepStrictEqual(outcome({ received: "80" }), ["short", "4.35"]);
  deepStrictEqual(outcome({ received: "mucho" }), ["amount", "0"]);
  deepStrictEqual(outcome({ method: "card", received: "100" }), [
    ["card 84.35"],
    "0",
  ]);
});

Deno.test("settle() splits among several methods, cash paying the rest", () => {
  const several = (amounts: Tender["amounts"], received = "") =>
    outcome({ method: "several", amounts, received });

  deepStrictEqual(several({ card: "50", wallet: "4.35" }), [
    ["cash 30.00", "card 50.00", "wallet 4.35"],
    "0",
  ]);
  deepStrictEqual(several({ card: "50" }, "40"), [
    ["cash 34.35", "card 50.00"],
    "5.65",
  ]);
  deepStrictEqual(several({ card: "84.35" }), [["card 84.35"], "0"]);
  deepStrictEqual(several({ card: "85" }), ["over", "0.65"]);
  deepStrictEqual(several({ card: "x" }), ["amount", "0"]);
});

Deno.test("settle() makes no payment of what costs nothing", () => {
  deepStrictEqual(outcome({}, { units: 0n, places: 2 }), [[], "0"]);
});

Deno.test("settle() pays the total to the last unit, whatever was typed", () => {
  const amount = fc.integer({ min: 0, max: 20_000 })
    .map((units) => (units / 100).toFixed(2));
  fc.assert(fc.property(
    fc.integer({ min: 1, max: 20_000 }),
    fc.record({ card: amount, transfer: amount, wallet: amount }),
    amount,
    (units, amounts, received) => {
      const due = { units: BigInt(units), places: 2 };
      const settled = settle(due, { method: "several", amounts, received }, 2);
      if (!settled.ok) return;

      strictEqual(
        decimalText(paymentSum(settled.payments)),
        decimalText(due),
      );
      strictEqual(settled.payments.every((one) => one.amount.units > 0n), true);
      strictEqual(settled.change.units >= 0n, true);
    },
  ));
});

Deno.test("likelyNotes() proposes notes above the total", () => {
  const notes = (units: bigint, currency = "PEN", places = 2) =>
    likelyNotes({ units, places }, currency).map(decimalText);

  deepStrictEqual(notes(8435n), ["90", "100", "200"]);
  deepStrictEqual(notes(10_000n), ["200"]);
  deepStrictEqual(notes(3450n, "CLP", 0), ["4000", "5000", "10000", "20000"]);
});
