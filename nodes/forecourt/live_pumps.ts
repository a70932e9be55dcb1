/**
 * What pumps are doing now, as this node sees it: links, running deliveries. Nothing of it is stored; what must last
 * are facts.
 *
 * @module
 */
import type { SiteCode } from "../../crdt/mod.ts";

/** What a pump can be told to do. */
export type PumpCommand = "pause" | "resume" | "stop" | "report";

/** How a pump's link is: see the protocol's connection states. */
export type PumpConnection = "connected" | "timeout" | "error" | "disconnected";

/** What a pump is doing. */
export type PumpOperation = "idle" | "dispensing" | "paused";

/** A pump as it is now. */
export interface PumpLive {
  /** Its site. */
  readonly site: SiteCode;
  /** Its number. */
  readonly pump: number;
  /** Its link to this node, or to the peer that told of it. */
  readonly connection: PumpConnection;
  /** How many links it has. */
  readonly links: number;
  /** What it does. */
  readonly operation: PumpOperation;
  /** Milliliters of the running delivery; 0 when idle. */
  readonly volumeMl: number;
  /** Money of the running delivery, in units of the site's currency. */
  readonly amount: number;
  /** The fuel that it named last; null if it named none. */
  readonly fuel: string | null;
  /** Its price of one liter, if it is known. */
  readonly price: number | null;
  /** Where it connects from. */
  readonly address: string | null;
  /** When this last changed, in milliseconds since 1970. */
  readonly at: number;
}

/** Keeps what pumps are doing. */
export interface LivePumps {
  /** A pump as it is now; undefined if nothing was ever heard of it since the start. */
  get(site: SiteCode, pump: number): PumpLive | undefined;
  /** All that were heard of, by site and number. */
  list(site?: SiteCode): readonly PumpLive[];
  /** Changes some of what is known of a pump. */
  update(
    site: SiteCode,
    pump: number,
    change: Partial<Omit<PumpLive, "site" | "pump">>,
  ): PumpLive;
  /** Forgets a pump that is no longer listed. */
  forget(site: SiteCode, pump: number): void;
  /** Is told of each change. */
  watch(listener: (pump: PumpLive) => void): () => void;
}

/** Most pumps of which a node keeps what they are doing. */
export const LIVE_PUMPS_MAX = 10_000;
/** Most listeners. */
const LISTENERS_MAX = 1024;

function unheard(site: SiteCode, pump: number): PumpLive {
  return {
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
 * Makes the list of what pumps are doing.
 *
 * @param now Wall time in milliseconds.
 * @returns The list. Beyond `LIVE_PUMPS_MAX` pumps the one that changed longest ago is forgotten.
 */
export function createLivePumps(now: () => number): LivePumps {
  const pumps = new Map<string, PumpLive>();
  const listeners = new Set<(pump: PumpLive) => void>();
  const keyOf = (site: SiteCode, pump: number) => `${site}/${pump}`;
  return {
    get: (site, pump) => pumps.get(keyOf(site, pump)),
    list: (site) =>
      [...pumps.values()]
        .filter((pump) => site === undefined || pump.site === site)
        .toSorted((a, b) =>
          a.site === b.site ? a.pump - b.pump : a.site < b.site ? -1 : 1
        ),
    update(site, pump, change) {
      const key = keyOf(site, pump);
      const before = pumps.get(key) ?? unheard(site, pump);
      const after = { ...before, ...change, at: change.at ?? now() };
      // Deleting first keeps the map in the order of the last change.
      pumps.delete(key);
      pumps.set(key, after);
      if (pumps.size > LIVE_PUMPS_MAX) {
        const [oldest] = pumps.keys();
        if (oldest !== undefined) pumps.delete(oldest);
      }
      for (const listener of listeners) listener(after);
      return after;
    },
    forget: (site, pump) => void pumps.delete(keyOf(site, pump)),
    watch(listener) {
      if (listeners.size < LISTENERS_MAX) listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
