import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { ars, CARD, pay, withCompany } from "../fleet_api.ts";
import { refuses, withApi } from "../native_api.ts";

const ROUTE = {
  pumpAddress: "127.0.0.1:13052",
  station: "5",
  regional: "3",
};

Deno.test("C-42: GET /v1/card-results lists what was charged and did not reach its card", () =>
  withApi(async (api) => {
    await withCompany(api);
    const { body: charged } = await pay(api, 100);
    const { fleet } = api.useCases;
    await fleet.keepResult({
      ...CARD,
      purchase: charged.id,
      success: true,
    });

    const { body } = await api.get("/v1/card-results?company=99&state=kept");
    const [{ at: _at, ...result }] = body.items;
    deepStrictEqual(result, {
      ...{ purchase: charged.id, site: "CUS", company: "99", card: "7" },
      ...{ success: true, state: "kept" },
    });
    const lease = await fleet.takeResult({
      ...CARD,
      waitMs: 100,
    });
    await lease?.delivered();
    const left = await api.get("/v1/card-results?state=kept");
    deepStrictEqual(left.body.items, []);
    const wrong = await api.get("/v1/card-results?state=lost");
    refuses(wrong, 422, "request_invalid");
  }));

Deno.test("GET /v1/unconfirmed-verdicts lists what no regional office has confirmed", () =>
  withApi(async (api) => {
    await withCompany(api);
    const { fleet } = api.useCases;
    const verdict = await fleet.charge({
      ...CARD,
      amount: 70,
      date: "2026-11-22",
      place: { site: null, province: 3, station: 5, pump: 2 },
      route: ROUTE,
      source: "region",
      keepRefusal: true,
    });
    strictEqual(verdict.accepted, true);

    const { body } = await api.get("/v1/unconfirmed-verdicts?company=99");
    deepStrictEqual(
      body.items.map((
        it: { expense: Record<string, unknown>; route: unknown },
      ) => [it.expense["id"], it.expense["amount"], it.route]),
      [[verdict.id, ars(70), ROUTE]],
    );
    await fleet.confirm(verdict.id);
    const after = await api.get("/v1/unconfirmed-verdicts");
    deepStrictEqual(after.body.items, []);
  }));
