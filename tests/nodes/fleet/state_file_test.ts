import { deepStrictEqual, strictEqual } from "node:assert/strict";
import type { FleetStateFile } from "../../../nodes/fleet/fleet_use_cases.ts";
import { cardOf, COMPANY, fine, purchaseOf } from "../../support/fleet.ts";
import { createTestNode } from "../../support/test_node.ts";

const DATE = "2026-02-03";
const route = (pump: number) => ({
  pumpAddress: `127.0.0.1:1305${pump}`,
  station: "5",
  regional: "3",
});

/** A company with so many cards of so many expenses each. */
function stateOf(cards: number, expenses: number): FleetStateFile {
  return {
    company: COMPANY,
    balance: 4_294_967_295,
    cards: Array.from({ length: cards }, (_, i) => ({
      card: cardOf(i),
      limit: i,
      expenses: Array.from({ length: expenses }, (_, k) => ({
        amount: 1 + k,
        date: DATE,
      })),
    })),
    confirmations: [
      {
        route: route(0),
        card: cardOf(1),
        amount: 1,
        date: DATE,
        accepted: true,
        timestamp: 1_770_100_000,
        retries: 3,
      },
      {
        route: route(1),
        card: cardOf(9),
        amount: 77,
        date: DATE,
        accepted: false,
        timestamp: 1_770_100_001,
        retries: 10,
      },
    ],
  };
}

Deno.test("importState() takes over exactly what exportState() gives back", async () => {
  const { useCases: { fleet }, stop } = await createTestNode({
    roles: ["company"],
  });
  const state = stateOf(3, 2);
  const view = fine(await fleet.importState(state));
  deepStrictEqual(
    [view.balance, view.cards, view.expenses, view.spent],
    [4_294_967_295, 3, 6, 9],
  );
  deepStrictEqual(fleet.exportState(COMPANY), state);
  deepStrictEqual(
    fleet.unconfirmed({ limit: 9, company: COMPANY }).items
      .map(({ expense, route }) => [expense.accepted, route]),
    [[true, route(0)], [false, route(1)]],
  );
  const again = await fleet.importState(state);
  strictEqual(again.ok ? "" : again.error.code, "company_exists");
  strictEqual(
    (await fleet.charge(purchaseOf(1, { card: cardOf(2) }))).accepted,
    true,
  );
  await stop();
});

Deno.test("C-25: a verdict waits until it is confirmed, once", async () => {
  const { useCases: { fleet }, stop } = await createTestNode({
    roles: ["company"],
  });
  fine(await fleet.importState(stateOf(2, 1)));
  const [first, second] = fleet.unconfirmed({ limit: 9 }).items;
  await fleet.confirm(first?.expense.id ?? "" as never);
  await fleet.confirm(first?.expense.id ?? "" as never);
  deepStrictEqual(fleet.unconfirmed({ limit: 9 }).items, [second]);
  deepStrictEqual(
    fleet.exportState(COMPANY)?.confirmations.map(({ amount }) => amount),
    [77],
  );
  await stop();
});

Deno.test("importState() refuses what does not hold together, and stores nothing", async () => {
  const { useCases: { fleet }, stop } = await createTestNode({
    roles: ["company"],
  });
  const state = stateOf(2, 1);
  const [card] = state.cards;
  const [confirmation] = state.confirmations;
  const wrong: Partial<FleetStateFile>[] = [
    { balance: -1 },
    { balance: 4_294_967_296 },
    { cards: [...state.cards, ...state.cards] },
    { cards: [{ ...card, limit: 0.5 }] as never },
    { cards: [{ ...card, expenses: [{ amount: 1, date: "x" }] }] as never },
    { confirmations: [{ ...confirmation, amount: 5 }] as never },
    { confirmations: [confirmation, confirmation] as never },
  ];
  for (const fields of wrong) {
    const refused = await fleet.importState({ ...state, ...fields });
    strictEqual(
      refused.ok ? "taken" : refused.error.code,
      "invalid_argument",
      JSON.stringify(fields),
    );
  }
  strictEqual(fleet.company(COMPANY), undefined);
  await stop();
});

Deno.test("an import that a crash cuts off goes on where it ended", async () => {
  const node = await createTestNode({ roles: ["company"] });
  const state = stateOf(300, 4);
  const decide = node.node.replica.decide.bind(node.node.replica);
  let left = 4;
  node.node.replica.decide = (decision) => {
    if (left-- === 0) node.node.replica.abandon();
    return decide(decision);
  };
  const cut = await node.useCases.fleet.importState(state);
  strictEqual(cut.ok ? "" : cut.error.code, "node_stopping");
  await node.stop();
  const again = await createTestNode({ roles: ["company"], disk: node.disk });
  const { fleet } = again.useCases;
  strictEqual(fleet.company(COMPANY)?.balance, 0);
  fine(await fleet.importState(state));
  deepStrictEqual(fleet.exportState(COMPANY), state);
  await again.stop();
});
