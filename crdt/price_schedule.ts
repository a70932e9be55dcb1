/**
 * Prices that are set for later: what a price board shows besides the prices in force.
 *
 * @module
 */
import type { Scope } from "./catalog_facts.ts";
import type { LogId, ProductId } from "./ids.ts";
import {
  PRICE_CHANGES,
  type PriceInForce,
  priceInForce,
} from "./price_book.ts";
import type { Reader, Row } from "./rows.ts";

/** A price that will come into force. */
export interface ScheduledPrice extends PriceInForce {
  /** What it is the price of. */
  readonly product: ProductId;
  /** The log in which the fact stands. */
  readonly log: LogId;
  /** Its commit's place there. */
  readonly seq: number;
}

/** A scheduled price, and the key behind which the next page begins. */
export interface ScheduledRow {
  /** Pass it as `after`. */
  readonly key: readonly (string | number)[];
  /** The price. */
  readonly price: ScheduledPrice;
}

/** The columns of the order by instant, after the scope. */
const ORDER = [
  ...["effective_at", "product", "branch_made", "stamp", "log", "seq", "id"],
];

/** Most changes that one page looks through: most of them are replaced before they come into force. */
const LOOKED_THROUGH_MAX = 20_000;
const BATCH_ROWS = 500;

/**
 * Prices of a scope that will come into force, the next first, as far as facts here say: one that is replaced before its
 * instant is left out.
 *
 * @param rows The rows.
 * @param scope The scope.
 * @param page Those behind a key, or after an instant in microseconds since 1970; and the most to give.
 * @returns The prices.
 */
export function scheduledPrices(
  rows: Reader,
  scope: Scope,
  page: {
    readonly at: number;
    readonly after?: readonly (string | number)[];
    readonly limit: number;
  },
): ScheduledRow[] {
  const found: ScheduledRow[] = [];
  let { after } = page;
  for (let seen = 0; seen < LOOKED_THROUGH_MAX; seen += BATCH_ROWS) {
    const batch = rows.scan(PRICE_CHANGES, {
      index: "by_instant",
      prefix: [scope],
      limit: BATCH_ROWS,
      ...(after === undefined ? { from: [page.at + 1] } : { after }),
    });
    for (const row of batch) {
      const key = ORDER.map((column) => row[column] as string | number);
      after = key;
      const price = scheduledOf(rows, scope, row);
      if (price !== undefined) found.push({ key, price });
      if (found.length >= page.limit) return found;
    }
    if (batch.length < BATCH_ROWS) break;
  }
  return found;
}

function scheduledOf(
  rows: Reader,
  scope: Scope,
  row: Row,
): ScheduledPrice | undefined {
  const product = row["product"] as ProductId;
  const effectiveAt = Number(row["effective_at"]);
  const then = priceInForce(rows, { scope, product }, effectiveAt);
  if (then === undefined || then.fact !== row["id"]) return undefined;
  const { log, seq } = row;
  return { ...then, product, log: log as LogId, seq: Number(seq) };
}
