/**
 * Facts about goods that were sold and are not there: their forms and schemas. What they do stands in `oversell.ts`.
 *
 * @module
 */
import { z } from "zod";
import {
  baseFields,
  digestField,
  type FactBase,
  factIdField,
  productField,
  siteField,
  textField,
} from "./fact_fields.ts";
import type { FactId, ProductId, SiteCode } from "./ids.ts";

/** A person fixed what is done about goods of a sale that are not there. */
export interface OversellAcknowledged extends FactBase {
  /** The kind. */
  readonly type: "OversellAcknowledged";
  /** Where it was sold. */
  readonly site: SiteCode;
  /** What was sold. */
  readonly product: ProductId;
  /** The sale. */
  readonly sale: FactId;
  /** The sale's `contentDigest`. */
  readonly content: string;
  /** How many of its goods are not there, in whole units above 0. */
  readonly quantity: number;
  /** It holds until the site has had so much of the product, as `supplyOf` counts it. */
  readonly settled: number;
  /** What is done. */
  readonly remedy: "transfer" | "backorder" | "refund";
  /** Where a transfer comes from. */
  readonly from?: SiteCode | undefined;
  /** Free text. */
  readonly note: string;
}

/** A site says how much of a product it can spare for others, in place of what it said before. Stands in `mesh`. */
export interface StockOffered extends FactBase {
  /** The kind. */
  readonly type: "StockOffered";
  /** The site. */
  readonly site: SiteCode;
  /** The product. */
  readonly product: ProductId;
  /** Whole units; 0 for none any more. */
  readonly quantity: number;
}

/** A fact about goods that are not there. */
export type OversellFact = OversellAcknowledged | StockOffered;

/** One schema a kind. */
export const oversellSchemas: {
  readonly [T in OversellFact["type"]]: z.ZodType<
    Extract<OversellFact, { readonly type: T }>
  >;
} = {
  OversellAcknowledged: z.strictObject({
    ...baseFields,
    type: z.literal("OversellAcknowledged"),
    site: siteField,
    product: productField,
    sale: factIdField,
    content: digestField,
    quantity: z.int().positive(),
    settled: z.int(),
    remedy: z.enum(["transfer", "backorder", "refund"]),
    from: siteField.optional(),
    note: textField,
  }).refine(({ remedy, from }) =>
    (remedy === "transfer") === (from !== undefined)
  ),
  StockOffered: z.strictObject({
    ...baseFields,
    type: z.literal("StockOffered"),
    site: siteField,
    product: productField,
    quantity: z.int().nonnegative(),
  }),
};

/**
 * What the caller sent of such a fact.
 *
 * @param fact The fact.
 * @returns Its content, for `contentOf`.
 */
export function oversellContent(fact: OversellFact): unknown[] {
  return fact.type === "StockOffered"
    ? [fact.site, fact.product, fact.quantity]
    : [
      ...[fact.product, fact.sale, fact.content, fact.quantity],
      ...[fact.remedy, fact.from ?? null, fact.note],
    ];
}
