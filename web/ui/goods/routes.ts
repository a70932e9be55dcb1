/**
 * The places of the pages of goods and prices.
 *
 * @module
 */
import type { PageRoute } from "../shell/page_route.ts";
import { text } from "./texts.ts";

/** Products, stock, prices, and what was sold and is not there. */
export const goodsRoutes: readonly PageRoute[] = [{
  path: "/products",
  area: "goods",
  title: () => text("products"),
  role: "cashier",
  load: async () => (await import("./products_page.tsx")).ProductsPage,
}, {
  path: "/stock",
  area: "goods",
  title: () => text("stock"),
  role: "cashier",
  load: async () => (await import("./stock_page.tsx")).StockPage,
}, {
  path: "/prices",
  area: "goods",
  title: () => text("prices"),
  role: "cashier",
  load: async () => (await import("./prices_page.tsx")).PricesPage,
}, {
  path: "/oversells",
  area: "goods",
  title: () => text("oversells"),
  role: "cashier",
  load: async () => (await import("./oversells_page.tsx")).OversellsPage,
}];
