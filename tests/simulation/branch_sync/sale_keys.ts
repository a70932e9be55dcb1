/**
 * What tells one sale of an original branch from another, as a plain text: written here a second time, apart from what
 * nodes do, so that it can be held against them.
 *
 * @module
 */
import { type Row, SALES } from "../../../crdt/mod.ts";
import type { Replica } from "../../../nodes/replica.ts";
import type { BranchSale } from "../../support/original_branch_model.ts";

/** A sale that was sent. */
export interface SentSale {
  /** Its number. */
  readonly receipt: string;
  /** Number, wall clock, total and lines. */
  readonly key: string;
  /** Its total in cents. */
  readonly total: number;
}

/** What a message says of the stock of its products, and what that is as new as. */
export interface SentStock {
  /** The greatest wall clock of its sales, in milliseconds. */
  readonly version: number;
  /** Stock by product. */
  readonly products: ReadonlyMap<string, number>;
}

type Fields = Readonly<Record<string, unknown>>;

function cents(value: unknown): number {
  return Math.round(Number(value) * 100);
}

function keyOf(
  { receipt, wall, total, lines }: {
    readonly receipt: string;
    readonly wall: string;
    readonly total: number;
    readonly lines: readonly (readonly [string, number, number, number])[];
  },
): string {
  const sorted = lines.map((line) => line.join("/")).toSorted();
  return [receipt, wall.slice(0, 19), total, ...sorted].join(" ");
}

/** The key of a sale in a message. */
export function keyOfSent(sale: Fields): SentSale {
  const receipt = String(sale["VentaID"]);
  const total = cents(sale["Total"]);
  const lines = (sale["Detalles"] as Fields[]).map((line) =>
    [
      String(line["ProductoID"]),
      Number(line["Cantidad"]),
      cents(line["PrecioUnitario"]),
      cents(line["Subtotal"]),
    ] as const
  );
  const wall = String(sale["FechaVenta"]);
  return { receipt, total, key: keyOf({ receipt, wall, total, lines }) };
}

/** The key of a sale as its branch holds it. */
export function keyOfHeld({ id, wall, total, lines }: BranchSale): string {
  // Storage keeps steps of 1/300 s.
  const stored = Math.round(Math.round(wall * 3 / 10) * 10 / 3);
  return keyOf({
    receipt: id,
    wall: new Date(stored).toISOString(),
    total,
    lines: lines.map((
      { product, quantity, price },
    ) => [product, quantity, price, price * quantity]),
  });
}

/** What a message says of stock: a product in several lines has one stock, that of when it was sent. */
export function stockOfSent(sales: readonly Fields[]): SentStock {
  const products = new Map<string, number>();
  let version = 0;
  for (const sale of sales) {
    version = Math.max(version, Date.parse(String(sale["FechaVenta"])));
    for (const line of sale["Detalles"] as Fields[]) {
      products.set(String(line["ProductoID"]), Number(line["ProductoStock"]));
    }
  }
  return { version, products };
}

/** A sale of an original branch as a node holds it. */
export interface HeldSale {
  /** Its key. */
  readonly key: string;
  /** Its number. */
  readonly receipt: string;
  /** Its total in cents. */
  readonly total: number;
  /** Whether somebody voided it. */
  readonly voided: boolean;
  /** Its id, 16 bytes. */
  readonly id: Uint8Array;
  /** The row. */
  readonly row: Row;
}

function heldOf(row: Row): HeldSale | undefined {
  const terms = row["terms"] === null ? {} : JSON.parse(String(row["terms"]));
  if (terms.legacy === undefined) return undefined;
  const receipt = String(row["receipt"]);
  const total = Number(row["total"]);
  const lines = (JSON.parse(String(row["lines"])) as unknown[][]).map((
    [product, , quantity, amount, price],
  ) =>
    [String(product), Number(quantity), Number(price), Number(amount)] as const
  );
  const wall = String(terms.legacy.wall);
  return {
    key: keyOf({ receipt, wall, total, lines }),
    receipt,
    total,
    voided: row["voided"] === 1,
    id: row["id"] as Uint8Array,
    row,
  };
}

/** The sales of original branches that count at a node: of a site, or under a number. */
export function heldSales(
  { reader }: Replica,
  of: { readonly site: string } | { readonly receipt: string },
): HeldSale[] {
  const rows = "site" in of
    ? reader.scan(SALES, { prefix: [of.site] })
    : reader.scan(SALES, { index: "by_receipt", prefix: [of.receipt] });
  return rows.map(heldOf).filter((sale) => sale !== undefined);
}
