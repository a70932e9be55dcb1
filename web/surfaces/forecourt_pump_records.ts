/**
 * Pumps as the station's REST surface shows them: the directory's entry, what the pump is doing now and what its
 * deliveries sum up to, in the keys of the programs and in those of the paper.
 *
 * @module
 */
import type { SiteCode } from "../../crdt/mod.ts";
import type {
  ForecourtUseCases,
  FuelPrice,
  FuelTotals,
  PumpLive,
  PumpView,
} from "../../nodes/mod.ts";
import type { JsonValue } from "./fastapi_json.ts";
import {
  connectionDetail,
  connectionWord,
  isLinked,
  litersOf,
  operationWord,
  recordId,
  shownTime,
  shownTimeOrNull,
} from "./forecourt_values.ts";

/** The administrative state of a pump in service. */
export const IN_SERVICE = "disponible";
/** The HTTP port of a pump's own program, as far as a station knows. */
const PUMP_HTTP_PORT = 8000;
/** Litres a second, as the paper has it. */
const DISPENSING_SPEED = { source: "1.0" };
/** Most pumps that are read at once. */
const PAGE_ROWS = 1000;

/** Whose pumps are shown. */
export interface PumpRecords {
  /** The fuel stations' part of the node. */
  readonly forecourt: ForecourtUseCases;
  /** The site. */
  readonly site: SiteCode;
  /** Its IANA time zone. */
  readonly timezone: string;
}

/**
 * All pumps of the site, by number.
 *
 * @param records Whose.
 * @returns One after another, read page by page.
 */
export function* listPumps(
  { forecourt, site }: PumpRecords,
): Generator<PumpView, void> {
  let cursor: string | null = null;
  do {
    const page = forecourt.pumps({
      site,
      limit: PAGE_ROWS,
      ...(cursor === null ? {} : { cursor }),
    });
    yield* page.items;
    cursor = page.next;
  } while (cursor !== null);
}

/** What a pump is doing, also of one that nothing was heard of. */
function liveOf({ forecourt, site }: PumpRecords, pump: number): PumpLive {
  return forecourt.live.get(site, pump) ?? {
    site,
    pump,
    connection: "disconnected",
    links: 0,
    operation: "idle",
    volumeMl: 0,
    amount: 0,
    fuel: null,
    price: null,
    address: null,
    at: 0,
  };
}

/**
 * Whether a pump has a link now.
 *
 * @param records Whose.
 * @param pump Its number.
 * @returns True also for one that has been silent for a while.
 */
export function isConnected(records: PumpRecords, pump: number): boolean {
  return isLinked(liveOf(records, pump).connection);
}

/** The address without its port. */
function hostOf(address: string | null): string {
  const host = address?.replace(/:\d+$/, "") ?? "";
  return host.replace(/^\[(.*)\]$/, "$1");
}

/** What a person set; a pump in service shows what it does. */
function shownState(pump: PumpView, live: PumpLive): string {
  return pump.serviceState === IN_SERVICE
    ? operationWord(live.operation)
    : pump.serviceState;
}

/** Sums in the two spellings that programs and pages use. */
function sums({ count, volumeMl, amount }: FuelTotals) {
  return {
    "total_transacciones": count,
    "litros_totales": litersOf(volumeMl),
    "ingresos_totales": amount,
  };
}

/**
 * The record of a pump.
 *
 * @param records Whose.
 * @param pump The pump.
 * @returns Its record.
 */
export function pumpJson(records: PumpRecords, pump: PumpView): JsonValue {
  const { timezone } = records;
  const live = liveOf(records, pump.pump);
  return {
    "_id": recordId("surtidor", pump.site, pump.pump),
    "id_surtidor": pump.pump,
    "nombre": pump.name,
    "estado": shownState(pump, live),
    "estado_conexion": connectionWord(live.connection),
    "combustibles_soportados": pump.fuels,
    "combustible_actual": pump.fuel,
    "capacidad_maxima": litersOf(pump.capacityMl),
    "fecha_creacion": shownTime(pump.createdAt, timezone),
    "fecha_actualizacion": shownTime(pump.changedAt, timezone),
    "ultima_conexion": shownTimeOrNull(pump.connectedAt, timezone),
    ...sums(pump.totals),
    "estado_operacion": operationWord(live.operation),
    "estado_conexion_detalle": connectionDetail(live.connection),
    "ip": hostOf(live.address),
    "puerto": PUMP_HTTP_PORT,
    "configuracion": {
      "capacidad_maxima_litros": litersOf(pump.capacityMl),
      "velocidad_despacho": DISPENSING_SPEED,
    },
    "estadisticas": sums(pump.totals),
  };
}

/**
 * What a pump is doing.
 *
 * @param records Whose.
 * @param pump The pump.
 * @param prices The prices that hold at the site.
 * @returns Its live state.
 */
export function liveJson(
  records: PumpRecords,
  pump: PumpView,
  prices: readonly FuelPrice[],
): JsonValue {
  const live = liveOf(records, pump.pump);
  const fuel = live.fuel ?? pump.fuel;
  const held = live.price ??
    [...(pump.taken?.prices ?? []), ...prices]
      .find((it) => it.fuel === fuel)?.price ??
    0;
  const changedAt = live.at === 0 ? pump.changedAt : live.at * 1000;
  return {
    "id_surtidor": pump.pump,
    "estado_conexion": connectionWord(live.connection),
    "estado_conexion_detalle": connectionDetail(live.connection),
    "estado_operacion": operationWord(live.operation),
    "litros_actuales": litersOf(live.volumeMl),
    "monto_actual": live.amount,
    "tipo_combustible": fuel,
    "precio_por_litro": held,
    "cliente_id": null,
    "timestamp": shownTime(changedAt, records.timezone),
  };
}

/**
 * The figures of all pumps.
 *
 * @param records Whose.
 * @returns Every spelling of them.
 */
export function pumpStatistics(records: PumpRecords): JsonValue {
  let [pumps, connected, inService] = [0, 0, 0];
  const total = { count: 0, volumeMl: 0, amount: 0 };
  for (const pump of listPumps(records)) {
    pumps++;
    if (isConnected(records, pump.pump)) connected++;
    if (pump.serviceState === IN_SERVICE) inService++;
    total.count += pump.totals.count;
    total.volumeMl += pump.totals.volumeMl;
    total.amount += pump.totals.amount;
  }
  const links = records.forecourt.live.list(records.site)
    .reduce((sum, live) => sum + live.links, 0);
  return {
    "total_surtidores": pumps,
    "conectados": connected,
    "disponibles": inService,
    "total_transacciones": total.count,
    "total_litros": litersOf(total.volumeMl),
    "total_ingresos": total.amount,
    "cantidad_tcp_conectados": links,
    "litros_totales": litersOf(total.volumeMl),
    "ingresos_totales": total.amount,
  };
}
