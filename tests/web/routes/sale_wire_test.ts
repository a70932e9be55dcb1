import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { refuses, withApi, withProduct } from "../native_api.ts";

const pen = (amount: string) => ({ amount, currency: "PEN" });

Deno.test("POST /v1/sales takes discounts, payments, seller and customer, and GET shows them", () =>
  withApi(async (api) => {
    await withProduct(api, "honey");
    await withProduct(api, "rice", {
      price: "4.55",
      details: { unit: "kg" },
      stock: 9000,
    });
    const terms = {
      seller: { id: "7", name: "Rosa" },
      customer: { name: "José", document: "10456789012" },
    };
    const answer = await api.post("/v1/sales", {
      ...terms,
      lines: [
        { product: "honey", quantity: 2, discount: "0.50" },
        { product: "rice", quantity: 1234 },
      ],
      discount: "0.25",
      payments: [
        { method: "cash", amount: "9.61" },
        { method: "card", amount: { amount: "0.25", currency: "PEN" } },
      ],
    });
    strictEqual(answer.status, 201, JSON.stringify(answer.body));
    const { body } = answer;
    deepStrictEqual(body.lines[0].discount, pen("0.50"));
    deepStrictEqual(
      [body.lines[1].measured, body.lines[1].amount],
      [true, pen("5.61")],
    );
    deepStrictEqual([body.discount, body.total], [pen("0.25"), pen("9.86")]);
    deepStrictEqual(body.payments, [
      { method: "cash", amount: pen("9.61") },
      { method: "card", amount: pen("0.25") },
    ]);
    deepStrictEqual([body.seller, body.customer], [
      terms.seller,
      terms.customer,
    ]);
    deepStrictEqual((await api.get(`/v1/sales/${body.id}`)).body, body);
  }));

Deno.test("POST /v1/sales refuses payments, discounts and returns that do not add up", () =>
  withApi(async (api) => {
    await withProduct(api, "honey");
    const post = (fields: object) =>
      api.post("/v1/sales", {
        lines: [{ product: "honey", quantity: 1 }],
        ...fields,
      });
    const cash = (amount: string) => ({
      payments: [{ method: "cash", amount }],
    });
    refuses(await post(cash("2.49")), 422, "payment_invalid");
    refuses(await post(cash("-2.50")), 422, "payment_invalid");
    refuses(await post({ discount: "2.51" }), 422, "discount_invalid");
    const { body: sale } = await post({});
    const returned = (quantity: number, fields = {}) =>
      post({
        lines: [{ product: "honey", quantity, ...fields }],
        returns: { sale: sale.id, reason: "broken" },
      });
    refuses(await returned(1), 422, "request_invalid");
    refuses(await returned(-2), 409, "return_exceeds");
    refuses(await returned(-1, { price: "9.00" }), 422, "invalid_argument");
    refuses(
      await post({ lines: [{ product: "honey", quantity: -1 }] }),
      422,
      "request_invalid",
    );
    const back = await returned(-1);
    deepStrictEqual(
      [back.status, back.body.total, back.body.returns],
      [201, pen("-2.50"), { sale: sale.id, reason: "broken" }],
    );
    refuses(
      await api.post(`/v1/sales/${sale.id}/void`, { reason: "wrong" }),
      409,
      "sale_returned",
    );
    const voided = await api.post(`/v1/sales/${back.body.id}/void`, {
      reason: "wrong",
      by: { id: "7", name: "Rosa" },
    });
    strictEqual(voided.status, 201);
    const { body: fact } = await api.get(`/v1/facts/${voided.body.fact}`);
    deepStrictEqual(fact.items[0].fact.by, { id: "7", name: "Rosa" });
  }));
