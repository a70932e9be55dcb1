import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { refuses, withApi, withProduct } from "../native_api.ts";

Deno.test("GET /v1/oversells lists goods that are not there, and an acknowledgement fixes what is done", () =>
  withApi(async (api) => {
    await withProduct(api, "honey", { stock: 1 });
    const sale = await api.post("/v1/sales", {
      lines: [{ product: "honey", quantity: 3 }],
      observation: true,
    });
    const { body } = await api.get("/v1/oversells");
    strictEqual(body.total, 1);
    const [item] = body.items;
    deepStrictEqual(
      [item.site, item.product, item.sale, item.quantity, item.remedy],
      ["CUS", "honey", sale.body.id, 2, "refund"],
    );
    deepStrictEqual([item.from, item.acknowledged], [null, null]);

    const path = `/v1/oversells/${item.id}/acknowledgement`;
    refuses(
      await api.post(path, { remedy: "transfer" }),
      422,
      "invalid_argument",
    );
    const fixed = await api.post(path, { remedy: "transfer", from: "LIM" });
    strictEqual(fixed.status, 201);
    deepStrictEqual([fixed.body.remedy, fixed.body.from], ["transfer", "LIM"]);
    const again = await api.post(path, {});
    strictEqual(again.status, 200);
    deepStrictEqual(again.body, fixed.body);
    const open = await api.get("/v1/oversells?acknowledged=false");
    deepStrictEqual(open.body.items, []);
    const known = await api.get("/v1/oversells?site=CUS&product=honey");
    deepStrictEqual(known.body.items, [fixed.body]);
  }));

Deno.test("POST /v1/stock/offers tells what a site can spare", () =>
  withApi(async (api) => {
    await withProduct(api, "honey", { stock: 9 });
    const offered = await api.post("/v1/stock/offers", {
      product: "honey",
      quantity: 4,
    });
    strictEqual(offered.status, 201);
    refuses(
      await api.post("/v1/stock/offers", { product: "wax", quantity: 4 }),
      404,
      "product_unknown",
    );
    refuses(
      await api.post("/v1/stock/offers", { product: "honey", quantity: -1 }),
      422,
      "request_invalid",
    );
  }));

Deno.test("POST /v1/oversells/{id}/acknowledgement refuses unknown ones and wrong bodies", () =>
  withApi(async (api) => {
    const path = `/v1/oversells/${"ab".repeat(16)}/acknowledgement`;
    refuses(await api.post(path, {}), 404, "oversell_unknown");
    refuses(
      await api.post(path, { remedy: "none" }),
      422,
      "request_invalid",
    );
  }));
