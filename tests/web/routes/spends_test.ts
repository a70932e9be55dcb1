import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { refuses, withApi } from "../native_api.ts";

const ID = "01930f5e-8a5c-7cc1-9d3e-5f0f4b1d2c3a";

Deno.test("POST /v1/spends holds, and its capture charges once", () =>
  withApi(async (api) => {
    const made = await api.post("/v1/rights", {
      bound: "account:99",
      amount: 100,
    });
    strictEqual(made.status, 201);
    const body = {
      id: ID,
      bounds: ["account:99"],
      amount: 40,
      expiresInSeconds: 60,
    };
    strictEqual((await api.post("/v1/spends", body)).status, 201);
    strictEqual((await api.post("/v1/spends", body)).status, 200);
    const held = await api.get("/v1/rights?bound=account:99");
    deepStrictEqual(
      [held.body.items[0].free, held.body.items[0].held],
      [60, 40],
    );
    const charged = await api.post(`/v1/spends/${ID}/capture`, { amount: 30 });
    deepStrictEqual([charged.status, charged.body.captured], [200, 30]);
    strictEqual((await api.get(`/v1/spends/${ID}`)).body.state, "captured");
    const released = await api.post(`/v1/spends/${ID}/release`, undefined);
    refuses(released, 409, "spend_captured");
  }));

Deno.test("POST /v1/spends refuses what no right covers, and purchases that it does not hold", () =>
  withApi(async (api) => {
    const body = {
      bounds: ["account:99"],
      amount: 1,
      expiresInSeconds: 60,
    };
    refuses(await api.post("/v1/spends", body), 409, "rights_insufficient");
    refuses(
      await api.post("/v1/spends", {
        ...body,
        bounds: ["account:9", "card:8/1"],
      }),
      422,
      "invalid_argument",
    );
    const unknown = await api.post(`/v1/spends/${ID}/capture`, { amount: 1 });
    refuses(unknown, 404, "spend_unknown");
    strictEqual((await api.get(`/v1/spends/${ID}`)).status, 404);
    const wrong = await api.post("/v1/rights", { bound: "honey", amount: 1 });
    refuses(wrong, 422, "request_invalid");
  }));
