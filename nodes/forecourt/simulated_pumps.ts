/**
 * The older simulated pumps that report at a station's control port: shown live, never listed, never a delivery.
 *
 * @module
 */
import type { ProductId, SiteCode } from "../../crdt/mod.ts";

/** What a simulated pump reported last. */
export interface SimulatedPump {
  /** The site at whose port it reports. */
  readonly site: SiteCode;
  /** What it calls itself. */
  readonly id: number | string;
  /** Its name. */
  readonly name: string;
  /** What it says that it does, as it says it. */
  readonly state: string;
  /** The prices of a liter that it shows. */
  readonly prices: readonly {
    readonly fuel: ProductId;
    readonly price: number;
  }[];
  /** When it reported, in milliseconds since 1970. */
  readonly at: number;
}

/** Keeps what simulated pumps reported. */
export interface SimulatedPumps {
  /** Those that are connected, in the order in which they first reported. */
  list(site?: SiteCode): readonly SimulatedPump[];
  /** Keeps a report. */
  report(pump: Omit<SimulatedPump, "at">): void;
  /** Forgets a pump that has left. */
  forget(site: SiteCode, id: number | string): void;
  /** Is told of each report and each leaving. */
  watch(listener: (site: SiteCode) => void): () => void;
}

/** Most simulated pumps that are kept; the one that came first goes beyond. */
export const SIMULATED_PUMPS_MAX = 1_000;
/** Most listeners. */
const LISTENERS_MAX = 1024;

/**
 * Makes the list of simulated pumps.
 *
 * @param now Wall time in milliseconds.
 * @returns The list.
 */
export function createSimulatedPumps(now: () => number): SimulatedPumps {
  const pumps = new Map<string, SimulatedPump>();
  const listeners = new Set<(site: SiteCode) => void>();
  const keyOf = (site: SiteCode, id: number | string) =>
    JSON.stringify([site, id]);
  const tell = (site: SiteCode) => {
    for (const listener of listeners) listener(site);
  };
  return {
    list: (site) =>
      [...pumps.values()].filter((pump) =>
        site === undefined || pump.site === site
      ),
    report(pump) {
      pumps.set(keyOf(pump.site, pump.id), { ...pump, at: now() });
      if (pumps.size > SIMULATED_PUMPS_MAX) {
        const [oldest] = pumps.keys();
        if (oldest !== undefined) pumps.delete(oldest);
      }
      tell(pump.site);
    },
    forget(site, id) {
      if (pumps.delete(keyOf(site, id))) tell(site);
    },
    watch(listener) {
      if (listeners.size < LISTENERS_MAX) listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
