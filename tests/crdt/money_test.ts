import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import fc from "fast-check";
import {
  addMoney,
  currencyExponent,
  divideHalfEven,
  formatDecimal,
  type Money,
  money,
  multiplyMoney,
  parseDecimal,
  rescale,
} from "../../crdt/money.ts";

const UNITS = 2 ** 40;
const amounts = fc.record({
  units: fc.integer({ min: -UNITS, max: UNITS }),
  exponent: fc.integer({ min: 0, max: 3 }),
}).map(({ units, exponent }) => money(units, "PEN", exponent));
const value = ({ units, exponent }: Money) =>
  BigInt(units) * 10n ** BigInt(9 - exponent);

Deno.test("money() refuses what it cannot hold exactly", () => {
  for (const units of [0.5, NaN, Infinity, 2 ** 53]) {
    throws(() => money(units, "PEN"), { code: "amount_out_of_range" });
  }
  throws(() => money(1, "pen"), { code: "invalid_argument" });
  throws(() => money(1, "PEN", 10), { code: "invalid_argument" });
  strictEqual(Object.is(money(-0, "PEN").units, 0), true);
});

Deno.test("currencyExponent() knows currencies without cents", () => {
  deepStrictEqual(["CLP", "PEN", "KWD"].map(currencyExponent), [0, 2, 3]);
});

Deno.test("addMoney() is exact, commutative and associative", () => {
  fc.assert(
    fc.property(amounts, amounts, amounts, (a, b, c) => {
      strictEqual(value(addMoney(a, b)), value(a) + value(b));
      deepStrictEqual(addMoney(a, b), addMoney(b, a));
      deepStrictEqual(
        addMoney(addMoney(a, b), c),
        addMoney(a, addMoney(b, c)),
      );
    }),
  );
});

Deno.test("addMoney() refuses two currencies and sums beyond exact integers", () => {
  throws(() => addMoney(money(1, "PEN"), money(1, "CLP")), {
    code: "currency_mismatch",
  });
  const most = money(Number.MAX_SAFE_INTEGER, "PEN");
  throws(() => addMoney(most, money(1, "PEN")), {
    code: "amount_out_of_range",
  });
});

Deno.test("multiplyMoney() is adding again and again", () => {
  fc.assert(
    fc.property(amounts, fc.integer({ min: 0, max: 20 }), (price, times) => {
      const sum = Array.from({ length: times }, () => price)
        .reduce(addMoney, money(0, "PEN", price.exponent));
      deepStrictEqual(multiplyMoney(price, times), sum);
    }),
  );
  throws(() => multiplyMoney(money(2 ** 50, "PEN"), 2 ** 10), {
    code: "amount_out_of_range",
  });
});

Deno.test("rescale() to more places and back changes nothing", () => {
  fc.assert(
    fc.property(
      amounts,
      fc.integer({ min: 0, max: 3 }),
      (amount, more) =>
        deepStrictEqual(
          rescale(rescale(amount, amount.exponent + more), amount.exponent),
          amount,
        ),
    ),
  );
});

Deno.test("divideHalfEven() rounds halves to the even neighbor", () => {
  const rounded = [-25n, -15n, -5n, 5n, 15n, 25n, 26n]
    .map((it) => divideHalfEven(it, 10n));
  deepStrictEqual(rounded, [-2n, -2n, 0n, 0n, 2n, 2n, 3n]);
});

Deno.test("parseDecimal(formatDecimal(x)) = x", () => {
  fc.assert(
    fc.property(amounts, (amount) => {
      const read = parseDecimal(formatDecimal(amount), "PEN");
      strictEqual(read && value(read), value(amount));
    }),
  );
});

Deno.test("parseDecimal() keeps the digits that are written", () => {
  deepStrictEqual(parseDecimal("0.1", "PEN"), money(10, "PEN"));
  deepStrictEqual(parseDecimal(1.005, "PEN"), money(1005, "PEN", 3));
  deepStrictEqual(parseDecimal("1.50000", "PEN"), money(150, "PEN"));
  deepStrictEqual(parseDecimal("-2e3", "CLP"), money(-2000, "CLP"));
  deepStrictEqual(parseDecimal(" 7 ", "PEN"), money(700, "PEN"));
});

Deno.test("parseDecimal() refuses what is no exact amount", () => {
  const wrong = ["", "1,5", "0x1", "1e400", "1e-10", "9".repeat(17), "NaN"];
  for (const text of [...wrong, `0.${"0".repeat(70)}`, NaN, Infinity]) {
    strictEqual(parseDecimal(text, "PEN"), undefined, String(text));
  }
  fc.assert(fc.property(fc.string(), (text) => {
    parseDecimal(text, "PEN");
  }));
});
