/**
 * A recorded sale as use-cases answer it.
 *
 * @module
 */
import type {
  Actor,
  Customer,
  FactId,
  LegacySale,
  LogId,
  Money,
  Payment,
  ProductId,
  SiteCode,
} from "../crdt/mod.ts";

/** One line of a sale. */
export interface SaleLine {
  /** The product. */
  readonly product: ProductId;
  /** Its name when it was sold. */
  readonly name: string;
  /** Whole units; negative for a return, 0 for a void of the original programs. */
  readonly quantity: number;
  /** Price of one, if one was used. */
  readonly price: Money | null;
  /** What the line costs. */
  readonly amount: Money;
  /** What was taken off price times quantity; left out if nothing. */
  readonly discount?: Money;
  /** True for what is sold by measure: `quantity` is in thousandths and `price` is that of 1000 of them. */
  readonly measured?: true;
}

/** A recorded sale. */
export interface SaleView {
  /** The sale's id. */
  readonly id: FactId;
  /** Where it was sold. */
  readonly site: SiteCode;
  /** Receipt number, e.g. `CUS-20241109-48213001`. */
  readonly receipt: string;
  /** The instant, in whole microseconds since 1970, UTC; unique per writer. */
  readonly at: number;
  /** The same instant as the site's wall clock showed it: `YYYY-MM-DDTHH:MM:SS.ffffff`, fraction left out when 0. */
  readonly localTime: string;
  /** Business date at the site, `YYYY-MM-DD`. */
  readonly date: string;
  /** What was sold. */
  readonly lines: readonly SaleLine[];
  /** The sum of the lines. */
  readonly total: Money;
  /** True once a void counts. */
  readonly voided: boolean;
  /** The log that holds the copy that counts. */
  readonly log: LogId;
  /** Its place in that log. */
  readonly seq: number;
  /** Who sold; left out where nobody said. */
  readonly seller?: Actor;
  /** The cash session in which it was made. */
  readonly session?: FactId;
  /** What was taken off the sum of the lines. */
  readonly discount?: Money;
  /** How it was paid. */
  readonly payments?: readonly Payment[];
  /** Whom it was sold to. */
  readonly customer?: Customer;
  /** Of a return: whose goods come back, and why. */
  readonly returns?: { readonly sale: FactId; readonly reason: string };
  /** Set on a sale that an original branch made. */
  readonly legacy?: LegacySale;
}
