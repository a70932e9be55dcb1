/**
 * `/v1/notices`: sale notices of original branches, as an office keeps them.
 *
 * @module
 */
import { z } from "@hono/zod-openapi";
import type { NoticeView, UseCases } from "../../nodes/mod.ts";
import { defineRoute, reply, type Route } from "../route.ts";
import {
  flagSchema,
  instantSchema,
  maybe,
  moneySchema,
  pageFields,
  pageSchema,
  pageToWire,
  priceSchema,
} from "../schemas.ts";
import { instantToWire, moneyToWire, priceToWire } from "../wire.ts";

const noticeAnswer = z.object({
  id: z.string(),
  at: instantSchema,
  branch: z.string().openapi({ description: "The sender's id, as received." }),
  product: z.string(),
  name: z.string().nullable(),
  price: priceSchema("When it was received."),
  quantity: z.int(),
  amount: moneySchema,
  amountText: z.string().openapi({
    description: "The total amount, to the last digit as received.",
  }),
  timestamp: z.string().openapi({
    description: "The time of sale, as received.",
  }),
  applied: z.boolean().openapi({
    description: "False while it is in quarantine: its product is unknown.",
  }),
  source: z.enum(["http", "form"]),
}).openapi("Notice");

function toWire(view: NoticeView): z.output<typeof noticeAnswer> {
  return {
    ...view,
    at: instantToWire(view.at),
    price: priceToWire(view.price),
    amount: moneyToWire(view.amount),
  };
}

/**
 * The routes of notices.
 *
 * @param useCases The node.
 * @returns The routes.
 */
export function noticeRoutes(useCases: UseCases): Route[] {
  return [
    defineRoute({
      method: "get",
      path: "/v1/notices",
      id: "listNotices",
      tag: "notices",
      summary: "Notices that count, or those in quarantine",
      query: z.strictObject({
        quarantined: maybe(flagSchema),
        order: z.enum(["asc", "desc"]).default("asc").openapi({
          description: "`desc`: newest first.",
        }),
        ...pageFields,
      }),
      answer: pageSchema(noticeAnswer),
      run: ({ query: { order, ...query } }) =>
        reply(
          pageToWire(
            useCases.notices({ ...query, newestFirst: order === "desc" }),
            toWire,
          ),
        ),
    }),
  ];
}
