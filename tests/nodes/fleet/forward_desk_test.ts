import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { createSeededRandom } from "../../../crdt/mod.ts";
import { createForwardBook } from "../../../nodes/fleet/forward_book.ts";
import {
  ForwardDesk,
  type LateVerdict,
} from "../../../nodes/fleet/forward_desk.ts";
import { idOf } from "../../support/facts.ts";
import { purchaseOf } from "../../support/fleet.ts";
import { createTestNode } from "../../support/test_node.ts";

const TIMES = { sendMsMax: 1000, answerMsMax: 2000, givesUp: true };
const PURCHASE = idOf("purchase");

/** A station whose purchase was sent to an original program and has no verdict; its caller was told so. */
async function openStation(late: LateVerdict) {
  const { node, clock, stop } = await createTestNode();
  const book = createForwardBook(node.replica, "regional");
  const desk = new ForwardDesk({
    ...{ book, clock, late },
    random: createSeededRandom(1),
    alerts: { tell: () => {} },
    logger: { log: () => {} },
  }, TIMES);
  const answer = desk.charge(purchaseOf(100, { id: PURCHASE }));
  while (!await book.move(PURCHASE, ["queued"], "sent"));
  clock.run(TIMES.answerMsMax);
  strictEqual((await answer).reason, "outcome_unknown");
  return { book, desk, stop };
}

Deno.test("C-42: a late verdict counts as settled once it is kept for its card, so that a crash between the two loses none", async () => {
  const keeping = Promise.withResolvers<void>();
  const { book, desk, stop } = await openStation(() => keeping.promise);
  const settled = desk.settle(PURCHASE, true);
  await new Promise((resolve) => setTimeout(resolve, 20));
  // A process that ends here asks for the verdict again.
  strictEqual(
    ["sent", "unknown"].includes(book.find(PURCHASE)?.state ?? ""),
    true,
  );
  keeping.resolve();
  strictEqual(await settled, true);
  strictEqual(book.find(PURCHASE)?.state, "accepted");
  await stop();
});

Deno.test("a late verdict that could not be kept is not settled, and is kept when it comes again", async () => {
  const kept: boolean[] = [];
  let isFull = true;
  const { book, desk, stop } = await openStation((_forward, accepted) => {
    if (isFull) return Promise.reject(new RangeError("the disk is full"));
    kept.push(accepted);
    return Promise.resolve();
  });
  await rejects(desk.settle(PURCHASE, true), RangeError);
  strictEqual(
    ["sent", "unknown"].includes(book.find(PURCHASE)?.state ?? ""),
    true,
  );
  isFull = false;
  strictEqual(await desk.settle(PURCHASE, true), true);
  strictEqual(await desk.settle(PURCHASE, true), false);
  deepStrictEqual(kept, [true]);
  await stop();
});
