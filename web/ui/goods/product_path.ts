/**
 * Where the node has a product.
 *
 * @module
 */
import { withQuery } from "../base/http.ts";

/** A product's address at the node. */
export function productPath(scope: string, product: string): string {
  return withQuery(`/v1/products/${encodeURIComponent(product)}`, { scope });
}
