/**
 * Writing messages that an original central of the branch software takes: one JSON body of sales, within its limits.
 * What it would cut, round or refuse is settled here, before anything is sent. Pure.
 *
 * @module
 */
import { err, ok, type Result } from "../../crdt/result.ts";
import {
  BRANCH_SYNC_CENTS_MAX,
  BRANCH_SYNC_INTEGER_MAX,
  BRANCH_SYNC_LENGTHS,
  type BranchSyncLine,
  type BranchSyncSale,
  type BranchSyncSnapshot,
} from "./branch_sync_values.ts";

/** Most bytes of one body that is sent: an original central takes 102,400. */
export const BRANCH_SYNC_SEND_BYTES_MAX = 98_304;
/** Most sales of one body that is sent. */
export const BRANCH_SYNC_SEND_SALES_MAX = 100;

/**
 * Why an original central cannot be told of a sale: an id is too long or not in Latin-1, a code has not the original
 * form, an amount or a quantity is beyond its storage, or the sale alone is larger than a body may be.
 */
export type BranchSyncUnsendable =
  | "id"
  | "code"
  | "amount"
  | "quantity"
  | "size";

/** Who sends. */
export interface BranchSyncSender {
  /** The branch's code, as the central knows it. */
  readonly site: string;
  /** The branch's name. */
  readonly name: string;
}

const THOUSANDTHS = 1000;
const utf8 = new TextEncoder();

/**
 * Writes one sale as it stands in `ventas`, with every field that an original branch sends.
 *
 * @param sale The sale; its codes are those of the central, its `user` a number that the central knows.
 * @returns The JSON text, or why the central cannot be told of it.
 *
 * @example Usage
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import type { SiteCode } from "../../crdt/ids.ts";
 *
 * const sale = {
 *   receipt: "CUS-20250304-00712001",
 *   site: "CUS" as SiteCode,
 *   wall: "2025-03-04T14:30:00.000",
 *   total: 0,
 *   user: 1,
 *   seller: null,
 *   customer: null,
 *   lines: [],
 * };
 * const text = encodeBranchSyncSale(sale);
 * deepStrictEqual(text.ok && JSON.parse(text.value).FechaVenta, "2025-03-04T14:30:00.000Z");
 * ```
 */
export function encodeBranchSyncSale(
  sale: BranchSyncSale,
): Result<string, BranchSyncUnsendable> {
  const problem = problemOf(sale);
  if (problem !== undefined) return err(problem);
  const text = JSON.stringify({
    "VentaID": sale.receipt,
    "FechaVenta": `${sale.wall}Z`,
    "Total": sale.total / 100,
    "CodigoSucursal": sale.site,
    "UsuarioID": sale.user,
    "NombreVendedor": latin1Text(sale.seller ?? "", BRANCH_SYNC_LENGTHS.seller),
    "Detalles": sale.lines.map(encodeLine),
  });
  const empty = { site: sale.site, name: "x".repeat(BRANCH_SYNC_LENGTHS.name) };
  return fits(empty, [text]) ? ok(text) : err("size");
}

/**
 * Joins sales to a body.
 *
 * @param sender Who sends.
 * @param sales Texts of sales.
 * @returns The JSON text of the whole message.
 */
export function encodeBranchSyncMessage(
  { site, name }: BranchSyncSender,
  sales: readonly string[],
): string {
  const text = latin1Text(name, BRANCH_SYNC_LENGTHS.name);
  return `{"sucursal":${JSON.stringify(site)},"nombreSucursal":${
    JSON.stringify(text)
  },"ventas":[${sales.join(",")}]}`;
}

/**
 * How many sales go into one body: those that come first and fit in its sales and its bytes of UTF-8.
 *
 * @param sender Who sends.
 * @param sales Texts of sales, in order.
 * @returns Their number; at least 1 unless there are none.
 */
export function fitBranchSyncSales(
  sender: BranchSyncSender,
  sales: readonly string[],
): number {
  let bytes = utf8.encode(encodeBranchSyncMessage(sender, [])).length;
  let count = 0;
  for (const text of sales.slice(0, BRANCH_SYNC_SEND_SALES_MAX)) {
    bytes += utf8.encode(text).length + 1;
    if (bytes > BRANCH_SYNC_SEND_BYTES_MAX + 1) break;
    count++;
  }
  return Math.max(count, Math.min(1, sales.length));
}

function fits(sender: BranchSyncSender, sales: readonly string[]): boolean {
  const body = encodeBranchSyncMessage(sender, sales);
  return utf8.encode(body).length <= BRANCH_SYNC_SEND_BYTES_MAX;
}

/**
 * A text as the original storage can hold it: what Latin-1 lacks becomes its base letter, or `?`.
 *
 * @param text Any text.
 * @param length Most characters; the rest is cut off.
 * @returns Latin-1 text.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * strictEqual(latin1Text("Señor Ştefan 蜂", 100), "Señor Stefan ?");
 * ```
 */
export function latin1Text(text: string, length: number): string {
  let out = "";
  for (const character of text.normalize("NFC")) {
    if (out.length >= length) break;
    out += isLatin1(character) ? character : baseOf(character);
  }
  return out.slice(0, length);
}

function baseOf(character: string): string {
  const base = character.normalize("NFKD").replace(/\p{M}/gu, "");
  return base !== "" && isLatin1(base) ? base : "?";
}

function isLatin1(text: string): boolean {
  return !/[\u{100}-\u{10ffff}]/u.test(text);
}

function problemOf(sale: BranchSyncSale): BranchSyncUnsendable | undefined {
  const { receipt, site, total, user, lines } = sale;
  if (!isId(receipt, BRANCH_SYNC_LENGTHS.sale)) return "id";
  if (!isCode(site)) return "code";
  if (!isAmount(total)) return "amount";
  if (user === null || !isInteger(user)) return "quantity";
  for (const line of lines) {
    const problem = problemOfLine(line);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function problemOfLine(
  line: BranchSyncLine,
): BranchSyncUnsendable | undefined {
  const { key, product } = line;
  const hasIds = isId(key, BRANCH_SYNC_LENGTHS.line) &&
    isId(product.product, BRANCH_SYNC_LENGTHS.product);
  if (!hasIds) return "id";
  if (!isCode(product.site)) return "code";
  const { price, quantity } = wholeOf(line);
  const amounts = [price, line.subtotal, product.price ?? 0];
  if (!amounts.every(isAmount)) return "amount";
  return isInteger(quantity) ? undefined : "quantity";
}

function isId(id: string, length: number): boolean {
  return id.length > 0 && id.length <= length && isLatin1(id);
}

function isCode(code: string): boolean {
  return /^[A-Z0-9]{3}$/.test(code);
}

function isAmount(cents: number): boolean {
  return Number.isSafeInteger(cents) &&
    Math.abs(cents) <= BRANCH_SYNC_CENTS_MAX;
}

function isInteger(value: number): boolean {
  return Number.isSafeInteger(value) &&
    Math.abs(value) <= BRANCH_SYNC_INTEGER_MAX;
}

/** A quantity with a fraction is one piece that costs what the line costs: the central would cut the fraction off. */
function wholeOf(
  { measured, quantity, price, subtotal }: BranchSyncLine,
): { readonly quantity: number; readonly price: number } {
  if (!measured) return { quantity, price };
  if (quantity % THOUSANDTHS === 0) {
    return { quantity: quantity / THOUSANDTHS, price };
  }
  return quantity < 0
    ? { quantity: -1, price: -subtotal }
    : { quantity: 1, price: subtotal };
}

function encodeLine(line: BranchSyncLine) {
  const { quantity, price } = wholeOf(line);
  return {
    "DetalleID": line.key,
    "ProductoID": line.product.product,
    "Cantidad": quantity,
    "PrecioUnitario": price / 100,
    "Subtotal": line.subtotal / 100,
    ...encodeSnapshot(line.product, price),
  };
}

/** What is left out the central would take for 0, and the line's price for the list price. */
function encodeSnapshot(product: BranchSyncSnapshot, linePrice: number) {
  const { name, description, category } = BRANCH_SYNC_LENGTHS;
  const optional = (text: string | null, length: number) =>
    text === null ? null : latin1Text(text, length);
  const stock = Math.floor(product.stock ?? 0);
  return {
    "ProductoNombre": latin1Text(product.name || product.product, name),
    "ProductoCodigo": product.site,
    "ProductoDescripcion": optional(product.description, description),
    "ProductoCategoria": optional(product.category, category),
    "ProductoPrecioVenta": (product.price ?? linePrice) / 100,
    "ProductoStock": Math.min(Math.max(stock, 0), BRANCH_SYNC_INTEGER_MAX),
  };
}
