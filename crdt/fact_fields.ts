/**
 * Fields that many kinds of facts have, and their schemas. Apart from `facts.ts`, which joins all kinds, so that each
 * kind's file can use them.
 *
 * @module
 */
import { z } from "zod";
import {
  type FactId,
  type LogId,
  parseFactId,
  parseLogId,
  parseProductId,
  parseSiteCode,
  type ProductId,
  type SiteCode,
} from "./ids.ts";
import { EXPONENT_MAX } from "./money.ts";

/** Longest text field of a fact, in UTF-16 units. */
export const TEXT_LENGTH_MAX = 500;

/** What every fact has. */
export interface FactBase {
  /** A UUID. */
  readonly id: FactId;
  /** When it happened, in whole microseconds since 1970, UTC. */
  readonly at: number;
}

/** A fact's id. */
export const factIdField: z.ZodType<FactId> = z.string()
  .refine((text) => parseFactId(text) === text)
  .transform((text) => text as FactId);
/** A log's name. */
export const logIdField: z.ZodType<LogId> = z.string()
  .refine((text) => parseLogId(text) === text)
  .transform((text) => text as LogId);
/** A product's id. */
export const productField: z.ZodType<ProductId> = z.string()
  .refine((text) => parseProductId(text) !== undefined)
  .transform((text) => text as ProductId);
/** A site's code. */
export const siteField: z.ZodType<SiteCode> = z.string()
  .refine((text) => parseSiteCode(text) === text)
  .transform((text) => text as SiteCode);
/** Text that every store can hold: no NUL, no half of a surrogate pair. */
export const textField: z.ZodType<string> = z.string().max(TEXT_LENGTH_MAX)
  .refine((value) => !value.includes("\u0000") && value.isWellFormed());
/** A business date, `YYYY-MM-DD`. */
export const dateField: z.ZodType<string> = z.string()
  .regex(/^\d{4}-\d{2}-\d{2}$/);
/** An ISO 4217 code. */
export const currencyField: z.ZodType<string> = z.string().regex(/^[A-Z]{3}$/);
/** Decimal places of amounts. */
export const exponentField: z.ZodType<number> = z.int().min(0)
  .max(EXPONENT_MAX);
/** A sale's `contentDigest`. */
export const digestField: z.ZodType<string> = z.string()
  .regex(/^[0-9a-f]{16}$/);
/** What every fact has. */
export const baseFields: {
  readonly id: z.ZodType<FactId>;
  readonly at: z.ZodType<number>;
} = { id: factIdField, at: z.int() };
