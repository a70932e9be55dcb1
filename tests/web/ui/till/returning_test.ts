import { deepStrictEqual, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import type { Sale } from "../../../../web/ui/wire_types.ts";
import { decimalText } from "../../../../web/ui/base/amounts.ts";
import {
  refundOf,
  returnable,
  returnRequest,
} from "../../../../web/ui/till/returning.ts";
import { withApi, withProduct } from "../../native_api.ts";

const ID = "01930f5e-8a5c-7cc1-9d3e-5f0f4b1d2c3a";

Deno.test("refundOf() pays back what the node does, discounts shared out, return after return", () =>
  withApi(async (api) => {
    for (const product of ["honey", "bread"]) {
      await withProduct(api, product, { stock: 100_000 });
    }
    const line = fc.record({
      product: fc.constantFrom("honey", "bread"),
      quantity: fc.integer({ min: 1, max: 5 }),
      discount: fc.integer({ min: 0, max: 240 }),
    });
    const sold = fc.array(line, { minLength: 1, maxLength: 4 });
    const parts = fc.array(
      fc.tuple(
        fc.constantFrom("honey", "bread"),
        fc.integer({ min: 1, max: 3 }),
      ),
      { minLength: 1, maxLength: 5 },
    );
    await fc.assert(
      fc.asyncProperty(
        sold,
        parts,
        fc.integer({ min: 0, max: 200 }),
        async (lines, parts, discount) => {
          const { status, body: sale } = await api.post("/v1/sales", {
            lines: lines.map(({ discount, ...one }) => ({
              ...one,
              ...taken(discount),
            })),
            ...taken(discount),
          });
          fc.pre(status === 201);
          for (const [product, quantity] of parts) {
            await takeBack(api, sale, product, quantity);
          }
        },
      ),
      { numRuns: 25 },
    );
  }));

/** A discount in the node's form; none for nothing. */
function taken(cents: number): { readonly discount?: string } {
  return cents === 0 ? {} : { discount: (cents / 100).toFixed(2) };
}

async function takeBack(
  api: Parameters<Parameters<typeof withApi>[0]>[0],
  sale: Sale,
  product: string,
  quantity: number,
): Promise<void> {
  const returns: Sale[] =
    (await api.get(`/v1/sales/${sale.id}/returns`)).body.items;
  const left = returnable(sale, returns)
    .find((one) => one.product === product)?.left ?? 0;
  const quantities = new Map([[product, quantity]]);
  const refund = refundOf(sale, returns, quantities);
  const { id: _, ...body } = returnRequest(
    ID,
    { id: sale.id, reason: "broken" },
    {
      quantities,
      method: "cash",
      refund: refund.units === 0n ? "" : decimalText(refund),
      currency: sale.total.currency,
    },
  );
  const answer = await api.post("/v1/sales", body);
  strictEqual(answer.status, quantity <= left ? 201 : 409);
  if (answer.status === 409) strictEqual(answer.body.code, "return_exceeds");
}

Deno.test("returnRequest() gives back what was taken, below zero, and no payment of nothing", () => {
  const goods = {
    quantities: new Map([["honey", 2]]),
    method: "card",
    currency: "PEN",
  };
  const made = returnRequest(ID, { id: "sale", reason: "dañado" }, {
    ...goods,
    refund: "20.00",
  });

  deepStrictEqual(made, {
    id: ID,
    lines: [{ product: "honey", quantity: -2 }],
    returns: { sale: "sale", reason: "dañado" },
    payments: [{
      method: "card",
      amount: { amount: "-20.00", currency: "PEN" },
    }],
  });
  strictEqual(
    "payments" in returnRequest(ID, { id: "sale", reason: "x" }, {
      ...goods,
      refund: "",
    }),
    false,
  );
});
