import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { ars, AT, pay, withCompany } from "../fleet_api.ts";
import { refuses, withApi } from "../native_api.ts";

const ID = "01930f5e-8a5c-7cc1-9d3e-5f0f4b1d2c3a";

Deno.test("POST /v1/companies/{company}/cards registers a card, once for each id", () =>
  withApi(async (api) => {
    await withCompany(api);
    const body = { id: ID, card: "8", limit: "10000" };
    const first = await api.post(`${AT}/cards`, body);
    const again = await api.post(`${AT}/cards`, body);

    deepStrictEqual([first.status, again.status], [201, 200]);
    const { registeredAt: _at, ...card } = first.body;
    deepStrictEqual(card, {
      ...{ company: "99", card: "8", expenses: 0, automatic: false },
      ...{ limit: ars(10_000), spent: ars(0) },
    });
    const { body: list } = await api.get(`${AT}/cards?limit=1`);
    deepStrictEqual(
      [list.items.map((it: { card: string }) => it.card), list.next !== null],
      [["7"], true],
    );
    deepStrictEqual((await api.get(`${AT}/cards/8`)).body, first.body);
  }));

Deno.test("POST /v1/companies/{company}/cards refuses a second one, and a limit above the balance", () =>
  withApi(async (api) => {
    await withCompany(api);
    refuses(
      await api.post(`${AT}/cards`, { card: "7", limit: "1" }),
      409,
      "card_exists",
    );
    const high = await api.post(`${AT}/cards`, { card: "8", limit: "10001" });
    refuses(high, 409, "limit_above_balance");
    strictEqual(high.body.details.balance, 10_000);
    for (const card of ["", "08", "4294967296", "a", 8]) {
      const refused = await api.post(`${AT}/cards`, { card, limit: "1" });
      refuses(refused, 422, "request_invalid");
    }
    refuses(
      await api.post(`${AT}/cards`, { card: "8", limit: "0.5" }),
      422,
      "request_invalid",
    );
    refuses(await api.get(`${AT}/cards/8`), 404, "card_unknown");
    refuses(await api.get("/v1/companies/98/cards"), 404, "company_unknown");
  }));

Deno.test("PUT /v1/companies/{company}/cards/{card}/limit raises, lowers and keeps to the balance", () =>
  withApi(async (api) => {
    await withCompany(api);
    const set = async (limit: string) =>
      (await api.put(`${AT}/cards/7/limit`, { limit })).body.limit;

    deepStrictEqual(await set("6000"), ars(6000));
    deepStrictEqual(await set("100"), ars(100));
    deepStrictEqual(await set("999999"), ars(10_000));
    const unknown = await api.put(`${AT}/cards/8/limit`, { limit: "1" });
    refuses(unknown, 404, "card_unknown");
  }));

Deno.test("GET /v1/companies/{company}/cards/{card}/holders says where the rights are", () =>
  withApi(async (api) => {
    await withCompany(api);
    await pay(api, 200);
    const { body } = await api.get(`${AT}/cards/7/holders`);

    deepStrictEqual(
      body.items.map((it: { free: unknown }) => it.free),
      [ars(4800)],
    );
    refuses(await api.get(`${AT}/cards/8/holders`), 404, "card_unknown");
  }));
