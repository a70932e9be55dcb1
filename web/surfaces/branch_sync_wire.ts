/**
 * How values look on the wire of the branch software: amounts as numbers, instants as ISO text, and answers of which no
 * text can become markup on a screen that writes what it gets into its page.
 *
 * @module
 */
import {
  formatDecimal,
  type Money,
  money,
  PanalError,
} from "../../crdt/mod.ts";
import type { Refusal } from "../../nodes/mod.ts";

/** The media type of every answer. */
export const JSON_TYPE = "application/json; charset=utf-8";

/** Decimal places of amounts in the original tables. */
const CENTS = 2;
/** The greatest amount that the original tables hold, in hundredths. */
const CENTS_MAX = 9_999_999_999;

/**
 * A JSON answer. `<` and `>` are replaced wherever they stand: the original screens insert names and messages as markup,
 * and neither character is part of JSON's own grammar.
 *
 * @param body The value.
 * @param status The status; 200 if left out.
 * @param headers Further headers.
 * @returns The answer.
 */
export function answer(
  body: object,
  status = 200,
  headers: Readonly<Record<string, string>> = {},
): Response {
  const text = JSON.stringify(body).replaceAll("<", "‹").replaceAll(">", "›");
  return new Response(text, {
    status,
    headers: { "content-type": JSON_TYPE, ...headers },
  });
}

/** The three forms of a refusal: that of sign-in, that of the home figures, and that of everything else. */
export type Family = "auth" | "stats" | "other";

/**
 * The form of refusals at an address.
 *
 * @param path The path.
 * @returns Its family.
 */
export function familyOf(path: string): Family {
  if (path.startsWith("/api/auth/")) return "auth";
  return path === "/api/stats" ? "stats" : "other";
}

/**
 * A refusal.
 *
 * @param family Its form.
 * @param status The status.
 * @param error A short sentence in Spanish.
 * @param headers Further headers.
 * @returns The answer.
 */
export function refusal(
  family: Family,
  status: number,
  error: string,
  headers: Readonly<Record<string, string>> = {},
): Response {
  switch (family) {
    case "auth":
      return answer({ error }, status, headers);
    case "stats": {
      const none = { productos: 0, ventas: 0, ventasHoy: 0 };
      return answer(
        { error, ...none, sincronizacion: "Error" },
        status,
        headers,
      );
    }
    case "other":
      return answer({ success: false, error }, status, headers);
  }
}

/** What a client is told of a refusal of the node: the status and a sentence. */
type Told = readonly [status: number, text: string];

/** Seconds after which a client may try again while the node cannot write. */
const RETRY_SECONDS = "5";

const TOLD: Partial<Record<Refusal["code"], Told>> = {
  "product_exists": [409, "El producto ya existe"],
  "not_found": [404, "No existe"],
  "sale_unknown": [404, "Venta no encontrada"],
  "sale_already_voided": [404, "Venta no encontrada"],
  "user_unknown": [404, "Usuario no encontrado"],
  "name_taken": [409, "Ya hay un usuario con ese nombre"],
  "password_invalid": [
    422,
    "La contraseña no es válida: use al menos 8 letras",
  ],
  "amount_out_of_range": [422, "El importe es demasiado grande"],
  "currency_mismatch": [422, "La moneda no es la de esta sucursal"],
  "invalid_argument": [422, "Un dato no es válido"],
  "request_invalid": [400, "Datos de sincronización inválidos"],
  "same_mesh": [
    409,
    "Esta central es de la misma malla que la sucursal: sus ventas llegan solas; quite --dial branch-sync en la sucursal",
  ],
  "sender_unknown": [403, "Esta dirección no puede enviar por esa sucursal"],
  "sale_returned": [409, "Hay devoluciones de esta venta: no se elimina"],
  "id_reused": [409, "El número ya se usó"],
  "forbidden": [403, "Este nodo no puede escribir eso"],
  "store_full": [503, "Disco lleno: nada se guardó"],
  "store_failed": [503, "Fallo del disco: nada se guardó"],
  "store_closed": [503, "El nodo se está deteniendo: nada se guardó"],
  "node_stopping": [503, "El nodo se está deteniendo: nada se guardó"],
  "overloaded": [503, "Demasiadas solicitudes: reintente en un momento"],
  "store_outcome_unknown": [
    503,
    "Fallo del disco: no se sabe si se guardó. Revise antes de reintentar",
  ],
};

/** What is told of a refusal that names a product. */
function toldOfProduct({ code, details }: Refusal): Told | undefined {
  const product = String(details?.["product"] ?? "");
  switch (code) {
    case "product_unknown":
      return [404, `Producto ${product} no encontrado`];
    case "price_unknown":
      return [409, `El producto ${product} no tiene precio`];
    case "stock_insufficient":
    case "rights_insufficient": {
      const left = Number(details?.["free"] ?? details?.["onHand"] ?? 0);
      const shown = Math.max(0, left);
      return [409, `Stock insuficiente de ${product}. Disponible: ${shown}`];
    }
    default:
      return undefined;
  }
}

/**
 * The answer to a refusal of the node.
 *
 * @param family The form of the address.
 * @param refused Why the node refused.
 * @returns The answer, with `Retry-After` where trying again helps.
 */
export function refusedBy(family: Family, refused: Refusal): Response {
  const [status, text] = toldOfProduct(refused) ?? TOLD[refused.code] ??
    [422, `No es posible (${refused.code})`];
  return refusal(
    family,
    status,
    text,
    status === 503 ? { "retry-after": RETRY_SECONDS } : {},
  );
}

/**
 * The answer to something thrown.
 *
 * @param family The form of the address.
 * @param cause What was thrown.
 * @returns The answer; status 500 means that nobody expected it.
 */
export function brokenBy(family: Family, cause: unknown): Response {
  const code = cause instanceof PanalError ? cause.code : undefined;
  return code === undefined || TOLD[code] === undefined
    ? refusal(family, 500, "Error interno: el registro del nodo dice cuál")
    : refusedBy(family, { code, message: "" });
}

/**
 * An amount for an answer.
 *
 * @param amount An amount; null for none.
 * @returns The number whose decimals are the amount's, rounded to hundredths, half away from zero; 0 for none.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * strictEqual(numberOf({ units: 1250, currency: "PEN", exponent: 2 }), 12.5);
 * ```
 */
export function numberOf(amount: Money | null): number {
  if (amount === null) return 0;
  if (amount.exponent <= CENTS) return Number(formatDecimal(amount));
  const { units, exponent } = amount;
  const cents = Math.round(Math.abs(units) / 10 ** (exponent - CENTS));
  return (Math.sign(units) * cents) / 10 ** CENTS + 0;
}

/**
 * The amount of one currency among sums.
 *
 * @param amounts One a currency and scale.
 * @param currency The currency.
 * @returns Their sum as a number.
 */
export function numberIn(amounts: readonly Money[], currency: string): number {
  let cents = 0;
  for (const amount of amounts) {
    if (amount.currency === currency) {
      cents += Math.round(numberOf(amount) * 10 ** CENTS);
    }
  }
  return cents / 10 ** CENTS;
}

/**
 * Reads a number, also one of a form.
 *
 * @param value Anything.
 * @returns The number; undefined if it is none, or not finite.
 */
export function readNumber(value: unknown): number | undefined {
  if (typeof value === "number") {
    return Number.isFinite(value) ? value : undefined;
  }
  return typeof value === "string" && /^-?\d{1,15}(?:\.\d{1,15})?$/.test(value)
    ? Number(value)
    : undefined;
}

/**
 * Reads an amount, rounded to hundredths, half away from zero.
 *
 * @param value A number, or the digits of one.
 * @param currency The node's currency.
 * @returns The amount; undefined if it is none, below 0, or beyond what the original tables hold.
 */
export function readAmount(
  value: unknown,
  currency: string,
): Money | undefined {
  const number = readNumber(value);
  if (number === undefined || number < 0) return undefined;
  const cents = Math.round(number * 10 ** CENTS);
  return cents <= CENTS_MAX ? money(cents, currency, CENTS) : undefined;
}

/**
 * An instant for an answer: the true one, in UTC.
 *
 * @param us Whole microseconds since 1970.
 * @returns `YYYY-MM-DDTHH:mm:ss.sssZ`.
 */
export function instantOf(us: number): string {
  return new Date(Math.floor(us / 1000)).toISOString();
}

/**
 * A plain value as text.
 *
 * @param value Anything.
 * @returns Its text; empty for what is no text, number or truth value.
 */
export function plainText(value: unknown): string {
  return ["string", "number", "boolean"].includes(typeof value)
    ? String(value)
    : "";
}

/**
 * An id for an answer: the original screens write ids into attributes, and rely on it that none has a quote.
 *
 * @param id The id.
 * @returns The id without what could end an attribute or a text in it.
 */
export function shownId(id: string): string {
  return id.replaceAll(/["'`&\\]/g, "’");
}

/** Whether a text could become markup, or hides control characters. */
const UNSAFE = /[<>\p{Cc}]/u;

/**
 * Reads a text that screens will show.
 *
 * @param value Anything.
 * @param lengthMax The most characters.
 * @returns The text without spaces around it; undefined if it is none, too long, or has markup.
 */
export function readName(
  value: unknown,
  lengthMax: number,
): string | undefined {
  if (typeof value !== "string") return undefined;
  const text = value.trim();
  return text.length <= lengthMax && !UNSAFE.test(text) ? text : undefined;
}
