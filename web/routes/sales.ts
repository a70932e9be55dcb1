/**
 * `/v1/sales`: recording, reading and voiding sales.
 *
 * @module
 */
import { z } from "@hono/zod-openapi";
import { LINES_MAX, type Money } from "../../crdt/mod.ts";
import type {
  RecordSaleInput,
  SaleLine,
  SaleLineInput,
  SaleView,
  UseCases,
} from "../../nodes/mod.ts";
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
  instantInputSchema,
  instantSchema,
  maybe,
  moneyInputSchema,
  moneySchema,
  pageFields,
  pageSchema,
  pageToWire,
  priceSchema,
  productSchema,
  safeText,
  siteSchema,
} from "../schemas.ts";
import {
  instantToWire,
  moneyFromWire,
  moneyToWire,
  priceToWire,
} from "../wire.ts";
import { unrepresentable } from "./products.ts";

const lineAnswer = z.object({
  product: z.string(),
  name: z.string().openapi({ description: "Its name when it was sold." }),
  quantity: z.int(),
  price: priceSchema("Price of one."),
  amount: moneySchema,
}).openapi("SaleLine");

const saleAnswer = z.object({
  id: z.string(),
  site: z.string(),
  receipt: z.string().openapi({ example: "CUS-20241109-48213001" }),
  at: instantSchema,
  localTime: z.string().openapi({
    description: "The same instant as the site's wall clock showed it.",
    example: "2024-11-09T13:22:31.120003",
  }),
  date: z.string().openapi({ description: "Business date at the site." }),
  lines: z.array(lineAnswer).readonly(),
  total: moneySchema,
  voided: z.boolean(),
  log: z.string().openapi({ description: "The log that holds it." }),
  seq: z.int().openapi({ description: "Its place in that log." }),
}).openapi("Sale");
type WireSale = z.output<typeof saleAnswer>;

const saleBody = z.strictObject({
  id: maybe(factSchema).openapi({
    description:
      "Your id for this sale, so that a repeat counts once and gets the first answer.",
  }),
  lines: z.array(z.strictObject({
    product: productSchema,
    quantity: countSchema.openapi({
      description: "Whole units; 0 only in an observation.",
    }),
    price: maybe(moneyInputSchema).openapi({
      description: "Another price of one than the one in force.",
    }),
    amount: maybe(moneyInputSchema).openapi({
      description:
        "What the line costs, where that is not price times quantity.",
    }),
  })).min(1).max(LINES_MAX).readonly(),
  at: maybe(instantInputSchema).openapi({
    description: "When it happened; now if left out.",
  }),
  observation: maybe(z.boolean()).openapi({
    description:
      "True for a sale that already happened elsewhere: recorded whatever the stock.",
  }),
  note: maybe(safeText(0)),
}).refine(
  (body) =>
    body.observation === true || body.lines.every((line) => line.quantity > 0),
  { error: "Expected a quantity of 1 or more", path: ["lines"] },
).openapi("SaleRecording", {
  example: { lines: [{ product: "honey", quantity: 2 }] },
});
type SaleBody = z.output<typeof saleBody>;

const voidBody = z.strictObject({
  id: maybe(factSchema),
  reason: safeText(0),
}).openapi("SaleVoiding");
const voidAnswer = z.object({
  fact: z.string(),
  sale: saleAnswer,
}).openapi("SaleVoid");

const saleParams = z.object({ id: factSchema });

function lineToWire(line: SaleLine): z.output<typeof lineAnswer> {
  return {
    product: line.product,
    name: line.name,
    quantity: line.quantity,
    price: priceToWire(line.price),
    amount: moneyToWire(line.amount),
  };
}

function toWire(view: SaleView): WireSale {
  return {
    id: view.id,
    site: view.site,
    receipt: view.receipt,
    at: instantToWire(view.at),
    localTime: view.localTime,
    date: view.date,
    lines: view.lines.map(lineToWire),
    total: moneyToWire(view.total),
    voided: view.voided,
    log: view.log,
    seq: view.seq,
  };
}

/** Reads the amounts of a sale, or names the field that cannot be held exactly. */
function inputOf(body: SaleBody, currency: string): RecordSaleInput | string {
  const lines: SaleLineInput[] = [];
  for (const [index, { price, amount, ...line }] of body.lines.entries()) {
    const money: { price?: Money; amount?: Money } = {};
    if (price !== undefined) {
      const parsed = moneyFromWire(price, currency);
      if (parsed === undefined) return `lines.${index}.price`;
      money.price = parsed;
    }
    if (amount !== undefined) {
      const parsed = moneyFromWire(amount, currency);
      if (parsed === undefined) return `lines.${index}.amount`;
      money.amount = parsed;
    }
    lines.push({ ...line, ...money });
  }
  return { ...body, lines };
}

/**
 * The routes of sales.
 *
 * @param useCases The node.
 * @returns The routes.
 */
export function saleRoutes(useCases: UseCases): Route[] {
  return [...decisions(useCases), ...readings(useCases)];
}

function decisions(useCases: UseCases): Route[] {
  return [
    defineRoute({
      method: "post",
      path: "/v1/sales",
      id: "recordSale",
      tag: "sales",
      summary: "Record a sale at this node's site",
      description:
        "Answered after the disk has confirmed it. With an `id`, a repeat of the same request answers 200 with the " +
        "first answer, and another request under that id is refused with `id_reused`.",
      body: saleBody,
      answer: saleAnswer,
      statuses: { 201: "Recorded.", 200: "Recorded before." },
      errors: [
        "product_unknown",
        "price_unknown",
        "stock_insufficient",
        "rights_insufficient",
        "id_reused",
        "currency_mismatch",
        "amount_out_of_range",
      ],
      run: async ({ body }): Promise<Reply<WireSale>> => {
        const input = inputOf(body, useCases.node.currency);
        if (typeof input === "string") return unrepresentable(input);
        return decided(
          await useCases.recordSale(input),
          ({ sale, repeated }) =>
            reply(toWire(sale), repeated ? 200 : 201, {
              location: `/v1/sales/${sale.id}`,
            }),
        );
      },
    }),
    defineRoute({
      method: "post",
      path: "/v1/sales/{id}/void",
      id: "voidSale",
      tag: "sales",
      summary: "Void a sale as a whole",
      description:
        "With an `id`, a repeat of the same request counts once and answers 200.",
      params: saleParams,
      body: voidBody,
      answer: voidAnswer,
      statuses: { 201: "Voided.", 200: "Voided before by this request." },
      errors: ["sale_unknown", "sale_already_voided", "id_reused"],
      run: async (
        { params, body },
      ): Promise<Reply<z.output<typeof voidAnswer>>> => {
        const repeated = body.id !== undefined &&
          useCases.fact(body.id).length > 0;
        return decided(
          await useCases.voidSale({ ...body, sale: params.id }),
          ({ fact, sale }) =>
            reply({ fact, sale: toWire(sale) }, repeated ? 200 : 201),
        );
      },
    }),
  ];
}

function readings(useCases: UseCases): Route[] {
  return [
    defineRoute({
      method: "get",
      path: "/v1/sales",
      id: "listSales",
      tag: "sales",
      summary: "Sales by the instant when they happened",
      query: z.strictObject({
        site: maybe(siteSchema),
        from: maybe(instantInputSchema).openapi({
          description: "Only at or after this instant.",
        }),
        before: maybe(instantInputSchema).openapi({
          description: "Only before this instant.",
        }),
        order: z.enum(["asc", "desc"]).default("asc").openapi({
          description: "`desc`: newest first.",
        }),
        ...pageFields,
      }),
      answer: pageSchema(saleAnswer),
      run: ({ query: { order, ...query } }) =>
        reply(
          pageToWire(
            useCases.sales({ ...query, newestFirst: order === "desc" }),
            toWire,
          ),
        ),
    }),
    defineRoute({
      method: "get",
      path: "/v1/sales/{id}",
      id: "getSale",
      tag: "sales",
      summary: "One sale",
      params: saleParams,
      answer: saleAnswer,
      errors: ["sale_unknown"],
      run: ({ params }): Reply<WireSale> => {
        const sale = useCases.sale(params.id);
        return sale === undefined
          ? problem("sale_unknown", `Cannot show sale ${params.id}: unknown`)
          : reply(toWire(sale));
      },
    }),
  ];
}
