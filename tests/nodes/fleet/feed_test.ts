import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { rebuildViews } from "../../../nodes/rebuild.ts";
import {
  cardOf,
  COMPANY,
  fine,
  fund,
  purchaseOf,
} from "../../support/fleet.ts";
import { createTestNode } from "../../support/test_node.ts";

const openCompany = (
  disk?: Awaited<ReturnType<typeof createTestNode>>["disk"],
) =>
  createTestNode({
    roles: ["company"],
    ...(disk === undefined ? {} : { disk }),
  });
type Node = Awaited<ReturnType<typeof openCompany>>;

const read = ({ useCases: { fleet } }: Node, after = 0) =>
  fleet.feed({ company: COMPANY, after, limit: 100 });
const place = ({ useCases: { fleet } }: Node) =>
  fleet.subscriber(COMPANY, "ana");
const confirm = ({ useCases: { fleet } }: Node, number: number) =>
  fleet.acknowledgeFeed({ company: COMPANY, subscriber: "ana", number });

Deno.test("the feed tells of deposits, cards, limits, purchases and settlements in their order", async () => {
  const node = await openCompany();
  await fund(node.useCases, 1000, 500);
  const { fleet } = node.useCases;
  await fleet.charge(purchaseOf(100));
  await fleet.charge(purchaseOf(900, { keepRefusal: true }));
  fine(await fleet.setLimit({ company: COMPANY, card: cardOf(7), limit: 50 }));
  fine(await fleet.settle({ company: COMPANY, month: "2026-02" }));
  const items = read(node);
  deepStrictEqual(
    items.map(({ kind, card, amount }) => [kind, card, amount]),
    [
      ["deposit", null, 1000],
      ["card", "7", 500],
      ["expense", "7", 100],
      ["refusal", "7", 900],
      ["limit", "7", -350],
      ["settlement", null, 100],
    ],
  );
  const numbers = items.map(({ number }) => number);
  deepStrictEqual(numbers, numbers.toSorted((a, b) => a - b));
  strictEqual(new Set(numbers).size, 6);
  deepStrictEqual(read(node, numbers[3]), items.slice(4));
  deepStrictEqual(read(node), items);
  await node.stop();
});

Deno.test("a subscriber loses nothing while it is away, across a restart and views that are made again", async () => {
  // A month that has not ended is not settled at the start.
  const today = { date: "2026-11-22" };
  let node = await openCompany();
  await fund(node.useCases, 1000, 500);
  const [first] = read(node);
  fine(await confirm(node, first?.number ?? 0));
  await node.useCases.fleet.charge(purchaseOf(100, today));
  const before = read(node, place(node));
  await node.useCases.fleet.charge(purchaseOf(20, today));
  node.node.replica.abandon();
  await node.stop();
  node = await openCompany(node.disk);
  const { replica } = node.node;
  replica.transact((writer) =>
    rebuildViews(writer, {
      register: replica.register,
      archive: replica.archive,
      verify: replica.verify,
    })
  );
  await node.useCases.fleet.charge(purchaseOf(3, today));
  const after = read(node, place(node));
  deepStrictEqual(after.slice(0, before.length), before);
  deepStrictEqual(
    after.map(({ amount }) => amount),
    [500, 100, 20, 3],
  );
  await node.stop();
});

Deno.test("acknowledgeFeed() never goes back, and refuses what the feed has not", async () => {
  const node = await openCompany();
  await fund(node.useCases, 1000, 500);
  const [one, two] = read(node).map(({ number }) => number);
  ok(one !== undefined && two !== undefined);
  strictEqual(place(node), 0);
  deepStrictEqual(fine(await confirm(node, two)), { number: two });
  deepStrictEqual(fine(await confirm(node, one)), { number: two });
  strictEqual(place(node), two);
  for (const number of [two + 1, -1, 0.5]) {
    const wrong = await confirm(node, number);
    strictEqual(wrong.ok ? "" : wrong.error.code, "invalid_argument");
  }
  await node.stop();
});
