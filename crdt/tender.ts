/**
 * Who did something, and how it was paid: parts of several kinds of facts.
 *
 * @module
 */
import { z } from "zod";
import { textField } from "./fact_fields.ts";

/** Most methods with which one sale is paid. */
export const PAYMENTS_MAX = 16;

/** Who did something. */
export interface Actor {
  /** The user's id; of an original branch its code, `:` and its own number. */
  readonly id: string;
  /** The user's full name then; empty if nobody said. */
  readonly name: string;
}

/** An amount by one method of payment. */
export interface Payment {
  /** A stable word: `cash`, `card`, `transfer`, `wallet`, or another that the site uses. */
  readonly method: string;
  /** How much, in units of the fact's `exponent`; negative where money is given back. */
  readonly amount: number;
}

/** Who did something. */
export const actorField: z.ZodType<Actor> = z.strictObject({
  id: textField,
  name: textField,
});

/** A word for a method of payment: 1 to 32 lower-case letters, digits and underscores, a letter first. */
export const PAYMENT_METHOD = /^[a-z][a-z0-9_]{0,31}$/;

/** A word for a method of payment. */
export const methodField: z.ZodType<string> = z.string().regex(PAYMENT_METHOD);

/** Amounts by method, each method once. */
export const paymentsField: z.ZodType<readonly Payment[]> = z.array(
  z.strictObject({ method: methodField, amount: z.int() }),
).max(PAYMENTS_MAX).refine((all) =>
  new Set(all.map(({ method }) => method)).size === all.length
);
