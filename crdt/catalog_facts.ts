/**
 * Facts about products and prices: their forms and schemas. What they do stands in `catalog.ts` and `price_book.ts`.
 *
 * @module
 */
import { z } from "zod";
import {
  baseFields,
  currencyField,
  exponentField,
  type FactBase,
  factIdField,
  logIdField,
  productField,
  siteField,
  textField,
} from "./fact_fields.ts";
import type { FactId, LogId, ProductId, SiteCode } from "./ids.ts";

/** Where a product or a price is defined: one site, or the whole mesh. */
export type Scope = "mesh" | `site:${string}`;

/** Most facts that one change replaces. */
export const OVER_MAX = 1000;
/** Most logs that a change to `strict` names: one a site. */
export const COUNTERS_MAX = 5000;
/** Most prices that are set together. */
export const PRICES_MAX = 64;

/** How a product's stock is guarded. */
export type Policy = "strict" | "soft" | "unmetered";
const POLICIES: readonly Policy[] = ["strict", "soft", "unmetered"];

/** How a product is counted: by the piece, or by a measure of which thousandths are sold. */
export type Unit = "piece" | "kg" | "l" | "m";
const UNITS: readonly Unit[] = ["piece", "kg", "l", "m"];

/** What may be known of a product besides what selling needs. */
export interface ProductDetails {
  /** Free text. */
  readonly description?: string;
  /** Address of a picture. */
  readonly image?: string;
  /** What one costs the shop, e.g. `4.50 PEN`. */
  readonly cost?: string;
  /** The stock at or under which more is wanted, in whole units. */
  readonly minimum?: number;
  /** A group of products. */
  readonly category?: string;
  /** The code on its package. */
  readonly barcode?: string;
  /** By what it is sold; by the piece if left out. */
  readonly unit?: Unit;
}

/** The details of a product. */
export const PRODUCT_DETAILS: readonly (keyof ProductDetails)[] = [
  "description",
  "image",
  "cost",
  "minimum",
  "category",
  "barcode",
  "unit",
];

/** A field of a product. */
export type ProductField = "name" | "policy" | "listed" | keyof ProductDetails;

const COST = /^[0-9]{1,15}(?:\.[0-9]{1,9})? [A-Z]{3}$/;

/** Whether a field may hold a value. */
function holds(field: ProductField, value: string | number | true): boolean {
  if (field === "listed") return value === true;
  if (field === "minimum") {
    return value === "" || (typeof value === "number" && value >= 0);
  }
  if (typeof value !== "string") return false;
  switch (field) {
    case "policy":
      return POLICIES.includes(value as Policy);
    case "cost":
      return value === "" || COST.test(value);
    case "unit":
      return value === "" || UNITS.includes(value as Unit);
    default:
      return true;
  }
}

/** One field of a product was set. */
export interface ProductChanged extends FactBase {
  /** The kind. */
  readonly type: "ProductChanged";
  /** Where the product is defined. */
  readonly scope: Scope;
  /** The product. */
  readonly product: ProductId;
  /** Which field. */
  readonly field: ProductField;
  /**
   * Its new value: a text, a `Policy`, true for `listed`, a `Unit` for `unit`, whole units for `minimum`, for `cost` an
   * amount such as `4.50 PEN`. An empty text takes a detail away.
   */
  readonly value: string | number | true;
  /** The changes of this field that it replaces. */
  readonly over: readonly FactId[];
  /** Set where a branch tells the mesh of a product of its own. */
  readonly site?: SiteCode | undefined;
  /** Of a change to `strict`: the logs, one a site, whose next count makes the whole quantity counted. */
  readonly counters?: readonly LogId[] | undefined;
}

/** A product is no longer sold in a scope. */
export interface ProductRemoved extends FactBase {
  /** The kind. */
  readonly type: "ProductRemoved";
  /** Where the product is defined. */
  readonly scope: Scope;
  /** The product. */
  readonly product: ProductId;
  /** The listings that it replaces. */
  readonly over: readonly FactId[];
}

/** A price was set from an instant on. */
export interface PriceChanged extends FactBase {
  /** The kind. */
  readonly type: "PriceChanged";
  /** Where the price holds. */
  readonly scope: Scope;
  /** The product. */
  readonly product: ProductId;
  /** Price of one, in units of `exponent`. */
  readonly price: number;
  /** ISO 4217 code. */
  readonly currency: string;
  /** Decimal places of `price`. */
  readonly exponent: number;
  /** From when on, in whole microseconds since 1970. */
  readonly effectiveAt: number;
  /** The prices that it replaces. */
  readonly over: readonly FactId[];
  /** Set where a branch tells the mesh of a product of its own. */
  readonly site?: SiteCode | undefined;
}

/** Several prices of one scope were set together from an instant on: a set with one id. */
export interface PricesChanged extends FactBase {
  /** The kind. */
  readonly type: "PricesChanged";
  /** Where the prices hold. */
  readonly scope: Scope;
  /** Price of one (of a fuel: of one liter) by product, each product once, in units of `exponent`. */
  readonly prices: readonly {
    readonly product: ProductId;
    readonly price: number;
  }[];
  /** ISO 4217 code. */
  readonly currency: string;
  /** Decimal places of the prices. */
  readonly exponent: number;
  /** From when on, in whole microseconds since 1970. */
  readonly effectiveAt: number;
  /** The changes that it replaces, for the products that it names. */
  readonly over: readonly FactId[];
  /** What made it, for people; empty if nobody said. */
  readonly origin: string;
}

/** A fact about products and prices. */
export type CatalogFact =
  | ProductChanged
  | ProductRemoved
  | PriceChanged
  | PricesChanged;

const scope = z.string().regex(/^(mesh|site:[A-Z0-9]{2,12})$/).transform((
  value,
) => value as Scope);
const over = z.array(factIdField).max(OVER_MAX);

/** One schema a kind. */
export const catalogSchemas: {
  readonly [T in CatalogFact["type"]]: z.ZodType<
    Extract<CatalogFact, { readonly type: T }>
  >;
} = {
  ProductChanged: z.strictObject({
    ...baseFields,
    type: z.literal("ProductChanged"),
    scope,
    product: productField,
    field: z.enum(["name", "policy", "listed", ...PRODUCT_DETAILS]),
    value: z.union([textField, z.int(), z.literal(true)]),
    over,
    site: siteField.optional(),
    counters: z.array(logIdField).max(COUNTERS_MAX).optional(),
  }).refine((fact) => {
    if (fact.counters !== undefined && fact.value !== "strict") return false;
    return holds(fact.field, fact.value);
  }),
  ProductRemoved: z.strictObject({
    ...baseFields,
    type: z.literal("ProductRemoved"),
    scope,
    product: productField,
    over,
  }),
  PriceChanged: z.strictObject({
    ...baseFields,
    type: z.literal("PriceChanged"),
    scope,
    product: productField,
    price: z.int(),
    currency: currencyField,
    exponent: exponentField,
    effectiveAt: z.int(),
    over,
    site: siteField.optional(),
  }),
  PricesChanged: z.strictObject({
    ...baseFields,
    type: z.literal("PricesChanged"),
    scope,
    prices: z.array(z.strictObject({ product: productField, price: z.int() }))
      .min(1).max(PRICES_MAX)
      .refine((prices) =>
        new Set(prices.map(({ product }) => product)).size === prices.length
      ),
    currency: currencyField,
    exponent: exponentField,
    effectiveAt: z.int(),
    over,
    origin: textField,
  }),
};
