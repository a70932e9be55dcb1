import { strictEqual } from "node:assert/strict";
import { FLEET_OPCODES } from "../../../net/mod.ts";
import { createSystemClock } from "../../../nodes/adapters/system_clock.ts";
import {
  ADMIN_LISTS_MAX,
  type AdminFleet,
  createAdminDesk,
  type DeskAnswer,
} from "../../../nodes/fleet/admin_desk.ts";
import type { CompanyId } from "../../../nodes/fleet/fleet_use_cases.ts";
import { untilTrue } from "../../support/line_client.ts";

Deno.test("AdminDesk.answer() puts no more lists together at once than it may, whoever comes when", async () => {
  const none = () => ({ items: [], total: 0, next: null });
  const desk = createAdminDesk({
    fleet: { cards: none, expenses: none } as unknown as AdminFleet,
    clock: createSystemClock(),
    serves: () => true,
  });
  const open: DeskAnswer[] = [];
  const ask = () =>
    void desk.answer("7" as CompanyId, {
      opcode: FLEET_OPCODES.cards,
      payload: new TextEncoder().encode("{}"),
    }).then((answer) => open.push(answer));
  const settle = () => new Promise((resolve) => setTimeout(resolve, 20));
  for (let i = 0; i <= ADMIN_LISTS_MAX; i++) ask();
  await settle();
  strictEqual(open.length, ADMIN_LISTS_MAX);

  const [first] = open;
  if (first?.kind === "answer") first.done();
  ask();
  await settle();
  strictEqual(open.length, ADMIN_LISTS_MAX + 1);

  for (const answer of [...open]) if (answer.kind === "answer") answer.done();
  await untilTrue("all", () => open.length === ADMIN_LISTS_MAX + 2);
});
