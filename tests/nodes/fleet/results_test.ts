import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { idOf } from "../../support/facts.ts";
import { cardOf, COMPANY, companyOf } from "../../support/fleet.ts";
import { createTestNode } from "../../support/test_node.ts";

const openStation = (
  disk?: Awaited<ReturnType<typeof createTestNode>>["disk"],
) =>
  createTestNode({
    roles: ["station"],
    site: "E05",
    ...(disk === undefined ? {} : { disk }),
  });
type Fleet = Awaited<ReturnType<typeof openStation>>["useCases"]["fleet"];

function keep(fleet: Fleet, name: string, card = 7, success = true) {
  const purchase = idOf(name);
  return fleet.keepResult({
    purchase,
    company: COMPANY,
    card: cardOf(card),
    success,
  });
}

const take = (fleet: Fleet, card = 7) =>
  fleet.takeResult({ card: cardOf(card), waitMs: 100 });
const states = (fleet: Fleet) =>
  fleet.results({ limit: 9 }).items.map(({ state }) => state);

Deno.test("T23, T24: a kept result is returned for its card and removed once it is delivered", async () => {
  const { useCases: { fleet }, stop } = await openStation();
  await keep(fleet, "one");
  deepStrictEqual(states(fleet), ["kept"]);
  const lease = await take(fleet);
  deepStrictEqual([lease?.purchase, lease?.success], [idOf("one"), true]);
  deepStrictEqual(states(fleet), ["delivering"]);
  strictEqual(await take(fleet), undefined);
  await lease?.delivered();
  deepStrictEqual(states(fleet), ["delivered"]);
  strictEqual(await take(fleet), undefined);
  await stop();
});

Deno.test("T25, C-34: a result whose delivery failed is kept again", async () => {
  const { useCases: { fleet }, stop } = await openStation();
  await keep(fleet, "one");
  for (let i = 0; i < 3; i++) {
    const lease = await take(fleet);
    strictEqual(lease?.success, true);
    await lease?.failed();
    deepStrictEqual(states(fleet), ["kept"]);
  }
  await stop();
});

Deno.test("T27: three cards get each their own result", async () => {
  const { useCases: { fleet }, stop } = await openStation();
  const values = [true, false, true];
  for (const [card, success] of values.entries()) {
    await keep(fleet, `of ${card}`, card, success);
  }
  for (const [card, success] of values.entries()) {
    const lease = await take(fleet, card);
    deepStrictEqual(
      [lease?.success, lease?.purchase],
      [success, idOf(`of ${card}`)],
    );
    await lease?.delivered();
  }
  await stop();
});

Deno.test("T28: results survive a restart, and what was delivered before it is not delivered again", async () => {
  const { useCases: { fleet }, disk, node, stop } = await openStation();
  await keep(fleet, "kept");
  await keep(fleet, "done", 8);
  await (await take(fleet, 8))?.delivered();
  node.replica.abandon();
  await stop();
  const again = await openStation(disk);
  strictEqual(await take(again.useCases.fleet, 8), undefined);
  strictEqual((await take(again.useCases.fleet))?.purchase, idOf("kept"));
  await again.stop();
});

Deno.test("C-42: what a node was delivering when it died is listed, and nobody delivers it again", async () => {
  const { useCases: { fleet }, disk, node, stop } = await openStation();
  await keep(fleet, "one");
  await take(fleet);
  node.replica.abandon();
  await stop();
  const again = await openStation(disk);
  again.clock.run(400 * 24 * 3600 * 1000);
  strictEqual(await take(again.useCases.fleet), undefined);
  const { items } = again.useCases.fleet.results({
    limit: 9,
    state: "delivering",
  });
  deepStrictEqual(items.map(({ purchase }) => purchase), [idOf("one")]);
  await again.stop();
});

Deno.test("C-35: a query without company gets the oldest result of the card's number", async () => {
  const { useCases: { fleet }, stop } = await openStation();
  await keep(fleet, "older");
  const purchase = idOf("newer");
  const card = cardOf(7);
  const company = companyOf(43);
  await fleet.keepResult({ purchase, company, card, success: false });
  const named = await fleet.takeResult({ company, card, waitMs: 0 });
  strictEqual(named?.purchase, purchase);
  await named?.failed();
  strictEqual((await take(fleet))?.purchase, idOf("older"));
  deepStrictEqual(
    fleet.results({ limit: 9, company, state: "kept" }).items.length,
    1,
  );
  await stop();
});

Deno.test("keepResult() keeps a purchase's verdict once", async () => {
  const { useCases: { fleet, rights }, stop } = await openStation();
  await keep(fleet, "one");
  await keep(fleet, "one");
  strictEqual(rights({ limit: 9 }).items[0]?.made, 1);
  strictEqual(fleet.results({ limit: 9 }).items.length, 1);
  await stop();
});
