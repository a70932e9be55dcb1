/**
 * The REST of an original station: its state and prices, its pumps and its sales, as the station's web page and scripts
 * ask for them. Pumps and sales stand in files of their own.
 *
 * @module
 */
import type { WebApp } from "../app.ts";
import { PanalError } from "../../crdt/mod.ts";
import type { UseCases } from "../../nodes/mod.ts";
import {
  createSurface,
  type FrameOptions,
  jsonResponse,
  type Route,
} from "./fastapi_app.ts";
import { PAGE_POLICY } from "./fastapi_cors.ts";
import { type ParseTime, timeReader } from "./forecourt_sales.ts";
import { stationPumpRoutes } from "./forecourt_station_pumps.ts";
import { type Station, stationSaleRoutes } from "./forecourt_station_sales.ts";
import { priceMapOf } from "./forecourt_values.ts";

/** What the station's surface needs besides the node. */
export interface ForecourtStationOptions extends FrameOptions {
  /** Reads times as the forecourt's programs write them. */
  readonly parseTime: ParseTime;
}

/**
 * Makes the station's surface.
 *
 * @param useCases A node that has a site.
 * @param options What the surface needs besides; pages of the original programs' origins and of this machine may use it
 * if nothing is said of them.
 * @returns An application for a listener of its own.
 * @throws {PanalError} `config_invalid` if the node has no site.
 */
export function createForecourtStation(
  useCases: UseCases,
  options: ForecourtStationOptions,
): WebApp {
  const { site, timezone } = useCases.node;
  if (site === null) {
    throw new PanalError(
      "config_invalid",
      "Cannot offer forecourt-station: the node has no site",
    );
  }
  const station: Station = {
    forecourt: useCases.forecourt,
    site,
    timezone,
    readTime: timeReader(options.parseTime, timezone),
  };
  return createSurface([
    ...stateRoutes(station),
    ...stationSaleRoutes(station),
    ...stationPumpRoutes(station),
  ], { cors: PAGE_POLICY, ...options });
}

function stateRoutes({ forecourt, site }: Station): readonly Route[] {
  const name = () => forecourt.station(site).name;
  const prices = () => priceMapOf(forecourt.prices(site).prices);
  return [
    {
      method: "GET",
      path: "/",
      handle: () =>
        jsonResponse({ "status": "ok", "message": `API de ${name()}` }),
    },
    {
      method: "GET",
      path: "/estado",
      handle() {
        const { count, amount } = forecourt.fuelTotals(site);
        return jsonResponse({
          "nombre": name(),
          "precios": prices(),
          "total_transacciones": count,
          "ingresos_totales": amount,
          "estado": "activa",
        });
      },
    },
    {
      method: "GET",
      path: "/precios",
      handle: () => jsonResponse(prices()),
    },
  ];
}
