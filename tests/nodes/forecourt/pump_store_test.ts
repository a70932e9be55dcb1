import { deepStrictEqual, strictEqual } from "node:assert/strict";
import type { FactId, ProductId } from "../../../crdt/mod.ts";
import type { Delivery } from "../../../nodes/forecourt/pump_machine.ts";
import { createPumpStore } from "../../../nodes/forecourt/pump_store.ts";
import { createTestNode } from "../../support/test_node.ts";

const id = (n: number) =>
  `00000000-0000-7000-8000-${`${n}`.padStart(12, "0")}` as FactId;

function delivery(n: number, volumeMl = 500): Delivery {
  return {
    id: id(n),
    fuel: "95" as ProductId,
    price: 1350,
    startedAt: 1_795_000_000_000_001,
    volumeMl,
    end: null,
  };
}

async function createStore() {
  const test = await createTestNode();
  return { ...test, store: createPumpStore(test.node.replica, 3) };
}

Deno.test("PumpStore.saved() gives back what save() stored last, for its own pump alone", async () => {
  const { node, store, stop } = await createStore();

  await store.save(delivery(1), 1_000);
  await store.save(delivery(1, 1_000), 2_000);

  deepStrictEqual(store.saved(), { delivery: delivery(1, 1_000), at: 2_000 });
  strictEqual(createPumpStore(node.replica, 4).saved(), undefined);
  await stop();
});

Deno.test("PumpStore.close() ends the delivery and puts its sale into the queue once, if the station is to be told", async () => {
  const { store, stop } = await createStore();
  await store.save(delivery(1), 1_000);
  await store.close(id(1), true);
  await store.close(id(1), true);
  await store.save(delivery(2), 2_000);
  await store.close(id(2), false);
  await store.save(delivery(3), 3_000);
  await store.close(id(9), true);

  deepStrictEqual(store.queue("waiting", 10), [
    { number: 1, sale: id(1), state: "waiting", attempts: 0 },
  ]);
  strictEqual(store.saved()?.delivery.id, id(3));
  await stop();
});

Deno.test("PumpStore keeps the order of sales whatever their state, and forgets what is settled", async () => {
  const { store, stop } = await createStore();
  for (const n of [1, 2, 3]) {
    await store.save(delivery(n), n);
    await store.close(id(n), true);
    const [first] = store.queue("waiting", 1);
    if (n === 1 && first) {
      await store.mark(first, { state: "doubtful", attempts: 1 });
    }
  }
  const [doubtful] = store.queue("doubtful", 10);
  const waiting = store.queue("waiting", 10);
  const counts = [store.count("doubtful"), store.count("waiting")];
  if (doubtful) await store.settle(doubtful);
  await store.save(delivery(4), 4);
  await store.close(id(4), true);

  deepStrictEqual(doubtful, {
    number: 1,
    sale: id(1),
    state: "doubtful",
    attempts: 1,
  });
  deepStrictEqual(waiting.map(({ number }) => number), [2, 3]);
  deepStrictEqual(counts, [1, 2]);
  strictEqual(store.count("doubtful"), 0);
  deepStrictEqual(
    store.queue("waiting", 10).map(({ sale }) => sale),
    [id(2), id(3), id(4)],
  );
  await stop();
});

Deno.test("PumpStore.mark() leaves what was settled meanwhile settled", async () => {
  const { store, stop } = await createStore();
  await store.save(delivery(1), 1);
  await store.close(id(1), true);
  const [sale] = store.queue("waiting", 1);
  if (sale) {
    await store.settle(sale);
    await store.mark(sale, { state: "doubtful", attempts: 1 });
  }

  strictEqual(store.count("doubtful"), 0);
  await stop();
});

Deno.test("PumpStore.doubtAll() leaves no sale that waits as if nobody had told of it", async () => {
  const { store, stop } = await createStore();
  for (const n of [1, 2]) {
    await store.save(delivery(n), n);
    await store.close(id(n), true);
  }

  await store.doubtAll();

  strictEqual(store.count("waiting"), 0);
  deepStrictEqual(
    store.queue("doubtful", 10).map(({ sale, attempts }) => [sale, attempts]),
    [[id(1), 1], [id(2), 1]],
  );
  await stop();
});
