import { deepStrictEqual, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { makeStamp, type SpaceId } from "../../../crdt/mod.ts";
import { makeSale } from "../../support/facts.ts";
import { createForger, ForgedLog } from "../../support/forged_log.ts";
import {
  createOriginalCentral,
  type OriginalCentralModel,
} from "../../support/original_central_model.ts";
import {
  createPushingBranch,
  memoryBranchCentral,
  type MemoryFault,
  type PushingBranch,
} from "../../support/pushing_branch.ts";

type Step =
  | { readonly kind: "sell" | "push" | "crash" | "restart" | "reboot" }
  | { readonly kind: "void"; readonly which: number }
  | { readonly kind: "wait"; readonly ms: number }
  | { readonly kind: "fault"; readonly fault: MemoryFault }
  /** Another till sells; a `copy` of a sale that a third till recorded too, under a number of its own. */
  | { readonly kind: "hear"; readonly till: 0 | 1; readonly copy: boolean }
  /** A push that is interrupted after some milliseconds by the end of the process. */
  | { readonly kind: "cut"; readonly ms: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.constant<Step>({ kind: "sell" }) },
  { weight: 3, arbitrary: fc.constant<Step>({ kind: "push" }) },
  ...(["crash", "restart", "reboot"] as const).map((kind) => ({
    weight: 1,
    arbitrary: fc.constant<Step>({ kind }),
  })),
  {
    weight: 2,
    arbitrary: fc.nat(20).map((which): Step => ({ kind: "void", which })),
  },
  {
    weight: 2,
    arbitrary: fc.integer({ min: 1, max: 8000 })
      .map((ms): Step => ({ kind: "wait", ms })),
  },
  {
    weight: 3,
    arbitrary: fc.constantFrom<MemoryFault>(
      "lost_before",
      "lost_after",
      "nonsense",
      "busy",
    ).map((fault): Step => ({ kind: "fault", fault })),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("hear" as const),
      till: fc.constantFrom<0 | 1>(0, 1),
      copy: fc.boolean(),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.integer({ min: 0, max: 14 })
      .map((ms): Step => ({ kind: "cut", ms })),
  },
);

/** Two other tills of the site, whose sales come whenever they are heard of. */
function createOtherTills() {
  const logs = [1, 2].map((till) =>
    new ForgedLog(createForger(`till ${till}`), "site:CUS" as SpaceId)
  );
  return (till: 0 | 1, copy: boolean) => {
    const log = logs[till] as ForgedLog;
    const seq = log.commits.length + 1;
    // Copies are of sales that both tills number by themselves; what they are of they have in common.
    const name = copy ? `both ${seq}` : `till ${till} ${seq}`;
    const receipt = `CUS-20261122-0000${till + 1}${100 + seq}`;
    log.add({
      stamp: makeStamp(seq, till),
      facts: [makeSale(name, { receipt, date: "2026-11-22" })],
    });
    return { log, seq };
  };
}

async function play(
  branch: PushingBranch,
  central: OriginalCentralModel,
  steps: readonly Step[],
  faults: MemoryFault[],
): Promise<void> {
  const receipts: string[] = [];
  const voided = new Set<string>();
  const sellElsewhere = createOtherTills();
  for (const one of steps) {
    switch (one.kind) {
      case "sell":
        receipts.push(await branch.sell());
        break;
      case "void": {
        const receipt = receipts[one.which % Math.max(1, receipts.length)];
        if (receipt === undefined || voided.has(receipt)) break;
        voided.add(receipt);
        await branch.void(receipt);
        break;
      }
      case "push":
        await branch.push();
        break;
      case "wait":
        await branch.run(one.ms);
        break;
      case "fault":
        faults.push(one.fault);
        break;
      case "hear": {
        const { log, seq } = sellElsewhere(one.till, one.copy);
        await branch.hear(log, seq);
        break;
      }
      case "cut":
        void branch.pusher.push();
        await branch.run(one.ms);
        await branch.crash();
        break;
      case "crash":
        await branch.crash();
        break;
      case "restart":
        await branch.restart();
        break;
      case "reboot":
        central.restart();
    }
  }
}

/** Everything heals: the central is well, and a person asks until nothing waits. */
async function heal(branch: PushingBranch): Promise<void> {
  await branch.run(61_000);
  await branch.push();
  await branch.until(() => branch.pusher.pending() === 0);
  strictEqual(typeof await branch.push(), "number");
}

Deno.test("C-40: whatever fails in whatever order, each final sale is at the central exactly once, and confirmed here", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 3, maxLength: 14 }),
      fc.nat(1000),
      async (steps, seed) => {
        const central = createOriginalCentral();
        const memory = memoryBranchCentral(central);
        const branch = await createPushingBranch({
          centrals: (clock) => [{ url: "http://c", port: memory.port(clock) }],
          seed,
        });
        try {
          await play(branch, central, steps, memory.faults);
          memory.faults.length = 0;
          await heal(branch);
          const sales = branch.node.useCases.sales({ limit: 1000 }).items;
          const ids = new Map(
            [...central.sales.values()].map((it) => [it.id, it.total]),
          );
          const final = sales.filter((sale) => !sale.voided);
          const known = new Set(sales.map(({ receipt }) => receipt));
          // Of a sale that was recorded twice the number of either copy may be there, but only one.
          const there = [...ids.keys()].filter((id) =>
            !sales.some((sale) => sale.voided && sale.receipt === id)
          );
          strictEqual(there.length, final.length);
          for (const { receipt, total } of final) {
            const isCopy = receipt.includes("-0000");
            if (!isCopy) strictEqual(ids.get(receipt), total.units);
          }
          deepStrictEqual(
            there.filter((id) => !known.has(id) && !id.includes("-0000")),
            [],
          );
          deepStrictEqual(branch.conflicts, []);
        } finally {
          await branch.stop();
        }
      },
    ),
    {
      numRuns: 20,
      endOnFailure: true,
      examples: [
        // What was no answer to a comparison was taken for another sale.
        [[
          { kind: "sell" },
          { kind: "cut", ms: 1 },
          { kind: "cut", ms: 5 },
          { kind: "sell" },
          { kind: "fault", fault: "nonsense" },
          { kind: "cut", ms: 11 },
          { kind: "void", which: 11 },
          { kind: "sell" },
          { kind: "restart" },
          { kind: "push" },
        ], 464],
      ],
    },
  );
});
