/**
 * Products on the branch software's surface: the list that its screens search, one product, and their changes.
 *
 * The screens send all fields back with every edit, the stock as it was when the dialog opened. It is taken as a change of
 * what that caller was served, so that what was sold meanwhile stays sold.
 *
 * @module
 */
import {
  formatDecimal,
  type Money,
  parseDecimal,
  type ProductDetails,
  type ProductId,
  type Scope,
  type SiteCode,
} from "../../crdt/mod.ts";
import type { ProductView } from "../../nodes/mod.ts";
import {
  byOf,
  type Call,
  countAsked,
  deny,
  denyBy,
  type Route,
  siteAsked,
  type Surface,
} from "./branch_sync_frame.ts";
import { type ProductFields, readProduct } from "./branch_sync_product_body.ts";
import { answer, instantOf, numberOf, shownId } from "./branch_sync_wire.ts";

/** Most products of a search. */
export const SEARCH_MAX = 50;
/** Most products of a list. */
export const PRODUCTS_MAX = 5_000;
/** Most rows of a page that is asked of the node. */
const PAGE_ROWS = 1_000;
/** The stock at or under which more is wanted, of a product that is made without it. */
const MINIMUM = 5;
/** Thousandths of what is sold by measure. */
const MEASURE = 1_000;

const byName = new Intl.Collator("es").compare;
const OWN_ID = /^([A-Z0-9]{2,12})-PROD-\d+$/;

/** The site whose prefix a product has; undefined if it has none. */
function ownerOf(product: string): SiteCode | undefined {
  return OWN_ID.exec(product)?.[1] as SiteCode | undefined;
}

/** Whether a product is sold by measure: its stock is in thousandths then. */
function isMeasured({ details: { unit } }: ProductView): boolean {
  return unit !== undefined && unit !== "piece";
}

/**
 * The stock of a product as the screens show it.
 *
 * @param view The product.
 * @returns Pieces; of what is sold by measure that measure, with its decimals.
 */
export function stockOf(view: ProductView): number {
  return shownUnits(view, view.onHand);
}

/**
 * Units of a product as the screens show them.
 *
 * @param view The product.
 * @param units Pieces, or thousandths of its measure.
 * @returns Pieces; of what is sold by measure that measure, with its decimals.
 */
export function shownUnits(view: ProductView, units: number): number {
  return isMeasured(view) ? units / MEASURE : units;
}

function costOf(details: ProductDetails): number {
  const [digits, currency] = (details.cost ?? "").split(" ");
  if (digits === undefined || currency === undefined) return 0;
  return numberOf(parseDecimal(digits, currency) ?? null);
}

/**
 * A product as lists show it.
 *
 * @param surface The surface.
 * @param view The product.
 * @returns Its wire form.
 */
export function itemOf({ code }: Surface, view: ProductView) {
  const { details, scope } = view;
  const site = scope === "mesh" ? undefined : scope.slice("site:".length);
  return {
    ProductoID: shownId(view.product),
    Codigo: ownerOf(view.product) ?? site ?? code,
    Nombre: view.name,
    Descripcion: details.description ?? "",
    Imagen: details.image ?? null,
    PrecioCompra: costOf(details),
    PrecioVenta: numberOf(view.price),
    Stock: stockOf(view),
    StockMinimo: details.minimum ?? 0,
    Categoria: details.category ?? null,
  };
}

/** A product with every column under its real name. */
function columnsOf(surface: Surface, view: ProductView) {
  const { Codigo: code, ...item } = itemOf(surface, view);
  const { createdAt, changedAt } = surface.useCases.reports.productTimes(
    view.scope,
    view.product,
  );
  return {
    ...item,
    CodigoSucursal: code,
    FechaCreacion: createdAt === null ? null : instantOf(createdAt),
    FechaModificacion: changedAt === createdAt || changedAt === null
      ? null
      : instantOf(changedAt),
    Sincronizado: true,
  };
}

/** All products of a scope whose names contain a text. */
function* productsOf(
  { useCases }: Surface,
  scope: Scope,
  named: string,
): Generator<ProductView> {
  let cursor: string | null = null;
  do {
    const page = useCases.products({
      scope,
      narrowOnly: true,
      named,
      limit: PAGE_ROWS,
      ...(cursor === null ? {} : { cursor }),
    });
    yield* page.items;
    cursor = page.next;
  } while (cursor !== null);
}

/** The sites that are known here. */
function sitesOf({ useCases, site }: Surface): ReadonlySet<SiteCode> {
  const sites = useCases.branchSync.branches().map((branch) => branch.site);
  return new Set(site === null ? sites : [...sites, site]);
}

/**
 * All products that a request asks for: of one site, or of every site that is known here. A search is literal: no
 * character of it stands for others.
 *
 * @param surface The surface.
 * @param site The site; undefined for all.
 * @param search What a name or the site's code must contain, in lower case; empty for all.
 * @returns Products, in no order.
 */
export function* findProducts(
  surface: Surface,
  site: SiteCode | undefined,
  search = "",
): Generator<ProductView> {
  const seen = new Set<ProductId>();
  for (const one of site === undefined ? sitesOf(surface) : [site]) {
    const named = one.toLowerCase().includes(search) ? "" : search;
    for (const view of productsOf(surface, `site:${one}`, named)) {
      seen.add(view.product);
      yield view;
    }
  }
  if (site !== undefined) return;
  for (const view of productsOf(surface, "mesh", search)) {
    if (!seen.has(view.product)) yield view;
  }
}

/**
 * How many products a request asks for.
 *
 * @param surface The surface.
 * @param site The site; undefined for all.
 * @returns The count.
 */
export function countProducts(
  surface: Surface,
  site: SiteCode | undefined,
): number {
  const { reports } = surface.useCases;
  if (site !== undefined) return reports.productCount(`site:${site}`);
  let count = 0;
  for (const _ of findProducts(surface, site)) count++;
  return count;
}

/** A product by its id, whoever's it is. */
function findProduct(
  { useCases, site }: Surface,
  id: string,
): ProductView | undefined {
  const product = id as ProductId;
  const owner = ownerOf(id) ?? site;
  const own = owner === null
    ? undefined
    : useCases.product(`site:${owner}`, product);
  const found = own ?? useCases.product("mesh", product);
  return found?.listed === true ? found : undefined;
}

/**
 * The routes of products.
 *
 * @param surface The surface.
 * @returns The routes.
 */
export function productRoutes(surface: Surface): readonly Route[] {
  return [
    {
      method: "GET",
      path: "/api/productos",
      access: "user",
      handle: (call) => listProducts(surface, call),
    },
    {
      method: "GET",
      path: "/api/productos/:id",
      access: "user",
      handle(call) {
        const view = findProduct(surface, call.param);
        if (view === undefined) return notFound(call);
        noteServed(surface, call, [view]);
        return answer({ success: true, producto: columnsOf(surface, view) });
      },
    },
    {
      method: "POST",
      path: "/api/productos",
      access: "manager",
      handle: (call) => addProduct(surface, call),
    },
    {
      method: "PUT",
      path: "/api/productos/:id",
      access: "manager",
      handle: (call) => changeProduct(surface, call),
    },
    {
      method: "DELETE",
      path: "/api/productos/:id",
      access: "admin",
      handle: (call) => removeProduct(surface, call),
    },
  ];
}

function notFound(call: Call): Response {
  return deny(call, 404, `Producto ${call.param.slice(0, 50)} no encontrado`);
}

function noteServed(
  { served }: Surface,
  { caller }: Call,
  views: readonly ProductView[],
): void {
  if (caller === undefined) return;
  for (const view of views) {
    served.note(caller.key, view.product, stockOf(view));
  }
}

/** Without a search all, with one few: the screen filters the loaded rows, and suggests while one types. */
function listProducts(surface: Surface, call: Call): Response {
  const search = (call.query.get("search") ?? "").trim().toLowerCase();
  const most = countAsked(call, "limite", {
    fallback: search === "" ? PRODUCTS_MAX : SEARCH_MAX,
    most: PRODUCTS_MAX,
  });
  const all = [...findProducts(surface, siteAsked(surface, call), search)]
    .toSorted((a, b) =>
      byName(a.name, b.name) || (a.product < b.product ? -1 : 1)
    );
  const views = all.slice(0, most);
  noteServed(surface, call, views);
  return answer(
    { success: true, productos: views.map((view) => itemOf(surface, view)) },
    200,
    { "x-total-count": String(all.length) },
  );
}

/** Sets what was sent; what was not stays as it is. */
function detailsOf(sent: ProductFields): ProductDetails {
  const { description, image, cost, minimum, category } = sent;
  return {
    ...(description === undefined ? {} : { description }),
    ...(image === undefined ? {} : { image }),
    ...(cost === undefined ? {} : { cost: costText(cost) }),
    ...(minimum === undefined ? {} : { minimum }),
    ...(category === undefined ? {} : { category }),
  };
}

function costText(cost: Money): string {
  return `${formatDecimal(cost)} ${cost.currency}`;
}

async function addProduct(surface: Surface, call: Call): Promise<Response> {
  const { useCases, site } = surface;
  if (site === null) return foreign(call);
  const read = readProduct(call.body, useCases.node.currency);
  if (!read.ok) return deny(call, read.error.status, read.error.text);
  const { name, price, stock = 0, minimum = MINIMUM } = read.value;
  if (name === undefined || price === undefined) {
    return deny(call, 400, "Nombre y PrecioVenta son obligatorios");
  }
  if (!Number.isInteger(stock)) {
    return deny(call, 422, "Stock debe ser un número entero");
  }
  const made = await useCases.createProduct({
    ...byOf(call),
    scope: `site:${site}`,
    ...{ name, price, stock },
    details: detailsOf({ ...read.value, minimum }),
  });
  if (!made.ok) return denyBy(call, made.error);
  noteServed(surface, call, [made.value]);
  const producto = itemOf(surface, made.value);
  return answer({ success: true, producto }, 201);
}

function foreign(call: Call): Response {
  return deny(call, 403, "Solo se escribe en los productos de esta sucursal");
}

/** This site's scope if a product may be changed here; the answer otherwise. */
function ownScope(
  { useCases, site }: Surface,
  call: Call,
  view: ProductView,
): Scope | Response {
  if (site === null) return foreign(call);
  const scope: Scope = `site:${site}`;
  const owner = ownerOf(view.product);
  const isOwn = owner === site || owner === undefined &&
      useCases.product(scope, view.product, { narrowOnly: true })?.listed ===
        true;
  return isOwn ? scope : foreign(call);
}

async function changeProduct(surface: Surface, call: Call): Promise<Response> {
  const { useCases, served } = surface;
  const { caller } = call;
  const before = findProduct(surface, call.param);
  if (before === undefined || caller === undefined) return notFound(call);
  const scope = ownScope(surface, call, before);
  if (scope instanceof Response) return scope;
  const read = readProduct(call.body, useCases.node.currency);
  if (!read.ok) return deny(call, read.error.status, read.error.text);
  const { name, price, stock } = read.value;
  const scale = isMeasured(before) ? MEASURE : 1;
  const units = stock === undefined ? undefined : Math.round(stock * scale);
  if (stock !== undefined && units !== stock * scale) {
    return deny(call, 422, "Stock debe ser un número entero");
  }
  const seen = served.seen(caller.key, before.product);
  const { product } = before;
  const changed = await useCases.changeProduct({
    ...byOf(call),
    scope,
    product,
    ...(name === undefined ? {} : { name }),
    ...(price === undefined ? {} : { price }),
    ...(units === undefined
      ? {}
      : seen === undefined
      ? { stock: units }
      : { adjustment: units - Math.round(seen * scale) }),
    details: detailsOf(read.value),
  });
  if (!changed.ok) return denyBy(call, changed.error);
  // What the caller believes now; a repeat of the same edit then changes nothing.
  if (stock !== undefined) served.note(caller.key, product, stock);
  const producto = itemOf(surface, changed.value);
  return answer({ success: true, producto });
}

async function removeProduct(surface: Surface, call: Call): Promise<Response> {
  const { useCases, site } = surface;
  const before = findProduct(surface, call.param);
  if (before === undefined) return notFound(call);
  const scope = ownScope(surface, call, before);
  if (scope instanceof Response || site === null) return foreign(call);
  const { product } = before;
  const archive = /^(?:1|true|si)$/.test(call.query.get("archivar") ?? "");
  if (!archive && useCases.totals({ site, product }).count > 0) {
    return deny(
      call,
      409,
      "El producto tiene ventas: no se borra, se archiva con ?archivar=1",
    );
  }
  const removed = await useCases.removeProduct({
    ...byOf(call),
    scope,
    product,
  });
  return removed.ok
    ? answer({
      success: true,
      message: archive ? "Producto archivado" : "Producto eliminado",
    })
    : denyBy(call, removed.error);
}
