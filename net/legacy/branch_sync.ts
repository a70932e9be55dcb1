/**
 * Reads messages with which branches tell a central of their sales: every dialect that installed software speaks, field
 * by field. What cannot be used of a message is told sale by sale, with the reason.
 *
 * @module
 */
import {
  parseProductId,
  parseSiteCode,
  type ProductId,
  type SiteCode,
} from "../../crdt/ids.ts";
import { isObject, type JsonObject } from "./forecourt.ts";
import { costOf, parseUnits } from "./branch_sync_numbers.ts";
import {
  type BranchClockRule,
  type BranchTime,
  isClockDoubtful,
  parseBranchTime,
} from "./branch_sync_time.ts";
import {
  BRANCH_SYNC_CENTS_MAX,
  BRANCH_SYNC_INTEGER_MAX,
  BRANCH_SYNC_ITEMS_MAX,
  BRANCH_SYNC_LENGTHS,
  BRANCH_SYNC_LINES_MAX,
  type BranchSyncLine,
  type BranchSyncSale,
  type BranchSyncSnapshot,
} from "./branch_sync_values.ts";

/** A sale that can be used. */
export interface UsableSale {
  /** The word for it. */
  readonly kind: "sale";
  /** The sale. */
  readonly sale: BranchSyncSale;
  /** When it was made. */
  readonly time: BranchTime;
  /** True where the branch's clock should be looked at. */
  readonly clockDoubt: boolean;
  /** True where the total is farther from the sum of its lines than rounding explains. */
  readonly totalOther: boolean;
  /** What came. */
  readonly raw: unknown;
}

/** A sale that cannot be used. */
export interface UnusableSale {
  /** The word for it. */
  readonly kind: "unusable";
  /** Its number, as far as there is one. */
  readonly receipt: string | null;
  /** Why, one sentence in Spanish. */
  readonly reason: string;
  /** What came. */
  readonly raw: unknown;
}

/** A message. */
export interface BranchSyncMessage {
  /** The sender's code. */
  readonly site: SiteCode;
  /** The sender's name; its code if it sent none. */
  readonly name: string;
  /** Its sales in order. */
  readonly sales: readonly (UsableSale | UnusableSale)[];
  /** What it says of products beside its sales. */
  readonly products: readonly BranchSyncSnapshot[];
}

/** A sale's number: branch, date, and at least three digits. */
const RECEIPT = /^([A-Z0-9]{2,12})-([0-9]{8})-[0-9]{3,16}$/;
/** The branch in front of a product's id. */
const PREFIX = /^([A-Z0-9]{2,12})-/;

/** What is wrong with a sale. */
class Unusable extends TypeError {}

/**
 * Reads a message.
 *
 * @param body Parsed JSON of any shape.
 * @param ruleOf How a branch keeps its clock.
 * @returns The message; undefined if it is none: no `sucursal`, no `ventas`, or more of them than a message may have.
 */
export function parseBranchSyncMessage(
  body: unknown,
  ruleOf: (site: SiteCode) => BranchClockRule,
): BranchSyncMessage | undefined {
  if (!isObject(body)) return undefined;
  const site = parseSiteCode(body["sucursal"]);
  const { ventas, productos } = body;
  if (site === undefined || !Array.isArray(ventas)) return undefined;
  const beside = Array.isArray(productos) ? productos as unknown[] : [];
  if (
    ventas.length > BRANCH_SYNC_ITEMS_MAX ||
    beside.length > BRANCH_SYNC_ITEMS_MAX
  ) return undefined;
  const rules = new Map<SiteCode, BranchClockRule>();
  const rule = (of: SiteCode) => {
    let found = rules.get(of);
    if (found === undefined) rules.set(of, found = ruleOf(of));
    return found;
  };
  return {
    site,
    name: readText(body["nombreSucursal"], BRANCH_SYNC_LENGTHS.name) || site,
    sales: ventas.map((raw) => readSale(raw, rule)),
    products: beside.map((raw) =>
      isObject(raw) ? readSnapshot(raw, raw["CodigoSucursal"]) : undefined
    ).filter((one) => one !== undefined),
  };
}

function readSale(
  raw: unknown,
  ruleOf: (site: SiteCode) => BranchClockRule,
): UsableSale | UnusableSale {
  try {
    return readUsable(raw, ruleOf);
  } catch (error) {
    if (!(error instanceof Unusable)) throw error;
    const receipt = isObject(raw)
      ? readText(raw["VentaID"], BRANCH_SYNC_LENGTHS.sale)
      : "";
    return {
      kind: "unusable",
      receipt: receipt === "" ? null : receipt,
      reason: error.message,
      raw,
    };
  }
}

function readUsable(
  raw: unknown,
  ruleOf: (site: SiteCode) => BranchClockRule,
): UsableSale {
  if (!isObject(raw)) throw new Unusable("La venta no es un objeto");
  const receipt = raw["VentaID"];
  const match = typeof receipt === "string" &&
      receipt.length <= BRANCH_SYNC_LENGTHS.sale
    ? RECEIPT.exec(receipt)
    : null;
  if (typeof receipt !== "string" || match === null) {
    throw new Unusable(
      isAbsent(receipt)
        ? "Falta VentaID"
        : "VentaID no tiene la forma SSS-AAAAMMDD-NNN",
    );
  }
  const site = readSite(raw, match[1]);
  const time = parseBranchTime(raw["FechaVenta"], ruleOf(site));
  if (time === undefined) throw new Unusable("FechaVenta no es una fecha");
  const lines = readLines(raw, receipt);
  const sum = lines.reduce((all, { subtotal }) => all + subtotal, 0);
  const total = readTotal(raw, lines, sum);
  const sale = {
    receipt,
    site,
    wall: time.wall,
    total,
    user: readInteger(raw["UsuarioID"]),
    seller: readText(
      first(raw, "NombreVendedor", "NombreCajero"),
      BRANCH_SYNC_LENGTHS.seller,
    ) || null,
    customer: readCustomer(raw),
    lines,
  };
  return {
    kind: "sale",
    sale,
    time,
    clockDoubt: isClockDoubtful(match[2] ?? "", time),
    totalOther: Math.abs(total - sum) > lines.length,
    raw,
  };
}

function readSite(raw: JsonObject, prefix: string | undefined): SiteCode {
  const named = raw["CodigoSucursal"];
  const site = parseSiteCode(isAbsent(named) ? prefix : named);
  if (site === undefined) throw new Unusable("CodigoSucursal no es un código");
  return site;
}

function readTotal(
  raw: JsonObject,
  lines: readonly BranchSyncLine[],
  sum: number,
): number {
  const given = raw["Total"];
  if (isAbsent(given)) {
    if (lines.length > 0) return checkCents(sum, "Total");
    throw new Unusable("No tiene detalles ni total");
  }
  return checkCents(parseUnits(given, 2), "Total");
}

function readLines(raw: JsonObject, receipt: string): BranchSyncLine[] {
  const given = first(raw, "Detalles", "detalles") ?? [];
  if (!Array.isArray(given)) throw new Unusable("Detalles no es una lista");
  if (given.length > BRANCH_SYNC_LINES_MAX) {
    throw new Unusable(`Tiene más de ${BRANCH_SYNC_LINES_MAX} detalles`);
  }
  return given.map((line: unknown, i) => readLine(line, receipt, i + 1));
}

function readLine(
  raw: unknown,
  receipt: string,
  position: number,
): BranchSyncLine {
  const where = `Detalle ${position}`;
  if (!isObject(raw)) throw new Unusable(`${where}: no es un objeto`);
  const product = readSnapshot(
    raw,
    first(raw, "ProductoCodigo", "CodigoSucursal"),
  );
  if (product === undefined) {
    throw new Unusable(`${where}: falta ProductoID o no es un código`);
  }
  const quantity = readQuantity(raw["Cantidad"], where);
  const amounts = readAmounts(raw, { quantity, product, where });
  const key = readText(raw["DetalleID"], BRANCH_SYNC_LENGTHS.line);
  return {
    key: key || `${receipt}-${position}`,
    product,
    quantity: quantity.units,
    measured: quantity.measured,
    ...amounts,
  };
}

/** Whole units, or thousandths. */
interface Quantity {
  readonly units: number;
  readonly measured: boolean;
}

function readQuantity(value: unknown, where: string): Quantity {
  const thousandths = parseUnits(value, 3);
  if (
    thousandths === undefined ||
    Math.abs(thousandths) > BRANCH_SYNC_INTEGER_MAX * 1000
  ) throw new Unusable(`${where}: Cantidad no es un número posible`);
  const measured = thousandths % 1000 !== 0;
  return { units: measured ? thousandths : thousandths / 1000, measured };
}

/** Price and subtotal; one that is missing follows from the other, or from the list price. */
function readAmounts(
  raw: JsonObject,
  { quantity: { units, measured }, product, where }: {
    readonly quantity: Quantity;
    readonly product: BranchSyncSnapshot;
    readonly where: string;
  },
): { readonly price: number; readonly subtotal: number } {
  const [givenPrice, givenSubtotal] = ["PrecioUnitario", "Subtotal"].map(
    (name) =>
      isAbsent(raw[name])
        ? undefined
        : checkCents(parseUnits(raw[name], 2), `${where}: ${name}`),
  );
  const price = givenPrice ?? product.price ??
    (givenSubtotal === undefined || units === 0
      ? undefined
      : Math.round(givenSubtotal * (measured ? 1000 : 1) / units));
  if (price === undefined) {
    throw new Unusable(`${where}: falta PrecioUnitario`);
  }
  return {
    price: checkCents(price, `${where}: PrecioUnitario`),
    subtotal: givenSubtotal ??
      checkCents(costOf(price, units, measured), `${where}: Subtotal`),
  };
}

function checkCents(cents: number | undefined, name: string): number {
  if (cents === undefined || Math.abs(cents) > BRANCH_SYNC_CENTS_MAX) {
    throw new Unusable(`${name} no es un importe posible`);
  }
  return cents;
}

/** What a message says of a product; what of it cannot be used is as if it were not said. */
function readSnapshot(
  raw: JsonObject,
  branch: unknown,
): BranchSyncSnapshot | undefined {
  const id = raw["ProductoID"];
  const product = typeof id === "string" &&
      id.length <= BRANCH_SYNC_LENGTHS.product
    ? parseProductId(id)
    : undefined;
  if (product === undefined) return undefined;
  const site = parseSiteCode(branch) ?? branchOfProduct(product);
  if (site === undefined) return undefined;
  const price = parseUnits(
    first(raw, "ProductoPrecioVenta", "PrecioVenta", "Precio"),
    2,
  );
  const { name, description, category } = BRANCH_SYNC_LENGTHS;
  return {
    product,
    site,
    name: readText(first(raw, "ProductoNombre", "Nombre"), name) || null,
    description: readTextOrNull(
      first(raw, "ProductoDescripcion", "Descripcion"),
      description,
    ),
    category: readTextOrNull(
      first(raw, "ProductoCategoria", "Categoria"),
      category,
    ),
    barcode: readTextOrNull(raw["CodigoBarras"], category),
    price: price !== undefined && price > 0 && price <= BRANCH_SYNC_CENTS_MAX
      ? price
      : null,
    stock: readInteger(first(raw, "ProductoStock", "Stock")),
  };
}

/**
 * The branch whose product one is, by the prefix of its id.
 *
 * @param product The product.
 * @returns The code; undefined if the id has none.
 */
export function branchOfProduct(product: ProductId): SiteCode | undefined {
  return parseSiteCode(PREFIX.exec(product)?.[1]);
}

function readCustomer(raw: JsonObject): BranchSyncSale["customer"] {
  const [name, document] = ["ClienteNombre", "ClienteDNI"].map((field) =>
    readText(raw[field], BRANCH_SYNC_LENGTHS.customer)
  );
  return name || document
    ? { name: name ?? "", document: document ?? "" }
    : null;
}

/** The first of several fields that says something. */
function first(raw: JsonObject, ...names: readonly string[]): unknown {
  for (const name of names) {
    const value = raw[name];
    if (!isAbsent(value)) return value;
  }
  return undefined;
}

function isAbsent(value: unknown): value is null | undefined {
  return value === undefined || value === null;
}

function readText(value: unknown, longest: number): string {
  const text = typeof value === "number" ? `${value}` : value;
  if (typeof text !== "string") return "";
  // deno-lint-ignore no-control-regex -- control characters are what is replaced
  return text.slice(0, longest).replace(/[\u0000-\u001f]/g, " ")
    .toWellFormed();
}

function readTextOrNull(value: unknown, longest: number): string | null {
  return isAbsent(value) ? null : readText(value, longest);
}

/** A whole number of the original storage; a fraction is cut off. */
function readInteger(value: unknown): number | null {
  const thousandths = isAbsent(value) ? undefined : parseUnits(value, 3);
  if (thousandths === undefined) return null;
  const whole = Math.trunc(thousandths / 1000) + 0;
  return Math.abs(whole) <= BRANCH_SYNC_INTEGER_MAX ? whole : null;
}
