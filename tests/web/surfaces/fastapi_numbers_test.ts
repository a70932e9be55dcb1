import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { money } from "../../../crdt/mod.ts";
import {
  billionthsOf,
  decimalOfText,
  dollars,
  floatText,
  integerOfText,
  jsonFloat,
  moneyOfDigits,
  numberOfBillionths,
  numberOfMoney,
} from "../../../web/surfaces/fastapi_numbers.ts";

const finite = fc.double({ noDefaultInfinity: true, noNaN: true });

Deno.test("floatText() reads back to the same double and always shows a float (2.2)", () => {
  fc.assert(fc.property(finite, (value) => {
    for (const style of ["json", "python"] as const) {
      const text = floatText(value, style);
      ok(Object.is(Number(text), value), text);
      ok(/[.e]/.test(text), text);
    }
    JSON.parse(floatText(value));
  }));
});

Deno.test("floatText() has the forms of 2.2", () => {
  const cases: readonly [number, string, string][] = [
    [4, "4.0", "4.0"],
    [2.5, "2.5", "2.5"],
    [100, "100.0", "100.0"],
    [-12.5, "-12.5", "-12.5"],
    [9.600000000000001, "9.600000000000001", "9.600000000000001"],
    [-0, "-0.0", "-0.0"],
    [1e21, "1e+21", "1e+21"],
    [1e16, "1e+16", "1e+16"],
    [1.5e300, "1.5e+300", "1.5e+300"],
    [9007199254740991, "9007199254740991.0", "9007199254740991.0"],
    [0.0001, "0.0001", "0.0001"],
    [0.00001, "0.00001", "1e-05"],
    [0.0000012, "1.2e-6", "1.2e-06"],
    [1e-7, "1e-7", "1e-07"],
  ];
  for (const [value, json, python] of cases) {
    strictEqual(floatText(value), json);
    strictEqual(floatText(value, "python"), python);
  }
});

Deno.test("moneyOfDigits() keeps every amount of up to nine decimals exactly", () => {
  fc.assert(fc.property(fc.maxSafeInteger(), fc.nat(9), (units, exponent) => {
    const amount = money(units, "PEN", exponent);
    const digits = `${units}e-${exponent}`;
    const read = moneyOfDigits(digits, "PEN");
    if (read === undefined) return ok(exponent < 2);
    strictEqual(billionthsOf(read), billionthsOf(amount));
  }));
});

Deno.test("D-21: moneyOfDigits() rounds the noise of binary floats, by less than 1e-6", () => {
  deepStrictEqual(moneyOfDigits("9.600000000000001", "PEN"), money(960, "PEN"));
  deepStrictEqual(
    moneyOfDigits("0.30000000000000004", "PEN"),
    money(30, "PEN"),
  );
  deepStrictEqual(moneyOfDigits("0.0000000005", "PEN"), money(0, "PEN"));
  deepStrictEqual(moneyOfDigits("0.0000000015", "PEN"), money(2, "PEN", 9));
  const price = fc.double({ min: -1e9, max: 1e9, noNaN: true });
  fc.assert(fc.property(price, (value) => {
    const read = moneyOfDigits(floatText(value), "PEN");
    ok(read !== undefined && Math.abs(numberOfMoney(read) - value) < 1e-6);
  }));
});

Deno.test("moneyOfDigits() refuses only what is too large to be held", () => {
  strictEqual(moneyOfDigits("90071992547409.92", "PEN"), undefined);
  deepStrictEqual(
    moneyOfDigits("-90071992547409.91", "PEN"),
    money(-(2 ** 53 - 1), "PEN"),
  );
  strictEqual(moneyOfDigits("1e300", "PEN"), undefined);
  deepStrictEqual(moneyOfDigits("1e-300", "PEN"), money(0, "PEN"));
  deepStrictEqual(moneyOfDigits("0e999999999", "PEN"), money(0, "PEN"));
  deepStrictEqual(moneyOfDigits("2500", "CLP"), money(2500, "CLP"));
});

Deno.test("conversions stay fast on hostile texts", () => {
  const long = 1_000_000;
  const texts = [
    `x${" ".repeat(long)}x`,
    `${"1".repeat(long)}x`,
    `0.${"0".repeat(long)}1`,
    "1_".repeat(long),
    "9".repeat(long),
  ];
  for (const text of texts) {
    integerOfText(text);
    const digits = decimalOfText(text);
    if (digits !== undefined && digits !== "infinite") {
      moneyOfDigits(digits, "PEN");
    }
  }
});

Deno.test("jsonFloat() and dollars() show an exact amount as the nearest double (D-21)", () => {
  deepStrictEqual(jsonFloat(money(960, "PEN")), { source: "9.6" });
  deepStrictEqual(jsonFloat(money(4, "CLP")), { source: "4.0" });
  strictEqual(dollars(money(-1250, "PEN")), "$-12.5");
  strictEqual(dollars(null), "$0.0");
});

Deno.test("numberOfBillionths() is the inverse of billionthsOf() as far as doubles go", () => {
  fc.assert(fc.property(fc.maxSafeInteger(), fc.nat(9), (units, exponent) => {
    const amount = money(units, "PEN", exponent);
    strictEqual(
      numberOfBillionths(billionthsOf(amount)),
      numberOfMoney(amount),
    );
  }));
});
