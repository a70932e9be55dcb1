/**
 * A generated day of sales of one installed branch: typical lines, typical names, in the form of the messages that such
 * branches send. The same day can be sold at a node.
 *
 * @module
 */
import { createSeededRandom, randomBelow } from "../../crdt/mod.ts";

/** A product of the day; price in cents. */
export interface DayProduct {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly category: string;
  readonly price: number;
}

/** A sale of the day. */
export interface DaySale {
  /** Milliseconds since midnight on the branch's wall. */
  readonly wallMs: number;
  readonly user: number;
  readonly lines: readonly {
    readonly product: DayProduct;
    readonly quantity: number;
  }[];
}

const PRODUCTS = 300;
/** Lines of each sale that shows the catalog. */
const CATALOG_LINES = 10;
const OPENING_MS = 7 * 3_600_000;
const OPEN_MS = 14 * 3_600_000;
const USERS = ["Administrador", "Rosa Quispe Mamani", "Luis Huaman Ccori"];
const THINGS = ["Arroz", "Leche", "Aceite", "Fideos", "Azucar", "Atun", "Cafe"];
const BRANDS = ["Superior", "Gloria", "Primor", "Don Vittorio", "Cartavio"];
const SIZES = ["250g", "500g", "1kg", "1L", "2L", "900ml"];
const CATEGORIES = ["Abarrotes", "Lacteos", "Bebidas", "Panaderia"];

/** The catalog of a branch. */
export function dayProducts(site: string): DayProduct[] {
  const random = createSeededRandom(11);
  const pick = (list: readonly string[]) =>
    list[randomBelow(random, list.length)] ?? "";
  return Array.from({ length: PRODUCTS }, (_, i) => ({
    id: `${site}-PROD-${String(i + 1).padStart(3, "0")}`,
    name: `${pick(THINGS)} ${pick(BRANDS)} ${pick(SIZES)}`,
    description: `Presentacion de ${pick(SIZES)}`,
    category: pick(CATEGORIES),
    price: 50 + 10 * randomBelow(random, 200),
  }));
}

/**
 * Sales of one day: one to five lines, three on the average.
 *
 * @param site The branch.
 * @param count How many.
 * @param seed What they come from.
 */
export function daySales(site: string, count: number, seed = 1): DaySale[] {
  const random = createSeededRandom(seed);
  const products = dayProducts(site);
  return Array.from({ length: count }, (_, i) => ({
    wallMs: OPENING_MS + Math.floor(OPEN_MS * i / count),
    user: 1 + randomBelow(random, USERS.length),
    lines: Array.from({ length: 1 + randomBelow(random, 5) }, () => ({
      product: products[randomBelow(random, products.length)] as DayProduct,
      quantity: 1 + randomBelow(random, 4),
    })),
  }));
}

/**
 * Sales that have every product of the branch in a line.
 *
 * @param site The branch.
 */
export function catalogSales(site: string): DaySale[] {
  const products = dayProducts(site);
  const lines = products.map((product) => ({ product, quantity: 1 }));
  return Array.from({ length: PRODUCTS / CATALOG_LINES }, (_, i) => ({
    wallMs: OPENING_MS,
    user: 1,
    lines: lines.slice(i * CATALOG_LINES, (i + 1) * CATALOG_LINES),
  }));
}

/** The name of a user of the day. */
export function dayUser(user: number): string {
  return USERS[user - 1] ?? "";
}

/** The number of a sale. */
export function receiptOf(site: string, day: string, number: number): string {
  return `${site}-${day.replaceAll("-", "")}-${
    String(number).padStart(3, "0")
  }`;
}

/**
 * The message that an installed branch sends of sales.
 *
 * @param site The branch.
 * @param day The date, `YYYY-MM-DD`.
 * @param sales The sales.
 * @param first The first one's number.
 * @returns JSON as it stands on the wire.
 */
export function messageOf(
  site: string,
  day: string,
  sales: readonly DaySale[],
  first = 1,
): string {
  const midnight = Date.parse(`${day}T00:00:00Z`);
  return JSON.stringify({
    sucursal: site,
    nombreSucursal: `Sucursal ${site}`,
    ventas: sales.map(({ wallMs, user, lines }, i) => {
      const id = receiptOf(site, day, first + i);
      return {
        VentaID: id,
        FechaVenta: new Date(midnight + wallMs).toISOString(),
        Total: lines.reduce((sum, one) =>
          sum + one.quantity * one.product.price, 0) / 100,
        CodigoSucursal: site,
        UsuarioID: user,
        NombreVendedor: dayUser(user),
        Detalles: lines.map(({ product, quantity }, k) => ({
          DetalleID: `${id}-${k + 1}`,
          ProductoID: product.id,
          Cantidad: quantity,
          PrecioUnitario: product.price / 100,
          Subtotal: quantity * product.price / 100,
          ProductoNombre: product.name,
          ProductoCodigo: site,
          ProductoDescripcion: product.description,
          ProductoCategoria: product.category,
          ProductoPrecioVenta: product.price / 100,
          ProductoStock: 500 - (i + k) % 400,
        })),
      };
    }),
  });
}
