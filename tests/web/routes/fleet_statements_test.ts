import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { ars, AT, pay, withCompany } from "../fleet_api.ts";
import { type NativeApi, refuses, withApi } from "../native_api.ts";

const MONTH = "2026-11";

async function withMonth(api: NativeApi): Promise<void> {
  await withCompany(api);
  await api.post(`${AT}/cards`, { card: "8", limit: "900" });
  await pay(api, 100);
  await pay(api, 250);
  await pay(api, 300, { card: "8" });
  await pay(api, 50, { date: "2026-10-31" });
}

Deno.test("GET /v1/companies/{company}/statements/{month} sums a month by card", () =>
  withApi(async (api) => {
    await withMonth(api);
    const { body } = await api.get(`${AT}/statements/${MONTH}`);
    deepStrictEqual(
      [body.balance, body.count, body.amount, body.card],
      [ars(9300), 3, ars(650), null],
    );
    deepStrictEqual(body.cards, [
      { card: "7", count: 2, amount: ars(350) },
      { card: "8", count: 1, amount: ars(300) },
    ]);
    const { body: one } = await api.get(`${AT}/statements/${MONTH}?card=8`);
    deepStrictEqual([one.balance, one.count, one.amount, one.card], [
      ars(600),
      1,
      ars(300),
      "8",
    ]);
    refuses(
      await api.get(`/v1/companies/98/statements/${MONTH}`),
      404,
      "company_unknown",
    );
    refuses(await api.get(`${AT}/statements/2026-13`), 404, "not_found");
  }));

Deno.test("GET /v1/companies/{company}/statements/{month}?format=csv has a row for each card", () =>
  withApi(async (api) => {
    await withMonth(api);
    const response = await api.request(
      `${AT}/statements/${MONTH}?format=csv`,
    );
    strictEqual(
      response.headers.get("content-disposition"),
      'attachment; filename="statement-99-2026-11.csv"',
    );
    deepStrictEqual((await response.text()).split("\r\n"), [
      "company,month,card,count,amount,currency",
      "99,2026-11,7,2,350,ARS",
      "99,2026-11,8,1,300,ARS",
      "99,2026-11,total,3,650,ARS",
      "",
    ]);
  }));

Deno.test("POST /v1/companies/{company}/settlements closes a month, then settles what came since", () =>
  withApi(async (api) => {
    await withMonth(api);
    const settle = (id = crypto.randomUUID()) =>
      api.post(`${AT}/settlements`, { id, month: MONTH });
    const id = crypto.randomUUID();
    const close = await settle(id);
    const again = await settle(id);
    const none = await settle();
    await pay(api, 40);
    const extra = await settle();

    deepStrictEqual(
      [close.status, close.body.kind, close.body.count, close.body.amount],
      [201, "month", 3, ars(650)],
    );
    deepStrictEqual([again.status, again.body], [200, close.body]);
    refuses(none, 409, "nothing_to_settle");
    deepStrictEqual(
      [extra.status, extra.body.kind, extra.body.count, extra.body.amount],
      [201, "extra", 1, ars(40)],
    );
    const { body } = await api.get(`${AT}/settlements`);
    deepStrictEqual(body.items, [extra.body, close.body]);
    const { body: statement } = await api.get(`${AT}/statements/${MONTH}`);
    strictEqual(statement.settlements.length, 2);
    refuses(
      await api.post(`${AT}/settlements`, { month: "November" }),
      422,
      "request_invalid",
    );
  }));
