import { deepStrictEqual, strictEqual } from "node:assert/strict";
import {
  type NativeApi,
  refuses,
  withApi,
  withProduct,
} from "../native_api.ts";

async function withSales(api: NativeApi): Promise<void> {
  await withProduct(api, "honey");
  await withProduct(api, "wax", { price: "1.10" });
  for (
    const [day, product, quantity] of [
      ["01", "honey", 2],
      ["01", "wax", 1],
      ["02", "honey", 3],
    ] as const
  ) {
    const { status } = await api.post("/v1/sales", {
      lines: [{ product, quantity }],
      observation: true,
      at: `2024-11-${day}T17:00:00Z`,
    });
    strictEqual(status, 201);
  }
}

Deno.test("GET /v1/totals sums over all sales, a date, a product, or both", () =>
  withApi(async (api) => {
    await withSales(api);
    const all = { site: null, date: null, product: null };
    const soles = (amount: string) => [{ amount, currency: "PEN" }];

    deepStrictEqual((await api.get("/v1/totals")).body, {
      ...all,
      count: 3,
      units: 6,
      amounts: soles("13.60"),
    });
    deepStrictEqual(
      (await api.get("/v1/totals?site=CUS&date=2024-11-01")).body,
      {
        ...all,
        site: "CUS",
        date: "2024-11-01",
        count: 2,
        units: 3,
        amounts: soles("6.10"),
      },
    );
    deepStrictEqual((await api.get("/v1/totals?product=honey")).body, {
      ...all,
      product: "honey",
      count: 2,
      units: 5,
      amounts: soles("12.50"),
    });
    deepStrictEqual((await api.get("/v1/totals?site=LIM")).body, {
      ...all,
      site: "LIM",
      count: 0,
      units: 0,
      amounts: [],
    });
  }));

Deno.test("GET /v1/totals/list lists sums as asked, page by page", () =>
  withApi(async (api) => {
    await withSales(api);

    const sites = await api.get("/v1/totals/list");
    const dates = await api.get("/v1/totals/list?perDate=true");
    const products = await api.get("/v1/totals/list?perProduct=true&limit=1");
    const rest = await api.get(
      `/v1/totals/list?perProduct=true&cursor=${
        encodeURIComponent(products.body.next)
      }`,
    );

    deepStrictEqual(
      sites.body.items.map((it: { count: number }) => it.count),
      [3],
    );
    deepStrictEqual(
      dates.body.items.map((
        it: { date: string; units: number },
      ) => [it.date, it.units]),
      [["2024-11-01", 3], ["2024-11-02", 3]],
    );
    deepStrictEqual(
      [...products.body.items, ...rest.body.items].map((
        it,
      ) => [it.product, it.units]),
      [["honey", 5], ["wax", 1]],
    );
  }));

Deno.test("GET /v1/totals refuses filters that are none", () =>
  withApi(async (api) => {
    for (
      const query of [
        "totals?date=2024-02-30",
        "totals?date=1",
        "totals?site=",
        "totals?product=a%2Fb",
        "totals/list?perDate=1",
        "totals/list?limit=0",
      ]
    ) {
      refuses(await api.get(`/v1/${query}`), 422, "request_invalid");
    }
  }));
