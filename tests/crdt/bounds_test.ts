import { ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import {
  containsLog,
  logFactId,
  parseBoundName,
  spaceOfBound,
  stockBound,
} from "../../crdt/bounds.ts";
import {
  type FactId,
  parseFactId,
  parseProductId,
  type ProductId,
  type SiteCode,
} from "../../crdt/ids.ts";

const ID = "00000000-0000-4000-8000-000000000001" as FactId;
const LOG = "0123456789abcdef0123456789abcdef";

Deno.test("stockBound() names a bound that parseBoundName() reads, whatever the product is called", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme", maxLength: 70 }), (text) => {
      const product = parseProductId(text);
      fc.pre(product !== undefined);
      const name = stockBound("CUS" as SiteCode, product as ProductId, ID);
      strictEqual(parseBoundName(name), name);
      strictEqual(spaceOfBound(name), "site:CUS");
    }),
  );
});

Deno.test("parseBoundName() reads accounts, cards, periods and tanks, and says where they stand", () => {
  const spaces = {
    "account:99": "company:99",
    "card:99/1234": "company:99",
    "card:99/1234/2026-11": "company:99",
    "tank:E03/1": "site:E03",
    "floor:99": "company:99",
    [`result:E03/${ID}`]: "site:E03",
  };
  for (const [name, space] of Object.entries(spaces)) {
    const bound = parseBoundName(name);
    ok(bound !== undefined, name);
    strictEqual(spaceOfBound(bound), space);
  }
});

Deno.test("parseBoundName() refuses what is no bound", () => {
  const wrong = [
    "",
    "account",
    "account:",
    "account:x",
    "account:99/1",
    "card:99",
    "card:99/1/2026",
    "tank:e03/1",
    "floor:",
    "floor:99/1",
    "result:E03",
    `result:e03/${ID}`,
    `result:E03/${ID.slice(1)}`,
    `result:E03/${ID}0`,
    "stock:CUS/honey",
    `stock:CUS//${ID}`,
    `stock:cus/honey/${ID}`,
    `stock:CUS/honey/${ID.toUpperCase()}x`,
    "toString:1",
    7,
    null,
  ];
  for (const text of wrong) strictEqual(parseBoundName(text), undefined);
});

Deno.test("parseBoundName() never throws", () => {
  fc.assert(fc.property(fc.string(), (text) => {
    const name = parseBoundName(text);
    if (name !== undefined) strictEqual(name, text);
  }));
});

Deno.test("logFactId() contains its log, is an id, and differs by log and request", () => {
  const other = "f".repeat(32);
  const id = logFactId(LOG, ID);
  strictEqual(parseFactId(id), id);
  ok(containsLog(id, LOG));
  ok(!containsLog(id, other));
  strictEqual(logFactId(LOG, ID), id);
  ok(logFactId(other, ID) !== id);
  ok(logFactId(LOG, "00000000-0000-4000-8000-000000000002" as FactId) !== id);
});
