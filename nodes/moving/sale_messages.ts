/**
 * Rows of tables as messages of a branch: the same form in which an installed branch tells a central of its sales.
 *
 * @module
 */
import type { OldRow } from "./old_tables.ts";
import type { FileRow, OldTables } from "./read_tables.ts";

/** Most sales of one message. */
export const MOVED_SALES_MAX = 2000;
/** Most products of one message. */
export const MOVED_PRODUCTS_MAX = 500;
/** Longest message, in characters of its JSON, where its sales allow. */
const MESSAGE_LENGTH_MAX = 2 * 1024 * 1024;

/** A sale with its lines, ready to be sent. */
export interface MovedSale {
  /** The sale's row. */
  readonly sale: FileRow<"sales">;
  /** Its lines' rows. */
  readonly lines: readonly FileRow<"lines">[];
  /** The branch. */
  readonly site: string;
  /** The sale as a message has it. */
  readonly body: Readonly<Record<string, unknown>>;
}

/** The branch at the front of a number such as `ABA-20250304-001` or `ABA-PROD-014`. */
export function prefixOf(id: string): string | undefined {
  return /^([A-Za-z0-9]{2,12})-/.exec(id)?.[1]?.toUpperCase();
}

/**
 * Joins sales with their lines, sellers and the names of what was sold. A line without a sale is reported.
 *
 * @param tables The tables.
 * @returns Sales in the order of their wall clocks.
 */
export function salesOf({ rows }: OldTables): MovedSale[] {
  const lines = Map.groupBy(rows.lines, ({ row }) => row.sale);
  const used = new Set<string>();
  const users = new Map<number | undefined, string | undefined>(
    rows.users.map(({ row }) => [row.id, row.fullName]),
  );
  const products = new Map(rows.products.map(({ row }) => [row.id, row]));
  const sales = rows.sales.map((sale) => {
    const { row } = sale;
    const own = linesOf(lines.get(row.id) ?? [], sale.report.file);
    used.add(row.id);
    const site = (row.site ?? prefixOf(row.id) ?? "").toUpperCase();
    const body = {
      VentaID: row.id,
      // As the branch itself writes it, so that its setting says what the `Z` means.
      FechaVenta: `${row.at}Z`,
      Total: row.total,
      CodigoSucursal: site,
      UsuarioID: row.user,
      NombreVendedor: row.seller ?? users.get(row.user),
      ClienteNombre: row.customer,
      ClienteDNI: row.document,
      Detalles: own.map((line) => lineBody(line.row, products)),
    };
    return { sale, lines: own, site, body };
  });
  for (const left of rows.lines.filter(({ row }) => !used.has(row.sale))) {
    left.report.refused.push({
      line: left.row.line,
      reason: `there is no sale ${left.row.sale} in these tables`,
    });
  }
  return sales.toSorted((a, b) => a.sale.row.at < b.sale.row.at ? -1 : 1);
}

/** Tables of several databases may lie together: a sale's lines are those of one file, its own database's if it can. */
function linesOf(
  all: readonly FileRow<"lines">[],
  file: string,
): readonly FileRow<"lines">[] {
  const files = Map.groupBy(all, ({ report }) => report);
  const own = [...files.keys()]
    .find((report) => databaseOf(report.file) === databaseOf(file));
  return (own === undefined ? [...files.values()][0] : files.get(own)) ?? [];
}

/** What tells the files of one database from another's: what stands before the table's name, and its suffix. */
function databaseOf(file: string): string {
  const name = file.toLowerCase().replace(/\.[^.]*$/, "");
  return name.slice(0, name.lastIndexOf(".") + 1) +
    (/_consolidad[oa]s?$/.test(name) ? "consolidated" : "");
}

function lineBody(
  row: OldRow<"lines">,
  products: ReadonlyMap<string, OldRow<"products">>,
): Readonly<Record<string, unknown>> {
  const product = products.get(row.product);
  return {
    DetalleID: row.id,
    ProductoID: row.product,
    Cantidad: row.quantity,
    PrecioUnitario: row.price,
    Subtotal: row.subtotal,
    ProductoNombre: product?.name,
    ProductoCodigo: product?.site,
  };
}

/**
 * A product as a message has it.
 *
 * @param row Its row.
 * @returns The snapshot.
 */
export function productBody(
  row: OldRow<"products">,
): Readonly<Record<string, unknown>> {
  return {
    ProductoID: row.id,
    CodigoSucursal: row.site ?? prefixOf(row.id),
    Nombre: row.name,
    Descripcion: row.description,
    Categoria: row.category,
    CodigoBarras: row.barcode,
    PrecioVenta: row.price,
    Stock: row.stock,
  };
}

/**
 * Divides sales of one branch into messages.
 *
 * @param sales The sales, in order.
 * @returns Sales of one message each.
 */
export function batchesOf(sales: readonly MovedSale[]): MovedSale[][] {
  const batches: MovedSale[][] = [];
  let length = Infinity;
  for (const sale of sales) {
    const more = JSON.stringify(sale.body).length;
    const last = batches.at(-1);
    if (
      last === undefined || last.length >= MOVED_SALES_MAX ||
      length + more > MESSAGE_LENGTH_MAX
    ) {
      batches.push([sale]);
      length = more;
    } else {
      last.push(sale);
      length += more;
    }
  }
  return batches;
}
