/**
 * What the station's web page is told as it happens: pumps, prices, the station's name and sales, as events of the
 * original bridge. Whoever holds the connections asks for the snapshot of a page that comes, and passes on what follows.
 *
 * @module
 */
import {
  type Clock,
  PanalError,
  type SiteCode,
  type Timer,
} from "../../crdt/mod.ts";
import type {
  ForecourtEvent,
  FuelPrice,
  PumpView,
  SimulatedPump,
  UseCases,
} from "../../nodes/mod.ts";
import { type JsonValue, plainJson } from "./fastapi_json.ts";
import {
  isConnected,
  listPumps,
  type PumpRecords,
} from "./forecourt_pump_records.ts";
import { saleJson } from "./forecourt_sales.ts";
import { priceMapOf } from "./forecourt_values.ts";

/** Milliseconds between two lists of pumps: four a second. */
export const PUMPS_EVENT_MS = 250;
/** Milliseconds for which pumps are not read again unless something is said of them. */
const PUMPS_READ_MS = 5_000;
/** Most sales that are remembered, so that none is told twice. */
const TOLD_SALES_MAX = 16_384;
/** Longest wait for prices that change by themselves, in milliseconds; after it the wait begins anew. */
const PRICES_WAIT_MS_MAX = 3_600_000;

/** An event for pages. */
export interface BridgeEvent {
  /** What pages know it by. */
  readonly name: string;
  /** Its one argument, plain JSON; made when it is asked for. */
  argument(): unknown;
  /** True if a later event of the name makes it needless. */
  readonly latest: boolean;
}

/** What a station's pages are told. */
export interface ForecourtBridge {
  /** What a page that comes is told first, in this order. */
  snapshot(): readonly BridgeEvent[];
  /** Is told of each event from now on; the result ends it. */
  watch(listener: (event: BridgeEvent) => void): () => void;
}

/** What the bridge needs of time. */
export type BridgeClock = Pick<Clock, "now" | "monotonic" | "timer">;

/** What the bridge is made of. */
interface Bridge extends PumpRecords {
  readonly clock: BridgeClock;
}

/**
 * Makes the bridge of a station.
 *
 * @param useCases A node that has a site.
 * @param clock Time.
 * @returns The bridge.
 * @throws {PanalError} `config_invalid` if the node has no site.
 */
export function createForecourtBridge(
  useCases: UseCases,
  clock: BridgeClock,
): ForecourtBridge {
  const { forecourt, node: { site, timezone } } = useCases;
  if (site === null) {
    throw new PanalError(
      "config_invalid",
      "Cannot offer forecourt-bridge: the node has no site",
    );
  }
  const bridge: Bridge = { forecourt, site, timezone, clock };
  return {
    snapshot: () => [
      pumpsEvent(bridge, () => [...listPumps(bridge)]),
      pricesEvent(bridge),
      nameEvent(bridge),
    ],
    watch: (listener) => watchStation(bridge, listener),
  };
}

function pricesEvent({ forecourt, site }: Bridge): BridgeEvent {
  return {
    name: "actualizacionPrecios",
    argument: () => priceMapOf(forecourt.prices(site).prices),
    latest: false,
  };
}

function nameEvent({ forecourt, site }: Bridge): BridgeEvent {
  return {
    name: "actualizacionNombre",
    argument: () => forecourt.station(site).name,
    latest: false,
  };
}

function pumpsEvent(
  bridge: Bridge,
  pumps: () => readonly PumpView[],
): BridgeEvent {
  const { forecourt, site } = bridge;
  return {
    name: "estadoSurtidores",
    argument() {
      const { prices } = forecourt.prices(site);
      return [
        ...pumps().map((pump) => shownPump(bridge, pump, prices)),
        ...forecourt.simulated.list(site).map(shownSimulated),
      ];
    },
    latest: true,
  };
}

/** Prices in the words of the page. */
function pagePrices(prices: readonly FuelPrice[]): JsonValue {
  const map = priceMapOf(prices);
  return {
    "gasolina93": map.precio_93,
    "gasolina95": map.precio_95,
    "gasolina97": map.precio_97,
    "diesel": map.precio_diesel,
  };
}

const SHOWN_OPERATIONS = {
  idle: "Parado",
  dispensing: "Cargando combustible",
  paused: "Pausado",
};

function shownPump(
  bridge: Bridge,
  { pump, name, taken }: PumpView,
  prices: readonly FuelPrice[],
): JsonValue {
  const live = bridge.forecourt.live.get(bridge.site, pump);
  return {
    "id": pump,
    "nombre": name,
    "estado": isConnected(bridge, pump)
      ? SHOWN_OPERATIONS[live?.operation ?? "idle"]
      : "Desconectado",
    "precios": pagePrices(taken?.prices ?? prices),
  };
}

function shownSimulated(
  { id, name, state, prices }: SimulatedPump,
): JsonValue {
  return {
    "id": id,
    "nombre": name,
    "estado": state,
    "precios": pagePrices(prices),
  };
}

/** The pumps of the directory, read again only where something changed, or after a while. */
function createPumpCache(bridge: Bridge) {
  const { forecourt, site, clock } = bridge;
  const pumps = new Map<number, PumpView>();
  const changed = new Set<number>();
  let readAt = -Infinity;
  return {
    change: (pump: number) => void changed.add(pump),
    list(): readonly PumpView[] {
      const now = clock.monotonic();
      if (now - readAt >= PUMPS_READ_MS) {
        pumps.clear();
        for (const pump of listPumps(bridge)) pumps.set(pump.pump, pump);
        readAt = now;
      } else {
        for (const number of changed) {
          const pump = forecourt.pump(site, number);
          if (pump === undefined) pumps.delete(number);
          else pumps.set(number, pump);
        }
      }
      changed.clear();
      return [...pumps.values()].toSorted((a, b) => a.pump - b.pump);
    },
  };
}

/** Calls back soon after something changed, and at most once in a while. */
function createCoalescer(
  clock: BridgeClock,
  everyMs: number,
  callback: () => void,
) {
  let last = -Infinity;
  let timer: Timer | undefined;
  return {
    changed() {
      const wait = Math.max(0, last + everyMs - clock.monotonic());
      timer ??= clock.timer(wait, () => {
        timer = undefined;
        last = clock.monotonic();
        callback();
      });
    },
    stop: () => timer?.cancel(),
  };
}

/** Calls back when prices that were set for later begin to hold. */
function createPriceAlarm(
  { forecourt, site, clock }: Bridge,
  callback: () => void,
) {
  const held = () => JSON.stringify(forecourt.prices(site).prices);
  let timer: Timer | undefined;
  let last = "";
  const set = () => {
    timer?.cancel();
    last = held();
    const now = clock.now();
    const next = forecourt.nextPrices(site, now * 1000) / 1000;
    if (!Number.isFinite(next)) return;
    const wait = Math.min(Math.max(0, next - now), PRICES_WAIT_MS_MAX);
    timer = clock.timer(Math.ceil(wait), () => {
      if (held() !== last) callback();
      set();
    });
  };
  set();
  return { set, stop: () => timer?.cancel() };
}

/** Remembers some names; true for one that is new. */
function createMemory(max: number): (name: string) => boolean {
  const known = new Set<string>();
  return (name) => {
    if (known.has(name)) return false;
    known.add(name);
    const [oldest] = known;
    if (known.size > max && oldest !== undefined) known.delete(oldest);
    return true;
  };
}

function watchStation(
  bridge: Bridge,
  listener: (event: BridgeEvent) => void,
): () => void {
  const { forecourt, site, clock } = bridge;
  const { live } = forecourt;
  const cache = createPumpCache(bridge);
  const pumps = createCoalescer(
    clock,
    PUMPS_EVENT_MS,
    () => listener(pumpsEvent(bridge, cache.list)),
  );
  const isNew = createMemory(TOLD_SALES_MAX);
  const tellPrices = () => {
    listener(pricesEvent(bridge));
    pumps.changed();
  };
  const alarm = createPriceAlarm(bridge, tellPrices);
  const isHere = (place: SiteCode | null) => place === null || place === site;
  const told = (event: ForecourtEvent) => {
    switch (event.kind) {
      case "sale":
        if (event.sale.site !== site || !isNew(event.sale.id)) return;
        return listener(saleEvent(bridge, event.sale));
      case "prices":
        if (!isHere(event.site)) return;
        alarm.set();
        return tellPrices();
      case "station":
        if (!isHere(event.site)) return;
        listener(pricesEvent(bridge));
        return listener(nameEvent(bridge));
      case "pump":
        if (!isHere(event.site)) return;
        cache.change(event.pump);
        return pumps.changed();
      default:
    }
  };
  const ends = [
    forecourt.watch(told),
    live.watch((pump) => isHere(pump.site) && pumps.changed()),
    forecourt.simulated.watch((place) => isHere(place) && pumps.changed()),
  ];
  return () => {
    for (const end of ends) end();
    pumps.stop();
    alarm.stop();
  };
}

function saleEvent(
  { timezone }: Bridge,
  sale: Parameters<typeof saleJson>[0],
): BridgeEvent {
  return {
    name: "nuevaTransaccion",
    argument: () => plainJson(saleJson(sale, timezone)),
    latest: false,
  };
}
