import {
  deepStrictEqual,
  ok as assert,
  rejects,
  strictEqual,
} from "node:assert/strict";
import {
  err,
  money,
  ok,
  type ProductId,
  type SiteCode,
  type SpaceId,
} from "../../crdt/mod.ts";
import { createTestNode } from "../support/test_node.ts";
import { idOf, makeSale } from "../support/facts.ts";

const START_MS = Date.UTC(2026, 10, 22, 15);
const HOUR_MS = 3_600_000;
const CUS = "CUS" as SiteCode;
const HONEY = "1" as ProductId;

async function createExpired() {
  const node = await createTestNode({
    startMs: START_MS,
    certificateEnds: START_MS + HOUR_MS,
  });
  const { useCases } = node;
  const made = await useCases.createProduct({
    scope: "site:CUS",
    product: HONEY,
    name: "honey",
    price: money(250, "PEN"),
    stock: 10,
  });
  assert(made.ok);
  node.clock.skew(2 * HOUR_MS);
  return node;
}

const observed = (name: string) => makeSale(name, { observation: true });
const line = { product: HONEY, quantity: 1 };

Deno.test("decide() refuses decisions once the node's certificate has ended", async () => {
  const { useCases, stop } = await createExpired();
  const error = {
    code: "forbidden",
    message:
      "Cannot write in site:CUS: this node's certificate has ended, renew it",
  };
  const sale = await useCases.recordSale({ lines: [line] });
  deepStrictEqual(sale, { ok: false, error });
  const price = await useCases.setPrice({
    scope: "site:CUS",
    product: HONEY,
    price: money(1, "PEN"),
  });
  deepStrictEqual(price, { ok: false, error });
  strictEqual(useCases.sales({ limit: 10 }).items.length, 0);
  await stop();
});

Deno.test("decide() stores observations beyond the certificate, and they count nowhere", async () => {
  const { useCases, stop } = await createExpired();
  const id = idOf("seen");
  const sold = await useCases.recordSale({
    id,
    lines: [line],
    observation: true,
  });
  const counted = await useCases.countStock({
    site: CUS,
    product: HONEY,
    counted: 3,
  });
  assert(sold.ok && counted.ok);
  const [aside] = useCases.facts({ limit: 10, type: "SaleRecorded" }).items;
  deepStrictEqual([aside?.id, aside?.status, aside?.reason], [
    id,
    "set_aside",
    "certificate_expired",
  ]);
  strictEqual(useCases.product("site:CUS", HONEY)?.onHand, 10);
  const reasons = useCases.incidents({ limit: 10 }).items.map(({ details }) =>
    details["reason"]
  );
  deepStrictEqual(reasons, ["certificate_expired", "certificate_expired"]);
  await stop();
});

Deno.test("decide() leaves nothing of a decision behind that is refused half way", async () => {
  const { node, useCases, stop } = await createExpired();
  node.replica.decide((context) => {
    context.record("site:CUS" as SpaceId, observed("a"));
    return ok(1);
  });
  await rejects(
    node.replica.decide((context) => {
      context.record("site:CUS" as SpaceId, observed("b"));
      return err({ code: "forbidden", message: "No" });
    }),
    { code: "forbidden", message: "No" },
  );
  const ids = useCases.facts({ limit: 10, type: "SaleRecorded" }).items
    .map(({ id }) => id);
  deepStrictEqual(ids, [idOf("a")]);
  await stop();
});
