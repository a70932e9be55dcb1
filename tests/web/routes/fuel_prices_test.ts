import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { refuses, withApi } from "../native_api.ts";

const PRICES = [
  { fuel: "93", price: "12.90" },
  { fuel: "diesel", price: "11.20" },
];

Deno.test("/v1/fuel-prices sets several prices at once and shows what holds", () =>
  withApi(async (api) => {
    const set = await api.post("/v1/fuel-prices", { prices: PRICES });
    strictEqual(set.status, 201);
    const [item] = set.body.items;
    deepStrictEqual(item.prices[0], {
      fuel: "93",
      price: { amount: "12.90", currency: "PEN" },
    });
    const held = await api.get("/v1/fuel-prices/CUS");
    strictEqual(held.body.set, item.id);
    deepStrictEqual(
      held.body.prices.map(({ fuel }: { fuel: string }) => fuel),
      ["93", "diesel"],
    );
    const listed = await api.get("/v1/fuel-prices?scope=site:CUS");
    deepStrictEqual(listed.body.items, [item]);
    const two = await api.post("/v1/fuel-prices", {
      sites: ["LIM", "AQP"],
      prices: PRICES,
    });
    deepStrictEqual(
      two.body.items.map(({ scope }: { scope: string }) => scope),
      ["site:LIM", "site:AQP"],
    );
    refuses(
      await api.post("/v1/fuel-prices", {
        prices: [{ fuel: "93", price: "1.005" }],
      }),
      422,
      "price_invalid",
    );
    refuses(
      await api.post("/v1/fuel-prices", {
        prices: [PRICES[0], PRICES[0]],
      }),
      422,
      "price_invalid",
    );
    refuses(
      await api.post("/v1/fuel-prices", {
        prices: PRICES,
        sites: ["LIM"],
        scope: "mesh",
      }),
      422,
      "request_invalid",
    );
    const foreign = await api.post("/v1/fuel-prices", {
      sites: ["E01"],
      prices: [{ fuel: "93", price: { amount: "1290", currency: "CLP" } }],
    });
    deepStrictEqual(foreign.body.items[0].prices, [{
      fuel: "93",
      price: { amount: "1290", currency: "CLP" },
    }]);
    refuses(
      await api.post("/v1/fuel-prices", {
        sites: ["E01"],
        prices: [
          { fuel: "93", price: { amount: "1290", currency: "CLP" } },
          { fuel: "95", price: "13.00" },
        ],
      }),
      422,
      "price_invalid",
    );
  }));
