/**
 * A sale as an original central is told of it: one notice a line, its body the union of what the releases of that
 * program read (D-34). A void is not told: no release has a message for it.
 *
 * @module
 */
import {
  formatDecimal,
  localTimeText,
  type LogId,
  type Money,
  type ProductId,
  type SaleRecorded,
  type SiteCode,
} from "../crdt/mod.ts";
import { receiptDigits } from "./use_cases/record_sale.ts";

/** One line of a sale, to be told. */
export interface SaleNotice {
  /** The line, from 0. */
  readonly line: number;
  /** The JSON body; undefined if an original central cannot be told. */
  readonly body: string | undefined;
  /** Why it cannot be told; empty if it can. */
  readonly problem: string;
}

/** Who tells of it. */
export interface NoticeOrigin {
  /** The branch id. */
  readonly branchId: string;
  /** IANA time zone of the site. */
  readonly timezone: string;
  /** True if another sale of this log shows the same wall clock, so that the sale id must say more. */
  readonly sameTime: boolean;
}

/**
 * The branch id of a node that was given none.
 *
 * @param site The site.
 * @param log The node's log in the site's space, if it is open yet.
 * @returns The site's code and the five digits of the log's receipts.
 */
export function defaultBranchId(
  site: SiteCode | null,
  log: LogId | undefined,
): string {
  const digits = log === undefined ? "" : `-${receiptDigits(log)}`;
  return `${site ?? "mesh"}${digits}`;
}

/**
 * The notices of a sale.
 *
 * @param sale The sale.
 * @param origin Who tells of it.
 * @returns One notice for each line, in order.
 */
export function noticesOfSale(
  sale: SaleRecorded,
  origin: NoticeOrigin,
): SaleNotice[] {
  const { branchId, timezone, sameTime } = origin;
  const { currency, exponent } = sale;
  const timestamp = localTimeText(sale.at, timezone);
  // Later releases take an id once only, so every line needs its own.
  const id = `${branchId}_${timestamp}${sameTime ? `#${sale.id}` : ""}`;
  return sale.lines.map(({ product, quantity, amount }, line) => {
    const productId = integerOf(product);
    if (productId === undefined) {
      const problem =
        `An original central knows products by whole numbers: it cannot be told of "${product}"`;
      return { line, body: undefined, problem };
    }
    const total = floatOf({ units: amount, currency, exponent });
    const body = objectText([
      ["branch_id", JSON.stringify(branchId)],
      ["product_id", String(productId)],
      ["quantity_sold", String(quantity)],
      ["timestamp", JSON.stringify(timestamp)],
      ["sale_price", total],
      ["total_amount", total],
      ["money_received", total],
      ["change", "0.0"],
      ["sale_id", JSON.stringify(line === 0 ? id : `${id}/${line + 1}`)],
    ]);
    return { line, body, problem: "" };
  });
}

/** An original product id: a whole number in its shortest form, within what a double holds exactly. */
function integerOf(product: ProductId): number | undefined {
  const id = Number(product);
  return Number.isSafeInteger(id) && String(id) === product ? id : undefined;
}

/** The nearest double as JSON, always with a point or an exponent: typed receivers tell 4 from 4.0. */
function floatOf(amount: Money): string {
  const text = String(Number(formatDecimal(amount)));
  return /^-?[0-9]+$/.test(text) ? `${text}.0` : text;
}

function objectText(fields: readonly (readonly [string, string])[]): string {
  return `{${
    fields.map(([key, text]) => `${JSON.stringify(key)}:${text}`).join(",")
  }}`;
}
