/**
 * The REST of an original head office: the company's list of stations and their prices. It leads nothing: a price is a
 * fact like any other, and any peer may offer this list.
 *
 * @module
 */
import type { WebApp } from "../app.ts";
import { type Clock, err, ok, parseSiteCode } from "../../crdt/mod.ts";
import type {
  ForecourtUseCases,
  Refusal,
  StationEntry,
  StationPusher,
  UseCases,
} from "../../nodes/mod.ts";
import {
  createSurface,
  detailResponse,
  type FrameOptions,
  jsonResponse,
  problemsResponse,
  type Route,
  type SurfaceRequest,
  unavailable,
} from "./fastapi_app.ts";
import {
  failureResponse,
  readJsonBody,
  readPathAndBody,
} from "./fastapi_body.ts";
import {
  atLeast,
  atMost,
  checked,
  lengthAtLeast,
  lengthAtMost,
  orNull,
} from "./fastapi_constraints.ts";
import { PAGE_POLICY } from "./fastapi_cors.ts";
import { readPathInteger } from "./fastapi_query.ts";
import {
  type Field,
  type ModelOf,
  modelReader,
  type Reader,
  readInteger,
  readText,
} from "./fastapi_validation.ts";
import {
  createStationLinks,
  type StationLinks,
} from "./forecourt_company_links.ts";
import {
  historyJson,
  linkWord,
  stationJson,
  type StationRecords,
  stationStatistics,
} from "./forecourt_company_records.ts";
import {
  FUELS,
  PRICE_MAX,
  priceKeyOf,
  type PriceMap,
  pricesOf,
  shownTimeOrNull,
} from "./forecourt_values.ts";

/** The version that the original programs say they are. */
const VERSION = "2.0";
/** The port that an original station listens on for prices. */
const DEFAULT_PORT = 5000;
/** What the path's part is called in a problem. */
const ID = "id_estacion";
/** The origin of prices that come this way. */
const ORIGIN = "forecourt-company";

/** What the company's surface needs besides the node. */
export interface ForecourtCompanyOptions extends FrameOptions {
  /** Time. */
  readonly clock: Pick<Clock, "now" | "monotonic" | "timer">;
  /** The client of original stations; without it none of them can be reached. */
  readonly pusher?: StationPusher;
}

/** What the routes of one company share. */
interface Company extends StationRecords {
  readonly forecourt: ForecourtUseCases;
  readonly links: StationLinks;
}

/**
 * Makes the company's surface.
 *
 * @param useCases A node that reads all sites.
 * @param options What the surface needs besides; pages of the original programs' origins and of this machine may use it
 * if nothing is said of them.
 * @returns An application for a listener of its own.
 */
export function createForecourtCompany(
  useCases: UseCases,
  options: ForecourtCompanyOptions,
): WebApp {
  const { forecourt, node: { timezone } } = useCases;
  const { clock, pusher } = options;
  const links = createStationLinks({
    useCases,
    clock,
    ...(pusher === undefined ? {} : { pusher }),
  });
  const company: Company = { forecourt, timezone, links };
  return createSurface([
    ...overviewRoutes(company),
    ...stationRoutes(company),
    ...priceRoutes(company),
  ], { cors: PAGE_POLICY, ...options });
}

const readPrice = checked(
  readInteger,
  atLeast(0, "int"),
  atMost(PRICE_MAX, "int"),
);

/** All four keys; each is a key of the map. */
const PRICES = Object.fromEntries(
  FUELS.map((fuel) => [
    priceKeyOf(fuel),
    { key: priceKeyOf(fuel), read: readPrice },
  ]),
) as Readonly<Record<keyof PriceMap, Field<number>>>;

const readPort = checked(readInteger, atLeast(1, "int"), atMost(65_535, "int"));
const readName = checked(readText, lengthAtLeast(1), lengthAtMost(200));

/** The site of a station that is a peer of the mesh: a key of Panal's own. */
const readSite: Reader<ReturnType<typeof parseSiteCode>> = (value) => {
  const site = value === null ? undefined : parseSiteCode(value);
  return value === null || site !== undefined ? ok(site) : err({
    type: "string_pattern_mismatch",
    msg: "String should match pattern '^[A-Za-z0-9]{2,12}$'",
    ctx: { pattern: "^[A-Za-z0-9]{2,12}$" },
  });
};

const NEW_STATION = {
  name: { key: "nombre", read: readName },
  host: { key: "ip", read: readText },
  port: { key: "puerto", read: readPort, fallback: DEFAULT_PORT },
  prices: { key: "precios_actuales", read: modelReader(PRICES) },
  site: { key: "sitio", read: readSite, fallback: undefined },
};

const CHANGED_STATION = {
  name: { key: "nombre", read: orNull(readName), fallback: undefined },
  host: { key: "ip", read: orNull(readText), fallback: undefined },
  port: { key: "puerto", read: orNull(readPort), fallback: undefined },
  state: { key: "estado", read: orNull(readText), fallback: undefined },
};

const NEW_PRICES = {
  prices: { key: "precios", read: modelReader(PRICES) },
};

function recordOf(company: Company, entry: StationEntry) {
  return stationJson(company, entry, company.links.stateOf(entry));
}

function overviewRoutes(company: Company): readonly Route[] {
  const { forecourt, links, timezone } = company;
  return [
    {
      method: "GET",
      path: "/",
      handle: () =>
        jsonResponse({
          "status": "ok",
          "message": "API de la empresa",
          "version": VERSION,
        }),
    },
    {
      method: "GET",
      path: "/api/estadisticas",
      handle: () => jsonResponse(stationStatistics(forecourt.stationEntries())),
    },
    {
      method: "GET",
      path: "/api/estaciones-activas",
      handle() {
        const tried = links.tried().map(([{ host, port }, link]) =>
          [`${host}:${port}`, {
            "ip": host,
            "puerto": port,
            "ultimo_envio": shownTimeOrNull(link.lastSentAt, timezone),
            "estado": linkWord(link.state),
          }] as const
        );
        const stations = Object.fromEntries(tried);
        const total = Object.keys(stations).length;
        return jsonResponse({ "total": total, "estaciones": stations });
      },
    },
  ];
}

function stationRoutes(company: Company): readonly Route[] {
  const { forecourt } = company;
  return [
    {
      method: "GET",
      path: "/api/estaciones",
      handle: () =>
        jsonResponse(
          forecourt.stationEntries().map((entry) => recordOf(company, entry)),
        ),
    },
    {
      method: "GET",
      path: "/api/estaciones/{id_estacion}",
      handle: (request) =>
        withEntry(
          company,
          request,
          (entry) => jsonResponse(recordOf(company, entry)),
        ),
    },
    {
      method: "POST",
      path: "/api/estaciones",
      subject: "el cambio",
      async handle({ raw }) {
        const sent = await readJsonBody(raw, NEW_STATION);
        return sent.ok
          ? await addStation(company, sent.value)
          : failureResponse(sent.error);
      },
    },
    {
      method: "PUT",
      path: "/api/estaciones/{id_estacion}",
      subject: "el cambio",
      async handle(request) {
        const sent = await readPathAndBody(request, ID, CHANGED_STATION);
        return sent.ok
          ? await changeStation(company, ...sent.value)
          : failureResponse(sent.error);
      },
    },
    {
      method: "DELETE",
      path: "/api/estaciones/{id_estacion}",
      subject: "el cambio",
      async handle(request) {
        const id = readPathInteger(request, ID);
        return id.ok
          ? await removeStation(company, id.value)
          : problemsResponse(id.error);
      },
    },
  ];
}

function priceRoutes(company: Company): readonly Route[] {
  return [
    {
      method: "PUT",
      path: "/api/estaciones/{id_estacion}/precios",
      subject: "el cambio",
      async handle(request) {
        const sent = await readPathAndBody(request, ID, NEW_PRICES);
        return sent.ok
          ? await changePrices(company, sent.value[0], sent.value[1].prices)
          : failureResponse(sent.error);
      },
    },
    {
      method: "GET",
      path: "/api/estaciones/{id_estacion}/historico",
      handle: (request) =>
        withEntry(
          company,
          request,
          (entry) => jsonResponse(historyJson(company, entry)),
        ),
    },
  ];
}

function entryOf(
  { forecourt }: Company,
  number: number,
): StationEntry | undefined {
  return forecourt.stationEntries().find((entry) => entry.number === number);
}

function withEntry(
  company: Company,
  request: SurfaceRequest,
  show: (entry: StationEntry) => Response,
): Response {
  const id = readPathInteger(request, ID);
  if (!id.ok) return problemsResponse(id.error);
  const entry = entryOf(company, id.value);
  return entry === undefined ? unknownStation(id.value) : show(entry);
}

function unknownStation(number: number): Response {
  return detailResponse(404, `No existe la estación ${number}`);
}

async function addStation(
  company: Company,
  { name, host, port, prices, site }: ModelOf<typeof NEW_STATION>,
): Promise<Response> {
  const added = await company.forecourt.addStationEntry({
    name,
    host,
    port,
    prices: pricesOf(prices),
    ...(site === undefined ? {} : { site }),
  });
  return added.ok
    ? jsonResponse(recordOf(company, added.value), 201)
    : refused(added.error, 0);
}

async function changeStation(
  company: Company,
  number: number,
  { name, host, port, state }: ModelOf<typeof CHANGED_STATION>,
): Promise<Response> {
  if (entryOf(company, number) === undefined) return unknownStation(number);
  const changed = await company.forecourt.changeStationEntry({
    number,
    ...(name === undefined ? {} : { name }),
    ...(host === undefined ? {} : { host }),
    ...(port === undefined ? {} : { port }),
    ...(state === undefined ? {} : { state }),
  });
  return changed.ok
    ? jsonResponse(recordOf(company, changed.value))
    : refused(changed.error, number);
}

async function removeStation(
  company: Company,
  number: number,
): Promise<Response> {
  if (entryOf(company, number) === undefined) return unknownStation(number);
  const removed = await company.forecourt.removeStationEntry(number);
  if (!removed.ok) return refused(removed.error, number);
  company.links.forget(number);
  return new Response(null, { status: 204 });
}

/** The change is durable before it is sent anywhere, and the answer is 200 whether or not it has arrived. */
async function changePrices(
  company: Company,
  number: number,
  map: PriceMap,
): Promise<Response> {
  const entry = entryOf(company, number);
  if (entry === undefined) return unknownStation(number);
  const { forecourt } = company;
  const set = await forecourt.setPrices({
    scope: `site:${entry.site}`,
    prices: pricesOf(map),
    // A station may have another currency than the company's office.
    currency: forecourt.prices(entry.site).currency,
    origin: ORIGIN,
  });
  if (!set.ok) return refused(set.error, number);
  const delivered = await company.links.deliver(entry, set.value);
  return jsonResponse({
    ...recordOf(company, entryOf(company, number) ?? entry),
    "_envio_tcp": {
      "exitoso": delivered,
      "ip": entry.host,
      "puerto": entry.port,
    },
  });
}

function refused({ code }: Refusal, number: number): Response {
  return code === "station_unknown"
    ? unknownStation(number)
    : unavailable(code, "el cambio");
}
