/**
 * Sales that original branches numbered: which numbers of a branch's day are here, and which stand for several sales.
 * Branches count from 1 each day, so a number that is missing below the greatest is a sale that was never sent, or one
 * that was deleted; one that stands for two sales was given twice.
 *
 * @module
 */
import type { FoldRows } from "./fold.ts";
import { legacySaleContent, type SaleRecorded } from "./goods_facts.ts";
import { type FactId, type SiteCode, timedFactId } from "./ids.ts";
import type { Reader, TableSchema } from "./rows.ts";

/** Numbers in one row of `LEGACY_NUMBERS`. */
const ROW_NUMBERS = 50;
/** Numbers from here on are those of Panal's logs, which leave gaps. */
const NUMBER_MAX = 100_000;

/**
 * Numbers of original sales that are here, by branch and the date in the number (`YYYYMMDD`). A number below 100,000 has
 * the bit `number % 50` of the row `number / 50`.
 */
export const LEGACY_NUMBERS: TableSchema = {
  name: "legacy_numbers",
  columns: { site: "text", date: "text", part: "integer", bits: "integer" },
  key: ["site", "date", "part"],
};

/** Receipts that stand for several original sales: how many besides the first. */
export const SHARED_RECEIPTS: TableSchema = {
  name: "shared_receipts",
  columns: { site: "text", receipt: "text", count: "integer" },
  key: ["site", "receipt"],
};

/** A day of an original branch. */
export interface LegacyDay {
  /** The date in its numbers, `YYYYMMDD`. */
  readonly date: string;
  /** Numbers that are here, ascending. */
  readonly numbers: readonly number[];
}

/**
 * The id of an original sale: the same at every node that receives it, in the order of the branch's clock.
 *
 * @param sale The sale; its id is not looked at.
 * @returns A UUID of version 7: the second of the sale, then the SHA-256 of its branch and content.
 */
export function legacySaleId(sale: Omit<SaleRecorded, "id">): FactId {
  return timedFactId(sale.at, [sale.site, ...legacySaleContent(sale)]);
}

/**
 * Notes that an original sale came or went.
 *
 * @param rows The rows.
 * @param sale The sale.
 * @param change Whether it came (1) or went (-1), and whether others of its branch have its number.
 */
export function noteLegacySale(
  rows: FoldRows,
  sale: SaleRecorded,
  { sign, shared }: { readonly sign: 1 | -1; readonly shared: boolean },
): void {
  const { site, receipt } = sale;
  if (shared) {
    rows.increment(SHARED_RECEIPTS, { site, receipt }, { count: sign });
    return;
  }
  const [date = "", digits = ""] = receipt.split("-").slice(1);
  const number = Number(digits);
  // A number has one bit: `0011` is another text than `011`, and no branch counts so.
  const isCounted = number < NUMBER_MAX &&
    digits === String(number).padStart(3, "0");
  if (!isCounted) return;
  const part = Math.floor(number / ROW_NUMBERS);
  const bits = sign * 2 ** (number % ROW_NUMBERS);
  rows.increment(LEGACY_NUMBERS, { site, date, part }, { bits });
}

/**
 * The days of an original branch.
 *
 * @param rows The rows.
 * @param site The branch.
 * @param from The first date to give, `YYYYMMDD`.
 * @returns Days with sales, in order.
 */
export function legacyDays(
  rows: Reader,
  site: SiteCode,
  from: string,
): LegacyDay[] {
  const found = rows.scan(LEGACY_NUMBERS, { prefix: [site], from: [from] });
  const days = Map.groupBy(found, (row) => String(row["date"]));
  return [...days].map(([date, parts]) => ({
    date,
    numbers: parts.flatMap((row) =>
      numbersOf(Number(row["part"]), Number(row["bits"]))
    ),
  }));
}

function numbersOf(part: number, bits: number): number[] {
  const numbers: number[] = [];
  let rest = bits;
  for (let i = 0; i < ROW_NUMBERS && rest > 0; i++) {
    if (rest % 2 === 1) numbers.push(part * ROW_NUMBERS + i);
    rest = Math.floor(rest / 2);
  }
  return numbers;
}
