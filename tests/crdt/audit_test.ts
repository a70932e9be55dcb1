import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { type AuditedLog, auditLog } from "../../crdt/audit.ts";
import { makeStamp } from "../../crdt/clock.ts";
import {
  encodeAtoms,
  GENESIS_STATE,
  readChange,
  readChangePlace,
} from "../../crdt/documents.ts";
import type { LogId, SpaceId } from "../../crdt/ids.ts";
import { makeSale } from "../support/facts.ts";
import {
  createForger,
  FORGED_SIGNATURES,
  type ForgedLog,
} from "../support/forged_log.ts";
import { forgeSales } from "../support/forged_sales.ts";

const CUS = "site:CUS" as SpaceId;
const forger = createForger("a");
const verify = {
  root: forger.root.publicKey,
  signatures: FORGED_SIGNATURES,
};

const makeLog = (commits: number) => forgeSales(forger, commits);

function found(log: ForgedLog, changes: Partial<AuditedLog> = {}): AuditedLog {
  const seq = log.commits.length;
  return {
    name: log.name,
    space: CUS,
    publicKey: forger.signer.publicKey,
    firstBody: 1,
    seq,
    hash: log.head(seq).hash,
    heads: [log.head(seq)],
    landmarks: [],
    body: (at) => log.commits[at - 1]?.bytes,
    ...changes,
  };
}

Deno.test("auditLog() says where a right log ends, with its branches", () => {
  const log = makeLog(3);
  const end = auditLog(found(log), { verify });
  ok(end.ok);
  strictEqual(end.value.tip?.hash, log.commits[2]?.hash);
  deepStrictEqual([...end.value.branches.keys()], [`journal/${log.name}/0`]);
  strictEqual(end.value.branches.get(`journal/${log.name}/0`)?.changes, 3);
});

Deno.test("auditLog() names the commit that was put in the place of another", () => {
  const log = makeLog(4);
  const other = log.fork(1);
  for (let i = 2; i <= 4; i++) {
    other.add({ stamp: makeStamp(i, 1), facts: [makeSale(`other ${i}`)] });
  }
  const body = (at: number) => (at === 3 ? other : log).commits[at - 1]?.bytes;
  deepStrictEqual(auditLog(found(log, { body }), { verify }), {
    ok: false,
    error: {
      log: log.name,
      seq: 3,
      reason: "its hash is not the one that vouches for it",
    },
  });
  // With their own head, the other's commits hang in the air after the first's.
  const tail = (at: number) => (at >= 3 ? other : log).commits[at - 1]?.bytes;
  const spliced = found(log, {
    body: tail,
    hash: other.head(4).hash,
    heads: [other.head(4)],
  });
  const audited = auditLog(spliced, { verify });
  strictEqual(!audited.ok && audited.error.seq, 2);
});

Deno.test("auditLog() refuses a log under another's name, space or key", () => {
  const log = makeLog(2);
  const stranger = createForger("b").signer.publicKey;
  for (
    const changes of [
      { name: "ab".repeat(16) as LogId },
      { space: "site:LIM" as SpaceId },
      { publicKey: stranger },
    ]
  ) {
    strictEqual(auditLog(found(log, changes), { verify }).ok, false);
  }
});

Deno.test("auditLog() finds a branch that is not where the commits left it", () => {
  const log = makeLog(2);
  const end = auditLog(found(log), { verify });
  const [doc, place] = [...end.ok ? end.value.branches : []][0] ?? [];
  if (doc === undefined || place === undefined) throw new Error("no branch");
  const right = new Map([[doc, place]]);
  ok(auditLog(found(log, { branches: right }), { verify }).ok);
  const wrong = new Map([[doc, { ...place, changes: 1 }]]);
  const audited = auditLog(found(log, { branches: wrong }), { verify });
  ok(!audited.ok && audited.error.reason.includes(doc));
});

Deno.test("readChangePlace() says what readChange() says, and refuses any changed byte", () => {
  const name = makeLog(1).name;
  fc.assert(
    fc.property(
      fc.array(fc.string({ maxLength: 200 }), { minLength: 1, maxLength: 5 }),
      fc.nat(2 ** 40),
      fc.nat(),
      (texts, timeSeconds, at) => {
        const atoms = texts.map((text, i) => [`k${i}`, text] as const);
        let state = GENESIS_STATE;
        for (let i = 0; i < 200; i += 67) {
          const before = { ...state, changes: i * 200, operations: i + 1 };
          const { bytes, after } = encodeAtoms(name, before, {
            atoms,
            timeSeconds,
          });
          const whole = readChange(bytes, name, before);
          const place = readChangePlace(bytes, name);
          ok(typeof whole !== "string");
          deepStrictEqual(place, {
            head: whole.after.head,
            parent: whole.parent,
            changes: whole.after.changes,
          });
          const changed = bytes.slice();
          // The first four bytes only mark a change, and are no part of its hash.
          const where = 4 + at % (bytes.length - 4);
          changed[where] = (changed[where] ?? 0) ^ 1;
          strictEqual(readChangePlace(changed, name), undefined);
          strictEqual(readChangePlace(bytes.slice(1), name), undefined);
          state = after;
        }
      },
    ),
    { numRuns: 50 },
  );
});

Deno.test("readChangePlace() never throws on arbitrary bytes", () => {
  const name = makeLog(1).name;
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
    readChangePlace(bytes, name);
    const marked = Uint8Array.of(
      0x85,
      0x6f,
      0x4a,
      0x83,
      0,
      0,
      0,
      0,
      1,
      ...bytes,
    );
    readChangePlace(marked, name);
  }));
});
