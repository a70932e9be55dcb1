import { deepStrictEqual, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { decodeCbor, encodeCbor, isBytes, isCount } from "../../crdt/cbor.ts";
import { fromHex } from "../../crdt/ids.ts";

const { value: values } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    fc.maxSafeInteger(),
    fc.string({ unit: "grapheme" }),
    fc.uint8Array(),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie("value"), { maxLength: 4 }),
  ),
}));

Deno.test("decodeCbor(encodeCbor(x)) = x", () => {
  fc.assert(fc.property(values, (value) => {
    deepStrictEqual(decodeCbor(encodeCbor(value)), value);
  }));
});

Deno.test("decodeCbor() never throws, and what it takes has no other bytes", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 12 }), (bytes) => {
      const value = decodeCbor(bytes);
      if (value !== undefined && !hasFraction(value)) {
        deepStrictEqual(encodeCbor(value), bytes);
      }
    }),
    { numRuns: 5000 },
  );
});

function hasFraction(value: unknown): boolean {
  return Array.isArray(value)
    ? value.some(hasFraction)
    : typeof value === "number" && !Number.isSafeInteger(value);
}

Deno.test("decodeCbor() refuses everything that is not canonical", () => {
  const wrong = {
    "a long integer": "1801",
    "a long length": "780161",
    "an indefinite array": "9f01ff",
    "a map": "a0",
    "a tag": "c001",
    "undefined": "f7",
    "a simple value": "e0",
    "an integer as floating point": "fa3f800000",
    "infinity": "f97c00",
    "beyond exact integers": "1b0020000000000000",
    "bytes behind": "0000",
    "no UTF-8": "61ff",
    "half a character": "63f09f92",
    "nothing": "",
  };
  for (const [name, hex] of Object.entries(wrong)) {
    strictEqual(decodeCbor(fromHex(hex)), undefined, name);
  }
  strictEqual(decodeCbor(encodeCbor("\ufffd")), "\ufffd");
});

Deno.test("decodeCbor() survives deep nesting", () => {
  const deep = new Uint8Array(1_000_000).fill(0x81);
  strictEqual(decodeCbor(deep), undefined);
});

Deno.test("isBytes() and isCount() tell forms apart", () => {
  deepStrictEqual(
    [isBytes(new Uint8Array(2)), isBytes(new Uint8Array(2), 3), isBytes([])],
    [true, false, false],
  );
  deepStrictEqual([0, 1, -1, 0.5, 2 ** 53, "1"].map(isCount), [
    true,
    true,
    false,
    false,
    false,
    false,
  ]);
});
