import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import type { ProductId } from "../../../crdt/mod.ts";
import {
  createTestPump,
  pricesOf,
  PUMP_NUMBER,
  PUMP_SITE,
  type TestPump,
} from "../../support/test_pump.ts";

async function begin({ pump }: TestPump): Promise<void> {
  const done = await pump.control.start();
  ok(done.ok, JSON.stringify(done));
}

async function finish({ pump }: TestPump, payment = "efectivo") {
  const done = await pump.control.finish({ payment });
  ok(done.ok, JSON.stringify(done));
  return done.value.sale;
}

const sales = ({ forecourt }: TestPump) =>
  forecourt.fuelSales({ site: PUMP_SITE, limit: 100 }).items;

Deno.test("a pump lists itself at its first start, with its name, and not again", async () => {
  const test = await createTestPump();
  const listed = test.forecourt.pump(PUMP_SITE, PUMP_NUMBER);
  await test.forecourt.changePump({ pump: PUMP_NUMBER, name: "Isla norte" });
  const again = await test.reopen();

  strictEqual(listed?.name, "Isla 3");
  strictEqual(again.pump.control.state().name, "Isla norte");
  strictEqual(again.forecourt.pumps({ limit: 10 }).items.length, 1);
  await again.stop();
});

Deno.test("a delivery flows by the second, and its sale carries price, amount, start and payment", async () => {
  const test = await createTestPump({ price: 1_999 });
  await begin(test);
  const startedAt = test.clock.now() * 1000;
  await test.run(3_000);
  const state = test.pump.control.state();
  const sale = await finish(test, "tarjeta");

  deepStrictEqual(
    [state.operation, state.volumeMl, state.amount, state.price],
    ["dispensing", 1_500, 2_998, 1_999],
  );
  deepStrictEqual(
    [sale.pump, sale.fuel, sale.volumeMl, sale.price, sale.amount],
    ["3", "95", 1_500, 1_999, 2_998],
  );
  deepStrictEqual(
    [sale.payment, sale.state, sale.source, sale.startedAt],
    ["tarjeta", "completed", "peer", startedAt],
  );
  deepStrictEqual([sale.amountMismatch, sale.priceMismatch], [false, false]);
  strictEqual(test.pump.control.state().operation, "idle");
  strictEqual(test.pump.control.state().volumeMl, 0);
  strictEqual(test.store.saved(), undefined);
  await test.stop();
});

Deno.test("a pause stops the flow and loses nothing of it, a second delivery is refused meanwhile", async () => {
  const test = await createTestPump();
  await begin(test);
  await test.run(2_400);
  await test.pump.command("pause");
  await test.run(60_000);
  const paused = test.pump.control.state();
  const second = await test.pump.control.start();
  const closed = await test.pump.control.finish({ payment: "efectivo" });
  await test.pump.command("resume");
  await test.run(1_000);
  const sale = await finish(test);

  deepStrictEqual([paused.operation, paused.volumeMl], ["paused", 1_000]);
  ok(!second.ok && second.error.code === "pump_busy");
  ok(!closed.ok && closed.error.code === "pump_not_dispensing");
  strictEqual(sale.volumeMl, 1_500);
  await test.stop();
});

Deno.test("an emergency stop records what was dispensed, as cancelled (decision 49)", async () => {
  const test = await createTestPump();
  await begin(test);
  await test.run(4_000);
  await test.pump.command("stop");
  await test.pump.command("stop");

  const [sale] = sales(test);
  deepStrictEqual(
    [sale?.state, sale?.volumeMl, sale?.amount],
    ["cancelled", 2_000, 2_000],
  );
  strictEqual(sales(test).length, 1);
  strictEqual(test.pump.control.state().operation, "idle");
  await test.stop();
});

Deno.test("prices wait until the delivery is over; what the pump has is recorded as taken (R3, R4, R9)", async () => {
  const test = await createTestPump({ price: 1_000 });
  const before = test.forecourt.pump(PUMP_SITE, PUMP_NUMBER)?.taken;
  await begin(test);
  await test.run(1_000);
  await test.setPrice(1_100);
  await test.setPrice(1_200);
  await test.run(1_000);
  const during = test.forecourt.pump(PUMP_SITE, PUMP_NUMBER)?.taken;
  const sale = await finish(test);
  await test.run(100);
  const after = test.forecourt.pump(PUMP_SITE, PUMP_NUMBER)?.taken;
  const held = test.pump.control.prices();
  await test.stop();

  deepStrictEqual(before?.prices, pricesOf(1_000));
  deepStrictEqual(during, before);
  strictEqual(sale.price, 1_000);
  strictEqual(sale.priceMismatch, false);
  deepStrictEqual(after?.prices, pricesOf(1_200));
  deepStrictEqual(held, pricesOf(1_200));
});

Deno.test("a price with an effective time is taken then, not before", async () => {
  const test = await createTestPump({ price: 1_000 });
  const inMs = 3_600_000;
  await test.setPrice(1_100, (test.clock.now() + inMs) * 1000);
  await test.run(inMs - 1_000);
  const before = test.pump.control.state().price;
  await test.run(2_000);
  const after = test.pump.control.state().price;

  deepStrictEqual([before, after], [1_000, 1_100]);
  await test.stop();
});

Deno.test("a pump without a price does not dispense, and does once there is one", async () => {
  const test = await createTestPump({ price: null });
  const refused = await test.pump.control.start();
  await test.setPrice(900);
  await test.run(10);
  await begin(test);

  ok(!refused.ok && refused.error.code === "price_unknown");
  strictEqual(test.pump.control.state().price, 900);
  await test.stop();
});

Deno.test("orders of the mesh to this pump alone are obeyed, and their outcome is told", async () => {
  const test = await createTestPump();
  const { forecourt } = test;
  const order = async (command: "pause" | "resume" | "stop" | "report") => {
    const done = await forecourt.commandPump({ pump: PUMP_NUMBER, command });
    ok(done.ok);
    await test.run(20);
    return test.pump.control.state().operation;
  };
  await begin(test);
  const operations = [];
  for (const command of ["pause", "resume", "report", "stop"] as const) {
    operations.push(await order(command));
  }
  const other = await forecourt.addPump({ pump: 4, name: "Isla 4" });
  await begin(test);
  await forecourt.commandPump({ pump: 4, command: "stop" });
  await test.run(20);

  ok(other.ok);
  deepStrictEqual(operations, ["paused", "dispensing", "dispensing", "idle"]);
  strictEqual(test.pump.control.state().operation, "dispensing");
  const { items } = forecourt.pumpCommands({ limit: 10, pump: PUMP_NUMBER });
  deepStrictEqual(items.map(({ outcome }) => outcome), Array(4).fill("sent"));
  strictEqual(sales(test)[0]?.state, "cancelled");
  await test.stop();
});

Deno.test("the fuel of the list is taken over while idle, and after a delivery that it came into", async () => {
  const test = await createTestPump();
  await begin(test);
  await test.forecourt.changePump({ pump: PUMP_NUMBER, fuel: "97" });
  await test.run(1_000);
  const during = test.pump.control.state().fuel;
  const sale = await finish(test);
  const after = test.pump.control.state().fuel;
  const configured = await test.pump.control.configure({
    fuel: "diesel" as ProductId,
    name: "Isla 3 sur",
  });

  deepStrictEqual([during, sale.fuel, after], ["95", "95", "97"]);
  ok(configured.ok && configured.value.fuel === "diesel");
  const listed = test.forecourt.pump(PUMP_SITE, PUMP_NUMBER);
  deepStrictEqual([listed?.fuel, listed?.name], ["diesel", "Isla 3 sur"]);
  await test.stop();
});

Deno.test("what a lost process left is recorded as failed, as far as it was measured, and once", async () => {
  const test = await createTestPump();
  await begin(test);
  await test.run(2_000);
  const left = test.store.saved();
  const again = await test.reopen();
  const [sale] = sales(again);
  const third = await again.reopen();

  strictEqual(left?.delivery.volumeMl, 1_000);
  deepStrictEqual(
    [sale?.id, sale?.volumeMl, sale?.state, sale?.at],
    [left?.delivery.id, 1_000, "failed", left?.at],
  );
  deepStrictEqual(again.reported, ["delivery_interrupted"]);
  deepStrictEqual(third.reported, []);
  strictEqual(sales(third).length, 1);
  strictEqual(third.pump.control.state().operation, "idle");
  await third.stop();
});

Deno.test("a process that ended between a sale and the end of its row records it no second time", async () => {
  const test = await createTestPump({ tellsStation: true });
  await begin(test);
  await test.run(1_000);
  const saved = test.store.saved();
  ok(saved !== undefined);
  const sale = await finish(test);
  // As it is when the process ends in between: the sale is recorded, its row is still there.
  await test.store.settle(test.store.queue("waiting", 1)[0] as never);
  await test.store.save(saved.delivery, saved.at);
  const again = await test.reopen();

  deepStrictEqual(sales(again).map(({ id, state }) => [id, state]), [
    [sale.id, "completed"],
  ]);
  deepStrictEqual(again.store.queue("waiting", 5).map((it) => it.sale), [
    sale.id,
  ]);
  strictEqual(again.store.saved(), undefined);
  await again.stop();
});

Deno.test("a full disk keeps a delivery from beginning, and one that has ended until it is recorded", async () => {
  const test = await createTestPump();
  test.fill(true);
  await rejects(test.pump.control.start());
  const idle = test.pump.control.state().operation;
  test.fill(false);
  await begin(test);
  await test.run(2_000);
  test.fill(true);
  await test.run(2_000);
  await rejects(test.pump.control.finish({ payment: "efectivo" }));
  const waiting = test.pump.control.state();
  await test.run(5_000);
  const still = test.pump.control.state().volumeMl;
  test.fill(false);
  await test.run(1_500);

  strictEqual(idle, "idle");
  deepStrictEqual([waiting.operation, waiting.volumeMl, still], [
    "paused",
    2_000,
    2_000,
  ]);
  strictEqual(test.pump.control.state().operation, "idle");
  deepStrictEqual(
    sales(test).map(({ volumeMl, state }) => [volumeMl, state]),
    [[2_000, "completed"]],
  );
  await test.stop();
});

Deno.test("a pump tells of its state at once, of its meter each second, and of a sale before it is idle", async () => {
  const test = await createTestPump({ tellsStation: true });
  test.news.length = 0;
  await begin(test);
  await test.run(2_000);
  await finish(test);

  deepStrictEqual(test.news, ["state", "tick", "tick", "sale", "state"]);
  const live = test.forecourt.live.get(PUMP_SITE, PUMP_NUMBER);
  deepStrictEqual([live?.operation, live?.connection], ["idle", "connected"]);
  await test.stop();
});

Deno.test("an emergency stop on a full disk is obeyed, and recorded once the disk takes it", async () => {
  const test = await createTestPump();
  await begin(test);
  await test.run(2_000);
  test.fill(true);
  await test.pump.command("stop");
  await test.run(3_000);
  const stopped = test.pump.control.state();
  test.fill(false);
  await test.run(1_500);

  deepStrictEqual([stopped.operation, stopped.volumeMl], ["paused", 1_000]);
  deepStrictEqual(
    sales(test).map(({ volumeMl, state }) => [volumeMl, state]),
    [[1_000, "cancelled"]],
  );
  strictEqual(test.pump.control.state().operation, "idle");
  await test.stop();
});
