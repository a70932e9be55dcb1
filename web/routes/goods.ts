/**
 * `/v1/stock-levels` and `/v1/price-changes`: goods over all sites that the node knows, and prices that are set for
 * later.
 *
 * @module
 */
import { z } from "@hono/zod-openapi";
import type { PriceToCome, StockLevels, UseCases } from "../../nodes/mod.ts";
import { defineRoute, reply, type Route } from "../route.ts";
import {
  instantSchema,
  maybe,
  moneySchema,
  pageFields,
  pageSchema,
  pageToWire,
  policySchema,
  scopeSchema,
} from "../schemas.ts";
import { instantToWire, moneyToWire } from "../wire.ts";
import { ownScope, searchFields, UNITS } from "./products.ts";

const levelsAnswer = z.object({
  product: z.string(),
  name: z.string(),
  policy: policySchema,
  unit: z.enum(UNITS),
  minimum: z.int().nullable().openapi({
    description: "The stock at or under which more is wanted.",
  }),
  sites: z.array(z.object({
    site: z.string().openapi({
      description:
        "A site that this node reads, or `MASTER` for the master stock at an office.",
    }),
    onHand: z.int(),
  })).readonly(),
  offers: z.array(z.object({ site: z.string(), quantity: z.int() })).readonly()
    .openapi({
      description:
        "What sites said that they can spare for others, also sites that this node does not read.",
    }),
}).openapi("StockLevels");

const priceAnswer = z.object({
  scope: z.string(),
  product: z.string(),
  name: z.string(),
  price: moneySchema,
  effectiveAt: instantSchema,
  fact: z.string(),
  log: z.string(),
  seq: z.int().openapi({
    description:
      "The fact's commit in its log: a peer that has so much of the log knows the price.",
  }),
}).openapi("PriceChange");

function priceToWire(row: PriceToCome): z.output<typeof priceAnswer> {
  return {
    ...row,
    price: moneyToWire(row.price),
    effectiveAt: instantToWire(row.effectiveAt),
  };
}

/**
 * The routes of goods over all sites.
 *
 * @param useCases The node.
 * @returns The routes.
 */
export function goodsRoutes(useCases: UseCases): Route[] {
  return [
    defineRoute({
      method: "get",
      path: "/v1/stock-levels",
      id: "listStockLevels",
      tag: "stock",
      summary: "How much of each product is where, and what sites can spare",
      query: z.strictObject({
        scope: maybe(scopeSchema),
        ...searchFields,
        ...pageFields,
      }),
      answer: pageSchema<StockLevels>(
        levelsAnswer as unknown as z.ZodType<StockLevels>,
      ),
      run: ({ query }) =>
        reply(
          useCases.goods.stockLevels({
            ...query,
            scope: query.scope ?? ownScope(useCases),
          }),
        ),
    }),
    defineRoute({
      method: "get",
      path: "/v1/price-changes",
      id: "listPriceChanges",
      tag: "products",
      summary: "Prices of a scope that will come into force, the next first",
      query: z.strictObject({ scope: maybe(scopeSchema), ...pageFields }),
      answer: pageSchema(priceAnswer),
      run: ({ query }) =>
        reply(
          pageToWire(
            useCases.goods.pricesToCome({
              ...query,
              scope: query.scope ?? ownScope(useCases),
            }),
            priceToWire,
          ),
        ),
    }),
  ];
}
