/**
 * The pages of selling.
 *
 * @module
 */
import type { PageRoute } from "../shell/page_route.ts";
import { text as saleText } from "./sale_texts.ts";
import { text } from "./texts.ts";

/** The pages of selling. */
export const tillRoutes: readonly PageRoute[] = [
  {
    path: "/till",
    area: "till",
    title: () => text("title"),
    role: "cashier",
    nodes: ["branch", "station"],
    load: async () => (await import("./till_page.tsx")).TillPage,
  },
  {
    path: "/sales",
    area: "till",
    title: () => saleText("sales"),
    role: "cashier",
    nodes: ["branch", "station", "region", "office"],
    load: async () => (await import("./sales_page.tsx")).SalesPage,
  },
  {
    path: "/cash",
    area: "till",
    title: () => saleText("cash"),
    role: "cashier",
    nodes: ["branch", "station"],
    load: async () => (await import("./cash_page.tsx")).CashPage,
  },
];
