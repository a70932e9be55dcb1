/**
 * `/v1/fuel-prices`: prices of liters, several at once.
 *
 * @module
 */
import { z } from "@hono/zod-openapi";
import { currencyExponent, PRICES_MAX, type SiteCode } from "../../crdt/mod.ts";
import type {
  FuelPrice,
  FuelPricesView,
  PriceSetView,
  UseCases,
} from "../../nodes/mod.ts";
import { problem, refused } from "../errors.ts";
import { defineRoute, type Reply, reply, type Route } from "../route.ts";
import {
  factSchema,
  instantInputSchema,
  instantSchema,
  maybe,
  moneyInputSchema,
  moneySchema,
  pageFields,
  pageSchema,
  pageToWire,
  productSchema,
  safeText,
  scopeSchema,
  siteSchema,
} from "../schemas.ts";
import {
  instantToWire,
  moneyFromWire,
  moneyToWire,
  type WireMoneyInput,
} from "../wire.ts";
import { ownScope } from "./products.ts";

const pricesAnswer = z.object({
  site: z.string(),
  set: z.string().nullable().openapi({
    description: "The newest change among those that hold.",
  }),
  prices: z.array(z.object({
    fuel: z.string(),
    price: moneySchema,
    fact: z.string(),
    effectiveAt: instantSchema,
  })).readonly(),
}).openapi("FuelPrices");

const setAnswer = z.object({
  id: z.string(),
  scope: z.string(),
  at: instantSchema,
  effectiveAt: instantSchema,
  origin: z.string(),
  prices: z.array(z.object({ fuel: z.string(), price: moneySchema }))
    .readonly(),
}).openapi("FuelPriceSet");

const setBody = z.strictObject({
  id: maybe(factSchema),
  scope: maybe(scopeSchema),
  sites: maybe(z.array(siteSchema).min(1).max(500).readonly()).openapi({
    description:
      "Set them at each of these sites, in place of `scope`; each gets a change of its own.",
  }),
  prices: z.array(z.strictObject({
    fuel: productSchema,
    price: moneyInputSchema,
  })).min(1).max(PRICES_MAX).readonly(),
  effectiveAt: maybe(instantInputSchema),
  origin: safeText(0, 64).default("api"),
}).refine(
  ({ scope, sites, id }) =>
    sites === undefined || (scope === undefined && id === undefined),
  { error: "Expected sites without scope and id", path: ["sites"] },
).openapi("FuelPriceSetting");

const setsAnswer = z.object({ items: z.array(setAnswer).readonly() });

function toWire(view: FuelPricesView): z.output<typeof pricesAnswer> {
  const { currency, exponent } = view;
  return {
    site: view.site,
    set: view.set,
    prices: view.prices.map(({ fuel, price, fact, effectiveAt }) => ({
      fuel,
      price: moneyToWire({ units: price, currency, exponent }),
      fact,
      effectiveAt: instantToWire(effectiveAt),
    })),
  };
}

function setToWire(set: PriceSetView): z.output<typeof setAnswer> {
  const { id, scope, origin, currency, exponent } = set;
  return {
    ...{ id, scope, origin },
    at: instantToWire(set.at),
    effectiveAt: instantToWire(set.effectiveAt),
    prices: set.prices.map(({ fuel, price }) => ({
      fuel,
      price: moneyToWire({ units: price, currency, exponent }),
    })),
  };
}

/** Prices of one currency at its own decimal places; undefined if one cannot be held so, or they are of several. */
function fromWire(
  prices: readonly {
    readonly fuel: FuelPrice["fuel"];
    readonly price: WireMoneyInput;
  }[],
  own: string,
): { readonly prices: FuelPrice[]; readonly currency: string } | undefined {
  const found: FuelPrice[] = [];
  let currency: string | undefined;
  for (const { fuel, price } of prices) {
    const money = moneyFromWire(price, own);
    currency ??= money?.currency;
    if (
      money === undefined || money.currency !== currency ||
      money.exponent !== currencyExponent(money.currency)
    ) return undefined;
    found.push({ fuel, price: money.units });
  }
  return { prices: found, currency: currency ?? own };
}

/**
 * The routes of prices of fuel.
 *
 * @param useCases The node.
 * @returns The routes.
 */
export function fuelPriceRoutes(useCases: UseCases): Route[] {
  const { forecourt, node } = useCases;
  return [
    defineRoute({
      method: "get",
      path: "/v1/fuel-prices/{site}",
      id: "getFuelPrices",
      tag: "fuel",
      summary: "Prices of liters that hold at a site",
      params: z.object({ site: siteSchema }),
      query: z.strictObject({ at: maybe(instantInputSchema) }),
      answer: pricesAnswer,
      run: ({ params, query }) =>
        reply(toWire(forecourt.prices(params.site, query.at))),
    }),
    defineRoute({
      method: "get",
      path: "/v1/fuel-prices",
      id: "listFuelPriceSets",
      tag: "fuel",
      summary: "Changes of prices of a scope, oldest first",
      query: z.strictObject({ scope: maybe(scopeSchema), ...pageFields }),
      answer: pageSchema(setAnswer),
      run: ({ query }) =>
        reply(pageToWire(
          forecourt.priceSets({
            ...query,
            scope: query.scope ?? ownScope(useCases),
          }),
          setToWire,
        )),
    }),
    defineRoute({
      method: "post",
      path: "/v1/fuel-prices",
      id: "setFuelPrices",
      tag: "fuel",
      summary: "Set prices of liters, now or from an instant on",
      description:
        "A pump gets them while it is free; a running delivery keeps its price. With an `id`, a repeat counts once.",
      body: setBody,
      answer: setsAnswer,
      statuses: { 201: "Recorded." },
      errors: ["price_invalid", "id_reused", "forbidden"],
      run: async ({ body }): Promise<Reply<z.output<typeof setsAnswer>>> => {
        const { scope, sites, ...rest } = body;
        const priced = fromWire(body.prices, node.currency);
        if (priced === undefined) {
          return problem(
            "price_invalid",
            `Prices are amounts of one currency with no more decimal places than it has (${node.currency}: ${
              currencyExponent(node.currency)
            })`,
          );
        }
        const scopes = sites?.map((site: SiteCode) =>
          `site:${site}` as const
        ) ??
          [scope ?? ownScope(useCases)];
        const outcomes = await Promise.all(
          scopes.map((one) =>
            forecourt.setPrices({ ...rest, ...priced, scope: one })
          ),
        );
        // Each site's change is a decision of its own: what one refuses does not take the others back.
        const failed = outcomes.find((one) => !one.ok);
        return failed !== undefined && !failed.ok
          ? refused(failed.error)
          : reply({
            items: outcomes.flatMap((one) =>
              one.ok ? [setToWire(one.value)] : []
            ),
          }, 201);
      },
    }),
  ];
}
