/** What a log takes over: never so much that its balance is no longer exact. */
import { ok, strictEqual } from "node:assert/strict";
import {
  type BoundName,
  type FactOf,
  logFactId,
  ok as okay,
  RIGHTS_AMOUNT_MAX,
} from "../../../crdt/mod.ts";
import { RIGHTS_ACCEPTED_MAX } from "../../../nodes/limits.ts";
import { idOf } from "../../support/facts.ts";
import {
  createHoney,
  createTwoTills,
  HONEY,
  SITE,
  SPACE,
} from "../../support/tills.ts";

Deno.test("acceptGrants() leaves grants beyond what sums hold exactly, and the log goes on selling", async () => {
  const { mesh } = await createTwoTills(5);
  const [a, b] = [mesh.node("a"), mesh.node("b")];
  await createHoney(mesh, a.useCases, 5);
  const own = () => a.useCases.rights({ limit: 9 }).items.find((it) => it.own);
  const bound = own()?.bound as BoundName;
  const opened = bound.slice(-36) as FactOf<"ProductChanged">["id"];
  const to = a.replica.register.own(SPACE)?.name as FactOf<
    "RightsGranted"
  >["to"];
  const amount = RIGHTS_AMOUNT_MAX;
  const times = RIGHTS_ACCEPTED_MAX / amount + 1;
  await mesh.settle(b.replica.decide((context) => {
    const log = context.log(SPACE).name;
    const made = { at: context.at, site: SITE, date: "2026-01-01" };
    for (const name of ["d", "e", "f"]) {
      context.record(SPACE, {
        type: "StockReceived",
        id: logFactId(log, idOf(name)),
        ...made,
        lines: Array.from(
          { length: 500 },
          () => ({ product: HONEY, quantity: amount, bound: opened }),
        ),
      });
    }
    for (let i = 0; i < times; i++) {
      const request = idOf(`grant ${i}`);
      context.record(SPACE, {
        type: "RightsGranted",
        id: logFactId(log, request),
        at: context.at,
        ...{ bound, amount, to, request },
      });
    }
    return okay(null);
  }));
  await mesh.run(60_000);
  strictEqual(own()?.accepted, RIGHTS_ACCEPTED_MAX);
  strictEqual(own()?.balance, RIGHTS_ACCEPTED_MAX + 5);
  const lines = [{ product: HONEY, quantity: 1 }];
  const sold = await mesh.settle(a.useCases.recordSale({ lines }));
  await mesh.stop();
  ok(sold.ok);
});
