/**
 * The paper that a driver signs: what was charged to which card, on 48 columns.
 *
 * @module
 */
import { formatAmount, formatInstant } from "../base/format.ts";
import { ownSite } from "../base/session.ts";
import type { DonePurchase } from "./purchase.ts";
import { text } from "./texts.ts";

const COLUMNS = 48;

function row(name: string, value: string): string {
  return `${name} ${value.padStart(COLUMNS - name.length - 1)}`;
}

/**
 * A purchase as text for an 80 mm printer.
 *
 * @param purchase It was charged.
 * @param currency Of its amount.
 * @returns Lines of at most 48 columns.
 */
export function voucherText(
  { id, company, card, amount, at }: DonePurchase,
  currency: string,
): string {
  return [
    text("voucherTitle"),
    "",
    ...(ownSite.value === undefined ? [] : [row(text("site"), ownSite.value)]),
    row(text("when"), formatInstant(at)),
    row(text("company"), company),
    row(text("card"), card),
    row(text("amount"), formatAmount({ amount, currency })),
    "",
    text("purchaseId"),
    id,
    "",
    "",
    "_".repeat(COLUMNS),
    text("signature"),
    "",
  ].join("\n");
}
