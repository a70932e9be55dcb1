import { strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { addWrapped, compareOrder } from "../../crdt/fold.ts";

const MOST = Number.MAX_SAFE_INTEGER;

Deno.test("addWrapped() is exact, commutative and associative, and undone by its opposite", () => {
  const numbers = fc.oneof(
    fc.maxSafeInteger(),
    fc.constantFrom(MOST, -MOST, 0, 1),
  );
  fc.assert(fc.property(numbers, numbers, numbers, (a, b, c) => {
    const sum = addWrapped(a, b);
    strictEqual(Number.isSafeInteger(sum), true);
    strictEqual(addWrapped(b, a), sum);
    strictEqual(
      addWrapped(sum, c),
      addWrapped(a, addWrapped(b, c)),
    );
    strictEqual(addWrapped(sum, -b), a + 0);
    if (Number.isSafeInteger(a + b)) strictEqual(sum, a + b);
  }));
});

Deno.test("compareOrder() compares stamp, then log, then seq, then id", () => {
  const least = { stamp: "1", log: "1", seq: 1, id: "1" };
  const greater = [
    { stamp: "2", log: "0", seq: 0, id: "0" },
    { stamp: "1", log: "2", seq: 0, id: "0" },
    { stamp: "1", log: "1", seq: 2, id: "0" },
    { stamp: "1", log: "1", seq: 1, id: "2" },
  ];
  for (const other of greater) {
    strictEqual(Math.sign(compareOrder(least, other)), -1);
    strictEqual(Math.sign(compareOrder(other, least)), 1);
  }
  strictEqual(compareOrder(least, { ...least }), 0);
});
