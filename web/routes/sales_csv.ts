/**
 * Reports and sales of a day as rows of a file.
 *
 * @module
 */
import { formatDecimal, type Money } from "../../crdt/mod.ts";
import type { SalesReport, SaleView } from "../../nodes/mod.ts";
import type { CsvRows } from "../csv.ts";

/** What a file may hold. */
export const REPORT_PARTS = [
  "summary",
  "methods",
  "sellers",
  "products",
  "sales",
] as const;
/** What a file holds. */
export type ReportPart = (typeof REPORT_PARTS)[number];

/** One row for each amount; one without an amount where there is none. */
function withAmounts(
  cells: readonly (string | number)[],
  amounts: readonly Money[],
): (string | number)[][] {
  return amounts.length === 0 ? [[...cells, "", ""]] : amounts.map((
    amount,
  ) => [...cells, formatDecimal(amount), amount.currency]);
}

function summary({ sales, returns, voids, discounts }: SalesReport): CsvRows {
  return [
    ["what", "count", "amount", "currency"],
    ...withAmounts(["sales", sales.count], sales.amounts),
    ...withAmounts(["returns", returns.count], returns.amounts),
    ...withAmounts(["voids", voids.count], voids.amounts),
    ...withAmounts(["discounts", ""], discounts),
  ];
}

function partOf(
  report: SalesReport,
  part: Exclude<ReportPart, "sales">,
): CsvRows {
  switch (part) {
    case "summary":
      return summary(report);
    case "methods":
      return [
        ["method", "amount", "currency"],
        ...report.methods.flatMap(({ method, amount }) =>
          withAmounts([method], [amount])
        ),
      ];
    case "sellers":
      return [
        ["seller", "name", "count", "amount", "currency"],
        ...report.sellers.flatMap(({ seller, count, amounts }) =>
          withAmounts([seller?.id ?? "", seller?.name ?? "", count], amounts)
        ),
      ];
    case "products":
      return [
        ["product", "name", "units", "amount", "currency"],
        ...report.products.flatMap(({ product, name, units, amounts }) =>
          withAmounts([product, name, units], amounts)
        ),
      ];
  }
}

/**
 * A part of a report as rows.
 *
 * @param report The report.
 * @param part Which part.
 * @returns Rows, the first their header; each begins with site and date.
 */
export function reportRows(
  report: SalesReport,
  part: Exclude<ReportPart, "sales">,
): CsvRows {
  const [header = [], ...rows] = partOf(report, part);
  const { site, date } = report;
  return [
    ["site", "date", ...header],
    ...rows.map((row) => [site, date, ...row]),
  ];
}

function lineRows(sale: SaleView): CsvRows {
  const { currency, exponent } = sale.total;
  const inSale = (units: number) =>
    formatDecimal({ units, currency, exponent });
  const payments = (sale.payments ?? [])
    .map(({ method, amount }) => `${method} ${inSale(amount)}`).join("; ");
  return sale.lines.map((line, i) => [
    ...[sale.site, sale.date, sale.localTime, sale.receipt, sale.id, sale.log],
    ...[sale.voided ? "yes" : "no", sale.returns?.sale ?? ""],
    ...[sale.seller?.id ?? "", sale.seller?.name ?? ""],
    ...[i + 1, line.product, line.name, line.quantity],
    line.measured === true ? "yes" : "no",
    line.price === null ? "" : formatDecimal(line.price),
    line.discount === undefined ? "" : formatDecimal(line.discount),
    formatDecimal(line.amount),
    ...[inSale(sale.discount?.units ?? 0), inSale(sale.total.units), currency],
    payments,
  ]);
}

/**
 * Sales as rows, one a line of a sale.
 *
 * @param sales The sales.
 * @returns Rows, the first their header.
 */
export function saleRows(sales: readonly SaleView[]): CsvRows {
  return [
    [
      ...["site", "date", "localTime", "receipt", "sale", "till", "voided"],
      ...["returns", "seller", "sellerName", "line", "product", "name"],
      ...["quantity", "measured", "price", "lineDiscount", "amount"],
      ...["saleDiscount", "total", "currency", "payments"],
    ],
    ...sales.flatMap(lineRows),
  ];
}
