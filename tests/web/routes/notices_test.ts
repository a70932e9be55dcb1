import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { money, type ProductId } from "../../../crdt/mod.ts";
import {
  type NativeApi,
  refuses,
  withApi,
  withProduct,
} from "../native_api.ts";

const OFFICE = { node: { roles: ["office"] } };

async function notice(api: NativeApi, product: string): Promise<void> {
  const outcome = await api.useCases.receiveNotice({
    branch: "sucursal-001",
    product: product as ProductId,
    quantity: 2,
    amount: money(500, "PEN"),
    amountText: "5.0",
    timestamp: "2024-11-09T13:22:31",
    source: "http",
  });
  ok(outcome.ok);
}

Deno.test("GET /v1/notices shows what counts, and what is in quarantine apart", () =>
  withApi(async (api) => {
    await withProduct(api, "1");
    await notice(api, "1");
    await notice(api, "1");
    await notice(api, "unknown");

    const counted = await api.get("/v1/notices?order=desc");
    const quarantined = await api.get("/v1/notices?quarantined=true");

    strictEqual(counted.body.items.length, 2);
    const [first, second] = counted.body.items;
    ok(first.at > second.at);
    deepStrictEqual(
      [first.branch, first.amount, first.amountText, first.applied],
      ["sucursal-001", { amount: "5.00", currency: "PEN" }, "5.0", true],
    );
    deepStrictEqual(
      quarantined.body.items.map((it: { product: string }) => it.product),
      ["unknown"],
    );
    strictEqual(quarantined.body.items[0].applied, false);
    refuses(await api.get("/v1/notices?order=up"), 422, "request_invalid");
  }, OFFICE));
