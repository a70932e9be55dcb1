import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { refuses, withApi } from "../native_api.ts";

Deno.test("/v1/day-reports gives JSON and CSV, and /v1/day-closes closes a day once", () =>
  withApi(async (api) => {
    const made = await api.post("/v1/transactions", {
      pump: "=7",
      fuel: "93",
      volumeMl: 2000,
      price: "12.90",
      amount: "25.80",
    });
    const { date } = made.body;
    const report = await api.get(`/v1/day-reports/CUS/${date}`);
    deepStrictEqual(report.body.total, {
      count: 1,
      volumeMl: 2000,
      amount: 2580,
    });
    const csv = await api.request(`/v1/day-reports/CUS/${date}?format=csv`);
    strictEqual(
      await csv.text(),
      "site,date,pump,fuel,payment,count,volumeMl,amount,currency\r\n" +
        `CUS,${date},'=7,93,efectivo,1,2000,25.80,PEN\r\n`,
    );
    const closed = await api.post("/v1/day-closes", { date });
    deepStrictEqual([closed.status, closed.body.number], [201, 0]);
    deepStrictEqual(closed.body.report, report.body);
    refuses(
      await api.post("/v1/day-closes", { date }),
      409,
      "nothing_to_close",
    );
    const { body } = await api.get(`/v1/day-closes/CUS?date=${date}`);
    deepStrictEqual(body.items, [closed.body]);
    ok((await api.get("/v1/day-closes/CUS")).body.items.length === 1);
  }));

Deno.test("/v1/shift-reports sums what happened between two instants, tanks and totalizers too", () =>
  withApi(async (api) => {
    await api.put("/v1/tanks/CUS/1", { fuel: "93" });
    const sell = (at: string, volumeMl: number) =>
      api.post("/v1/transactions", {
        pump: "7",
        fuel: "93",
        volumeMl,
        price: "10.00",
        amount: "1.00",
        at,
      });
    const at = (time: string) => `2026-11-20T${time}:00-05:00`;
    await api.post("/v1/tanks/CUS/1/deliveries", {
      volumeMl: 90_000,
      at: at("05:00"),
    });
    await sell(at("06:00"), 1000);
    await sell(at("14:00"), 2000);
    await api.post("/v1/tanks/CUS/1/dips", {
      measuredMl: 86_990,
      at: at("15:00"),
    });
    await sell(at("23:00"), 4000);
    await sell("2026-11-21T01:00:00-05:00", 8000);
    const query = (from: string, before: string, more = "") =>
      `/v1/shift-reports/CUS?from=${encodeURIComponent(from)}&before=${
        encodeURIComponent(before)
      }${more}`;
    const { body } = await api.get(query(at("14:00"), at("23:00")));
    deepStrictEqual(body.total, { count: 1, volumeMl: 2000, amount: 100 });
    deepStrictEqual(body.totalizers, [
      { pump: "7", fuel: "93", openingMl: 1000, closingMl: 3000 },
    ]);
    deepStrictEqual(body.tanks, [{
      tank: 1,
      fuel: "93",
      openingMl: 89_000,
      deliveredMl: 0,
      dispensedMl: 2000,
      dippedMl: -10,
      closingMl: 86_990,
    }]);
    const night = await api.get(
      query(at("23:00"), "2026-11-21T06:00:00-05:00"),
    );
    deepStrictEqual(night.body.totalizers, [
      { pump: "7", fuel: "93", openingMl: 3000, closingMl: 15_000 },
    ]);
    const day = await api.get("/v1/day-reports/CUS/2026-11-20");
    deepStrictEqual(day.body.tanks[0].closingMl, 82_990);
    const csv = await api.request(
      query(at("14:00"), at("23:00"), "&format=csv&part=tanks"),
    );
    strictEqual(
      (await csv.text()).split("\r\n")[1],
      "CUS,2026-11-20T19:00:00.000000Z,2026-11-21T04:00:00.000000Z,1,93,89000,0,2000,-10,86990",
    );
    refuses(
      await api.get(query(at("14:00"), at("14:00"))),
      422,
      "invalid_argument",
    );
    refuses(
      await api.get(query(at("14:00"), "2026-12-20T00:00:00Z")),
      422,
      "invalid_argument",
    );
  }));
