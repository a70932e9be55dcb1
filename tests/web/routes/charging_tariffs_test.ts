import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { ask, AT_POINT, POINT, withChargingApi } from "../charging_api.ts";
import { refuses } from "../native_api.ts";

const EUR = (amount: string) => ({ amount, currency: "EUR" });

Deno.test("PUT /v1/charging-tariffs sets what a supply costs that the equipment does not compute", () =>
  withChargingApi(async (api) => {
    deepStrictEqual((await api.get("/v1/charging-tariffs")).body, {
      point: null,
      tariff: null,
    });
    const set = await api.put("/v1/charging-tariffs", {
      ...{ energy: "0.3456", session: "1.00" },
    });
    deepStrictEqual(set.body.tariff, {
      ...{ energy: EUR("0.3456"), session: EUR("1.00") },
      minute: EUR("0.0000"),
    });
    const { body } = await ask(api, "417");
    const record = (kind: string, energyWh: number) =>
      api.post(`${AT_POINT}/supply`, {
        ...{ kind, driver: "417", energyWh, id: randomUUID() },
      });
    await record("meter", 100);
    await record("ended", 10_000);
    const path = `/v1/charging-sessions/${body.session.id}`;
    deepStrictEqual((await api.get(path)).body.amount, EUR("4.46"));

    await api.put("/v1/charging-tariffs", { point: POINT, energy: "0.10" });
    const own = await api.get(`/v1/charging-tariffs?point=${POINT}`);
    deepStrictEqual(own.body.tariff.energy, EUR("0.1000"));
    const { body: second } = await ask(api, "417");
    await record("meter", 100);
    await record("ended", 10_000);
    const again = `/v1/charging-sessions/${second.session.id}`;
    deepStrictEqual((await api.get(again)).body.amount, EUR("1.00"));
  }));

Deno.test("PUT /v1/charging-tariffs refuses amounts that cannot be held exactly", () =>
  withChargingApi(async (api) => {
    for (
      const body of [
        { energy: "0.00001" },
        { energy: "1", session: "0.001" },
        { energy: "1", minute: { amount: "1", currency: "USD" } },
      ]
    ) {
      const answer = await api.put("/v1/charging-tariffs", body);
      refuses(answer, 422, "request_invalid");
    }
  }));

Deno.test("PUT /v1/charging-drivers/{id} blocks a driver until he is let charge again", () =>
  withChargingApi(async (api) => {
    const path = "/v1/charging-drivers/417";
    strictEqual((await api.get(path)).body.blocked, false);
    strictEqual((await api.put(path, { blocked: true })).status, 200);
    const refused = await ask(api, "417");
    refuses(refused, 409, "charge_refused");
    strictEqual(refused.body.details.reason, "driver_blocked");
    strictEqual((await ask(api, "5")).status, 201);
    await api.put(path, { blocked: false });
    await api.post(`${AT_POINT}/commands`, { command: "end" });
    strictEqual((await ask(api, "417")).status, 201);
  }));
