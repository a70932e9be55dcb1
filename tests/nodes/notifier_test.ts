import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import type { FactId, ProductId } from "../../crdt/mod.ts";
import {
  CENTRAL_FAULTS,
  type CentralFault,
  OriginalCentral,
} from "../support/original_central.ts";
import {
  createTellingBranch,
  memoryCentral,
  type TellingBranch,
  type TellingBranchOptions,
} from "../support/telling_branch.ts";

type Test = (
  branch: TellingBranch,
  central: OriginalCentral,
) => void | Promise<void>;

async function withBranch(
  test: Test,
  options: Partial<TellingBranchOptions> = {},
): Promise<void> {
  const central = new OriginalCentral();
  const branch = await createTellingBranch({
    central: memoryCentral(central),
    branchId: "norte-2",
    ...options,
  });
  try {
    await test(branch, central);
  } finally {
    await branch.stop();
  }
}

const breakerOf = (branch: TellingBranch) => {
  const { state, failures } = branch.view();
  return [state, failures];
};

const sumOf = (branch: TellingBranch) => {
  const { pending, confirmed, setAside, unconfirmed } = branch.view();
  return { pending, confirmed, setAside, unconfirmed };
};

Deno.test("createNotifier() tells of each sale, in order, with the body of every release", () =>
  withBranch(async (branch, central) => {
    await branch.sell("1", 4);
    await branch.sell("2", -3);
    await branch.sell("1", 0);
    await branch.until(() => branch.view().confirmed === 3);

    const sales = branch.node.useCases.sales({ limit: 10 }).items;
    deepStrictEqual(central.counted.map((it) => it.timestamp), [
      ...sales.map((sale) => sale.localTime),
    ]);
    const time = sales[0]?.localTime;
    strictEqual(
      central.arrived[0],
      `{"branch_id":"norte-2","product_id":1,"quantity_sold":4,"timestamp":"${time}","sale_price":10.0,"total_amount":10.0,"money_received":10.0,"change":0.0,"sale_id":"norte-2_${time}"}`,
    );
    ok(central.arrived[1]?.includes('"sale_price":-7.5,'));
    deepStrictEqual(breakerOf(branch), ["closed", 0]);
    deepStrictEqual(branch.outbox(), []);
  }));

Deno.test("createNotifier() tells of a sale line by line, and sets aside what has no original product id", () =>
  withBranch(async (branch, central) => {
    const lines = ["1", "honey", "2"].map((product) => ({
      product: product as ProductId,
      quantity: 1,
    }));
    await branch.settle(branch.node.useCases.recordSale({ lines }));
    await branch.until(() => branch.view().confirmed === 2);

    deepStrictEqual(central.counted.map((it) => it.product_id), [1, 2]);
    strictEqual(new Set(central.counted.map((it) => it.sale_id)).size, 2);
    const [aside] = branch.outbox();
    deepStrictEqual([aside?.state, aside?.line], ["set_aside", 1]);
    ok(aside?.note.includes("honey"));
  }));

Deno.test("createNotifier() gives sales of one instant different ids", () =>
  withBranch(async (branch, central) => {
    const at = Date.UTC(2026, 10, 22, 14) * 1000;
    for (let i = 0; i < 3; i++) {
      const line = { product: "1" as ProductId, quantity: 1 };
      await branch.settle(
        branch.node.useCases.recordSale({ lines: [line], at }),
      );
    }
    await branch.until(() => branch.view().confirmed === 3);

    strictEqual(new Set(central.counted.map((it) => it.sale_id)).size, 3);
  }));

Deno.test("createNotifier() tells of sales that were made while it was off", () =>
  withBranch(async (branch, central) => {
    await branch.sell("1");
    await branch.sell("2");
    await branch.run(10_000);
    strictEqual(central.total, 0);

    await branch.restart();
    await branch.until(() => branch.view().confirmed === 2);
    strictEqual(central.total, 2);
  }, { tells: false }));

Deno.test("createNotifier() opens after three failures and probes once a minute", () =>
  withBranch(async (branch, central) => {
    central.isUp = false;
    await branch.sell("1");
    await branch.run(100);
    deepStrictEqual(breakerOf(branch), ["closed", 1]);
    await branch.sell("1");
    await branch.sell("1");
    await branch.run(100);
    deepStrictEqual(breakerOf(branch), ["open", 3]);

    await branch.run(59_000);
    deepStrictEqual(breakerOf(branch), ["open", 3]);
    await branch.until(() => branch.view().state === "half_open");
    await branch.run(100);
    deepStrictEqual(breakerOf(branch), ["open", 4]);

    central.isUp = true;
    await branch.sell("1");
    await branch.run(100);
    strictEqual(central.total, 0);
    await branch.run(60_000);
    deepStrictEqual(breakerOf(branch), ["closed", 0]);
    strictEqual(branch.view().confirmed, 4);
  }));

Deno.test("createNotifier() tries a lone notice again without a new sale", () =>
  withBranch(async (branch, central) => {
    central.isUp = false;
    await branch.sell("1");
    await branch.run(4000);
    deepStrictEqual(breakerOf(branch), ["closed", 1]);
    central.isUp = true;
    await branch.run(2000);
    deepStrictEqual(sumOf(branch), {
      pending: 0,
      confirmed: 1,
      setAside: 0,
      unconfirmed: 0,
    });
  }));

Deno.test("createNotifier() sets a refused notice aside and goes on without a failure", () =>
  withBranch(async (branch, central) => {
    for (const product of ["99", "99", "99", "99", "1"]) {
      await branch.sell(product);
    }
    await branch.until(() => branch.view().confirmed === 1);

    strictEqual(central.total, 1);
    strictEqual(branch.view().setAside, 4);
    deepStrictEqual(breakerOf(branch), ["closed", 0]);
    ok(branch.outbox().every((it) => it.note === "The central answered 404"));
  }));

Deno.test("decideNotice() has a refused notice sent again, or counted as told, once", () =>
  withBranch(async (branch, central) => {
    for (const product of ["99", "99"]) await branch.sell(product);
    await branch.until(() => branch.view().setAside === 2);
    const [first, second] = branch.outbox().map(({ number }) => number);
    const { decideNotice } = branch.node.useCases;
    const decide = async (
      number: number | undefined,
      decision: "send" | "settle",
    ) =>
      (await branch.settle(decideNotice({ number: number ?? 0, decision }))).ok;

    strictEqual(await decide(second, "settle"), true);
    strictEqual(await decide(second, "settle"), false);
    deepStrictEqual(
      [branch.view().setAside, branch.view().confirmed],
      [1, 1],
    );
    const before = central.arrived.length;
    strictEqual(await decide(first, "send"), true);
    await branch.until(() => central.arrived.length > before);
    await branch.until(() => branch.view().setAside === 1);
    deepStrictEqual(branch.outbox().map(({ attempts }) => attempts), [2]);
  }));

for (
  const [fault, arrivals] of [
    ["error_before", 1],
    ["error_after", 1],
    ["hang_before", 1],
    ["hang_after", 1],
    ["late", 1],
    ["die_before", 1],
    ["die_after", 1],
    ["redirect", 1],
    ["created", 1],
    ["refuse", 1],
  ] as const
) {
  Deno.test(`createNotifier() has a sale counted once when the central does ${fault}`, () =>
    withBranch(async (branch, central) => {
      central.faults.push(fault);
      await branch.sell("1");
      await branch.until(() => branch.view().confirmed === 1);

      strictEqual(central.arrived.length, arrivals);
      strictEqual(central.total, 1);
    }));
}

Deno.test("createNotifier() closes the breaker when its probe is refused", () =>
  withBranch(async (branch, central) => {
    central.isUp = false;
    for (let i = 0; i < 3; i++) await branch.sell("99");
    await branch.run(100);
    strictEqual(branch.view().state, "open");
    central.isUp = true;
    await branch.run(60_100);

    deepStrictEqual(breakerOf(branch), ["closed", 0]);
    strictEqual(branch.view().setAside, 3);
  }));

Deno.test("createNotifier() sets a notice aside as unconfirmed when others tell the central too", () =>
  withBranch(async (branch, central) => {
    await branch.sell("1");
    await branch.until(() => branch.view().confirmed === 1);
    central.tellOfOther();
    central.faults.push("die_after");
    await branch.sell("1");
    await branch.sell("2");
    await branch.until(() => branch.view().confirmed === 2);

    strictEqual(central.total, 4);
    strictEqual(branch.view().unconfirmed, 1);
    const [doubtful] = branch.outbox();
    strictEqual(doubtful?.state, "unconfirmed");
    ok(doubtful.note.includes("2 notices before and 3 after"));

    // It is known over a restart that others tell the central.
    await branch.crash();
    central.faults.push("die_after");
    await branch.sell("1");
    await branch.until(() => branch.view().pending === 0);
    strictEqual(branch.view().unconfirmed, 2);
  }));

Deno.test("createNotifier() finds out after a crash what became of a notice that was on its way", () =>
  withBranch(async (branch, central) => {
    for (const fault of ["hang_after", "hang_before", "late"] as const) {
      central.faults.push(fault);
      await branch.sell("1");
      await branch.run(1000);
      await branch.crash();
    }
    await branch.until(() => branch.view().confirmed === 3);
    strictEqual(central.counted.length, 3);
  }));

Deno.test("createNotifier() does not send what another copy of the folder may have sent", () =>
  withBranch(async (branch, central) => {
    central.isUp = false;
    await branch.sell("1");
    await branch.run(100);
    await branch.crash({ copied: true });
    central.isUp = true;
    await branch.sell("2");
    await branch.until(() => branch.view().confirmed === 1);

    deepStrictEqual(central.counted.map((it) => it.product_id), [2]);
    strictEqual(branch.view().unconfirmed, 1);
  }));

Deno.test("createNotifier() sends nothing again while the disk fails", () =>
  withBranch(async (branch, central) => {
    central.faults.push("hang_after");
    await branch.sell("1");
    await branch.run(4000);
    branch.disk.failNextSync();
    await branch.until(() => branch.view().confirmed === 1, 120_000);

    strictEqual(central.arrived.length, 1);
  }));

Deno.test("createNotifier() reads sales whose commits retention has dropped", () =>
  withBranch(async (branch, central) => {
    for (let i = 0; i < 600; i++) await branch.sell("1");
    for (let day = 0; day < 3; day++) {
      branch.clock.skew(86_400_000);
      await branch.run(10_000);
    }
    const log = branch.node.replica.register.own("site:CUS" as never);
    ok(log !== undefined && log.firstBody > 400);

    await branch.restart();
    await branch.until(() => branch.view().confirmed === 600);
    strictEqual(new Set(central.arrived).size, 600);
  }, { tells: false, retentionDays: 1 }));

type Step =
  | {
    readonly kind: "sell";
    readonly product: string;
    readonly quantity: number;
  }
  | { readonly kind: "fault"; readonly fault: CentralFault }
  | { readonly kind: "run"; readonly ms: number }
  | { readonly kind: "up" | "down" | "crash" | "restart" };

const STEP: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant("sell" as const),
      product: fc.constantFrom("1", "1", "2", "99", "honey"),
      quantity: fc.integer({ min: -2, max: 3 }),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant("fault" as const),
      fault: fc.constantFrom(...CENTRAL_FAULTS),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant("run" as const),
      ms: fc.constantFrom(0, 1, 2, 5, 8, 1000, 4990, 12_000, 65_000),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constantFrom(
        "up" as const,
        "down" as const,
        "crash" as const,
        "restart" as const,
      ),
    }),
  },
);

async function take(
  step: Step,
  branch: TellingBranch,
  central: OriginalCentral,
): Promise<void> {
  if (step.kind === "sell") await branch.sell(step.product, step.quantity);
  else if (step.kind === "fault") central.faults.push(step.fault);
  else if (step.kind === "run") await branch.run(step.ms);
  else if (step.kind === "crash") await branch.crash();
  else if (step.kind === "restart") await branch.restart();
  else central.isUp = step.kind === "up";
}

/** What the central counted of each sale of the branch, and where the sale stands at the branch. */
function account(branch: TellingBranch, central: OriginalCentral) {
  const states = new Map<FactId, string>(
    branch.outbox().map((it) => [it.sale, it.state]),
  );
  return branch.node.useCases.sales({ limit: 1000 }).items.map((sale) => ({
    state: states.get(sale.id) ?? "confirmed",
    product: sale.lines[0]?.product,
    counted: central.counted.filter((it) => it.timestamp === sale.localTime)
      .length,
  }));
}

Deno.test("createNotifier() never loses and never doubles a sale, whatever fails", () =>
  fc.assert(
    fc.asyncProperty(
      fc.array(STEP, { maxLength: 30 }),
      fc.nat({ max: 1000 }),
      async (steps, seed) => {
        await withBranch(async (branch, central) => {
          for (const step of steps) await take(step, branch, central);
          central.isUp = true;
          central.faults.length = 0;
          await branch.until(() => branch.view().pending === 0, 600_000);
          await branch.run(10_000);

          const sales = account(branch, central);
          for (const { state, product, counted } of sales) {
            ok(counted <= 1, "counted twice");
            if (state === "confirmed") strictEqual(counted, 1);
            if (state === "set_aside") {
              ok(product === "99" || product === "honey");
              strictEqual(counted, 0);
            }
            ok(state !== "unconfirmed", "one sender alone leaves no doubt");
          }
          const { pending, confirmed, setAside } = branch.view();
          deepStrictEqual([pending, confirmed + setAside], [0, sales.length]);
          strictEqual(confirmed, central.counted.length);
          const times = central.counted.map((it) => it.timestamp);
          deepStrictEqual(times, times.toSorted());
          ok(central.busiest <= 1, "more than one at a time");
        }, { seed });
      },
    ),
    { numRuns: 60 },
  ));
