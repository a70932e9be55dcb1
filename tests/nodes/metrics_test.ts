import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import type { CardId, CompanyId } from "../../nodes/fleet/fleet_use_cases.ts";
import {
  type FleetFigures,
  measureFleet,
  type PurchaseOutcome,
} from "../../nodes/metrics.ts";
import { createTestNode } from "../support/test_node.ts";

const COMPANY = "99" as CompanyId;
const CARD = "7" as CardId;

Deno.test("measureFleet() counts each purchase once by what became of it, and says what waits", async () => {
  const { useCases, stop } = await createTestNode();
  const outcomes: PurchaseOutcome[] = [];
  let figures: (() => FleetFigures) | undefined;
  const fleet = measureFleet(useCases.fleet, {
    countPurchase: (outcome) => void outcomes.push(outcome),
    watchFleet: (read) => void (figures = read),
  });
  try {
    ok((await fleet.deposit({ company: COMPANY, amount: 1000 })).ok);
    const made = await fleet.registerCard({
      ...{ company: COMPANY, card: CARD, limit: 500 },
    });
    ok(made.ok);
    const purchase = (amount: number) => ({
      ...{ company: COMPANY, card: CARD, amount, date: "2026-11-22" },
      place: { site: null, province: null, station: null, pump: null },
      source: "card" as const,
    });
    const charged = await fleet.charge(purchase(100));
    await fleet.charge({ ...purchase(100), id: charged.id });
    await fleet.charge(purchase(401));
    const held = await fleet.hold({ ...purchase(50), expiresInMs: 60_000 });
    await fleet.capture({ id: held.id, amount: 40 });
    deepStrictEqual(outcomes, [
      "charged",
      "limit_insufficient",
      "held",
      "charged",
    ]);
    deepStrictEqual(figures?.(), {
      ...{ resultsKept: 0, unconfirmed: 0, floorOpen: 0 },
    });
    await fleet.keepResult({
      ...{ purchase: charged.id, company: COMPANY, card: CARD, success: true },
    });
    await fleet.charge({
      ...purchase(10),
      route: { pumpAddress: "127.0.0.1:13052", station: "5", regional: "3" },
    });
    const { resultsKept, unconfirmed } = figures?.() ?? {};
    strictEqual(resultsKept, 1);
    strictEqual(unconfirmed, 1);
  } finally {
    await stop();
  }
});
