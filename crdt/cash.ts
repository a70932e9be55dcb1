/**
 * The fold of cash sessions: a till's drawer from its float to its count.
 *
 * @module
 */
import type { Fold, FoldRows } from "./fold.ts";
import type { SaleRecorded } from "./goods_facts.ts";
import type { FactId } from "./ids.ts";
import type { TableSchema } from "./rows.ts";
import type {
  CashMoved,
  CashSessionClosed,
  CashSessionOpened,
} from "./shop_facts.ts";

/** Sessions that were opened, by site and instant. `by` is JSON or null. */
export const CASH_SESSIONS: TableSchema = {
  name: "cash_sessions",
  columns: {
    site: "text",
    at: "integer",
    id: "text",
    log: "text",
    date: "text",
    till: "text",
    float: "integer",
    currency: "text",
    exponent: "integer",
    by: "text",
  },
  key: ["site", "at", "id", "log"],
  indexes: { by_id: ["id"], by_log: ["log", "at"] },
};

/** Cash put in (above 0) and taken out (below 0), by session. */
export const CASH_MOVES: TableSchema = {
  name: "cash_moves",
  columns: {
    session: "text",
    at: "integer",
    id: "text",
    log: "text",
    site: "text",
    date: "text",
    amount: "integer",
    currency: "text",
    exponent: "integer",
    reason: "text",
    by: "text",
  },
  key: ["site", "session", "at", "id", "log"],
};

/** Counts that ended sessions; the least is shown. `counted` and `expected` are JSON. */
export const CASH_CLOSES: TableSchema = {
  name: "cash_closes",
  columns: {
    session: "text",
    stamp: "text",
    log: "text",
    seq: "integer",
    id: "text",
    at: "integer",
    site: "text",
    date: "text",
    counted: "text",
    expected: "text",
    currency: "text",
    exponent: "integer",
    note: "text",
    by: "text",
  },
  key: ["site", "session", "stamp", "log", "seq", "id"],
};

/**
 * What came into and went out of each drawer by sales, by method of payment: sales of the session, less those that were
 * voided in it. A return's amounts are below 0.
 */
export const TENDER_TOTALS: TableSchema = {
  name: "tender_totals",
  columns: {
    site: "text",
    session: "text",
    method: "text",
    currency: "text",
    exponent: "integer",
    count: "integer",
    amount: "integer",
  },
  key: ["site", "session", "method", "currency", "exponent"],
};

/** Under which method a sale stands that does not say how it was paid. */
export const UNSTATED = "unstated";

/**
 * Adds what a sale brought to a drawer, or takes it out.
 *
 * @param rows The rows.
 * @param sale The sale.
 * @param change The session, and 1 for money that comes in with the sale, -1 for its contrary.
 */
export function addTender(
  rows: FoldRows,
  sale: SaleRecorded,
  { session, sign }: { readonly session: FactId; readonly sign: 1 | -1 },
): void {
  const { site, currency, exponent, total } = sale;
  const payments = sale.payments ?? [{ method: UNSTATED, amount: total }];
  for (const { method, amount } of payments) {
    rows.increment(TENDER_TOTALS, {
      site,
      session,
      method,
      currency,
      exponent,
    }, { count: sign, amount: sign * amount });
  }
}

function json(value: unknown): string | null {
  return value === undefined ? null : JSON.stringify(value);
}

/** Sessions, from `CashSessionOpened`. */
export const cashOpenedFold: Fold<CashSessionOpened> = {
  add(rows, { fact, log }) {
    rows.put(CASH_SESSIONS, {
      site: fact.site,
      at: fact.at,
      id: fact.id,
      log,
      date: fact.date,
      till: fact.till,
      float: fact.float,
      currency: fact.currency,
      exponent: fact.exponent,
      by: json(fact.by),
    });
  },
  remove(rows, { fact, log }) {
    rows.delete(CASH_SESSIONS, [fact.site, fact.at, fact.id, log]);
  },
};

/** Cash in and out, from `CashMoved`. */
export const cashMovedFold: Fold<CashMoved> = {
  add(rows, { fact, log }) {
    rows.put(CASH_MOVES, {
      session: fact.session,
      at: fact.at,
      id: fact.id,
      log,
      site: fact.site,
      date: fact.date,
      amount: fact.direction === "in" ? fact.amount : -fact.amount,
      currency: fact.currency,
      exponent: fact.exponent,
      reason: fact.reason,
      by: json(fact.by),
    });
  },
  remove(rows, { fact, log }) {
    const { site, session, at, id } = fact;
    rows.delete(CASH_MOVES, [site, session, at, id, log]);
  },
};

/** Counts, from `CashSessionClosed`. */
export const cashClosedFold: Fold<CashSessionClosed> = {
  add(rows, { fact, stamp, log, seq }) {
    rows.put(CASH_CLOSES, {
      session: fact.session,
      stamp,
      log,
      seq,
      id: fact.id,
      at: fact.at,
      site: fact.site,
      date: fact.date,
      counted: JSON.stringify(fact.counted),
      expected: JSON.stringify(fact.expected),
      currency: fact.currency,
      exponent: fact.exponent,
      note: fact.note ?? null,
      by: json(fact.by),
    });
  },
  remove(rows, { fact, stamp, log, seq }) {
    const { site, session, id } = fact;
    rows.delete(CASH_CLOSES, [site, session, stamp, log, seq, id]);
  },
};
