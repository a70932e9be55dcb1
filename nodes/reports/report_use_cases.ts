/**
 * What a node offers as reports over business dates: sums of days, kept as sales come in, so that a year with a million
 * sales costs its days and not its sales.
 *
 * @module
 */
import type {
  Actor,
  Money,
  ProductId,
  Scope,
  SiteCode,
} from "../../crdt/mod.ts";

/** Which days, and where. */
export interface ReportRange {
  /** Where; everywhere that is known here if left out. */
  readonly site?: SiteCode;
  /** The first business date, `YYYY-MM-DD`. */
  readonly from: string;
  /** The last, inclusive. */
  readonly to: string;
}

/** What was sold on days. */
export interface DaySums {
  /** How many sales. */
  readonly count: number;
  /** Units. */
  readonly units: number;
  /** Money, one entry per currency and scale. */
  readonly amounts: readonly Money[];
}

/** What was sold of a product at a site. */
export interface ProductSum {
  /** Where. */
  readonly site: SiteCode;
  /** The product. */
  readonly product: ProductId;
  /** Units. */
  readonly units: number;
  /** Money, one entry per currency and scale. */
  readonly amounts: readonly Money[];
}

/** What a seller sold at a site. */
export interface SellerSum {
  /** Where. */
  readonly site: SiteCode;
  /** Who, with the name of the last day; null where nobody said. */
  readonly seller: Actor | null;
  /** How many sales. */
  readonly count: number;
  /** Money, one entry per currency and scale. */
  readonly amounts: readonly Money[];
}

/** When a product was made and changed. */
export interface ProductTimes {
  /** When it was first said, in microseconds since 1970; null if nothing is known. */
  readonly createdAt: number | null;
  /** When it or its price was changed last, in microseconds since 1970; null if nothing is known. */
  readonly changedAt: number | null;
}

/** Everything about reports. Voided sales are in none of them. */
export interface ReportUseCases {
  /** Sums over days. */
  totals(range: ReportRange): DaySums;
  /** Sums by product, most units first. Lets others do their work between the days it reads. */
  bestSellers(
    range: ReportRange & { readonly limit: number },
  ): Promise<readonly ProductSum[]>;
  /** Sums by seller. */
  sellers(range: ReportRange): readonly SellerSum[];
  /** How many products a scope lists itself. */
  productCount(scope: Scope): number;
  /** When a product was made and changed in a scope. */
  productTimes(scope: Scope, product: ProductId): ProductTimes;
}
