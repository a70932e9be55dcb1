import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { refuses, withApi, withProduct } from "../native_api.ts";

const ID = "01930f5e-8a5c-7cc1-9d3e-5f0f4b1d2c3a";

Deno.test("POST /v1/stock/receipts adds a delivery once", () =>
  withApi(async (api) => {
    await withProduct(api, "honey", { stock: 1 });
    await withProduct(api, "wax", { stock: 0 });
    const receipt = {
      id: ID,
      lines: [
        { product: "honey", quantity: 10 },
        { product: "wax", quantity: 5 },
      ],
      note: "lorry 7",
    };

    const first = await api.post("/v1/stock/receipts", receipt);
    const again = await api.post("/v1/stock/receipts", receipt);
    const other = await api.post("/v1/stock/receipts", {
      ...receipt,
      note: "lorry 8",
    });

    strictEqual(first.status, 201);
    strictEqual(again.status, 200);
    deepStrictEqual(again.body, first.body);
    refuses(other, 409, "id_reused");
    deepStrictEqual((await api.get("/v1/stock/cus/honey")).body, {
      site: "CUS",
      product: "honey",
      onHand: 11,
      received: 10,
      sold: 0,
      voided: 0,
      counted: 1,
      reported: 0,
    });
  }));

Deno.test("POST /v1/stock/receipts at an office fills the master stock", () =>
  withApi(async (api) => {
    await withProduct(api, "honey", { stock: 0 });

    const answer = await api.post("/v1/stock/receipts", {
      lines: [{ product: "honey", quantity: 4 }],
    });

    strictEqual(answer.status, 201);
    strictEqual((await api.get("/v1/stock/MASTER/honey")).body.onHand, 4);
  }, { node: { roles: ["office"] } }));

Deno.test("POST /v1/stock/counts corrects the stock once", () =>
  withApi(async (api) => {
    await withProduct(api, "honey");
    const count = { id: ID, product: "honey", counted: 93 };

    const first = await api.post("/v1/stock/counts", count);
    const again = await api.post("/v1/stock/counts", count);

    strictEqual(first.status, 201);
    deepStrictEqual(first.body, { fact: ID, difference: -7 });
    strictEqual(again.status, 200);
    deepStrictEqual(again.body, first.body);
    refuses(
      await api.post("/v1/stock/counts", { ...count, counted: 92 }),
      409,
      "id_reused",
    );
    strictEqual((await api.get("/v1/stock/CUS/honey")).body.onHand, 93);
  }));

const line = { product: "honey", quantity: 1 };
const wrong: readonly [string, string, unknown][] = [
  ["no lines", "receipts", { lines: [] }],
  ["a negative quantity", "receipts", { lines: [{ ...line, quantity: -1 }] }],
  ["a quantity of nothing", "receipts", { lines: [{ ...line, quantity: 0 }] }],
  ["a fractional quantity", "receipts", {
    lines: [{ ...line, quantity: 0.1 }],
  }],
  ["too many lines", "receipts", { lines: Array(501).fill(line) }],
  ["a site that is none", "receipts", { lines: [line], site: "Cusco!" }],
  ["a negative count", "counts", { product: "honey", counted: -1 }],
  ["a fractional count", "counts", { product: "honey", counted: 1.5 }],
  ["no count", "counts", { product: "honey" }],
  ["control characters", "counts", {
    product: "honey",
    counted: 1,
    note: "\t",
  }],
];
for (const [name, kind, body] of wrong) {
  Deno.test(`POST /v1/stock/${kind} refuses ${name}`, () =>
    withApi(async (api) => {
      await withProduct(api, "honey");

      refuses(
        await api.post(`/v1/stock/${kind}`, body),
        422,
        "request_invalid",
      );
      strictEqual((await api.get("/v1/stock/CUS/honey")).body.onHand, 100);
    }));
}

Deno.test("POST /v1/stock refuses unknown products", () =>
  withApi(async (api) => {
    refuses(
      await api.post("/v1/stock/receipts", { lines: [line] }),
      404,
      "product_unknown",
    );
    refuses(
      await api.post("/v1/stock/counts", { product: "honey", counted: 1 }),
      404,
      "product_unknown",
    );
  }));

Deno.test("GET /v1/stock lists rows by site and product, page by page", () =>
  withApi(async (api) => {
    for (const id of ["b", "a", "c"]) await withProduct(api, id);

    const first = await api.get("/v1/stock?site=CUS&limit=2");
    const second = await api.get(
      `/v1/stock?site=CUS&limit=2&cursor=${
        encodeURIComponent(first.body.next)
      }`,
    );

    deepStrictEqual(
      [...first.body.items, ...second.body.items].map((it) => it.product),
      ["a", "b", "c"],
    );
    strictEqual(second.body.next, null);
    refuses(await api.get("/v1/stock?site=-"), 422, "request_invalid");
    refuses(await api.get("/v1/stock/CUS/none"), 404, "not_found");
    refuses(await api.get("/v1/stock/C-S/a"), 404, "not_found");
  }));
