import {
  deepStrictEqual,
  notDeepStrictEqual,
  strictEqual,
} from "node:assert/strict";
import fc from "fast-check";
import {
  type Hash,
  type LogId,
  sha256,
  toHex,
  type VectorEntry,
} from "../../crdt/ids.ts";
import {
  bucketDigests,
  bucketOf,
  BUCKETS,
  vectorDigest,
} from "../../crdt/vector.ts";

const hash = (text: string) =>
  toHex(sha256(new TextEncoder().encode(text))) as Hash;
const entries: fc.Arbitrary<VectorEntry[]> = fc.uniqueArray(fc.nat(999), {
  maxLength: 20,
}).map((numbers) =>
  numbers.map((i) => ({
    log: hash(`${i}`).slice(0, 32) as LogId,
    seq: i + 1,
    hash: hash(`commit ${i}`),
  }))
);

Deno.test("vectorDigest() does not depend on the order of logs", () => {
  fc.assert(fc.property(entries, (vector) => {
    deepStrictEqual(vectorDigest(vector), vectorDigest(vector.toReversed()));
  }));
});

Deno.test("vectorDigest() and bucketDigests() show every difference", () => {
  fc.assert(fc.property(entries, fc.nat(), (vector, n) => {
    const i = vector.length === 0 ? -1 : n % vector.length;
    const [entry] = vector.slice(i, i + 1);
    if (entry === undefined) return;
    const changed = [
      vector.toSpliced(i, 1),
      vector.with(i, { ...entry, seq: entry.seq + 1 }),
      vector.with(i, { ...entry, hash: hash("other") }),
    ];
    const bucket = bucketOf(entry.log);
    for (const other of changed) {
      notDeepStrictEqual(vectorDigest(other), vectorDigest(vector));
      const [a, b] = [bucketDigests(vector), bucketDigests(other)];
      a.forEach((digest, at) => {
        if (at === bucket) notDeepStrictEqual(b[at], digest);
        else deepStrictEqual(b[at], digest);
      });
    }
  }));
});

Deno.test("bucketDigests() has one digest a bucket, empty for an empty one", () => {
  const digests = bucketDigests([]);
  strictEqual(digests.length, BUCKETS);
  strictEqual(digests.every(({ length }) => length === 0), true);
});

Deno.test("bucketOf() puts a fork beside its trunk", () => {
  const trunk = hash("a").slice(0, 32) as LogId;
  strictEqual(bucketOf(`${trunk}~${hash("b")}` as LogId), bucketOf(trunk));
});
