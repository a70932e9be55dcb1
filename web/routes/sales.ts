/**
 * `/v1/sales`: recording, reading and voiding sales.
 *
 * @module
 */
import { z } from "@hono/zod-openapi";
import type { Money } from "../../crdt/mod.ts";
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
  actorInputSchema,
  factSchema,
  instantInputSchema,
  maybe,
  methodSchema,
  pageFields,
  pageOfAll,
  pageSchema,
  pageToWire,
  safeText,
  siteSchema,
} from "../schemas.ts";
import { moneyFromWire } from "../wire.ts";
import { approvalSchema, approve } from "./approval.ts";
import { unrepresentable } from "./products.ts";
import {
  needsSupervisor,
  saleAnswer,
  saleBody,
  saleFromWire,
  saleToWire,
  type WireSale,
} from "./sale_wire.ts";

const voidBody = z.strictObject({
  id: maybe(factSchema),
  reason: safeText(1),
  by: maybe(actorInputSchema),
  approval: approvalSchema,
}).openapi("SaleVoiding");
const voidAnswer = z.object({
  fact: z.string(),
  sale: saleAnswer,
}).openapi("SaleVoid");

const boundSchema = z.string().regex(/^-?[0-9]{1,16}(\.[0-9]{1,9})?$/);

const saleParams = z.object({ id: factSchema });

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
        "first answer, and another request under that id is refused with `id_reused`. Prices of its own, discounts, " +
        "returns and observations take a supervisor, or an `approval` by one.",
      body: saleBody,
      answer: saleAnswer,
      statuses: { 201: "Recorded.", 200: "Recorded before." },
      errors: [
        "product_unknown",
        "price_unknown",
        "stock_insufficient",
        "rights_insufficient",
        "approval_failed",
        "payment_invalid",
        "discount_invalid",
        "return_exceeds",
        "sale_unknown",
        "id_reused",
        "invalid_argument",
        "currency_mismatch",
        "amount_out_of_range",
      ],
      run: async ({ body, caller, from }): Promise<Reply<WireSale>> => {
        const approved = needsSupervisor(body)
          ? await approve(useCases, "supervisor", {
            ...{ approval: body.approval, caller, address: from.address },
          })
          : {};
        if (approved instanceof Response) return approved;
        const { currency } = useCases.node;
        const input = saleFromWire(body, currency, caller?.actor);
        if (typeof input === "string") return unrepresentable(input);
        return decided(
          await useCases.recordSale({ ...input, ...approved }),
          ({ sale, repeated }) =>
            reply(saleToWire(sale), repeated ? 200 : 201, {
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
        "With an `id`, a repeat of the same request counts once and answers 200. It takes a supervisor, or an `approval` by one.",
      params: saleParams,
      body: voidBody,
      answer: voidAnswer,
      statuses: { 201: "Voided.", 200: "Voided before by this request." },
      errors: [
        "sale_unknown",
        "sale_already_voided",
        "sale_returned",
        "id_reused",
        "approval_failed",
        "forbidden",
      ],
      run: async (
        { params, body: { approval, ...body }, caller, from },
      ): Promise<Reply<z.output<typeof voidAnswer>>> => {
        const approved = await approve(useCases, "supervisor", {
          ...{ approval, caller, address: from.address },
        });
        if (approved instanceof Response) return approved;
        const repeated = body.id !== undefined &&
          useCases.fact(body.id).length > 0;
        return decided(
          await useCases.voidSale({
            ...body,
            ...approved,
            sale: params.id,
            ...(caller === undefined ? {} : { by: caller.actor }),
          }),
          ({ fact, sale }) =>
            reply({ fact, sale: saleToWire(sale) }, repeated ? 200 : 201),
        );
      },
    }),
  ];
}

/** The bounds of a list's totals, or the one that cannot be held exactly. */
function boundsOf(
  texts: Readonly<Record<"least" | "most", string | undefined>>,
  currency: string,
): { readonly least?: Money; readonly most?: Money } | string {
  const bounds: { least?: Money; most?: Money } = {};
  for (const name of ["least", "most"] as const) {
    const text = texts[name];
    if (text === undefined) continue;
    const money = moneyFromWire(text, currency);
    if (money === undefined) return name;
    bounds[name] = money;
  }
  return bounds;
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
        receipt: maybe(safeText(1, 64)).openapi({
          description:
            "Only with this receipt number, oldest first: one, unless a number was used twice.",
        }),
        seller: maybe(safeText(1, 100)).openapi({
          description:
            "Only by those whose name contains this, or whose id it is. With this, `method`, `least` or `most` a page " +
            "may have fewer sales than `limit` although `next` leads to more.",
        }),
        method: maybe(methodSchema).openapi({
          description: "Only paid by this, all or in part.",
        }),
        least: maybe(boundSchema).openapi({
          description: "Only of this total or more, in the node's currency.",
        }),
        most: maybe(boundSchema).openapi({
          description: "Only of this total or less.",
        }),
        ...pageFields,
      }),
      answer: pageSchema(saleAnswer),
      run: ({ query: { order, receipt, least, most, ...asked } }) => {
        const bounds = boundsOf({ least, most }, useCases.node.currency);
        if (typeof bounds === "string") return unrepresentable(bounds);
        const query = { ...asked, ...bounds };
        const found = receipt === undefined
          ? useCases.sales({ ...query, newestFirst: order === "desc" })
          : pageOfAll(
            useCases.tills.salesWithReceipt(receipt).filter(({ site }) =>
              query.site === undefined || site === query.site
            ),
            query,
          );
        return found === undefined
          ? problem("request_invalid", "The cursor is none of this list")
          : reply(pageToWire(found, saleToWire));
      },
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
          : reply(saleToWire(sale));
      },
    }),
    defineRoute({
      method: "get",
      path: "/v1/sales/{id}/returns",
      id: "listSaleReturns",
      tag: "sales",
      summary: "Returns of a sale's goods, those voided left out",
      params: saleParams,
      query: z.strictObject({ ...pageFields }),
      answer: pageSchema(saleAnswer),
      errors: ["sale_unknown"],
      run: ({ params, query }) => {
        const returns = useCases.tills.returnsOfSale(params.id);
        if (returns === undefined) {
          return problem(
            "sale_unknown",
            `Cannot list returns of sale ${params.id}: unknown`,
          );
        }
        const found = pageOfAll(returns, query);
        return found === undefined
          ? problem("request_invalid", "The cursor is none of this list")
          : reply(pageToWire(found, saleToWire));
      },
    }),
  ];
}
