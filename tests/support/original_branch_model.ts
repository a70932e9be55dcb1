/**
 * A model of an installed branch, as far as a central and whoever reads its open interface see it: how it numbers and
 * deletes sales, what it sends, and what it takes for an acknowledgement. It is pure: whoever uses it carries requests
 * and answers.
 *
 * @module
 */
import type { OriginalAnswer } from "./original_central_model.ts";

/** A product of a branch; amounts in cents. */
export interface BranchProduct {
  readonly id: string;
  readonly name: string;
  readonly description: string | null;
  readonly category: string | null;
  readonly price: number;
  readonly stock: number;
}

/** A sale of a branch; `wall` is its wall clock in milliseconds, as if it were UTC. */
export interface BranchSale {
  readonly id: string;
  readonly wall: number;
  readonly total: number;
  readonly user: number | null;
  readonly lines: readonly {
    readonly product: string;
    readonly quantity: number;
    readonly price: number;
  }[];
  /** True once it was acknowledged. */
  readonly synced: boolean;
}

/** A request that the branch makes. `sales` are those that it marks when this is acknowledged. */
export interface BranchRequest {
  readonly method: "POST" | "GET";
  readonly url: string;
  /** JSON, never compressed; null of a GET. */
  readonly body: string | null;
  readonly sales: readonly string[];
}

/** How a request ended: what was answered, or that no answer came. */
export type BranchReply =
  | {
    readonly kind: "answered";
    readonly status: number;
    readonly body: string;
    /** Where a redirect points. */
    readonly location?: string;
  }
  | { readonly kind: "broken" };

/** What a push came to. */
export interface BranchPush {
  readonly ok: boolean;
  readonly marked: readonly string[];
}

/** How a branch is installed. */
export interface OriginalBranchOptions {
  /** Its code. */
  readonly site: string;
  /** Its name. */
  readonly name: string;
  /** Where its configuration says that the central is. */
  readonly central: string;
  /** Its users by number; an administrator with number 1 if left out. */
  readonly users?: Readonly<Record<number, string>>;
  /** Its products. */
  readonly products: readonly BranchProduct[];
}

/** An installed branch. */
export interface OriginalBranchModel {
  /** Its sales by id. */
  readonly sales: ReadonlyMap<string, BranchSale>;
  /** Its products by id. */
  readonly products: ReadonlyMap<string, BranchProduct>;
  /** Sells; null if its numbering has come to an end for the day or there is too little stock. */
  sell(
    sale: {
      readonly wall: number;
      readonly user?: number | null;
      readonly lines: readonly {
        readonly product: string;
        readonly quantity: number;
      }[];
    },
  ): string | null;
  /** Deletes a sale and gives its stock back, whether it was sent or not. */
  deleteSale(id: string): void;
  /** Sets a product's stock and price. */
  edit(id: string, change: Partial<BranchProduct>): void;
  /** The request of a push: today's sales that were not acknowledged; null if there are none. */
  push(wall: number): BranchRequest | null;
  /**
   * What follows from how a request ended: another request where it was redirected, else the end of the push. Marking
   * what was sent is a step of its own: a branch that ends before it has marked nothing.
   */
  replied(
    request: BranchRequest,
    reply: BranchReply,
  ): BranchRequest | BranchPush;
  /** Marks all sales of an acknowledged push. */
  mark(push: BranchPush): void;
  /** Answers `GET` of its open interface: sales, one sale, one product. */
  get(path: string): OriginalAnswer;
}

const REDIRECTS_MAX = 20;

/**
 * Makes a branch.
 *
 * @param options How it is installed.
 * @returns The branch, with no sale.
 */
export function createOriginalBranch(
  options: OriginalBranchOptions,
): OriginalBranchModel {
  const { site, name, central } = options;
  const users = options.users ?? { 1: `Administrador ${name}` };
  const sales = new Map<string, BranchSale>();
  const products = new Map(options.products.map((one) => [one.id, one]));
  let redirects = 0;

  const move = (product: string, by: number) => {
    const known = products.get(product);
    if (known === undefined) return;
    products.set(product, { ...known, stock: known.stock + by });
  };

  const messageOf = (chosen: readonly BranchSale[]) => ({
    sucursal: site,
    nombreSucursal: name,
    ventas: chosen.map((sale) => ({
      VentaID: sale.id,
      FechaVenta: wallText(sale.wall),
      Total: sale.total / 100,
      CodigoSucursal: site,
      UsuarioID: sale.user,
      NombreVendedor: users[sale.user ?? 0],
      Detalles: sale.lines.map((line, i) => lineOf(sale, line, i)),
    })),
  });

  const lineOf = (
    sale: BranchSale,
    line: BranchSale["lines"][number],
    index: number,
  ) => {
    const product = products.get(line.product);
    return {
      DetalleID: `${sale.id}-${index + 1}`,
      ProductoID: line.product,
      Cantidad: line.quantity,
      PrecioUnitario: line.price / 100,
      Subtotal: line.price * line.quantity / 100,
      ProductoNombre: product?.name,
      ProductoCodigo: site,
      ProductoDescripcion: product?.description ?? null,
      ProductoCategoria: product?.category ?? null,
      ProductoPrecioVenta: (product?.price ?? 0) / 100,
      ProductoStock: product?.stock ?? null,
    };
  };

  return {
    sales,
    products,
    sell({ wall, user = 1, lines }) {
      const short = lines.some(({ product, quantity }) =>
        (products.get(product)?.stock ?? -Infinity) < quantity
      );
      const id = nextId(sales.keys(), `${site}-${dayOf(wall)}-`);
      if (short || sales.has(id)) return null;
      const priced = lines.map(({ product, quantity }) => ({
        product,
        quantity,
        price: products.get(product)?.price ?? 0,
      }));
      const total = priced.reduce(
        (sum, { price, quantity }) => sum + price * quantity,
        0,
      );
      sales.set(id, { id, wall, total, user, lines: priced, synced: false });
      // Of two lines of one product only the first is subtracted.
      const seen = new Set<string>();
      for (const { product, quantity } of lines) {
        if (!seen.has(product)) move(product, -quantity);
        seen.add(product);
      }
      return id;
    },
    deleteSale(id) {
      const sale = sales.get(id);
      if (sale === undefined) return;
      for (const { product, quantity } of sale.lines) move(product, quantity);
      sales.delete(id);
    },
    edit(id, change) {
      const product = products.get(id);
      if (product !== undefined) products.set(id, { ...product, ...change });
    },
    push(wall) {
      redirects = 0;
      const chosen = [...sales.values()].filter((sale) =>
        !sale.synced && dayOf(sale.wall) === dayOf(wall) &&
        sale.user !== null && users[sale.user] !== undefined
      );
      if (chosen.length === 0) return null;
      return {
        method: "POST",
        url: `${central}/api/sincronizacion/recibir`,
        body: JSON.stringify(messageOf(chosen)),
        sales: chosen.map(({ id }) => id),
      };
    },
    replied(request, reply) {
      const failed = { ok: false, marked: [] };
      if (reply.kind === "broken") return failed;
      const next = redirected(request, reply);
      if (next !== undefined) {
        return ++redirects > REDIRECTS_MAX ? failed : next;
      }
      return isAcknowledged(reply)
        ? { ok: true, marked: request.sales }
        : failed;
    },
    mark({ ok, marked }) {
      for (const id of ok ? marked : []) {
        const sale = sales.get(id);
        // A sale that was deleted and whose number was given again is marked all the same.
        if (sale !== undefined) sales.set(id, { ...sale, synced: true });
      }
    },
    get(path) {
      if (path === "/api/ventas") {
        const all = [...sales.values()]
          .filter(({ user }) => user !== null && users[user] !== undefined)
          .toSorted((a, b) => b.wall - a.wall)
          .map((sale) => ({
            VentaID: sale.id,
            NumeroVenta: sale.id,
            FechaVenta: wallText(sale.wall),
            Total: sale.total / 100,
            Vendedor: users[sale.user ?? 0],
          }));
        return json(200, { success: true, ventas: all });
      }
      const [, kind, id] = /^\/api\/(ventas|productos)\/([^/?]+)$/.exec(path) ??
        [];
      const sale = kind === "ventas" ? sales.get(id ?? "") : undefined;
      if (sale !== undefined) {
        return json(200, { success: true, venta: shownSale(sale) });
      }
      const product = kind === "productos" ? products.get(id ?? "") : undefined;
      if (product !== undefined) {
        return json(200, { success: true, producto: shownProduct(product) });
      }
      return json(404, { success: false, error: "No encontrado" });
    },
  };

  function shownSale(sale: BranchSale) {
    return {
      VentaID: sale.id,
      NumeroVenta: sale.id,
      FechaVenta: wallText(sale.wall),
      Total: sale.total / 100,
      CodigoSucursal: site,
      Vendedor: users[sale.user ?? 0],
      UsuarioID: sale.user,
      Detalles: sale.lines.map((line, i) => ({
        DetalleID: `${sale.id}-${i + 1}`,
        ProductoID: line.product,
        Cantidad: line.quantity,
        PrecioUnitario: line.price / 100,
        Subtotal: line.price * line.quantity / 100,
        ProductoNombre: products.get(line.product)?.name,
        ProductoCodigo: site,
      })),
    };
  }

  function shownProduct(product: BranchProduct) {
    return {
      ProductoID: product.id,
      CodigoSucursal: site,
      Nombre: product.name,
      Descripcion: product.description,
      Imagen: null,
      PrecioCompra: 0,
      PrecioVenta: product.price / 100,
      Stock: product.stock,
      StockMinimo: 5,
      Categoria: product.category,
      FechaCreacion: "2025-01-01T08:00:00.000Z",
      FechaModificacion: null,
      Sincronizado: false,
    };
  }
}

/** The next number: one more than the greatest of the last three characters, so that 1000 is given for ever. */
function nextId(ids: Iterable<string>, prefix: string): string {
  let greatest = 0;
  for (const id of ids) {
    if (!id.startsWith(prefix)) continue;
    greatest = Math.max(greatest, Number(id.slice(-3)));
  }
  return `${prefix}${String(greatest + 1).padStart(3, "0")}`;
}

/** 307 and 308 repeat the request; 301, 302 and 303 lose its body. */
function redirected(
  request: BranchRequest,
  reply: Extract<BranchReply, { kind: "answered" }>,
): BranchRequest | undefined {
  const { status, location } = reply;
  if (location === undefined) return undefined;
  const url = new URL(location, request.url).href;
  if (status === 307 || status === 308) return { ...request, url };
  if (status === 301 || status === 302 || status === 303) {
    return { ...request, method: "GET", url, body: null };
  }
  return undefined;
}

/** Any 2xx with a JSON body whose `success` is truthy; nothing else is looked at. */
function isAcknowledged(
  { status, body }: Extract<BranchReply, { kind: "answered" }>,
): boolean {
  if (status < 200 || status > 299) return false;
  try {
    return Boolean((JSON.parse(body) as Record<string, unknown>)["success"]);
  } catch {
    return false;
  }
}

/** The storage's wall clock in steps of 1/300 s, shown as if it were UTC. */
function wallText(wall: number): string {
  const stored = Math.round(Math.round(wall * 3 / 10) * 10 / 3);
  return new Date(stored).toISOString();
}

function dayOf(wall: number): string {
  return new Date(wall).toISOString().slice(0, 10).replaceAll("-", "");
}

function json(status: number, body: unknown): OriginalAnswer {
  return { status, type: "application/json", body: JSON.stringify(body) };
}
