import {
  deepStrictEqual,
  match,
  notStrictEqual,
  strictEqual,
} from "node:assert/strict";
import { refuses, withApi, withProduct } from "../native_api.ts";

Deno.test("POST /v1/products creates a product at the node's own site", () =>
  withApi(async (api) => {
    const answer = await api.post("/v1/products", {
      product: "café con leche",
      name: "Café ☕",
      price: "12.5",
      stock: 7,
      policy: "strict",
    });

    strictEqual(answer.status, 201);
    deepStrictEqual(
      { ...answer.body, priceFact: null },
      {
        scope: "site:CUS",
        product: "café con leche",
        name: "Café ☕",
        listed: true,
        policy: "strict",
        price: { amount: "12.50", currency: "PEN" },
        priceFact: null,
        onHand: 7,
        details: {},
        contested: [],
      },
    );
    api.clock.advance(1);
    const location = answer.headers.get("location") ?? "";
    deepStrictEqual((await api.get(location)).body, answer.body);
  }));

Deno.test("POST /v1/products at an office creates in the scope of the mesh", () =>
  withApi(async (api) => {
    const answer = await api.post("/v1/products", {
      product: "1",
      name: "Bread",
      price: { amount: "3", currency: "USD" },
    });

    strictEqual(answer.status, 201);
    strictEqual(answer.body.scope, "mesh");
    deepStrictEqual(answer.body.price, { amount: "3.00", currency: "USD" });
  }, { node: { roles: ["office"], currency: "PEN" } }));

Deno.test("POST /v1/products without a product gives it a number, another each time", () =>
  withApi(async (api) => {
    const [first, second] = [
      await api.post("/v1/products", { name: "Tea" }),
      await api.post("/v1/products", { name: "Tea" }),
    ];

    strictEqual(first.status, 201);
    match(first.body.product, /^CUS-PROD-[0-9]+$/);
    notStrictEqual(second.body.product, first.body.product);
    strictEqual(
      (await api.get(first.headers.get("location") ?? "")).body.name,
      "Tea",
    );
  }));

Deno.test("POST /v1/products refuses a product that is there", () =>
  withApi(async (api) => {
    await withProduct(api, "honey");

    const again = await api.post("/v1/products", {
      product: "honey",
      name: "Other",
    });

    refuses(again, 409, "product_exists");
    strictEqual((await api.get("/v1/products/honey")).body.name, "The honey");
  }));

const product = { product: "honey", name: "Honey" };
const wrong: readonly [string, unknown][] = [
  ["no name", { product: "honey" }],
  ["an empty name", { ...product, name: "" }],
  ["a long name", { ...product, name: "x".repeat(501) }],
  ["a name with control characters", { ...product, name: "a\u009fb" }],
  ["a product with a slash", { ...product, product: "a/b" }],
  ["a product that paths cannot name", { ...product, product: ".." }],
  ["a product that is a number", { ...product, product: 1 }],
  ["a long product", { ...product, product: "x".repeat(65) }],
  ["a negative stock", { ...product, stock: -1 }],
  ["a fractional stock", { ...product, stock: 0.5 }],
  ["a negative price", { ...product, price: "-0.01" }],
  ["a price as number", { ...product, price: 1 }],
  ["a price beyond exact integers", { ...product, price: "9999999999999999" }],
  ["an unknown policy", { ...product, policy: "lax" }],
  ["a scope that is none", { ...product, scope: "shop:CUS" }],
];
for (const [name, body] of wrong) {
  Deno.test(`POST /v1/products refuses ${name}`, () =>
    withApi(async (api) => {
      refuses(await api.post("/v1/products", body), 422, "request_invalid");
      strictEqual((await api.get("/v1/products")).body.items.length, 0);
    }));
}

Deno.test("GET /v1/products pages through a scope in the order of listing", () =>
  withApi(async (api) => {
    for (const id of ["c", "a", "b"]) await withProduct(api, id);

    const first = await api.get("/v1/products?limit=2");
    const second = await api.get(
      `/v1/products?limit=2&scope=site:CUS&cursor=${
        encodeURIComponent(first.body.next)
      }`,
    );

    deepStrictEqual(
      [...first.body.items, ...second.body.items].map((it) => it.product),
      ["c", "a", "b"],
    );
    strictEqual(second.body.next, null);
    refuses(
      await api.get("/v1/products?scope=everywhere"),
      422,
      "request_invalid",
    );
    refuses(
      await api.get("/v1/products?narrowOnly=yes"),
      422,
      "request_invalid",
    );
  }));

Deno.test("PUT /v1/products/{product} replaces name, price and stock", () =>
  withApi(async (api) => {
    await withProduct(api, "honey");

    const answer = await api.put("/v1/products/honey", {
      name: "Dark honey",
      price: "4.00",
      stock: 9,
    });

    strictEqual(answer.status, 200);
    strictEqual(answer.body.name, "Dark honey");
    strictEqual(answer.body.price.amount, "4.00");
    strictEqual(answer.body.onHand, 9);
    refuses(
      await api.put("/v1/products/wax", { name: "Wax" }),
      404,
      "product_unknown",
    );
    refuses(
      await api.put("/v1/products/honey", { name: 7 }),
      422,
      "request_invalid",
    );
    refuses(
      await api.put("/v1/products/honey", {
        name: "x",
        price: "99999999999999.999",
      }),
      422,
      "request_invalid",
    );
  }));

Deno.test("PATCH /v1/products/{product} changes single fields", () =>
  withApi(async (api) => {
    await withProduct(api, "honey");

    const named = await api.patch("/v1/products/honey", { name: "Raw honey" });
    const guarded = await api.patch("/v1/products/honey", {
      policy: "unmetered",
    });

    strictEqual(named.body.name, "Raw honey");
    strictEqual(named.body.price.amount, "2.50");
    strictEqual(guarded.body.policy, "unmetered");
    strictEqual(guarded.body.name, "Raw honey");
    refuses(await api.patch("/v1/products/honey", {}), 422, "request_invalid");
    refuses(
      await api.patch("/v1/products/honey", { price: "1.00" }),
      422,
      "request_invalid",
    );
    refuses(
      await api.patch("/v1/products/wax", { name: "Wax" }),
      404,
      "product_unknown",
    );
  }));

Deno.test("DELETE /v1/products/{product} removes it once and answers it as it was", () =>
  withApi(async (api) => {
    await withProduct(api, "honey");

    const removed = await api.delete("/v1/products/honey");
    const again = await api.delete("/v1/products/honey");

    strictEqual(removed.status, 200);
    strictEqual(removed.body.name, "The honey");
    strictEqual(removed.body.price.amount, "2.50");
    refuses(again, 404, "product_unknown");
    const own = await api.get("/v1/products?narrowOnly=true");
    deepStrictEqual(own.body.items, []);
    const listed = await api.get("/v1/products?narrowOnly=true&removed=true");
    deepStrictEqual(
      listed.body.items.map((it: { listed: boolean }) => it.listed),
      [false],
    );
  }));

Deno.test("GET /v1/products/{product} refuses an unknown product", () =>
  withApi(async (api) => {
    refuses(await api.get("/v1/products/honey"), 404, "product_unknown");
    refuses(
      await api.get("/v1/products/honey?scope=x"),
      422,
      "request_invalid",
    );
    refuses(
      await api.get(`/v1/products/${"x".repeat(65)}`),
      404,
      "not_found",
    );
  }));

Deno.test("PATCH /v1/products/{product} sets details, and an empty text takes one away", () =>
  withApi(async (api) => {
    await withProduct(api, "honey");
    const path = "/v1/products/honey";
    const first = await api.patch(path, {
      details: { cost: "1.25 PEN", minimum: 0, unit: "kg", barcode: "775" },
    });
    const second = await api.patch(path, { details: { barcode: "" } });

    strictEqual(first.status, 200);
    deepStrictEqual(first.body.details, {
      cost: "1.25 PEN",
      minimum: 0,
      barcode: "775",
      unit: "kg",
    });
    deepStrictEqual(second.body.details, {
      cost: "1.25 PEN",
      minimum: 0,
      unit: "kg",
    });
    refuses(
      await api.patch(path, { details: { cost: "much" } }),
      422,
      "request_invalid",
    );
  }));
