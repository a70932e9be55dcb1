/**
 * A model of the installed central that branches send their sales to, as it really behaves: one body, one transaction,
 * the first version of a sale wins, a failed transaction is never rolled back. It is pure: whoever uses it carries the
 * bytes, so that it can stand behind a socket or in a simulation.
 *
 * @module
 */

/** Most bytes of a body, after decompression. */
export const ORIGINAL_BODY_BYTES_MAX = 102_400;
/** Connections to the storage; each failed transaction keeps one for good. */
export const ORIGINAL_CONNECTIONS_MAX = 10;

/** A line as the central stores it; amounts in cents. */
export interface CentralLine {
  readonly id: string;
  readonly product: string;
  readonly quantity: number;
  readonly price: number;
  readonly subtotal: number;
}

/** A sale as the central stores it; `wall` is its wall clock in milliseconds, as if it were UTC. */
export interface CentralSale {
  readonly id: string;
  readonly wall: number;
  readonly total: number;
  readonly site: string;
  readonly user: number | null;
  readonly lines: readonly CentralLine[];
}

/** A product as the central stores it; amounts in cents. */
export interface CentralProduct {
  readonly id: string;
  readonly site: string;
  readonly name: string;
  readonly description: string | null;
  readonly category: string | null;
  readonly price: number;
  readonly stock: number;
}

/** A row of its log. */
export interface CentralLogRow {
  readonly type: "RECEPCION";
  readonly state: "EXITOSA" | "ERROR";
  readonly message: string;
}

/** An answer; `type` is the media type. */
export interface OriginalAnswer {
  readonly status: number;
  readonly type: "application/json" | "text/html";
  readonly body: string;
}

/** How a central is installed. */
export interface OriginalCentralOptions {
  /** Branch codes that it knows; the seed if left out. */
  readonly sites?: readonly string[];
  /** User numbers that it knows; only 1 if left out. */
  readonly users?: readonly number[];
  /** Minutes that its host's clock is ahead of UTC; Lima's if left out. */
  readonly offset?: number;
  /** False for a node that is no central. */
  readonly isCentral?: boolean;
}

/** An installed central. */
export interface OriginalCentralModel {
  /** Its sales by id. */
  readonly sales: ReadonlyMap<string, CentralSale>;
  /** Its products by id. */
  readonly products: ReadonlyMap<string, CentralProduct>;
  /** Its log, oldest first. */
  readonly log: readonly CentralLogRow[];
  /** Storage connections that failed transactions keep. */
  readonly lostConnections: number;
  /** How many bodies were larger than it takes. */
  readonly refusedBodies: number;
  /** How many sales came a second time. */
  readonly skipped: number;
  /**
   * Receives a body that was inflated already. What it answers is committed; losing the answer is the caller's part.
   *
   * @returns The answer; null if it never answers because all its connections are lost.
   */
  receive(body: Uint8Array): OriginalAnswer | null;
  /** Answers `GET /api/ventas/:id`. */
  sale(id: string): OriginalAnswer | null;
  /** Registers a branch code. */
  addSite(code: string): void;
  /** Registers a user number. */
  addUser(user: number): void;
  /** Deletes a sale, as a person can. */
  deleteSale(id: string): void;
  /** Ends and starts again: connections are free, what was committed stays. */
  restart(): void;
}

/** What its storage refuses. */
class StorageError extends Error {}

/**
 * Makes a central.
 *
 * @param options How it is installed.
 * @returns The central, with no sale.
 */
export function createOriginalCentral(
  options: OriginalCentralOptions = {},
): OriginalCentralModel {
  const sites = new Set(options.sites ?? ["LIM", "CUS", "ABA"]);
  const users = new Set(options.users ?? [1]);
  const { offset = -300, isCentral = true } = options;
  let sales = new Map<string, CentralSale>();
  let products = new Map<string, CentralProduct>();
  const log: CentralLogRow[] = [];
  let lost = 0;
  let refused = 0;
  let skipped = 0;

  const isStuck = () => lost >= ORIGINAL_CONNECTIONS_MAX;

  const store = (message: Fields): number => {
    const shelf: Shelf = {
      sales: new Map(sales),
      products: new Map(products),
      lines: new Set(
        [...sales.values()].flatMap(({ lines }) => lines.map(({ id }) => id)),
      ),
      sites,
      users,
      offset,
    };
    let inserted = 0;
    let known = 0;
    for (const sale of message["ventas"] as unknown[]) {
      if (insertSale(shelf, sale)) inserted++;
      else known++;
    }
    sales = shelf.sales;
    products = shelf.products;
    skipped += known;
    return inserted;
  };

  const receiveMessage = (message: Fields): OriginalAnswer | null => {
    if (!isCentral) return failure(400, "Este nodo no es central");
    if (!message["sucursal"] || !Array.isArray(message["ventas"])) {
      return failure(400, "Datos inválidos");
    }
    // All connections are lost: it waits for one for ever.
    if (isStuck()) return null;
    const name = String(message["nombreSucursal"]);
    try {
      const inserted = store(message);
      const text = `${inserted} ventas recibidas de ${name}`;
      log.push({ type: "RECEPCION", state: "EXITOSA", message: text });
      return json(200, {
        success: true,
        message: text,
        ventasRecibidas: inserted,
      });
    } catch (error) {
      if (!(error instanceof StorageError)) throw error;
      lost++;
      // The log row of an error is written outside the transaction, if a connection is left for it.
      if (!isStuck()) {
        log.push({ type: "RECEPCION", state: "ERROR", message: error.message });
      }
      return failure(500, error.message);
    }
  };

  return {
    get sales() {
      return sales;
    },
    get products() {
      return products;
    },
    log,
    get lostConnections() {
      return lost;
    },
    get refusedBodies() {
      return refused;
    },
    get skipped() {
      return skipped;
    },
    receive(body) {
      if (body.length > ORIGINAL_BODY_BYTES_MAX) {
        refused++;
        return page(413, "PayloadTooLargeError: request entity too large");
      }
      let message: unknown;
      try {
        message = JSON.parse(new TextDecoder().decode(body));
      } catch {
        return page(400, "SyntaxError: Unexpected token in JSON");
      }
      // A top-level string or number is refused before any route sees it.
      if (typeof message !== "object" || message === null) {
        return page(400, "SyntaxError: Unexpected token in JSON");
      }
      return receiveMessage(message as Fields);
    },
    sale(id) {
      if (isStuck()) return null;
      const sale = sales.get(id);
      if (sale === undefined) return failure(404, "Venta no encontrada");
      return json(200, { success: true, venta: shown(sale, products) });
    },
    addSite: (code) => void sites.add(code),
    addUser: (user) => void users.add(user),
    deleteSale: (id) => void sales.delete(id),
    restart: () => void (lost = 0),
  };
}

type Fields = Readonly<Record<string, unknown>>;

interface Shelf {
  readonly sales: Map<string, CentralSale>;
  readonly products: Map<string, CentralProduct>;
  readonly lines: Set<string>;
  readonly sites: ReadonlySet<string>;
  readonly users: ReadonlySet<number>;
  readonly offset: number;
}

/** Inserts a sale with its products and lines. Returns false for one that is there: everything of it is skipped. */
function insertSale(shelf: Shelf, value: unknown): boolean {
  const sale = fieldsOf(value);
  const id = text(sale["VentaID"], 25);
  if (id === null) throw new StorageError("VentaID: null");
  if (shelf.sales.has(id)) return false;
  const lines = sale["Detalles"] ?? [];
  if (!Array.isArray(lines)) throw new StorageError("Detalles is not iterable");
  for (const line of lines) putProduct(shelf, fieldsOf(line));
  const site = required(text(sale["CodigoSucursal"], 3), "CodigoSucursal");
  if (!shelf.sites.has(site)) throw foreignKey("Sucursales");
  const user = sale["UsuarioID"] === undefined || sale["UsuarioID"] === null
    ? null
    : integer(sale["UsuarioID"]);
  if (user !== null && !shelf.users.has(user)) throw foreignKey("Usuarios");
  shelf.sales.set(id, {
    id,
    wall: storedWall(sale["FechaVenta"], shelf.offset),
    total: required(cents(sale["Total"]), "Total"),
    site,
    user,
    lines: lines.map((line) => lineOf(shelf, fieldsOf(line))),
  });
  return true;
}

/** A product is created from the line, or has its stock and price replaced; an absent stock is 0. */
function putProduct(shelf: Shelf, line: Fields): void {
  const id = required(text(line["ProductoID"], 20), "ProductoID");
  const price = cents(line["ProductoPrecioVenta"] || line["PrecioUnitario"]);
  const stock = integer(line["ProductoStock"] || 0);
  const known = shelf.products.get(id);
  if (known !== undefined) {
    shelf.products.set(id, {
      ...known,
      stock,
      price: required(price, "PrecioVenta"),
    });
    return;
  }
  const site = required(text(line["ProductoCodigo"], 3), "CodigoSucursal");
  if (!shelf.sites.has(site)) throw foreignKey("Sucursales");
  shelf.products.set(id, {
    id,
    site,
    name: required(
      text(line["ProductoNombre"] || "Producto sincronizado", 100),
      "Nombre",
    ),
    description: text(line["ProductoDescripcion"] || "", 255),
    category: text(line["ProductoCategoria"] || "General", 50),
    price: required(price, "PrecioVenta"),
    stock,
  });
}

function lineOf(shelf: Shelf, line: Fields): CentralLine {
  const id = required(text(line["DetalleID"], 30), "DetalleID");
  if (shelf.lines.has(id)) throw new StorageError("Violation of PRIMARY KEY");
  shelf.lines.add(id);
  return {
    id,
    product: required(text(line["ProductoID"], 20), "ProductoID"),
    quantity: integer(line["Cantidad"]),
    price: required(cents(line["PrecioUnitario"]), "PrecioUnitario"),
    subtotal: required(cents(line["Subtotal"]), "Subtotal"),
  };
}

function fieldsOf(value: unknown): Fields {
  if (typeof value !== "object" || value === null) {
    throw new StorageError("Cannot read properties of undefined");
  }
  return value as Fields;
}

function required<T>(value: T | null, column: string): T {
  if (value === null) {
    throw new StorageError(`Cannot insert NULL into column ${column}`);
  }
  return value;
}

function foreignKey(table: string): StorageError {
  return new StorageError(`Conflicted with the FOREIGN KEY to ${table}`);
}

/** A VARCHAR: what Latin-1 lacks is lost, what is too long is refused. */
function text(value: unknown, length: number): string | null {
  if (value === undefined || value === null) return null;
  if (typeof value !== "string") throw new StorageError("Invalid string.");
  if (value.length > length) {
    throw new StorageError("String or binary data would be truncated.");
  }
  return value.replace(/[\u{100}-\u{10ffff}]/gu, "?");
}

/** A DECIMAL(10,2) in cents: multiplied in floating point and rounded half away from zero. */
function cents(value: unknown): number | null {
  if (value === undefined || value === null) return null;
  const number = Number(value);
  if (!Number.isFinite(number)) throw new StorageError("Invalid number.");
  const scaled = Math.sign(number) * Math.round(Math.abs(number) * 100);
  if (Math.abs(scaled) > 9_999_999_999) {
    throw new StorageError("Arithmetic overflow error.");
  }
  return scaled === 0 ? 0 : scaled;
}

/** An INT: a fraction is cut off. */
function integer(value: unknown): number {
  const number = Math.trunc(Number(value));
  if (!(Math.abs(number) < 2 ** 31)) throw new StorageError("Invalid number.");
  return number === 0 ? 0 : number;
}

/**
 * A DATETIME: the UTC components of the instant that the host reads, in steps of 1/300 s. A text without a zone is the
 * host's local time, so its wall clock is shifted.
 */
function storedWall(value: unknown, offset: number): number {
  if (typeof value !== "string") throw new StorageError("Invalid date.");
  const isLocal = /^\d{4}-\d\d-\d\dT[\d:.]+$/.test(value);
  const ms = Date.parse(isLocal ? `${value}Z` : value) -
    (isLocal ? offset * 60_000 : 0);
  if (!Number.isFinite(ms)) throw new StorageError("Invalid date.");
  return Math.round(Math.round(ms * 3 / 10) * 10 / 3);
}

function shown(
  sale: CentralSale,
  products: ReadonlyMap<string, CentralProduct>,
): unknown {
  return {
    VentaID: sale.id,
    NumeroVenta: sale.id,
    FechaVenta: new Date(sale.wall).toISOString(),
    Total: sale.total / 100,
    CodigoSucursal: sale.site,
    Vendedor: sale.user === null ? null : `Usuario ${sale.user}`,
    UsuarioID: sale.user,
    Detalles: sale.lines.map((line) => ({
      DetalleID: line.id,
      ProductoID: line.product,
      Cantidad: line.quantity,
      PrecioUnitario: line.price / 100,
      Subtotal: line.subtotal / 100,
      ProductoNombre: products.get(line.product)?.name,
      ProductoCodigo: products.get(line.product)?.site,
    })),
  };
}

function json(status: number, body: unknown): OriginalAnswer {
  return { status, type: "application/json", body: JSON.stringify(body) };
}

function failure(status: number, error: string): OriginalAnswer {
  return json(status, { success: false, error });
}

/** The installed server answers what no route sees with a page that shows a stack trace. */
function page(status: number, error: string): OriginalAnswer {
  const body =
    `<!DOCTYPE html><html><body><pre>${error}<br> at C:\\app\\node_modules</pre></body></html>`;
  return { status, type: "text/html", body };
}
