import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { idOf } from "../../support/facts.ts";
import {
  cardOf,
  COMPANY,
  fine,
  fund,
  purchaseOf,
} from "../../support/fleet.ts";
import { createTestNode } from "../../support/test_node.ts";

const ID = idOf("held");
const MINUTE = 60_000;

async function openHeld() {
  const node = await createTestNode({ roles: ["company"] });
  await fund(node.useCases, 1000, 500);
  const { fleet } = node.useCases;
  const hold = (amount: number) =>
    fleet.hold({ ...purchaseOf(amount), id: ID, expiresInMs: MINUTE });
  const sums = () => [
    fleet.company(COMPANY)?.balance,
    fleet.company(COMPANY)?.free,
    fleet.card(COMPANY, cardOf(7))?.limit,
    fleet.expenses({ limit: 9 }).items.length,
  ];
  return { ...node, fleet, hold, sums };
}

Deno.test("hold() sets an amount apart, capture() charges what was dispensed", async () => {
  const { fleet, hold, sums, stop } = await openHeld();
  strictEqual((await hold(400)).accepted, true);
  deepStrictEqual(sums(), [1000, 600, 500, 0]);
  strictEqual((await hold(400)).repeated, true);
  strictEqual((await hold(401)).reason, "id_reused");
  const other = await fleet.charge(purchaseOf(101));
  strictEqual(other.accepted, false);
  const captured = { id: ID, amount: 321, liters: 3 };
  const first = fine(await fleet.capture(captured));
  deepStrictEqual([first.accepted, first.repeated], [true, false]);
  deepStrictEqual(sums(), [679, 679, 179, 1]);
  const expense = fleet.expense(ID);
  deepStrictEqual(
    [expense?.amount, expense?.liters, expense?.place.station],
    [321, 3, 5],
  );
  strictEqual(fine(await fleet.capture(captured)).repeated, true);
  const reused = await fleet.capture({ ...captured, amount: 5 });
  strictEqual(reused.ok ? "" : reused.error.code, "id_reused");
  strictEqual((await hold(400)).reason, "id_reused");
  await stop();
});

Deno.test("release() lets go of what was held, and nothing is charged", async () => {
  const { fleet, hold, sums, stop } = await openHeld();
  await hold(400);
  deepStrictEqual(fine(await fleet.release({ id: ID })), { repeated: false });
  deepStrictEqual(fine(await fleet.release({ id: ID })), { repeated: true });
  deepStrictEqual(sums(), [1000, 1000, 500, 0]);
  const late = await fleet.capture({ id: ID, amount: 1 });
  strictEqual(late.ok ? "" : late.error.code, "spend_unknown");
  strictEqual((await hold(400)).reason, "id_reused");
  const unknown = await fleet.release({ id: idOf("never") });
  strictEqual(unknown.ok ? "" : unknown.error.code, "spend_unknown");
  const none = await fleet.capture({ id: ID, amount: 0 });
  strictEqual(none.ok ? "" : none.error.code, "invalid_argument");
  await stop();
});

Deno.test("a hold survives a restart and is charged after it", async () => {
  const { node, disk, hold, stop } = await openHeld();
  await hold(400);
  node.replica.abandon();
  await stop();
  const again = await createTestNode({ roles: ["company"], disk });
  const { fleet } = again.useCases;
  strictEqual(fleet.company(COMPANY)?.free, 600);
  fine(await fleet.capture({ id: ID, amount: 400 }));
  strictEqual(fleet.company(COMPANY)?.balance, 600);
  strictEqual(fleet.expense(ID)?.amount, 400);
  await again.stop();
});
