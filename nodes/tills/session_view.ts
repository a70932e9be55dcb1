/**
 * A cash session as it is shown: its float, its moves, what should be in the drawer and what was counted.
 *
 * @module
 */
import {
  type Actor,
  CASH_CLOSES,
  CASH_MOVES,
  CASH_SESSIONS,
  type FactId,
  type LogId,
  type Money,
  type Payment,
  PAYMENTS_MAX,
  type Reader,
  rescale,
  type Row,
  type SiteCode,
  TENDER_TOTALS,
} from "../../crdt/mod.ts";
import type { Cell } from "../ports.ts";
import { MoneySums } from "./money_sums.ts";
import type {
  CashMoveView,
  CashSessionView,
  MethodAmount,
} from "./till_use_cases.ts";

/** The method of what is in the drawer itself. */
export const CASH = "cash";
/** Under which method stand those that one fact cannot name any more. */
const OTHER = "other";
/** Most moves that a session shows; the first. */
export const MOVES_SHOWN_MAX = 1000;

/**
 * The amount of a row.
 *
 * @param row A row with `currency` and `exponent`.
 * @param column The column of the amount.
 * @returns The amount.
 */
export function amountOf(row: Row, column = "amount"): Money {
  return {
    units: Number(row[column]),
    currency: String(row["currency"]),
    exponent: Number(row["exponent"]),
  };
}

/**
 * Who did something, as a row holds it.
 *
 * @param cell JSON or null.
 * @returns The actor, or null.
 */
export function actorOf(cell: unknown): Actor | null {
  return typeof cell === "string" ? JSON.parse(cell) as Actor : null;
}

/**
 * Where the moves, closes and tenders of a session stand: what another site says of it is not its.
 *
 * @param session A row of `CASH_SESSIONS`.
 * @returns The beginning of their keys.
 */
export function placeOf({ site = null, id = null }: Row): readonly Cell[] {
  return [site, id];
}

/**
 * What should be in a drawer now, by method: its float, its moves, and what sales brought.
 *
 * @param rows The views.
 * @param session A row of `CASH_SESSIONS`.
 * @returns Amounts in the session's currency, cash first.
 */
export function expectedOf(rows: Reader, session: Row): MethodAmount[] {
  const prefix = placeOf(session);
  const currency = String(session["currency"]);
  const sums = new Map<string, MoneySums>([[CASH, new MoneySums()]]);
  const add = (method: string, amount: Money) => {
    if (amount.currency !== currency) return;
    let sum = sums.get(method);
    if (sum === undefined) {
      // Cash, those that have a name of their own, and the rest.
      const known = sums.size < PAYMENTS_MAX - 1 ? method : OTHER;
      sum = sums.get(known) ?? new MoneySums();
      sums.set(known, sum);
    }
    sum.add(amount);
  };
  add(CASH, amountOf(session, "float"));
  for (const row of rows.scan(CASH_MOVES, { prefix })) {
    add(CASH, amountOf(row));
  }
  for (const row of rows.scan(TENDER_TOTALS, { prefix })) {
    add(String(row["method"]), amountOf(row));
  }
  return [...sums].map(([method, sum]) => ({
    method,
    amount: sum.of(currency),
  })).filter(({ method, amount }) => method === CASH || amount.units !== 0);
}

/**
 * Amounts by method as facts hold them.
 *
 * @param amounts The amounts, of one currency.
 * @param exponent Decimal places that hold each of them.
 * @returns Whole units.
 */
export function toPayments(
  amounts: readonly MethodAmount[],
  exponent: number,
): Payment[] {
  return amounts.map(({ method, amount }) => ({
    method,
    amount: rescale(amount, exponent).units,
  }));
}

function fromPayments(row: Row, column: string): MethodAmount[] {
  const payments = JSON.parse(String(row[column])) as Payment[];
  return payments.map(({ method, amount }) => ({
    method,
    amount: {
      units: amount,
      currency: String(row["currency"]),
      exponent: Number(row["exponent"]),
    },
  }));
}

function differencesOf(
  counted: readonly MethodAmount[],
  expected: readonly MethodAmount[],
): MethodAmount[] {
  const sums = new Map<string, MoneySums>();
  const add = ({ method, amount }: MethodAmount, sign: 1 | -1) => {
    const sum = sums.get(method) ?? new MoneySums();
    sums.set(method, sum);
    sum.add(amount, sign);
  };
  for (const one of counted) add(one, 1);
  for (const one of expected) add(one, -1);
  const currency = (expected[0] ?? counted[0])?.amount.currency ?? "XXX";
  return [...sums].map(([method, sum]) => ({
    method,
    amount: sum.of(currency),
  }));
}

function moveOf(row: Row): CashMoveView {
  const amount = amountOf(row);
  return {
    id: row["id"] as FactId,
    at: Number(row["at"]),
    direction: amount.units < 0 ? "out" : "in",
    amount: { ...amount, units: Math.abs(amount.units) },
    reason: String(row["reason"]),
    by: actorOf(row["by"]),
  };
}

/**
 * A session as it is shown.
 *
 * @param rows The views.
 * @param session A row of `CASH_SESSIONS`.
 * @returns The session; what was expected is that of its close, once it is closed.
 */
export function sessionView(rows: Reader, session: Row): CashSessionView {
  const id = session["id"] as FactId;
  const prefix = placeOf(session);
  const [close] = rows.scan(CASH_CLOSES, { prefix, limit: 1 });
  const moves = rows.scan(CASH_MOVES, { prefix, limit: MOVES_SHOWN_MAX });
  const counted = close === undefined ? null : fromPayments(close, "counted");
  const expected = close === undefined
    ? expectedOf(rows, session)
    : fromPayments(close, "expected");
  return {
    id,
    site: session["site"] as SiteCode,
    log: session["log"] as LogId,
    till: String(session["till"]),
    openedAt: Number(session["at"]),
    date: String(session["date"]),
    openedBy: actorOf(session["by"]),
    float: amountOf(session, "float"),
    moves: moves.map(moveOf),
    expected,
    counted,
    differences: counted === null ? null : differencesOf(counted, expected),
    closedAt: close === undefined ? null : Number(close["at"]),
    closedBy: actorOf(close?.["by"]),
    note: typeof close?.["note"] === "string" ? close["note"] : null,
  };
}

/**
 * The row of a session.
 *
 * @param rows The views.
 * @param id The session.
 * @returns The row; the first of several under one id.
 */
export function sessionRow(rows: Reader, id: FactId): Row | undefined {
  return rows.scan(CASH_SESSIONS, {
    index: "by_id",
    prefix: [id],
    limit: 1,
  })[0];
}
