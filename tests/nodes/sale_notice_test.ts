import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import type {
  FactId,
  LogId,
  ProductId,
  SaleRecorded,
  SiteCode,
} from "../../crdt/mod.ts";
import { defaultBranchId, noticesOfSale } from "../../nodes/sale_notice.ts";

const ORIGIN = {
  branchId: "norte-2",
  timezone: "America/Lima",
  sameTime: false,
};

function sale(
  lines:
    readonly (readonly [product: string, quantity: number, units: number])[],
  exponent = 2,
): SaleRecorded {
  return {
    type: "SaleRecorded",
    id: "01930f5e-8a5c-7cc1-9d3e-5f0f4b1d2c3a" as FactId,
    at: Date.UTC(2025, 9, 1, 14, 30, 15) * 1000 + 42_317,
    site: "CUS" as SiteCode,
    date: "2025-10-01",
    receipt: "CUS-20251001-48213001",
    currency: "PEN",
    exponent,
    lines: lines.map(([product, quantity, amount]) => ({
      product: product as ProductId,
      name: product,
      quantity,
      amount,
    })),
    total: lines.reduce((sum, [, , amount]) => sum + amount, 0),
  };
}

Deno.test("noticesOfSale() writes the union of all releases' fields, the first release's first", () => {
  const [notice] = noticesOfSale(sale([["1", 2, 500]]), ORIGIN);
  strictEqual(
    notice?.body,
    '{"branch_id":"norte-2","product_id":1,"quantity_sold":2,"timestamp":"2025-10-01T09:30:15.042317","sale_price":5.0,"total_amount":5.0,"money_received":5.0,"change":0.0,"sale_id":"norte-2_2025-10-01T09:30:15.042317"}',
  );
});

Deno.test("noticesOfSale() gives each line an id of its own, also for sales of one instant", () => {
  const lines = sale([["1", 1, 250], ["2", 1, 180]]);
  const bodies = [ORIGIN, { ...ORIGIN, sameTime: true }].flatMap((origin) =>
    noticesOfSale(lines, origin)
  ).map(({ body }) => JSON.parse(body ?? "")["sale_id"]);
  strictEqual(new Set(bodies).size, 4);
});

Deno.test("noticesOfSale() has no body for a product that is no whole number", () => {
  for (const product of ["honey", "007", "1.5", "1e3", "9007199254740993"]) {
    const [notice] = noticesOfSale(sale([[product, 1, 250]]), ORIGIN);
    strictEqual(notice?.body, undefined);
    ok(notice?.problem.includes(product));
  }
});

Deno.test("noticesOfSale() writes every amount as the nearest double with a point or an exponent", () => {
  fc.assert(
    fc.property(fc.maxSafeInteger(), fc.nat({ max: 9 }), (units, exponent) => {
      const [notice] = noticesOfSale(sale([["1", 1, units]], exponent), ORIGIN);
      const text = /"sale_price":([^,]+),/.exec(notice?.body ?? "")?.[1] ?? "";
      strictEqual(Number(text), Number(`${units}e-${exponent}`));
      ok(/[.e]/.test(text));
      deepStrictEqual(JSON.parse(notice?.body ?? "")["quantity_sold"], 1);
    }),
  );
});

Deno.test("defaultBranchId() is the site and the digits of the log's receipts", () => {
  strictEqual(defaultBranchId("CUS" as SiteCode, undefined), "CUS");
  strictEqual(
    defaultBranchId("CUS" as SiteCode, "0000000a".padEnd(32, "0") as LogId),
    "CUS-00010",
  );
});
