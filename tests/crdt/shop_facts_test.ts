import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { contentOf, type Fact, parseFact } from "../../crdt/facts.ts";
import { HEARD_MAX, REPORTED_LINES_MAX } from "../../crdt/shop_facts.ts";
import { PAYMENTS_MAX } from "../../crdt/tender.ts";
import { idOf } from "../support/facts.ts";
import { SHOP_SAMPLES } from "../support/shop_samples.ts";

function sample<T extends Fact["type"]>(type: T) {
  const found = SHOP_SAMPLES.find((fact) => fact.type === type);
  ok(found !== undefined);
  return found as Extract<Fact, { type: T }>;
}

const malformed = (fact: object, fields: Record<string, unknown>) =>
  strictEqual(
    parseFact({ ...fact, ...fields }),
    "malformed",
    JSON.stringify(fields),
  );
const fine = (fact: object, fields: Record<string, unknown>) =>
  ok(
    typeof parseFact({ ...fact, ...fields }) !== "string",
    JSON.stringify(fields),
  );

Deno.test("parseFact() refuses cash that moves nowhere, and a drawer that owes", () => {
  for (const amount of [0, -1, 0.5]) malformed(sample("CashMoved"), { amount });
  malformed(sample("CashMoved"), { direction: "sideways" });
  malformed(sample("CashSessionOpened"), { float: -1 });
  fine(sample("CashSessionOpened"), { float: 0 });
});

Deno.test("parseFact() refuses a method of payment that stands twice, or is no word", () => {
  const count = sample("CashSessionClosed");
  const cash = { method: "cash", amount: 1 };
  malformed(count, { counted: [cash, cash] });
  for (const method of ["", "Cash", "7", "a b", "a".repeat(33)]) {
    malformed(count, { counted: [{ method, amount: 1 }] });
  }
  const many = (length: number) =>
    Array.from({ length }, (_, i) => ({ method: `m${i}`, amount: 1 }));
  fine(count, { counted: many(PAYMENTS_MAX) });
  malformed(count, { counted: many(PAYMENTS_MAX + 1) });
});

Deno.test("parseFact() refuses a report that names a product twice, none, or too many", () => {
  const report = sample("StockReported");
  const lines = (length: number) =>
    Array.from({ length }, (_, i) => ({ product: `${i}`, stock: -1 }));
  fine(report, { lines: lines(REPORTED_LINES_MAX) });
  malformed(report, { lines: lines(REPORTED_LINES_MAX + 1) });
  malformed(report, { lines: [] });
  malformed(report, { lines: [...lines(1), ...lines(1)] });
  malformed(report, { lines: [{ product: "1", stock: 1.5 }] });
});

Deno.test("parseFact() refuses a close without a digest, or with members that are none", () => {
  const close = sample("SalesClosed");
  for (const digest of ["", "0".repeat(63), "G".repeat(64)]) {
    malformed(close, { digest });
  }
  const peers = (length: number) =>
    Array.from({ length }, () => "1".repeat(50));
  fine(close, { heard: peers(HEARD_MAX) });
  malformed(close, { heard: peers(HEARD_MAX + 1) });
  malformed(close, { unheard: ["0"] });
});

Deno.test("parseFact() refuses an act that is no stable word", () => {
  for (const act of ["", "Deleted", "user created", "1st"]) {
    malformed(sample("ActRecorded"), { act });
  }
});

Deno.test("contentOf() of a shop's fact is what its caller said, not what the node worked out", () => {
  const same: readonly [Fact["type"], Record<string, unknown>][] = [
    ["CashSessionOpened", { at: 9, date: "2026-02-02" }],
    ["CashMoved", { at: 9, date: "2026-02-02" }],
    ["CashSessionClosed", { at: 9, expected: [] }],
    ["SalesClosed", {
      at: 9,
      digest: "1".repeat(64),
      count: 7,
      amount: 7,
      unheard: [],
    }],
    ["StockReported", { at: 9 }],
    ["ActRecorded", { at: 9, by: { id: "7", name: "another" } }],
  ];
  const other: readonly [Fact["type"], Record<string, unknown>][] = [
    ["CashSessionOpened", { float: 1 }],
    ["CashMoved", { direction: "out" }],
    ["CashMoved", { session: idOf("other") }],
    ["CashSessionClosed", { counted: [] }],
    ["SalesClosed", { covers: [] }],
    ["SalesClosed", { till: undefined }],
    ["StockReported", { version: 1 }],
    ["StockReported", { lines: [{ product: "1", stock: 9 }] }],
    ["ActRecorded", { subject: "user/8" }],
  ];
  const content = ([type, fields]: (typeof same)[number]) => {
    const fact = sample(type);
    return [
      contentOf({ ...fact, ...fields } as Fact),
      contentOf(fact),
    ] as const;
  };
  for (const one of same) strictEqual(...content(one));
  for (const one of other) {
    const [changed, before] = content(one);
    ok(changed !== before, JSON.stringify(one));
  }
  deepStrictEqual(
    new Set(SHOP_SAMPLES.map(contentOf)).size,
    SHOP_SAMPLES.length,
  );
});
