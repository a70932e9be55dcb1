/**
 * Facts of a shop besides its goods: cash sessions of tills, closed books, stock that an original branch reported, and
 * what administrators did. What they do stands in `cash.ts`, `sales_closes.ts`, `stock_reports.ts` and `acts.ts`.
 *
 * @module
 */
import { z } from "zod";
import {
  baseFields,
  currencyField,
  dateField,
  exponentField,
  type FactBase,
  factIdField,
  logIdField,
  productField,
  siteField,
  textField,
} from "./fact_fields.ts";
import { COVERS_MAX } from "./fuel_facts.ts";
import type { FactId, LogId, PeerId, ProductId, SiteCode } from "./ids.ts";
import { scaledText } from "./money.ts";
import {
  type Actor,
  actorField,
  type Payment,
  paymentsField,
} from "./tender.ts";

/** Most products of one report of an original branch. */
export const REPORTED_LINES_MAX = 2048;
/** Most members that a close names as heard or not heard. */
export const HEARD_MAX = 1024;

/** A till's drawer was opened with a float. The session is named by this fact's id. */
export interface CashSessionOpened extends FactBase {
  /** The kind. */
  readonly type: "CashSessionOpened";
  /** Where. */
  readonly site: SiteCode;
  /** Business date, `YYYY-MM-DD`. */
  readonly date: string;
  /** What people call the till. */
  readonly till: string;
  /** The cash that was in the drawer, in units of `exponent`, 0 or more. */
  readonly float: number;
  /** ISO 4217 code. */
  readonly currency: string;
  /** Decimal places of `float`. */
  readonly exponent: number;
  /** Who. */
  readonly by?: Actor | undefined;
}

/** Cash was put into a drawer or taken out of it beside sales. */
export interface CashMoved extends FactBase {
  /** The kind. */
  readonly type: "CashMoved";
  /** Where. */
  readonly site: SiteCode;
  /** Business date, `YYYY-MM-DD`. */
  readonly date: string;
  /** The session. */
  readonly session: FactId;
  /** Which way. */
  readonly direction: "in" | "out";
  /** How much, in units of `exponent`, above 0. */
  readonly amount: number;
  /** ISO 4217 code. */
  readonly currency: string;
  /** Decimal places of `amount`. */
  readonly exponent: number;
  /** Why. */
  readonly reason: string;
  /** Who. */
  readonly by?: Actor | undefined;
}

/** A till's drawer was counted and closed. */
export interface CashSessionClosed extends FactBase {
  /** The kind. */
  readonly type: "CashSessionClosed";
  /** Where. */
  readonly site: SiteCode;
  /** Business date, `YYYY-MM-DD`. */
  readonly date: string;
  /** The session. */
  readonly session: FactId;
  /** What was there, by method, in units of `exponent`. */
  readonly counted: readonly Payment[];
  /** What the closing node expected, by method. */
  readonly expected: readonly Payment[];
  /** ISO 4217 code. */
  readonly currency: string;
  /** Decimal places of the amounts. */
  readonly exponent: number;
  /** Free text. */
  readonly note?: string | undefined;
  /** Who. */
  readonly by?: Actor | undefined;
}

/**
 * A business day's sales were closed (a Z): for one till, or for the site. The first of a till (or site) and date is the
 * close, later ones are its supplements.
 */
export interface SalesClosed extends FactBase {
  /** The kind. */
  readonly type: "SalesClosed";
  /** Where. */
  readonly site: SiteCode;
  /** The business date that is closed, `YYYY-MM-DD`. */
  readonly date: string;
  /** The till's log, of a till's close; left out for the site's. */
  readonly till?: LogId | undefined;
  /** How far each log of the site was known: its sales, voids and cash up to there are covered. */
  readonly covers: readonly { readonly log: LogId; readonly seq: number }[];
  /** SHA-256 over the ids and contents of what it covers and no earlier close does, 64 hexadecimal digits. */
  readonly digest: string;
  /** Other members of the site that were linked when it was made. */
  readonly heard: readonly PeerId[];
  /** Other members of the site that were not. */
  readonly unheard: readonly PeerId[];
  /**
   * How many sales it covers and no earlier close does, voided ones left out; below 0 where sales of earlier closes were
   * voided.
   */
  readonly count: number;
  /** Their money, in units of `exponent`. */
  readonly amount: number;
  /** ISO 4217 code. */
  readonly currency: string;
  /** Decimal places of `amount`. */
  readonly exponent: number;
  /** Who. */
  readonly by?: Actor | undefined;
}

/**
 * An original branch said what it has. The report in force of a product is the greatest (`version`, stamp, log, seq);
 * it is a value, not a count, and makes no rights.
 */
export interface StockReported extends FactBase {
  /** The kind. */
  readonly type: "StockReported";
  /** The branch. */
  readonly site: SiteCode;
  /** What the report is as new as, in whole microseconds since 1970. */
  readonly version: number;
  /** What is there, in whole units, each product once. */
  readonly lines: readonly {
    readonly product: ProductId;
    readonly stock: number;
  }[];
}

/** Somebody did something as an administrator. It stands beside the facts that it made, in their commit. */
export interface ActRecorded extends FactBase {
  /** The kind. */
  readonly type: "ActRecorded";
  /** What was done, a stable word, e.g. `user_created`, `password_set`, `product_removed`. */
  readonly act: string;
  /** To what, e.g. `user/417`. */
  readonly subject: string;
  /** Who; left out where nobody had to sign in. */
  readonly by?: Actor | undefined;
  /** What is worth knowing of it; never a secret. */
  readonly note?: string | undefined;
}

/** A fact of a shop. */
export type ShopFact =
  | CashSessionOpened
  | CashMoved
  | CashSessionClosed
  | SalesClosed
  | StockReported
  | ActRecorded;

const peer = z.string().regex(/^[1-9A-HJ-NP-Za-km-z]{46,64}$/)
  .transform((text) => text as PeerId);
const amount = z.int().min(0);
const by = actorField.optional();
const money = { currency: currencyField, exponent: exponentField };

/** One schema a kind. */
export const shopSchemas: {
  readonly [T in ShopFact["type"]]: z.ZodType<
    Extract<ShopFact, { readonly type: T }>
  >;
} = {
  CashSessionOpened: z.strictObject({
    ...baseFields,
    type: z.literal("CashSessionOpened"),
    site: siteField,
    date: dateField,
    till: textField,
    float: amount,
    ...money,
    by,
  }),
  CashMoved: z.strictObject({
    ...baseFields,
    type: z.literal("CashMoved"),
    site: siteField,
    date: dateField,
    session: factIdField,
    direction: z.enum(["in", "out"]),
    amount: amount.min(1),
    ...money,
    reason: textField,
    by,
  }),
  CashSessionClosed: z.strictObject({
    ...baseFields,
    type: z.literal("CashSessionClosed"),
    site: siteField,
    date: dateField,
    session: factIdField,
    counted: paymentsField,
    expected: paymentsField,
    ...money,
    note: textField.optional(),
    by,
  }),
  SalesClosed: z.strictObject({
    ...baseFields,
    type: z.literal("SalesClosed"),
    site: siteField,
    date: dateField,
    till: logIdField.optional(),
    covers: z.array(z.strictObject({ log: logIdField, seq: z.int().min(0) }))
      .max(COVERS_MAX),
    digest: z.string().regex(/^[0-9a-f]{64}$/),
    heard: z.array(peer).max(HEARD_MAX),
    unheard: z.array(peer).max(HEARD_MAX),
    count: z.int(),
    amount: z.int(),
    ...money,
    by,
  }),
  StockReported: z.strictObject({
    ...baseFields,
    type: z.literal("StockReported"),
    site: siteField,
    version: z.int(),
    lines: z.array(z.strictObject({ product: productField, stock: z.int() }))
      .min(1).max(REPORTED_LINES_MAX)
      .refine((lines) =>
        new Set(lines.map(({ product }) => product)).size === lines.length
      ),
  }),
  ActRecorded: z.strictObject({
    ...baseFields,
    type: z.literal("ActRecorded"),
    act: z.string().regex(/^[a-z][a-z_]{0,63}$/),
    subject: textField,
    by,
    note: textField.optional(),
  }),
};

/**
 * What the caller sent of a fact of a shop: see `contentOf`.
 *
 * @param fact A fact.
 * @returns Its parts, in order.
 */
export function shopContent(fact: ShopFact): readonly unknown[] {
  switch (fact.type) {
    case "CashSessionOpened":
      return [
        fact.site,
        fact.till,
        fact.currency,
        scaledText(fact.float, fact.exponent),
      ];
    case "CashMoved":
      return [
        fact.site,
        fact.session,
        fact.direction,
        fact.currency,
        scaledText(fact.amount, fact.exponent),
        fact.reason,
      ];
    case "CashSessionClosed":
      return [
        fact.site,
        fact.session,
        fact.currency,
        fact.counted.map(({ method, amount }) => [
          method,
          scaledText(amount, fact.exponent),
        ]),
        fact.note ?? null,
      ];
    case "SalesClosed":
      return [
        fact.site,
        fact.date,
        fact.till ?? null,
        fact.covers.map(({ log, seq }) => [log, seq]),
      ];
    case "StockReported":
      return [
        fact.site,
        fact.version,
        fact.lines.map(({ product, stock }) => [product, stock]),
      ];
    case "ActRecorded":
      return [fact.act, fact.subject, fact.by?.id ?? null, fact.note ?? null];
  }
}
