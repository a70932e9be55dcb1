/**
 * Sales on the branch software's surface: the list, one sale, selling and voiding.
 *
 * A sale is named by its receipt number. Where a number was used for several sales, each is shown: the first under the
 * number, the others with `*2`, `*3` behind it.
 *
 * @module
 */
import {
  type Actor,
  err,
  ok,
  type ProductId,
  type Result,
  type SiteCode,
} from "../../crdt/mod.ts";
import type { SaleLine, SaleLineInput, SaleView } from "../../nodes/mod.ts";
import { readSale, type SentLine } from "./branch_sync_sale_body.ts";
import { type DateRange, instantsOf, readDate } from "./branch_sync_dates.ts";
import {
  type Call,
  type Caller,
  countAsked,
  deny,
  denyBy,
  type Route,
  siteAsked,
  type Surface,
} from "./branch_sync_frame.ts";
import { answer, instantOf, numberOf, shownId } from "./branch_sync_wire.ts";

/** Sales of a list that does not say how many. */
export const SALES_SHOWN = 1_000;
/** Most sales of one list. */
export const SALES_MAX = 10_000;
/** Most rows of a page that is asked of the node. */
const PAGE_ROWS = 1_000;
/** Thousandths of what is sold by measure. */
const MEASURE = 1_000;
/** What stands for a seller of whom nothing is known. */
const NOBODY = "—";
/** Longest reason of a void that is looked at. */
const REASON_LENGTH_MAX = 200;

/**
 * The name of a seller as screens show it.
 *
 * @param seller Who sold, if it was said.
 * @returns The full name; a dash for nobody.
 */
export function sellerName(seller: Actor | undefined | null): string {
  return seller === undefined || seller === null || seller.name === ""
    ? NOBODY
    : seller.name;
}

/** The number of a seller: its own at the branch where it sells. */
function sellerNumber(seller: Actor | undefined): number | null {
  const digits = /^(?:[A-Z0-9]{2,12}:)?(\d{1,10})$/.exec(seller?.id ?? "")?.[1];
  return digits === undefined ? null : Number(digits);
}

/** Under which number a sale is shown. */
function numberOfSale({ useCases }: Surface, sale: SaleView): string {
  const same = useCases.tills.salesWithReceipt(sale.receipt);
  const at = same.findIndex(({ id }) => id === sale.id);
  return at > 0 ? `${sale.receipt}*${at + 1}` : sale.receipt;
}

/**
 * A sale as lists show it.
 *
 * @param surface The surface.
 * @param sale The sale.
 * @returns Its wire form.
 */
export function saleItem(surface: Surface, sale: SaleView) {
  const number = numberOfSale(surface, sale);
  return {
    VentaID: number,
    NumeroVenta: number,
    FechaVenta: instantOf(sale.at),
    Total: numberOf(sale.total),
    CodigoSucursal: sale.site,
    Vendedor: sellerName(sale.seller),
  };
}

function lineJson(sale: SaleView, line: SaleLine, at: number) {
  const { measured } = line;
  return {
    DetalleID: shownId(
      sale.legacy?.lineKeys?.[at] ?? `${sale.receipt}-${at + 1}`,
    ),
    ProductoID: shownId(line.product),
    Cantidad: measured === true ? line.quantity / MEASURE : line.quantity,
    PrecioUnitario: numberOf(line.price),
    Subtotal: numberOf(line.amount),
    ProductoNombre: line.name,
    ProductoCodigo: /^([A-Z0-9]{2,12})-PROD-/.exec(line.product)?.[1] ??
      sale.site,
  };
}

function saleJson(surface: Surface, sale: SaleView) {
  const { customer } = sale;
  return {
    ...saleItem(surface, sale),
    UsuarioID: sellerNumber(sale.seller),
    ClienteNombre: customer?.name || null,
    ClienteDNI: customer?.document || null,
    Detalles: sale.lines.map((line, at) => lineJson(sale, line, at)),
  };
}

/** Which sales of a list. */
export interface ListedSales {
  /** Where; undefined for everywhere. */
  readonly site: SiteCode | undefined;
  /** Between which dates, both inclusive. */
  readonly range: Partial<DateRange>;
  /** How many at most. */
  readonly most: number;
}

/**
 * Sales that count, newest first.
 *
 * @param surface The surface.
 * @param asked Which.
 * @returns The sales.
 */
export function listSales(surface: Surface, asked: ListedSales): SaleView[] {
  const { useCases } = surface;
  const { site, range, most } = asked;
  const found: SaleView[] = [];
  const limits = instantsOf(range);
  let cursor: string | null = null;
  do {
    const page = useCases.sales({
      ...(site === undefined ? {} : { site }),
      ...limits,
      newestFirst: true,
      limit: Math.min(PAGE_ROWS, most),
      ...(cursor === null ? {} : { cursor }),
    });
    for (const sale of page.items) {
      const { voided, date } = sale;
      const isIn = date >= (range.from ?? date) && date <= (range.to ?? date);
      if (!voided && isIn) found.push(sale);
    }
    cursor = page.next;
  } while (cursor !== null && found.length < most);
  return found.slice(0, most);
}

/** A sale by its number. */
function findSale({ useCases }: Surface, number: string): SaleView | undefined {
  const match = /^([A-Z0-9]{2,12}-\d{8}-\d{3,16})(?:\*(\d{1,3}))?$/.exec(
    number,
  );
  const [, receipt, place = "1"] = match ?? [];
  if (receipt === undefined) return undefined;
  const found = useCases.tills.salesWithReceipt(receipt)[Number(place) - 1];
  return found?.voided === false ? found : undefined;
}

/**
 * The routes of sales.
 *
 * @param surface The surface.
 * @returns The routes.
 */
export function saleRoutes(surface: Surface): readonly Route[] {
  return [
    {
      method: "GET",
      path: "/api/ventas",
      access: "user",
      handle: (call) => salesAsked(surface, call),
    },
    {
      method: "GET",
      path: "/api/ventas/:id",
      access: "user",
      handle(call) {
        const sale = findSale(surface, call.param);
        return sale === undefined
          ? notFound(call)
          : answer({ success: true, venta: saleJson(surface, sale) });
      },
    },
    {
      method: "POST",
      path: "/api/ventas",
      access: "user",
      handle: (call) => sell(surface, call),
    },
    {
      method: "DELETE",
      path: "/api/ventas/:id",
      access: "admin",
      handle: (call) => voidSale(surface, call),
    },
  ];
}

function notFound(call: Call): Response {
  return deny(call, 404, "Venta no encontrada");
}

function salesAsked(surface: Surface, call: Call): Response {
  const { query } = call;
  const site = siteAsked(surface, call);
  const [from, to] = ["desde", "hasta"].map((name) => {
    const text = query.get(name);
    return text === null || text === "" ? undefined : readDate(text) ?? null;
  });
  if (from === null || to === null) {
    return deny(call, 422, "Las fechas son AAAA-MM-DD");
  }
  const most = countAsked(call, "limite", {
    fallback: SALES_SHOWN,
    most: SALES_MAX,
  });
  const range = {
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
  };
  const ventas = listSales(surface, { site, range, most })
    .map((sale) => saleItem(surface, sale));
  const whole = surface.useCases.totals(site === undefined ? {} : { site });
  const headers: Record<string, string> = {};
  if (from === undefined && to === undefined) {
    headers["x-total-count"] = String(whole.count);
  }
  return answer({ success: true, ventas }, 200, headers);
}

async function sell(surface: Surface, call: Call): Promise<Response> {
  const { useCases, site } = surface;
  const { caller } = call;
  const read = readSale(call.body, useCases.node.currency);
  if (!read.ok) return deny(call, read.error.status, read.error.text);
  if (site === null || caller === undefined) {
    return deny(call, 403, "Este nodo no tiene tienda: no vende");
  }
  const { user, lines, customer } = read.value;
  const seller = useCases.people.user(user);
  const isOurs = seller?.active === true &&
    (seller.site === null || seller.site === site);
  if (!isOurs) {
    return deny(call, 422, `El usuario ${user} no existe en esta sucursal`);
  }
  const priced: SaleLineInput[] = [];
  for (const line of lines) {
    const one = priceLine(surface, caller, line);
    if (!one.ok) return deny(call, one.error.status, one.error.text);
    priced.push(one.value);
  }
  const sold = await useCases.recordSale({
    lines: priced,
    seller: caller.actor,
    ...(customer === undefined ? {} : { customer }),
  });
  if (!sold.ok) return denyBy(call, shownAs(surface, sold.error));
  const { sale } = sold.value;
  return answer({ success: true, venta: saleItem(surface, sale) }, 201);
}

/** Why a line cannot be sold as it was sent. */
interface LineRefusal {
  readonly status: number;
  readonly text: string;
}

/** A line as the node takes it: in its smallest unit, with a price only where that is another than the list's. */
function priceLine(
  { useCases, site }: Surface,
  { user }: Caller,
  { product, quantity: sent, price }: SentLine,
): Result<SaleLineInput, LineRefusal> {
  const view = useCases.product(`site:${site}`, product);
  const { unit } = view?.details ?? {};
  const isMeasured = unit !== undefined && unit !== "piece";
  if (!isMeasured && !Number.isInteger(sent)) {
    return err({
      status: 422,
      text: `Cantidad de ${product} debe ser entera`,
    });
  }
  const quantity = isMeasured ? Math.round(sent * MEASURE) : sent;
  const list = view === undefined ? undefined : numberOf(view.price);
  if (price === undefined || numberOf(price) === list) {
    return ok({ product, quantity });
  }
  if (list !== undefined && user.role === "cashier") {
    return err({
      status: 403,
      text: `Un cajero no cambia precios: ${product} cuesta ${list}`,
    });
  }
  return ok({ product, quantity, price });
}

/** A refusal whose stock is shown in the unit that the product is sold by. */
function shownAs<
  R extends {
    readonly details?: Readonly<Record<string, string | number | boolean>>;
  },
>(
  { useCases, site }: Surface,
  refused: R,
): R {
  const { details } = refused;
  const product = details?.["product"];
  if (typeof product !== "string" || site === null) return refused;
  const { unit } = useCases.product(`site:${site}`, product as ProductId)
    ?.details ?? {};
  if (unit === undefined || unit === "piece") return refused;
  const scaled = Object.fromEntries(
    Object.entries(details ?? {}).map(([name, value]) => [
      name,
      typeof value === "number" ? value / MEASURE : value,
    ]),
  );
  return { ...refused, details: scaled };
}

async function voidSale(surface: Surface, call: Call): Promise<Response> {
  const { caller, body } = call;
  const sale = findSale(surface, call.param);
  if (sale === undefined || caller === undefined) return notFound(call);
  if (sale.site !== surface.site) {
    return deny(call, 403, "Solo se anulan ventas de esta sucursal");
  }
  const sent = body["Motivo"];
  const reason = typeof sent === "string" && sent.trim() !== ""
    ? sent.trim().slice(0, REASON_LENGTH_MAX)
    : "Eliminada";
  const voided = await surface.useCases.voidSale({
    sale: sale.id,
    reason,
    by: caller.actor,
  });
  return voided.ok
    ? answer({
      success: true,
      message: "Venta eliminada: el stock fue devuelto",
    })
    : denyBy(call, voided.error);
}
