import { deepStrictEqual, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import {
  decodeCbor,
  encodeCbor,
  type FactId,
  type Hash,
  type LogId,
  toHex,
} from "../../crdt/mod.ts";
import {
  decodeMessage,
  encodeMessage,
  type Message,
  MESSAGE_ADDRESSES_MAX,
  MESSAGE_CONTACTS_MAX,
  MESSAGE_ITEMS_MAX,
  PROTOCOL_VERSION,
} from "../../net/messages.ts";

const bytes = (length: number) =>
  fc.uint8Array({ minLength: length, maxLength: length });
const anyBytes = fc.uint8Array({ maxLength: 64 });
const hash = bytes(32).map((value) => toHex(value) as Hash);
const log = fc.tuple(bytes(16), fc.array(bytes(32), { maxLength: 1 })).map((
  [trunk, forks],
) => [trunk, ...forks].map(toHex).join("~") as LogId);
const space = fc.constantFrom("mesh", "site:CUS", "site:LIM2", "company:99")
  .map((text) => text as never);
const seq = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER });
const count = fc.nat({ max: Number.MAX_SAFE_INTEGER });
const entry = fc.record({ log, seq, hash });
const head = fc.record({ seq: count, hash, signature: bytes(64) });
const digest = fc.record({ space, digest: bytes(32) });
const address = fc.string({ maxLength: 256 });
const addresses = fc.array(address, { maxLength: MESSAGE_ADDRESSES_MAX });

/** With its last field, and without it as earlier versions send it. */
function withLast<T, L>(first: fc.Arbitrary<T>, last: fc.Arbitrary<L>) {
  return fc.oneof(
    first,
    fc.tuple(first, last).map(([one, other]) => ({ ...one, ...other })),
  );
}

const factId = fc.uuid().map((text) => text.toLowerCase() as FactId);
const kinds: {
  readonly [K in Message["kind"]]: fc.Arbitrary<Message>;
} = {
  hello: fc.record({
    kind: fc.constant("hello" as const),
    root: bytes(32),
    chain: anyBytes,
    addresses,
    digests: fc.array(digest),
  }),
  join: fc.record({
    kind: fc.constant("join" as const),
    token: fc.string({ maxLength: 4096 }),
  }),
  joined: fc.record({ kind: fc.constant("joined" as const), chain: anyBytes }),
  refused: fc.record({
    kind: fc.constant("refused" as const),
    reason: fc.string({ maxLength: 500 }),
  }),
  digests: fc.record({
    kind: fc.constant("digests" as const),
    digests: fc.array(digest),
  }),
  buckets: fc.record({
    kind: fc.constant("buckets" as const),
    space,
    digests: fc.array(fc.uint8Array({ maxLength: 8 }), { maxLength: 64 }),
  }),
  entries: fc.record({
    kind: fc.constant("entries" as const),
    space,
    buckets: fc.array(fc.nat({ max: 63 }), { maxLength: 64 }),
    entries: fc.array(entry),
    asks: fc.boolean(),
  }),
  delta: fc.record({
    kind: fc.constant("delta" as const),
    space,
    entries: fc.array(entry),
  }),
  pull: fc.record({
    kind: fc.constant("pull" as const),
    space,
    log,
    from: count,
  }),
  gone: fc.record({
    kind: fc.constant("gone" as const),
    space,
    log,
    firstBody: count,
  }),
  rightsAsk: withLast(
    fc.record({
      kind: fc.constant("rightsAsk" as const),
      id: factId,
      bound: fc.string({ maxLength: 160 }),
      amount: seq,
      log,
      waitMs: count,
    }),
    fc.record({ epoch: bytes(8) }),
  ),
  rightsAnswer: withLast(
    fc.record({
      kind: fc.constant("rightsAnswer" as const),
      id: factId,
      reason: fc.string({ maxLength: 500 }),
      run: fc.oneof(
        fc.constant(null),
        fc.record({ log, bodies: fc.array(anyBytes), head }),
      ),
    }),
    fc.record({
      opening: fc.record({ publicKey: bytes(32), epoch: bytes(8) }),
    }),
  ),
  present: fc.record({
    kind: fc.constant("present" as const),
    space,
    body: fc.uint8Array({ maxLength: 1024 }),
  }),
  commits: fc.record({
    kind: fc.constant("commits" as const),
    log,
    bodies: fc.array(anyBytes),
    head,
  }),
  contacts: fc.record({
    kind: fc.constant("contacts" as const),
    contacts: fc.array(
      fc.record({ peer: fc.string({ maxLength: 128 }), addresses }),
      { maxLength: 5 },
    ),
  }),
  savedRequest: fc.record({
    kind: fc.constant("savedRequest" as const),
    space,
    log,
  }),
  savedStart: fc.record({
    kind: fc.constant("savedStart" as const),
    log,
    head,
    landmarks: fc.array(anyBytes),
    more: fc.boolean(),
    vouchers: fc.array(
      fc.record({ chain: anyBytes, signature: bytes(64) }),
      { maxLength: 4 },
    ),
  }),
  savedPart: fc.record({
    kind: fc.constant("savedPart" as const),
    log,
    doc: fc.string({ maxLength: 256 }),
    bytes: anyBytes,
  }),
  savedNone: fc.record({ kind: fc.constant("savedNone" as const), log }),
  countersigned: fc.record({
    kind: fc.constant("countersigned" as const),
    items: fc.array(
      fc.record({ log, head, signer: bytes(32), signature: bytes(64) }),
      { maxLength: 4 },
    ),
  }),
};
const message = fc.oneof(...Object.values(kinds));

const LOG = new Uint8Array(16);

Deno.test("decodeMessage() reads what encodeMessage() wrote", () => {
  fc.assert(
    fc.property(message, (sent) => {
      const read = decodeMessage(encodeMessage(sent));
      strictEqual(JSON.stringify(plain(read)), JSON.stringify(plain(sent)));
    }),
    { numRuns: 1000 },
  );
});

Deno.test("decodeMessage() reads what encodeMessage() wrote of every kind", () => {
  for (const [kind, arbitrary] of Object.entries(kinds)) {
    fc.assert(
      fc.property(
        arbitrary,
        (sent) => decodeMessage(encodeMessage(sent))?.kind === kind,
      ),
      { numRuns: 20 },
    );
  }
});

Deno.test("encodeMessage() gives equal bytes for what decodeMessage() read", () => {
  fc.assert(fc.property(message, (sent) => {
    const frame = encodeMessage(sent);
    deepStrictEqual(encodeMessage(decodeMessage(frame) as Message), frame);
  }));
});

Deno.test("decodeMessage() never throws on arbitrary bytes", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 500 }), (frame) => {
      decodeMessage(frame);
    }),
    { numRuns: 5000 },
  );
});

Deno.test("decodeMessage() never throws on arrays of arbitrary values", () => {
  const value = fc.anything({
    withNullPrototype: false,
    maxDepth: 3,
    values: [
      fc.string(),
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
      anyBytes,
    ],
  });
  const frame = fc.tuple(
    fc.nat({ max: 20 }),
    fc.array(value, { maxLength: 6 }),
  );
  fc.assert(
    fc.property(frame, ([kind, fields]) => {
      let bytes: Uint8Array;
      try {
        bytes = encodeCbor([PROTOCOL_VERSION, kind, ...fields]);
      } catch {
        return;
      }
      decodeMessage(bytes);
    }),
    { numRuns: 5000 },
  );
});

Deno.test("decodeMessage() never throws on a message with one byte changed or cut short", () => {
  fc.assert(
    fc.property(message, fc.nat(), fc.nat({ max: 255 }), (sent, at, byte) => {
      const frame = encodeMessage(sent);
      const changed = frame.slice();
      changed[at % frame.length] = byte;
      decodeMessage(changed);
      strictEqual(decodeMessage(frame.slice(0, at % frame.length)), undefined);
    }),
    { numRuns: 2000 },
  );
});

Deno.test("fields that a version does not know stand last, so that it reads the others", () => {
  const known = [kinds.rightsAsk, kinds.rightsAnswer];
  fc.assert(fc.property(fc.oneof(...known), (sent) => {
    const { epoch: _epoch, opening: _opening, ...before } = sent as
      & Message
      & Record<"epoch" | "opening", unknown>;
    const fields = (message: Message) =>
      decodeCbor(encodeMessage(message)) as unknown[];
    const old = fields(before as Message);
    deepStrictEqual(fields(sent).slice(0, old.length), old);
    const later = encodeCbor([...fields(sent), null, "later"]);
    const isWhole = fields(sent).length > old.length;
    strictEqual(decodeMessage(later)?.kind, isWhole ? sent.kind : undefined);
  }));
});

const refused: readonly [what: string, value: unknown][] = [
  ["an epoch of 7 bytes", [
    PROTOCOL_VERSION,
    17,
    "00000000-0000-4000-8000-000000000001",
    "account:42",
    1,
    [LOG],
    500,
    new Uint8Array(7),
  ]],
  ["another version", [2, 2, new Uint8Array(5)]],
  ["an unknown kind", [PROTOCOL_VERSION, 99]],
  ["a kind that is no number", [PROTOCOL_VERSION, "hello"]],
  ["no array", { kind: "hello" }],
  ["a missing field", [PROTOCOL_VERSION, 1]],
  ["a token that is too long", [PROTOCOL_VERSION, 1, "x".repeat(4097)]],
  ["a space of no known form", [PROTOCOL_VERSION, 7, "site:lower", []]],
  ["a digest of 31 bytes", [PROTOCOL_VERSION, 4, [[
    "mesh",
    new Uint8Array(31),
  ]]]],
  ["a bucket that is none", [PROTOCOL_VERSION, 6, "mesh", [64], [], true]],
  ["65 buckets", [
    PROTOCOL_VERSION,
    5,
    "mesh",
    Array.from({ length: 65 }, () => new Uint8Array()),
  ]],
  ["an entry at seq 0", [PROTOCOL_VERSION, 7, "mesh", [[
    [LOG],
    0,
    new Uint8Array(32),
  ]]]],
  ["a log's name that is too short", [PROTOCOL_VERSION, 14, [
    new Uint8Array(15),
  ]]],
  ["a fork of a fork", [PROTOCOL_VERSION, 14, [
    LOG,
    ...Array.from({ length: 2 }, () => new Uint8Array(32)),
  ]]],
  ["a negative place", [PROTOCOL_VERSION, 8, "mesh", [LOG], -1]],
  ["a broken place", [PROTOCOL_VERSION, 8, "mesh", [LOG], 1.5]],
  ["a signature of 63 bytes", [PROTOCOL_VERSION, 9, [LOG], [], [
    1,
    new Uint8Array(32),
    new Uint8Array(63),
  ]]],
  ["too many addresses", [PROTOCOL_VERSION, 10, [[
    "peer",
    Array.from({ length: MESSAGE_ADDRESSES_MAX + 1 }, () => "a"),
  ]]]],
  ["too many contacts", [
    PROTOCOL_VERSION,
    10,
    Array.from({ length: MESSAGE_CONTACTS_MAX + 1 }, () => ["peer", []]),
  ]],
  ["too many entries", [
    PROTOCOL_VERSION,
    7,
    "mesh",
    Array.from(
      { length: MESSAGE_ITEMS_MAX + 1 },
      () => [[LOG], 1, new Uint8Array(32)],
    ),
  ]],
];

for (const [what, value] of refused) {
  Deno.test(`decodeMessage() refuses ${what}`, () => {
    strictEqual(decodeMessage(encodeCbor(value)), undefined);
  });
}

/** A message without typed arrays, whose two sides may be of different classes. */
function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return toHex(value);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, plain(item)]).sort(),
  );
}
