/**
 * What a sale has besides its lines: how it is paid, and what is taken off the whole.
 *
 * @module
 */
import {
  addMoney,
  type Money,
  money,
  ok,
  PAYMENT_METHOD,
  PAYMENTS_MAX,
  type Result,
} from "../../crdt/mod.ts";
import type { RecordSaleInput, Refusal } from "../use_cases.ts";
import { refuse } from "./context.ts";
import { lessDiscount } from "./sale_pricing.ts";

/**
 * What is to be paid.
 *
 * @param sum The sum of the lines.
 * @param discount What is taken off, if anything.
 * @returns The total, or `discount_invalid`.
 */
export function totalOf(
  sum: Money,
  discount: Money | undefined,
): Result<Money, Refusal> {
  return discount === undefined ? ok(sum) : lessDiscount(sum, discount);
}

/**
 * Checks how a sale is paid: each method once, amounts above 0 (below 0 where money is given back), together the total.
 *
 * @param total What is to be paid.
 * @param payments The payments.
 * @returns Nothing, or `payment_invalid`.
 */
export function checkPayments(
  total: Money,
  payments: NonNullable<RecordSaleInput["payments"]>,
): Result<null, Refusal> {
  const sign = Math.sign(total.units);
  const methods = new Set(payments.map(({ method }) => method));
  const isSound = methods.size === payments.length &&
    payments.length <= PAYMENTS_MAX &&
    payments.every(({ method, amount }) =>
      PAYMENT_METHOD.test(method) && Math.sign(amount.units) === sign &&
      sign !== 0
    );
  if (!isSound) {
    return refuse(
      "payment_invalid",
      "Cannot record sale: each payment is above 0 (below 0 where goods come back), by another method",
    );
  }
  const sum = payments.map(({ amount }) => amount)
    .reduce(addMoney, money(0, total.currency));
  const rest = addMoney(
    sum,
    money(-total.units, total.currency, total.exponent),
  );
  return rest.units === 0 ? ok(null) : refuse(
    "payment_invalid",
    "Cannot record sale: the payments are not together the total",
  );
}
