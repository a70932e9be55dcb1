/**
 * What the lines of a sale cost: by the price in force or as the caller says, by the piece or by measure, less what is
 * taken off.
 *
 * @module
 */
import {
  addMoney,
  type CatalogProduct,
  currencyExponent,
  divideHalfEven,
  type FactId,
  type Money,
  money,
  multiplyMoney,
  ok,
  rescale,
  type Result,
  type Scope,
} from "../../crdt/mod.ts";
import type { DecisionContext } from "../replica.ts";
import type { Refusal, SaleLineInput } from "../use_cases.ts";
import { findPrice, findProduct, refuse } from "./context.ts";

/** A line with its price. */
export interface PricedLine {
  /** What the caller sent. */
  readonly input: SaleLineInput;
  /** The product as the site knows it. */
  readonly found: CatalogProduct | undefined;
  /** The product's name for the receipt, where it is not the one that the site knows. */
  readonly name?: string;
  /** Price of one, or of 1000 thousandths. */
  readonly price: Money | undefined;
  /** The fact that set the price, if it is the one in force. */
  readonly priceFact: FactId | undefined;
  /** True for what is sold by measure. */
  readonly measured: boolean;
  /** What the line costs. */
  readonly amount: Money;
}

/** Thousandths of the unit in which what is measured is priced. */
const THOUSANDTHS = 1000;

/**
 * The price of 1000 thousandths times some of them, rounded half to even once, to the more exact of the price's and the
 * currency's decimal places.
 *
 * @param price The price of 1000.
 * @param quantity Thousandths.
 * @returns The amount.
 */
export function measuredAmount(price: Money, quantity: number): Money {
  const exponent = Math.max(price.exponent, currencyExponent(price.currency));
  const { units } = rescale(price, exponent);
  const product = BigInt(units) * BigInt(quantity);
  const rounded = divideHalfEven(product, BigInt(THOUSANDTHS));
  return money(Number(rounded), price.currency, exponent);
}

/**
 * The contrary of an amount.
 *
 * @param amount Any amount.
 * @returns The same, below zero where it was above.
 */
export function negated(amount: Money): Money {
  return money(-amount.units, amount.currency, amount.exponent);
}

/**
 * Takes a discount off an amount.
 *
 * @param amount What there is to pay.
 * @param discount What is taken off.
 * @returns What is left, or `discount_invalid`.
 */
export function lessDiscount(
  amount: Money,
  discount: Money,
): Result<Money, Refusal> {
  const left = addMoney(amount, negated(discount));
  return discount.units > 0 && left.units >= 0 ? ok(left) : refuse(
    "discount_invalid",
    "Cannot record sale: a discount is above 0 and at most what there is to pay",
  );
}

/** Whether a product is sold by measure. */
function isMeasured(found: CatalogProduct | undefined): boolean {
  const unit = found?.details.unit;
  return unit !== undefined && unit !== "piece";
}

/**
 * Prices a line.
 *
 * @param context The decision.
 * @param place The site's scope, and whether the sale has already happened elsewhere.
 * @param input The line.
 * @returns The line with its price, or `product_unknown`, `price_unknown` or `discount_invalid`.
 */
export function priceLine(
  context: DecisionContext,
  place: { readonly scope: Scope; readonly observation: boolean },
  input: SaleLineInput,
): Result<PricedLine, Refusal> {
  const { product, quantity } = input;
  const found = findProduct(context.rows, place.scope, product, {
    lookup: (scope, id) => context.catalog.product(context.rows, scope, id),
  });
  if (found?.listed !== true && !place.observation) {
    return refuse(
      "product_unknown",
      `Cannot record sale: product "${product}" is unknown`,
      { product },
    );
  }
  const inForce = input.price === undefined && input.amount === undefined
    ? findPrice(
      context.rows,
      { scope: place.scope, product },
      context.at,
      (one) => context.catalog.price(context.rows, one, context.at),
    )
    : undefined;
  const price = input.price ?? inForce?.price;
  const measured = isMeasured(found);
  const whole = input.amount ??
    (price === undefined
      ? undefined
      : measured
      ? measuredAmount(price, quantity)
      : multiplyMoney(price, quantity));
  if (whole === undefined) {
    return refuse(
      "price_unknown",
      `Cannot record sale: product "${product}" has no price`,
      { product },
    );
  }
  const amount = discounted(whole, input);
  if (!amount.ok) return amount;
  return ok({
    input,
    found,
    price,
    priceFact: inForce?.fact,
    measured,
    amount: amount.value,
  });
}

function discounted(
  whole: Money,
  { amount, discount }: SaleLineInput,
): Result<Money, Refusal> {
  if (discount === undefined) return ok(whole);
  return amount === undefined ? lessDiscount(whole, discount) : refuse(
    "discount_invalid",
    "Cannot record sale: a line whose amount is given has no discount",
  );
}
