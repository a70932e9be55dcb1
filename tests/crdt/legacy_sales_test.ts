import {
  deepStrictEqual,
  match,
  notStrictEqual,
  strictEqual,
} from "node:assert/strict";
import fc from "fast-check";
import {
  LEGACY_NUMBERS,
  legacyDays,
  legacySaleId,
  noteLegacySale,
  SHARED_RECEIPTS,
} from "../../crdt/legacy_sales.ts";
import type { SaleRecorded } from "../../crdt/goods_facts.ts";
import {
  type FactId,
  type ProductId,
  type SiteCode,
  timedFactId,
} from "../../crdt/ids.ts";
import { parseFact } from "../../crdt/facts.ts";
import { MemoryRows } from "../support/memory_rows.ts";

const ABA = "ABA" as SiteCode;

function sale(
  number: number,
  change: Partial<SaleRecorded> = {},
): SaleRecorded {
  return {
    type: "SaleRecorded",
    id: "00000000-0000-7000-8000-000000000000" as FactId,
    at: 1_741_129_510_317_000,
    site: ABA,
    date: "2025-03-04",
    receipt: `ABA-20250304-${String(number).padStart(3, "0")}`,
    currency: "PEN",
    exponent: 2,
    lines: [{
      product: "p" as ProductId,
      name: "Pan",
      quantity: 1,
      amount: 100,
      price: 100,
    }, {
      product: "q" as ProductId,
      name: "Sal",
      quantity: 2,
      amount: 300,
      price: 150,
    }],
    total: 400,
    legacy: { system: "branch-sync", wall: "2025-03-04T18:05:10" },
    observation: true,
    ...change,
  };
}

Deno.test("C-19: legacySaleId() is the same for what the page compares alike", () => {
  const id = legacySaleId(sale(1));
  match(
    id,
    /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
  );
  strictEqual(typeof parseFact({ ...sale(1), id }), "object");
  const { lines } = sale(1);
  const alike: Partial<SaleRecorded>[] = [
    { lines: lines.toReversed() },
    { lines: lines.map((line) => ({ ...line, name: "x" })) },
    { seller: { id: "ABA:9", name: "x" } },
    { at: 1_741_129_510_000_000 },
    { customer: { name: "x", document: "" } },
  ];
  for (const change of alike) strictEqual(legacySaleId(sale(1, change)), id);
  const others: Partial<SaleRecorded>[] = [
    { total: 401 },
    { site: "CUS" as SiteCode },
    { receipt: "ABA-20250304-002" },
    { legacy: { system: "branch-sync", wall: "2025-03-04T18:05:11" } },
    { lines: lines.slice(1) },
    { lines: lines.map((line) => ({ ...line, quantity: 3 })) },
    { lines: lines.map((line) => ({ ...line, measured: true as const })) },
  ];
  for (const change of others) {
    notStrictEqual(legacySaleId(sale(1, change)), id);
  }
});

Deno.test("timedFactId() sorts by the second", () => {
  fc.assert(fc.property(
    fc.nat({ max: 4_000_000_000 }),
    fc.nat({ max: 4_000_000_000 }),
    fc.string(),
    (one, other, text) => {
      const [a, b] = [one, other].map((second) =>
        timedFactId(second * 1_000_000 + 7, [text])
      );
      if (one !== other) strictEqual((a ?? "") < (b ?? ""), one < other);
    },
  ));
});

Deno.test("C-10: numbers that came are those of the day, and gone ones are gone", () => {
  const numbers = fc.uniqueArray(fc.integer({ min: 0, max: 99_999 }), {
    maxLength: 40,
  });
  fc.assert(fc.property(numbers, numbers, (come, goes) => {
    const rows = new MemoryRows();
    for (const number of come) {
      noteLegacySale(rows, sale(number), { sign: 1, shared: false });
    }
    const gone = goes.filter((number) => come.includes(number));
    for (const number of gone) {
      noteLegacySale(rows, sale(number), { sign: -1, shared: false });
    }
    const left = come.filter((number) => !gone.includes(number))
      .toSorted((a, b) => a - b);
    deepStrictEqual(
      legacyDays(rows, ABA, "20250101"),
      left.length === 0 ? [] : [{ date: "20250304", numbers: left }],
    );
  }));
});

Deno.test("noteLegacySale() lets large numbers be, and counts those beyond the first", () => {
  const rows = new MemoryRows();
  noteLegacySale(rows, sale(100_000), { sign: 1, shared: false });
  strictEqual(rows.count(LEGACY_NUMBERS), 0);
  noteLegacySale(rows, sale(1), { sign: 1, shared: true });
  noteLegacySale(rows, sale(1), { sign: 1, shared: true });
  strictEqual(rows.scan(SHARED_RECEIPTS)[0]?.["count"], 2);
  noteLegacySale(rows, sale(1), { sign: -1, shared: true });
  noteLegacySale(rows, sale(1), { sign: -1, shared: true });
  strictEqual(rows.count(SHARED_RECEIPTS), 0);
});

Deno.test("legacyDays() begins at a date", () => {
  const rows = new MemoryRows();
  for (const day of ["20250303", "20250304"]) {
    const receipt = `ABA-${day}-001`;
    noteLegacySale(rows, sale(1, { receipt }), { sign: 1, shared: false });
  }
  const dates = legacyDays(rows, ABA, "20250304").map(({ date }) => date);
  deepStrictEqual(dates, ["20250304"]);
});
