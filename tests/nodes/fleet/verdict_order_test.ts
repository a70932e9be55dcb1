import { deepStrictEqual } from "node:assert/strict";
import { VerdictOrder } from "../../../nodes/fleet/verdict_order.ts";

interface Entry {
  readonly name: string;
  readonly key: string;
  readonly receivedAt: number;
  accepted: boolean | undefined;
}

function entry(name: string, receivedAt: number, key = "k"): Entry {
  return { name, key, receivedAt, accepted: undefined };
}

const names = (entries: readonly Entry[]) => entries.map(({ name }) => name);

Deno.test("C-22: VerdictOrder gives verdicts of one line in the order in which its entries came", () => {
  const order = new VerdictOrder<Entry>(100);
  const [a, b, c] = [entry("a", 0), entry("b", 1), entry("c", 2)];
  for (const it of [a, b, c]) order.add(it);
  c.accepted = true;
  deepStrictEqual(names(order.take("k", 10)), []);
  a.accepted = false;
  deepStrictEqual(names(order.take("k", 11)), ["a"]);
  b.accepted = true;
  deepStrictEqual(names(order.take("k", 12)), ["b", "c"]);
  deepStrictEqual(names(order.take("k", 13)), []);
});

Deno.test("VerdictOrder lets nobody wait for one that takes too long, and keeps lines apart", () => {
  const order = new VerdictOrder<Entry>(100);
  const [a, b, other] = [entry("a", 0), entry("b", 50), entry("o", 0, "x")];
  for (const it of [a, b, other]) order.add(it);
  b.accepted = true;
  deepStrictEqual(order.overdue(99), []);
  deepStrictEqual(names(order.take("k", 99)), []);
  deepStrictEqual(order.overdue(100).toSorted(), ["k", "x"]);
  // The late one leaves without a verdict; those behind it go on.
  deepStrictEqual(names(order.take("k", 100)), ["a", "b"]);
  deepStrictEqual(order.overdue(100), ["x"]);
});
