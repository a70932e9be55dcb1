import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { refuses, withApi, withProduct } from "../native_api.ts";
import { withPeople } from "../people_api.ts";

const pen = (amount: string) => ({ amount, currency: "PEN" });

Deno.test("/v1/cash-sessions opens a drawer, moves cash, counts and closes it", () =>
  withApi(async (api) => {
    await withProduct(api, "honey");
    refuses(
      await api.get("/v1/cash-sessions/current"),
      404,
      "cash_session_unknown",
    );
    const opened = await api.post("/v1/cash-sessions", {
      till: "Caja 1",
      float: "50.00",
      by: { id: "7", name: "Rosa" },
    });
    strictEqual(opened.status, 201);
    const path = `/v1/cash-sessions/${opened.body.id}`;
    strictEqual(opened.headers.get("location"), path);
    refuses(
      await api.post("/v1/cash-sessions", { float: "1.00" }),
      409,
      "cash_session_open",
    );
    const sale = await api.post("/v1/sales", {
      lines: [{ product: "honey", quantity: 2 }],
      payments: [{ method: "cash", amount: "5.00" }],
    });
    strictEqual(sale.body.session, opened.body.id);
    const moved = await api.post("/v1/cash-sessions/current/moves", {
      direction: "out",
      amount: "20.50",
      reason: "bank",
    });
    deepStrictEqual(
      [moved.status, moved.body.expected],
      [201, [{ method: "cash", amount: pen("34.50") }]],
    );
    deepStrictEqual((await api.get(path)).body, moved.body);
    deepStrictEqual(
      (await api.get("/v1/cash-sessions/current")).body,
      moved.body,
    );
    const closing = {
      id: "01930f5e-8a5c-7cc1-9d3e-5f0f4b1d2c3a",
      counted: [{ method: "cash", amount: "34.00" }],
    };
    const closed = await api.post(`${path}/close`, closing);
    strictEqual(closed.status, 201);
    deepStrictEqual(closed.body.differences, [
      { method: "cash", amount: pen("-0.50") },
    ]);
    const again = await api.post(`${path}/close`, closing);
    deepStrictEqual([again.status, again.body], [200, closed.body]);
    refuses(
      await api.post(`${path}/moves`, {
        direction: "in",
        amount: "1.00",
        reason: "late",
      }),
      404,
      "cash_session_unknown",
    );
    const list = await api.get("/v1/cash-sessions?open=false");
    deepStrictEqual(list.body.items, [closed.body]);
    deepStrictEqual(
      (await api.get("/v1/cash-sessions?open=true")).body.items,
      [],
    );
  }));

Deno.test("/v1/cash-sessions refuses amounts that no drawer holds", () =>
  withApi(async (api) => {
    for (const float of ["-1.00", 5, "1e3", "99999999999999999.99"]) {
      refuses(
        await api.post("/v1/cash-sessions", { float }),
        422,
        "request_invalid",
      );
    }
    await api.post("/v1/cash-sessions", { float: "0.00" });
    refuses(
      await api.post("/v1/cash-sessions/current/moves", {
        direction: "in",
        amount: "0.00",
        reason: "nothing",
      }),
      422,
      "invalid_argument",
    );
    refuses(
      await api.post("/v1/cash-sessions/current/close", {
        counted: [{ method: "cash", amount: { amount: "1", currency: "USD" } }],
      }),
      422,
      "currency_mismatch",
    );
    refuses(
      await api.get("/v1/cash-sessions/01930f5e-8a5c-7cc1-9d3e-5f0f4b1d2c3a"),
      404,
      "cash_session_unknown",
    );
  }));

Deno.test("a drawer and its sales are those of who has signed in, whoever else is named", () =>
  withPeople(async (api) => {
    const headers = await api.as("supervisor");
    const cashier = await api.as("cashier");
    const rosa = { id: "7", name: "Rosa" };
    await api.post("/v1/products", {
      product: "honey",
      name: "Honey",
      price: "2.50",
      stock: 10,
    }, { headers });
    api.clock.advance(1);
    const opened = await api.post("/v1/cash-sessions", {
      float: "1.00",
      by: rosa,
    }, { headers: cashier });
    strictEqual(opened.body.openedBy.name, "The cashier");
    const line = { product: "honey", quantity: 1 };
    const sell = (fields: object, as = cashier) =>
      api.post("/v1/sales", { lines: [line], ...fields }, { headers: as });
    const sale = await sell({ seller: rosa });
    strictEqual(sale.body.seller.id, String(api.idOf("cashier")));
    for (
      const fields of [
        { discount: "0.50" },
        { lines: [{ ...line, discount: "0.50" }] },
        { lines: [{ ...line, price: "0.50" }] },
        { lines: [{ ...line, amount: "0.50" }] },
        { observation: true },
        {
          lines: [{ product: "honey", quantity: -1 }],
          returns: { sale: sale.body.id, reason: "broken" },
        },
      ]
    ) {
      refuses(await sell(fields), 403, "forbidden");
      strictEqual((await sell(fields, headers)).status, 201);
    }
  }));
