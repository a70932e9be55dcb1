/**
 * The central role of the inventory and sales protocol: the master stock, and the sale notices of original branches. It
 * leads nothing; any peer that reads all sites can offer it.
 *
 * @module
 */
import type { WebApp } from "../app.ts";
import { localTimeText, MASTER_SITE } from "../../crdt/mod.ts";
import type {
  NoticeInput,
  NoticeView,
  Refusal,
  UseCases,
} from "../../nodes/mod.ts";
import { namesHtml } from "./fastapi_accept.ts";
import {
  createSurface,
  detailResponse,
  type FrameOptions,
  jsonResponse,
  problemsResponse,
  type Route,
  unavailable,
} from "./fastapi_app.ts";
import { failureResponse, readForm, readJsonValue } from "./fastapi_body.ts";
import type { JsonValue } from "./fastapi_json.ts";
import { apiPage, descriptionRoutes } from "./fastapi_pages.ts";
import {
  FINITE_NUMBER,
  problemAt,
  type ValidationProblem,
} from "./fastapi_validation.ts";
import { CENTRAL_API } from "./inventory_api.ts";
import {
  answerPage,
  centralDashboard,
  recordedFragment,
  saleFormPage,
  unknownProductFragment,
} from "./inventory_central_page.ts";
import { readNotice, readNoticeForm } from "./inventory_notice.ts";
import { productNamed } from "./inventory_product_name.ts";
import {
  createProducts,
  type ProductOptions,
  productRoutes,
  type Products,
} from "./inventory_products.ts";
import {
  fragmentResponse,
  pageResponse,
  type SurfacePage,
} from "./surface_page.ts";

/** The most notices that the overview shows; it says how many earlier ones there are. */
export const CENTRAL_PAGE_NOTICES_MAX = 1000;

/** What the central role's surface needs besides the node. */
export interface InventoryCentralOptions extends FrameOptions {
  /** The time of a sale that is entered in the form, in milliseconds since 1970. */
  readonly now: () => number;
}

/** What the routes of one central share. */
interface Central {
  readonly useCases: UseCases;
  readonly products: Products;
  readonly now: () => number;
}

/**
 * Makes the central role's surface.
 *
 * @param useCases A node that reads all sites.
 * @param options What the surface needs besides.
 * @returns An application for a listener of its own.
 */
export function createInventoryCentral(
  useCases: UseCases,
  options: InventoryCentralOptions,
): WebApp {
  const how: ProductOptions = {
    scope: "mesh",
    site: MASTER_SITE,
    removedKey: "removed",
    readsOne: false,
  };
  const products = createProducts(useCases, how);
  const central: Central = { useCases, products, now: options.now };
  return createSurface([
    ...descriptionRoutes(CENTRAL_API),
    ...overviewRoutes(central),
    ...productRoutes(useCases, products, how),
    ...noticeRoutes(central),
  ], options);
}

function overviewRoutes(central: Central): readonly Route[] {
  const reference = apiPage(CENTRAL_API, "ReDoc");
  return [
    {
      method: "GET",
      path: "/redoc",
      page: true,
      handle: () => pageResponse(reference),
    },
    {
      method: "GET",
      path: "/",
      handle: () => jsonResponse(status(central)),
    },
    {
      method: "GET",
      path: "/dashboard",
      handle: () => pageResponse(dashboard(central)),
    },
  ];
}

function noticeRoutes(central: Central): readonly Route[] {
  const { currency } = central.useCases.node;
  return [
    {
      method: "POST",
      path: "/sale-notification",
      subject: "la venta",
      async handle({ raw }) {
        const body = await readJsonValue(raw);
        if (!body.ok) return failureResponse(body.error);
        const notice = readNotice(body.value, currency);
        if (!notice.ok) return problemsResponse(notice.error);
        return await receive(central, notice.value);
      },
    },
    {
      method: "GET",
      path: "/new-sale",
      handle: () => pageResponse(saleFormPage(central.products.list())),
    },
    {
      method: "POST",
      path: "/submit-sale",
      subject: "la venta",
      handle: ({ raw }) => submit(central, raw),
    },
  ];
}

function status({ useCases, products }: Central): JsonValue {
  return {
    service: CENTRAL_API.title,
    status: "operational",
    total_products: products.list().length,
    total_notifications: noticeCount(useCases),
  };
}

/** Notices that count; those in quarantine do not (D-31). */
function noticeCount(useCases: UseCases): number {
  const first = useCases.notices({ limit: 1 });
  if (first.total !== null) return first.total;
  let count = 0;
  let cursor: string | null = null;
  do {
    const page = useCases.notices({
      limit: 1000,
      ...(cursor === null ? {} : { cursor }),
    });
    count += page.items.length;
    cursor = page.next;
  } while (cursor !== null);
  return count;
}

/** A notice that came before its product has no name and price of its own: the present ones stand in (D-27, D-31). */
function named(useCases: UseCases, notice: NoticeView): NoticeView {
  if (notice.name !== null) return notice;
  const product = useCases.product("mesh", notice.product);
  return {
    ...notice,
    name: product?.name ?? null,
    price: notice.price ?? product?.price ?? null,
  };
}

function dashboard({ useCases, products }: Central): SurfacePage {
  const latest = useCases.notices({
    limit: CENTRAL_PAGE_NOTICES_MAX,
    newestFirst: true,
  });
  const notices = latest.items.map((notice) => named(useCases, notice));
  return centralDashboard({
    products: products.list(),
    notices: notices.toReversed(),
    omitted: latest.next === null ? 0 : noticeCount(useCases) - notices.length,
  });
}

async function receive(
  { useCases }: Central,
  notice: NoticeInput,
): Promise<Response> {
  const received = await useCases.receiveNotice(notice);
  if (!received.ok) return refusedNotice(received.error, notice);
  const { applied, quantity } = received.value.notice;
  // It is kept, and counts once its product appears (D-31).
  if (!applied) return notFound();
  return jsonResponse({
    status: "received",
    message: `Venta registrada para ${quantity} unidades`,
    updated_stock: Math.max(0, received.value.masterStock),
  });
}

function notFound(): Response {
  return detailResponse(404, "Producto no encontrado");
}

function refusedNotice({ code }: Refusal, notice: NoticeInput): Response {
  if (code === "product_unknown") return notFound();
  // The amount does not fit beside a price with more decimals.
  if (code === "amount_out_of_range") {
    return problemsResponse([
      problemAt(FINITE_NUMBER, ["body", "sale_price"], notice.amountText),
    ]);
  }
  if (code === "id_reused") {
    return detailResponse(
      409,
      "Conflicto: Esta venta (sale_id) ya ha sido registrada.",
    );
  }
  return unavailable(code, "la venta");
}

/**
 * The form's product is its hidden id, or else the one whose name was typed (D-43).
 */
function withProduct(
  form: ReadonlyMap<string, JsonValue>,
  products: Products,
): ReadonlyMap<string, JsonValue> {
  const name = form.get("product_name");
  if (form.has("product_id") || typeof name !== "string") return form;
  const id = productNamed(products.list(), name)?.id;
  return id === undefined
    ? form
    : new Map([...form, ["product_id", String(id)]]);
}

async function submit(central: Central, request: Request): Promise<Response> {
  const { useCases, products, now } = central;
  const form = await readForm(request);
  if (!form.ok) return form.error;
  const { currency, timezone } = useCases.node;
  const timestamp = localTimeText(now() * 1000, timezone);
  const sent = withProduct(form.value, products);
  const notice = readNoticeForm(sent, { currency, timestamp });
  if (!notice.ok) {
    return lacksProductOnly(notice.error) && namesHtml(request)
      ? answered(request, unknownProductFragment(), 422)
      : problemsResponse(notice.error);
  }
  const received = await useCases.receiveNotice(notice.value);
  if (received.ok) {
    return answered(request, recordedFragment(received.value.notice));
  }
  return received.error.code === "product_unknown"
    ? answered(request, unknownProductFragment())
    : refusedNotice(received.error, notice.value);
}

/** A fragment for programs, as the original answers; a browser gets it within a page. */
function answered(request: Request, fragment: string, status = 200): Response {
  return namesHtml(request)
    ? pageResponse(answerPage(fragment), status)
    : fragmentResponse(fragment, status);
}

function lacksProductOnly(problems: readonly ValidationProblem[]): boolean {
  return problems.length === 1 && problems[0]?.type === "missing" &&
    problems[0].loc[1] === "product_id";
}
