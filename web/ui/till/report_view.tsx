/**
 * Sums of sales on the screen: counts, methods, sellers, products.
 *
 * @module
 */
import type { VNode } from "preact";
import { formatAmount, formatNumber } from "../base/format.ts";
import { useEffect } from "preact/hooks";
import { Figure, Figures } from "../parts/page.tsx";
import { Empty } from "../parts/states.tsx";
import { Table } from "../parts/table.tsx";
import type { Money, SalesReport } from "../wire_types.ts";
import { unitOf, useCatalogWhile } from "./catalog.ts";
import { quantityText } from "./quantity_text.ts";
import { methodName, sellerName, text } from "./sale_texts.ts";

/** Products shown; the report page has all. */
const PRODUCTS_SHOWN = 20;

/** Amounts of several currencies beside each other. */
export function amountsText(amounts: readonly Money[]): string {
  return amounts.length === 0 ? "–" : amounts.map(formatAmount).join(" + ");
}

/** Sums of sales. */
export function ReportView(
  { report }: { readonly report: SalesReport },
): VNode {
  // The products say by what each is sold.
  useEffect(useCatalogWhile, []);
  const { sales, returns, voids, discounts, receipts } = report;
  if (sales.count + returns.count + voids.count === 0) {
    return <Empty title={text("noSalesThatDay")} icon="till" />;
  }
  const count = (one: SalesReport["sales"]) =>
    text("salesCount", { count: formatNumber(one.count) });
  return (
    <div class="till-report">
      <Figures>
        <Figure
          label={text("sales")}
          value={amountsText(sales.amounts)}
          note={count(sales)}
        />
        <Figure
          label={text("returns")}
          value={amountsText(returns.amounts)}
          note={count(returns)}
        />
        <Figure
          label={text("voids")}
          value={amountsText(voids.amounts)}
          note={count(voids)}
        />
        <Figure label={text("discounts")} value={amountsText(discounts)} />
      </Figures>
      {receipts === null ? null : (
        <p class="muted">
          {text("receiptsFromTo", receipts)}
        </p>
      )}
      <div class="columns">
        <Table
          label={text("byMethod")}
          rows={report.methods}
          rowKey={({ method, amount }) => method + amount.currency}
          columns={[
            {
              key: "method",
              title: text("method"),
              cell: ({ method }) => methodName(method),
            },
            {
              key: "amount",
              title: text("amount"),
              cell: ({ amount }) => formatAmount(amount),
              align: "end",
            },
          ]}
        />
        <Table
          label={text("bySeller")}
          rows={report.sellers}
          rowKey={({ seller }) => seller?.id ?? ""}
          columns={[
            {
              key: "seller",
              title: text("seller"),
              cell: ({ seller }) => sellerName(seller),
            },
            {
              key: "count",
              title: text("count_"),
              cell: ({ count }) => formatNumber(count),
              align: "end",
              width: "5rem",
            },
            {
              key: "amount",
              title: text("amount"),
              cell: ({ amounts }) => amountsText(amounts),
              align: "end",
            },
          ]}
        />
        <Table
          label={text("byProduct")}
          rows={report.products.slice(0, PRODUCTS_SHOWN)}
          rowKey={({ product }) => product}
          columns={[
            {
              key: "product",
              title: text("product"),
              cell: ({ name, product }) => name === "" ? product : name,
            },
            {
              key: "units",
              title: text("units"),
              cell: ({ units, product }) =>
                quantityText(units, unitOf(product)),
              align: "end",
              width: "6rem",
            },
            {
              key: "amount",
              title: text("amount"),
              cell: ({ amounts }) => amountsText(amounts),
              align: "end",
            },
          ]}
        />
      </div>
    </div>
  );
}
