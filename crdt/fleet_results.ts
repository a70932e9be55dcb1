/**
 * The fold of verdicts that cards did not get: where each is kept and whether it was delivered. A delivery is a capture
 * of the result's right of one.
 *
 * @module
 */
import type { CardResultKept } from "./fleet_facts.ts";
import { FLEET_DELIVERIES, FLEET_RESULTS } from "./fleet_tables.ts";
import type { Fold, FoldRows } from "./fold.ts";
import type { FactId } from "./ids.ts";
import type { SpendCaptured } from "./rights_facts.ts";
import { idBytes } from "./sales.ts";

function isDelivered(rows: FoldRows, site: string, id: Uint8Array): 0 | 1 {
  const scan = { prefix: [site, id], limit: 1 };
  return rows.scan(FLEET_DELIVERIES, scan).length > 0 ? 1 : 0;
}

/** Kept verdicts, from `CardResultKept`. */
export const cardResultFold: Fold<CardResultKept> = {
  add(rows, { fact, logNumber: log }) {
    const { site, at } = fact;
    const id = idBytes(fact.purchase);
    rows.put(FLEET_RESULTS, {
      site,
      id,
      at,
      log,
      company: Number(fact.company),
      card: Number(fact.card),
      success: fact.success ? 1 : 0,
      delivered: isDelivered(rows, site, id),
    });
  },
  remove(rows, { fact, logNumber: log }) {
    const key = [fact.site, idBytes(fact.purchase), fact.at, log];
    rows.delete(FLEET_RESULTS, key);
  },
};

/** The result whose right a capture took: its site and purchase. */
function resultOf(
  { bounds, amount }: SpendCaptured,
): [site: string, id: Uint8Array] | undefined {
  const bound: string = bounds[0] ?? "";
  if (!bound.startsWith("result:") || amount === 0) return undefined;
  const slash = bound.indexOf("/");
  return [
    bound.slice("result:".length, slash),
    idBytes(bound.slice(slash + 1) as FactId),
  ];
}

function review(rows: FoldRows, site: string, id: Uint8Array): void {
  const delivered = isDelivered(rows, site, id);
  for (const row of rows.scan(FLEET_RESULTS, { prefix: [site, id] })) {
    rows.put(FLEET_RESULTS, { ...row, delivered });
  }
}

/** Deliveries of results, from `SpendCaptured`; what it takes of other bounds stands in the balances of rights. */
export const deliveryFold: Fold<SpendCaptured> = {
  add(rows, { fact, logNumber: log }) {
    const of = resultOf(fact);
    if (of === undefined) return;
    const [site, id] = of;
    rows.put(FLEET_DELIVERIES, { site, id, capture: idBytes(fact.id), log });
    review(rows, site, id);
  },
  remove(rows, { fact, logNumber: log }) {
    const of = resultOf(fact);
    if (of === undefined) return;
    const [site, id] = of;
    rows.delete(FLEET_DELIVERIES, [site, id, idBytes(fact.id), log]);
    review(rows, site, id);
  },
};
