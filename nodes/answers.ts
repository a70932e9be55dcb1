/**
 * The forms that answers of use-cases share: refusals and pages.
 *
 * @module
 */
import type { ErrorCode } from "../crdt/mod.ts";

/** Why a decision was refused; nothing was written. */
export interface Refusal {
  /** The stable name of the reason. */
  readonly code: ErrorCode;
  /** A sentence for people. */
  readonly message: string;
  /** What the caller may want to show: for `stock_insufficient` the product and what is on hand. */
  readonly details?: Readonly<Record<string, string | number | boolean>>;
}

/** One page of a list. */
export interface Page<T> {
  /** The rows, in the list's order. */
  readonly items: readonly T[];
  /** How many rows the whole list has with these filters, where that is known cheaply; else null. */
  readonly total: number | null;
  /** Pass it as `cursor` for the page after this one; null at the end. */
  readonly next: string | null;
}

/** Which page of a list. */
export interface PageQuery {
  /** The most rows, 1 to 1,000. */
  readonly limit: number;
  /** `next` of the page before. */
  readonly cursor?: string;
}
