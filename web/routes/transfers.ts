/**
 * `/v1/transfers`: goods that go from one site to another.
 *
 * @module
 */
import { z } from "@hono/zod-openapi";
import { type Transfer, TRANSFER_LINES_MAX } from "../../crdt/mod.ts";
import type { UseCases } from "../../nodes/mod.ts";
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
  flagSchema,
  instantSchema,
  maybe,
  pageFields,
  pageSchema,
  pageToWire,
  productSchema,
  quantitySchema,
  safeText,
  siteSchema,
} from "../schemas.ts";
import { instantToWire } from "../wire.ts";

const linesAnswer = z.array(
  z.object({ product: z.string(), quantity: z.int() }),
).readonly();

const transferAnswer = z.object({
  id: z.string(),
  at: instantSchema,
  from: z.string(),
  to: z.string(),
  lines: linesAnswer,
  note: z.string(),
  arrivals: z.array(z.object({
    fact: z.string(),
    site: z.string().openapi({
      description: "Where it was sent to, or where it had left and came back.",
    }),
    at: instantSchema,
    lines: linesAnswer,
    note: z.string(),
  })).readonly().openapi({
    description:
      "Empty while the goods are on their way; several where nodes apart took them in.",
  }),
}).openapi("Transfer");
type WireTransfer = z.output<typeof transferAnswer>;

const sendBody = z.strictObject({
  id: maybe(factSchema),
  from: maybe(siteSchema).openapi({
    description: "The node's own site if left out.",
  }),
  to: siteSchema,
  lines: z.array(
    z.strictObject({ product: productSchema, quantity: quantitySchema }),
  ).min(1).max(TRANSFER_LINES_MAX).readonly(),
  note: safeText(0).default(""),
}).openapi("TransferSending");

const arrivalBody = z.strictObject({
  site: maybe(siteSchema).openapi({
    description: "The node's own site if left out.",
  }),
  lines: maybe(
    z.array(z.strictObject({ product: productSchema, quantity: countSchema }))
      .max(TRANSFER_LINES_MAX).readonly(),
  ).openapi({ description: "What arrived; all that was sent if left out." }),
  note: safeText(0).default(""),
}).openapi("TransferArrival");

const factAnswer = z.object({ fact: z.string() });
type WireFact = z.output<typeof factAnswer>;

function toWire(transfer: Transfer): WireTransfer {
  return {
    ...transfer,
    at: instantToWire(transfer.at),
    arrivals: transfer.arrivals.map((one) => ({
      ...one,
      at: instantToWire(one.at),
    })),
  };
}

function noSite(): Response {
  return problem(
    "request_invalid",
    "Cannot move goods: this node has no site of its own, name one",
  );
}

/**
 * The routes of transfers.
 *
 * @param useCases The node.
 * @returns The routes.
 */
export function transferRoutes(useCases: UseCases): Route[] {
  return [
    defineRoute({
      method: "get",
      path: "/v1/transfers",
      id: "listTransfers",
      tag: "stock",
      summary: "Goods that went from one site to another, the last first",
      query: z.strictObject({
        site: maybe(siteSchema).openapi({
          description: "Only those that leave or arrive there.",
        }),
        open: maybe(flagSchema).openapi({
          description: "Only those on their way, or only those that arrived.",
        }),
        ...pageFields,
      }),
      answer: pageSchema(transferAnswer),
      run: ({ query }) =>
        reply(pageToWire(useCases.goods.transfers(query), toWire)),
    }),
    defineRoute({
      method: "post",
      path: "/v1/transfers",
      id: "sendGoods",
      tag: "stock",
      summary: "Send goods to another site",
      description:
        "They leave the stock at once and are on their way until they arrive. With an `id`, a repeat of the same request " +
        "counts once and answers 200.",
      body: sendBody,
      answer: factAnswer,
      statuses: { 201: "Sent.", 200: "Sent before." },
      errors: [
        ...["product_unknown", "stock_insufficient"] as const,
        ...["rights_insufficient", "id_reused"] as const,
        ...["invalid_argument", "forbidden"] as const,
      ],
      run: async ({ body }): Promise<Reply<WireFact>> => {
        const from = body.from ?? useCases.node.site;
        if (from === null) return noSite();
        return decided(
          await useCases.goods.sendGoods({ ...body, from }),
          ({ fact, repeated }) => reply({ fact }, repeated ? 200 : 201),
        );
      },
    }),
    defineRoute({
      method: "post",
      path: "/v1/transfers/{id}/arrival",
      id: "receiveGoods",
      tag: "stock",
      summary: "Take in goods that another site sent",
      description: "They are taken in once; a repeat answers 200.",
      params: z.object({ id: factSchema }),
      body: arrivalBody,
      answer: factAnswer,
      statuses: { 201: "Taken in.", 200: "Taken in before." },
      errors: [
        ...["transfer_unknown", "product_unknown"] as const,
        ...["invalid_argument", "forbidden"] as const,
      ],
      run: async ({ params, body }): Promise<Reply<WireFact>> => {
        const site = body.site ?? useCases.node.site;
        if (site === null) return noSite();
        return decided(
          await useCases.goods.receiveGoods({
            ...body,
            site,
            transfer: params.id,
          }),
          ({ fact, repeated }) => reply({ fact }, repeated ? 200 : 201),
        );
      },
    }),
  ];
}
