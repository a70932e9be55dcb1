import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import {
  decodeCommit,
  makeStamp,
  ok as accept,
  SALES,
  type SiteCode,
  siteSpace,
} from "../../crdt/mod.ts";
import type { Run } from "../../nodes/log_run.ts";
import { createMaintenance } from "../../nodes/maintenance.ts";
import type { Replica } from "../../nodes/replica.ts";
import { readRun } from "../../nodes/run_reader.ts";
import { BLOCKS, SAVED_BRANCHES } from "../../nodes/tables.ts";
import {
  type BareReplica,
  openBareReplica,
  take,
} from "../support/bare_replica.ts";
import { canonicalExport } from "../support/canonical_export.ts";
import { idOf, makeFact, makeSale } from "../support/facts.ts";
import { createForger, ForgedLog } from "../support/forged_log.ts";
import { SimulatedDisk } from "../support/simulated_disk.ts";

const SITE = siteSpace("CUS" as SiteCode);
const FORGER = createForger("a");
const EXPORT = { documents: true };

/** A log of sales, each of its own id unless the name is the same. */
function makeLog(commits: number, name = "s", from?: ForgedLog): ForgedLog {
  const log = from ?? new ForgedLog(FORGER, SITE);
  for (let i = 0; i < commits; i++) {
    log.add({
      stamp: makeStamp(log.commits.length + 1, 0),
      facts: [makeSale(`${name}${i}`), price(`${name}${i}`)],
    });
  }
  return log;
}

function price(name: string) {
  return makeFact("PriceChanged", {
    id: idOf(`price ${name}`),
    scope: SITE,
    product: "1",
    price: 100,
    currency: "PEN",
    exponent: 2,
    effectiveAt: 0,
    over: [],
  });
}

async function takeAll(bare: BareReplica, ...chains: ForgedLog[]) {
  const kinds: string[] = [];
  for (const chain of chains) {
    const { length } = chain.commits;
    kinds.push((await take(bare, chain.run(1, length))).kind);
  }
  return kinds;
}

async function filled(...chains: ForgedLog[]): Promise<BareReplica> {
  const bare = openBareReplica(FORGER);
  await takeAll(bare, ...chains);
  return bare;
}

function names({ register }: Replica): string[] {
  return register.vector(SITE).map(({ log, seq }) =>
    `${log.includes("~") ? log.slice(33, 37) : "trunk"} ${seq}`
  ).sort();
}

const short = (log: ForgedLog, seq: number) =>
  log.commits[seq - 1]?.hash.slice(0, 4);

/** Every order in which chains can come, with what the replicas then hold. */
async function inEveryOrder(...chains: ForgedLog[]): Promise<Replica> {
  const orders = permutations(chains);
  const replicas = [];
  for (const order of orders) replicas.push((await filled(...order)).replica);
  const [first] = replicas;
  ok(first !== undefined);
  for (const other of replicas) {
    deepStrictEqual(
      canonicalExport(other, EXPORT),
      canonicalExport(first, EXPORT),
    );
  }
  return first;
}

function permutations<T>(items: readonly T[]): T[][] {
  if (items.length === 0) return [[]];
  return items.flatMap((item, i) =>
    permutations(items.toSpliced(i, 1)).map((rest) => [item, ...rest])
  );
}

Deno.test("takeLog() splits a log at a fork, and counts both continuations", async () => {
  const one = makeLog(4);
  const two = makeLog(2, "t", one.fork(2));
  const replica = await inEveryOrder(one, two);
  deepStrictEqual(
    names(replica),
    [`${short(one, 3)} 4`, `${short(two, 3)} 4`, "trunk 2"].sort(),
  );
  strictEqual(replica.reader.count(SALES), 6);
});

Deno.test("takeLog() gives a third continuation its own log", async () => {
  const one = makeLog(3);
  const others = ["t", "u"].map((name) => makeLog(1, name, one.fork(2)));
  const replica = await inEveryOrder(one, ...others);
  strictEqual(replica.register.vector(SITE).length, 4);
});

Deno.test("takeLog() splits below an earlier split, and inside a continuation", async () => {
  const one = makeLog(5);
  const late = makeLog(3, "t", one.fork(4));
  const early = makeLog(2, "u", one.fork(1));
  const inside = makeLog(1, "v", late.fork(6));
  const replica = await inEveryOrder(one, late, early, inside);
  deepStrictEqual(
    names(replica),
    [
      "trunk 1",
      `${short(one, 2)} 4`,
      `${short(early, 2)} 3`,
      `${short(one, 5)} 5`,
      `${short(late, 5)} 6`,
      `${short(late, 7)} 7`,
      `${short(inside, 7)} 7`,
    ].sort(),
  );
});

Deno.test("takeLog() splits a log at its first commit", async () => {
  const one = makeLog(2);
  const others = ["t", "u"].map((name) => makeLog(2, name, one.fork(0)));
  const replica = await inEveryOrder(one, ...others);
  deepStrictEqual(
    names(replica),
    [one, ...others].map((log) => `${short(log, 1)} 2`).sort(),
  );
});

Deno.test("takeLog() counts a fact that both continuations hold once", async () => {
  const one = makeLog(3);
  const two = makeLog(1, "s", one.fork(2).fork(2));
  // The clone wrote the first sale again.
  const replica = await inEveryOrder(one, two);
  strictEqual(replica.reader.count(SALES), 3);
});

Deno.test("takeLog() goes on with each continuation, also after a restart", async () => {
  const one = makeLog(3);
  const two = makeLog(3, "t", one.fork(2));
  const bare = openBareReplica(FORGER);
  await take(bare, one.run(1, 3));
  await take(bare, two.run(1, 3));
  bare.replica.stop();
  const again = openBareReplica(FORGER, bare.disk);
  makeLog(2, "later", one);
  strictEqual((await take(again, two.run(4, 5))).kind, "taken");
  strictEqual((await take(again, one.run(4, 5))).kind, "taken");
  strictEqual((await take(again, one.run(2, 4))).kind, "known");
  const whole = await filled(two, one);
  deepStrictEqual(
    canonicalExport(again.replica, EXPORT),
    canonicalExport(whole.replica, EXPORT),
  );
});

Deno.test("takeLog() refuses a forged continuation and leaves the log whole", async () => {
  const one = makeLog(3);
  const bare = await filled(one);
  const before = canonicalExport(bare.replica, EXPORT);
  const two = makeLog(2, "t", one.fork(2));
  const { commits } = two.run(1, 4);
  const outcome = await take(bare, { commits, head: one.head(3) });
  strictEqual(outcome.kind, "refused");
  deepStrictEqual(canonicalExport(bare.replica, EXPORT), before);
});

Deno.test("takeLog() splits a page that was sealed and packed", async () => {
  const one = makeLog(600);
  const two = makeLog(3, "t", one.fork(100));
  const bare = openBareReplica(FORGER);
  const { replica, clock } = bare;
  await take(bare, one.run(1, 600));
  const maintenance = createMaintenance({
    replica,
    clock,
    logger: { log: () => {} },
    incidents: { report: () => {} } as never,
    invariants: { checked: () => {} } as never,
  });
  const sealing = async () => {
    for (let i = 0; i < 50; i++) {
      const step = maintenance.step();
      clock.advance(1000);
      if (!await step) return;
    }
  };
  await sealing();
  ok(
    replica.reader.count(BLOCKS) > 5 &&
      replica.reader.count(SAVED_BRANCHES) > 0,
  );
  strictEqual((await take(bare, two.run(1, 103))).kind, "fork");
  const whole = await filled(two, one);
  deepStrictEqual(
    canonicalExport(replica, EXPORT),
    canonicalExport(whole.replica, EXPORT),
  );
  await sealing();
  deepStrictEqual(
    canonicalExport(replica, EXPORT),
    canonicalExport(whole.replica, EXPORT),
  );
});

Deno.test("takeLog() makes the node's own log one that it only reads, when a clone has written to it", async () => {
  const original = openBareReplica(FORGER);
  await record(original, "a");
  const clone = openBareReplica(FORGER, copyDisk(original.disk));
  await record(original, "b");
  await record(clone, "c");
  const incidents: string[] = [];
  original.replica.listen({
    written: () => {},
    taken: () => {},
    changed: () => {},
    incident: (kind) => incidents.push(kind),
  });
  const before = original.replica.register.own(SITE);
  strictEqual((await take(original, runOf(clone))).kind, "fork");
  deepStrictEqual(incidents, ["amnesia", "fork"]);
  strictEqual(original.replica.register.own(SITE), undefined);
  const own = await record(original, "d");
  ok(own !== undefined && own.seq === 1 && own.name !== before?.name);
  strictEqual(original.replica.reader.count(SALES), 4);
});

async function record({ replica, clock }: BareReplica, name: string) {
  const done = replica.decide((context) =>
    accept(context.record(SITE, makeSale(name)))
  );
  clock.advance(0);
  await done;
  return replica.register.own(SITE);
}

/** The node's own log as one run. */
function runOf({ replica }: BareReplica): Run {
  const entry = replica.register.own(SITE);
  const run = entry && readRun(replica, entry, 1);
  ok(run !== undefined);
  const commits = run.bodies.map((body) => decodeCommit(body))
    .filter((it) => it !== undefined);
  return { commits, head: { ...run.head, log: run.log } };
}

function copyDisk(disk: SimulatedDisk): SimulatedDisk {
  const copy = new SimulatedDisk();
  copy.write(0, disk.read(0, disk.size()));
  copy.sync();
  return copy;
}

Deno.test("readRun() serves every log of a family as runs that others take", async () => {
  const one = makeLog(400);
  const late = makeLog(3, "t", one.fork(300));
  const early = makeLog(3, "u", one.fork(20));
  const first = makeLog(3, "v", one.fork(0));
  const { replica } = await filled(one, late, early, first);
  const other = openBareReplica(FORGER);
  for (let round = 0; round < 8; round++) {
    for (const { log } of replica.register.vector(SITE)) {
      const entry = replica.register.byName(log);
      ok(entry !== undefined);
      for (let seq = 1; seq <= entry.seq;) {
        const run = readRun(replica, entry, seq);
        ok(run !== undefined, `no run of ${log} from ${seq}`);
        const commits = run.bodies.map((body) => decodeCommit(body))
          .filter((it) => it !== undefined);
        const [commit] = commits;
        ok(commit !== undefined);
        const outcome = await take(other, {
          commits,
          head: { log: commit.commit.log, ...run.head },
        });
        ok(
          outcome.kind !== "refused" && outcome.kind !== "gap",
          JSON.stringify(outcome),
        );
        seq = run.head.seq + 1;
      }
    }
  }
  deepStrictEqual(
    canonicalExport(other.replica, EXPORT),
    canonicalExport(replica, EXPORT),
  );
});
