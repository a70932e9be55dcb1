import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { decodeCbor, encodeCbor } from "../../crdt/cbor.ts";
import { makeStamp } from "../../crdt/clock.ts";
import {
  type Commit,
  decodeCommit,
  encodeCommit,
  journalName,
  logIdOf,
  pageOf,
  signHead,
  trunkOf,
  verifyHead,
} from "../../crdt/commit.ts";
import {
  type Hash,
  type LogId,
  MESH_SPACE,
  parseLogId,
  type SpaceId,
  toHex,
} from "../../crdt/ids.ts";
import { SIMULATED_SIGNATURES as SCHEME } from "../../crdt/signing.ts";

const bytes = (length: number) =>
  fc.uint8Array({ minLength: length, maxLength: length });
const hashes = bytes(32).map((it) => toHex(it) as Hash);
const logs = bytes(16).map((it) => toHex(it) as LogId);
const PLAIN = { noNullPrototype: true };
const places = fc.record({ seq: fc.integer({ min: 1 }), hash: hashes }, PLAIN);

const commits: fc.Arbitrary<Commit> = fc.record({
  space: fc.constantFrom<SpaceId>(MESH_SPACE, "site:CUS" as SpaceId),
  log: logs,
  seq: fc.integer({ min: 1, max: 5000 }),
  prev: hashes,
  stamp: fc.nat().map((ms) => makeStamp(ms, 1)),
  docs: fc.uniqueArray(fc.constantFrom("a/x", "k/x", "z/x"), { maxLength: 3 }),
  journal: fc.boolean(),
  bytes: fc.uint8Array(),
  publicKey: bytes(32),
  epoch: bytes(8),
  certificate: fc.option(fc.uint8Array(), { nil: undefined }),
  checkpoint: fc.option(
    fc.record({
      last: fc.option(places),
      certificates: fc.array(places, { maxLength: 3 }),
      branches: fc.array(
        fc.record({
          doc: fc.constantFrom("stock/CUS/2026-01", "mesh"),
          head: hashes,
          changes: fc.nat(),
        }, PLAIN),
        { maxLength: 3 },
      ),
    }, PLAIN),
    { nil: undefined },
  ),
}).map((it): Commit => ({
  space: it.space,
  log: it.log,
  seq: it.seq,
  prev: it.seq === 1 ? null : it.prev,
  stamp: it.stamp,
  changes: [
    ...it.docs,
    ...it.journal ? [journalName(it.log, pageOf(it.seq))] : [],
  ].sort().map((doc) => ({ doc, bytes: it.bytes })),
  ...(it.seq === 1
    ? { opening: { publicKey: it.publicKey, epoch: it.epoch } }
    : {}),
  ...(it.certificate === undefined ? {} : { certificate: it.certificate }),
  ...(it.checkpoint === undefined ? {} : { checkpoint: it.checkpoint }),
}));

Deno.test("decodeCommit(encodeCommit(x)) = x", () => {
  fc.assert(fc.property(commits, (commit) => {
    const encoded = encodeCommit(commit);
    deepStrictEqual(decodeCommit(encoded.bytes), encoded);
  }));
});

Deno.test("decodeCommit() takes no changed bytes for the same commit", () => {
  fc.assert(
    fc.property(
      commits,
      fc.nat(),
      fc.integer({ min: 1, max: 255 }),
      (commit, n, flip) => {
        const encoded = encodeCommit(commit);
        const at = n % encoded.bytes.length;
        const changed = encoded.bytes.slice();
        changed[at] = (changed[at] ?? 0) ^ flip;
        const decoded = decodeCommit(changed);
        if (decoded === undefined) return;
        ok(decoded.hash !== encoded.hash);
        // One value has one encoding: other bytes say something else.
        deepStrictEqual(encodeCommit(decoded.commit).bytes, changed);
      },
    ),
    { numRuns: 1000 },
  );
});

Deno.test("decodeCommit() never throws", () => {
  fc.assert(fc.property(fc.uint8Array(), (it) => {
    decodeCommit(it);
  }));
  const parts = fc.oneof(
    fc.nat(3),
    fc.constant(null),
    fc.string(),
    bytes(16),
    bytes(8),
    fc.array(fc.array(fc.oneof(fc.nat(2), fc.uint8Array(), fc.string()))),
  );
  fc.assert(
    fc.property(fc.array(parts, { minLength: 7, maxLength: 7 }), (list) => {
      decodeCommit(encodeCbor([1, ...list]));
    }),
  );
});

const COMMIT: Commit = {
  space: MESH_SPACE,
  log: "ab".repeat(16) as LogId,
  seq: 2,
  prev: "cd".repeat(32) as Hash,
  stamp: makeStamp(1, 0),
  changes: [
    { doc: "a", bytes: Uint8Array.of(1) },
    { doc: "b", bytes: Uint8Array.of(2) },
  ],
};

function rewrite(change: (parts: unknown[]) => void) {
  const parts = decodeCbor(encodeCommit(COMMIT).bytes) as unknown[];
  change(parts);
  return decodeCommit(encodeCbor(parts));
}

Deno.test("decodeCommit() refuses every second way to say the same", () => {
  ok(rewrite(() => {}) !== undefined);
  const [a, b] = [["a", Uint8Array.of(1)], ["b", Uint8Array.of(2)]];
  const own = journalName(COMMIT.log, 0);
  const changes: Record<string, unknown[]> = {
    "changes out of order": [b, a],
    "a document twice": [a, a],
    "the own page by its name": [[own, Uint8Array.of(1)]],
    "another page by its number": [[1, Uint8Array.of(1)]],
  };
  for (const [name, list] of Object.entries(changes)) {
    strictEqual(rewrite((parts) => parts[6] = list), undefined, name);
  }
  strictEqual(rewrite((parts) => parts[7] = Array(4).fill(null)), undefined);
});

Deno.test("decodeCommit() refuses a first commit without an opening, and others with one", () => {
  const opening = [new Uint8Array(32), new Uint8Array(8), null, null];
  strictEqual(rewrite((parts) => parts[7] = opening), undefined);
  const first = (parts: unknown[]) => [parts[3], parts[4]] = [1, null];
  strictEqual(rewrite(first), undefined);
  ok(
    rewrite((parts) => {
      first(parts);
      parts[7] = opening;
    }) !== undefined,
  );
});

Deno.test("decodeCommit() refuses another version, no space, seq 0 and no prev", () => {
  const wrong: [number, unknown][] = [
    [0, 2],
    [1, "nowhere"],
    [2, new Uint8Array(15)],
    [3, 0],
    [4, null],
    [5, new Uint8Array(7)],
  ];
  for (const [at, value] of wrong) {
    strictEqual(rewrite((parts) => parts[at] = value), undefined, String(at));
  }
});

Deno.test("logIdOf() tells spaces, writers and epochs apart", () => {
  const opening = { publicKey: new Uint8Array(32), epoch: new Uint8Array(8) };
  const ids = [
    logIdOf(MESH_SPACE, opening),
    logIdOf("site:CUS" as SpaceId, opening),
    logIdOf(MESH_SPACE, { ...opening, epoch: new Uint8Array(8).fill(1) }),
    logIdOf(MESH_SPACE, { ...opening, publicKey: new Uint8Array(32).fill(1) }),
  ];
  strictEqual(new Set(ids).size, 4);
  for (const id of ids) strictEqual(parseLogId(id), id);
});

Deno.test("parseLogId() takes a log's name, with the hash of a fork", () => {
  const log = "ab".repeat(16);
  const fork = `${log}~${"cd".repeat(32)}`;
  deepStrictEqual(
    [log, fork, `${fork}~${"cd".repeat(32)}`, `${log}~`, log.slice(1), 1]
      .map(parseLogId),
    [log, fork, undefined, undefined, undefined, undefined],
  );
  strictEqual(trunkOf(fork as LogId), log);
});

Deno.test("pageOf() puts 512 commits on a page", () => {
  deepStrictEqual([1, 512, 513, 1024, 1025].map(pageOf), [0, 0, 1, 1, 2]);
});

Deno.test("verifyHead() refuses another place, key or signature", () => {
  const signer = SCHEME.signer(new Uint8Array(32));
  const place = { log: COMMIT.log, seq: 7, hash: "00".repeat(32) as Hash };
  const head = signHead(place, signer);
  const check = (changed: Partial<typeof head>, key = signer.publicKey) =>
    verifyHead({ ...head, ...changed }, key, SCHEME);
  strictEqual(check({}), true);
  strictEqual(check({ seq: 8 }), false);
  strictEqual(check({ log: "00".repeat(16) as LogId }), false);
  strictEqual(check({ hash: "01".repeat(32) as Hash }), false);
  strictEqual(check({ signature: new Uint8Array(64) }), false);
  strictEqual(check({}, new Uint8Array(32)), false);
});
