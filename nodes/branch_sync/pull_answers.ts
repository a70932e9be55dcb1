/**
 * What the open REST of an original branch answers, as far as it is looked at. Pure.
 *
 * @module
 */
import { parseSiteCode, type SiteCode } from "../../crdt/mod.ts";
import {
  type BranchClockRule,
  parseBranchTime,
  parseUnits,
} from "../../net/mod.ts";

/** What became of a request to a branch. */
export type PullAnswer =
  /** It was answered in full; a redirect is not followed. */
  | {
    readonly kind: "answered";
    readonly status: number;
    readonly body: string;
  }
  /** No answer came, or more than is looked at. */
  | { readonly kind: "failed"; readonly reason: string };

/** JSON that a branch answered, or why there is none, in Spanish. */
export type PullReading =
  | {
    readonly kind: "read";
    readonly value: Readonly<Record<string, unknown>>;
  }
  | {
    readonly kind: "unread";
    readonly reason: string;
    /** The status; 0 if nothing was answered. */
    readonly status: number;
  };

/**
 * Reads an answer: only status 200 with a JSON object counts.
 *
 * @param answer The answer.
 * @returns The object.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * strictEqual(readPulled({ kind: "answered", status: 200, body: "{}" }).kind, "read");
 * strictEqual(readPulled({ kind: "answered", status: 302, body: "{}" }).kind, "unread");
 * ```
 */
export function readPulled(answer: PullAnswer): PullReading {
  if (answer.kind === "failed") return unread(answer.reason, 0);
  const { status, body } = answer;
  if (status !== 200) return unread(`La sucursal respondió ${status}`, status);
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return unread("La sucursal no respondió JSON", status);
  }
  return isRecord(value)
    ? { kind: "read", value }
    : unread("La sucursal no respondió un objeto JSON", status);
}

function unread(reason: string, status: number): PullReading {
  return { kind: "unread", reason, status };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A sale in a branch's list. */
export interface ListedSale {
  /** Its number. */
  readonly receipt: string;
  /** The branch's wall clock then to the second; empty if it cannot be read. */
  readonly wall: string;
  /** What was paid, in cents; undefined if it cannot be read. */
  readonly total: number | undefined;
}

/**
 * Reads a branch's list of sales.
 *
 * @param value What was answered.
 * @param branch Its code and how it keeps its clock.
 * @returns The sales with numbers of the branch, each number once; undefined if the answer holds no list.
 */
export function readSaleList(
  value: Readonly<Record<string, unknown>>,
  { site, rule }: { readonly site: SiteCode; readonly rule: BranchClockRule },
): ListedSale[] | undefined {
  const { ventas } = value;
  if (!Array.isArray(ventas)) return undefined;
  const sales = new Map<string, ListedSale>();
  for (const one of ventas as readonly unknown[]) {
    if (!isRecord(one)) continue;
    const receipt = one["VentaID"];
    if (typeof receipt !== "string" || !receipt.startsWith(`${site}-`)) {
      continue;
    }
    const time = parseBranchTime(one["FechaVenta"], rule);
    const wall = time?.wall.slice(0, 19) ?? "";
    sales.set(receipt, { receipt, wall, total: parseUnits(one["Total"], 2) });
  }
  return [...sales.values()];
}

/**
 * Reads what a branch says of itself.
 *
 * @param value What was answered.
 * @returns Its code and name; undefined if it says no code.
 */
export function readBranchHealth(
  value: Readonly<Record<string, unknown>>,
): { readonly site: SiteCode; readonly name: string } | undefined {
  const site = parseSiteCode(value["branch"]);
  const { name } = value;
  return site === undefined
    ? undefined
    : { site, name: typeof name === "string" ? name.slice(0, 100) : site };
}

/**
 * A pulled sale in the form of a message's sale.
 *
 * @param value What was answered for the sale.
 * @param receipt The number that was asked for.
 * @returns The sale; undefined if the answer is another one, or none.
 */
export function readPulledSale(
  value: Readonly<Record<string, unknown>>,
  receipt: string,
): Readonly<Record<string, unknown>> | undefined {
  const { venta } = value;
  if (!isRecord(venta) || venta["VentaID"] !== receipt) return undefined;
  return { ...venta, NombreVendedor: venta["Vendedor"] };
}

/**
 * The products of a pulled sale.
 *
 * @param sale The sale.
 * @returns Ids, each once, as far as they can be asked for.
 */
export function productsOf(
  sale: Readonly<Record<string, unknown>>,
): readonly string[] {
  const lines = linesOf(sale).map((line) => line["ProductoID"]);
  return [...new Set(lines)].filter((id) =>
    typeof id === "string" && id.length > 0 && id.length <= 64
  ) as string[];
}

/**
 * Adds what a branch says of its products to the lines of a sale.
 *
 * @param sale The sale.
 * @param products What was answered, by product.
 * @returns The sale as its branch would have sent it.
 */
export function withProducts(
  sale: Readonly<Record<string, unknown>>,
  products: ReadonlyMap<string, Readonly<Record<string, unknown>>>,
): Readonly<Record<string, unknown>> {
  const lines = linesOf(sale).map((line) => {
    const product = products.get(String(line["ProductoID"]));
    return product === undefined ? line : {
      ProductoNombre: product["Nombre"],
      ...line,
      ProductoDescripcion: product["Descripcion"],
      ProductoCategoria: product["Categoria"],
      ProductoPrecioVenta: product["PrecioVenta"],
      ProductoStock: product["Stock"],
    };
  });
  return { ...sale, Detalles: lines };
}

function linesOf(
  sale: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>>[] {
  const lines = sale["Detalles"];
  return Array.isArray(lines) ? lines.filter(isRecord) : [];
}

/**
 * Reads what a branch says of a product.
 *
 * @param value What was answered.
 * @returns The product's fields; undefined if there are none.
 */
export function readPulledProduct(
  value: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> | undefined {
  const { producto } = value;
  return isRecord(producto) ? producto : undefined;
}
