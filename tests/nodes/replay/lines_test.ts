import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import {
  createLineReader,
  ROW_REFUSALS,
  type SourceRow,
  storeOf,
} from "../../../nodes/replay/lines.ts";
import type { Field } from "../../../nodes/replay/field.ts";

const readLine = createLineReader({ timezone: "UTC", currency: "USD" });
const ROW: SourceRow = {
  row: 7,
  store: "367",
  basket: "31198570044",
  product: "1095275",
  quantity: "1",
  amount: "0.50",
  time: "2017-01-01 11:53:26",
};

function readWith(change: Partial<SourceRow>): ReturnType<typeof readLine> {
  return readLine({ ...ROW, ...change });
}

function amountOf(amount: Field): number | undefined {
  const line = readWith({ amount });
  return line.ok
    ? line.value.amount.units / 10 ** line.value.amount.exponent
    : undefined;
}

Deno.test("createLineReader() reads text and typed rows alike", () => {
  const expected = {
    row: 7,
    store: "367",
    basket: "31198570044",
    product: "1095275",
    quantity: 1,
    amount: { units: 50, currency: "USD", exponent: 2 },
    at: Date.UTC(2017, 0, 1, 11, 53, 26) * 1000,
  };
  deepStrictEqual(readLine(ROW), { ok: true, value: expected });
  const typed = readLine({
    row: 7,
    store: 367n,
    basket: 31198570044n,
    product: 1095275n,
    quantity: 1n,
    amount: 0.5,
    time: { micros: expected.at },
  });
  deepStrictEqual(typed, { ok: true, value: expected });
});

Deno.test("createLineReader() makes each row a sale of its own where there is no basket", () => {
  const { basket: _, ...row } = ROW;
  const line = readLine(row);
  strictEqual(line.ok && line.value.basket, "row 7");
});

Deno.test("createLineReader() refuses what cannot be a line, with its reason", () => {
  const cases: readonly [Partial<SourceRow>, keyof typeof ROW_REFUSALS][] = [
    [{ broken: true }, "row_broken"],
    [{ store: " " }, "store_missing"],
    [{ store: "x".repeat(65) }, "store_missing"],
    [{ basket: null }, "basket_missing"],
    [{ product: undefined }, "product_invalid"],
    [{ product: "a/b" }, "product_invalid"],
    [{ quantity: "1.5" }, "quantity_invalid"],
    [{ quantity: "" }, "quantity_invalid"],
    [{ quantity: "9007199254740992" }, "quantity_invalid"],
    [{ quantity: NaN }, "quantity_invalid"],
    [{ amount: "" }, "amount_invalid"],
    [{ amount: "$3.98" }, "amount_invalid"],
    [{ amount: "3,98" }, "amount_invalid"],
    [{ amount: Infinity }, "amount_invalid"],
    [{ amount: "12345678901234567.89" }, "amount_invalid"],
    [{ time: "yesterday" }, "time_invalid"],
    [{ time: "2017-02-30" }, "time_invalid"],
  ];
  for (const [change, error] of cases) {
    deepStrictEqual(readWith(change), { ok: false, error });
  }
  const reasons = new Set(cases.map(([, reason]) => reason));
  deepStrictEqual([...reasons].sort(), Object.keys(ROW_REFUSALS).sort());
});

Deno.test("createLineReader() keeps quantities of 0 and below, and their money", () => {
  const line = readWith({ quantity: "0", amount: "0.77" });
  strictEqual(line.ok && line.value.quantity, 0);
  const back = readWith({ quantity: -2n, amount: -3.98 });
  strictEqual(back.ok && back.value.quantity, -2);
  strictEqual(back.ok && back.value.amount.units, -398);
  const zero = readWith({ quantity: "-0" });
  ok(zero.ok && Object.is(zero.value.quantity, 0));
});

Deno.test("createLineReader() reads binary fractions as the decimals that they stand for", () => {
  strictEqual(amountOf(2.7800000000000002), 2.78);
  strictEqual(amountOf("2.7800000000000002"), 2.78);
  strictEqual(amountOf(0.30000000000000004 - 0.1), 0.2);
  strictEqual(amountOf("1.776357e-15"), 0);
  strictEqual(amountOf(1.776357e-15), 0);
  strictEqual(amountOf(0.009999999999999787), 0.01);
});

Deno.test("createLineReader() reads every amount of cents exactly, as text and as a binary fraction", () => {
  fc.assert(fc.property(
    fc.integer({ min: -(10 ** 13), max: 10 ** 13 }),
    (cents) => {
      const expected = { units: cents, currency: "USD", exponent: 2 };
      const sign = cents < 0 ? "-" : "";
      const digits = String(Math.abs(cents)).padStart(3, "0");
      const text = `${sign}${digits.slice(0, -2)}.${digits.slice(-2)}`;
      for (const amount of [text, cents / 100, String(cents / 100)]) {
        const line = readWith({ amount });
        deepStrictEqual(line.ok && line.value.amount, expected);
      }
    },
  ));
});

Deno.test("createLineReader() never throws", () => {
  const anyField: fc.Arbitrary<Field> = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.double(),
    fc.bigInt(),
    fc.boolean(),
    fc.constant(null),
    fc.constant(undefined),
    fc.record({ micros: fc.double() }),
  );
  fc.assert(fc.property(
    fc.record({
      row: fc.nat(),
      store: anyField,
      basket: anyField,
      product: anyField,
      quantity: anyField,
      amount: anyField,
      time: anyField,
    }),
    (row) => {
      const line = readLine(row);
      if (line.ok) ok(Number.isSafeInteger(line.value.quantity));
      else ok(line.error in ROW_REFUSALS);
      storeOf(row);
    },
  ));
});
