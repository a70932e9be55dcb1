import { deepStrictEqual, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import {
  credentialRevokedFold,
  type FactOf,
  isKeyVoid,
  isPointToken,
  KEY_GRACE_MICROS,
  type LogFact,
  POINT_KEYS_MAX,
  pointCredentialFold,
  type PointId,
  pointKeys,
  type SiteCode,
} from "../../crdt/mod.ts";
import { idOf, makeFact, placeFact } from "../support/facts.ts";
import { MemoryRows } from "../support/memory_rows.ts";

const PLACE = { site: "CUS" as SiteCode, point: "SEV-07" as PointId };
const SECOND = 1_000_000;
const hashOf = (name: string) =>
  Array.from({ length: 64 }, (_, i) => name.charCodeAt(i % name.length) % 10)
    .join("");

type Given = LogFact<FactOf<"PointCredential" | "PointCredentialRevoked">>;

/** What a point was given, or `-` for a revocation, each at its second. */
function place(steps: readonly (readonly [name: string, second: number])[]) {
  return steps.map(([name, second], i): Given => {
    const at = second * SECOND;
    const id = idOf(`${name} ${i}`);
    const fact = name === "-"
      ? makeFact("PointCredentialRevoked", { ...PLACE, id, at })
      : makeFact("PointCredential", {
        ...PLACE,
        id,
        at,
        tokenHash: hashOf(name),
        key: name,
      });
    return placeFact(fact, { stamp: i + 1, seq: i + 1 });
  });
}

function fold(rows: MemoryRows, placed: Given, how: "add" | "remove"): void {
  const { fact } = placed;
  if (fact.type === "PointCredential") {
    pointCredentialFold[how](rows, { ...placed, fact });
  } else credentialRevokedFold[how](rows, { ...placed, fact });
}

function rowsOf(given: readonly Given[]): MemoryRows {
  const rows = new MemoryRows();
  for (const one of given) fold(rows, one, "add");
  return rows;
}

Deno.test("C-39: a point's newest key is good for ever, the one before for 60 s more", () => {
  const rows = rowsOf(place([["a", 0], ["b", 10], ["c", 100]]));
  deepStrictEqual(pointKeys(rows, PLACE), [
    { key: "c", until: null },
    { key: "b", until: 100 * SECOND + KEY_GRACE_MICROS },
    { key: "a", until: 10 * SECOND + KEY_GRACE_MICROS },
  ]);
  const other = { ...PLACE, point: "SEV-08" as PointId };
  deepStrictEqual(pointKeys(rows, other), []);
});

Deno.test("C-39: no key from before a revocation is good, not even for 60 s", () => {
  const voided = rowsOf(place([["a", 0], ["b", 10], ["-", 20]]));
  deepStrictEqual(pointKeys(voided, PLACE), []);
  const again = rowsOf(place([["a", 0], ["-", 20], ["b", 21]]));
  deepStrictEqual(pointKeys(again, PLACE), [{ key: "b", until: null }]);
});

Deno.test("isKeyVoid() is true from a revocation to the next credentials, and never for a point without any", () => {
  const isVoid = (...steps: readonly (readonly [string, number])[]) =>
    isKeyVoid(rowsOf(place(steps)), PLACE);
  strictEqual(isVoid(), false);
  strictEqual(isVoid(["-", 0]), false);
  strictEqual(isVoid(["a", 0]), false);
  strictEqual(isVoid(["a", 0], ["-", 1]), true);
  strictEqual(isVoid(["-", 0], ["a", 1], ["-", 2], ["-", 3]), true);
  strictEqual(isVoid(["a", 0], ["-", 1], ["b", 2]), false);
});

Deno.test("C-41: any token issued to a point is its own until it is revoked", () => {
  const rows = rowsOf(place([["a", 0], ["b", 10]]));
  strictEqual(isPointToken(rows, PLACE, hashOf("a")), true);
  strictEqual(isPointToken(rows, PLACE, hashOf("b")), true);
  strictEqual(isPointToken(rows, PLACE, hashOf("c")), false);
  strictEqual(isPointToken(rows, PLACE, ""), false);
  const other = { ...PLACE, point: "SEV-08" as PointId };
  strictEqual(isPointToken(rows, other, hashOf("a")), false);

  const revoked = rowsOf(place([["a", 0], ["-", 20], ["b", 30]]));
  strictEqual(isPointToken(revoked, PLACE, hashOf("a")), false);
  strictEqual(isPointToken(revoked, PLACE, ""), false);
  strictEqual(isPointToken(revoked, PLACE, hashOf("b")), true);
});

Deno.test("pointKeys() gives a bounded number of keys, whatever the order in which facts came and went", () => {
  fc.assert(fc.property(
    fc.array(fc.constantFrom("a", "b", "c", "-"), { maxLength: 20 }),
    fc.nat(),
    (names, seed) => {
      const given = place(names.map((name, i) => [name, i]));
      const expected = rowsOf(given);
      const rows = new MemoryRows();
      const shuffled = given.toSorted((a, b) =>
        (a.seq * (seed % 97) % 31) - (b.seq * (seed % 97) % 31)
      );
      for (const one of shuffled) fold(rows, one, "add");
      for (const one of given.slice(0, 3)) {
        fold(rows, one, "remove");
        fold(rows, one, "add");
      }
      deepStrictEqual(pointKeys(rows, PLACE), pointKeys(expected, PLACE));
      const since = names.slice(names.lastIndexOf("-") + 1).toReversed();
      deepStrictEqual(
        pointKeys(rows, PLACE).map(({ key }) => key),
        since.slice(0, POINT_KEYS_MAX),
      );
    },
  ));
});
