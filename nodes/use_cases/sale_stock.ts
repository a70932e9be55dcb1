/**
 * Whether what a sale takes is there: stock on hand, or rights of what is sold strictly.
 *
 * @module
 */
import {
  type BoundName,
  type CatalogProduct,
  ok,
  onHandOf,
  type ProductId,
  type Result,
  type SiteCode,
} from "../../crdt/mod.ts";
import type { DecisionContext, Replica } from "../replica.ts";
import type { Refusal } from "../use_cases.ts";
import { refuse, sumsOf } from "./context.ts";
import { boundOf, rightsFor, siteLog } from "./rights.ts";
import type { PricedLine } from "./sale_pricing.ts";

/** What all lines of one product take. */
interface Wanted {
  readonly product: ProductId;
  readonly found: CatalogProduct | undefined;
  readonly quantity: number;
}

/**
 * Refuses when some product's rights or stock on hand are less than all lines of it take; records nothing.
 *
 * @param context The decision.
 * @param place The site and the replica.
 * @param lines The lines.
 * @returns Bounds of which grants have to be accepted, or `stock_insufficient` or `rights_insufficient`.
 */
export function checkStock(
  context: DecisionContext,
  place: { readonly site: SiteCode; readonly replica: Replica },
  lines: readonly PricedLine[],
): Result<readonly BoundName[], Refusal> {
  const accepting: BoundName[] = [];
  const wanted = new Map<ProductId, Wanted>();
  for (const { input: { product, quantity }, found } of lines) {
    const sum = (wanted.get(product)?.quantity ?? 0) + quantity;
    wanted.set(product, { product, found, quantity: sum });
  }
  for (const one of wanted.values()) {
    if (one.quantity <= 0 || one.found?.policy === "unmetered") continue;
    const bound = boundOf(place.site, one.found);
    const checked = bound === undefined
      ? checkOnHand(context, place.site, one)
      : checkRights(context, { ...place, bound }, one);
    if (!checked.ok) return checked;
    if (bound !== undefined && checked.value) accepting.push(bound);
  }
  return ok(accepting);
}

function checkOnHand(
  context: DecisionContext,
  site: SiteCode,
  { product, quantity }: Wanted,
): Result<boolean, Refusal> {
  const onHand = onHandOf(sumsOf(context.rows, site, product));
  if (onHand >= quantity) return ok(false);
  const message =
    `Cannot record sale: ${onHand} of product "${product}" are on hand, ${quantity} are wanted`;
  return refuse("stock_insufficient", message, {
    product,
    onHand,
    wanted: quantity,
  });
}

/**
 * A strict product is sold by right alone: what others may have sold meanwhile cannot matter. The answer is true if
 * grants have to be accepted for it.
 */
function checkRights(
  context: DecisionContext,
  { site, replica, bound }: {
    readonly site: SiteCode;
    readonly replica: Replica;
    readonly bound: BoundName;
  },
  { product, quantity }: Wanted,
): Result<boolean, Refusal> {
  const { register } = replica;
  const log = siteLog(register, site);
  const wanted = { log, bound, amount: quantity };
  const { free, accepting } = rightsFor(context.rows, register, wanted);
  if (free >= quantity) return ok(accepting);
  const message =
    `Cannot record sale: product "${product}" is sold strictly, this node may sell ${
      Math.max(0, free)
    }, ${quantity} are wanted`;
  return refuse("rights_insufficient", message, {
    product,
    bound,
    free,
    wanted: quantity,
    onHand: onHandOf(sumsOf(context.rows, site, product)),
  });
}
