/**
 * What a request says of a product, with the names and lengths of the original tables. Nothing has a default here: what
 * is absent stays as it is, or gets its default where a product is made.
 *
 * @module
 */
import { err, type Money, ok, type Result } from "../../crdt/mod.ts";
import { readAmount, readName, readNumber } from "./branch_sync_wire.ts";

/** Longest name, description, address of a picture and category. */
const LENGTHS = { name: 100, description: 255, image: 500, category: 50 };
/** The greatest whole number of the original tables. */
const INTEGER_MAX = 2_147_483_647;

/** What was sent of a product. */
export interface ProductFields {
  /** Its name. */
  readonly name?: string;
  /** Its price, above 0. */
  readonly price?: Money;
  /** What one costs the shop. */
  readonly cost?: Money;
  /** The stock, up to three decimals. */
  readonly stock?: number;
  /** The stock at or under which more is wanted. */
  readonly minimum?: number;
  /** Free text. */
  readonly description?: string;
  /** Address of a picture. */
  readonly image?: string;
  /** A group of products. */
  readonly category?: string;
}

/** Why a request says nothing usable of a product. */
export interface ProductRefusal {
  /** 400 for what the original refuses so, else 422. */
  readonly status: number;
  /** A sentence in Spanish. */
  readonly text: string;
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** Whether a field was left out, or sent without a value. */
function isAbsent(value: unknown): value is undefined | null {
  return value === undefined || value === null;
}

function refuse(status: number, text: string): Result<never, ProductRefusal> {
  return err({ status, text });
}

/**
 * Reads what was sent of a product.
 *
 * @param body The request's body.
 * @param currency The node's currency.
 * @returns What was sent, or why it cannot be used.
 */
export function readProduct(
  body: Readonly<Record<string, unknown>>,
  currency: string,
): Result<ProductFields, ProductRefusal> {
  const fields: Writable<ProductFields> = {};
  const texts = readTexts(body, fields);
  if (texts !== undefined) return refuse(422, texts);
  if (!isAbsent(body["Nombre"])) {
    const name = readName(body["Nombre"], LENGTHS.name);
    if (name === "") {
      return refuse(400, "Nombre y PrecioVenta son obligatorios");
    }
    if (name === undefined) return refuse(422, "Nombre no es válido");
    fields.name = name;
  }
  if (!isAbsent(body["PrecioVenta"]) && body["PrecioVenta"] !== "") {
    const price = readAmount(body["PrecioVenta"], currency);
    if (price === undefined) return refuse(422, "PrecioVenta no es válido");
    if (price.units === 0) return refuse(400, "PrecioVenta no puede ser 0");
    fields.price = price;
  }
  if (!isAbsent(body["PrecioCompra"])) {
    const cost = readAmount(body["PrecioCompra"] || 0, currency);
    if (cost === undefined) return refuse(422, "PrecioCompra no es válido");
    fields.cost = cost;
  }
  return readCounts(body, fields) ?? ok(fields);
}

function readTexts(
  body: Readonly<Record<string, unknown>>,
  fields: Writable<ProductFields>,
): string | undefined {
  const sent = [
    ["description", "Descripcion"],
    ["image", "Imagen"],
    ["category", "Categoria"],
  ] as const;
  for (const [field, key] of sent) {
    const value = body[key];
    if (isAbsent(value)) continue;
    if (typeof value !== "string" || value.length > LENGTHS[field]) {
      return `${key} no es válido`;
    }
    fields[field] = value;
  }
  return undefined;
}

function readCounts(
  body: Readonly<Record<string, unknown>>,
  fields: Writable<ProductFields>,
): Result<never, ProductRefusal> | undefined {
  const { Stock: stock, StockMinimo: minimum } = body;
  if (!isAbsent(stock) && stock !== "") {
    const count = readNumber(stock);
    if (count === undefined || Math.abs(count) > INTEGER_MAX) {
      return refuse(422, "Stock no es válido");
    }
    fields.stock = count;
  }
  if (!isAbsent(minimum) && minimum !== "") {
    const count = readNumber(minimum);
    const isCount = count !== undefined && Number.isInteger(count) &&
      count >= 0 && count <= INTEGER_MAX;
    if (!isCount) return refuse(422, "StockMinimo no es válido");
    fields.minimum = count;
  }
  return undefined;
}
