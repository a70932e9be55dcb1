/**
 * Deliveries and counts.
 *
 * @module
 */
import {
  businessDate,
  type FactId,
  type FactOf,
  MASTER_SITE,
  ok,
  onHandOf,
  PanalError,
  type ProductId,
  type Scope,
  type SiteCode,
} from "../../crdt/mod.ts";
import type { DecisionContext } from "../replica.ts";
import type { UseCases } from "../use_cases.ts";
import {
  decideExactly,
  findProduct,
  findRepeat,
  refuse,
  refuseReuse,
  spaceOfStock,
  sumsOf,
  type UseCaseContext,
} from "./context.ts";

function scopeOfSite(site: SiteCode): Scope {
  return site === MASTER_SITE ? "mesh" : `site:${site}`;
}

function findUnknown(
  context: DecisionContext,
  site: SiteCode,
  products: readonly ProductId[],
): ProductId | undefined {
  return products.find((product) =>
    findProduct(context.rows, scopeOfSite(site), product)?.listed !== true
  );
}

interface Received {
  readonly fact: FactId;
  readonly repeated: boolean;
}

interface Counted extends Received {
  readonly difference: number;
}

/** Makes the use-cases about stock. */
export function createStockUseCases(
  { node, replica }: UseCaseContext,
): Pick<UseCases, "receiveStock" | "countStock"> {
  return {
    receiveStock: ({ id, site, lines, note }) =>
      decideExactly<Received>(replica, (context) => {
        const fact: FactOf<"StockReceived"> = {
          type: "StockReceived",
          id: id ?? context.newId(),
          at: context.at,
          site,
          date: businessDate(context.at, node.timezone),
          lines: lines.map(({ product, quantity }) => ({ product, quantity })),
          ...(note === undefined ? {} : { note }),
        };
        const repeat = id === undefined
          ? undefined
          : findRepeat(context, spaceOfStock(site), fact);
        if (repeat === "other") return refuseReuse(fact.id);
        if (repeat !== undefined) return ok({ fact: fact.id, repeated: true });
        const unknown = findUnknown(
          context,
          site,
          lines.map(({ product }) => product),
        );
        if (unknown !== undefined) {
          return refuse(
            "product_unknown",
            `Cannot receive stock: product "${unknown}" is unknown`,
            {
              product: unknown,
            },
          );
        }
        context.record(spaceOfStock(site), fact);
        return ok({ fact: fact.id, repeated: false });
      }),
    countStock: ({ id, site, product, counted, note }) =>
      decideExactly<Counted>(replica, (context) => {
        const difference = counted -
          onHandOf(sumsOf(context.rows, site, product));
        if (!Number.isSafeInteger(difference)) {
          throw new PanalError(
            "amount_out_of_range",
            "Cannot hold the counted stock exactly",
          );
        }
        const fact: FactOf<"StockCounted"> = {
          type: "StockCounted",
          id: id ?? context.newId(),
          at: context.at,
          site,
          date: businessDate(context.at, node.timezone),
          product,
          counted,
          difference,
          ...(note === undefined ? {} : { note }),
        };
        const repeat = id === undefined
          ? undefined
          : findRepeat(context, spaceOfStock(site), fact);
        if (repeat === "other") return refuseReuse(fact.id);
        if (repeat !== undefined && repeat.fact.type === "StockCounted") {
          return ok({
            fact: fact.id,
            difference: repeat.fact.difference,
            repeated: true,
          });
        }
        if (findUnknown(context, site, [product]) !== undefined) {
          return refuse(
            "product_unknown",
            `Cannot count stock: product "${product}" is unknown`,
            { product },
          );
        }
        context.record(spaceOfStock(site), fact);
        return ok({ fact: fact.id, difference, repeated: false });
      }),
  };
}
