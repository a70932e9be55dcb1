import { deepStrictEqual, strictEqual } from "node:assert/strict";
import type { FleetUseCases } from "../../../nodes/fleet/fleet_use_cases.ts";
import {
  cardOf,
  COMPANY,
  fine,
  fund,
  purchaseOf,
} from "../../support/fleet.ts";
import { createTestNode } from "../../support/test_node.ts";

const DAYS = ["2026-11-20", "2026-11-21", "2026-11-22"];

/** A company with cards 2, 10 and 7, and 24 expenses on three days, the last decided first. */
async function openSold() {
  const node = await createTestNode({ roles: ["company"] });
  await fund(node.useCases, 10_000, 1000);
  const { fleet } = node.useCases;
  for (const number of [10, 2]) {
    const card = { company: COMPANY, card: cardOf(number), limit: 1000 };
    fine(await fleet.registerCard(card));
  }
  for (let i = 1; i <= 24; i++) {
    const card = cardOf([2, 7, 10][i % 3] ?? 7);
    const date = DAYS[Math.floor((i - 1) / 8)] ?? "";
    await fleet.charge(purchaseOf(i, { card, date, suspect: i % 8 === 0 }));
  }
  return { ...node, fleet };
}

/** All amounts of a list, page by page. */
function amounts(
  fleet: FleetUseCases,
  query: Partial<Parameters<FleetUseCases["expenses"]>[0]>,
  limit = 5,
): number[] {
  const found: number[] = [];
  let cursor: string | undefined;
  do {
    const page = fleet.expenses({
      ...query,
      limit,
      ...(cursor === undefined ? {} : { cursor }),
    });
    found.push(...page.items.map(({ amount }) => amount));
    cursor = page.next ?? undefined;
  } while (cursor !== undefined);
  return found;
}

const down = (from: number, to: number, step = 1) =>
  Array.from(
    { length: Math.floor((from - to) / step) + 1 },
    (_, i) => from - i * step,
  );

Deno.test("expenses() gives every expense once, the latest decided first, whatever is asked for", async () => {
  const { fleet, stop } = await openSold();
  const company = COMPANY;
  for (const limit of [1, 5, 24, 100]) {
    deepStrictEqual(amounts(fleet, {}, limit), down(24, 1));
    deepStrictEqual(amounts(fleet, { company }, limit), down(24, 1));
  }
  const card = cardOf(7);
  deepStrictEqual(amounts(fleet, { company, card }), down(22, 1, 3));
  const [first = "", second = "", third = ""] = DAYS;
  deepStrictEqual(
    amounts(fleet, { company, from: second, to: second }),
    down(16, 9),
  );
  deepStrictEqual(amounts(fleet, { company, from: second }), down(24, 9));
  deepStrictEqual(amounts(fleet, { company, to: first }), down(8, 1));
  deepStrictEqual(
    amounts(fleet, { company, card, from: third, to: third }, 2),
    down(22, 19, 3),
  );
  deepStrictEqual(amounts(fleet, { company, suspect: true }, 2), [24, 16, 8]);
  deepStrictEqual(amounts(fleet, { company, accepted: false }), []);
  await stop();
});

Deno.test("cards() are in order of their numbers, with sums that are kept", async () => {
  const { fleet, stop } = await openSold();
  const one = fleet.cards({ company: COMPANY, limit: 2 });
  deepStrictEqual(one.items.map(({ card }) => card), ["2", "7"]);
  strictEqual(one.total, 3);
  const two = fleet.cards({
    company: COMPANY,
    limit: 2,
    ...(one.next === null ? {} : { cursor: one.next }),
  });
  deepStrictEqual(two.next, null);
  const all = [...one.items, ...two.items];
  deepStrictEqual(
    all.map(({ card, expenses, spent, limit }) => [
      card,
      expenses,
      spent,
      limit,
    ]),
    [["2", 8, 108, 892], ["7", 8, 92, 908], ["10", 8, 100, 900]],
  );
  deepStrictEqual(all.map(({ card }) => fleet.card(COMPANY, card)), all);
  strictEqual(fleet.company(COMPANY)?.spent, 300);
  const [held] = fleet.holders(COMPANY, { card: cardOf(7) });
  strictEqual(held?.free, 908);
  await stop();
});
