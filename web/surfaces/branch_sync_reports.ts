/**
 * The home figures and the four reports of the branch software.
 *
 * @module
 */
import { businessDate, type ProductId, type SiteCode } from "../../crdt/mod.ts";
import type { ReportRange } from "../../nodes/mod.ts";
import { readDate } from "./branch_sync_dates.ts";
import {
  type Call,
  countAsked,
  deny,
  type Route,
  siteAsked,
  type Surface,
} from "./branch_sync_frame.ts";
import {
  countProducts,
  findProducts,
  itemOf,
  shownUnits,
} from "./branch_sync_products.ts";
import {
  listSales,
  saleItem,
  SALES_MAX,
  SALES_SHOWN,
  sellerName,
} from "./branch_sync_sales.ts";
import { answer, numberIn, shownId } from "./branch_sync_wire.ts";

/** Best sellers of a report that does not say how many. */
const RANKED = 10;
/** Most best sellers of one report. */
const RANKED_MAX = 1_000;

/**
 * The routes of the home figures and the reports.
 *
 * @param surface The surface.
 * @returns The routes.
 */
export function reportRoutes(surface: Surface): readonly Route[] {
  const { useCases } = surface;
  const { currency } = useCases.node;
  return [
    {
      method: "GET",
      path: "/api/stats",
      access: "user",
      handle: (call) => stats(surface, call),
    },
    {
      method: "GET",
      path: "/api/reportes/ventas-por-fecha",
      access: "user",
      handle: ranged(surface, (range, call) => byDate(surface, range, call)),
    },
    {
      method: "GET",
      path: "/api/reportes/productos-mas-vendidos",
      access: "user",
      handle: ranged(surface, (range, call) => ranking(surface, range, call)),
    },
    {
      method: "GET",
      path: "/api/reportes/ventas-por-vendedor",
      access: "user",
      handle: ranged(surface, (range) => {
        const vendedores = useCases.reports.sellers(range)
          .map(({ site, seller, count, amounts }) => ({
            Vendedor: sellerName(seller),
            CodigoSucursal: site,
            CantidadVentas: count,
            TotalVentas: numberIn(amounts, currency),
          }))
          .toSorted((a, b) => b.TotalVentas - a.TotalVentas);
        return answer({ success: true, vendedores });
      }),
    },
    {
      method: "GET",
      path: "/api/reportes/productos-bajo-stock",
      access: "user",
      handle: (call) => lowStock(surface, call),
    },
  ];
}

/** A report between two days. */
function ranged(
  surface: Surface,
  handle: (range: ReportRange, call: Call) => Response | Promise<Response>,
): Route["handle"] {
  return (call) => {
    const [first, last] = ["fechaInicio", "fechaFin"].map((name) =>
      call.query.get(name) ?? ""
    );
    if (!first || !last) {
      return deny(call, 400, "fechaInicio y fechaFin son obligatorias");
    }
    const [from, to] = [readDate(first), readDate(last)];
    if (from === undefined || to === undefined) {
      return deny(call, 422, "Las fechas son AAAA-MM-DD");
    }
    const site = siteAsked(surface, call);
    return handle({ ...(site === undefined ? {} : { site }), from, to }, call);
  };
}

function stats(surface: Surface, call: Call): Response {
  const { useCases, clock } = surface;
  const { timezone } = useCases.node;
  const site = siteAsked(surface, call);
  const today = businessDate(clock.now() * 1000, timezone);
  const place = site === undefined ? {} : { site };
  const { last } = useCases.branchSync.status();
  const sincronizacion = last === null
    ? "Nunca"
    : last.ok
    ? shownDate(last.at, timezone)
    : "Error";
  return answer({
    productos: countProducts(surface, site),
    ventas: useCases.totals(place).count,
    ventasHoy: useCases.totals({ ...place, date: today }).count,
    sincronizacion,
  });
}

/** A day as people write it here, `9/11/2024`. */
function shownDate(ms: number, timezone: string): string {
  const [year, month, day] = businessDate(ms * 1000, timezone).split("-")
    .map(Number);
  return `${day}/${month}/${year}`;
}

/** The sums are those of all sales of the range, however many are listed. */
function byDate(surface: Surface, range: ReportRange, call: Call): Response {
  const { useCases } = surface;
  const most = countAsked(call, "limite", {
    fallback: SALES_SHOWN,
    most: SALES_MAX,
  });
  const sums = useCases.reports.totals(range);
  const totalVentas = numberIn(sums.amounts, useCases.node.currency);
  const cantidadVentas = sums.count;
  const ventas = listSales(surface, { site: range.site, range, most })
    .map((sale) => saleItem(surface, sale));
  return answer(
    {
      success: true,
      ventas,
      resumen: {
        totalVentas,
        cantidadVentas,
        promedioVenta: cantidadVentas === 0
          ? 0
          : Math.round(totalVentas / cantidadVentas * 100) / 100,
      },
    },
    200,
    { "x-total-count": String(cantidadVentas) },
  );
}

async function ranking(
  surface: Surface,
  range: ReportRange,
  call: Call,
): Promise<Response> {
  const { reports, node } = surface.useCases;
  const limit = countAsked(call, "limite", {
    fallback: RANKED,
    most: RANKED_MAX,
  });
  // Counted in thousandths, what is sold by measure stands before its place; nothing stands behind it.
  const most = Number.MAX_SAFE_INTEGER;
  const productos: Ranked[] = [];
  for (const sum of await reports.bestSellers({ ...range, limit: most })) {
    const last = productos[limit - 1];
    if (last !== undefined && sum.units <= last.CantidadVendida) break;
    const { site, product, units, amounts } = sum;
    productos.push({
      ProductoID: shownId(product),
      ...shownProduct(surface, { site, product, units }),
      TotalVendido: numberIn(amounts, node.currency),
    });
    productos.sort((a, b) => b.CantidadVendida - a.CantidadVendida);
    productos.length = Math.min(productos.length, limit);
  }
  return answer({ success: true, productos });
}

/** A product that was sold. */
interface Ranked {
  readonly ProductoID: string;
  readonly Codigo: string;
  readonly Nombre: string;
  readonly CantidadVendida: number;
  readonly TotalVendido: number;
}

/** Code, name and amount of a product that was sold; it may be gone since. */
function shownProduct(
  surface: Surface,
  { site, product, units }: {
    readonly site: SiteCode;
    readonly product: ProductId;
    readonly units: number;
  },
): Pick<Ranked, "Codigo" | "Nombre" | "CantidadVendida"> {
  const view = surface.useCases.product(`site:${site}`, product);
  if (view === undefined) {
    return { Codigo: site, Nombre: product, CantidadVendida: units };
  }
  const { Codigo, Nombre } = itemOf(surface, view);
  return { Codigo, Nombre, CantidadVendida: shownUnits(view, units) };
}

function lowStock(surface: Surface, call: Call): Response {
  const productos = [...findProducts(surface, siteAsked(surface, call))]
    .map((view) => itemOf(surface, view))
    .filter(({ Stock, StockMinimo }) => Stock <= StockMinimo)
    .toSorted((a, b) => a.Stock - b.Stock || (a.Nombre < b.Nombre ? -1 : 1))
    .map(({ ProductoID, Codigo, Nombre, Stock, StockMinimo }) => ({
      ProductoID,
      Codigo,
      Nombre,
      Stock,
      StockMinimo,
    }));
  return answer({ success: true, productos });
}
