import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import {
  DIRECTORY,
  directoryFold,
  directoryOver,
  directoryStanding,
} from "../../crdt/directory.ts";
import type { DirectoryChanged } from "../../crdt/directory_facts.ts";
import type { LogFact } from "../../crdt/fold.ts";
import type { SpaceId } from "../../crdt/ids.ts";
import type { Row, Scan, TableSchema } from "../../crdt/rows.ts";
import { standing } from "../../crdt/standing.ts";
import { type FactPlace, idOf, makeFact, placeFact } from "../support/facts.ts";
import { MemoryRows } from "../support/memory_rows.ts";

const PLACE = {
  space: "site:E03" as SpaceId,
  subject: "site/name",
  field: "name",
};

function change(
  name: string,
  over: readonly string[],
  place: FactPlace & { readonly at?: number },
): LogFact<DirectoryChanged> {
  const fact = makeFact("DirectoryChanged", {
    ...PLACE,
    id: idOf(name),
    at: place.at ?? 0,
    value: name,
    over: over.map(idOf),
  });
  return placeFact(fact, place);
}

function shown(rows: MemoryRows): Row | undefined {
  return rows.get(DIRECTORY, [PLACE.space, PLACE.subject, PLACE.field]);
}

/** Counts the rows that are read. */
class CountedRows extends MemoryRows {
  read = 0;

  override scan(table: TableSchema, scan?: Scan): Row[] {
    const found = super.scan(table, scan);
    this.read += found.length;
    return found;
  }
}

Deno.test("directoryFold reads few rows of a field that was set very often", () => {
  const rows = new CountedRows();
  for (let n = 1; n <= 300; n++) {
    rows.read = 0;
    const over = n === 1 ? [] : [`c${n - 1}`];
    directoryFold.add(rows, change(`c${n}`, over, { stamp: n, seq: n, at: n }));
  }
  strictEqual(shown(rows)?.["value"], '"c300"');
  deepStrictEqual(
    [
      shown(rows)?.["at"],
      shown(rows)?.["first_at"],
      shown(rows)?.["contested"],
    ],
    [300, 1, 0],
  );
  ok(rows.read < 20, `${rows.read}`);
  rows.read = 0;
  deepStrictEqual(directoryOver(rows, PLACE), [idOf("c300")]);
  strictEqual(rows.read, 1);
});

Deno.test("directoryFold shows what stands of any changes, whichever were taken out again", () => {
  const names = fc.constantFrom("a", "b", "c", "d");
  const one = fc.record({
    name: names,
    log: fc.integer({ min: 1, max: 3 }),
    stamp: fc.integer({ min: 1, max: 5 }),
    at: fc.nat(9),
    over: fc.array(names, { maxLength: 3 }),
    stays: fc.boolean(),
  });
  const all = fc.uniqueArray(one, {
    maxLength: 8,
    selector: ({ name, log }) => `${name} ${log}`,
  });
  fc.assert(fc.property(all, (told) => {
    const rows = new MemoryRows();
    const placed = told.map(({ name, over, stays, ...place }) => ({
      stays,
      change: change(name, over, place),
    }));
    for (const { change } of placed) directoryFold.add(rows, change);
    for (const { change, stays } of placed) {
      if (!stays) directoryFold.remove(rows, change);
    }
    const left = placed.filter(({ stays }) => stays).map(({ change }) =>
      change
    );
    const stands = standing(left.map(({ fact, log, seq, stamp }) => ({
      ...{ log, seq, stamp, id: fact.id, value: fact.value, at: fact.at },
      replaces: fact.over,
    })));
    const last = stands.at(-1);
    deepStrictEqual(
      shown(rows),
      last === undefined ? undefined : {
        ...PLACE,
        value: JSON.stringify(last.value),
        at: last.at,
        first_at: Math.min(...left.map(({ fact }) => fact.at)),
        contested: new Set(stands.map(({ value }) => value)).size > 1 ? 1 : 0,
      },
    );
    deepStrictEqual(directoryOver(rows, PLACE), [
      ...new Set(stands.map(({ id }) => id)),
    ]);
  }));
});

Deno.test("directoryStanding() gives every value that was set apart, and one that replaces them alone", () => {
  const rows = new MemoryRows();
  directoryFold.add(rows, change("first", [], { stamp: 1, seq: 1 }));
  directoryFold.add(rows, change("b", ["first"], { stamp: 3, seq: 2 }));
  directoryFold.add(rows, change("a", ["first"], { stamp: 2, seq: 3 }));
  deepStrictEqual(directoryStanding(rows, PLACE), ["a", "b"]);
  directoryFold.add(rows, change("c", ["a", "b"], { stamp: 4, seq: 4 }));
  deepStrictEqual(directoryStanding(rows, PLACE), ["c"]);
  deepStrictEqual(directoryStanding(rows, { ...PLACE, field: "no" }), []);
});
