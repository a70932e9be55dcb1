import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import {
  FORECOURT_DEFAULT_PRICES,
  litersToMl,
  mlToLiters,
  priceMap,
  readAmount,
  readFuels,
  readNumber,
  readPriceMap,
  readPumpNumber,
  readText,
  readVolumeMl,
} from "../../../net/legacy/forecourt_values.ts";

Deno.test("litersToMl() reads back what mlToLiters() wrote", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1_000_000_000_000 }), (volumeMl) => {
      strictEqual(litersToMl(mlToLiters(volumeMl)), volumeMl);
    }),
  );
});

Deno.test("litersToMl() rounds the decimal text half up", () => {
  deepStrictEqual(
    [1.0005, 1.0004999, 7, 7.5, 0.0005, 1e-7, 8.0].map(litersToMl),
    [1001, 1000, 7000, 7500, 1, 0, 8000],
  );
});

Deno.test("readers of values never throw, and give what a store can hold", () => {
  fc.assert(
    fc.property(fc.anything(), (value) => {
      for (const read of [readVolumeMl, readAmount, readPumpNumber]) {
        const number = read(value);
        ok(number === undefined || Number.isSafeInteger(number));
      }
      const number = readNumber(value);
      ok(number === undefined || Number.isFinite(number));
      const text = readText(value);
      ok(text === undefined || (text.isWellFormed() && text !== ""));
      readFuels(value);
      readPriceMap(value);
    }),
  );
});

Deno.test("V12, 4.6.2 readPriceMap() coerces whole numbers, digits and fractions, and drops the rest", () => {
  const read = (value: unknown) => readPriceMap({ "precio_95": value });
  for (
    const [value, price] of [
      [1372, 1372],
      ["1372", 1372],
      [1372.9, 1372],
      [1372.0, 1372],
      [0, 0],
    ] as const
  ) {
    deepStrictEqual(read(value), {
      prices: [{ fuel: "95", price }],
      dropped: [],
    });
  }
  for (const value of [-1, -0.5, null, true, "x", "1372.9", "", {}, 1e300]) {
    deepStrictEqual(read(value), { prices: [], dropped: ["precio_95"] });
  }
  deepStrictEqual(readPriceMap({ "precio_kerosene": 1 }), {
    prices: [],
    dropped: [],
  });
  for (const value of [null, [], "x", 5, undefined]) {
    strictEqual(readPriceMap(value), undefined);
  }
});

Deno.test("11.1 priceMap() is always full; readPriceMap() reads it back", () => {
  deepStrictEqual(priceMap([]), {
    "precio_93": 1290,
    "precio_95": 1350,
    "precio_97": 1400,
    "precio_diesel": 1120,
  });
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 1_000_000_000 }), {
        minLength: 4,
        maxLength: 4,
      }),
      (numbers) => {
        const prices = FORECOURT_DEFAULT_PRICES.map(({ fuel }, i) => ({
          fuel,
          price: numbers[i] ?? 0,
        }));
        deepStrictEqual(readPriceMap(priceMap(prices)), {
          prices,
          dropped: [],
        });
      },
    ),
  );
});

Deno.test("decision 42 readPumpNumber() takes whole numbers and digits alone", () => {
  deepStrictEqual(
    [5, "5", "0012", 5.0, 999_999_999].map(readPumpNumber),
    [5, 5, 12, 5, 999_999_999],
  );
  for (
    const value of [0, "0", -1, 1.5, "", "x", "1e3", null, true, [5], 1e12]
  ) {
    strictEqual(readPumpNumber(value), undefined);
  }
});
