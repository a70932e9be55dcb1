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
