/**
 * The property on which everything rests: what a replica holds is a function of the set of commits, however they came.
 *
 * @module
 */
import { deepStrictEqual } from "node:assert/strict";
import fc from "fast-check";
import {
  createSeededRandom,
  type EncodedCommit,
  money,
  type ProductId,
  type Scope,
  SIMULATED_SIGNATURES,
  type SiteCode,
  VIEW_TABLES,
} from "../../crdt/mod.ts";
import type { Run } from "../../nodes/log_run.ts";
import type { Replica } from "../../nodes/replica.ts";
import type { UseCases } from "../../nodes/use_cases.ts";
import { idOf } from "../support/facts.ts";
import { createTestNode } from "../support/test_node.ts";
import { RowBuffer } from "../../nodes/row_buffer.ts";
import { openBareReplica, take } from "../support/bare_replica.ts";
import { canonicalExport, exportViews } from "../support/canonical_export.ts";
import {
  cutRuns,
  deliver,
  drawFrom,
  drawnNumbers as numbers,
  fillReplica as fill,
  shuffle,
} from "../support/mixed_delivery.ts";
import { makeMixed, mixedScripts } from "../support/mixed_commits.ts";

const RUNS = 120;
/** The root of the mesh that a test node makes. */
const TEST_ROOT = SIMULATED_SIGNATURES.signer(createSeededRandom(7).bytes(32));
const EXPORT = { documents: true };

const exportAll = (replica: Replica) => canonicalExport(replica, EXPORT);

/** Fails if what is shown of a replica follows from the order in which commits came. */
async function checkAnyOrder(
  scripts: ReturnType<typeof mixedScripts>,
  show: (replica: Replica) => unknown,
): Promise<void> {
  await fc.assert(
    fc.asyncProperty(scripts, numbers, numbers, async (script, one, two) => {
      const mixed = makeMixed(script);
      const a = await fill(mixed, drawFrom(one));
      const b = await fill(mixed, drawFrom(two));
      deepStrictEqual(show(a.replica), show(b.replica));
      a.replica.stop();
      b.replica.stop();
    }),
    { numRuns: RUNS },
  );
}

Deno.test("a replica is equal to another with the same commits in any order", async () => {
  await checkAnyOrder(mixedScripts(24), exportAll);
});

Deno.test("rights are the same whichever of grant, acceptance, sale, void and return comes first", async () => {
  await checkAnyOrder(mixedScripts(16, { rights: true }), exportViews);
});

Deno.test("what stands of fuel stations and directories is the same in any order", async () => {
  await checkAnyOrder(mixedScripts(24, { fuel: true }), exportAll);
});

Deno.test("what stands of tills, closes, reports and sales of original branches is the same in any order", async () => {
  await checkAnyOrder(mixedScripts(24, { shop: true }), exportAll);
});

Deno.test("what stands of companies, cards, expenses and results is the same in any order", async () => {
  await checkAnyOrder(mixedScripts(24, { fleet: true }), exportAll);
});

Deno.test("what stands of charging points, sessions, words and sums is the same in any order", async () => {
  await checkAnyOrder(mixedScripts(24, { charging: true }), exportAll);
});

Deno.test("cuts and readmissions are the same whichever of facts and statements comes first", async () => {
  await checkAnyOrder(mixedScripts(24, { statements: true }), exportAll);
});

Deno.test("a replica that took commits one by one is equal to one that took all at once", async () => {
  await fc.assert(
    fc.asyncProperty(mixedScripts(24), numbers, async (script, one) => {
      const mixed = makeMixed(script);
      const a = await fill(mixed, drawFrom(one));
      const b = openBareReplica(mixed.forger);
      const whole = mixed.chains.map((chain) =>
        chain.run(1, chain.commits.length)
      );
      await deliver(b, whole, () => 5);
      deepStrictEqual(
        canonicalExport(a.replica, EXPORT),
        canonicalExport(b.replica, EXPORT),
      );
      a.replica.stop();
      b.replica.stop();
    }),
    { numRuns: RUNS / 2 },
  );
});

Deno.test("a replica opened again from its disk goes on as if it had never stopped", async () => {
  await fc.assert(
    fc.asyncProperty(mixedScripts(24), numbers, async (script, one) => {
      const mixed = makeMixed(script);
      const draw = drawFrom(one);
      const runs = mixed.chains.flatMap((chain) => cutRuns(chain, draw));
      const half = shuffle(runs, draw).slice(0, draw(runs.length + 1));
      const a = openBareReplica(mixed.forger);
      for (const run of half) await take(a, run);
      a.replica.stop();
      const again = openBareReplica(mixed.forger, a.disk);
      await deliver(again, runs, draw);
      const b = await fill(mixed, drawFrom([...one].reverse()));
      deepStrictEqual(
        canonicalExport(again.replica, EXPORT),
        canonicalExport(b.replica, EXPORT),
      );
      again.replica.stop();
      b.replica.stop();
    }),
    { numRuns: RUNS / 2 },
  );
});

Deno.test("taking every fact out again, in any order, leaves empty views", async () => {
  await fc.assert(
    fc.asyncProperty(mixedScripts(24), numbers, async (script, one) => {
      const mixed = makeMixed(script);
      const draw = drawFrom(one);
      const { replica } = await fill(mixed, draw);
      const { archive, ledger, register } = replica;
      replica.transact((writer) => {
        const rows = new RowBuffer(writer, new Set());
        const placed = [...register.all()].flatMap((entry) => {
          const first = entry.parent === undefined
            ? 1
            : (register.byNumber(entry.parent)?.seq ?? 0) + 1;
          const seqs = Array.from(
            { length: Math.max(0, entry.seq - first + 1) },
            (_, i) => first + i,
          );
          return seqs.flatMap((seq) => {
            const encoded = archive.commit(entry.number, seq);
            if (encoded === undefined) return [];
            return archive.placedFacts(entry, encoded);
          });
        });
        for (const fact of shuffle(placed, draw)) ledger.unplace(rows, fact);
        rows.flush();
        for (const table of VIEW_TABLES) {
          deepStrictEqual(writer.scan(table), [], table.name);
        }
      });
      replica.stop();
    }),
    { numRuns: RUNS / 2 },
  );
});

/** One call of a use-case, by small numbers. */
const calls = fc.record({
  kind: fc.nat(9),
  id: fc.nat(5),
  product: fc.nat(1),
  amount: fc.integer({ min: -2, max: 5 }),
  mesh: fc.boolean(),
  awaited: fc.boolean(),
});
type Call = (typeof calls) extends fc.Arbitrary<infer T> ? T : never;

function act(useCases: UseCases, call: Call): Promise<unknown> {
  const { kind, amount, mesh } = call;
  const id = idOf(`${kind} ${call.id}`);
  const product = String(call.product) as ProductId;
  const scope: Scope = mesh ? "mesh" : "site:CUS";
  const place = { scope, product };
  const site = (mesh ? "MASTER" : "CUS") as SiteCode;
  const price = money(Math.abs(amount), "PEN");
  switch (kind) {
    case 0:
    case 1:
      return useCases.createProduct({
        ...place,
        name: mesh ? "wax" : "honey",
        price,
        stock: amount,
      });
    case 2:
      return useCases.removeProduct(place);
    case 3:
      return useCases.setPrice({ id, ...place, price });
    case 4:
      return useCases.receiveStock({
        id,
        site,
        lines: [{ product, quantity: 1 + Math.abs(amount) }],
      });
    case 5:
      return useCases.voidSale({ sale: idOf(`6 ${call.id}`), reason: "" });
    case 8:
      return useCases.receiveNotice({
        branch: "b",
        product,
        quantity: amount,
        amount: price,
        amountText: "1",
        timestamp: "t",
        saleId: `${call.id}`,
        extra: { b: 1, a: "x" },
        source: "http",
      });
    case 9:
      return useCases.changeProduct({
        ...place,
        policy: amount < 3 ? "strict" : "unmetered",
      });
    default:
      return useCases.recordSale({
        id: idOf(`6 ${call.id}`),
        lines: [{ product, quantity: amount, price }],
        observation: mesh,
      });
  }
}

Deno.test("a node's own views are those of a peer that has its commits", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(calls, { maxLength: 40, size: "max" }),
      numbers,
      async (list, drawn) => {
        const { node, useCases, stop } = await createTestNode();
        const pending = [];
        for (const call of list) {
          const answer = act(useCases, call);
          if (call.awaited) await answer;
          else pending.push(answer);
        }
        await Promise.all(pending);
        const { replica } = node;
        const peer = openBareReplica({
          root: TEST_ROOT,
          signer: TEST_ROOT,
          chain: new Uint8Array(),
        });
        const runs: Run[] = [];
        for (const entry of replica.register.all()) {
          const commits = Array.from(
            { length: entry.seq },
            (_, i) =>
              replica.archive.commit(entry.number, i + 1) as EncodedCommit,
          );
          const { name, seq, hash, signature } = entry;
          runs.push({ commits, head: { log: name, seq, hash, signature } });
        }
        await deliver(peer, runs, drawFrom(drawn));
        deepStrictEqual(
          canonicalExport(peer.replica, EXPORT),
          canonicalExport(replica, EXPORT),
        );
        peer.replica.stop();
        await stop();
      },
    ),
    { numRuns: RUNS / 2 },
  );
});
