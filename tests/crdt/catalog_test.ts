import { deepStrictEqual, strictEqual } from "node:assert/strict";
import {
  catalogFold,
  catalogProduct,
  catalogProducts,
  standingChanges,
} from "../../crdt/catalog.ts";
import type { Scope } from "../../crdt/catalog_facts.ts";
import { parseFact } from "../../crdt/facts.ts";
import type { ProductId } from "../../crdt/ids.ts";
import { type FactPlace, idOf, makeFact, placeFact } from "../support/facts.ts";
import { MemoryRows } from "../support/memory_rows.ts";

const P = "1" as ProductId;
const SCOPE: Scope = "mesh";

interface Change extends FactPlace {
  readonly name: string;
  readonly field?: string;
  readonly value?: unknown;
  readonly over?: readonly string[];
  readonly site?: string;
  readonly product?: string;
}

function change(
  { name, field = "name", value = "honey", over = [], site, product, ...place }:
    Change,
) {
  const fact = makeFact("ProductChanged", {
    id: idOf(name),
    scope: SCOPE,
    product: product ?? P,
    field,
    value,
    over: over.map(idOf),
    ...(site === undefined ? {} : { site }),
  });
  return placeFact(fact, place);
}

function removal(name: string, over: readonly string[], place: FactPlace = {}) {
  const fact = makeFact("ProductRemoved", {
    id: idOf(name),
    scope: SCOPE,
    product: P,
    over: over.map(idOf),
  });
  return placeFact(fact, place);
}

type Placed = ReturnType<typeof change> | ReturnType<typeof removal>;

/** The product after changes, which is the same in either order. */
function product(...changes: Placed[]) {
  const [there, back] = [changes, changes.toReversed()].map((list) => {
    const rows = new MemoryRows();
    for (const placed of list) catalogFold.add(rows, placed);
    return rows;
  });
  deepStrictEqual(there?.dump(), back?.dump());
  return there && catalogProduct(there, SCOPE, P);
}

const LISTED = change({ name: "listed", field: "listed", value: true });

Deno.test("catalogFold shows the value that nobody replaced, whatever its stamp", () => {
  const made = product(
    LISTED,
    change({ name: "late", value: "old", stamp: 9 }),
    change({ name: "early", value: "new", stamp: 2, over: ["late"] }),
  );
  strictEqual(made?.name, "new");
  deepStrictEqual(made?.contested, []);
});

Deno.test("catalogFold shows the greatest of changes made apart and lists the field", () => {
  const made = product(
    change({ name: "a", value: "wax", stamp: 1 }),
    change({ name: "b", value: "honey", stamp: 2, log: 1 }),
    change({ name: "c", value: "mead", stamp: 2, log: 2 }),
  );
  strictEqual(made?.name, "mead");
  deepStrictEqual(made?.contested, ["name"]);
});

Deno.test("catalogFold does not call equal values made apart contested", () => {
  const made = product(change({ name: "a" }), change({ name: "b", log: 2 }));
  deepStrictEqual(made?.contested, []);
});

Deno.test("catalogFold takes the tightest of policies made apart", () => {
  const policy = (name: string, value: string, stamp: number) =>
    change({ name, field: "policy", value, stamp });
  strictEqual(
    product(policy("a", "strict", 1), policy("b", "unmetered", 2))?.policy,
    "strict",
  );
  strictEqual(product(policy("b", "unmetered", 2))?.policy, "unmetered");
  strictEqual(product(LISTED)?.policy, "soft");
});

Deno.test("catalogFold keeps a removed product, not listed", () => {
  strictEqual(product(LISTED, removal("r", ["listed"]))?.listed, false);
  const again = change({
    name: "again",
    field: "listed",
    value: true,
    over: ["r"],
    stamp: 3,
  });
  strictEqual(product(LISTED, removal("r", ["listed"]), again)?.listed, true);
});

Deno.test("catalogFold lets a removal and a listing made apart contest", () => {
  const relisted = change({
    name: "again",
    field: "listed",
    value: true,
    over: ["listed"],
    stamp: 5,
  });
  const made = product(
    LISTED,
    removal("r", ["listed"], { stamp: 4 }),
    relisted,
  );
  deepStrictEqual([made?.listed, made?.contested], [true, ["listed"]]);
});

Deno.test("catalogFold ignores a branch's copy where an office made the product", () => {
  const branch = change({ name: "b", value: "branch", stamp: 9, site: "CUS" });
  strictEqual(product(branch)?.name, "branch");
  strictEqual(product(branch, change({ name: "a" }))?.name, "honey");
});

Deno.test("catalogFold lets all stand that replace each other in a circle", () => {
  const made = product(
    change({ name: "a", value: "x", over: ["b"] }),
    change({ name: "b", value: "y", over: ["a"], log: 2 }),
  );
  deepStrictEqual([made?.name, made?.contested], ["y", ["name"]]);
  strictEqual(
    product(change({ name: "a", value: "x", over: ["a"] }))?.name,
    "x",
  );
});

Deno.test("catalogFold takes out what it put in", () => {
  const rows = new MemoryRows();
  const changes = [LISTED, change({ name: "a" }), removal("r", ["listed"])];
  for (const placed of changes) catalogFold.add(rows, placed);
  const [, , last] = changes;
  if (last !== undefined) catalogFold.remove(rows, last);
  strictEqual(catalogProduct(rows, SCOPE, P)?.listed, true);
  catalogFold.remove(rows, LISTED);
  catalogFold.remove(rows, change({ name: "a" }));
  deepStrictEqual(rows.dump(), {});
});

Deno.test("standingChanges() gives changes least first", () => {
  const rows = new MemoryRows();
  for (const stamp of [3, 1, 2]) {
    catalogFold.add(rows, change({ name: `${stamp}`, stamp }));
  }
  const ids = standingChanges(rows, { scope: SCOPE, product: P, field: "name" })
    .map(({ id }) => id);
  deepStrictEqual(ids, ["1", "2", "3"].map(idOf));
});

Deno.test("catalogProducts() pages through products in the order of listing", () => {
  const rows = new MemoryRows();
  ["c", "a", "b"].forEach((name, stamp) =>
    catalogFold.add(
      rows,
      change({ name, product: name, field: "listed", value: true, stamp }),
    )
  );
  const [first] = catalogProducts(rows, SCOPE, { limit: 1 });
  const rest = catalogProducts(rows, SCOPE, {
    after: first?.order ?? [],
    limit: 9,
  });
  deepStrictEqual([first, ...rest].map((it) => it?.product), ["c", "a", "b"]);
});

Deno.test("catalogFold shows the details of a product, and takes away what was set to nothing", () => {
  const detail = (
    field: string,
    value: unknown,
    fields: Partial<Change> = {},
  ) => change({ name: `${field} ${value}`, field, value, ...fields });
  const made = product(
    LISTED,
    detail("description", "Bolsa 1kg"),
    detail("cost", "3.50 PEN"),
    detail("minimum", 0),
    detail("unit", "kg"),
    detail("barcode", "7750000000011", { stamp: 1 }),
    detail("barcode", "", { stamp: 2, over: ["barcode 7750000000011"] }),
  );
  deepStrictEqual(made?.details, {
    description: "Bolsa 1kg",
    cost: "3.50 PEN",
    minimum: 0,
    unit: "kg",
  });
  deepStrictEqual(made?.contested, []);
});

Deno.test("catalogFold lists contested details behind listing, name and policy", () => {
  const made = product(
    LISTED,
    change({ name: "a", field: "unit", value: "kg", stamp: 1 }),
    change({ name: "b", field: "unit", value: "l", stamp: 2 }),
    change({ name: "c", field: "cost", value: "1 PEN", stamp: 3 }),
    change({ name: "d", field: "cost", value: "2 PEN", stamp: 2 }),
    change({ name: "e", value: "honey" }),
    change({ name: "f", value: "wax" }),
  );
  deepStrictEqual(made?.contested, ["name", "cost", "unit"]);
  deepStrictEqual(made?.details, { unit: "l", cost: "1 PEN" });
});

Deno.test("parseFact() takes details of their own form alone", () => {
  const forms: readonly [field: string, fine: unknown[], wrong: unknown[]][] = [
    ["minimum", [0, 7, ""], [-1, 0.5, "7", true]],
    ["cost", ["4.50 PEN", "4 PEN", ""], ["4.50", "-1 PEN", "4,5 PEN", 4]],
    ["unit", ["piece", "kg", "l", "m", ""], ["g", 1, true]],
    ["barcode", ["7750000000011", ""], [7, true]],
    ["name", ["x"], [1, true]],
    ["listed", [true], ["true", 1]],
  ];
  for (const [field, fine, wrong] of forms) {
    const parsed = (value: unknown) =>
      parseFact({ ...LISTED.fact, field, value });
    for (const value of fine) strictEqual(typeof parsed(value), "object");
    for (const value of wrong) {
      strictEqual(parsed(value), "malformed", `${field} ${value}`);
    }
  }
});
