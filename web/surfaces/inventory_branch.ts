/**
 * The branch role of the inventory and sales protocol: this site's products, sales and statistics, as an original
 * branch program answers them.
 *
 * @module
 */
import type { WebApp } from "../app.ts";
import { PanalError, type SiteCode } from "../../crdt/mod.ts";
import type { Refusal, SaleView, UseCases } from "../../nodes/mod.ts";
import { wantsOnlyJson } from "./fastapi_accept.ts";
import {
  createSurface,
  detailResponse,
  type FrameOptions,
  jsonResponse,
  problemsResponse,
  type Route,
  unavailable,
} from "./fastapi_app.ts";
import { failureResponse, readJsonBody } from "./fastapi_body.ts";
import type { JsonValue } from "./fastapi_json.ts";
import { jsonFloat } from "./fastapi_numbers.ts";
import { apiPage, descriptionRoutes } from "./fastapi_pages.ts";
import {
  INT_PARSING_SIZE,
  problemAt,
  readInteger,
  readTextOrNull,
} from "./fastapi_validation.ts";
import { BRANCH_API } from "./inventory_api.ts";
import { branchDashboard } from "./inventory_branch_page.ts";
import {
  createProducts,
  productIdOf,
  type ProductOptions,
  productRoutes,
  type Products,
} from "./inventory_products.ts";
import { statisticsOf } from "./inventory_statistics.ts";
import { pageResponse, type SurfacePage } from "./surface_page.ts";

/** The most sales that the page shows; it says how many earlier ones there are. */
export const BRANCH_PAGE_SALES_MAX = 1000;

const SALE_FIELDS = {
  product: { key: "product_id", read: readInteger },
  quantity: { key: "quantity", read: readInteger },
  // Accepted and dropped (D-42): nothing of it is stored, returned or replicated.
  customer: { key: "customer_info", read: readTextOrNull, fallback: null },
};

/** What the routes of one branch share. */
interface Branch {
  readonly useCases: UseCases;
  readonly site: SiteCode;
  readonly products: Products;
}

/**
 * Makes the branch role's surface.
 *
 * @param useCases A node that has a site.
 * @param options What the surface needs besides.
 * @returns An application for a listener of its own.
 * @throws {PanalError} `config_invalid` if the node has no site.
 */
export function createInventoryBranch(
  useCases: UseCases,
  options: FrameOptions = {},
): WebApp {
  const { site } = useCases.node;
  if (site === null) {
    throw new PanalError(
      "config_invalid",
      "Cannot offer inventory-branch: the node has no site",
    );
  }
  const how: ProductOptions = {
    scope: `site:${site}`,
    site,
    removedKey: "eliminado",
    readsOne: true,
  };
  const products = createProducts(useCases, how);
  const branch: Branch = { useCases, site, products };
  return createSurface([
    rootRoute(branch),
    ...descriptionRoutes(BRANCH_API),
    ...productRoutes(useCases, products, how),
    ...saleRoutes(branch),
  ], options);
}

/** The API page, or the status for a client that can read nothing but JSON (D-1). */
function rootRoute(branch: Branch): Route {
  const page = apiPage(BRANCH_API, "Swagger UI");
  return {
    method: "GET",
    path: "/",
    page: true,
    handle: ({ raw }) =>
      wantsOnlyJson(raw) ? jsonResponse(status(branch)) : pageResponse(page),
  };
}

function saleRoutes(branch: Branch): readonly Route[] {
  const { useCases, site } = branch;
  const { currency } = useCases.node;
  return [
    {
      method: "POST",
      path: "/sales",
      subject: "la venta",
      async handle({ raw }) {
        const sent = await readJsonBody(raw, SALE_FIELDS);
        if (!sent.ok) return failureResponse(sent.error);
        return await sell(branch, sent.value);
      },
    },
    {
      method: "GET",
      path: "/sales/stats",
      handle: () =>
        jsonResponse(statisticsOf(useCases.totals({ site }), currency)),
    },
    {
      method: "GET",
      path: "/dashboard",
      handle: () => pageResponse(dashboard(branch)),
    },
  ];
}

function status({ useCases, site, products }: Branch): JsonValue {
  const notifier = useCases.notifier();
  return {
    service: BRANCH_API.title,
    branch_id: useCases.node.branchId,
    status: "operational - AUTONOMOUS",
    total_products: products.list().length,
    total_sales: useCases.totals({ site }).count,
    circuit_breaker_state: notifier.state,
    circuit_failures: notifier.failures,
  };
}

function dashboard({ useCases, site, products }: Branch): SurfacePage {
  const latest = useCases.sales({
    site,
    limit: BRANCH_PAGE_SALES_MAX,
    newestFirst: true,
  });
  const sales = latest.items.filter((sale) => !sale.voided).toReversed();
  return branchDashboard({
    branchId: useCases.node.branchId,
    notifier: useCases.notifier(),
    products: products.list(),
    sales,
    omitted: useCases.totals({ site }).count - sales.length,
  });
}

/** A sale as it was asked for. */
interface SaleRequest {
  readonly product: number;
  readonly quantity: number;
}

async function sell(branch: Branch, sent: SaleRequest): Promise<Response> {
  const { product: id, quantity } = sent;
  if (branch.products.find(id) === undefined) return notAvailable();
  const sold = await branch.useCases.recordSale({
    lines: [{ product: productIdOf(id), quantity }],
  });
  return sold.ok
    ? jsonResponse(saleJson(branch, sold.value.sale))
    : refused(branch, sent, sold.error);
}

function saleJson({ useCases }: Branch, sale: SaleView): JsonValue {
  const [line] = sale.lines;
  return {
    sale_id: `${useCases.node.branchId}_${sale.localTime}`,
    product_name: line?.name ?? "",
    quantity_sold: line?.quantity ?? 0,
    total_amount: jsonFloat(sale.total),
    timestamp: sale.localTime,
    status: "completed",
  };
}

function notAvailable(): Response {
  return detailResponse(404, "Producto no disponible");
}

function refused(
  { products }: Branch,
  sent: SaleRequest,
  { code, details }: Refusal,
): Response {
  // A product that was made natively may have no price: nothing of it can be sold here.
  if (code === "product_unknown" || code === "price_unknown") {
    return notAvailable();
  }
  // The original multiplies floats without a limit; exact money has one (D-11, D-21).
  if (code === "amount_out_of_range") {
    return problemsResponse([
      problemAt(INT_PARSING_SIZE, ["body", "quantity"], sent.quantity),
    ]);
  }
  if (code !== "stock_insufficient" && code !== "rights_insufficient") {
    return unavailable(code, "la venta");
  }
  // What this till may sell of a strict product is what it has the rights for, whatever stands on the shelf.
  const onHand = Number(details?.["free"] ?? details?.["onHand"] ?? 0);
  const shown = onHand < 0 ? products.find(sent.product)?.stock ?? 0 : onHand;
  return detailResponse(400, `Stock insuficiente. Disponible: ${shown}`);
}
