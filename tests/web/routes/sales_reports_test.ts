import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { csvCell } from "../../../web/csv.ts";
import {
  type NativeApi,
  refuses,
  withApi,
  withProduct,
} from "../native_api.ts";

const pen = (amount: string) => ({ amount, currency: "PEN" });

async function withSales(api: NativeApi): Promise<string> {
  await withProduct(api, "honey", { name: '=HYPERLINK("x")' });
  await withProduct(api, "wax", { price: "4.00" });
  const sale = await api.post("/v1/sales", {
    lines: [{ product: "honey", quantity: 2, discount: "0.50" }],
    payments: [{ method: "card", amount: "4.50" }],
    seller: { id: "7", name: "-Rosa" },
  });
  strictEqual(sale.status, 201, JSON.stringify(sale.body));
  const wrong = await api.post("/v1/sales", {
    lines: [{ product: "wax", quantity: 1 }],
  });
  await api.post(`/v1/sales/${wrong.body.id}/void`, { reason: "wrong" });
  const back = await api.post("/v1/sales", {
    lines: [{ product: "honey", quantity: -1 }],
    returns: { sale: sale.body.id, reason: "broken" },
    payments: [{ method: "cash", amount: "-2.25" }],
  });
  strictEqual(back.status, 201, JSON.stringify(back.body));
  return sale.body.date;
}

async function csv(api: NativeApi, query: string): Promise<string[]> {
  const response = await api.request(`/v1/sales-reports?format=csv${query}`);
  strictEqual(response.status, 200);
  strictEqual(response.headers.get("content-type"), "text/csv; charset=utf-8");
  const bytes = new Uint8Array(await response.arrayBuffer());
  ok(bytes[0] !== 0xef, "there is a mark at the beginning");
  const text = new TextDecoder().decode(bytes);
  ok(text.endsWith("\r\n"));
  return text.slice(0, -2).split("\r\n");
}

Deno.test("GET /v1/sales-reports sums a day, as JSON and as files", () =>
  withApi(async (api) => {
    const date = await withSales(api);
    const { body } = await api.get("/v1/sales-reports");
    deepStrictEqual(
      [body.date, body.till, body.sales, body.returns, body.voids],
      [
        date,
        null,
        { count: 1, amounts: [pen("4.50")] },
        { count: 1, amounts: [pen("2.25")] },
        { count: 1, amounts: [pen("4.00")] },
      ],
    );
    const at = `CUS,${date}`;
    deepStrictEqual(await csv(api, ""), [
      "site,date,what,count,amount,currency",
      `${at},sales,1,4.50,PEN`,
      `${at},returns,1,2.25,PEN`,
      `${at},voids,1,4.00,PEN`,
      `${at},discounts,,0.50,PEN`,
    ]);
    deepStrictEqual(await csv(api, "&part=methods"), [
      "site,date,method,amount,currency",
      `${at},card,4.50,PEN`,
      `${at},cash,-2.25,PEN`,
    ]);
    deepStrictEqual(await csv(api, "&part=sellers"), [
      "site,date,seller,name,count,amount,currency",
      `${at},,,0,-2.25,PEN`,
      `${at},7,'-Rosa,1,4.50,PEN`,
    ]);
    deepStrictEqual(await csv(api, "&part=products&till=own"), [
      "site,date,product,name,units,amount,currency",
      `${at},honey,"'=HYPERLINK(""x"")",1,2.25,PEN`,
    ]);
    const sales = await csv(api, "&part=sales");
    strictEqual(sales.length, 4);
    const cells = (sales[1] ?? "").split(",");
    deepStrictEqual(cells.slice(6, 10), ["no", "", "7", "'-Rosa"]);
    deepStrictEqual(cells.slice(-7), [
      "2.50",
      "0.50",
      "4.50",
      "0.00",
      "4.50",
      "PEN",
      "card 4.50",
    ]);
    strictEqual((sales[2] ?? "").split(",")[6], "yes");
    strictEqual((sales[3] ?? "").split(",").at(-1), "cash -2.25");
  }));

Deno.test("/v1/sales-closes closes a day, and what came after it as a supplement", () =>
  withApi(async (api) => {
    const date = await withSales(api);
    const closed = await api.post("/v1/sales-closes", {
      date,
      by: { id: "7", name: "Rosa" },
    });
    deepStrictEqual(
      [closed.status, closed.body.number, closed.body.matches],
      [201, 0, true],
    );
    deepStrictEqual(
      closed.body.report,
      (await api.get("/v1/sales-reports")).body,
    );
    strictEqual(
      (await api.get("/v1/sales-reports?unclosed=true")).body.sales.count,
      0,
    );
    refuses(
      await api.post("/v1/sales-closes", { date }),
      409,
      "nothing_to_close",
    );
    await api.post("/v1/sales", { lines: [{ product: "wax", quantity: 1 }] });
    const supplement = await api.post("/v1/sales-closes", { date });
    deepStrictEqual(
      [supplement.body.number, supplement.body.report.sales.count],
      [1, 1],
    );
    deepStrictEqual((await api.get("/v1/sales-closes")).body.items, [
      closed.body,
      supplement.body,
    ]);
    const own = await api.post("/v1/sales-closes", { date, till: "own" });
    strictEqual(own.body.number, 0);
    deepStrictEqual(
      (await api.get(`/v1/sales-closes?till=${own.body.report.till}`)).body
        .items,
      [own.body],
    );
  }));

Deno.test("/v1/sales-reports at an office takes a site", () =>
  withApi(async (api) => {
    refuses(await api.get("/v1/sales-reports"), 422, "invalid_argument");
    strictEqual((await api.get("/v1/sales-reports?site=cus")).status, 200);
    refuses(
      await api.get("/v1/sales-reports?site=CUS&till=x"),
      422,
      "request_invalid",
    );
  }, { node: { roles: ["office"] } }));

Deno.test("csvCell() makes no formula of what people write, and leaves numbers alone", () => {
  for (const sign of ["=", "+", "-", "@", "\t", "\r"]) {
    const cell = csvCell(`${sign}SUM(A1)`);
    ok(cell.startsWith("'") || cell.startsWith(`"'`), cell);
  }
  deepStrictEqual(
    [-5, "-5.50", "+5", "-", "-1-2", 'say "a"', "a\nb"].map(csvCell),
    ["-5", "-5.50", "'+5", "'-", "'-1-2", '"say ""a"""', '"a\nb"'],
  );
});
