import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import {
  dayStart,
  dueMonths,
  monthBefore,
  settlementDay,
} from "../../../nodes/fleet/fleet_schedule.ts";
import {
  cardOf,
  COMPANY,
  companyOf,
  fine,
  fund,
  purchaseOf,
} from "../../support/fleet.ts";
import { idOf } from "../../support/facts.ts";
import { createTestNode } from "../../support/test_node.ts";

Deno.test("C-17: a settlement covers what came since the last and moves no money", async () => {
  const { useCases: { fleet, ...useCases }, stop } = await createTestNode({
    roles: ["company"],
  });
  await fund({ fleet, ...useCases }, 10_000, 5000);
  const settle = (month = "2026-02") =>
    fleet.settle({ company: COMPANY, month });
  await fleet.charge(purchaseOf(100));
  await fleet.charge(purchaseOf(50));
  await fleet.charge(purchaseOf(7, { date: "2026-03-01" }));
  const balance = fleet.company(COMPANY)?.balance;
  const close = fine(await settle());
  deepStrictEqual(
    [close.kind, close.count, close.amount],
    ["month", 2, 150],
  );
  const none = await settle();
  strictEqual(none.ok ? "" : none.error.code, "nothing_to_settle");
  await fleet.charge(purchaseOf(20));
  const extra = fine(await settle());
  deepStrictEqual([extra.kind, extra.count, extra.amount], ["extra", 1, 20]);
  strictEqual(fleet.company(COMPANY)?.balance, (balance ?? 0) - 20);
  const statement = fleet.statement({ company: COMPANY, month: "2026-02" });
  deepStrictEqual(
    [statement?.count, statement?.amount, statement?.settlements.length],
    [3, 170, 2],
  );
  const { items } = fleet.settlements({ company: COMPANY, limit: 9 });
  deepStrictEqual(items.map(({ kind }) => kind), ["extra", "month"]);
  await stop();
});

Deno.test("settle() gives a repeat the first answer", async () => {
  const { useCases, stop } = await createTestNode({ roles: ["company"] });
  await fund(useCases, 1000, 500);
  await useCases.fleet.charge(purchaseOf(100));
  const input = { company: COMPANY, month: "2026-02", id: idOf("settle") };
  const one = fine(await useCases.fleet.settle(input));
  await useCases.fleet.charge(purchaseOf(100));
  deepStrictEqual(fine(await useCases.fleet.settle(input)), one);
  const other = await useCases.fleet.settle({ ...input, month: "2026-03" });
  strictEqual(other.ok ? "" : other.error.code, "id_reused");
  for (const month of ["2026-13", "2026", ""]) {
    const wrong = await useCases.fleet.settle({ company: COMPANY, month });
    strictEqual(wrong.ok ? "" : wrong.error.code, "invalid_argument");
  }
  await stop();
});

Deno.test("statement() sums a month by card", async () => {
  const { useCases: { fleet, ...rest }, stop } = await createTestNode({
    roles: ["company"],
  });
  await fund({ fleet, ...rest }, 10_000, 5000);
  const month = "2026-02";
  const card = cardOf(12);
  fine(await fleet.registerCard({ company: COMPANY, card, limit: 500 }));
  await fleet.charge(purchaseOf(10, { card }));
  await fleet.charge(purchaseOf(20));
  await fleet.charge(purchaseOf(30));
  const all = fleet.statement({ company: COMPANY, month });
  deepStrictEqual(all?.cards, [
    { card: cardOf(7), count: 2, amount: 50 },
    { card, count: 1, amount: 10 },
  ]);
  const one = fleet.statement({ company: COMPANY, month, card });
  deepStrictEqual([one?.balance, one?.amount], [490, 10]);
  strictEqual(fleet.statement({ company: companyOf(1), month }), undefined);
  await stop();
});

Deno.test("settlementDay() is a day that every month has, spread over the month", () => {
  const days = Array.from(
    { length: 200 },
    (_, i) => settlementDay(companyOf(i), "2026-02"),
  );
  ok(days.every((day) => day >= 2 && day <= 28));
  ok(new Set(days).size > 20);
  strictEqual(
    settlementDay(COMPANY, "2026-02"),
    settlementDay(COMPANY, "2026-02"),
  );
});

Deno.test("dueMonths() names the last month at once and late ones from the further day on", () => {
  const month = "2026-01";
  strictEqual(monthBefore(month), "2025-12");
  const extra = dayStart(month, settlementDay(COMPANY, month));
  deepStrictEqual(dueMonths(COMPANY, dayStart(month, 1), 2), [
    { month: "2025-12", since: dayStart(month, 1) },
  ]);
  deepStrictEqual(dueMonths(COMPANY, extra, 2).slice(1), [
    { month: "2025-12", since: extra },
    { month: "2025-11", since: extra },
  ]);
});

Deno.test("a month is settled by itself at its end, and what came late on one further day", async () => {
  const roles = ["company"];
  const month = "2026-01";
  let node = await createTestNode({
    roles,
    startMs: Date.UTC(2026, 0, 31, 23, 59),
  });
  const date = "2026-01-31";
  const buy = (amount: number) =>
    node.useCases.fleet.charge(purchaseOf(amount, { date }));
  const settled = () =>
    node.useCases.fleet.settlements({ company: COMPANY, limit: 9 }).items
      .map(({ kind, month, amount }) => [kind, month, amount]);
  /** The same node at a later time, after its first pass. */
  const at = async (microseconds: number) => {
    await node.stop();
    const startMs = microseconds / 1000;
    node = await createTestNode({ roles, disk: node.disk, startMs });
    await node.node.companies.pass();
  };
  await fund(node.useCases, 1000, 500);
  await buy(100);
  await at(dayStart("2026-02", 1) - 1_000_000);
  deepStrictEqual(settled(), []);
  await at(dayStart("2026-02", 1));
  deepStrictEqual(settled(), [["month", month, 100]]);
  await buy(30);
  const day = settlementDay(COMPANY, "2026-02");
  await at(dayStart("2026-02", day) - 1_000_000);
  strictEqual(settled().length, 1);
  await at(dayStart("2026-02", day));
  const both = [["extra", month, 30], ["month", month, 100]];
  deepStrictEqual(settled(), both);
  await buy(5);
  await at(dayStart("2026-02", day + 1));
  deepStrictEqual(settled(), both);
  await node.stop();
});
