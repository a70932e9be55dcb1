import { deepStrictEqual, strictEqual } from "node:assert/strict";
import {
  type FactId,
  FACTS,
  idBytes,
  makeStamp,
  MESH_SPACE,
  SALES,
  signStatement,
  type SiteCode,
  siteSpace,
  type StatedHead,
  type Statement,
  toHex,
} from "../../crdt/mod.ts";
import { shownTip } from "../../nodes/log_register.ts";
import { readRun } from "../../nodes/run_reader.ts";
import { SET_ASIDE } from "../../nodes/tables.ts";
import {
  type BareReplica,
  openBareReplica,
  take,
} from "../support/bare_replica.ts";
import { canonicalExport } from "../support/canonical_export.ts";
import { idOf, makeSale } from "../support/facts.ts";
import {
  createForgedAuthority,
  createForgedRoot,
  createForger,
  forgeChain,
  ForgedLog,
  type Forger,
} from "../support/forged_log.ts";

const SITE = siteSpace("CUS" as SiteCode);
const KEY = createForgedAuthority();
const OTHER_KEY = createForgedAuthority("another authority");
const MEMBER: Forger = {
  ...createForger("member"),
  chain: forgeChain(KEY.root, createForger("member").signer, {}, {
    signer: KEY.signer,
    chain: KEY.authority,
  }),
};
const EXPORT = { documents: true };

function sales(length: number, epoch = 0, name = "s"): ForgedLog {
  const log = new ForgedLog(MEMBER, SITE, epoch);
  for (let i = 1; i <= length; i++) {
    log.add({ stamp: makeStamp(i, 0), facts: [makeSale(`${name}${i}`)] });
  }
  return log;
}

function head(log: ForgedLog, seq: number): StatedHead {
  const { hash, signature } = log.head(seq);
  return { log: log.name, seq, hash, signature: toHex(signature) };
}

/** A log of an authority that holds statements. */
function stated(
  statements: readonly { id: FactId; statement: Statement }[],
  by = KEY,
): ForgedLog {
  const log = new ForgedLog(by, MESH_SPACE);
  const { root, signer, authority: chain } = by;
  statements.forEach((one, i) =>
    log.add({
      stamp: makeStamp(100 + i, 0),
      facts: [
        signStatement({ root: root.publicKey, signer, chain }, {
          ...one,
          at: 0,
        }),
      ],
    })
  );
  return log;
}

const revoke = (...logs: StatedHead[]) => ({
  id: idOf("cut"),
  statement: {
    kind: "revoke" as const,
    peer: toHex(MEMBER.signer.publicKey),
    logs,
  },
});

async function takeAll(bare: BareReplica, log: ForgedLog): Promise<string[]> {
  const kinds: string[] = [];
  for (let seq = 1; seq <= log.commits.length; seq++) {
    kinds.push((await take(bare, log.run(seq, seq))).kind);
  }
  return kinds;
}

/** Replicas that took the logs in one order and in the other, twice. */
async function inBothOrders(...logs: ForgedLog[]): Promise<BareReplica[]> {
  const bares = [];
  for (const order of [logs, logs.toReversed()]) {
    const bare = openBareReplica(MEMBER);
    for (const log of [...order, ...order]) await takeAll(bare, log);
    bares.push(bare);
  }
  const [one, two] = bares.map(({ replica }) =>
    canonicalExport(replica, EXPORT)
  );
  deepStrictEqual(one, two);
  return bares;
}

const sold = ({ replica }: BareReplica) => replica.reader.count(SALES);
const vector = ({ replica }: BareReplica) =>
  replica.register.vector(SITE).map(({ seq }) => seq);

Deno.test("a revocation ends a log at its head, whether it comes before or after the sales", async () => {
  const log = sales(6);
  const [after, before] = await inBothOrders(
    log,
    stated([revoke(head(log, 4))]),
  );
  for (const bare of [after, before] as BareReplica[]) {
    strictEqual(sold(bare), 4);
    deepStrictEqual(vector(bare), [4]);
  }
  // Who had them keeps them, listed; who had not does not take them.
  const entries = [after, before].map((bare) =>
    bare?.replica.register.byName(log.name)?.seq
  );
  deepStrictEqual(entries, [6, 4]);
  const listed = after?.replica.reader.scan(SET_ASIDE).map((row) =>
    row["reason"]
  );
  deepStrictEqual(listed, ["beyond_cut", "beyond_cut"]);
});

Deno.test("a log that was cut is served up to the cut, with the head of the statement", async () => {
  const log = sales(6);
  const bares = await inBothOrders(log, stated([revoke(head(log, 4))]));
  for (const { replica } of bares) {
    const entry = replica.register.byName(log.name);
    const run = entry && readRun(replica, entry, 1);
    strictEqual(run?.head.seq, 4);
    strictEqual(entry && readRun(replica, entry, 5), undefined);
    const fresh = openBareReplica(MEMBER);
    const outcome = take(fresh, {
      commits: log.commits.slice(0, 4),
      head: { log: log.name, ...run.head },
    });
    strictEqual((await outcome).kind, "taken");
  }
});

Deno.test("logs that a revocation does not name count nowhere, and new ones are not taken", async () => {
  const [log, other] = [sales(2), sales(3, 1, "t")];
  const [after, before] = await inBothOrders(
    other,
    log,
    stated([revoke(head(log, 2))]),
  );
  for (const bare of [after, before] as BareReplica[]) {
    strictEqual(sold(bare), 2);
    deepStrictEqual(vector(bare), [2]);
  }
  strictEqual(before?.replica.register.byName(other.name), undefined);
});

Deno.test("going on after a cut is refused by name, and nothing of it is kept", async () => {
  const log = sales(6);
  const bare = openBareReplica(MEMBER);
  const incidents: string[] = [];
  bare.replica.listen({
    written: () => {},
    taken: () => {},
    changed: () => {},
    incident(kind) {
      if (kind !== "clock_far_off") incidents.push(kind);
    },
  });
  await takeAll(bare, stated([revoke(head(log, 4))]));
  deepStrictEqual(await takeAll(bare, log), [
    ...["taken", "taken", "taken", "taken"],
    ...["cut", "cut"],
  ]);
  deepStrictEqual(incidents, ["beyond_cut", "beyond_cut"]);
  strictEqual(bare.replica.reader.count(FACTS), 5);
});

Deno.test("of several cuts the lowest holds, and a readmission lifts those that it names", async () => {
  const log = sales(6);
  const low = { ...revoke(head(log, 2)), id: idOf("low") };
  const high = revoke(head(log, 5));
  const lift = (ids: FactId[], seq: number) => ({
    id: idOf("lift"),
    statement: { kind: "readmit" as const, ...head(log, seq), lifts: ids },
  });
  const cases: readonly [Parameters<typeof stated>[0], number][] = [
    [[high, low], 2],
    [[low, lift([low.id], 4)], 4],
    [[low, high, lift([low.id], 6)], 5],
    [[low, high, lift([low.id, high.id], 6)], 6],
    [[lift([low.id], 6), low], 6],
    [[low, lift([high.id], 6)], 2],
  ];
  for (const [statements, count] of cases) {
    for (const bare of await inBothOrders(log, stated(statements))) {
      strictEqual(sold(bare), count);
    }
  }
});

Deno.test("a reassignment cuts one log; the writer's others go on", async () => {
  const [log, other] = [sales(4), sales(3, 1, "t")];
  const statement = {
    kind: "reassign" as const,
    ...head(log, 1),
    to: other.name,
    atRisk: [],
  };
  const cut = stated([{ id: idOf("moved"), statement }]);
  for (const bare of await inBothOrders(log, other, cut)) {
    strictEqual(sold(bare), 1 + 3);
  }
});

Deno.test("an authority that does not stand above a member does not end its logs", async () => {
  const log = sales(3);
  for (
    const bare of await inBothOrders(log, stated([revoke()], OTHER_KEY))
  ) strictEqual(sold(bare), 3);
});

Deno.test("another authority ends a log from where the log carries its certificate", async () => {
  const log = sales(2);
  const chain = forgeChain(KEY.root, MEMBER.signer, {}, {
    signer: OTHER_KEY.signer,
    chain: OTHER_KEY.authority,
  });
  log.add({ stamp: makeStamp(3, 0), facts: [makeSale("s3")], chain });
  log.add({ stamp: makeStamp(4, 0), facts: [makeSale("s4")] });
  for (
    const bare of await inBothOrders(log, stated([revoke()], OTHER_KEY))
  ) strictEqual(sold(bare), 3);
});

Deno.test("a cut of the signer's own log ends its statements", async () => {
  const log = sales(3);
  const cut = stated([{ ...revoke(), id: idOf("own") }]);
  const root = createForgedRoot();
  const over = new ForgedLog(root, MESH_SPACE);
  over.add({
    stamp: makeStamp(200, 0),
    facts: [
      signStatement({ root: root.root.publicKey, signer: root.signer }, {
        id: idOf("root"),
        at: 0,
        statement: {
          kind: "revoke",
          peer: toHex(KEY.signer.publicKey),
          logs: [],
        },
      }),
    ],
  });
  for (const bare of await inBothOrders(log, cut, over)) {
    strictEqual(sold(bare), 3);
    strictEqual(
      bare.replica.reader.get(FACTS, [idBytes(idOf("own")), 2]),
      undefined,
    );
  }
});

Deno.test("of a fork a revocation keeps the continuation whose head it names", async () => {
  const log = sales(4);
  const clone = log.fork(2);
  for (let i = 3; i <= 6; i++) {
    clone.add({ stamp: makeStamp(i, 0), facts: [makeSale(`c${i}`)] });
  }
  for (
    const bare of await inBothOrders(log, clone, stated([revoke(head(log, 3))]))
  ) strictEqual(sold(bare), 3);
});

Deno.test("a replica opened again knows where logs end", async () => {
  const log = sales(6);
  const [bare] = await inBothOrders(log, stated([revoke(head(log, 4))]));
  bare?.replica.stop();
  const again = openBareReplica(MEMBER, bare?.disk);
  const entry = again.replica.register.byName(log.name);
  strictEqual(entry && shownTip(entry).seq, 4);
  strictEqual(again.replica.isRevoked, true);
});

Deno.test("a node that was revoked decides nothing more, and keeps what it observes", async () => {
  const bare = openBareReplica(MEMBER);
  const record = async (observation: boolean) => {
    const answer = bare.replica.decide((context) => {
      const sale = makeSale(`o${observation}`, {
        ...(observation ? { observation } : {}),
      });
      context.record(SITE, sale);
      return { ok: true, value: context.log(SITE).number };
    });
    bare.clock.advance(0);
    return await answer.then(() => "stored", (error) => error.message);
  };
  strictEqual(await record(false), "stored");
  await takeAll(bare, stated([revoke()]));
  strictEqual(sold(bare), 0);
  strictEqual(
    await record(false),
    "Cannot write in site:CUS: this node was revoked",
  );
  strictEqual(await record(true), "stored");
  strictEqual(sold(bare), 0);
  deepStrictEqual(vector(bare), []);
});

Deno.test("a node whose log was reassigned opens another", async () => {
  const bare = openBareReplica(MEMBER);
  const sell = async (name: string) => {
    const answer = bare.replica.decide((context) => {
      context.record(SITE, makeSale(name));
      return { ok: true, value: context.log(SITE).name };
    });
    bare.clock.advance(0);
    const result = await answer;
    return result.ok ? result.value : undefined;
  };
  const first = await sell("a");
  const entry = bare.replica.register.own(SITE);
  const { name: log, seq, hash } = entry ?? { name: "", seq: 0, hash: "" };
  const statement = {
    kind: "reassign",
    log,
    seq,
    hash,
    to: log,
    atRisk: [],
  } as Statement;
  await takeAll(bare, stated([{ id: idOf("moved"), statement }]));
  const second = await sell("b");
  strictEqual(first === second, false);
  strictEqual(sold(bare), 2);
});

Deno.test("a revocation that races with sales leaves the same sales everywhere", async () => {
  const log = sales(8);
  const cut = stated([revoke(head(log, 5))]);
  // Between every two commits of the log the statement may arrive.
  const results = [];
  for (let at = 0; at <= 8; at++) {
    const bare = openBareReplica(MEMBER);
    for (let seq = 1; seq <= 8; seq++) {
      if (seq === at + 1) await takeAll(bare, cut);
      await take(bare, log.run(seq, seq));
    }
    await takeAll(bare, cut);
    results.push(canonicalExport(bare.replica, EXPORT));
    strictEqual(sold(bare), 5);
  }
  for (const result of results) deepStrictEqual(result, results[0]);
});

Deno.test("stamps of next year or of 1970 count, and are told of", async () => {
  const bare = openBareReplica(MEMBER);
  const told: unknown[] = [];
  bare.replica.listen({
    written: () => {},
    taken: () => {},
    changed: () => {},
    incident: (kind, _message, { ahead }) => void told.push([kind, ahead]),
  });
  const start = bare.clock.now();
  const stamps = [0, start - 1000, start + 365 * 86_400_000];
  for (const [i, ms] of stamps.entries()) {
    const log = new ForgedLog(MEMBER, SITE, i);
    log.add({ stamp: makeStamp(ms, 1), facts: [makeSale(`s${i}`)] });
    await takeAll(bare, log);
  }
  strictEqual(sold(bare), 3);
  deepStrictEqual(told, [["clock_far_off", false], ["clock_far_off", true]]);
});
