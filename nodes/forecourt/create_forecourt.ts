/**
 * Puts the use-cases of fuel stations together.
 *
 * @module
 */
import {
  DIRECTORY,
  FUEL_SALES,
  PRICE_CHANGES,
  PRICES_TAKEN,
  PUMP_COMMANDS,
  type SiteCode,
  siteOfSpace,
  type SpaceId,
  TANK_EVENTS,
} from "../../crdt/mod.ts";
import type { RowChange } from "../row_buffer.ts";
import { createDayUseCases } from "./day_reports.ts";
import type { ForecourtContext } from "./forecourt_context.ts";
import type {
  ForecourtEvent,
  ForecourtUseCases,
} from "./forecourt_use_cases.ts";
import { createFuelPriceUseCases } from "./fuel_prices.ts";
import { createFuelSaleUseCases, fuelSaleView } from "./fuel_sales.ts";
import { commandView, createCommandUseCases } from "./pump_commands.ts";
import { listTankEvents } from "./list_tank_events.ts";
import { createPumpUseCases } from "./pumps.ts";
import { createStationUseCases } from "./stations.ts";
import { createTankUseCases } from "./wet_stock.ts";

/** Tables whose changes make events, and under which name live pages know them. */
export const FORECOURT_SHOWN: ReadonlyMap<string, string> = new Map([
  [FUEL_SALES.name, "transactions"],
  [DIRECTORY.name, "directory"],
  [PUMP_COMMANDS.name, "pump_commands"],
  [PRICES_TAKEN.name, "pumps"],
  [TANK_EVENTS.name, "tanks"],
]);

/** Most listeners of events. */
const LISTENERS_MAX = 1024;

/** What a changed row of the directory is about. */
function directoryEvent({ key }: RowChange): ForecourtEvent | undefined {
  const [space, subject] = key;
  const site = siteOfSpace(space as SpaceId);
  const [kind, name] = String(subject).split("/");
  if (site === undefined) return undefined;
  if (kind === "pump") return { kind: "pump", site, pump: Number(name) };
  return subject === "site/name" ? { kind: "station", site } : undefined;
}

function priceEvent({ key }: RowChange): ForecourtEvent {
  const scope = String(key[0]);
  return {
    kind: "prices",
    site: scope === "mesh" ? null : scope.slice("site:".length) as SiteCode,
  };
}

function eventOf(
  { node, replica }: ForecourtContext,
  change: RowChange,
): ForecourtEvent | undefined {
  const { table, key } = change;
  switch (table) {
    case PRICE_CHANGES:
      return priceEvent(change);
    case DIRECTORY:
      return directoryEvent(change);
    case PUMP_COMMANDS: {
      const row = replica.reader.get(PUMP_COMMANDS, key);
      return row === undefined
        ? undefined
        : { kind: "command", command: commandView(replica.reader, row) };
    }
    case FUEL_SALES: {
      const row = replica.reader.get(FUEL_SALES, key);
      if (row === undefined) return undefined;
      const log = replica.register.byNumber(Number(row["log"]))?.name;
      if (log === undefined) return undefined;
      const place = { timezone: node.timezone, log };
      return { kind: "sale", sale: fuelSaleView(row, place) };
    }
    default:
      return undefined;
  }
}

/** Events that say the same once in a transaction: a set of prices changes a row for each fuel. */
function keyOf(event: ForecourtEvent): string {
  switch (event.kind) {
    case "prices":
    case "station":
      return `${event.kind} ${event.site}`;
    case "pump":
      return `pump ${event.site} ${event.pump}`;
    case "command":
      return `command ${event.command.id}`;
    case "sale":
      return `sale ${event.sale.id}`;
  }
}

function createWatch(context: ForecourtContext): ForecourtUseCases["watch"] {
  const listeners = new Set<(event: ForecourtEvent) => void>();
  context.replica.listen({
    written: () => {},
    taken: () => {},
    incident: () => {},
    changed(changes) {
      if (listeners.size === 0) return;
      const events = new Map<string, ForecourtEvent>();
      for (const change of changes) {
        const event = eventOf(context, change);
        if (event !== undefined) events.set(keyOf(event), event);
      }
      for (const event of events.values()) {
        for (const listener of listeners) listener(event);
      }
    },
  });
  return (listener) => {
    if (listeners.size < LISTENERS_MAX) listeners.add(listener);
    return () => void listeners.delete(listener);
  };
}

/**
 * Puts the use-cases of fuel stations together.
 *
 * @param context What they work with.
 * @returns The use-cases.
 */
export function createForecourt(context: ForecourtContext): ForecourtUseCases {
  const prices = createFuelPriceUseCases(context);
  return {
    live: context.live,
    simulated: context.simulated,
    ...createPumpUseCases(context),
    ...prices,
    ...createStationUseCases(context, prices.setPrices),
    ...createFuelSaleUseCases(context),
    ...createTankUseCases(context),
    tankEvents: (query) => listTankEvents(context, query),
    ...createCommandUseCases(context),
    ...createDayUseCases(context),
    watch: createWatch(context),
  };
}
