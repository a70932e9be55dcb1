import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { zstdCompressSync } from "node:zlib";
import fc from "fast-check";
import { encodeCbor } from "../../crdt/cbor.ts";
import { sha256 } from "../../crdt/ids.ts";
import { createSeededRandom } from "../../crdt/mod.ts";
import {
  packBodies,
  PACKED_BYTES_MAX,
  PACKED_BYTES_MIN,
  unpackBodies,
} from "../../net/packed_bodies.ts";

const MOST = 4096;
const MARK = [0x85, 0x6f, 0x4a, 0x83];

function joined(...parts: readonly Iterable<number>[]): Uint8Array {
  return new Uint8Array(parts.flatMap((part) => [...part]));
}

/** A change: a mark, a part of its hash, its kind, its length, what it says. */
function changeOf(
  content: Uint8Array,
): { bytes: Uint8Array; hash: Uint8Array } {
  const length = content.length < 128
    ? [content.length]
    : [content.length & 0x7f | 0x80, content.length >> 7];
  const hashed = joined([1], length, content);
  const hash = sha256(hashed);
  return { bytes: joined(MARK, hash.subarray(0, 4), hashed), hash };
}

/** A chain as commits make it: each names the one before and a change of the one before. */
function chain(length: number, seed = 1): Uint8Array[] {
  const random = createSeededRandom(seed);
  const bodies: Uint8Array[] = [];
  let change = random.bytes(32);
  for (let i = 0; i < length; i++) {
    const last = bodies.at(-1);
    const text = `{"type":"SaleRecorded","number":${i},"product":"honey"}`;
    const next = changeOf(
      joined(change, new TextEncoder().encode(text.repeat(3))),
    );
    change = next.hash;
    bodies.push(
      joined([1, 2, 3], last === undefined ? [] : sha256(last), next.bytes, [
        7,
      ]),
    );
  }
  return bodies;
}

Deno.test("packBodies() leaves out every hash that the one before tells, and compresses the rest", () => {
  const bodies = chain(200);
  const packed = packBodies(bodies);
  ok(packed !== undefined);
  const total = bodies.reduce((sum, { length }) => sum + length, 0);
  // What is left is a number and what repeats: hashes alone would be 64 bytes each.
  ok(packed.length < total / 8 && packed.length < 200 * 20, `${packed.length}`);
  deepStrictEqual(unpackBodies(packed, MOST), bodies);
});

Deno.test("unpackBodies(packBodies(x)) = x for any bodies", () => {
  const stretch = fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    fc.uint8Array({ maxLength: 300 }).map((content) => changeOf(content).bytes),
    fc.uint8Array({ maxLength: 9 }).map((rest) => joined(MARK, rest)),
    fc.constant(new Uint8Array(40)),
  );
  const part = fc.record({
    stretches: fc.array(stretch, { maxLength: 5 }),
    names: fc.boolean(),
    repeats: fc.boolean(),
  });
  fc.assert(fc.property(fc.array(part, { maxLength: 12 }), (parts) => {
    const bodies: Uint8Array[] = [];
    for (const { stretches, names, repeats } of parts) {
      const last = bodies.at(-1) ?? new Uint8Array();
      bodies.push(joined(
        names ? sha256(last) : [],
        ...stretches,
        repeats ? last : [],
        names && repeats ? sha256(last) : [],
      ));
    }
    // Long enough to be worth it.
    bodies.push(new Uint8Array(PACKED_BYTES_MIN));
    const packed = packBodies(bodies);
    ok(packed !== undefined);
    deepStrictEqual(unpackBodies(packed, MOST), bodies);
  }));
});

Deno.test("packBodies() leaves alone what is short", () => {
  strictEqual(packBodies([new Uint8Array(PACKED_BYTES_MIN - 1)]), undefined);
  strictEqual(packBodies([]), undefined);
});

Deno.test("packBodies() leaves alone what nobody would unpack", () => {
  strictEqual(packBodies([new Uint8Array(PACKED_BYTES_MAX)]), undefined);
});

Deno.test("unpackBodies() gives nothing for what was not packed, and never throws", () => {
  const packed = (value: unknown) =>
    new Uint8Array(zstdCompressSync(encodeCbor(value)));
  const body = new Uint8Array(40);
  const wrong: unknown[] = [
    7,
    [],
    [[body], []],
    [[body], [[1]]],
    [[body], [[9, 1]]],
    [[body], [[39, 0]]],
    [[body], [[-1, 0]]],
    [[body, body], [[], [20, 1]]],
    [[body, body], [[], [0, 9]]],
    [["text"], [[]]],
    [[body], [Array.from({ length: 1000 }, () => 0)]],
  ];
  for (const value of wrong) {
    strictEqual(
      unpackBodies(packed(value), MOST),
      undefined,
      JSON.stringify(value),
    );
  }
  fc.assert(fc.property(fc.uint8Array(), (bytes) => {
    strictEqual(unpackBodies(bytes, MOST), undefined);
  }));
  fc.assert(
    fc.property(fc.nat(4000), fc.integer({ min: 1, max: 255 }), (at, by) => {
      const bytes = packBodies(chain(40)) ?? new Uint8Array();
      const i = at % bytes.length;
      bytes[i] = (bytes[i] ?? 0) ^ by;
      unpackBodies(bytes, MOST);
    }),
    { numRuns: 300 },
  );
});

Deno.test("unpackBodies() takes no more bodies than asked for, and no bomb", () => {
  const bodies = chain(60);
  const packed = packBodies(bodies) ?? new Uint8Array();
  strictEqual(unpackBodies(packed, 59), undefined);
  const bomb = zstdCompressSync(new Uint8Array(PACKED_BYTES_MAX + 1));
  ok(bomb.length < 10_000);
  strictEqual(unpackBodies(new Uint8Array(bomb), MOST), undefined);
});

Deno.test("unpackBodies() hashes no more than a body holds, however often it is told to", () => {
  const { bytes } = changeOf(new Uint8Array(8000));
  const packed = (places: number) =>
    new Uint8Array(zstdCompressSync(encodeCbor([
      [bytes],
      [Array.from({ length: places }, () => [MARK.length, 0]).flat()],
    ])));
  deepStrictEqual(unpackBodies(packed(1), MOST), [bytes]);
  strictEqual(unpackBodies(packed(2), MOST), undefined);
});
