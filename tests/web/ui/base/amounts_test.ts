import { strictEqual } from "node:assert/strict";
import fc from "fast-check";
import {
  addMoney,
  divideHalfEven,
  formatDecimal,
  money,
} from "../../../../crdt/mod.ts";
import {
  decimalOf,
  decimalText,
  halfEven,
  plus,
  typedAmount,
  typedThousandths,
} from "../../../../web/ui/base/amounts.ts";

const amount = fc.tuple(
  fc.integer({ min: -1_000_000_000, max: 1_000_000_000 }),
  fc.integer({ min: 0, max: 4 }),
);

Deno.test("plus() adds as the node does", () => {
  fc.assert(fc.property(amount, amount, ([a, p], [b, q]) => {
    const left = money(a, "PEN", p);
    const right = money(b, "PEN", q);
    const sum = plus(
      decimalOf(formatDecimal(left)) ?? fail(),
      decimalOf(formatDecimal(right)) ?? fail(),
    );

    strictEqual(decimalText(sum), formatDecimal(addMoney(left, right)));
  }));
});

Deno.test("halfEven() rounds as the node does", () => {
  const divisor = fc.bigInt({ min: 1n, max: 10_000n });
  fc.assert(fc.property(fc.bigInt(), divisor, (dividend, by) => {
    strictEqual(halfEven(dividend, by), divideHalfEven(dividend, by));
  }));
});

Deno.test("decimalText() writes what decimalOf() reads", () => {
  fc.assert(fc.property(amount, ([units, places]) => {
    const text = formatDecimal(money(units, "PEN", places));

    strictEqual(decimalText(decimalOf(text) ?? fail()), text);
  }));
});

Deno.test("typedAmount() reads amounts as people of each currency type them", () => {
  const read = (typed: string, places: number) => {
    const found = typedAmount(typed, places);
    return found === undefined ? undefined : decimalText(found);
  };
  for (
    const [typed, places, expected] of [
      ["12.5", 2, "12.50"],
      ["12,5", 2, "12.50"],
      ["1.234,50", 2, "1234.50"],
      ["1,234.50", 2, "1234.50"],
      ["1.234.567", 0, "1234567"],
      ["1.500", 0, "1500"],
      ["1,500", 2, "1500.00"],
      [".5", 2, "0.50"],
      ["20", 2, "20.00"],
      ["1.234", 3, "1.234"],
      ["12.345", 2, "12345.00"],
      ["1.2345", 2, undefined],
      ["12.5", 0, undefined],
      ["1.23.456", 0, undefined],
      ["-5", 2, undefined],
      ["", 2, undefined],
      [".", 2, undefined],
      ["cinco", 2, undefined],
    ] as const
  ) strictEqual(read(typed, places), expected, `${typed} in ${places}`);
});

Deno.test("typedThousandths() reads up to three decimals and no more", () => {
  strictEqual(typedThousandths("0.75"), 750);
  strictEqual(typedThousandths("0,75"), 750);
  strictEqual(typedThousandths("3"), 3000);
  strictEqual(typedThousandths(".125"), 125);
  strictEqual(typedThousandths("0.1234"), undefined);
  strictEqual(typedThousandths(""), undefined);
  strictEqual(typedThousandths("kilo"), undefined);
});

function fail(): never {
  throw new TypeError("No decimal");
}
