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
import { scaledText } from "./money.ts";
import { isRightsAmount } from "./rights_facts.ts";
import {
  type Actor,
  actorField,
  type Payment,
  paymentsField,
} from "./tender.ts";

/** The name under which the mesh-wide master stock is kept, beside the sites' own. */
export const MASTER_SITE = "MASTER" as SiteCode;

/** Most lines of a sale or a delivery. */
export const LINES_MAX = 500;
/** Most lines of a sale that an original branch made: its limit is the size of a message. */
export const LEGACY_LINES_MAX = 4096;
/** Longest key of a line of such a sale. */
const LINE_KEY_MAX = 30;

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
  /** True for what is sold by measure: `quantity` is in thousandths and `price` is that of 1000 of them. */
  readonly measured?: true | undefined;
  /** What was taken off the price times the quantity; `amount` is what is left. */
  readonly discount?: number | undefined;
}

/** A sale of an original branch, as that branch numbered it. */
export interface LegacySale {
  /** Which system: the surface's name. */
  readonly system: "branch-sync";
  /** The branch's wall clock then, `YYYY-MM-DDTHH:MM:SS`. */
  readonly wall: string;
  /** True where the date in the sale's number and the clock do not agree and the zone would explain it. */
  readonly clockDoubt?: true | undefined;
  /** True where the total is farther from the sum of its lines than rounding explains. */
  readonly totalOther?: true | undefined;
  /** The lines' own keys in order, where they are not the sale's number and their place. */
  readonly lineKeys?: readonly string[] | undefined;
}

/** Whom something was sold to. */
export interface Customer {
  /** Name; may be empty. */
  readonly name: string;
  /** Number of an identity document; may be empty. */
  readonly document: string;
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
  /** The sum of the lines' amounts, less `discount`; of a legacy sale what its branch said. */
  readonly total: number;
  /** What was taken off the sum of the lines. */
  readonly discount?: number | undefined;
  /** The site's wall clock then, in minutes ahead of UTC. */
  readonly offset?: number | undefined;
  /** The cash session in which it was made. */
  readonly session?: FactId | undefined;
  /** Who sold. */
  readonly seller?: Actor | undefined;
  /** Who approved what the seller alone may not: a discount, a price, or goods that come back. */
  readonly approvedBy?: Actor | undefined;
  /** How it was paid; the amounts sum up to `total`. */
  readonly payments?: readonly Payment[] | undefined;
  /** Whom it was sold to. */
  readonly customer?: Customer | undefined;
  /** Of a return: the sale whose goods come back, and why. */
  readonly returns?: {
    readonly sale: FactId;
    readonly content: string;
    readonly reason: string;
  } | undefined;
  /** Set on a sale that an original branch made: it moves no stock, see `stock_reports.ts`. */
  readonly legacy?: LegacySale | undefined;
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
  /** The cash session out of which the money is given back: the one that is open where the sale is voided. */
  readonly session?: FactId | undefined;
  /** Who. */
  readonly by?: Actor | undefined;
  /** Who approved it, where `by` alone may not void. */
  readonly approvedBy?: Actor | undefined;
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

/** A site, a date and a number; original branches count from 001. */
const receiptField = z.string().regex(/^[A-Z0-9]{2,12}-\d{8}-\d{3,16}$/);

const saleLine = z.strictObject({
  product: productField,
  name: textField,
  quantity: z.int(),
  amount: z.int(),
  price: z.int().optional(),
  priceFact: factIdField.optional(),
  given: z.enum(["price", "amount", "both"]).optional(),
  bound: factIdField.optional(),
  measured: z.literal(true).optional(),
  discount: z.int().min(1).optional(),
}).refine(takesBounded);

const legacySale = z.strictObject({
  system: z.literal("branch-sync"),
  wall: z.string().regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}$/),
  clockDoubt: z.literal(true).optional(),
  totalOther: z.literal(true).optional(),
  lineKeys: z.array(textField.refine((text) => text.length <= LINE_KEY_MAX))
    .max(LEGACY_LINES_MAX).optional(),
});

/** Whether the parts of a sale agree with each other. */
function isSaleSound(sale: {
  readonly lines: readonly {
    readonly amount: number;
    readonly bound?: FactId | undefined;
  }[];
  readonly total: number;
  readonly discount?: number | undefined;
  readonly payments?: readonly Payment[] | undefined;
  readonly legacy?: unknown;
}): boolean {
  const { lines, total, payments, legacy } = sale;
  if (payments !== undefined && sumOf(payments) !== total) return false;
  // What an original branch says of a sale is kept as it is; it moves no stock, so it takes no rights.
  if (legacy !== undefined) {
    return sumOf(lines) !== undefined &&
      lines.every(({ bound }) => bound === undefined);
  }
  const sum = sumOf(lines);
  return lines.length > 0 && lines.length <= LINES_MAX && sum !== undefined &&
    sum - (sale.discount ?? 0) === total;
}

/** The sum of amounts; undefined where it is not exact. */
function sumOf(
  parts: readonly { readonly amount: number }[],
): number | undefined {
  let sum = 0;
  for (const { amount } of parts) {
    sum += amount;
    if (!Number.isSafeInteger(sum)) return undefined;
  }
  return sum;
}

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
    receipt: receiptField,
    currency: currencyField,
    exponent: exponentField,
    lines: z.array(saleLine).max(LEGACY_LINES_MAX),
    total: z.int(),
    discount: z.int().min(1).optional(),
    offset: z.int().min(-1080).max(1080).optional(),
    session: factIdField.optional(),
    seller: actorField.optional(),
    approvedBy: actorField.optional(),
    payments: paymentsField.optional(),
    customer: z.strictObject({ name: textField, document: textField })
      .optional(),
    returns: z.strictObject({
      sale: factIdField,
      content: digestField,
      reason: textField,
    }).optional(),
    legacy: legacySale.optional(),
    observation: z.literal(true).optional(),
    note: textField.optional(),
  }).refine(isSaleSound),
  SaleVoided: z.strictObject({
    ...baseFields,
    type: z.literal("SaleVoided"),
    site: siteField,
    date: dateField,
    sale: factIdField,
    content: digestField,
    reason: textField,
    session: factIdField.optional(),
    by: actorField.optional(),
    approvedBy: actorField.optional(),
  }),
};

/**
 * What of a legacy sale tells a resend from another sale under the same number: its number, wall clock, total and the
 * multiset of its lines' products, quantities, prices and subtotals, as `protocols/branch-sync` compares them.
 *
 * @param sale A sale with `legacy`.
 * @returns Its parts, in order.
 */
export function legacySaleContent(
  sale: Omit<SaleRecorded, "id">,
): readonly unknown[] {
  const lines = sale.lines.map((line) =>
    JSON.stringify([
      line.product,
      line.quantity,
      line.price ?? null,
      line.amount,
      line.measured ?? false,
    ])
  ).toSorted();
  return [
    sale.legacy?.system,
    sale.receipt,
    sale.legacy?.wall,
    sale.currency,
    sale.exponent,
    sale.total,
    lines,
  ];
}

/**
 * What the caller of a sale may send besides its lines; nothing for a sale without it, so that the content of a plain
 * sale is what it always was.
 *
 * @param sale A sale.
 * @returns Its parts, in order.
 */
export function saleTermsContent(sale: SaleRecorded): readonly unknown[] {
  const { discount, payments, customer, returns, lines, exponent } = sale;
  const plain = discount === undefined && payments === undefined &&
    customer === undefined && returns === undefined &&
    lines.every((line) => line.discount === undefined);
  if (plain) return [];
  const amount = (units: number | undefined) =>
    units === undefined ? null : scaledText(units, exponent);
  return [[
    amount(discount),
    payments?.map((one) => [one.method, amount(one.amount)]) ?? null,
    customer === undefined ? null : [customer.name, customer.document],
    returns === undefined
      ? null
      : [returns.sale, returns.content, returns.reason],
    lines.map((line) => amount(line.discount)),
  ]];
}
