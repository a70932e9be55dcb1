import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { makeStamp } from "../../crdt/clock.ts";
import { decodeCommit, encodeCommit } from "../../crdt/commit.ts";
import type { BranchState } from "../../crdt/documents.ts";
import type { LogId, SpaceId } from "../../crdt/ids.ts";
import {
  byKey,
  holdsFacts,
  type LogTip,
  readAtom,
  readCatalogAtom,
  readContents,
  readJournalAtom,
  verifyCommits,
} from "../../crdt/replica.ts";
import { idOf, makeFact, makeSale } from "../support/facts.ts";
import {
  createForger,
  FORGED_SIGNATURES,
  ForgedLog,
  type Wrong,
} from "../support/forged_log.ts";

const SITE = "site:CUS" as SpaceId;
const FORGER = createForger("a");
const CONTEXT = {
  root: FORGER.root.publicKey,
  signatures: FORGED_SIGNATURES,
};
const stamp = makeStamp(1, 0);

function makeLog(commits: number, forger = FORGER): ForgedLog {
  const log = new ForgedLog(forger, SITE);
  for (let i = 0; i < commits; i++) {
    log.add({ stamp, facts: [makeSale(`${i}`)] });
  }
  return log;
}

function verify(log: ForgedLog, from: number, to: number, tip?: LogTip) {
  const { commits, head } = log.run(from, to);
  return verifyCommits(tip, commits, head, CONTEXT);
}

function tipAt(log: ForgedLog, seq: number): LogTip {
  const result = verify(log, 1, seq);
  ok(result.ok);
  return result.value;
}

Deno.test("verifyCommits() takes a log in one run or in several", () => {
  const log = makeLog(4);
  const whole = tipAt(log, 4);
  const parts = verify(log, 3, 4, tipAt(log, 2));
  deepStrictEqual(parts, { ok: true, value: whole });
  deepStrictEqual(
    [whole.log, whole.seq, whole.hash],
    [log.name, 4, log.commits[3]?.hash],
  );
});

Deno.test("verifyCommits() refuses a gap, a repeat, and no commits", () => {
  const log = makeLog(4);
  strictEqual(verify(log, 2, 4).ok, false);
  strictEqual(verify(log, 3, 4, tipAt(log, 1)).ok, false);
  strictEqual(verify(log, 2, 4, tipAt(log, 2)).ok, false);
  strictEqual(verifyCommits(undefined, [], log.head(1), CONTEXT).ok, false);
});

Deno.test("verifyCommits() refuses a run with any byte changed", () => {
  const log = makeLog(3);
  const { commits, head } = log.run(1, 3);
  fc.assert(
    fc.property(
      fc.nat(2),
      fc.nat(),
      fc.integer({ min: 1, max: 255 }),
      (which, n, flip) => {
        const bytes = commits[which]?.bytes.slice() ?? new Uint8Array();
        bytes[n % bytes.length] = (bytes[n % bytes.length] ?? 0) ^ flip;
        const changed = decodeCommit(bytes);
        if (changed === undefined) return;
        const run = commits.with(which, changed);
        strictEqual(verifyCommits(undefined, run, head, CONTEXT).ok, false);
      },
    ),
    { numRuns: 300 },
  );
});

Deno.test("verifyCommits() refuses a head of another commit or by another key", () => {
  const log = makeLog(3);
  const { commits, head } = log.run(1, 3);
  const wrong = [
    log.head(2),
    { ...head, seq: 2 },
    { ...head, signature: new Uint8Array(64) },
    makeLog(3, createForger("b")).head(3),
  ];
  for (const other of wrong) {
    strictEqual(verifyCommits(undefined, commits, other, CONTEXT).ok, false);
  }
});

Deno.test("verifyCommits() refuses a writer that the root has not certified", () => {
  const log = makeLog(1);
  const { commits, head } = log.run(1, 1);
  const context = { ...CONTEXT, root: FORGER.signer.publicKey };
  strictEqual(verifyCommits(undefined, commits, head, context).ok, false);
  const borrowed = { ...createForger("b"), chain: FORGER.chain };
  const other = makeLog(1, borrowed).run(1, 1);
  deepStrictEqual(
    verifyCommits(undefined, other.commits, other.head, CONTEXT),
    { ok: false, error: "the certificate is about another key" },
  );
});

Deno.test("verifyCommits() refuses a document that is not the log's", () => {
  const log = makeLog(1);
  const tip = tipAt(log, 1);
  const verifies = (doc: string): boolean => {
    const encoded = encodeCommit({
      space: SITE,
      log: log.name,
      seq: 2,
      prev: tip.hash,
      stamp,
      changes: [{ doc, bytes: new Uint8Array() }],
    });
    const forged = log.fork(1);
    forged.commits.push(encoded);
    return verify(forged, 2, 2, tip).ok;
  };
  const own = [
    `journal/${log.name}/0`,
    "catalog/site:CUS",
    "prices/site:CUS",
    "directory/site:CUS",
    "stock/CUS/2026-01",
  ];
  const foreign = [
    `journal/${log.name}/1`,
    `journal/${"0".repeat(32)}/0`,
    "catalog/mesh",
    "prices/site:LIM",
    "directory/mesh",
    "stock/LIM/2026-01",
    "stock/CUS/2026",
    "anything",
    "",
  ];
  deepStrictEqual(own.filter((doc) => !verifies(doc)), []);
  deepStrictEqual(foreign.filter(verifies), []);
});

function read(log: ForgedLog) {
  const states = new Map<string, BranchState>();
  return log.commits.map((encoded) => readContents(encoded, log.name, states));
}

const LISTING = makeFact("ProductChanged", {
  id: idOf("l"),
  scope: SITE,
  product: "1",
  field: "listed",
  value: true,
  over: [],
});

Deno.test("readContents() gives back the facts that were written, document by document", () => {
  const log = new ForgedLog(FORGER, SITE);
  const [a, b] = [makeSale("a"), makeSale("b")];
  log.add({ stamp, facts: [a, LISTING, b] });
  deepStrictEqual(read(log), [{
    facts: [
      { fact: LISTING, doc: "catalog/site:CUS" },
      { fact: a, doc: `journal/${log.name}/0` },
      { fact: b, doc: `journal/${log.name}/0` },
    ],
    setAside: [],
  }]);
});

Deno.test("readContents() sets aside what is wrong and goes on", () => {
  const log = new ForgedLog(FORGER, SITE);
  const good = makeSale("good");
  const foreign = makeSale("foreign", { site: "LIM" });
  log.add({
    stamp,
    facts: [
      { type: "SomethingNew", id: idOf("new") },
      { type: "bad name!", id: "no id" },
      { ...good, total: 7 },
      foreign,
      7,
      good,
    ],
  });
  const [contents] = read(log);
  deepStrictEqual(contents?.facts.map(({ fact }) => fact), [good]);
  deepStrictEqual(
    contents?.setAside.map(({ reason, id, type }) => [reason, id, type]),
    [
      ["unknown_type", idOf("new"), "SomethingNew"],
      ["unknown_type", null, null],
      ["malformed", good.id, "SaleRecorded"],
      ["fact_in_wrong_place", foreign.id, "SaleRecorded"],
      ["malformed", null, null],
    ],
  );
});

Deno.test("readContents() sets aside a wrong change alone, and the branch stays where it was", () => {
  const reasons: Record<Wrong, string> = {
    garbage: "change_unreadable",
    actor: "change_by_another_actor",
    order: "change_out_of_order",
    overwrite: "change_overwrites",
  };
  for (const [wrong, reason] of Object.entries(reasons)) {
    const log = new ForgedLog(FORGER, SITE);
    log.add({ stamp, facts: [], wrong: "overwrite" });
    log.add({ stamp, facts: [makeSale("a")], wrong: wrong as Wrong });
    log.add({ stamp, facts: [makeSale("b")] });
    const states = new Map<string, BranchState>();
    const [first, second, third] = log.commits.map((encoded) => {
      const contents = readContents(encoded, log.name, states);
      return { ...contents, directory: states.get("directory/site:CUS") };
    });
    deepStrictEqual(second?.setAside.map((it) => it.reason), [reason]);
    deepStrictEqual(second?.directory, first?.directory);
    strictEqual(second?.facts.length, 1);
    deepStrictEqual([third?.facts.length, third?.setAside], [1, []]);
  }
});

Deno.test("readAtom() sets aside an atom under another key, seq or stamp", () => {
  const log = "ab".repeat(16) as LogId;
  const place = { space: SITE, log, seq: 3, stamp };
  const sale = makeSale("a");
  const journal = `journal/${log}/0`;
  const text = JSON.stringify([stamp, [sale]]);
  const wrong = (key: string, content: string, doc: string) => {
    const [item] = readAtom([key, content], doc, place);
    return item !== undefined && !("fact" in item) ? item.reason : "none";
  };
  strictEqual(wrong("3", text, journal), "none");
  strictEqual(wrong("4", text, journal), "atom_malformed");
  strictEqual(wrong("03", text, journal), "atom_malformed");
  const other = JSON.stringify([makeStamp(2, 0), [sale]]);
  strictEqual(wrong("3", other, journal), "atom_malformed");
  const catalog = "catalog/site:CUS";
  const entry = (fields: object) =>
    JSON.stringify({ ...LISTING, stamp, seq: 3, ...fields });
  const key = `1/listed/${LISTING.id}/${log}`;
  strictEqual(wrong(key, entry({}), catalog), "none");
  strictEqual(wrong(key, entry({ seq: 2 }), catalog), "atom_malformed");
  strictEqual(wrong(key, entry({ product: "2" }), catalog), "atom_malformed");
  strictEqual(wrong("x", entry({}), catalog), "atom_malformed");
  strictEqual(wrong(key, entry({}), "prices/site:CUS"), "fact_in_wrong_place");
  const fork = { ...place, log: `${log}~${"0".repeat(64)}` as LogId };
  const [item] = readAtom([key, entry({})], catalog, fork);
  strictEqual(item !== undefined && "fact" in item, true);
});

Deno.test("readers of atoms never throw", () => {
  const place = {
    space: SITE,
    log: "ab".repeat(16) as LogId,
    seq: 1,
    stamp,
  };
  const texts = fc.oneof(
    fc.string(),
    fc.json(),
    fc.json().map((it) => `["${stamp}",[${it}]]`),
    fc.json().map((it) => `{"stamp":"${stamp}","seq":1,"type":${it}}`),
  );
  fc.assert(fc.property(texts, (text) => {
    readJournalAtom(text);
    readCatalogAtom(text);
    for (const doc of ["journal/x/0", "catalog/site:CUS"]) {
      for (const item of readAtom(["1", text], doc, place)) {
        strictEqual("fact" in item, false);
      }
    }
  }));
});

Deno.test("readContents() moves on the branches that a commit changes, and no other", () => {
  const log = makeLog(2);
  const states = new Map<string, BranchState>();
  for (const encoded of log.commits) readContents(encoded, log.name, states);
  deepStrictEqual(
    [...states].map(([doc, { changes }]) => [doc, changes]),
    [[`journal/${log.name}/0`, 2]],
  );
});

Deno.test("byKey() sorts atoms, so that a saved branch is read in the same order", () => {
  deepStrictEqual(byKey([["b", "1"], ["a", "2"]]), [["a", "2"], ["b", "1"]]);
});

Deno.test("holdsFacts() is false for derived documents only", () => {
  deepStrictEqual(
    ["stock/CUS/2026-01", "journal/x/0", "catalog/mesh"].map(holdsFacts),
    [false, true, true],
  );
});
