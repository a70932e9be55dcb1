/**
 * The price book fold: price changes by scope and product, and which of them is in force at an instant.
 *
 * @module
 */
import type { PriceChanged, PricesChanged, Scope } from "./catalog_facts.ts";
import type { Fold, FoldRows, LogFact } from "./fold.ts";
import type { FactId, ProductId } from "./ids.ts";
import type { Money } from "./money.ts";
import type { Reader, Row, TableSchema } from "./rows.ts";

/** Price changes that count, in the order in which they come into force. */
export const PRICE_CHANGES: TableSchema = {
  name: "price_changes",
  columns: {
    scope: "text",
    product: "text",
    branch_made: "integer",
    effective_at: "integer",
    stamp: "text",
    log: "text",
    seq: "integer",
    id: "text",
    price: "integer",
    currency: "text",
    exponent: "integer",
  },
  key: [
    "scope",
    "product",
    "branch_made",
    "effective_at",
    "stamp",
    "log",
    "seq",
    "id",
  ],
  indexes: { by_instant: ["scope", "effective_at"] },
};

/** Which price changes of the same product were replaced, and from when on. */
export const PRICES_REPLACED: TableSchema = {
  name: "prices_replaced",
  columns: {
    scope: "text",
    product: "text",
    id: "text",
    effective_at: "integer",
    by_id: "text",
    by_log: "text",
  },
  key: ["scope", "product", "id", "effective_at", "by_id", "by_log"],
};

/**
 * Prices that were set together, by scope and instant. `prices` is JSON: `[product, price]` each, in the order in which
 * the fact has them.
 */
export const PRICE_SETS: TableSchema = {
  name: "price_sets",
  columns: {
    scope: "text",
    at: "integer",
    id: "text",
    log: "text",
    seq: "integer",
    stamp: "text",
    effective_at: "integer",
    prices: "text",
    currency: "text",
    exponent: "integer",
    origin: "text",
  },
  key: ["scope", "at", "id", "log"],
};

/** How many sets of prices have named a product, by scope: the products that are fuels. */
export const FUELS_PRICED: TableSchema = {
  name: "fuels_priced",
  columns: { scope: "text", product: "text", count: "integer" },
  key: ["scope", "product"],
};

/** A price in force. */
export interface PriceInForce {
  /** The fact that set it. */
  readonly fact: FactId;
  /** Price of one. */
  readonly price: Money;
  /** From when on, in microseconds since 1970. */
  readonly effectiveAt: number;
}

function keyOf({ fact, stamp, log, seq }: LogFact<PriceChanged>) {
  const branchMade = fact.site === undefined ? 0 : 1;
  return [
    fact.scope,
    fact.product,
    branchMade,
    fact.effectiveAt,
    stamp,
    log,
    seq,
    fact.id,
  ];
}

/** What a change replaces; one that names itself replaces nothing by that. */
function othersOver({ id, over }: PriceChanged): FactId[] {
  return over.filter((other) => other !== id);
}

/** Prices from `PriceChanged`. */
export const priceFold: Fold<PriceChanged> = {
  add(rows, placed) {
    const [
      scope = null,
      product = null,
      branchMade = null,
      effectiveAt = null,
    ] = keyOf(placed);
    const { fact, stamp, log, seq } = placed;
    const { id, price, currency, exponent } = fact;
    rows.put(PRICE_CHANGES, {
      scope,
      product,
      branch_made: branchMade,
      effective_at: effectiveAt,
      stamp,
      log,
      seq,
      id,
      price,
      currency,
      exponent,
    });
    for (const replaced of othersOver(fact)) {
      rows.put(PRICES_REPLACED, {
        scope,
        product,
        id: replaced,
        effective_at: effectiveAt,
        by_id: id,
        by_log: log,
      });
    }
  },
  remove(rows, placed) {
    rows.delete(PRICE_CHANGES, keyOf(placed));
    for (const replaced of othersOver(placed.fact)) {
      rows.delete(PRICES_REPLACED, [
        placed.fact.scope,
        placed.fact.product,
        replaced,
        placed.fact.effectiveAt,
        placed.fact.id,
        placed.log,
      ]);
    }
  },
};

const LOOK_BACK = 16;

function isReplaced(rows: Reader, scope: Scope, row: Row, at: number): boolean {
  return rows.scan(PRICES_REPLACED, {
    prefix: [scope, row["product"] ?? null, row["id"] ?? null],
    below: [at + 1],
    limit: 1,
  }).length > 0;
}

function inForce(
  rows: Reader,
  place: { scope: Scope; product: ProductId },
  at: number,
  branchMade: number,
) {
  const prefix = [place.scope, place.product, branchMade];
  let below: readonly (number | string)[] = [at + 1];
  for (;;) {
    const page = rows.scan(PRICE_CHANGES, {
      prefix,
      below,
      reverse: true,
      limit: LOOK_BACK,
    });
    const found = page.find((row) => !isReplaced(rows, place.scope, row, at));
    if (found !== undefined || page.length < LOOK_BACK) return found;
    const last = page.at(-1);
    below = ["effective_at", "stamp", "log", "seq", "id"].map((column) =>
      last?.[column] as number | string
    );
  }
}

/** A set of prices as a change of each: all of them name the set's own id. */
function changesOf(
  placed: LogFact<PricesChanged>,
): LogFact<PriceChanged>[] {
  const { prices, origin: _, type: __, ...common } = placed.fact;
  return prices.map(({ product, price }) => ({
    ...placed,
    fact: { ...common, type: "PriceChanged", product, price },
  }));
}

function setRow({ fact, stamp, log, seq }: LogFact<PricesChanged>): Row {
  return {
    scope: fact.scope,
    at: fact.at,
    id: fact.id,
    log,
    seq,
    stamp,
    effective_at: fact.effectiveAt,
    prices: JSON.stringify(
      fact.prices.map(({ product, price }) => [product, price]),
    ),
    currency: fact.currency,
    exponent: fact.exponent,
    origin: fact.origin,
  };
}

function countFuels(
  rows: FoldRows,
  { scope, prices }: PricesChanged,
  count: 1 | -1,
): void {
  for (const { product } of prices) {
    rows.increment(FUELS_PRICED, { scope, product }, { count });
  }
}

/** Prices from `PricesChanged`: each of the set like a change of its own. */
export const priceSetFold: Fold<PricesChanged> = {
  add(rows, placed) {
    rows.put(PRICE_SETS, setRow(placed));
    countFuels(rows, placed.fact, 1);
    for (const change of changesOf(placed)) priceFold.add(rows, change);
  },
  remove(rows, placed) {
    const { fact, log } = placed;
    rows.delete(PRICE_SETS, [fact.scope, fact.at, fact.id, log]);
    countFuels(rows, fact, -1);
    for (const change of changesOf(placed)) priceFold.remove(rows, change);
  },
};

/**
 * The price in force in one scope at an instant: the greatest (effectiveAt, stamp, log, seq) not after it and not
 * replaced by another that is not after it.
 *
 * @param rows The rows.
 * @param place Scope and product.
 * @param at The instant, in microseconds since 1970.
 * @returns The price, or undefined if none is in force.
 */
export function priceInForce(
  rows: Reader,
  place: { readonly scope: Scope; readonly product: ProductId },
  at: number,
): PriceInForce | undefined {
  const row = inForce(rows, place, at, 0) ?? inForce(rows, place, at, 1);
  if (row === undefined) return undefined;
  return {
    fact: row["id"] as FactId,
    price: {
      units: Number(row["price"]),
      currency: String(row["currency"]),
      exponent: Number(row["exponent"]),
    },
    effectiveAt: Number(row["effective_at"]),
  };
}

/**
 * The price changes that a new one replaces: those of the scope that are in force at its instant or come later.
 *
 * @param rows The rows.
 * @param place Scope and product.
 * @param from The new change's instant, in microseconds since 1970.
 * @returns Ids of facts, at most 64.
 */
export function pricesToReplace(
  rows: Reader,
  place: { readonly scope: Scope; readonly product: ProductId },
  from: number,
): FactId[] {
  const current = priceInForce(rows, place, from);
  const later = rows.scan(PRICE_CHANGES, {
    prefix: [place.scope, place.product, 0],
    from: [from],
    limit: 63,
  })
    .map((row) => row["id"] as FactId);
  return [
    ...new Set([...(current === undefined ? [] : [current.fact]), ...later]),
  ];
}

/**
 * The next instant at which the price in force of a scope may change.
 *
 * @param rows The rows.
 * @param place Scope and product.
 * @param at The instant, in microseconds since 1970.
 * @returns Microseconds since 1970; infinity if nothing is scheduled.
 */
export function nextPriceChange(
  rows: Reader,
  place: { readonly scope: Scope; readonly product: ProductId },
  at: number,
): number {
  const next = [0, 1].map((branchMade) => {
    const prefix = [place.scope, place.product, branchMade];
    const [row] = rows.scan(PRICE_CHANGES, {
      prefix,
      from: [at + 1],
      limit: 1,
    });
    return row === undefined ? Infinity : Number(row["effective_at"]);
  });
  return Math.min(...next);
}
