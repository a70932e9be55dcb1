import { strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { fixedFactId, transactionNumber } from "../../crdt/mod.ts";

Deno.test("transactionNumber() is a positive whole number of 31 bits", () => {
  fc.assert(fc.property(fc.string(), (text) => {
    const number = transactionNumber(fixedFactId(["session", text]));
    strictEqual(
      Number.isInteger(number) && number > 0 && number < 2 ** 31,
      true,
    );
  }));
});

Deno.test("transactionNumber() differs between ten thousand sessions", () => {
  const numbers = Array.from(
    { length: 10_000 },
    (_, i) => transactionNumber(fixedFactId(["session", String(i)])),
  );
  strictEqual(new Set(numbers).size, numbers.length);
});
