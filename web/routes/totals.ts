/**
 * `/v1/totals`: sums over sales that are not voided.
 *
 * @module
 */
import { z } from "@hono/zod-openapi";
import type { SaleTotals, TotalsRow, UseCases } from "../../nodes/mod.ts";
import { defineRoute, reply, type Route } from "../route.ts";
import {
  dateSchema,
  flagSchema,
  maybe,
  moneySchema,
  pageFields,
  pageSchema,
  pageToWire,
  productSchema,
  siteSchema,
} from "../schemas.ts";
import { moneyToWire, type WireMoney } from "../wire.ts";

const sums = {
  count: z.int().openapi({
    description: "Sales; lines, where a product is asked for.",
  }),
  units: z.int(),
  amounts: z.array(moneySchema).readonly().openapi({
    description: "One entry per currency and scale; empty without sales.",
  }),
};
const totalsAnswer = z.object({
  site: z.string().nullable().openapi({ description: "Null for all sites." }),
  date: z.string().nullable().openapi({ description: "Null for all dates." }),
  product: z.string().nullable().openapi({
    description: "Null for all products.",
  }),
  ...sums,
}).openapi("Totals");
type WireTotals = z.output<typeof totalsAnswer>;

interface WireSums {
  readonly count: number;
  readonly units: number;
  readonly amounts: readonly WireMoney[];
}

function sumsToWire(totals: SaleTotals): WireSums {
  return {
    count: totals.count,
    units: totals.units,
    amounts: totals.amounts.map(moneyToWire),
  };
}

function rowToWire(row: TotalsRow): WireTotals {
  return {
    site: row.site,
    date: row.date,
    product: row.product,
    ...sumsToWire(row),
  };
}

/**
 * The routes of totals.
 *
 * @param useCases The node.
 * @returns The routes.
 */
export function totalsRoutes(useCases: UseCases): Route[] {
  return [
    defineRoute({
      method: "get",
      path: "/v1/totals",
      id: "getTotals",
      tag: "totals",
      summary: "Sums over sales of a site, a date and a product, or of all",
      query: z.strictObject({
        site: maybe(siteSchema),
        date: maybe(dateSchema),
        product: maybe(productSchema),
      }),
      answer: totalsAnswer,
      run: ({ query }) =>
        reply({
          site: query.site ?? null,
          date: query.date ?? null,
          product: query.product ?? null,
          ...sumsToWire(useCases.totals(query)),
        }),
    }),
    defineRoute({
      method: "get",
      path: "/v1/totals/list",
      id: "listTotals",
      tag: "totals",
      summary: "Sums per site, and as asked per date and per product",
      query: z.strictObject({
        site: maybe(siteSchema),
        perDate: maybe(flagSchema),
        perProduct: maybe(flagSchema),
        ...pageFields,
      }),
      answer: pageSchema(totalsAnswer),
      run: ({ query }) =>
        reply(pageToWire(useCases.totalsList(query), rowToWire)),
    }),
  ];
}
