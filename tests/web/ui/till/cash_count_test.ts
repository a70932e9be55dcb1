import { ok, strictEqual } from "node:assert/strict";
import { decimalText } from "../../../../web/ui/base/amounts.ts";
import {
  countedSum,
  denominationsOf,
} from "../../../../web/ui/till/cash_count.ts";

function sum(counts: Readonly<Record<string, string>>): string | undefined {
  const found = countedSum(counts);
  return found === undefined ? undefined : decimalText(found);
}

Deno.test("countedSum() adds notes and coins exactly", () => {
  strictEqual(sum({ "20": "5", "0.50": "3", "0.10": "" }), "101.50");
  strictEqual(sum({}), "0");
  strictEqual(sum({ "20": "cinco" }), undefined);
  strictEqual(sum({ "20": "1.5" }), undefined);
});

Deno.test("denominationsOf() has those of each currency, the largest first", () => {
  for (const currency of ["PEN", "CLP", "USD", "EUR"]) {
    const values = denominationsOf(currency).map(Number);
    ok(values.length > 0, currency);
    ok(values.every((value, i) => i === 0 || value < (values[i - 1] ?? 0)));
  }
  strictEqual(denominationsOf("XTS").length, 0);
});
