/**
 * `/v1/transactions`: deliveries of fuel.
 *
 * @module
 */
import { z } from "@hono/zod-openapi";
import { currencyExponent } from "../../crdt/mod.ts";
import type { FuelSaleView, UseCases } from "../../nodes/mod.ts";
import { problem } from "../errors.ts";
import {
  decided,
  defineRoute,
  type Reply,
  reply,
  type Route,
} from "../route.ts";
import {
  factSchema,
  flagSchema,
  instantInputSchema,
  instantSchema,
  maybe,
  moneyInputSchema,
  moneySchema,
  pageFields,
  pageSchema,
  pageToWire,
  safeText,
  siteSchema,
} from "../schemas.ts";
import {
  instantToWire,
  moneyFromWire,
  moneyToWire,
  type WireMoneyInput,
} from "../wire.ts";
import { unrepresentable } from "./products.ts";

const saleAnswer = z.object({
  id: z.string(),
  site: z.string(),
  pump: z.string(),
  pumpName: z.string(),
  fuel: z.string(),
  volumeMl: z.int(),
  price: moneySchema,
  amount: moneySchema,
  payment: z.string(),
  at: instantSchema,
  localTime: z.string(),
  startedAt: z.string().nullable(),
  date: z.string().openapi({ description: "Business date at the site." }),
  state: z.enum(["started", "completed", "cancelled", "failed"]),
  source: z.enum(["pump", "peer", "entered"]),
  timeEstimated: z.boolean(),
  amountMismatch: z.boolean().openapi({
    description: "The amount is not the volume times the price.",
  }),
  priceMismatch: z.boolean().openapi({
    description: "The site had set other prices for the fuel.",
  }),
  raw: z.string().nullable().openapi({
    description:
      "The message as received, where something had to be put right.",
  }),
  log: z.string(),
  seq: z.int(),
}).openapi("FuelSale");
type WireFuelSale = z.output<typeof saleAnswer>;

const saleBody = z.strictObject({
  id: maybe(factSchema),
  site: maybe(siteSchema),
  pump: safeText(1, 64),
  fuel: safeText(1, 64),
  volumeMl: z.int().min(1).max(1_000_000_000_000),
  price: moneyInputSchema,
  amount: moneyInputSchema,
  payment: safeText(1, 64).default("efectivo"),
  at: maybe(instantInputSchema),
  startedAt: maybe(instantInputSchema),
}).openapi("FuelSaleRecording", {
  description:
    "A delivery that a person enters; those of pumps come by themselves.",
});

function toWire(sale: FuelSaleView): WireFuelSale {
  const { currency, exponent, price, amount, at, startedAt, ...rest } = sale;
  const money = (units: number) => moneyToWire({ units, currency, exponent });
  return {
    ...rest,
    price: money(price),
    amount: money(amount),
    at: instantToWire(at),
    startedAt: startedAt === null ? null : instantToWire(startedAt),
  };
}

/** Units of the currency's own decimal places; undefined if it cannot hold the amount, or that is below zero. */
function unitsOf(input: WireMoneyInput, currency: string): number | undefined {
  const money = moneyFromWire(input, currency);
  return money?.currency === currency && money.units >= 0 &&
      money.exponent === currencyExponent(currency)
    ? money.units
    : undefined;
}

/**
 * The routes of deliveries of fuel.
 *
 * @param useCases The node.
 * @returns The routes.
 */
export function transactionRoutes(useCases: UseCases): Route[] {
  const { forecourt } = useCases;
  return [
    defineRoute({
      method: "get",
      path: "/v1/transactions",
      id: "listTransactions",
      tag: "fuel",
      summary: "Deliveries of fuel by instant",
      query: z.strictObject({
        site: maybe(siteSchema),
        pump: maybe(safeText(1, 64)),
        fuel: maybe(safeText(1, 64)),
        from: maybe(instantInputSchema),
        before: maybe(instantInputSchema),
        newestFirst: maybe(flagSchema),
        ...pageFields,
      }),
      answer: pageSchema(saleAnswer),
      run: ({ query }) => reply(pageToWire(forecourt.fuelSales(query), toWire)),
    }),
    defineRoute({
      method: "get",
      path: "/v1/transactions/{id}",
      id: "getTransaction",
      tag: "fuel",
      summary: "One delivery of fuel",
      params: z.object({ id: factSchema }),
      answer: saleAnswer,
      run: ({ params }): Reply<WireFuelSale> => {
        const sale = forecourt.fuelSale(params.id);
        return sale === undefined
          ? problem("not_found", `There is no delivery ${params.id}`)
          : reply(toWire(sale));
      },
    }),
    defineRoute({
      method: "post",
      path: "/v1/transactions",
      id: "recordTransaction",
      tag: "fuel",
      summary: "Enter a delivery of fuel by hand",
      description:
        "With an `id`, a repeat of the same request counts once and answers 200.",
      body: saleBody,
      answer: saleAnswer,
      statuses: { 201: "Recorded.", 200: "Recorded before." },
      errors: ["id_reused", "forbidden"],
      run: async ({ body }): Promise<Reply<WireFuelSale>> => {
        const { currency } = useCases.node;
        const price = unitsOf(body.price, currency);
        const amount = unitsOf(body.amount, currency);
        if (price === undefined) return unrepresentable("price");
        if (amount === undefined) return unrepresentable("amount");
        return decided(
          await forecourt.recordFuelSale({
            ...body,
            price,
            amount,
            source: "entered",
          }),
          ({ sale, repeated }) => reply(toWire(sale), repeated ? 200 : 201),
        );
      },
    }),
  ];
}
