/**
 * Stations as the company's REST surface shows them: the entry of the company's list, the prices that hold there, every
 * change of them, and how the link to the station is.
 *
 * @module
 */
import type {
  ForecourtUseCases,
  PriceSetView,
  StationEntry,
  StationLinkState,
} from "../../nodes/mod.ts";
import type { JsonValue } from "./fastapi_json.ts";
import {
  priceKeyOf,
  type PriceMap,
  priceMapOf,
  recordId,
  shownTime,
} from "./forecourt_values.ts";

/** Most price changes of a station that are shown: the newest. */
export const HISTORY_MAX = 10_000;
/** Most price changes that are read at once. */
const PAGE_ROWS = 1000;

/** Whose list is shown. */
export interface StationRecords {
  /** The fuel stations' part of the node. */
  readonly forecourt: ForecourtUseCases;
  /** The company's IANA time zone. */
  readonly timezone: string;
}

const LINKS: Readonly<Record<StationLinkState, string>> = {
  connected: "conectada",
  timeout: "timeout",
  refused: "desconectada",
  error: "error",
};

/**
 * The word for how the link to a station is.
 *
 * @param state How it is.
 * @returns `conectada`, `timeout`, `desconectada` or `error`.
 */
export function linkWord(state: StationLinkState): string {
  return LINKS[state];
}

function* priceSets(
  { forecourt }: StationRecords,
  { site }: StationEntry,
): Generator<PriceSetView, void> {
  let cursor: string | null = null;
  do {
    const page = forecourt.priceSets({
      scope: `site:${site}`,
      limit: PAGE_ROWS,
      ...(cursor === null ? {} : { cursor }),
    });
    yield* page.items;
    cursor = page.next;
  } while (cursor !== null);
}

/**
 * Every change of a station's prices, each with all four as they were then.
 *
 * @param records Whose list.
 * @param entry The station.
 * @returns Oldest first; at most {@linkcode HISTORY_MAX}.
 */
export function historyJson(
  records: StationRecords,
  entry: StationEntry,
): readonly JsonValue[] {
  let map: PriceMap = priceMapOf([]);
  let history: JsonValue[] = [];
  for (const { at, prices } of priceSets(records, entry)) {
    const known = prices.filter(({ fuel }) => priceKeyOf(fuel) in map);
    map = {
      ...map,
      ...Object.fromEntries(
        known.map(({ fuel, price }) => [priceKeyOf(fuel), price]),
      ),
    };
    const timestamp = shownTime(at, records.timezone);
    history.push({ "timestamp": timestamp, "precios": map });
    if (history.length >= 2 * HISTORY_MAX) {
      history = history.slice(-HISTORY_MAX);
    }
  }
  return history.slice(-HISTORY_MAX);
}

/**
 * The record of a station.
 *
 * @param records Whose list.
 * @param entry The station.
 * @param link How the link to it is; null if it was never tried.
 * @returns Its record.
 */
export function stationJson(
  records: StationRecords,
  entry: StationEntry,
  link: StationLinkState | null,
): { readonly [key: string]: JsonValue } {
  const { forecourt, timezone } = records;
  return {
    "_id": recordId("estacion", entry.number, entry.createdAt),
    "id_estacion": entry.number,
    "nombre": entry.name,
    "ip": entry.host,
    "puerto": entry.port,
    "estado": entry.state,
    "precios_actuales": priceMapOf(forecourt.prices(entry.site).prices),
    "historico_precios": historyJson(records, entry),
    "fecha_creacion": shownTime(entry.createdAt, timezone),
    "fecha_actualizacion": shownTime(entry.changedAt, timezone),
    "sitio": entry.site,
    "estado_enlace": link === null ? null : linkWord(link),
  };
}

/**
 * How many stations a person has marked how.
 *
 * @param entries The company's list.
 * @returns Exact-match counts.
 */
export function stationStatistics(
  entries: readonly StationEntry[],
): JsonValue {
  const count = (state: string) =>
    entries.filter((entry) => entry.state === state).length;
  return {
    "total_estaciones": entries.length,
    "activas": count("Activa"),
    "inactivas": count("Inactiva"),
    "desconectadas": count("Desconectada"),
  };
}
