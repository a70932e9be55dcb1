import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { refuses, withApi, withProduct } from "../native_api.ts";

Deno.test("GET /v1/sales/{id}/receipt answers text, or a page that can do nothing", () =>
  withApi(async (api) => {
    await withProduct(api, "honey", { name: "<b>Honey</b>" });
    await api.put("/v1/settings/business", { name: "Bodega & Hijos" });
    const { body: sale } = await api.post("/v1/sales", {
      lines: [{ product: "honey", quantity: 2 }],
    });
    const path = `/v1/sales/${sale.id}/receipt`;
    const text = await api.request(`${path}?received=10.00`);
    strictEqual(text.headers.get("content-type"), "text/plain; charset=utf-8");
    const lines = (await text.text()).split("\n");
    match(lines[0] ?? "", /^ +Bodega & Hijos$/);
    ok(lines.includes("<b>Honey</b>"));
    ok(lines.some((line) => /^Vuelto +5\.00$/.test(line)));
    for (
      const [query, accept] of [["?format=html", "*/*"], [
        "",
        "text/html,*/*;q=0.8",
      ]] as const
    ) {
      const page = await api.request(`${path}${query}`, {
        headers: { accept },
      });
      strictEqual(page.headers.get("content-type"), "text/html; charset=utf-8");
      match(
        page.headers.get("content-security-policy") ?? "",
        /default-src 'none'/,
      );
      const html = await page.text();
      ok(html.includes("Bodega &amp; Hijos"));
      ok(html.includes("&lt;b&gt;Honey&lt;/b&gt;"));
    }
    const wanted = await api.request(`${path}?format=text`, {
      headers: { accept: "text/html" },
    });
    match(wanted.headers.get("content-type") ?? "", /^text\/plain/);
    await wanted.body?.cancel();
    refuses(
      await api.get(`${path}?received=4.99`),
      422,
      "payment_invalid",
    );
    refuses(
      await api.get(
        "/v1/sales/01930f5e-8a5c-7cc1-9d3e-5f0f4b1d2c3a/receipt",
      ),
      404,
      "sale_unknown",
    );
    refuses(await api.get(`${path}?format=pdf`), 422, "request_invalid");
  }));

Deno.test("/v1/settings/business sets what receipts say, for a site and for the mesh", () =>
  withApi(async (api) => {
    const empty = { name: "", ruc: "", address: "", phone: "" };
    deepStrictEqual((await api.get("/v1/settings/business")).body, empty);
    await api.put("/v1/settings/business", {
      scope: "mesh",
      name: "Cadena",
      ruc: "20123456789",
    });
    const own = await api.put("/v1/settings/business", {
      name: "Cadena Cusco",
      address: "Av. El Sol 123",
    });
    const site = {
      name: "Cadena Cusco",
      ruc: "20123456789",
      address: "Av. El Sol 123",
      phone: "",
    };
    deepStrictEqual([own.status, own.body], [200, site]);
    deepStrictEqual((await api.get("/v1/settings/business")).body, site);
    deepStrictEqual(
      (await api.get("/v1/settings/business?site=LIM")).body,
      { ...empty, name: "Cadena", ruc: "20123456789" },
    );
    refuses(
      await api.put("/v1/settings/business", { name: "a\u0000" }),
      422,
      "request_invalid",
    );
  }));

Deno.test("GET /v1/sales?receipt= finds the sale that a customer brings", () =>
  withApi(async (api) => {
    await withProduct(api, "honey");
    const sell = () =>
      api.post("/v1/sales", { lines: [{ product: "honey", quantity: 1 }] });
    const { body: sale } = await sell();
    await sell();
    const found = await api.get(`/v1/sales?receipt=${sale.receipt}`);
    deepStrictEqual(found.body, { items: [sale], total: 1, next: null });
    deepStrictEqual(
      (await api.get(`/v1/sales?receipt=${sale.receipt}&site=LIM`)).body.items,
      [],
    );
    refuses(
      await api.get(`/v1/sales?receipt=${sale.receipt}&cursor=x`),
      422,
      "request_invalid",
    );
  }));
