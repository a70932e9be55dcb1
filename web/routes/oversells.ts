/**
 * `/v1/oversells`: sales of goods that are not there, what is proposed for each, and fixing it.
 *
 * @module
 */
import { z } from "@hono/zod-openapi";
import type { OversellView, UseCases } from "../../nodes/mod.ts";
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
  flagSchema,
  instantSchema,
  maybe,
  pageFields,
  pageSchema,
  pageToWire,
  productSchema,
  safeText,
  siteSchema,
} from "../schemas.ts";
import { instantToWire } from "../wire.ts";

const remedyKind = z.enum(["transfer", "backorder", "refund"]);

const oversellAnswer = z.object({
  id: z.string().openapi({ description: "The same at every node." }),
  site: z.string(),
  product: z.string(),
  sale: z.string(),
  receipt: z.string(),
  at: instantSchema,
  quantity: z.int().openapi({
    description: "How many of the sale's goods are not there.",
  }),
  remedy: remedyKind.openapi({
    description:
      "Proposed, or fixed by an acknowledgement: goods of another site, goods that are ordered, or money back.",
  }),
  from: z.string().nullable().openapi({
    description: "The site that a transfer comes from.",
  }),
  acknowledged: z.string().nullable().openapi({
    description: "The fact that fixed the remedy; null while it is proposed.",
  }),
}).openapi("Oversell");

const acknowledgementBody = z.strictObject({
  remedy: maybe(remedyKind).openapi({
    description: "The proposed one if left out.",
  }),
  from: maybe(siteSchema),
  note: safeText(0).default(""),
}).openapi("OversellAcknowledgement");

const offerBody = z.strictObject({
  site: maybe(siteSchema),
  product: productSchema,
  quantity: countSchema.openapi({
    description: "What the site can spare now, in place of what it offered.",
  }),
}).openapi("StockOffer");

const factAnswer = z.object({ fact: z.string() });

function toWire(view: OversellView): z.output<typeof oversellAnswer> {
  const { id, site, product, sale, receipt, at, quantity } = view;
  const { remedy, acknowledged } = view;
  return {
    ...{ id, site, product, sale, receipt, at: instantToWire(at), quantity },
    remedy: remedy.kind,
    from: remedy.kind === "transfer" ? remedy.from : null,
    acknowledged,
  };
}

/**
 * The routes of over-committed sales.
 *
 * @param useCases The node.
 * @returns The routes.
 */
export function oversellRoutes(useCases: UseCases): Route[] {
  return [
    defineRoute({
      method: "get",
      path: "/v1/oversells",
      id: "listOversells",
      tag: "stock",
      summary: "Sales of goods that are not there, and what is proposed",
      description:
        "Every node that reads a site derives the same list: acknowledged sales first, then the last ones until the " +
        "shortage is covered.",
      query: z.strictObject({
        site: maybe(siteSchema),
        product: maybe(productSchema),
        acknowledged: maybe(flagSchema),
        ...pageFields,
      }),
      answer: pageSchema(oversellAnswer),
      run: ({ query }) => reply(pageToWire(useCases.oversells(query), toWire)),
    }),
    defineRoute({
      method: "post",
      path: "/v1/oversells/{id}/acknowledgement",
      id: "acknowledgeOversell",
      tag: "stock",
      summary: "Fix what is done about goods that are not there",
      params: z.object({ id: safeText(1, 64) }),
      body: acknowledgementBody,
      answer: oversellAnswer,
      statuses: { 201: "Fixed.", 200: "Fixed before; nothing changed." },
      errors: ["oversell_unknown", "invalid_argument", "forbidden"],
      run: async (
        { params, body },
      ): Promise<Reply<z.output<typeof oversellAnswer>>> =>
        decided(
          await useCases.acknowledgeOversell({ id: params.id, ...body }),
          ({ item, repeated }) => reply(toWire(item), repeated ? 200 : 201),
        ),
    }),
    defineRoute({
      method: "post",
      path: "/v1/stock/offers",
      id: "offerStock",
      tag: "stock",
      summary: "Say what a site can spare for others",
      description:
        "Remedies of other sites' oversells propose transfers from sites that offered enough.",
      body: offerBody,
      answer: factAnswer,
      statuses: { 201: "Offered." },
      errors: ["product_unknown", "forbidden"],
      run: async ({ body }): Promise<Reply<z.output<typeof factAnswer>>> => {
        const site = body.site ?? useCases.node.site;
        if (site === null) {
          return problem(
            "request_invalid",
            "Cannot offer stock: this node has no site of its own, name one",
          );
        }
        const { product, quantity } = body;
        return decided(
          await useCases.offerStock({ site, product, quantity }),
          ({ fact }) => reply({ fact }, 201),
        );
      },
    }),
  ];
}
