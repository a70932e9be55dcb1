/**
 * What the parts of charging share: the node, what is in memory, and small readings that several of them need.
 *
 * @module
 */
import {
  type Clock,
  currencyExponent,
  type FactId,
  type SiteCode,
} from "../../crdt/mod.ts";
import type { IncidentReport } from "../incidents.ts";
import type { Logger } from "../ports.ts";
import type { Replica } from "../replica.ts";
import type { NodeInfo } from "../use_cases.ts";
import type { ChargingReports } from "./charging_incidents.ts";
import type { ChargingTelling } from "./charging_telling.ts";
import type {
  ChargeNotification,
  ChargingTimers,
} from "./charging_use_cases.ts";
import type { FactWaits } from "./fact_waits.ts";
import type { LiveSupplies } from "./live_supplies.ts";
import type { PointLinks } from "./point_links.ts";

/** The timers of the protocol page. */
export const CHARGING_TIMERS: ChargingTimers = {
  reservationMs: 0,
  lostMs: 5_000,
  staleMs: 60_000,
  goneMs: 86_400_000,
  stopMs: 5_000,
  restopMs: 4_000,
  sampleMs: 60_000,
};

/** What the parts of charging work with. */
export interface ChargingContext {
  /** The node's settings. */
  readonly node: NodeInfo;
  /** The node's replica. */
  readonly replica: Replica;
  /** Time. */
  readonly clock: Clock;
  /** Log lines. */
  readonly logger: Logger;
  /** Draws an id. */
  readonly newId: () => FactId;
  /** Timers. */
  readonly timers: ChargingTimers;
  /** Other nodes. */
  readonly telling: ChargingTelling;
  /** The sites of which this node reads the space. */
  readonly sites: () => readonly SiteCode[];
  /** Notes what a person should look at. */
  readonly report: (reports: readonly IncidentReport[]) => void;
  /** The same by kind. */
  readonly reports: ChargingReports;
  /** Connections of points to this node. */
  readonly links: PointLinks;
  /** Running supplies that this node hears of. */
  readonly live: LiveSupplies;
  /** Callers that wait for others' facts. */
  readonly waits: FactWaits;
  /** Tells listeners of a notification. */
  readonly tell: (told: ChargeNotification) => void;
}

/** The currency of a node's site, with its decimals. */
export function chargingMoney(
  { node }: Pick<ChargingContext, "node">,
): { readonly currency: string; readonly exponent: number } {
  const { currency } = node;
  return { currency, exponent: currencyExponent(currency) };
}

/** Runs work that nobody waits for; what fails is logged. */
export function guarded(
  { logger }: Pick<ChargingContext, "logger">,
  what: string,
  work: Promise<unknown>,
): void {
  work.catch((error) =>
    logger.log("warn", `Could not ${what}`, { error: String(error) })
  );
}
