import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import {
  AUTHORITY,
  type Authority,
  authorityFold,
  signStatement,
  verifyStatement,
} from "../../crdt/authority.ts";
import {
  type Certificate,
  issueCertificate,
  readChain,
} from "../../crdt/certificate.ts";
import { makeStamp } from "../../crdt/clock.ts";
import { type AuthorityStated, parseFact } from "../../crdt/facts.ts";
import { type Hash, type LogId, toHex } from "../../crdt/ids.ts";
import {
  type Signer,
  SIMULATED_SIGNATURES as SCHEME,
} from "../../crdt/signing.ts";
import type { Statement } from "../../crdt/statement.ts";
import { idOf, placeFact } from "../support/facts.ts";
import { MemoryRows } from "../support/memory_rows.ts";

const signer = (n: number) => SCHEME.signer(new Uint8Array(32).fill(n));
const [ROOT, KEY, MEMBER, OTHER_ROOT] = [1, 2, 3, 4].map(signer) as [
  Signer,
  Signer,
  Signer,
  Signer,
];
const HASH = "a".repeat(64) as Hash;
const LOG = "b".repeat(32) as LogId;
const CONTEXT = { root: ROOT.publicKey, signatures: SCHEME };
const HEAD = { log: LOG, seq: 7, hash: HASH };
const ENDS = 1000;

function chainOf(
  kind: Certificate["kind"],
  pattern = "*",
  subject = KEY,
): Uint8Array {
  return issueCertificate({
    kind,
    root: ROOT.publicKey,
    subject: subject.publicKey,
    issuer: ROOT.publicKey,
    serial: new Uint8Array(8),
    notBefore: 0,
    notAfter: ENDS,
    site: null,
    roles: [],
    grants: [{ pattern, verbs: ["read", "write"] }],
  }, ROOT);
}

const SUB_KEY: Authority = {
  root: ROOT.publicKey,
  signer: KEY,
  chain: chainOf("authority"),
};
const BY_ROOT: Authority = { root: ROOT.publicKey, signer: ROOT };
const STATEMENTS: readonly Statement[] = [
  { kind: "revoke", peer: toHex(MEMBER.publicKey), logs: [HEAD] },
  { kind: "revoke", peer: toHex(MEMBER.publicKey), logs: [] },
  { kind: "readmit", ...HEAD, lifts: [idOf("cut")] },
  {
    kind: "reassign",
    ...HEAD,
    to: "c".repeat(32) as LogId,
    atRisk: [{ bound: "stock/CUS/1", amount: 3 }],
  },
  { kind: "issuer", company: "42", log: LOG },
];

const state = (by: Authority, statement = STATEMENTS[0] as Statement) =>
  signStatement(by, { id: idOf("stated"), at: 5, statement });
const refusal = (
  fact: AuthorityStated,
  { writer, ms = 1 }: { writer?: Signer; ms?: number } = {},
) => {
  const own = fact.chain === "" ? ROOT : KEY;
  const key = (writer ?? own).publicKey;
  const place = { writer: key, stamp: makeStamp(ms, 0) };
  const result = verifyStatement(fact, place, CONTEXT);
  return result.ok ? undefined : result.error;
};

Deno.test("verifyStatement() accepts what signStatement() made, also after JSON", () => {
  for (const by of [SUB_KEY, BY_ROOT]) {
    for (const statement of STATEMENTS) {
      const fact = parseFact(JSON.parse(JSON.stringify(state(by, statement))));
      ok(typeof fact !== "string");
      const writer = by.signer.publicKey;
      const place = { writer, stamp: makeStamp(1, 0) };
      const result = verifyStatement(fact as AuthorityStated, place, CONTEXT);
      ok(result.ok);
      deepStrictEqual(result.value, by.signer.publicKey);
    }
  }
});

Deno.test("verifyStatement() refuses a statement in another log than its signer's", () => {
  for (const by of [SUB_KEY, BY_ROOT]) {
    strictEqual(
      refusal(state(by), { writer: MEMBER }),
      "the statement is in the log of another than its signer",
    );
  }
});

Deno.test("verifyStatement() refuses a member's key, another mesh's root and an authority that has ended", () => {
  strictEqual(
    refusal(state({ ...SUB_KEY, chain: chainOf("member") })),
    "the signer is no authority",
  );
  strictEqual(
    refusal(state({ ...SUB_KEY, root: OTHER_ROOT.publicKey })),
    "the signature is wrong",
  );
  strictEqual(
    refusal(state({ ...BY_ROOT, signer: OTHER_ROOT })),
    "the signature is wrong",
  );
  strictEqual(refusal(state(SUB_KEY), { ms: ENDS - 1 }), undefined);
  strictEqual(refusal(state(SUB_KEY), { ms: ENDS }), "the authority had ended");
});

Deno.test("verifyStatement() refuses an issuer's log of a company that the authority may not give", () => {
  const narrow = { ...SUB_KEY, chain: chainOf("authority", "company:43") };
  const [other, own] = ["42", "43"].map((company) =>
    refusal(state(narrow, { kind: "issuer", company, log: LOG }))
  );
  strictEqual(other, "the authority may not give rights for the company");
  strictEqual(own, undefined);
});

Deno.test("verifyStatement() refuses a statement with any part changed", () => {
  const fact = state(SUB_KEY, {
    kind: "reassign",
    ...HEAD,
    to: LOG,
    atRisk: [{ bound: "b", amount: 1 }],
  });
  const changed: AuthorityStated[] = [
    { ...fact, id: idOf("other") },
    { ...fact, at: 6 },
    { ...fact, signature: "0".repeat(128) },
    ...[
      { seq: 8 },
      { hash: "b".repeat(64) },
      { to: "d".repeat(32) },
      { atRisk: [{ bound: "b", amount: 2 }] },
      { signature: "0".repeat(128) },
    ].map((part) => ({
      ...fact,
      statement: { ...fact.statement, ...part } as Statement,
    })),
  ];
  for (const one of changed) {
    ok(typeof parseFact(one) !== "string");
    strictEqual(refusal(one), "the signature is wrong");
  }
});

Deno.test("verifyStatement() never throws on what parseFact() accepts", () => {
  const digits = (length: number) =>
    fc.uint8Array({ minLength: length, maxLength: length }).map(toHex);
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 200 }).map(toHex),
      digits(64),
      fc.constantFrom(...STATEMENTS),
      (chain, signature, statement) => {
        const fact = { ...state(SUB_KEY, statement), chain, signature };
        ok(typeof parseFact(fact) !== "string");
        strictEqual(typeof refusal(fact), "string");
      },
    ),
  );
});

Deno.test("parseFact() refuses statements of another form", () => {
  const fact = state(SUB_KEY);
  const wrong = [
    { kind: "revoke", peer: "A".repeat(64), logs: [] },
    { kind: "revoke", peer: "a".repeat(64), logs: [{ ...HEAD, seq: 0 }] },
    { kind: "readmit", ...HEAD, lifts: [] },
    { kind: "readmit", ...HEAD, lifts: [idOf("a")], more: 1 },
    {
      kind: "reassign",
      ...HEAD,
      to: LOG,
      atRisk: [{ bound: "b", amount: -1 }],
    },
    { kind: "issuer", company: "x", log: LOG },
    { kind: "crown", peer: "a".repeat(64) },
  ];
  for (const statement of wrong) {
    strictEqual(parseFact({ ...fact, statement }), "malformed");
  }
});

Deno.test("readChain() gives the certificates of a chain, and nothing for anything else", () => {
  const [certificate] = readChain(chainOf("authority")) ?? [];
  deepStrictEqual(certificate?.subject, KEY.publicKey);
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      strictEqual((readChain(bytes) ?? []).length, 0);
    }),
  );
});

Deno.test("authorityFold lists statements by what they speak of, and takes them out again", () => {
  const rows = new MemoryRows();
  const placed = STATEMENTS.map((statement, i) =>
    placeFact({ ...state(SUB_KEY, statement), id: idOf(`${i}`) })
  );
  for (const one of placed) authorityFold.add(rows, one);
  const kinds = (subject: string) =>
    rows.scan(AUTHORITY, { prefix: [subject] }).map((row) => row["kind"])
      .sort();
  deepStrictEqual(kinds(toHex(MEMBER.publicKey)), ["revoke", "revoke"]);
  deepStrictEqual(kinds(LOG), ["readmit", "reassign"]);
  deepStrictEqual(kinds("company:42"), ["issuer"]);
  for (const one of placed) authorityFold.remove(rows, one);
  deepStrictEqual(rows.dump(), {});
});
