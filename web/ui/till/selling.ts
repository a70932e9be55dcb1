/**
 * Charging the cart: it becomes a paid sale, which is kept and sent; what was refused stays the cart's, with the reason.
 *
 * @module
 */
import { type Signal, signal } from "@preact/signals";
import { newId } from "../base/ids.ts";
import { load, save } from "../base/memory.ts";
import type { Problem } from "../base/http.ts";
import { tellProblem } from "../parts/notices.tsx";
import { printReceipt, readReceipt } from "../parts/receipt.tsx";
import { saleRequest } from "./cart.ts";
import { cart, changeCart, clearCart, countSold, sum } from "./cart_store.ts";
import { refresh } from "./catalog.ts";
import {
  type DoneSale,
  lastDone,
  outbox,
  type PaidSale,
  pay,
} from "./outbox.ts";
import type { SaleRecording } from "../wire_types.ts";
import type { Settlement } from "./payment.ts";
import { padded } from "./quantity_text.ts";

/** Why the sale at hand was refused; undefined if it was not. */
export const refusal: Signal<Problem | undefined> = signal(undefined);
/** Whether each receipt is printed as soon as the sale is made. */
export const printsAlways: Signal<boolean> = signal(
  load("panal.till.prints") === "yes",
);
/** The sale that waits for the node since the last payment; shown until the next sale begins. */
export const lastWaiting: Signal<PaidSale | undefined> = signal(undefined);

/** Has each receipt printed, or not. */
export function setPrintsAlways(value: boolean): void {
  printsAlways.value = value;
  save("panal.till.prints", value ? "yes" : undefined);
}

/**
 * Charges the cart.
 *
 * @param settled How it is paid.
 * @param approval A supervisor's, where the cashier needs one.
 * @returns False if too many sales wait for the node already.
 */
export async function charge(
  settled: Settlement & { readonly ok: true },
  approval: Pick<SaleRecording, "approval"> = {},
): Promise<boolean> {
  const { currency, total } = sum.value;
  const amount = (value: typeof total) => padded(value, currency);
  const paid: PaidSale = {
    body: saleRequest(cart.value, sum.value, settled.payments),
    cart: cart.value,
    total: amount(total),
    currency,
    received: settled.received === undefined ? null : amount(settled.received),
    change: settled.received === undefined ? null : amount(settled.change),
    at: Date.now(),
    refused: null,
  };
  const outcome = await pay(paid, approval);
  refusal.value = undefined;
  switch (outcome.kind) {
    case "full":
      return false;
    case "refused":
      refused(outcome.problem);
      return true;
    case "waits":
      lastWaiting.value = paid;
      lastDone.value = undefined;
      countSold(paid.cart);
      clearCart();
      return true;
    case "done":
      lastWaiting.value = undefined;
      countSold(paid.cart);
      clearCart();
      if (printsAlways.value) void printDone(outcome.done);
      return true;
  }
}

function refused(problem: Problem): void {
  refusal.value = problem;
  // Prices that came into force meanwhile: the cart shows what it comes to now.
  if (problem.code !== "rights_insufficient") void refresh();
}

/** Gives the cart another id: it is another sale than the one that stands under this one. */
export function asAnotherSale(): void {
  changeCart({ id: newId() });
  refusal.value = undefined;
}

/** Prints the receipt of a sale. */
export async function printDone({ sale, paid }: DoneSale): Promise<void> {
  await printSale(sale.id, paid.received);
}

/** Prints the receipt of a sale, with what was handed over where that is known. */
export async function printSale(
  id: string,
  received: string | null,
): Promise<void> {
  const answer = await readReceipt(id, received ?? undefined);
  if (answer.ok) printReceipt(answer.value);
  else tellProblem(answer.problem);
}

/** A cart whose sale was paid before the page was loaded anew is no cart any more. */
export function dropPaidCart(): void {
  if (outbox.value.some(({ body }) => body.id === cart.value.id)) clearCart();
}
