/**
 * Sales picked by who sold, how they were paid and how much they came to: no order of the list is by these, so that it is
 * walked, so many sales at a time.
 *
 * @module
 */
import type { Money } from "../../crdt/mod.ts";
import type { Page, SaleQuery, SaleView } from "../use_cases.ts";
import { encodeCursor } from "./cursor.ts";
import { folded } from "./goods_readings.ts";

/** Sales that one request looks at; what it did not come to is behind the answer's cursor. */
export const SALES_LOOKED_AT_MAX = 4_000;
/** Sales that are read at once. */
const BATCH = 500;

/**
 * Sales of a list that fit, in its order.
 *
 * @param query Which sales.
 * @param read Gives a page of all of them.
 * @returns A page, which may have fewer sales than asked for although there are more.
 */
export function filteredSales(
  query: SaleQuery,
  read: (query: SaleQuery) => Page<SaleView>,
): Page<SaleView> {
  const { seller, method, least, most, ...plain } = query;
  if (
    seller === undefined && method === undefined && least === undefined &&
    most === undefined
  ) return read(plain);
  const fits = saleMatcher(query);
  const items: SaleView[] = [];
  let { cursor } = plain;
  for (let looked = 0; looked < SALES_LOOKED_AT_MAX;) {
    const page = read({
      ...plain,
      limit: BATCH,
      ...(cursor === undefined ? {} : { cursor }),
    });
    for (const sale of page.items) {
      if (!fits(sale)) continue;
      items.push(sale);
      if (items.length < query.limit) continue;
      return { items, total: null, next: encodeCursor([sale.at, sale.id]) };
    }
    if (page.next === null) return { items, total: null, next: null };
    cursor = page.next;
    looked += page.items.length;
  }
  return { items, total: null, next: cursor ?? null };
}

/** Tells whether a sale is one that is asked for. */
function saleMatcher(
  { seller, method, least, most }: SaleQuery,
): (sale: SaleView) => boolean {
  const words = folded(seller ?? "");
  return ({ seller: actor, payments = [], total }) =>
    (seller === undefined || actor !== undefined &&
        (actor.id === seller || folded(actor.name).includes(words))) &&
    (method === undefined || payments.some((one) => one.method === method)) &&
    (least === undefined || comparedTo(total, least) >= 0) &&
    (most === undefined || comparedTo(total, most) <= 0);
}

/** Below zero if an amount is less than another, above if more; another currency is neither. */
function comparedTo(amount: Money, bound: Money): number {
  if (amount.currency !== bound.currency) return NaN;
  const places = Math.max(amount.exponent, bound.exponent);
  const scaled = ({ units, exponent }: Money) =>
    BigInt(units) * 10n ** BigInt(places - exponent);
  return Number(scaled(amount) - scaled(bound));
}
