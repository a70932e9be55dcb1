import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { AT, pay, withCompany } from "../fleet_api.ts";
import { type NativeApi, refuses, withApi } from "../native_api.ts";

async function withExpenses(api: NativeApi): Promise<void> {
  await withCompany(api);
  await api.post(`${AT}/cards`, { card: "8", limit: "900" });
  for (
    const [amount, more] of [
      [100, { date: "2026-11-20", liters: 2 }],
      [200, {
        date: "2026-11-21",
        place: { province: 3, station: 5, pump: 2 },
      }],
      [300, { date: "2026-11-22", card: "8" }],
    ] as const
  ) {
    api.clock.advance(5);
    strictEqual((await pay(api, amount, more)).status, 201);
  }
}

const amounts = ({ items }: {
  readonly items: readonly { readonly amount: { readonly amount: string } }[];
}) => items.map((it) => Number(it.amount.amount));

Deno.test("GET /v1/expenses filters and pages, the latest decided first", () =>
  withApi(async (api) => {
    await withExpenses(api);
    const list = async (query: string) =>
      amounts((await api.get(`/v1/expenses${query}`)).body);

    deepStrictEqual(await list(""), [300, 200, 100]);
    deepStrictEqual(await list("?company=99&card=7"), [200, 100]);
    deepStrictEqual(await list("?company=98"), []);
    deepStrictEqual(await list("?from=2026-11-21"), [300, 200]);
    deepStrictEqual(await list("?from=2026-11-21&to=2026-11-21"), [200]);
    deepStrictEqual(await list("?accepted=true&company=99"), [300, 200, 100]);
    deepStrictEqual(await list("?accepted=false"), []);
    deepStrictEqual(await list("?reason=limit_insufficient"), []);
    deepStrictEqual(await list("?suspect=true"), []);
    const { body: first } = await api.get("/v1/expenses?limit=2");
    const next = encodeURIComponent(first.next);
    deepStrictEqual(amounts(first), [300, 200]);
    deepStrictEqual(await list(`?limit=2&cursor=${next}`), [100]);
    for (
      const query of ["?accepted=yes", "?reason=none", "?from=x", "?card=x"]
    ) {
      refuses(await api.get(`/v1/expenses${query}`), 422, "request_invalid");
    }
    const id = crypto.randomUUID();
    refuses(await api.get(`/v1/expenses/${id}`), 404, "not_found");
  }));

Deno.test("GET /v1/expenses?format=csv answers every row, also beyond one page", () =>
  withApi(async (api) => {
    await withExpenses(api);
    const response = await api.request("/v1/expenses?format=csv&limit=1");
    strictEqual(
      response.headers.get("content-type"),
      "text/csv; charset=utf-8",
    );
    ok(response.headers.get("content-disposition")?.includes("expenses.csv"));
    const lines = (await response.text()).split("\r\n");
    strictEqual(lines.length, 5);
    ok(lines[0]?.startsWith("date,at,company,card,amount,currency,liters,"));
    const cells = lines.slice(1, 4).map((line) => line.split(","));
    deepStrictEqual(
      cells.map((row) => [row[0], row[3], row[4], row[5], row[6], row[7]]),
      [
        ["2026-11-22", "8", "300", "ARS", "", "yes"],
        ["2026-11-21", "7", "200", "ARS", "", "yes"],
        ["2026-11-20", "7", "100", "ARS", "2", "yes"],
      ],
    );
    deepStrictEqual(cells[1]?.slice(12, 16), ["CUS", "3", "5", "2"]);
  }));
