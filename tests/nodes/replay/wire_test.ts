import { deepStrictEqual, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import type { FactId, ProductId } from "../../../crdt/mod.ts";
import type { FileSale } from "../../../nodes/replay/sales.ts";
import {
  instantText,
  readPostAnswer,
  readSite,
  readTotals,
  readTotalsPage,
  saleBody,
} from "../../../nodes/replay/wire.ts";

const SALE: FileSale = {
  id: "015957a4-b800-8000-8000-000000000000" as FactId,
  store: "367",
  at: 1_483_273_827_000_000,
  lines: [{
    row: 1,
    store: "367",
    basket: "1",
    product: "819255" as ProductId,
    quantity: 2,
    amount: { units: 398, currency: "USD", exponent: 2 },
    at: 1_483_273_827_000_000,
  }],
};

Deno.test("saleBody() is an observation with decimal text, and with a currency only where one is named", () => {
  const body = {
    id: SALE.id,
    lines: [{ product: "819255", quantity: 2, amount: "3.98" }],
    at: "2017-01-01T12:30:27.000000Z",
    observation: true,
  };
  deepStrictEqual(JSON.parse(saleBody(SALE)), body);
  deepStrictEqual(JSON.parse(saleBody(SALE, "USD")).lines, [{
    product: "819255",
    quantity: 2,
    amount: { amount: "3.98", currency: "USD" },
  }]);
});

Deno.test("instantText() writes instants that read back", () => {
  fc.assert(fc.property(
    fc.integer({ min: 0, max: 7_000_000_000_000_000 }),
    (micros) => {
      const read = Temporal.Instant.from(instantText(micros));
      strictEqual(read.epochNanoseconds, BigInt(micros) * 1000n);
    },
  ));
});

Deno.test("readPostAnswer() tells new, repeated, refused and not now apart", () => {
  const read = (status: number, body = "", retryAfter: string | null = null) =>
    readPostAnswer({ status, body, retryAfter });
  deepStrictEqual(read(201), { kind: "accepted" });
  deepStrictEqual(read(200), { kind: "duplicate" });
  deepStrictEqual(
    read(409, '{"code":"id_reused","detail":"Other content","status":409}'),
    { kind: "refused", reason: "id_reused", detail: "Other content" },
  );
  deepStrictEqual(read(404, "<html>"), { kind: "refused", reason: "http_404" });
  deepStrictEqual(read(503, '{"code":"overloaded"}', "2"), {
    kind: "retry",
    reason: "overloaded",
    afterMs: 2000,
  });
  deepStrictEqual(read(502, "", "soon"), { kind: "retry", reason: "http_502" });
});

Deno.test("readTotalsPage() sums money up exactly and refuses what is no page", () => {
  const page = readTotalsPage({
    items: [{
      site: "CUS",
      date: null,
      product: "p",
      count: 2,
      units: 3,
      amounts: [
        { amount: "0.10", currency: "USD" },
        { amount: "0.205", currency: "USD" },
      ],
    }],
    total: 1,
    next: "abc",
  });
  deepStrictEqual(page, {
    rows: [{
      product: "p",
      count: 2,
      units: 3,
      nanos: 305_000_000n,
      currencies: ["USD", "USD"],
    }],
    next: "abc",
  });
  for (
    const value of [
      undefined,
      {},
      { items: [{}], next: null },
      {
        items: [{
          site: "A",
          count: 1,
          units: 1,
          amounts: [{ amount: "x", currency: "USD" }],
        }],
      },
    ]
  ) strictEqual(readTotalsPage(value), undefined);
});

Deno.test("readTotals() and readSite() refuse what no node says", () => {
  fc.assert(fc.property(fc.anything(), (value) => {
    readTotals(value);
    readSite(value);
    readTotalsPage(value);
  }));
  strictEqual(readSite({ site: null }), null);
  strictEqual(readSite({ site: "CUS", status: "ok" }), "CUS");
  strictEqual(readSite({ status: "ok" }), undefined);
});
