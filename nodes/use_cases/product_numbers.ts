/**
 * Numbers of products that are made without an id.
 *
 * @module
 */
import {
  catalogProduct,
  type ProductId,
  type Scope,
  siteSpace,
} from "../../crdt/mod.ts";
import type { DecisionContext } from "../replica.ts";
import { RECEIPT_COUNTS } from "../tables.ts";
import { siteOfScope } from "./context.ts";
import { receiptDigits } from "./record_sale.ts";

/** Under which date products are counted: none. */
const PRODUCTS_DATE = "";

/**
 * The next product number of this node's log of a site, e.g. `CUS-PROD-48213001`. It is made like a receipt number: five
 * digits of the log's name and a count, so that tills of one site that work apart hardly ever make the same; a number
 * that stands for something already is passed over.
 *
 * @param context The decision.
 * @param scope Where the product is made.
 * @returns An id that nothing known here has.
 */
export function nextProduct(
  context: DecisionContext,
  scope: Scope,
): ProductId {
  const site = siteOfScope(scope);
  const log = context.log(siteSpace(site));
  const place = { log: log.number, date: PRODUCTS_DATE };
  const digits = receiptDigits(log.name);
  while (true) {
    context.rows.increment(RECEIPT_COUNTS, place, { count: 1 });
    const row = context.rows.get(RECEIPT_COUNTS, [log.number, PRODUCTS_DATE]);
    const count = String(row?.["count"] ?? 1).padStart(3, "0");
    const product = `${site}-PROD-${digits}${count}` as ProductId;
    const known = [scope, "mesh" as const].some((one) =>
      catalogProduct(context.rows, one, product) !== undefined
    );
    if (!known) return product;
  }
}
