/**
 * How much of a product is where.
 *
 * @module
 */
import type { StockLevels } from "../wire_types.ts";
import { type WirePage, withQuery } from "../base/http.ts";
import { type Resource, useResource } from "../base/resource.ts";

/** How much of one product is at each site, and who can spare some. */
export function useLevels(
  scope: string,
  product: string,
): {
  readonly resource: Resource<WirePage<StockLevels>>;
  readonly levels: StockLevels | undefined;
} {
  const resource = useResource<WirePage<StockLevels>>(
    withQuery("/v1/stock-levels", { scope, text: product, limit: 200 }),
    { views: ["stock"] },
  );
  const levels = resource.value?.items.find((one) => one.product === product);
  return { resource, levels };
}
