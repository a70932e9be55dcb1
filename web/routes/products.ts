/**
 * `/v1/products`: names, policies and prices by scope.
 *
 * @module
 */
import { z } from "@hono/zod-openapi";
import type { ProductDetails } from "../../crdt/mod.ts";
import type {
  ProductInput,
  ProductView,
  Scope,
  UseCases,
} from "../../nodes/mod.ts";
import { invalidRequest, problem } from "../errors.ts";
import {
  actorOf,
  decided,
  defineRoute,
  type Reply,
  reply,
  type Route,
} from "../route.ts";
import {
  countSchema,
  flagSchema,
  maybe,
  moneyInputSchema,
  pageFields,
  pageSchema,
  pageToWire,
  policySchema,
  priceSchema,
  productSchema,
  safeText,
  scopeSchema,
} from "../schemas.ts";
import { moneyFromWire, priceToWire, type WireMoneyInput } from "../wire.ts";

/** By what products are sold. */
export const UNITS = ["piece", "kg", "l", "m"] as const;
const detailsAnswer = z.object({
  description: z.string().optional(),
  image: z.string().optional(),
  cost: z.string().optional(),
  minimum: z.int().optional(),
  category: z.string().optional(),
  barcode: z.string().optional(),
  unit: z.enum(UNITS).optional(),
}).openapi("ProductDetails");
const detailsBody = z.strictObject({
  description: maybe(safeText(0)),
  image: maybe(safeText(0)),
  cost: maybe(z.string().regex(/^(?:[0-9]{1,15}(?:\.[0-9]{1,9})? [A-Z]{3})?$/))
    .openapi({
      description: "What one costs the shop.",
      example: "4.50 PEN",
    }),
  minimum: maybe(z.int().min(0)).openapi({
    description: "The stock at or under which more is wanted.",
  }),
  category: maybe(safeText(0)),
  barcode: maybe(safeText(0)),
  unit: maybe(z.enum(UNITS)).openapi({
    description:
      "By what it is sold; of `kg`, `l` and `m` quantities are thousandths and the price is that of 1000.",
  }),
}).openapi("ProductDetailsInput", {
  description: "An empty text takes a detail away.",
});

const productAnswer = z.object({
  scope: z.string(),
  product: z.string(),
  name: z.string(),
  listed: z.boolean().openapi({ description: "False after a removal." }),
  policy: policySchema,
  price: priceSchema("The price in force."),
  priceFact: z.string().nullable().openapi({
    description: "The fact that set it.",
  }),
  onHand: z.int().openapi({
    description:
      "Stock of the site for a site's scope, of the master stock for `mesh`.",
  }),
  details: detailsAnswer,
  contested: z.array(z.string()).readonly().openapi({
    description:
      "Fields of which several values stand beside each other because they were set apart.",
  }),
}).openapi("Product");
type WireProduct = z.output<typeof productAnswer>;

/** What products a query means by words and by their stock. */
export const searchFields = {
  text: maybe(safeText(0)).openapi({
    description:
      "Only those whose name, id or barcode has each of these words, whatever their case and accents.",
  }) as unknown as z.ZodExactOptional<z.ZodString>,
  low: maybe(flagSchema).openapi({
    description:
      "Only those of which no more is there than their minimum (0 if they have none).",
  }) as unknown as z.ZodExactOptional<z.ZodType<boolean>>,
};

const productParams = z.object({ product: productSchema });
const scopeQuery = z.strictObject({ scope: maybe(scopeSchema) });
const contentFields = {
  name: safeText(1),
  price: maybe(moneyInputSchema),
  stock: maybe(countSchema).openapi({
    description: "The stock that is there, recorded as a count.",
  }),
  policy: maybe(policySchema),
  details: maybe(detailsBody),
};
const createBody = z.strictObject({
  scope: maybe(scopeSchema),
  product: maybe(productSchema).openapi({
    description: "Left out, the node gives it a number of its own.",
  }),
  ...contentFields,
}).openapi("ProductCreation");
const replaceBody = z.strictObject(contentFields).openapi("ProductReplacement");
const changeBody = z.strictObject({
  name: maybe(safeText(1)),
  policy: maybe(policySchema),
  details: maybe(detailsBody),
}).refine((body) => Object.values(body).some((value) => value !== undefined), {
  error: "Expected a name, a policy or details",
}).openapi("ProductChange");

/**
 * The scope that a request means when it names none.
 *
 * @param useCases The node.
 * @returns The node's own site, or `mesh` where it has none.
 */
export function ownScope(useCases: UseCases): Scope {
  const { site } = useCases.node;
  return site === null ? "mesh" : `site:${site}`;
}

function toWire(view: ProductView): WireProduct {
  return { ...view, price: priceToWire(view.price) };
}

interface Content {
  readonly name: string;
  readonly price?: WireMoneyInput;
  readonly stock?: number;
  readonly policy?: "strict" | "soft" | "unmetered";
  readonly details?: ProductDetails;
}

function inputOf(
  useCases: UseCases,
  content: Content,
): Omit<ProductInput, "by" | "scope" | "product"> | Response {
  const { price, ...rest } = content;
  if (price === undefined) return rest;
  const amount = moneyFromWire(price, useCases.node.currency);
  return amount === undefined
    ? unrepresentable("price")
    : { ...rest, price: amount };
}

/**
 * The answer to an amount that is too large or too fine to be held exactly.
 *
 * @param path The field.
 * @returns Status 422.
 */
export function unrepresentable(path: string): Response {
  return invalidRequest("body", [{
    path: path.split("."),
    message: "The amount is too large or too fine to be held exactly",
  }]);
}

/**
 * The routes of products.
 *
 * @param useCases The node.
 * @returns The routes.
 */
export function productRoutes(useCases: UseCases): Route[] {
  return [...readings(useCases), ...decisions(useCases)];
}

function readings(useCases: UseCases): Route[] {
  return [
    defineRoute({
      method: "get",
      path: "/v1/products",
      id: "listProducts",
      tag: "products",
      summary: "Products of a scope, in the order in which they were listed",
      query: z.strictObject({
        scope: maybe(scopeSchema),
        narrowOnly: maybe(flagSchema).openapi({
          description: "Only what the scope itself defines.",
        }),
        removed: maybe(flagSchema).openapi({
          description: "Only removed products.",
        }),
        ...searchFields,
        ...pageFields,
      }),
      answer: pageSchema(productAnswer),
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
      method: "get",
      path: "/v1/products/{product}",
      id: "getProduct",
      tag: "products",
      summary: "One product, also a removed one",
      params: productParams,
      query: scopeQuery,
      answer: productAnswer,
      errors: ["product_unknown"],
      run: ({ params, query }): Reply<WireProduct> => {
        const scope = query.scope ?? ownScope(useCases);
        const view = useCases.product(scope, params.product);
        return view === undefined
          ? problem(
            "product_unknown",
            `Cannot show product "${params.product}": it is unknown in ${scope}`,
          )
          : reply(toWire(view));
      },
    }),
  ];
}

function decisions(useCases: UseCases): Route[] {
  return [
    defineRoute({
      method: "post",
      path: "/v1/products",
      id: "createProduct",
      tag: "products",
      summary: "Create a product",
      description:
        "With a price it is in force from now on; with stock, that is recorded as a count.",
      body: createBody,
      answer: productAnswer,
      statuses: { 201: "The product." },
      errors: ["product_exists"],
      run: async ({ body, caller }): Promise<Reply<WireProduct>> => {
        const { scope = ownScope(useCases), product, ...content } = body;
        const input = inputOf(useCases, content);
        if (input instanceof Response) return input;
        const target = {
          ...actorOf(caller),
          ...(product === undefined ? {} : { product }),
          scope,
        };
        return decided(
          await useCases.createProduct({ ...input, ...target }),
          (view) =>
            reply(toWire(view), 201, {
              location: `/v1/products/${
                encodeURIComponent(view.product)
              }?scope=${encodeURIComponent(scope)}`,
            }),
        );
      },
    }),
    defineRoute({
      method: "put",
      path: "/v1/products/{product}",
      id: "replaceProduct",
      tag: "products",
      summary: "Replace name, price and counted stock of a listed product",
      params: productParams,
      query: scopeQuery,
      body: replaceBody,
      answer: productAnswer,
      errors: ["product_unknown"],
      run: async (asked): Promise<Reply<WireProduct>> => {
        const { params, query, body, caller } = asked;
        const scope = query.scope ?? ownScope(useCases);
        const target = { ...actorOf(caller), ...params, scope };
        const input = inputOf(useCases, body);
        if (input instanceof Response) return input;
        return decided(
          await useCases.replaceProduct({ ...input, ...target }),
          (view) => reply(toWire(view)),
        );
      },
    }),
    defineRoute({
      method: "patch",
      path: "/v1/products/{product}",
      id: "changeProduct",
      tag: "products",
      summary: "Change the name, the policy or details of a listed product",
      params: productParams,
      query: scopeQuery,
      body: changeBody,
      answer: productAnswer,
      errors: ["product_unknown"],
      run: async (asked): Promise<Reply<WireProduct>> =>
        decided(
          await useCases.changeProduct({
            ...actorOf(asked.caller),
            ...asked.body,
            ...asked.params,
            scope: asked.query.scope ?? ownScope(useCases),
          }),
          (view) => reply(toWire(view)),
        ),
    }),
    defineRoute({
      method: "delete",
      path: "/v1/products/{product}",
      id: "removeProduct",
      tag: "products",
      summary: "Remove a product from a scope",
      params: productParams,
      query: scopeQuery,
      answer: productAnswer,
      statuses: { 200: "The product as it was." },
      errors: ["product_unknown"],
      run: async ({ params, query, caller }): Promise<Reply<WireProduct>> =>
        decided(
          await useCases.removeProduct({
            ...actorOf(caller),
            ...params,
            scope: query.scope ?? ownScope(useCases),
          }),
          (view) => reply(toWire(view)),
        ),
    }),
  ];
}
