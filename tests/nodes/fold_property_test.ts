/**
 * The property on which everything rests: what a replica holds is a function of the set of commits, however they came.
 *
 * @module
 */
import { deepStrictEqual } from "node:assert/strict";
import fc from "fast-check";
import { VIEW_TABLES } from "../../crdt/mod.ts";
import { RowBuffer } from "../../nodes/row_buffer.ts";
import { openBareReplica } from "../support/bare_replica.ts";
import { canonicalExport } from "../support/canonical_export.ts";
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
const EXPORT = { documents: true };

Deno.test("a replica is equal to another with the same commits in any order", async () => {
  await fc.assert(
    fc.asyncProperty(
      mixedScripts(24),
      numbers,
      numbers,
      async (script, one, two) => {
        const mixed = makeMixed(script);
        const a = await fill(mixed, drawFrom(one));
        const b = await fill(mixed, drawFrom(two));
        deepStrictEqual(
          canonicalExport(a.replica, EXPORT),
          canonicalExport(b.replica, EXPORT),
        );
        a.replica.stop();
        b.replica.stop();
      },
    ),
    { numRuns: RUNS },
  );
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
      for (const run of half) {
        const answer = a.replica.take(run);
        a.clock.advance(0);
        await answer;
      }
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
            const seen = new Set<string>();
            return archive.factsOf(entry, encoded).filter(({ fact }) =>
              !seen.has(fact.id) && seen.add(fact.id)
            );
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
