/**
 * Facts about goods that go from one site to another: their forms and schemas. They stand in `mesh`, so that both sites
 * know of them; the stock itself is a count at the one and a delivery at the other. What they do stands in
 * `transfers.ts`.
 *
 * @module
 */
import { z } from "zod";
import {
  baseFields,
  type FactBase,
  factIdField,
  productField,
  siteField,
  textField,
} from "./fact_fields.ts";
import type { FactId, ProductId, SiteCode } from "./ids.ts";

/** Most lines of a transfer. */
export const TRANSFER_LINES_MAX = 100;

/** A product and how much of it. */
export interface TransferLine {
  /** The product. */
  readonly product: ProductId;
  /** Whole units above 0. */
  readonly quantity: number;
}

/** Goods left a site for another. */
export interface GoodsSent extends FactBase {
  /** The kind. */
  readonly type: "GoodsSent";
  /** Where they left. */
  readonly from: SiteCode;
  /** Where they go. */
  readonly to: SiteCode;
  /** What left, each product once. */
  readonly lines: readonly TransferLine[];
  /** Free text. */
  readonly note: string;
}

/** Goods that were sent arrived, where they were sent to or back where they had left. */
export interface GoodsArrived extends FactBase {
  /** The kind. */
  readonly type: "GoodsArrived";
  /** The `GoodsSent`. */
  readonly transfer: FactId;
  /** Where they arrived. */
  readonly site: SiteCode;
  /** What arrived, each product once; nothing of it where all was lost. */
  readonly lines: readonly TransferLine[];
  /** Free text. */
  readonly note: string;
}

/** A fact about goods that go from one site to another. */
export type TransferFact = GoodsSent | GoodsArrived;

const linesField = z.array(
  z.strictObject({ product: productField, quantity: z.int().positive() }),
).max(TRANSFER_LINES_MAX).refine((lines) =>
  new Set(lines.map(({ product }) => product)).size === lines.length
);

/** One schema a kind. */
export const transferSchemas: {
  readonly [T in TransferFact["type"]]: z.ZodType<
    Extract<TransferFact, { readonly type: T }>
  >;
} = {
  GoodsSent: z.strictObject({
    ...baseFields,
    type: z.literal("GoodsSent"),
    from: siteField,
    to: siteField,
    lines: linesField,
    note: textField,
  }).refine(({ from, to, lines }) => from !== to && lines.length > 0),
  GoodsArrived: z.strictObject({
    ...baseFields,
    type: z.literal("GoodsArrived"),
    transfer: factIdField,
    site: siteField,
    lines: linesField,
    note: textField,
  }),
};

/**
 * What the caller sent of such a fact.
 *
 * @param fact The fact.
 * @returns Its content, for `contentOf`.
 */
export function transferContent(fact: TransferFact): unknown[] {
  const lines = fact.lines.map(({ product, quantity }) => [product, quantity]);
  return fact.type === "GoodsSent"
    ? [fact.from, fact.to, lines, fact.note]
    : [fact.transfer, fact.site, lines, fact.note];
}
