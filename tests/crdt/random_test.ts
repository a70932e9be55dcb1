import { deepStrictEqual, notDeepStrictEqual, ok } from "node:assert/strict";
import fc from "fast-check";
import {
  createFactIds,
  createSeededRandom,
  randomBelow,
} from "../../crdt/random.ts";
import { parseFactId } from "../../crdt/ids.ts";

Deno.test("createSeededRandom() gives the same bytes for the same seed only", () => {
  const bytes = (seed: number) => createSeededRandom(seed).bytes(16);
  fc.assert(fc.property(fc.integer(), (seed) => {
    deepStrictEqual(bytes(seed), bytes(seed));
    notDeepStrictEqual(bytes(seed), bytes(seed + 1));
  }));
});

Deno.test("randomBelow() stays below its limit and reaches all of it", () => {
  const random = createSeededRandom(1);
  const seen = new Set<number>();
  for (let i = 0; i < 500; i++) seen.add(randomBelow(random, 7));
  deepStrictEqual([...seen].sort(), [0, 1, 2, 3, 4, 5, 6]);
  ok(randomBelow({ bytes: () => new Uint8Array(4).fill(255) }, 3) === 2);
});

Deno.test("createFactIds() gives ids in order, also when the clock goes back", () => {
  fc.assert(
    fc.property(fc.integer(), fc.array(fc.nat(2 ** 45)), (seed, clocks) => {
      const next = createFactIds(createSeededRandom(seed));
      const ids = clocks.map(next);
      deepStrictEqual(ids.toSorted(), ids);
      deepStrictEqual([...new Set(ids)], ids);
      for (const id of ids) ok(parseFactId(id) === id && id[14] === "7");
    }),
  );
});

Deno.test("createFactIds() keeps order beyond 4096 ids in a millisecond", () => {
  const next = createFactIds(createSeededRandom(1));
  const ids = Array.from({ length: 5000 }, () => next(5));
  deepStrictEqual(ids.toSorted(), ids);
});
