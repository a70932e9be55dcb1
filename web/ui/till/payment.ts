/**
 * How a sale is paid: one method or several, and the change where cash was handed over.
 *
 * @module
 */
import {
  compared,
  type Decimal,
  less,
  plus,
  typedAmount,
  ZERO,
} from "../base/amounts.ts";
import type { Payment } from "./cart.ts";

/** Methods of payment besides cash, in the words of the node. */
export const OTHER_METHODS = ["card", "transfer", "wallet"] as const;
/** All methods of payment that the till offers. */
export const METHODS = ["cash", ...OTHER_METHODS] as const;

/** A method of payment. */
export type Method = (typeof METHODS)[number];

/** What somebody typed of how it is paid. */
export interface Tender {
  /** One method for all of it, or several. */
  readonly method: Method | "several";
  /** Cash handed over; empty for the exact amount. */
  readonly received: string;
  /** With several methods: how much by each but cash, which pays the rest. */
  readonly amounts: Readonly<Partial<Record<Method, string>>>;
}

/** What comes of it. */
export type Settlement =
  | {
    readonly ok: true;
    readonly payments: readonly Payment[];
    /** What was handed over in cash, where it was said. */
    readonly received: Decimal | undefined;
    readonly change: Decimal;
  }
  | {
    readonly ok: false;
    readonly problem: "short" | "over" | "amount";
    /** How much too little or too much. */
    readonly by: Decimal;
  };

/** A tender of exact cash. */
export const EXACT_CASH: Tender = { method: "cash", received: "", amounts: {} };

/**
 * Settles a total.
 *
 * @param total What there is to pay, zero or more.
 * @param tender What was typed.
 * @param places Decimal places that people pay with.
 * @returns Payments that are together the total, or why there are none.
 */
export function settle(
  total: Decimal,
  tender: Tender,
  places: number,
): Settlement {
  if (tender.method !== "cash" && tender.method !== "several") {
    const payments = paid([{ method: tender.method, amount: total }]);
    return { ok: true, payments, received: undefined, change: ZERO };
  }
  const others: Payment[] = [];
  if (tender.method === "several") {
    for (const method of OTHER_METHODS) {
      const typed = tender.amounts[method] ?? "";
      if (typed.trim() === "") continue;
      const amount = typedAmount(typed, places);
      if (amount === undefined) {
        return { ok: false, problem: "amount", by: ZERO };
      }
      others.push({ method, amount });
    }
  }
  const rest = others.reduce((left, { amount }) => less(left, amount), total);
  if (compared(rest, ZERO) < 0) {
    return { ok: false, problem: "over", by: less(ZERO, rest) };
  }
  return settleCash(rest, others, { tender, places });
}

function settleCash(
  rest: Decimal,
  others: readonly Payment[],
  { tender, places }: { readonly tender: Tender; readonly places: number },
): Settlement {
  const payments = paid([{ method: "cash", amount: rest }, ...others]);
  if (tender.received.trim() === "") {
    return { ok: true, payments, received: undefined, change: ZERO };
  }
  const received = typedAmount(tender.received, places);
  if (received === undefined) return { ok: false, problem: "amount", by: ZERO };
  const change = less(received, rest);
  return compared(change, ZERO) < 0
    ? { ok: false, problem: "short", by: less(ZERO, change) }
    : { ok: true, payments, received, change };
}

/** The node takes no payment of nothing. */
function paid(payments: readonly Payment[]): Payment[] {
  return payments.filter(({ amount }) => amount.units !== 0n);
}

/** Notes that people hand over, by currency, in whole units; the least first. */
const NOTES: Readonly<Record<string, readonly number[]>> = {
  PEN: [10, 20, 50, 100, 200],
  CLP: [1000, 2000, 5000, 10_000, 20_000],
  USD: [5, 10, 20, 50, 100],
  EUR: [5, 10, 20, 50, 100],
};

/**
 * What somebody is likely to hand over: notes of at least the total.
 *
 * @param total What there is to pay in cash.
 * @param currency Its currency.
 * @returns At most four amounts above the total.
 */
export function likelyNotes(total: Decimal, currency: string): Decimal[] {
  const notes = NOTES[currency] ?? [10, 20, 50, 100, 200];
  const least = notes[0] ?? 10;
  const unit = 10n ** BigInt(total.places);
  const whole = (total.units + unit - 1n) / unit;
  const next = (note: number) =>
    (whole + BigInt(note) - 1n) / BigInt(note) * BigInt(note);
  const amounts = new Set([next(least), ...notes.map(next)]);
  return [...amounts].filter((amount) => amount * unit !== total.units)
    .sort((a, b) => a < b ? -1 : 1).slice(0, 4)
    .map((units) => ({ units, places: 0 }));
}

/** The sum of payments. */
export function paymentSum(payments: readonly Payment[]): Decimal {
  return payments.reduce((sum, { amount }) => plus(sum, amount), ZERO);
}
