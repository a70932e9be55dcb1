import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import {
  ask,
  charged,
  POINT,
  supply,
  withChargingApi,
} from "../charging_api.ts";
import { refuses } from "../native_api.ts";

const EUR = (amount: string) => ({ amount, currency: "EUR" });

Deno.test("GET /v1/charging-reports sums sessions by point, driver and day", () =>
  withChargingApi(async (api) => {
    await charged(api);
    await ask(api, "5");
    await supply(api, "meter", 500, { driver: "5" });
    await supply(api, "fault", 600, { driver: "5" });
    const report = async (query: string) =>
      (await api.get(`/v1/charging-reports?${query}`)).body.items;

    deepStrictEqual(await report("by=point"), [{
      ...{ key: POINT, sessions: 2, completed: 1, energyWh: 1834 },
      amount: EUR("0.37"),
    }]);
    deepStrictEqual(await report("by=driver"), [
      {
        ...{ key: "417", sessions: 1, completed: 1, energyWh: 1234 },
        amount: EUR("0.25"),
      },
      {
        ...{ key: "5", sessions: 1, completed: 0, energyWh: 600 },
        amount: EUR("0.12"),
      },
    ]);
    const [day] = await report("by=day");
    deepStrictEqual([day.key, day.sessions], ["2026-11-22", 2]);
    deepStrictEqual(await report("by=day&from=2026-11-23"), []);
    deepStrictEqual(await report("by=day&to=2026-11-21"), []);
    refuses(
      await api.get("/v1/charging-reports?by=week"),
      422,
      "request_invalid",
    );
    refuses(await api.get("/v1/charging-reports"), 422, "request_invalid");
  }));

Deno.test("GET /v1/charging-reports?format=csv gives all rows as a file", () =>
  withChargingApi(async (api) => {
    await charged(api);
    const path = "/v1/charging-reports?by=driver&format=csv";
    const response = await api.request(path);
    match(
      response.headers.get("content-disposition") ?? "",
      /charging-by-driver\.csv/,
    );
    strictEqual(
      await response.text(),
      "driver,sessions,completed,energyWh,amount,currency\r\n" +
        "417,1,1,1234,0.25,EUR\r\n",
    );
  }));

Deno.test("C-49: GET /v1/charging-energy lists what came after a session's end beyond its totals", () =>
  withChargingApi(async (api) => {
    const id = await charged(api);
    const list = async () =>
      (await api.get("/v1/charging-energy")).body.items as {
        energyWh: number;
        point: string;
        session: string;
      }[];
    strictEqual(await supply(api, "meter", 1234), "repeated");
    deepStrictEqual(await list(), []);
    await supply(api, "ended", 1300);
    const sum = (await list()).reduce((all, it) => all + it.energyWh, 0);
    const session = (await api.get(`/v1/charging-sessions/${id}`)).body;
    strictEqual(session.energyWh, 1234);
    strictEqual(sum, 66);
  }));
