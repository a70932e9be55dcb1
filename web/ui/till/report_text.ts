/**
 * Sums of sales as text of 48 columns, for the printer of receipts.
 *
 * @module
 */
import type { Money, SalesReport } from "../wire_types.ts";
import { methodName, sellerName, text } from "./sale_texts.ts";

const COLUMNS = 48;

/** A name at the left and an amount at the right; what is too long is cut. */
function pair(left: string, right: string): string {
  const room = Math.max(0, COLUMNS - right.length - 1);
  return `${left.slice(0, room).padEnd(room)} ${right}`;
}

function amounts(all: readonly Money[]): string {
  return all.map(({ amount, currency }) => `${amount} ${currency}`)
    .join(" + ") || "-";
}

/**
 * The text of a report.
 *
 * @param title What stands above it.
 * @param report The sums.
 * @returns Lines of at most 48 columns.
 */
export function reportText(title: string, report: SalesReport): string {
  const rule = "-".repeat(COLUMNS);
  const counted = (
    name: string,
    { count, amounts: all }: SalesReport["sales"],
  ) => pair(`${name} (${count})`, amounts(all));
  return [
    title.slice(0, COLUMNS),
    pair(text("site"), report.site),
    pair(text("date"), report.date),
    ...(report.till === null
      ? []
      : [pair(text("till"), report.till.slice(0, 8))]),
    ...(report.receipts === null
      ? []
      : [report.receipts.first, report.receipts.last]),
    rule,
    counted(text("sales"), report.sales),
    counted(text("returns"), report.returns),
    counted(text("voids"), report.voids),
    pair(text("discounts"), amounts(report.discounts)),
    rule,
    ...report.methods.map(({ method, amount }) =>
      pair(methodName(method), amounts([amount]))
    ),
    rule,
    ...report.sellers.map(({ seller, count, amounts: all }) =>
      pair(`${sellerName(seller)} (${count})`, amounts(all))
    ),
  ].join("\n");
}
