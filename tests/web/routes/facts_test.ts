import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { refuses, withApi, withProduct } from "../native_api.ts";

const ID = "01930f5e-8a5c-7cc1-9d3e-5f0f4b1d2c3a";

Deno.test("GET /v1/facts/{id} shows a fact with its place", () =>
  withApi(async (api) => {
    await withProduct(api, "honey");
    const { body: sale } = await api.post("/v1/sales", {
      id: ID,
      lines: [{ product: "honey", quantity: 1 }],
    });

    const { status, body } = await api.get(`/v1/facts/${ID}`);

    strictEqual(status, 200);
    strictEqual(body.items.length, 1);
    const [fact] = body.items;
    deepStrictEqual(
      [fact.id, fact.type, fact.space, fact.log, fact.seq, fact.status],
      [ID, "SaleRecorded", "site:CUS", sale.log, sale.seq, "counts"],
    );
    strictEqual(fact.fact.receipt, sale.receipt);
  }));

Deno.test("GET /v1/facts filters by space, log and kind, page by page", () =>
  withApi(async (api) => {
    await withProduct(api, "honey");
    const sales = [];
    for (let i = 0; i < 3; i++) {
      const { body } = await api.post("/v1/sales", {
        lines: [{ product: "honey", quantity: 1 }],
      });
      sales.push(body);
    }
    const path = `/v1/facts?type=SaleRecorded&space=site:CUS&log=${
      sales[0].log
    }&limit=2`;

    const first = await api.get(path);
    const second = await api.get(
      `${path}&cursor=${encodeURIComponent(first.body.next)}`,
    );

    deepStrictEqual(
      [...first.body.items, ...second.body.items].map((it) => it.id),
      sales.map((it) => it.id),
    );
    strictEqual(second.body.next, null);
    deepStrictEqual(
      (await api.get("/v1/facts?type=Unheard")).body.items,
      [],
    );
  }));

Deno.test("GET /v1/facts refuses unknown ids and filters that are none", () =>
  withApi(async (api) => {
    refuses(await api.get(`/v1/facts/${ID}`), 404, "not_found");
    refuses(await api.get("/v1/facts/x"), 404, "not_found");
    for (const query of ["space=moon", "log=1", "type=a%20b", "limit=-1"]) {
      refuses(await api.get(`/v1/facts?${query}`), 422, "request_invalid");
    }
  }));
