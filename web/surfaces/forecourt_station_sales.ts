/**
 * The sales of the station's REST surface: lists of any length, one sale, and one that a person enters.
 *
 * @module
 */
import type { Result, SiteCode } from "../../crdt/mod.ts";
import type { ForecourtUseCases, FuelSaleQuery } from "../../nodes/mod.ts";
import {
  detailResponse,
  jsonResponse,
  problemsResponse,
  type Route,
  type SurfaceRequest,
  unavailable,
} from "./fastapi_app.ts";
import { failureResponse, readJsonBody } from "./fastapi_body.ts";
import { above, atMost, checked } from "./fastapi_constraints.ts";
import type { JsonValue } from "./fastapi_json.ts";
import { jsonListResponse } from "./fastapi_list.ts";
import { readQuery } from "./fastapi_query.ts";
import {
  type ModelOf,
  type Reader,
  readFloat,
  readInteger,
  readText,
  type ValidationProblem,
} from "./fastapi_validation.ts";
import {
  saleFilters,
  saleJson,
  saleListFields,
  type SaleListQuery,
} from "./forecourt_sales.ts";
import {
  AMOUNT_MAX,
  DEFAULT_PAYMENT,
  millilitersOf,
  PRICE_MAX,
} from "./forecourt_values.ts";

/** How many sales a list of all holds if the request does not say. */
const SALES_LIMIT = 100;
/** Most sales that are read at once. */
const PAGE_ROWS = 1000;
/** Nothing stands behind so many sales; no list begins later. */
const SKIP_MAX = 10_000_000;

/** What the routes of one station share. */
export interface Station {
  /** The fuel stations' part of the node. */
  readonly forecourt: ForecourtUseCases;
  /** The node's site. */
  readonly site: SiteCode;
  /** Its IANA time zone. */
  readonly timezone: string;
  /** Reads the times of a query. */
  readonly readTime: Reader<number[]>;
}

const SALE_FIELDS = {
  pump: { key: "surtidor_id", read: readText },
  fuel: { key: "tipo_combustible", read: readText },
  liters: {
    key: "litros",
    read: checked(
      readFloat,
      above(0, "float"),
      atMost(AMOUNT_MAX / 1000, "float"),
    ),
  },
  price: {
    key: "precio_por_litro",
    read: checked(readInteger, above(0, "int"), atMost(PRICE_MAX, "int")),
  },
  amount: {
    key: "monto_total",
    read: checked(readInteger, above(0, "int"), atMost(AMOUNT_MAX, "int")),
  },
  payment: { key: "metodo_pago", read: readText, fallback: DEFAULT_PAYMENT },
};

/** The paths under which programs and paper list sales. */
const SALE_PATHS = ["/transacciones", "/api/transacciones"];

/**
 * The routes of sales.
 *
 * @param station Whose.
 * @returns The routes.
 */
export function stationSaleRoutes(station: Station): readonly Route[] {
  return SALE_PATHS.flatMap((path): Route[] => [
    {
      method: "POST",
      path,
      subject: "la venta",
      async handle({ raw }) {
        const sent = await readJsonBody(raw, SALE_FIELDS);
        if (!sent.ok) return failureResponse(sent.error);
        return await enter(station, sent.value);
      },
    },
    {
      method: "GET",
      path,
      handle(request) {
        const query = readSaleList(station, request, SALES_LIMIT);
        return query.ok
          ? salesResponse(station, query.value)
          : problemsResponse(query.error);
      },
    },
    {
      method: "GET",
      path: `${path}/{transaccion_id}`,
      handle: ({ param }) => showSale(station, param),
    },
  ]);
}

/** A sale that a person enters: it has just ended, and belongs to no pump's figures. */
async function enter(
  { forecourt, site, timezone }: Station,
  sent: ModelOf<typeof SALE_FIELDS>,
): Promise<Response> {
  const recorded = await forecourt.recordFuelSale({
    site,
    pump: sent.pump,
    fuel: sent.fuel,
    volumeMl: millilitersOf(sent.liters),
    price: sent.price,
    amount: sent.amount,
    payment: sent.payment === "" ? DEFAULT_PAYMENT : sent.payment,
    source: "entered",
  });
  return recorded.ok
    ? jsonResponse(saleJson(recorded.value.sale, timezone), 201)
    : unavailable(recorded.error.code, "la venta");
}

function showSale(
  { forecourt, site, timezone }: Station,
  short: string,
): Response {
  const sale = forecourt.fuelSaleByShortId(short.toLowerCase());
  return sale === undefined || sale.site !== site
    ? detailResponse(404, `No existe la transacción ${short.slice(0, 64)}`)
    : jsonResponse(saleJson(sale, timezone));
}

/**
 * Reads what a list is asked with.
 *
 * @param station Whose sales.
 * @param request The request.
 * @param limit How many sales the list holds if the request does not say.
 * @returns The query, or its problems.
 */
export function readSaleList(
  station: Station,
  request: SurfaceRequest,
  limit: number,
): Result<SaleListQuery, readonly ValidationProblem[]> {
  return readQuery(request, saleListFields(limit, station.readTime));
}

/**
 * A list of sales, newest first.
 *
 * @param station Whose.
 * @param query What was asked.
 * @returns The answer.
 */
export function salesResponse(
  station: Station,
  query: SaleListQuery,
): Response {
  return jsonListResponse(salePages(station, query));
}

function* salePages(
  { forecourt, site, timezone }: Station,
  query: SaleListQuery,
): Generator<readonly JsonValue[], void> {
  if (query.skip > SKIP_MAX) return;
  let left = query.limit;
  let start: Pick<FuelSaleQuery, "offset" | "cursor"> = { offset: query.skip };
  while (left > 0) {
    const page = forecourt.fuelSales({
      site,
      ...saleFilters(query),
      newestFirst: true,
      limit: Math.min(left, PAGE_ROWS),
      ...start,
    });
    yield page.items.map((sale) => saleJson(sale, timezone));
    if (page.next === null) return;
    left -= page.items.length;
    start = { cursor: page.next };
  }
}
