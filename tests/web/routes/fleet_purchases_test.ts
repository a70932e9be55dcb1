import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { ars, AT, COMPANY, pay, withCompany } from "../fleet_api.ts";
import { type NativeApi, refuses, withApi } from "../native_api.ts";

const ID = "01930f5e-8a5c-7cc1-9d3e-5f0f4b1d2c3a";

async function left(api: NativeApi) {
  const { body: company } = await api.get(AT);
  const { body: card } = await api.get(`${AT}/cards/7`);
  return [company.balance, card.limit, card.expenses];
}

Deno.test("POST /v1/purchases charges account and card once for each id", () =>
  withApi(async (api) => {
    await withCompany(api);
    const first = await pay(api, 1606, { id: ID, liters: 1 });
    const again = await pay(api, 1606, { id: ID, liters: 1 });

    deepStrictEqual([first.status, first.body], [
      201,
      { id: ID, accepted: true, repeated: false },
    ]);
    deepStrictEqual([again.status, again.body], [
      200,
      { id: ID, accepted: true, repeated: true },
    ]);
    deepStrictEqual(await left(api), [ars(8394), ars(3394), 1]);
    const { body: expense } = await api.get(`/v1/expenses/${ID}`);
    deepStrictEqual(
      [expense.amount, expense.date, expense.liters, expense.place.site],
      [ars(1606), "2026-11-22", 1, "CUS"],
    );
  }));

Deno.test("POST /v1/purchases refuses with 409 and the reason, and charges nothing", () =>
  withApi(async (api) => {
    await withCompany(api);
    const card = await pay(api, 5001);
    const nobody = await pay(api, 10, { company: "98" });
    await api.post(`${AT}/cards`, { card: "8", limit: "10000" });
    await pay(api, 10_000, { card: "8" });
    const empty = await pay(api, 1);

    for (
      const [refused, reason] of [
        [card, "limit_insufficient"],
        [nobody, "company_unknown"],
        [empty, "balance_insufficient"],
      ] as const
    ) {
      refuses(refused, 409, "purchase_refused");
      strictEqual(refused.body.details.reason, reason);
    }
    deepStrictEqual(await left(api), [ars(0), ars(5000), 0]);
  }));

Deno.test("POST /v1/purchases refuses what is no purchase", () =>
  withApi(async (api) => {
    await withCompany(api);
    for (
      const wrong of [
        { amount: "0" },
        { amount: "1.5" },
        { amount: 1 },
        { company: "x" },
        { card: 7 },
        { card: "07" },
        { date: "2024-02-30" },
        { liters: 0 },
        { liters: 1.5 },
        { place: { pump: 10 } },
        { place: { province: 16 } },
        { id: "x" },
        { more: true },
      ]
    ) refuses(await pay(api, 1, wrong), 422, "request_invalid");
    deepStrictEqual(await left(api), [ars(10_000), ars(5000), 0]);
  }));

Deno.test("POST /v1/purchase-holds holds, and its capture charges what was dispensed", () =>
  withApi(async (api) => {
    await withCompany(api);
    const body = {
      ...{ id: ID, company: COMPANY, card: "7", amount: "4000" },
      expiresInSeconds: 60,
    };
    const held = await api.post("/v1/purchase-holds", body);
    const again = await api.post("/v1/purchase-holds", body);
    const beyond = await pay(api, 1001);
    const charged = await api.post(`/v1/purchases/${ID}/capture`, {
      amount: "1606",
      liters: 1,
    });

    deepStrictEqual([held.status, again.status], [201, 200]);
    refuses(beyond, 409, "purchase_refused");
    deepStrictEqual([charged.status, charged.body.accepted], [200, true]);
    deepStrictEqual(await left(api), [ars(8394), ars(3394), 1]);
    const released = await api.post(`/v1/purchases/${ID}/release`, {});
    refuses(released, 409, "spend_captured");
    const wrong = await api.post(`/v1/purchases/${ID}/capture`, {
      amount: "0.5",
    });
    refuses(wrong, 422, "request_invalid");
  }));

Deno.test("POST /v1/purchases/{id}/release lets go of a hold, and of no other's", () =>
  withApi(async (api) => {
    await withCompany(api);
    await api.post("/v1/purchase-holds", {
      ...{ id: ID, company: COMPANY, card: "7", amount: "5000" },
      expiresInSeconds: 60,
    });
    const release = () => api.post(`/v1/purchases/${ID}/release`, {});

    deepStrictEqual((await release()).body, { repeated: false });
    deepStrictEqual((await release()).body, { repeated: true });
    strictEqual((await pay(api, 5000)).status, 201);
    const other = crypto.randomUUID();
    for (const end of ["release", "capture"]) {
      const refused = await api.post(`/v1/purchases/${other}/${end}`, {
        amount: "1",
      });
      refuses(refused, 404, "spend_unknown");
    }
    ok((await left(api)).length === 3);
  }));
