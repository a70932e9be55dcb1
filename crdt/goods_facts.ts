/**
 * Facts about goods that arrive, are counted, sold and given back: their forms and schemas. What they do stands in
 * `stock.ts`, `sales.ts` and `rights.ts`.
 *
 * @module
 */
import { z } from "zod";
import {
  baseFields,
  currencyField,
  dateField,
  digestField,
  exponentField,
  type FactBase,
  factIdField,
  productField,
  siteField,
  textField,
} from "./fact_fields.ts";
import type { FactId, ProductId, SiteCode } from "./ids.ts";
import { isRightsAmount } from "./rights_facts.ts";

/** The name under which the mesh-wide master stock is kept, beside the sites' own. */
export const MASTER_SITE = "MASTER" as SiteCode;

/** Most lines of a sale or a delivery. */
export const LINES_MAX = 500;

/** Goods arrived. */
export interface StockReceived extends FactBase {
  /** The kind. */
  readonly type: "StockReceived";
  /** Where, or the master. */
  readonly site: SiteCode;
  /** Business date, `YYYY-MM-DD`. */
  readonly date: string;
  /** What arrived, in whole units above 0. */
  readonly lines: readonly {
    readonly product: ProductId;
    readonly quantity: number;
    /** The change to `strict` that its log knew: the delivery makes rights. */
    readonly bound?: FactId | undefined;
  }[];
  /** Free text. */
  readonly note?: string | undefined;
}

/** Stock was counted. */
export interface StockCounted extends FactBase {
  /** The kind. */
  readonly type: "StockCounted";
  /** Where, or the master. */
  readonly site: SiteCode;
  /** Business date, `YYYY-MM-DD`. */
  readonly date: string;
  /** The product. */
  readonly product: ProductId;
  /** Whole units that were there. */
  readonly counted: number;
  /** `counted` less what the counting node expected: the count's effect. */
  readonly difference: number;
  /** The change to `strict` that its log knew. */
  readonly bound?: FactId | undefined;
  /** Rights that the count makes; below 0 if it destroys them. */
  readonly rights?: number | undefined;
  /** True for the count with which the bound begins. */
  readonly opens?: true | undefined;
  /** Free text. */
  readonly note?: string | undefined;
}

/** One line of a recorded sale; amounts are in units of the sale's `exponent`. */
export interface RecordedLine {
  /** The product. */
  readonly product: ProductId;
  /** Its name then. */
  readonly name: string;
  /** Whole units; negative for a return. */
  readonly quantity: number;
  /** What the line costs. */
  readonly amount: number;
  /** Price of one, if one was used. */
  readonly price?: number | undefined;
  /** The fact that set the price, if it was the one in force. */
  readonly priceFact?: FactId | undefined;
  /** What the caller gave instead of the price in force. */
  readonly given?: "price" | "amount" | "both" | undefined;
  /** The change to `strict` that its log knew: the line takes rights. */
  readonly bound?: FactId | undefined;
}

/** Goods were sold. */
export interface SaleRecorded extends FactBase {
  /** The kind. */
  readonly type: "SaleRecorded";
  /** Where. */
  readonly site: SiteCode;
  /** Business date, `YYYY-MM-DD`. */
  readonly date: string;
  /** Receipt number. */
  readonly receipt: string;
  /** ISO 4217 code. */
  readonly currency: string;
  /** Decimal places of all amounts of the sale. */
  readonly exponent: number;
  /** What was sold. */
  readonly lines: readonly RecordedLine[];
  /** The sum of the lines' amounts. */
  readonly total: number;
  /** True for something that had already happened elsewhere. */
  readonly observation?: true | undefined;
  /** Free text. */
  readonly note?: string | undefined;
}

/** A sale was voided as a whole. */
export interface SaleVoided extends FactBase {
  /** The kind. */
  readonly type: "SaleVoided";
  /** Where the sale was made. */
  readonly site: SiteCode;
  /** Business date of the void, `YYYY-MM-DD`. */
  readonly date: string;
  /** The sale's id. */
  readonly sale: FactId;
  /** The sale's `contentDigest`, which tells it from others with its id. */
  readonly content: string;
  /** Why. */
  readonly reason: string;
}

/** A fact about goods. */
export type GoodsFact =
  | StockReceived
  | StockCounted
  | SaleRecorded
  | SaleVoided;

/** Whether a line takes or makes no more rights than one fact may; a line that touches none may be of any size. */
function takesBounded(
  { quantity, bound }: { quantity: number; bound?: FactId | undefined },
): boolean {
  return bound === undefined || isRightsAmount(quantity);
}

const saleLine = z.strictObject({
  product: productField,
  name: textField,
  quantity: z.int(),
  amount: z.int(),
  price: z.int().optional(),
  priceFact: factIdField.optional(),
  given: z.enum(["price", "amount", "both"]).optional(),
  bound: factIdField.optional(),
}).refine(takesBounded);

/** One schema a kind. */
export const goodsSchemas: {
  readonly [T in GoodsFact["type"]]: z.ZodType<
    Extract<GoodsFact, { readonly type: T }>
  >;
} = {
  StockReceived: z.strictObject({
    ...baseFields,
    type: z.literal("StockReceived"),
    site: siteField,
    date: dateField,
    lines: z.array(
      z.strictObject({
        product: productField,
        quantity: z.int().positive(),
        bound: factIdField.optional(),
      }).refine(takesBounded),
    ).min(1).max(LINES_MAX),
    note: textField.optional(),
  }),
  StockCounted: z.strictObject({
    ...baseFields,
    type: z.literal("StockCounted"),
    site: siteField,
    date: dateField,
    product: productField,
    counted: z.int(),
    difference: z.int(),
    bound: factIdField.optional(),
    rights: z.int().refine(isRightsAmount).optional(),
    opens: z.literal(true).optional(),
    note: textField.optional(),
  }),
  SaleRecorded: z.strictObject({
    ...baseFields,
    type: z.literal("SaleRecorded"),
    site: siteField,
    date: dateField,
    receipt: z.string().regex(/^[A-Z0-9]{2,12}-\d{8}-\d{8,16}$/),
    currency: currencyField,
    exponent: exponentField,
    lines: z.array(saleLine).min(1).max(LINES_MAX),
    total: z.int(),
    observation: z.literal(true).optional(),
    note: textField.optional(),
  }).refine((sale) => {
    let sum = 0;
    for (const { amount } of sale.lines) {
      sum += amount;
      if (!Number.isSafeInteger(sum)) return false;
    }
    return sum === sale.total;
  }),
  SaleVoided: z.strictObject({
    ...baseFields,
    type: z.literal("SaleVoided"),
    site: siteField,
    date: dateField,
    sale: factIdField,
    content: digestField,
    reason: textField,
  }),
};
