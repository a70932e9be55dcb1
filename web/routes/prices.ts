/**
 * `/v1/prices`: prices in force, and new ones from an instant on.
 *
 * @module
 */
import { z } from "@hono/zod-openapi";
import type { ProductView, UseCases } from "../../nodes/mod.ts";
import {
  actorOf,
  decided,
  defineRoute,
  type Reply,
  reply,
  type Route,
} from "../route.ts";
import {
  factSchema,
  instantInputSchema,
  maybe,
  moneyInputSchema,
  pageFields,
  pageSchema,
  pageToWire,
  priceSchema,
  productSchema,
  scopeSchema,
} from "../schemas.ts";
import { moneyFromWire, priceToWire } from "../wire.ts";
import { ownScope, unrepresentable } from "./products.ts";

const priceAnswer = z.object({
  scope: z.string(),
  product: z.string(),
  price: priceSchema("The price in force; null where the product has none."),
  fact: z.string().nullable().openapi({
    description: "The fact that set it.",
  }),
}).openapi("Price");

const priceBody = z.strictObject({
  id: maybe(factSchema),
  scope: maybe(scopeSchema),
  product: productSchema,
  price: moneyInputSchema,
  effectiveAt: maybe(instantInputSchema),
}).openapi("PriceSetting");

const factAnswer = z.object({
  fact: z.string().openapi({ description: "The id of the recorded fact." }),
});

function toWire(view: ProductView): z.output<typeof priceAnswer> {
  return {
    scope: view.scope,
    product: view.product,
    price: priceToWire(view.price),
    fact: view.priceFact,
  };
}

/**
 * The routes of prices.
 *
 * @param useCases The node.
 * @returns The routes.
 */
export function priceRoutes(useCases: UseCases): Route[] {
  return [
    defineRoute({
      method: "get",
      path: "/v1/prices",
      id: "listPrices",
      tag: "products",
      summary: "Prices in force of a scope's products",
      query: z.strictObject({ scope: maybe(scopeSchema), ...pageFields }),
      answer: pageSchema(priceAnswer),
      run: ({ query }) =>
        reply(
          pageToWire(
            useCases.products({
              ...query,
              scope: query.scope ?? ownScope(useCases),
            }),
            toWire,
          ),
        ),
    }),
    defineRoute({
      method: "post",
      path: "/v1/prices",
      id: "setPrice",
      tag: "products",
      summary: "Set a price, now or from an instant on",
      description:
        "With an `id`, a repeat of the same request counts once and answers 200.",
      body: priceBody,
      answer: factAnswer,
      statuses: { 201: "Recorded.", 200: "Recorded before." },
      errors: ["product_unknown", "id_reused"],
      run: async (asked): Promise<Reply<z.output<typeof factAnswer>>> => {
        const { body, caller } = asked;
        const price = moneyFromWire(body.price, useCases.node.currency);
        if (price === undefined) return unrepresentable("price");
        const repeated = body.id !== undefined &&
          useCases.fact(body.id).length > 0;
        return decided(
          await useCases.setPrice({
            ...actorOf(caller),
            ...body,
            price,
            scope: body.scope ?? ownScope(useCases),
          }),
          ({ fact }) => reply({ fact }, repeated ? 200 : 201),
        );
      },
    }),
  ];
}
