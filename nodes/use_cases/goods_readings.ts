/**
 * Readings of goods over all sites that this node knows, and of prices to come: what people look at who order, move and
 * price goods.
 *
 * @module
 */
import {
  type CatalogProduct,
  MASTER_SITE,
  onHandOf,
  scheduledPrices,
  type SiteCode,
  STOCK,
  stockOffers,
} from "../../crdt/mod.ts";
import type { ProductView, UseCases } from "../use_cases.ts";
import { findProduct, sumsOf, type UseCaseContext } from "./context.ts";
import type { GoodsReadings, StockLevels } from "./goods_views.ts";
import { decodeCursor, encodeCursor } from "./cursor.ts";

/**
 * Letters as people type them in a search.
 *
 * @param text Any text.
 * @returns It without case and accents.
 */
export function folded(text: string): string {
  return text.normalize("NFD").replaceAll(/\p{Mn}/gu, "").toLowerCase();
}

/**
 * Says which products a person means by what they typed or scanned.
 *
 * @param text Words; each must be in the name, the id or the barcode, whatever its case and accents.
 * @returns Tells whether a product is meant; true for all where the text is empty.
 */
export function productMatcher(
  text: string,
): (
  found: Pick<CatalogProduct, "name" | "product" | "details">,
) => boolean {
  const words = folded(text).split(/\s+/).filter((word) => word !== "");
  return ({ name, product, details }) => {
    if (words.length === 0) return true;
    const all = folded(`${name}\n${product}\n${details.barcode ?? ""}`);
    return words.every((word) => all.includes(word));
  };
}

/**
 * Whether more of a product is wanted: what is there is not more than its minimum, or nothing is there.
 *
 * @param view A product.
 * @returns False for what is not counted.
 */
export function isLow(
  { policy, onHand, details }: Pick<
    ProductView,
    "policy" | "onHand" | "details"
  >,
): boolean {
  return policy !== "unmetered" && onHand <= (details.minimum ?? 0);
}

/**
 * Makes the readings of goods.
 *
 * @param context What they work with.
 * @param products The reading of products, which says which ones and in what order.
 * @returns The readings.
 */
export function createGoodsReadings(
  { node, replica }: UseCaseContext,
  products: UseCases["products"],
): GoodsReadings {
  const seesMaster = node.roles.includes("office");

  function levelsOf(view: ProductView): StockLevels {
    const { product, name, policy, details } = view;
    const { unit = "piece", minimum = null } = details;
    const rows = replica.reader;
    const found = rows.scan(STOCK, { index: "by_product", prefix: [product] })
      .map((row) => row["site"] as SiteCode)
      .filter((site) => site !== MASTER_SITE);
    const sites = seesMaster ? [...found, MASTER_SITE] : found;
    return {
      ...{ product, name, policy, unit, minimum },
      sites: sites.map((site) => ({
        site,
        onHand: onHandOf(sumsOf(rows, site, product)),
      })),
      offers: stockOffers(rows, product),
    };
  }

  return {
    stockLevels(query) {
      const page = products(query);
      return { ...page, items: page.items.map(levelsOf) };
    },
    pricesToCome({ scope, limit, cursor }) {
      const after = decodeCursor(cursor);
      const found = scheduledPrices(replica.reader, scope, {
        at: replica.at,
        limit: limit + 1,
        ...(after === undefined ? {} : { after }),
      });
      const items = found.slice(0, limit).map(({ price: row }) => {
        const { product, price, effectiveAt, fact, log, seq } = row;
        const name = findProduct(replica.reader, scope, product)?.name ?? "";
        return {
          ...{ scope, product, name, price, effectiveAt, fact, log, seq },
        };
      });
      const last = found[limit - 1];
      const next = found.length > limit && last !== undefined
        ? encodeCursor(last.key)
        : null;
      return { items, total: null, next };
    },
  };
}
