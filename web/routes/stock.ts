/**
 * `/v1/stock`: stock on hand, deliveries and counts.
 *
 * @module
 */
import { z } from "@hono/zod-openapi";
import { LINES_MAX, MASTER_SITE, type SiteCode } from "../../crdt/mod.ts";
import type { StockView, UseCases } from "../../nodes/mod.ts";
import { problem } from "../errors.ts";
import {
  decided,
  defineRoute,
  type Reply,
  reply,
  type Route,
} from "../route.ts";
import {
  countSchema,
  factSchema,
  maybe,
  pageFields,
  pageSchema,
  productSchema,
  quantitySchema,
  safeText,
  siteSchema,
} from "../schemas.ts";

const stockAnswer = z.object({
  site: z.string().openapi({
    description: "A site, or `MASTER` for the master stock.",
  }),
  product: z.string(),
  onHand: z.int().openapi({
    description:
      "received - sold + voided + counted + reported. May be below zero.",
  }),
  received: z.int(),
  sold: z.int(),
  voided: z.int(),
  counted: z.int().openapi({
    description: "Sum of the differences that counts found.",
  }),
  reported: z.int().openapi({
    description: "What an original branch reported last; 0 where none sells.",
  }),
}).openapi("Stock");

const receiptBody = z.strictObject({
  id: maybe(factSchema),
  site: maybe(siteSchema),
  lines: z.array(z.strictObject({
    product: productSchema,
    quantity: quantitySchema,
  })).min(1).max(LINES_MAX).readonly(),
  note: maybe(safeText(0)),
}).openapi("StockReceipt");

const countBody = z.strictObject({
  id: maybe(factSchema),
  site: maybe(siteSchema),
  product: productSchema,
  counted: countSchema.openapi({ description: "What is there." }),
  note: maybe(safeText(0)),
}).openapi("StockCount");

const receiptAnswer = z.object({ fact: z.string() });
const countAnswer = z.object({
  fact: z.string(),
  difference: z.int().openapi({
    description: "What was counted less what was expected.",
  }),
});

/** The site that a request means when it names none: the node's own, or the master stock where it has none. */
function ownSite(useCases: UseCases): SiteCode {
  return useCases.node.site ?? MASTER_SITE;
}

/**
 * The routes of stock.
 *
 * @param useCases The node.
 * @returns The routes.
 */
export function stockRoutes(useCases: UseCases): Route[] {
  return [...readings(useCases), ...decisions(useCases)];
}

function readings(useCases: UseCases): Route[] {
  return [
    defineRoute({
      method: "get",
      path: "/v1/stock",
      id: "listStock",
      tag: "stock",
      summary: "Stock of one site or of all, by site and product",
      query: z.strictObject({ site: maybe(siteSchema), ...pageFields }),
      answer: pageSchema<StockView>(
        stockAnswer as unknown as z.ZodType<StockView>,
      ),
      run: ({ query }) => reply(useCases.stock(query)),
    }),
    defineRoute({
      method: "get",
      path: "/v1/stock/{site}/{product}",
      id: "getStock",
      tag: "stock",
      summary: "Stock of one product at one site",
      params: z.object({ site: siteSchema, product: productSchema }),
      answer: stockAnswer,
      run: ({ params }): Reply<z.output<typeof stockAnswer>> => {
        const row = useCases.stockOf(params.site, params.product);
        return row === undefined
          ? problem(
            "not_found",
            `Cannot show stock of "${params.product}" at ${params.site}: there is none recorded`,
          )
          : reply(row);
      },
    }),
  ];
}

function decisions(useCases: UseCases): Route[] {
  return [
    defineRoute({
      method: "post",
      path: "/v1/stock/receipts",
      id: "receiveStock",
      tag: "stock",
      summary: "Record a delivery",
      description:
        "With an `id`, a repeat of the same request counts once and answers 200.",
      body: receiptBody,
      answer: receiptAnswer,
      statuses: { 201: "Recorded.", 200: "Recorded before." },
      errors: ["product_unknown", "id_reused"],
      run: async ({ body }): Promise<Reply<z.output<typeof receiptAnswer>>> =>
        decided(
          await useCases.receiveStock({
            ...body,
            site: body.site ?? ownSite(useCases),
          }),
          ({ fact, repeated }) => reply({ fact }, repeated ? 200 : 201),
        ),
    }),
    defineRoute({
      method: "post",
      path: "/v1/stock/counts",
      id: "countStock",
      tag: "stock",
      summary: "Record a count",
      description:
        "Its effect is the difference to what was expected here. With an `id`, a repeat of the same request counts " +
        "once and answers 200.",
      body: countBody,
      answer: countAnswer,
      statuses: { 201: "Recorded.", 200: "Recorded before." },
      errors: ["product_unknown", "id_reused"],
      run: async ({ body }): Promise<Reply<z.output<typeof countAnswer>>> =>
        decided(
          await useCases.countStock({
            ...body,
            site: body.site ?? ownSite(useCases),
          }),
          ({ fact, difference, repeated }) =>
            reply({ fact, difference }, repeated ? 200 : 201),
        ),
    }),
  ];
}
