import {
  deepStrictEqual,
  notStrictEqual,
  ok,
  strictEqual,
} from "node:assert/strict";
import fc from "fast-check";
import {
  belongsTo,
  contentDigest,
  contentOf,
  documentOf,
  type Fact,
  parseFact,
} from "../../crdt/facts.ts";
import { TEXT_LENGTH_MAX } from "../../crdt/fact_fields.ts";
import { LEGACY_LINES_MAX, LINES_MAX } from "../../crdt/goods_facts.ts";
import type { SpaceId } from "../../crdt/ids.ts";
import { captureId, RIGHTS_AMOUNT_MAX } from "../../crdt/rights_facts.ts";
import { idOf, makeFact, makeLegacySale, makeSale } from "../support/facts.ts";
import { CHARGING_SAMPLES } from "../support/charging_samples.ts";
import { FLEET_SAMPLES } from "../support/fleet_samples.ts";
import { SHOP_SAMPLES } from "../support/shop_samples.ts";

const SITE = "site:CUS" as SpaceId;
const MESH = "mesh" as SpaceId;
const date = "2026-01-01";
const samples: readonly Fact[] = [
  makeSale("sale"),
  makeFact("SaleVoided", {
    id: idOf("void"),
    site: "CUS",
    date,
    sale: idOf("sale"),
    content: contentDigest(makeSale("sale")),
    reason: "",
  }),
  makeFact("StockReceived", {
    id: idOf("receipt"),
    site: "CUS",
    date,
    lines: [{ product: "1", quantity: 1 }],
  }),
  makeFact("StockCounted", {
    id: idOf("count"),
    site: "CUS",
    date,
    product: "1",
    counted: 1,
    difference: 1,
  }),
  makeFact("ProductChanged", {
    id: idOf("name"),
    scope: "site:CUS",
    product: "1",
    field: "name",
    value: "honey",
    over: [],
  }),
  makeFact("ProductRemoved", {
    id: idOf("removal"),
    scope: "mesh",
    product: "1",
    over: [],
  }),
  makeFact("PriceChanged", {
    id: idOf("price"),
    scope: "mesh",
    product: "1",
    price: 250,
    currency: "PEN",
    exponent: 2,
    effectiveAt: 0,
    over: [],
  }),
  makeFact("NoticeReceived", {
    id: idOf("notice"),
    date,
    branch: "b",
    product: "1",
    name: null,
    price: null,
    quantity: 1,
    amount: 100,
    currency: "PEN",
    exponent: 2,
    amountText: "1.00",
    timestamp: "t",
    source: "http",
    known: true,
  }),
  makeFact("IncidentAcknowledged", {
    id: idOf("seen"),
    incident: "i",
    note: "",
  }),
  makeFact("AuthorityStated", {
    id: idOf("stated"),
    statement: { kind: "issuer", company: "42", log: "a".repeat(32) },
    chain: "",
    signature: "0".repeat(128),
  }),
  ...SHOP_SAMPLES,
  ...FLEET_SAMPLES,
  ...CHARGING_SAMPLES,
];

Deno.test("parseFact() reads every kind back from its JSON", () => {
  for (const fact of samples) {
    deepStrictEqual(parseFact(JSON.parse(JSON.stringify(fact))), fact);
  }
});

Deno.test("parseFact() sets aside unknown kinds and unknown fields", () => {
  for (const fact of samples) {
    strictEqual(parseFact({ ...fact, type: "SomethingNew" }), "unknown_type");
    strictEqual(parseFact({ ...fact, more: 1 }), "malformed");
  }
  for (const type of ["constructor", "__proto__", "toString"]) {
    strictEqual(parseFact({ type }), "unknown_type");
  }
});

Deno.test("parseFact() never throws, and refuses any field of another form", () => {
  const fields = samples.flatMap((fact) =>
    Object.keys(fact).filter((field) => field !== "type")
      .map((field) => ({ fact, field }))
  );
  fc.assert(
    fc.property(fc.constantFrom(...fields), fc.anything(), (at, value) => {
      const { fact, field } = at;
      const parsed = parseFact({ ...fact, [field]: value });
      if (typeof parsed === "string") return;
      // What is taken can be written and read again.
      const text = JSON.stringify(parsed);
      strictEqual(JSON.stringify(parseFact(JSON.parse(text))), text);
    }),
    { numRuns: 2000 },
  );
  fc.assert(fc.property(fc.anything(), (value) => {
    strictEqual(typeof parseFact(value), "string");
  }));
});

Deno.test("parseFact() refuses text and numbers that some store cannot hold", () => {
  const [note] = samples.filter(({ type }) => type === "IncidentAcknowledged");
  const texts = ["a\u0000b", "\ud800", "x".repeat(TEXT_LENGTH_MAX + 1), 7];
  for (const text of texts) {
    strictEqual(parseFact({ ...note, note: text }), "malformed");
  }
  ok(
    typeof parseFact({ ...note, note: "x".repeat(TEXT_LENGTH_MAX) }) !==
      "string",
  );
  for (const at of [0.5, 2 ** 53, NaN, Infinity, "0"]) {
    strictEqual(parseFact({ ...note, at }), "malformed");
  }
  strictEqual(parseFact({ ...note, id: note?.id.toUpperCase() }), "malformed");
});

Deno.test("parseFact() refuses a sale whose lines are not its total", () => {
  const sale = makeSale("s");
  strictEqual(parseFact({ ...sale, total: 11 }), "malformed");
  const [line] = sale.lines;
  const most = { ...line, amount: Number.MAX_SAFE_INTEGER };
  const lines = [most, most, { ...most, amount: -most.amount }];
  strictEqual(parseFact({ ...sale, lines, total: most.amount }), "malformed");
  strictEqual(parseFact({ ...sale, lines: [], total: 0 }), "malformed");
  const many = Array.from({ length: LINES_MAX + 1 }, () => line);
  strictEqual(
    parseFact({ ...sale, lines: many, total: 10 * many.length }),
    "malformed",
  );
});

Deno.test("documentOf() and belongsTo() give every kind its place", () => {
  const places = samples.map((fact) => [
    fact.type,
    documentOf(fact)?.doc ?? "journal",
    belongsTo(fact, SITE),
    belongsTo(fact, MESH),
    belongsTo(fact, "site:LIM" as SpaceId),
  ]);
  deepStrictEqual(places, [
    ["SaleRecorded", "journal", true, false, false],
    ["SaleVoided", "journal", true, false, false],
    ["StockReceived", "journal", true, false, false],
    ["StockCounted", "journal", true, false, false],
    ["ProductChanged", "catalog/site:CUS", true, false, false],
    ["ProductRemoved", "catalog/mesh", false, true, false],
    ["PriceChanged", "prices/mesh", false, true, false],
    ["NoticeReceived", "journal", false, true, false],
    ["IncidentAcknowledged", "journal", true, true, true],
    ["AuthorityStated", "directory/mesh", false, true, false],
    ["SaleRecorded", "journal", true, false, false],
    ["SaleRecorded", "journal", true, false, false],
    ["SaleRecorded", "journal", true, false, false],
    ["SaleVoided", "journal", true, false, false],
    ["CashSessionOpened", "journal", true, false, false],
    ["CashMoved", "journal", true, false, false],
    ["CashSessionClosed", "journal", true, false, false],
    ["SalesClosed", "journal", true, false, false],
    ["StockReported", "journal", true, false, false],
    ["ActRecorded", "journal", true, true, true],
    ["ProductChanged", "catalog/site:CUS", true, false, false],
    ["CardRegistered", "journal", false, false, false],
    ["ExpenseDecided", "journal", false, false, false],
    ["ExpenseDecided", "journal", false, false, false],
    ["VerdictConfirmed", "journal", false, false, false],
    ["FloorCovered", "journal", false, false, false],
    ["CardResultKept", "journal", true, false, false],
    ["FleetSettled", "journal", false, false, false],
    ...CHARGING_SAMPLES.map((
      { type },
    ) => [type, "journal", true, false, false]),
  ]);
  const master = makeFact("StockReceived", {
    id: idOf("m"),
    site: "MASTER",
    date,
    lines: [{ product: "1", quantity: 1 }],
  });
  deepStrictEqual([belongsTo(master, MESH), belongsTo(master, SITE)], [
    true,
    false,
  ]);
});

Deno.test("contentOf() is what the caller sent, not what the node added", () => {
  const sale = makeSale("s");
  const same: Partial<typeof sale>[] = [
    { at: 9 },
    { receipt: "CUS-20260101-00009999" },
    { date: "2026-01-02" },
    { id: idOf("other") },
  ];
  for (const fields of same) {
    strictEqual(contentOf({ ...sale, ...fields }), contentOf(sale));
  }
  const [line] = sale.lines;
  ok(line !== undefined);
  strictEqual(
    contentOf({ ...sale, lines: [{ ...line, amount: 5, name: "x" }] }),
    contentOf(sale),
  );
  const others: Partial<typeof sale>[] = [
    { note: "n" },
    { observation: true },
    { currency: "CLP" },
    { lines: [{ ...line, quantity: 2 }] },
    { lines: [line, line] },
    { lines: [{ ...line, given: "amount" }] },
  ];
  for (const fields of others) {
    notStrictEqual(contentOf({ ...sale, ...fields }), contentOf(sale));
  }
});

Deno.test("contentOf() does not depend on the scale at which an amount is held", () => {
  const at = (exponent: number, units: number) => {
    const lines = [{
      product: "1",
      name: "",
      quantity: 1,
      amount: units,
      price: units,
      given: "both",
    }];
    return contentOf(makeSale("s", { exponent, lines, total: units }));
  };
  strictEqual(at(2, 250), at(3, 2500));
  notStrictEqual(at(2, 250), at(3, 250));
  strictEqual(at(0, 0), at(9, 0));
});

Deno.test("C-19: contentOf() of a sale of an original branch is what tells a resend from another sale", () => {
  const line = (fields = {}) => ({
    product: "1",
    name: "",
    quantity: 2,
    amount: 10,
    price: 5,
    ...fields,
  });
  const lines = [line(), line({ product: "2" })];
  const legacy = { system: "branch-sync", wall: "2026-01-01T10:00:00" };
  const sale = makeLegacySale("s", { lines, total: 20 });
  const content = (fields: Readonly<Record<string, unknown>>) =>
    contentOf(makeLegacySale("t", { lines, total: 20, ...fields }));
  const same = [
    { at: 9, date: "2026-01-02" },
    { lines: lines.toReversed() },
    { lines: lines.map((one) => ({ ...one, name: "other" })) },
    { seller: { id: "CUS:1", name: "x" }, offset: -300 },
    { customer: { name: "x", document: "" } },
    { legacy: { ...legacy, lineKeys: ["a", "b"], clockDoubt: true } },
  ];
  for (const fields of same) strictEqual(content(fields), contentOf(sale));
  const others = [
    { receipt: "CUS-20260101-002" },
    { total: 21 },
    { lines: [...lines, line()] },
    { lines: [line(), line()] },
    { lines: [line({ quantity: 3 }), line({ product: "2" })] },
    { lines: [line({ price: 6 }), line({ product: "2" })] },
    { lines: [line({ amount: 11 }), line({ product: "2" })] },
    { legacy: { ...legacy, wall: "2026-01-01T10:00:01" } },
  ];
  for (const fields of others) {
    notStrictEqual(content(fields), contentOf(sale), JSON.stringify(fields));
  }
});

Deno.test("contentOf() of a sale with terms is another than without, and a plain sale's is what it always was", () => {
  const lines = [1, 2].map((product) => ({
    product: `${product}`,
    name: "",
    quantity: 2,
    amount: 10,
    given: "amount",
  }));
  const plain = makeSale("s", { lines, total: 20 });
  strictEqual(
    contentOf(plain),
    '[["SaleRecorded"],"PEN",[["1",2,null,"1e-1"],["2",2,null,"1e-1"]],null,false]',
  );
  const contents = [
    {},
    { discount: 1, total: 19 },
    { payments: [{ method: "cash", amount: 20 }] },
    { payments: [{ method: "card", amount: 20 }] },
    { customer: { name: "", document: "" } },
    {
      returns: {
        sale: idOf("sold"),
        content: "0".repeat(16),
        reason: "",
      },
    },
    { lines: lines.map((line) => ({ ...line, discount: 1 })) },
  ].map((fields) => contentOf(makeSale("s", { lines, total: 20, ...fields })));
  strictEqual(new Set(contents).size, contents.length);
  // What the node adds is no part of it.
  const added = {
    offset: -300,
    session: idOf("c"),
    seller: { id: "1", name: "" },
    lines: plain.lines.map((line) => ({ ...line, measured: true as const })),
  };
  strictEqual(contentOf({ ...plain, ...added }), contentOf(plain));
  // Nor does the scale tell, at which the node holds what the caller sent.
  const scaled = (exponent: number) => {
    const times = 10 ** (exponent - 2);
    return contentOf(makeSale("s", {
      exponent,
      lines: [{
        product: "1",
        name: "",
        quantity: 1,
        amount: 9 * times,
        discount: times,
      }],
      total: 8 * times,
      discount: times,
      payments: [{ method: "cash", amount: 8 * times }],
    }));
  };
  strictEqual(scaled(2), scaled(5));
});

Deno.test("parseFact() takes a sale whose discount and payments are its total", () => {
  const sale = makeSale("s", { quantity: 2 });
  const cash = (amount: number) => [{ method: "cash", amount }];
  const malformed = [
    { discount: 1 },
    { discount: 0 },
    { discount: -1, total: 21 },
    { payments: cash(19) },
    { payments: [] },
    { discount: 1, total: 19, payments: cash(20) },
    { offset: 2000 },
  ];
  for (const fields of malformed) {
    strictEqual(
      parseFact({ ...sale, ...fields }),
      "malformed",
      JSON.stringify(fields),
    );
  }
  const fine = [
    { discount: 1, total: 19 },
    { discount: 1, total: 19, payments: cash(19) },
    { payments: [...cash(25), { method: "card", amount: -5 }] },
  ];
  for (const fields of fine) {
    ok(typeof parseFact({ ...sale, ...fields }) !== "string");
  }
});

Deno.test("parseFact() keeps what an original branch says of a sale, but no rights", () => {
  const sale = makeLegacySale("s");
  const [line] = sale.lines;
  const fine = [
    { total: 11 },
    { lines: [], total: 5 },
    { lines: Array.from({ length: LINES_MAX + 1 }, () => line) },
    { receipt: "CUS-20260101-1000" },
  ];
  for (const fields of fine) {
    ok(typeof parseFact({ ...sale, ...fields }) !== "string");
  }
  const malformed = [
    { lines: [{ ...line, bound: idOf("opened") }] },
    { lines: Array.from({ length: LEGACY_LINES_MAX + 1 }, () => line) },
    { legacy: { ...sale.legacy, lineKeys: ["a\u0000"] } },
    { legacy: { ...sale.legacy, lineKeys: ["x".repeat(31)] } },
    { legacy: { ...sale.legacy, wall: "2026-01-01" } },
    { receipt: "CUS-20260101-01" },
  ];
  for (const fields of malformed) {
    strictEqual(
      parseFact({ ...sale, ...fields }),
      "malformed",
      JSON.stringify(fields).slice(0, 200),
    );
  }
});

Deno.test("contentOf() tells all kinds apart", () => {
  const contents = samples.map(contentOf);
  strictEqual(new Set(contents).size, samples.length);
  ok(samples.every((fact) => /^[0-9a-f]{16}$/.test(contentDigest(fact))));
});

Deno.test("parseFact() takes no more rights in one fact than sums of thousands can hold exactly", () => {
  const opened = idOf("opened");
  const bound = `stock:CUS/1/${opened}`;
  const id = idOf("x");
  const [max, over] = [RIGHTS_AMOUNT_MAX, RIGHTS_AMOUNT_MAX + 1];
  const base = { id, at: 0 };
  const stock = { ...base, site: "CUS", date: "2026-01-01" };
  const line = (quantity: number, fields = {}) => ({
    product: "1",
    quantity,
    ...fields,
  });
  const facts = (n: number) => [
    { ...stock, type: "StockReceived", lines: [line(n, { bound: opened })] },
    {
      ...stock,
      type: "StockCounted",
      ...{ product: "1", counted: 0, difference: 0 },
      ...{ bound: opened, rights: -n },
    },
    {
      ...makeSale("s"),
      ...{ lines: [line(-n, { name: "", amount: 0, bound: opened })] },
      total: 0,
    },
    {
      ...base,
      type: "RightsGranted",
      ...{ bound, amount: n, to: "0".repeat(32), request: id },
    },
    { ...base, type: "RightsAccepted", bound, amount: n, grant: id },
    { ...base, type: "RightsIssued", bound: "account:99", amount: -n },
    { ...base, type: "HoldPlaced", bounds: [bound], amount: n, expiresAt: 0 },
    {
      ...base,
      id: captureId(id),
      type: "SpendCaptured",
      ...{ purchase: id, bounds: [bound], amount: n },
    },
  ];
  for (const fact of facts(max)) {
    ok(typeof parseFact(fact) !== "string", JSON.stringify(fact));
  }
  for (const fact of facts(over)) strictEqual(parseFact(fact), "malformed");
  const unmetered = { ...stock, type: "StockReceived", lines: [line(over)] };
  ok(typeof parseFact(unmetered) !== "string");
});
