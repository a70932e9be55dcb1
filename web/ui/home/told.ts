/**
 * Asks the node for what the start page is about, as far as this person may ask and this node has it.
 *
 * @module
 */
import type {
  BranchSync,
  CashSession,
  ChargingPanel,
  Health,
  Incident,
  Notifier,
  Oversell,
  Peer,
  Product,
  Pump,
  SalesClose,
  Tank,
  Totals,
} from "../wire_types.ts";
import type { Problem, WirePage } from "../base/http.ts";
import { withQuery } from "../base/http.ts";
import { type Resource, useResource } from "../base/resource.ts";
import { isNode, may, ownSite } from "../base/session.ts";
import type { Told } from "./attention.ts";
import { siteDate } from "./days.ts";

/** Milliseconds after which things without a view of their own are read again. */
const SLOW_MS = 60_000;
const FEW = 20;
const MANY = 1_000;

/** What the node told, when, and what it could not tell. */
export interface ToldNow {
  readonly told: Told;
  /** The oldest of all answers; undefined until each came. */
  readonly asOf: number | undefined;
  readonly problem: Problem | undefined;
}

type Asked = { readonly [K in keyof Told]-?: Resource<NonNullable<Told[K]>> };

/**
 * Asks the node, and asks again when something changes.
 *
 * @param timezone Of the node's site.
 * @returns What it told.
 */
export function useTold(timezone: string | undefined): ToldNow {
  const asked: Asked = {
    ...useGeneral(),
    ...useShop(timezone),
    ...useEquipment(),
  };
  const all: readonly Resource<unknown>[] = Object.values(asked);
  const expected = all.filter(({ busy, value, problem }) =>
    busy || value !== undefined || problem !== undefined
  );
  const times = expected.map(({ asOf }) => asOf ?? 0);
  const asOf = Math.min(...times);
  const told = Object.fromEntries(
    Object.entries(asked).map(([name, { value }]) => [name, value]),
  ) as Told;
  return {
    told,
    asOf: times.length === 0 || asOf === 0 ? undefined : asOf,
    problem: all.find(({ problem }) => problem !== undefined)?.problem,
  };
}

function useGeneral(): Pick<
  Asked,
  "health" | "incidents" | "peers" | "notifier" | "branchSync"
> {
  const branch = isNode("branch", "office");
  return {
    health: useResource<Health>("/v1/health", {
      views: ["health", "peers"],
      everyMs: SLOW_MS,
    }),
    incidents: useResource<WirePage<Incident>>(
      `/v1/incidents?acknowledged=false&limit=${FEW}`,
      { views: ["incidents"] },
    ),
    peers: useResource<WirePage<Peer>>(`/v1/peers?limit=${MANY}`, {
      views: ["peers"],
      everyMs: SLOW_MS,
    }),
    notifier: useResource<Notifier>(branch ? "/v1/notifier" : undefined, {
      everyMs: SLOW_MS,
    }),
    branchSync: useResource<BranchSync>(
      branch ? "/v1/branch-sync" : undefined,
      { everyMs: SLOW_MS },
    ),
  };
}

function useShop(timezone: string | undefined): Pick<
  Asked,
  "oversells" | "low" | "drawers" | "yesterday" | "closes"
> {
  const site = ownSite.value;
  const shop = isNode("branch", "station") && site !== undefined;
  const date = timezone === undefined ? undefined : siteDate(timezone, 1);
  const closing = shop && date !== undefined && may("supervisor");
  return {
    oversells: useResource<WirePage<Oversell>>(
      `/v1/oversells?acknowledged=false&limit=${FEW}`,
      { views: ["oversells", "stock"] },
    ),
    low: useResource<WirePage<Product>>(
      shop ? `/v1/products?low=true&limit=${FEW}` : undefined,
      { views: ["stock", "products"] },
    ),
    drawers: useResource<WirePage<CashSession>>(
      shop
        ? withQuery("/v1/cash-sessions", { site, open: true, limit: FEW })
        : undefined,
      { views: ["cash_sessions"], everyMs: SLOW_MS },
    ),
    yesterday: useResource<Totals>(
      closing ? withQuery("/v1/totals", { site, date }) : undefined,
      { views: ["sales"] },
    ),
    closes: useResource<WirePage<SalesClose>>(
      closing
        ? withQuery("/v1/sales-closes", { site, date, limit: 1 })
        : undefined,
      { views: ["sales_closes"] },
    ),
  };
}

function useEquipment(): Pick<Asked, "pumps" | "tanks" | "panel"> {
  const station = isNode("station");
  const limit = `limit=${MANY}`;
  return {
    pumps: useResource<WirePage<Pump>>(
      station ? `/v1/pumps?${limit}` : undefined,
      { views: ["directory", "pump_commands"], everyMs: SLOW_MS },
    ),
    tanks: useResource<WirePage<Tank>>(
      station ? `/v1/tanks?${limit}` : undefined,
      { views: ["directory", "transactions"], everyMs: SLOW_MS },
    ),
    panel: useResource<ChargingPanel>(
      isNode("charging") ? "/v1/charging-panel" : undefined,
      { views: ["charging_points", "charging_sessions"] },
    ),
  };
}
