/**
 * Prices of liters: what holds at a site, changes of several at once, and which pumps have them.
 *
 * @module
 */
import {
  currencyExponent,
  type FactId,
  type FactOf,
  FUELS_PRICED,
  nextPriceChange,
  ok,
  PRICE_CHANGES,
  PRICE_SETS,
  PRICES_MAX,
  pricesToReplace,
  type ProductId,
  type Reader,
  type Row,
  type Scope,
  type SiteCode,
  siteSpace,
} from "../../crdt/mod.ts";
import { FORECOURT_PRICE_MAX } from "../../net/mod.ts";
import {
  decideExactly,
  findPrice,
  findRepeat,
  refuse,
  refuseReuse,
  scopesOf,
  spaceOfScope,
} from "../use_cases/context.ts";
import { decodeCursor, encodeCursor } from "../use_cases/cursor.ts";
import { atSite, type ForecourtContext } from "./forecourt_context.ts";
import type {
  ForecourtUseCases,
  FuelPricesView,
  PriceSetView,
} from "./forecourt_use_cases.ts";

/** Most products of one scope whose prices are looked at as those of fuels. */
const FUELS_MAX = 256;

/** The products that a set of prices has named in a scope. */
function fuelsOf(rows: Reader, scope: Scope): Set<ProductId> {
  const found = rows.scan(FUELS_PRICED, { prefix: [scope], limit: FUELS_MAX });
  return new Set(found.map((row) => row["product"] as ProductId));
}

function pricesOf(row: Row) {
  const prices = JSON.parse(String(row["prices"])) as [ProductId, number][];
  return prices.map(([fuel, price]) => ({ fuel, price }));
}

/**
 * The prices that hold at a site.
 *
 * @param rows The rows.
 * @param place The site, and the currency where there is no price.
 * @param at The instant, in microseconds since 1970.
 * @returns One price a fuel that was ever priced in a set, there or in the mesh.
 */
export function pricesAt(
  rows: Reader,
  place: { readonly site: SiteCode; readonly currency: string },
  at: number,
): FuelPricesView {
  const scope: Scope = `site:${place.site}`;
  const fuels = new Set(
    scopesOf(scope).flatMap((one) => [
      ...fuelsOf(rows, one),
    ]),
  );
  const prices: FuelPricesView["prices"][number][] = [];
  let [currency, exponent] = [place.currency, currencyExponent(place.currency)];
  let newest = { effectiveAt: -Infinity, fact: null as FactId | null };
  for (const fuel of [...fuels].toSorted()) {
    const found = findPrice(rows, { scope, product: fuel }, at);
    if (found === undefined || !isPrice(found.price.units)) continue;
    const { fact, effectiveAt, price } = found;
    prices.push({ fuel, price: price.units, fact, effectiveAt });
    [currency, exponent] = [price.currency, price.exponent];
    // Ids are time-ordered, so that of two changes for one instant the later one names the set.
    if (
      effectiveAt > newest.effectiveAt ||
      (effectiveAt === newest.effectiveAt && fact > (newest.fact ?? ""))
    ) newest = { effectiveAt, fact };
  }
  return {
    site: place.site,
    prices,
    set: newest.fact,
    currency,
    exponent,
  };
}

function toSet(row: Row): PriceSetView {
  return {
    id: row["id"] as FactId,
    scope: row["scope"] as Scope,
    at: Number(row["at"]),
    effectiveAt: Number(row["effective_at"]),
    prices: pricesOf(row),
    currency: String(row["currency"]),
    exponent: Number(row["exponent"]),
    origin: String(row["origin"]),
  };
}

/** Whether a pump can sell at a price; beyond, what a delivery costs could not be held. */
function isPrice(price: number): boolean {
  return Number.isSafeInteger(price) && price >= 0 &&
    price <= FORECOURT_PRICE_MAX;
}

/** Makes the use-cases about prices of liters. */
export function createFuelPriceUseCases(
  context: ForecourtContext,
): Pick<
  ForecourtUseCases,
  "prices" | "nextPrices" | "priceSets" | "setPrices" | "pricesTaken"
> {
  const { node, replica } = context;
  return {
    prices: (site, at = replica.at) =>
      pricesAt(replica.reader, { site, currency: node.currency }, at),
    nextPrices(site, at) {
      const rows = replica.reader;
      const scopes = scopesOf(`site:${site}`);
      const next = scopes.flatMap((scope) =>
        [...fuelsOf(rows, scope)].map((product) =>
          nextPriceChange(rows, { scope, product }, at)
        )
      );
      return Math.min(Infinity, ...next);
    },
    priceSets({ scope, limit, cursor }) {
      const after = decodeCursor(cursor);
      const rows = replica.reader.scan(PRICE_SETS, {
        prefix: [scope],
        limit: limit + 1,
        ...(after === undefined ? {} : { after }),
      });
      const items = rows.slice(0, limit);
      const last = items.at(-1);
      return {
        items: items.map(toSet),
        total: null,
        next: rows.length > limit && last !== undefined
          ? encodeCursor(
            [last["at"], last["id"], last["log"]] as (string | number)[],
          )
          : null,
      };
    },
    setPrices: (
      {
        id,
        scope,
        prices,
        currency = node.currency,
        effectiveAt,
        origin = "",
      },
    ) =>
      decideExactly<PriceSetView>(replica, (decision) => {
        const fuels = new Set(prices.map(({ fuel }) => fuel));
        if (
          prices.length === 0 || prices.length > PRICES_MAX ||
          fuels.size !== prices.length ||
          !prices.every(({ price }) => isPrice(price))
        ) {
          return refuse(
            "price_invalid",
            `Prices are whole units from 0 to ${FORECOURT_PRICE_MAX}, one for each fuel`,
          );
        }
        const from = effectiveAt ?? decision.at;
        const fact: FactOf<"PricesChanged"> = {
          type: "PricesChanged",
          id: id ?? decision.newId(),
          at: decision.at,
          scope,
          prices: prices.map(({ fuel, price }) => ({ product: fuel, price })),
          currency,
          exponent: currencyExponent(currency),
          effectiveAt: from,
          over: [
            ...new Set(
              prices.flatMap(({ fuel }) =>
                pricesToReplace(decision.rows, { scope, product: fuel }, from)
              ),
            ),
          ],
          origin,
        };
        const space = spaceOfScope(scope);
        const repeat = id === undefined
          ? undefined
          : findRepeat(decision, space, fact);
        if (repeat === "other") return refuseReuse(fact.id);
        const placed = repeat ?? decision.record(space, fact);
        const stored = placed.fact as FactOf<"PricesChanged">;
        return ok({
          id: stored.id,
          scope: stored.scope,
          at: stored.at,
          effectiveAt: stored.effectiveAt,
          prices: stored.prices.map(({ product, price }) => ({
            fuel: product,
            price,
          })),
          currency: stored.currency,
          exponent: stored.exponent,
          origin: stored.origin,
        });
      }),
    pricesTaken: ({ site: asked, pumps, set, prices }) =>
      atSite(context, asked, (site) =>
        decideExactly(replica, (decision) => {
          decision.record(siteSpace(site), {
            type: "PricesTaken",
            id: decision.newId(),
            at: decision.at,
            site,
            pumps,
            set,
            prices,
          });
          return ok(null);
        })),
  };
}

/** The table whose changes change what holds. */
export const PRICE_TABLE: string = PRICE_CHANGES.name;
