import { deepStrictEqual } from "node:assert/strict";
import { refuses, withApi } from "../native_api.ts";

Deno.test("/v1/transactions records by hand once, and lists", () =>
  withApi(async (api) => {
    const sale = {
      id: "0193f1aa-1111-7222-8333-444455556666",
      pump: "7",
      fuel: "93",
      volumeMl: 2000,
      price: "12.90",
      amount: "25.80",
    };
    const made = await api.post("/v1/transactions", sale);
    deepStrictEqual([made.status, made.body.source], [201, "entered"]);
    const again = await api.post("/v1/transactions", sale);
    deepStrictEqual([again.status, again.body], [200, made.body]);
    refuses(
      await api.post("/v1/transactions", { ...sale, amount: "1.00" }),
      409,
      "id_reused",
    );
    refuses(
      await api.post("/v1/transactions", { ...sale, volumeMl: 0 }),
      422,
      "request_invalid",
    );
    const { body } = await api.get("/v1/transactions?newestFirst=true&pump=7");
    deepStrictEqual(body.items, [made.body]);
    deepStrictEqual(
      (await api.get(`/v1/transactions/${sale.id}`)).body,
      made.body,
    );
    refuses(
      await api.get(`/v1/transactions/${sale.id.replace("0193", "0194")}`),
      404,
      "not_found",
    );
  }));

Deno.test("/v1/transactions refuses amounts that the currency cannot hold, and negative ones", () =>
  withApi(async (api) => {
    const sale = {
      pump: "7",
      fuel: "93",
      volumeMl: 2000,
      price: "12.90",
      amount: "25.80",
    };
    for (
      const wrong of [
        { price: "12.905" },
        { amount: "25.805" },
        { price: "-12.90" },
        { amount: "-25.80" },
        { price: { amount: "12.90", currency: "CLP" } },
      ]
    ) {
      refuses(
        await api.post("/v1/transactions", { ...sale, ...wrong }),
        422,
        "request_invalid",
      );
    }
    const { body } = await api.get("/v1/transactions");
    deepStrictEqual(body.items, []);
  }));
