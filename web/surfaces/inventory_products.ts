/**
 * Products of the inventory surfaces: the rows that they show and the routes that list, add, replace and remove them.
 * Both roles have the same routes but for details, which are options here.
 *
 * A product's id on these surfaces is an integer and inside a text: its canonical decimal form. Products whose id is not
 * such a text were made natively and are not shown here.
 *
 * @module
 */
import {
  err,
  type Money,
  ok,
  type ProductId,
  type SiteCode,
} from "../../crdt/mod.ts";
import type { ProductView, Refusal, Scope, UseCases } from "../../nodes/mod.ts";
import {
  detailResponse,
  jsonResponse,
  problemsResponse,
  type Route,
  unavailable,
} from "./fastapi_app.ts";
import {
  failureResponse,
  readJsonBody,
  readPathAndBody,
} from "./fastapi_body.ts";
import type { JsonValue } from "./fastapi_json.ts";
import { jsonFloat, moneyOfDigits } from "./fastapi_numbers.ts";
import { readPathInteger } from "./fastapi_query.ts";
import {
  type Field,
  FINITE_NUMBER,
  INT_PARSING_SIZE,
  problemAt,
  type Reader,
  readFloat,
  readInteger,
  readText,
} from "./fastapi_validation.ts";

/** A product as a surface shows it. */
export interface ProductRow {
  /** Its id. */
  readonly id: number;
  /** Its name. */
  readonly name: string;
  /** Its price; null for a product that was made natively and never had one. */
  readonly price: Money | null;
  /** The stock to show. */
  readonly stock: number;
}

/** How the two roles differ. */
export interface ProductOptions {
  /** Whose products these are. */
  readonly scope: Scope;
  /** Whose stock is shown. */
  readonly site: SiteCode;
  /** The key of the name in the answer to a removal. */
  readonly removedKey: "eliminado" | "removed";
  /** True if a single product can be read. */
  readonly readsOne: boolean;
}

/** The products of one surface. */
export interface Products {
  /** All products, in the order in which they were added. */
  list(): ProductRow[];
  /** One product, if it is listed. */
  find(id: number): ProductRow | undefined;
}

/** Most rows of a page that is asked of the node; pages are asked until there is none. */
const PAGE_ROWS = 1000;

/**
 * The id of a product inside.
 *
 * @param id The id on the surface.
 * @returns Its canonical decimal text.
 */
export function productIdOf(id: number): ProductId {
  return String(id) as ProductId;
}

function surfaceIdOf(product: ProductId): number | undefined {
  const id = Number(product);
  return Number.isSafeInteger(id) && String(id) === product ? id : undefined;
}

/**
 * The stock to show where the true figure is below zero (D-15, D-23). A shortage that sales made shows as 0; a negative
 * figure that a person set shows as it was set. The two are told apart by what would be there if nothing had been sold:
 * only a count below zero brings that below zero. On the central role such a figure is shown only while nothing was
 * sold, since the sums do not say whether the sale or the count came first; once both are there it shows 0.
 */
function shownBelowZero(
  useCases: UseCases,
  view: ProductView,
  options: ProductOptions,
): number {
  const stock = useCases.stockOf(options.site, view.product);
  if (stock === undefined) return 0;
  const { counted, received, sold, voided } = stock;
  if (counted + received + Math.max(0, voided - sold) >= 0) return 0;
  const hasSales = sold !== 0 || voided !== 0;
  return options.scope === "mesh" && hasSales ? 0 : view.onHand;
}

/**
 * Makes the products of a surface.
 *
 * @param useCases The node.
 * @param options How the role shows them.
 * @returns Readings of the node's views as they are at each call.
 */
export function createProducts(
  useCases: UseCases,
  options: ProductOptions,
): Products {
  const { scope } = options;
  const rowOf = (view: ProductView): ProductRow | undefined => {
    const id = surfaceIdOf(view.product);
    if (id === undefined || !view.listed) return undefined;
    const stock = view.onHand < 0
      ? shownBelowZero(useCases, view, options)
      : view.onHand;
    return { id, name: view.name, price: view.price, stock };
  };
  return {
    list() {
      const rows: ProductRow[] = [];
      let cursor: string | null = null;
      do {
        const page = useCases.products({
          scope,
          narrowOnly: true,
          limit: PAGE_ROWS,
          ...(cursor === null ? {} : { cursor }),
        });
        for (const view of page.items) {
          const row = rowOf(view);
          if (row !== undefined) rows.push(row);
        }
        cursor = page.next;
      } while (cursor !== null);
      return rows;
    },
    find(id) {
      const view = useCases.product(scope, productIdOf(id), {
        narrowOnly: true,
      });
      return view === undefined ? undefined : rowOf(view);
    },
  };
}

/**
 * Reads an amount as exact money. What exact money cannot hold is `finite_number`: the kind of problem that says that
 * the number is no amount, as for infinities.
 *
 * @param currency ISO 4217 code.
 * @returns The reader.
 */
export function moneyReader(currency: string): Reader<Money> {
  return (value) => {
    const digits = readFloat(value);
    if (!digits.ok) return digits;
    const amount = moneyOfDigits(digits.value, currency);
    return amount === undefined ? err(FINITE_NUMBER) : ok(amount);
  };
}

function productJson(row: ProductRow): JsonValue {
  return {
    id: row.id,
    name: row.name,
    price: jsonFloat(row.price),
    stock: row.stock,
  };
}

/** The answer to a refusal of the node; those that the original programs know have their own text. */
function refused({ code }: Refusal, sent: SentProduct): Response {
  if (code === "product_exists") {
    return detailResponse(400, "El producto ya existe");
  }
  if (code === "product_unknown") return notFound();
  // The difference that the count finds is beyond the exact integers (D-11).
  if (code === "amount_out_of_range") {
    return problemsResponse([
      problemAt(INT_PARSING_SIZE, ["body", "stock"], sent.stock),
    ]);
  }
  return unavailable(code, "el cambio");
}

function notFound(): Response {
  return detailResponse(404, "Producto no encontrado");
}

/** A product as it was sent. */
type SentProduct = {
  readonly id: number;
  readonly name: string;
  readonly price: Money;
  readonly stock: number;
};

async function addProduct(
  useCases: UseCases,
  scope: Scope,
  sent: SentProduct,
): Promise<Response> {
  const { id, name, price, stock } = sent;
  const product = productIdOf(id);
  const created = await useCases.createProduct({
    scope,
    product,
    name,
    price,
    stock,
  });
  return created.ok
    ? jsonResponse(productJson(sent))
    : refused(created.error, sent);
}

async function replaceProduct(
  useCases: UseCases,
  scope: Scope,
  sent: SentProduct,
): Promise<Response> {
  const { id, name, price, stock } = sent;
  const product = productIdOf(id);
  const replaced = await useCases.replaceProduct({
    scope,
    product,
    name,
    price,
    stock,
  });
  return replaced.ok
    ? jsonResponse(productJson(sent))
    : refused(replaced.error, sent);
}

/**
 * The product routes of a surface, in the order of registration that the original has.
 *
 * @param useCases The node.
 * @param products The surface's products.
 * @param options How the role differs.
 * @returns The routes.
 */
export function productRoutes(
  useCases: UseCases,
  products: Products,
  options: ProductOptions,
): readonly Route[] {
  const { scope, removedKey } = options;
  const fields = {
    id: { key: "id", read: readInteger },
    name: { key: "name", read: readText },
    price: { key: "price", read: moneyReader(useCases.node.currency) },
    stock: { key: "stock", read: readInteger },
  } satisfies Record<string, Field<unknown>>;
  const one: Route = {
    method: "GET",
    path: "/inventory/{product_id}",
    handle(request) {
      const id = readPathInteger(request, "product_id");
      if (!id.ok) return problemsResponse(id.error);
      const row = products.find(id.value);
      return row === undefined ? notFound() : jsonResponse(productJson(row));
    },
  };
  return [
    {
      method: "GET",
      path: "/inventory",
      handle: () => jsonResponse(products.list().map(productJson)),
    },
    ...(options.readsOne ? [one] : []),
    {
      method: "POST",
      path: "/inventory",
      subject: "el cambio",
      async handle(request) {
        const sent = await readJsonBody(request.raw, fields);
        if (!sent.ok) return failureResponse(sent.error);
        return await addProduct(useCases, scope, sent.value);
      },
    },
    {
      method: "PUT",
      path: "/inventory/{product_id}",
      subject: "el cambio",
      async handle(request) {
        const sent = await readPathAndBody(request, "product_id", fields);
        if (!sent.ok) return failureResponse(sent.error);
        const [id, product] = sent.value;
        if (products.find(id) === undefined) return notFound();
        // The path's id wins over the body's (D-12).
        return await replaceProduct(useCases, scope, { ...product, id });
      },
    },
    {
      method: "DELETE",
      path: "/inventory/{product_id}",
      subject: "el cambio",
      async handle(request) {
        const id = readPathInteger(request, "product_id");
        if (!id.ok) return problemsResponse(id.error);
        if (products.find(id.value) === undefined) return notFound();
        const product = productIdOf(id.value);
        const removed = await useCases.removeProduct({ scope, product });
        if (!removed.ok) {
          return removed.error.code === "product_unknown"
            ? notFound()
            : unavailable(removed.error.code, "el cambio");
        }
        return jsonResponse({ [removedKey]: removed.value.name, id: id.value });
      },
    },
  ];
}
