/**
 * The branch role's overview page.
 *
 * @module
 */
import type { NotifierView, SaleView } from "../../nodes/mod.ts";
import { dollars } from "./fastapi_numbers.ts";
import type { ProductRow } from "./inventory_products.ts";
import { escapeHtml, type SurfacePage } from "./surface_page.ts";

/** What the page shows. */
export interface BranchPage {
  /** The branch id. */
  readonly branchId: string;
  /** The breaker. */
  readonly notifier: NotifierView;
  /** The products. */
  readonly products: readonly ProductRow[];
  /** The latest sales, oldest first. */
  readonly sales: readonly SaleView[];
  /** How many earlier sales are not shown. */
  readonly omitted: number;
}

function line(label: string, value: string): string {
  return `<p><strong>${label}</strong> ${escapeHtml(value)}</p>`;
}

function item(text: string): string {
  return `<li>${escapeHtml(text)}</li>`;
}

function list(items: readonly string[]): string {
  return `<ul>${items.join("\n")}</ul>`;
}

/** One row a sale. Sales of these surfaces have one line; a native sale may have more, which stand in its row. */
function saleItem(branchId: string, sale: SaleView): string {
  const lines = sale.lines.map(({ name, quantity }) => `${name} x${quantity}`);
  return item(
    `${branchId}_${sale.localTime} - ${lines.join(", ")} = ${
      dollars(sale.total)
    }`,
  );
}

/**
 * The page `/dashboard` of the branch role.
 *
 * @param page What it shows.
 * @returns The page.
 */
export function branchDashboard(page: BranchPage): SurfacePage {
  const { branchId, notifier, products, sales, omitted } = page;
  const productItems = products.map((row) =>
    item(
      `${row.id} - ${row.name}: ${dollars(row.price)} x ${row.stock} unidades`,
    )
  );
  const omittedLine = omitted > 0
    ? `<p>Se omiten ${omitted} ventas anteriores.</p>\n`
    : "";
  const circuit = `${notifier.state} (Failures: ${notifier.failures})`;
  const body = `<h1>EcoMarket Sucursal - Dashboard</h1>
<div class="card">
${line("Branch:", branchId)}
${line("Status:", "Operational - Autonomous")}
${line("Circuit Breaker:", circuit)}
</div>
<h2>Inventario Local</h2>
${list(productItems)}
<h2>Ventas Realizadas</h2>
${omittedLine}${list(sales.map((sale) => saleItem(branchId, sale)))}`;
  return { title: "🌿 EcoMarket Sucursal Dashboard", body };
}
