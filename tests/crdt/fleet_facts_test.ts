import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { contentOf, type Fact, parseFact } from "../../crdt/facts.ts";
import {
  FLEET_NUMBER_MAX,
  parseCardId,
  parseCompanyId,
} from "../../crdt/fleet_facts.ts";
import { idOf } from "../support/facts.ts";
import { FLEET_SAMPLES } from "../support/fleet_samples.ts";

function sample<T extends Fact["type"]>(type: T) {
  const found = FLEET_SAMPLES.find((fact) => fact.type === type);
  ok(found !== undefined);
  return found as Extract<Fact, { type: T }>;
}

const isRead = (fact: object, fields: Record<string, unknown>) =>
  typeof parseFact({ ...fact, ...fields }) !== "string";

Deno.test("parseCompanyId() reads a u32 in plain digits and nothing else", () => {
  for (const text of ["0", "7", String(FLEET_NUMBER_MAX)]) {
    strictEqual(parseCompanyId(text), text);
    strictEqual(parseCardId(text), text);
  }
  const wrong = [
    "",
    "07",
    "-1",
    "1.5",
    "4294967296",
    "1e3",
    " 1",
    "x",
    7,
    null,
  ];
  for (const text of wrong) {
    strictEqual(parseCompanyId(text), undefined, String(text));
    strictEqual(parseCardId(text), undefined, String(text));
  }
});

Deno.test("parseFact() refuses an expense whose id or reason does not fit", () => {
  const expense = sample("ExpenseDecided");
  ok(isRead(expense, {}));
  const wrong: Record<string, unknown>[] = [
    { id: idOf("other") },
    { purchase: idOf("other") },
    { accepted: false },
    { reason: "limit_insufficient" },
    { accepted: false, reason: "id_reused" },
    { amount: -1 },
    { amount: 0.5 },
    { company: "042" },
    { card: "4294967296" },
    { date: "3 February" },
    { source: "nobody" },
    { place: { province: 16 } },
    { place: { station: 100 } },
    { place: { pump: 10 } },
    { place: { site: "e05" } },
    { route: { pumpAddress: "a", station: "b" } },
    { more: 1 },
  ];
  for (const fields of wrong) {
    ok(!isRead(expense, fields), JSON.stringify(fields));
  }
  ok(isRead(expense, { accepted: false, reason: "limit_insufficient" }));
});

Deno.test("parseFact() refuses other facts of fleet cards whose ids do not follow from the purchase", () => {
  for (
    const type of [
      "VerdictConfirmed",
      "FloorCovered",
      "CardResultKept",
    ] as const
  ) {
    ok(isRead(sample(type), {}));
    ok(!isRead(sample(type), { purchase: idOf("other") }), type);
  }
  for (const month of ["2026-13", "2026-00", "2026", "26-01"]) {
    ok(!isRead(sample("FleetSettled"), { month }), month);
  }
  ok(!isRead(sample("CardRegistered"), { limit: -1 }));
});

Deno.test("contentOf() of an expense is the purchase, on whatever way it was told", () => {
  const expense = sample("ExpenseDecided");
  const { route: _route, ...rest } = expense;
  const others: Fact[] = [
    { ...rest, place: {}, source: "peer", at: 7 },
    { ...expense, floor: false, suspect: false },
  ];
  for (const same of others) strictEqual(contentOf(same), contentOf(expense));
  const fields = [
    { amount: 1 },
    { card: parseCardId("8") ?? expense.card },
    { company: parseCompanyId("43") ?? expense.company },
    { date: "2026-02-04" },
    { liters: 11 },
    { accepted: false },
  ];
  const contents = fields.map((one) => contentOf({ ...expense, ...one }));
  strictEqual(new Set([...contents, contentOf(expense)]).size, 7);
});

Deno.test("contentOf() tells all kinds of facts of fleet cards apart", () => {
  strictEqual(
    new Set(FLEET_SAMPLES.map(contentOf)).size,
    FLEET_SAMPLES.length,
  );
  deepStrictEqual(
    FLEET_SAMPLES.map((fact) => parseFact(JSON.parse(JSON.stringify(fact)))),
    FLEET_SAMPLES,
  );
});
