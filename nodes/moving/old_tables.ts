/**
 * The tables of the older branch software, of both generations: which file is which table, which columns each has, and
 * what a row of it says.
 *
 * @module
 */
import { quote } from "../option_parser.ts";
import {
  presentText,
  readBit,
  readDecimal,
  readWall,
  readWhole,
} from "./old_values.ts";
import type { LineRecord } from "./table_text.ts";

/** What a table holds. */
export type TableKind =
  | "branches"
  | "users"
  | "products"
  | "sales"
  | "lines"
  | "log";

/** Names of tables, of both generations and of the older central. */
const KINDS: ReadonlyMap<string, TableKind> = new Map([
  ["sucursales", "branches"],
  ["usuarios", "users"],
  ["productos", "products"],
  ["productos_consolidado", "products"],
  ["ventas", "sales"],
  ["ventas_consolidadas", "sales"],
  ["detalleventa", "lines"],
  ["detalleventa_consolidado", "lines"],
  ["logsincronizacion", "log"],
]);

/** The names that a file may have, for messages. */
export const TABLE_NAMES: readonly string[] = [
  ...["Sucursales", "Usuarios", "Productos", "Ventas", "DetalleVenta"],
  ...["Ventas_Consolidadas", "DetalleVenta_Consolidado"],
  "Productos_Consolidado",
];

/**
 * The table that a file holds.
 *
 * @param file The file's name without folders, such as `dbo.Ventas.csv`.
 * @returns What it holds, or undefined if it is none of the tables.
 */
export function tableOfFile(file: string): TableKind | undefined {
  const name = /^(?:.*\.)?([^.]+)\.(?:csv|txt|tsv)$/i.exec(file)?.[1];
  return name === undefined ? undefined : KINDS.get(name.toLowerCase());
}

type ColumnKind = "text" | "whole" | "decimal" | "bit" | "wall";

interface Column {
  /** Its names, the current one first. */
  readonly names: readonly string[];
  readonly kind: ColumnKind;
  readonly required?: true;
}

const column = <K extends ColumnKind>(kind: K) => (...names: string[]) => ({
  names,
  kind,
});
const text = column("text");
const whole = column("whole");
const decimal = column("decimal");
const bit = column("bit");
const wall = column("wall");
const needed = <C extends Column>(one: C) => ({
  ...one,
  required: true as const,
});

const COLUMNS = {
  branches: {
    code: needed(text("CodigoSucursal")),
    name: text("Nombre"),
    city: text("Ciudad"),
  },
  users: {
    id: needed(whole("UsuarioID")),
    name: needed(text("NombreUsuario")),
    hash: needed(text("Password")),
    fullName: text("NombreCompleto"),
    role: text("Rol"),
    site: text("SucursalPermitida"),
    active: bit("Activo"),
  },
  products: {
    id: needed(text("ProductoID")),
    site: text("CodigoSucursal"),
    name: needed(text("Nombre")),
    description: text("Descripcion"),
    image: text("Imagen"),
    cost: decimal("PrecioCompra"),
    price: decimal("PrecioVenta", "Precio"),
    stock: whole("Stock"),
    minimum: whole("StockMinimo"),
    category: text("Categoria"),
    barcode: text("CodigoBarras"),
  },
  sales: {
    id: needed(text("VentaID")),
    site: text("CodigoSucursal"),
    customer: text("ClienteNombre"),
    document: text("ClienteDNI"),
    total: decimal("Total"),
    at: needed(wall("FechaVenta")),
    user: whole("UsuarioID"),
    seller: text("NombreCajero", "NombreVendedor"),
  },
  lines: {
    id: text("DetalleID"),
    sale: needed(text("VentaID")),
    product: needed(text("ProductoID")),
    quantity: needed(decimal("Cantidad")),
    price: needed(decimal("PrecioUnitario")),
    subtotal: decimal("Subtotal"),
  },
  log: {},
} as const satisfies Record<TableKind, Readonly<Record<string, Column>>>;

type ValueOf<C extends Column> =
  | (C["kind"] extends "text" | "wall" ? string
    : C["kind"] extends "bit" ? boolean
    : number)
  | (C extends { readonly required: true } ? never : undefined);

/** A row of a table; a column that is not there, or holds nothing, is undefined. */
export type OldRow<K extends TableKind> =
  & {
    readonly [C in keyof (typeof COLUMNS)[K]]: (typeof COLUMNS)[K][C] extends
      Column ? ValueOf<(typeof COLUMNS)[K][C]>
      : never;
  }
  & {
    /** The line on which it begins. */
    readonly line: number;
  };

/** A row that cannot be used, and why. */
export interface RefusedRow {
  /** The line on which it begins. */
  readonly line: number;
  /** One sentence. */
  readonly reason: string;
}

/** Reads rows of one table. */
export type RowReader<K extends TableKind> = (
  record: LineRecord,
) => OldRow<K> | RefusedRow | undefined;

/**
 * Makes a reader of a table's rows.
 *
 * @param kind What the table holds.
 * @param header The names of its columns, as the first record has them.
 * @returns Reads a record: a row, why it is none, or undefined for what export tools write between rows; or a sentence
 * if a column is missing.
 */
export function createRowReader<K extends TableKind>(
  kind: K,
  header: readonly string[],
): RowReader<K> | string {
  const columns = Object.entries<Column>(COLUMNS[kind]);
  const places = new Map<string, number>();
  const names = header.map((name) =>
    name.trim().replaceAll(/^\[|\]$/g, "").toLowerCase()
  );
  for (const [key, { names: known, required }] of columns) {
    const place = known.map((name) => names.indexOf(name.toLowerCase()))
      .find((found) => found >= 0);
    if (place !== undefined) places.set(key, place);
    else if (required === true) {
      return `the first line must name the columns, and "${
        known[0]
      }" is not among them: export the table with its header`;
    }
  }
  return ({ line, fields }) => {
    if (fields === undefined) {
      return { line, reason: "it cannot be read: a quote is not closed" };
    }
    if (isDecoration(fields)) return undefined;
    if (fields.length !== header.length) {
      return {
        line,
        reason:
          `it has ${fields.length} fields, and the first line has ${header.length}`,
      };
    }
    return readRow<K>(columns, places, { line, fields });
  };
}

function readRow<K extends TableKind>(
  columns: readonly (readonly [string, Column])[],
  places: ReadonlyMap<string, number>,
  { line, fields }: {
    readonly line: number;
    readonly fields: readonly string[];
  },
): OldRow<K> | RefusedRow {
  const row: Record<string, unknown> = { line };
  for (const [key, { names: [name = key], kind, required }] of columns) {
    const place = places.get(key);
    const present = place === undefined
      ? undefined
      : presentText(fields[place]);
    if (present === undefined) {
      if (required === true) return { line, reason: `${name} is empty` };
      continue;
    }
    const value = READERS[kind](present);
    if (value === undefined) {
      const shown = key === "hash" ? "" : `: ${quote(present)}`;
      return { line, reason: `${name} is not ${WORDS[kind]}${shown}` };
    }
    row[key] = value;
  }
  return row as OldRow<K>;
}

const READERS: Readonly<Record<ColumnKind, (text: string) => unknown>> = {
  text: (it) => it,
  whole: readWhole,
  decimal: readDecimal,
  bit: readBit,
  wall: readWall,
};

const WORDS: Readonly<Record<ColumnKind, string>> = {
  text: "a text",
  whole: "a whole number",
  decimal: "a number",
  bit: "0 or 1",
  wall: "a date and time",
};

/** Rules of dashes under a header and counts of rows below, as command-line tools write them. */
function isDecoration(fields: readonly string[]): boolean {
  return fields.every((field) => /^\s*-+\s*$/.test(field)) ||
    (fields.length === 1 && /^\s*\(\d+ (rows?|filas?)\b.*\)\s*$/i.test(
      fields[0] ?? "",
    ));
}
