/** Drawers from their float to their count. */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { money } from "../../../crdt/mod.ts";
import type {
  CashSessionView,
  MethodAmount,
} from "../../../nodes/tills/till_use_cases.ts";
import { idOf } from "../../support/facts.ts";
import { createSiteMesh } from "../../support/test_mesh.ts";
import { createTestNode } from "../../support/test_node.ts";
import {
  cash,
  codeOf,
  honeyBack,
  listHoney,
  pen,
  sellHoney,
  SHOP_SITE,
  taken,
} from "../../support/till_shop.ts";

async function createShop() {
  const test = await createTestNode();
  await listHoney(test.useCases);
  return { ...test, tills: test.useCases.tills };
}

const shown = (amounts: readonly MethodAmount[] | null | undefined) =>
  amounts?.map(({ method, amount }) => [method, amount.units]);

const expectedOf = (session: CashSessionView | undefined) =>
  shown(session?.expected);

Deno.test("a drawer holds its float, cash of sales and moves, less what was given back", async () => {
  const { useCases, tills, stop } = await createShop();
  const opened = taken(
    await tills.openCashSession({
      float: pen(5000),
      till: "Caja 1",
      by: { id: "7", name: "Rosa" },
    }),
  );
  deepStrictEqual(
    [opened.till, opened.openedBy?.name, opened.counted, opened.closedAt],
    ["Caja 1", "Rosa", null, null],
  );
  const sale = await sellHoney(useCases, 3, {
    payments: [...cash(2000), { method: "card", amount: pen(1000) }],
  });
  strictEqual(sale.session, opened.id);
  await sellHoney(useCases, 1);
  taken(await useCases.recordSale(honeyBack(sale.id, 1, cash(-1000))));
  const wrong = await sellHoney(useCases, 1, { payments: cash(1000) });
  taken(await useCases.voidSale({ sale: wrong.id, reason: "wrong" }));
  taken(
    await tills.moveCash({
      direction: "out",
      amount: pen(700),
      reason: "bank",
      by: { id: "8", name: "Luis" },
    }),
  );
  const moved = taken(
    await tills.moveCash({ direction: "in", amount: pen(50), reason: "coins" }),
  );
  deepStrictEqual(
    moved.moves.map(({ direction, amount, reason, by }) => [
      direction,
      amount.units,
      reason,
      by?.name ?? null,
    ]),
    [["out", 700, "bank", "Luis"], ["in", 50, "coins", null]],
  );
  deepStrictEqual(expectedOf(tills.openSession()), [
    ["cash", 5000 + 2000 - 1000 - 700 + 50],
    ["card", 1000],
    ["unstated", 1000],
  ]);

  const closed = taken(
    await tills.closeCashSession({
      counted: [...cash(5300), { method: "card", amount: pen(1000) }],
      note: "short",
      by: { id: "7", name: "Rosa" },
    }),
  );
  deepStrictEqual(shown(closed.differences), [
    ["cash", -50],
    ["card", 0],
    ["unstated", -1000],
  ]);
  deepStrictEqual([closed.note, closed.closedBy?.id], ["short", "7"]);
  ok(closed.closedAt !== null);
  strictEqual(tills.openSession(), undefined);
  deepStrictEqual(tills.cashSession(opened.id), closed);
  const later = await sellHoney(useCases);
  strictEqual(later.session, undefined);
  await stop();
});

Deno.test("the money of a void comes out of the drawer that is open where it is made", async () => {
  const { useCases, tills, stop } = await createShop();
  const first = taken(await tills.openCashSession({ float: pen(0) }));
  const sale = await sellHoney(useCases, 1, { payments: cash(1000) });
  const other = await sellHoney(useCases, 1, { payments: cash(1000) });
  taken(await tills.closeCashSession({ counted: cash(2000) }));
  // Nobody's drawer is open: nobody gives money back.
  taken(await useCases.voidSale({ sale: other.id, reason: "" }));
  taken(await tills.openCashSession({ float: pen(3000) }));
  taken(await useCases.voidSale({ sale: sale.id, reason: "" }));
  deepStrictEqual(expectedOf(tills.openSession()), [["cash", 2000]]);
  deepStrictEqual(expectedOf(tills.cashSession(first.id)), [["cash", 2000]]);
  await stop();
});

Deno.test("a till has one open drawer, and none but its own", async () => {
  const mesh = await createSiteMesh(["a", "b"], { seed: 3, site: "CUS" });
  const [a, b] = ["a", "b"].map((name) => mesh.node(name).useCases.tills);
  ok(a !== undefined && b !== undefined);
  const float = pen(100);
  const opened = taken(await mesh.settle(a.openCashSession({ float })));
  strictEqual(
    codeOf(await mesh.settle(a.openCashSession({ float }))),
    "cash_session_open",
  );
  await mesh.run(5000);
  strictEqual(b.openSession(), undefined);
  strictEqual(b.cashSession(opened.id)?.till, opened.till);
  const foreign = { session: opened.id, counted: [] };
  strictEqual(
    codeOf(await mesh.settle(b.closeCashSession(foreign))),
    "cash_session_unknown",
  );
  taken(await mesh.settle(b.openCashSession({ float })));
  strictEqual(
    codeOf(await mesh.settle(b.closeCashSession(foreign))),
    "cash_session_unknown",
  );
  await mesh.run(5000);
  for (const till of [a, b]) {
    strictEqual(till.cashSessions({ limit: 9, open: true }).items.length, 2);
  }
  // A drawer stays open over a restart.
  mesh.crash("a");
  await mesh.restart("a");
  const again = mesh.node("a").useCases;
  strictEqual(again.tills.openSession()?.id, opened.id);
  strictEqual(
    codeOf(await mesh.settle(again.tills.openCashSession({ float }))),
    "cash_session_open",
  );
  taken(await mesh.settle(again.tills.closeCashSession({ counted: [] })));
  await mesh.stop();
});

Deno.test("what is asked of a drawer twice under one id happens once, also when the drawer is closed meanwhile", async () => {
  const { tills, stop } = await createShop();
  const open = { id: idOf("open"), float: money(1000, "PEN", 4) };
  const move = {
    id: idOf("move"),
    direction: "in" as const,
    amount: pen(10),
    reason: "coins",
  };
  const close = { id: idOf("close"), counted: cash(20) };
  for (let i = 0; i < 2; i++) {
    taken(await tills.openCashSession(open));
    taken(await tills.moveCash(move));
    taken(await tills.closeCashSession(close));
  }
  const all = tills.cashSessions({ limit: 9 });
  strictEqual(all.total, 1);
  strictEqual(all.items[0]?.moves.length, 1);
  deepStrictEqual(shown(all.items[0]?.differences), [["cash", 0]]);
  for (
    const answer of [
      await tills.openCashSession({ ...open, float: pen(11) }),
      await tills.moveCash({ ...move, amount: pen(11) }),
      await tills.closeCashSession({ ...close, counted: cash(21) }),
    ]
  ) {
    strictEqual(codeOf(answer), "id_reused");
  }
  await stop();
});

Deno.test("sales beside the opening and the closing of a drawer in one transaction belong to it or not, as they came", async () => {
  const { useCases, tills, stop } = await createShop();
  const [before, , within, , after] = await Promise.all([
    sellHoney(useCases, 1),
    tills.openCashSession({ id: idOf("open"), float: pen(0) }),
    sellHoney(useCases, 1),
    tills.closeCashSession({ counted: [] }),
    sellHoney(useCases, 1),
  ]);
  deepStrictEqual(
    [before, within, after].map(({ session }) => session),
    [undefined, idOf("open"), undefined],
  );
  await stop();
});

Deno.test("a drawer whose opening the disk refused is not open", async () => {
  const { useCases, tills, disk, stop } = await createShop();
  disk.failNextSync();
  const failed = await Promise.allSettled([
    tills.openCashSession({ float: pen(0) }),
    sellHoney(useCases),
  ]);
  deepStrictEqual(failed.map(({ status }) => status), ["rejected", "rejected"]);
  const sale = await sellHoney(useCases);
  strictEqual(sale.session, undefined);
  strictEqual(tills.openSession(), undefined);
  await stop();
});

Deno.test("a drawer refuses amounts that none holds, other currencies, and methods that stand twice", async () => {
  const { tills, stop } = await createShop();
  strictEqual(
    codeOf(await tills.openCashSession({ float: pen(-1) })),
    "invalid_argument",
  );
  const move = { direction: "in" as const, amount: pen(1), reason: "" };
  strictEqual(codeOf(await tills.moveCash(move)), "cash_session_unknown");
  taken(await tills.openCashSession({ float: pen(0) }));
  strictEqual(
    codeOf(await tills.moveCash({ ...move, amount: pen(0) })),
    "invalid_argument",
  );
  strictEqual(
    codeOf(await tills.moveCash({ ...move, amount: money(1, "USD") })),
    "currency_mismatch",
  );
  for (
    const counted of [[...cash(1), ...cash(1)], cash(-1), [
      { method: "No!", amount: pen(1) },
    ]]
  ) {
    strictEqual(
      codeOf(await tills.closeCashSession({ counted })),
      "payment_invalid",
    );
  }
  const dollars = [{ method: "cash", amount: money(1, "USD") }];
  strictEqual(
    codeOf(await tills.closeCashSession({ counted: dollars })),
    "currency_mismatch",
  );
  await stop();
});

Deno.test("more methods than one fact names are counted together", async () => {
  const { useCases, tills, stop } = await createShop();
  taken(await tills.openCashSession({ float: pen(1) }));
  for (let i = 0; i < 20; i++) {
    await sellHoney(useCases, 1, {
      payments: [{
        method: `m${String(i).padStart(2, "0")}`,
        amount: pen(1000),
      }],
    });
  }
  const { expected } = taken(await tills.closeCashSession({ counted: [] }));
  strictEqual(expected.length, 16);
  deepStrictEqual(shown(expected)?.at(-1), ["other", 6000]);
  await stop();
});

Deno.test("cashSessions() pages through a site's drawers, newest first", async () => {
  const { tills, stop } = await createShop();
  const ids = [];
  for (let i = 0; i < 5; i++) {
    ids.push(taken(await tills.openCashSession({ float: pen(i) })).id);
    if (i < 4) taken(await tills.closeCashSession({ counted: [] }));
  }
  const found = [];
  let cursor: string | undefined;
  do {
    const page = tills.cashSessions({
      site: SHOP_SITE,
      limit: 2,
      ...(cursor === undefined ? {} : { cursor }),
    });
    strictEqual(page.total, 5);
    found.push(...page.items.map(({ id }) => id));
    cursor = page.next ?? undefined;
  } while (cursor !== undefined);
  deepStrictEqual(found, ids.toReversed());
  const closed = tills.cashSessions({ limit: 3, open: false });
  deepStrictEqual(
    closed.items.map(({ id }) => id),
    ids.toReversed().slice(1, 4),
  );
  const rest = tills.cashSessions({
    limit: 3,
    open: false,
    cursor: closed.next ?? "",
  });
  deepStrictEqual(rest.items.map(({ id }) => id), [ids[0]]);
  await stop();
});

Deno.test("a drawer is opened in the currency of the node: another would expect nothing of what is sold", async () => {
  const { useCases, tills, stop } = await createShop();
  const other = await tills.openCashSession({ float: money(5000, "USD") });
  strictEqual(codeOf(other), "currency_mismatch");
  const { session } = await sellHoney(useCases, 1, { payments: cash(1000) });
  strictEqual(session, undefined);
  await stop();
});
