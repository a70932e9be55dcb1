import { strictEqual } from "node:assert/strict";
import { costOf } from "../../crdt/mod.ts";

const MINUTE = 60_000_000;

Deno.test("costOf() rounds half a minor unit upwards, exactly", () => {
  const tariff = { energy: 2500, session: 0, minute: 0 };
  // 0.25 a kWh: 20 Wh are half a cent, 19 less than that.
  strictEqual(costOf(tariff, { energy: 19, spanUs: 0 }, 2), 0);
  strictEqual(costOf(tariff, { energy: 20, spanUs: 0 }, 2), 1);
  strictEqual(costOf(tariff, { energy: 60, spanUs: 0 }, 2), 2);
  // In binary floating point 1.005 is less than it says: 1,005 Wh at 1.00.
  const even = { energy: 10_000, session: 0, minute: 0 };
  strictEqual(costOf(even, { energy: 1005, spanUs: 0 }, 2), 101);
});

Deno.test("costOf() adds what a session and its begun minutes cost", () => {
  const tariff = { energy: 2500, session: 50, minute: 150 };
  strictEqual(costOf(tariff, { energy: 10_000, spanUs: 0 }, 2), 300);
  strictEqual(costOf(tariff, { energy: 10_000, spanUs: 1 }, 2), 302);
  strictEqual(costOf(tariff, { energy: 0, spanUs: 10 * MINUTE }, 2), 65);
});

Deno.test("costOf() knows currencies without decimal places", () => {
  const tariff = { energy: 1_500_000, session: 0, minute: 0 };
  strictEqual(costOf(tariff, { energy: 3333, spanUs: 0 }, 0), 500);
});

Deno.test("costOf() stays an exact integer whatever a tariff says", () => {
  const most = Number.MAX_SAFE_INTEGER;
  const tariff = { energy: most, session: most, minute: most };
  strictEqual(costOf(tariff, { energy: most, spanUs: most }, 4), most);
});
