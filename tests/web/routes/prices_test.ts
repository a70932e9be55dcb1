import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { refuses, withApi, withProduct } from "../native_api.ts";

const ID = "01930f5e-8a5c-7cc1-9d3e-5f0f4b1d2c3a";

Deno.test("POST /v1/prices sets a price that counts at once", () =>
  withApi(async (api) => {
    await withProduct(api, "honey");

    const answer = await api.post("/v1/prices", {
      product: "honey",
      price: "3.999",
    });

    strictEqual(answer.status, 201);
    api.clock.advance(1);
    const { body } = await api.get("/v1/products/honey");
    deepStrictEqual(body.price, { amount: "3.999", currency: "PEN" });
    strictEqual(body.priceFact, answer.body.fact);
    deepStrictEqual((await api.get("/v1/prices")).body.items, [{
      scope: "site:CUS",
      product: "honey",
      price: { amount: "3.999", currency: "PEN" },
      fact: answer.body.fact,
    }]);
  }));

Deno.test("POST /v1/prices sets a price for later", () =>
  withApi(async (api) => {
    await withProduct(api, "honey");

    const answer = await api.post("/v1/prices", {
      product: "honey",
      price: "9.00",
      effectiveAt: "2199-01-01T00:00:00Z",
    });

    strictEqual(answer.status, 201);
    strictEqual(
      (await api.get("/v1/products/honey")).body.price.amount,
      "2.50",
    );
  }));

Deno.test("POST /v1/prices takes a repeat once and refuses other content under its id", () =>
  withApi(async (api) => {
    await withProduct(api, "honey");
    const price = { id: ID, product: "honey", price: "3.00" };

    strictEqual((await api.post("/v1/prices", price)).status, 201);
    strictEqual((await api.post("/v1/prices", price)).status, 200);
    refuses(
      await api.post("/v1/prices", { ...price, price: "4.00" }),
      409,
      "id_reused",
    );
    api.clock.advance(1);
    strictEqual(
      (await api.get("/v1/products/honey")).body.price.amount,
      "3.00",
    );
  }));

Deno.test("POST /v1/prices refuses unknown products and wrong prices", () =>
  withApi(async (api) => {
    await withProduct(api, "honey");

    refuses(
      await api.post("/v1/prices", { product: "wax", price: "1.00" }),
      404,
      "product_unknown",
    );
    for (const price of [1, "-1", "1e3", "", null, "99999999999999.999"]) {
      refuses(
        await api.post("/v1/prices", { product: "honey", price }),
        422,
        "request_invalid",
      );
    }
    refuses(
      await api.post("/v1/prices", {
        product: "honey",
        price: "1",
        effectiveAt: "soon",
      }),
      422,
      "request_invalid",
    );
  }));
