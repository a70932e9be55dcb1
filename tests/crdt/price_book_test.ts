import { deepStrictEqual, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import type { Scope } from "../../crdt/catalog_facts.ts";
import type { ProductId } from "../../crdt/ids.ts";
import {
  nextPriceChange,
  priceFold,
  priceInForce,
  pricesToReplace,
} from "../../crdt/price_book.ts";
import { type FactPlace, idOf, makeFact, placeFact } from "../support/facts.ts";
import { MemoryRows } from "../support/memory_rows.ts";

const PLACE = { scope: "mesh" as Scope, product: "1" as ProductId };

interface Change extends FactPlace {
  readonly name: string;
  readonly from: number;
  readonly over?: readonly string[];
  readonly site?: string;
  readonly product?: string;
}

function change({ name, from, over = [], site, product, ...place }: Change) {
  const fact = makeFact("PriceChanged", {
    id: idOf(name),
    ...PLACE,
    product: product ?? "1",
    price: 100,
    currency: "PEN",
    exponent: 2,
    effectiveAt: from,
    over: over.map(idOf),
    ...(site === undefined ? {} : { site }),
  });
  return placeFact(fact, place);
}

function book(...changes: Change[]): MemoryRows {
  const rows = new MemoryRows();
  for (const one of changes) priceFold.add(rows, change(one));
  return rows;
}

/** Names of the prices in force at some instants. */
function inForce(rows: MemoryRows, ...instants: number[]) {
  const names = ["a", "b", "c", "d"];
  return instants.map((at) => {
    const fact = priceInForce(rows, PLACE, at)?.fact;
    return names.find((name) => idOf(name) === fact);
  });
}

Deno.test("priceInForce() begins at the instant of a change and not before", () => {
  const rows = book({ name: "a", from: 10 });
  deepStrictEqual(inForce(rows, 9, 10, 11), [undefined, "a", "a"]);
});

Deno.test("priceInForce() changes when a scheduled change comes into force", () => {
  const rows = book(
    { name: "a", from: 0, stamp: 1 },
    { name: "b", from: 100, stamp: 2, over: ["a"] },
  );
  deepStrictEqual(inForce(rows, 99, 100), ["a", "b"]);
  strictEqual(nextPriceChange(rows, PLACE, 99), 100);
  strictEqual(nextPriceChange(rows, PLACE, 100), Infinity);
});

Deno.test("priceInForce() lets a change cancel a scheduled one", () => {
  const rows = book(
    { name: "a", from: 0 },
    { name: "b", from: 100, over: ["a"] },
    { name: "c", from: 50, over: ["a", "b"] },
  );
  deepStrictEqual(inForce(rows, 49, 50, 100), ["a", "c", "c"]);
});

Deno.test("priceInForce() of changes made apart takes the greatest", () => {
  const rows = book(
    { name: "a", from: 5, stamp: 2, log: 1 },
    { name: "b", from: 5, stamp: 2, log: 2 },
    { name: "c", from: 5, stamp: 1, log: 3 },
  );
  deepStrictEqual(inForce(rows, 5), ["b"]);
});

Deno.test("priceInForce() ignores a branch's copy where an office has a price", () => {
  const branch: Change = { name: "b", from: 9, site: "CUS" };
  deepStrictEqual(inForce(book(branch), 9), ["b"]);
  deepStrictEqual(inForce(book(branch, { name: "a", from: 1 }), 9), ["a"]);
});

Deno.test("a price change that names itself, or another product's, replaces nothing by that", () => {
  deepStrictEqual(inForce(book({ name: "a", from: 0, over: ["a"] }), 1), ["a"]);
  const other: Change = { name: "b", from: 0, product: "2", over: ["a"] };
  deepStrictEqual(inForce(book({ name: "a", from: 0 }, other), 1), ["a"]);
});

Deno.test("priceInForce() sees past any number of replaced changes", () => {
  const many = Array.from({ length: 50 }, (_, i): Change => ({
    name: `${i}`,
    from: 10 + i,
  }));
  const last: Change = {
    name: "b",
    from: 5,
    over: many.map(({ name }) => name),
  };
  deepStrictEqual(inForce(book(...many, last), 100), ["b"]);
});

Deno.test("pricesToReplace() names the price in force and all that are scheduled", () => {
  const rows = book(
    { name: "a", from: 0 },
    { name: "b", from: 10, over: ["a"] },
    { name: "c", from: 20, over: ["b"] },
  );
  deepStrictEqual(pricesToReplace(rows, PLACE, 15), ["b", "c"].map(idOf));
  deepStrictEqual(pricesToReplace(new MemoryRows(), PLACE, 0), []);
});

Deno.test("priceFold is the same in any order, and takes out what it put in", () => {
  const names = ["a", "b", "c", "d"];
  const changes = fc.uniqueArray(
    fc.record({
      name: fc.constantFrom(...names),
      from: fc.nat(3),
      over: fc.subarray(names),
      stamp: fc.nat(2),
    }, { noNullPrototype: true }),
    { selector: ({ name }) => name },
  );
  fc.assert(fc.property(changes, (list) => {
    const rows = book(...list);
    deepStrictEqual(book(...list.toReversed()).dump(), rows.dump());
    for (let at = -1; at < 5; at++) {
      const next = nextPriceChange(rows, PLACE, at);
      // Nothing changes before the next instant that is named.
      for (let later = at; later < Math.min(next, 5); later++) {
        deepStrictEqual(inForce(rows, later), inForce(rows, at));
      }
    }
    for (const one of list) priceFold.remove(rows, change(one));
    deepStrictEqual(rows.dump(), {});
  }));
});
