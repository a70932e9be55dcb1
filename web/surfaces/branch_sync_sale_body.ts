/**
 * What a request says of a sale that is to be made.
 *
 * @module
 */
import {
  type Customer,
  err,
  LINES_MAX,
  type Money,
  ok,
  type ProductId,
  type Result,
} from "../../crdt/mod.ts";
import {
  plainText,
  readAmount,
  readName,
  readNumber,
} from "./branch_sync_wire.ts";

const PRODUCT = /^[^\s\p{Cc}]{1,64}$/u;
const CUSTOMER_NAME_LENGTH_MAX = 100;
const DOCUMENT = /^\d{8}$/;
/** The most of one line, in its unit. */
const QUANTITY_MAX = 1_000_000_000;
/** Decimals of a quantity that is measured. */
const MEASURE = 1_000;
const USER_MAX = 2_147_483_647;

/** A line that was sent. */
export interface SentLine {
  /** The product. */
  readonly product: ProductId;
  /** How much, above 0, in its unit: up to three decimals. */
  readonly quantity: number;
  /** The price of one that was sent; left out for the list price. */
  readonly price?: Money;
}

/** A sale that was sent. */
export interface SentSale {
  /** The number of the user who sells, as the screen says. */
  readonly user: number;
  /** What is sold. */
  readonly lines: readonly SentLine[];
  /** Whom it is sold to. */
  readonly customer?: Customer;
}

/** Why a request says nothing usable of a sale. */
export interface SaleRefusal {
  /** 400 for what is missing, 422 for what cannot be. */
  readonly status: 400 | 422;
  /** A sentence in Spanish. */
  readonly text: string;
}

function refuse(status: 400 | 422, text: string): Result<never, SaleRefusal> {
  return err({ status, text });
}

/**
 * Reads what was sent of a sale.
 *
 * @param body The request's body.
 * @param currency The node's currency.
 * @returns The sale, or why it cannot be made.
 */
export function readSale(
  body: Readonly<Record<string, unknown>>,
  currency: string,
): Result<SentSale, SaleRefusal> {
  const { UsuarioID: sentUser, Detalles: details } = body;
  if (!sentUser || !Array.isArray(details) || details.length === 0) {
    return refuse(400, "UsuarioID y Detalles son obligatorios");
  }
  const user = readNumber(sentUser);
  const isUser = user !== undefined && Number.isInteger(user) && user > 0 &&
    user <= USER_MAX;
  if (!isUser) return refuse(422, "UsuarioID no es válido");
  if (details.length > LINES_MAX) {
    return refuse(422, `Una venta tiene como máximo ${LINES_MAX} líneas`);
  }
  const lines: SentLine[] = [];
  for (const detail of details) {
    const line = readLine(detail, currency);
    if (!line.ok) return line;
    lines.push(line.value);
  }
  const customer = readCustomer(body);
  if (!customer.ok) return customer;
  return ok({
    user,
    lines,
    ...(customer.value === undefined ? {} : { customer: customer.value }),
  });
}

function readLine(
  sent: unknown,
  currency: string,
): Result<SentLine, SaleRefusal> {
  if (typeof sent !== "object" || sent === null) {
    return refuse(422, "Una línea de la venta no es válida");
  }
  const { ProductoID: id, Cantidad: count, PrecioUnitario: sentPrice } =
    sent as Readonly<Record<string, unknown>>;
  if (typeof id !== "string" || id === "") {
    return refuse(400, "ProductoID es obligatorio en cada línea");
  }
  if (!PRODUCT.test(id)) return refuse(422, "ProductoID no es válido");
  if (count === undefined || count === null) {
    return refuse(400, `Cantidad es obligatoria (${id})`);
  }
  const quantity = readNumber(count);
  if (quantity === undefined || quantity <= 0 || quantity > QUANTITY_MAX) {
    return refuse(422, `Cantidad de ${id} debe ser mayor que 0`);
  }
  if (Math.round(quantity * MEASURE) / MEASURE !== quantity) {
    return refuse(422, `Cantidad de ${id} tiene más de 3 decimales`);
  }
  const product = id as ProductId;
  // 0 and nothing are the list price, as in the original.
  if (!sentPrice || sentPrice === "0") return ok({ product, quantity });
  const price = readAmount(sentPrice, currency);
  return price === undefined
    ? refuse(422, `PrecioUnitario de ${id} no es válido`)
    : ok({ product, quantity, price });
}

function readCustomer(
  body: Readonly<Record<string, unknown>>,
): Result<Customer | undefined, SaleRefusal> {
  const name = readName(body["ClienteNombre"] ?? "", CUSTOMER_NAME_LENGTH_MAX);
  if (name === undefined) return refuse(422, "ClienteNombre no es válido");
  const sent = body["ClienteDNI"] ?? "";
  const document = plainText(sent);
  if (sent !== "" && !DOCUMENT.test(document)) {
    return refuse(422, "ClienteDNI son 8 cifras");
  }
  return ok(
    name === "" && document === "" ? undefined : { name, document },
  );
}
