/**
 * How a company's prices reach its stations: a peer of the mesh holds them once it says so, or once a pump there has
 * taken them, which is heard of over any number of peers between; an original station is pushed to by the client of
 * original stations.
 *
 * @module
 */
import type { Clock } from "../../crdt/mod.ts";
import type {
  PeerView,
  PriceSetView,
  StationEntry,
  StationLink,
  StationPusher,
  UseCases,
} from "../../nodes/mod.ts";

/** Most milliseconds that an answer waits for a station. */
export const DELIVERY_MS_MAX = 5_000;
/** Milliseconds between two looks at what a station's peers hold. */
const LOOK_MS = 50;
/** Most pumps of a station that are looked at each time. */
const PUMPS_MAX = 64;

/** The links of a company to its stations. */
export interface StationLinks {
  /** How the link to a station is; null if it was never tried. */
  stateOf(entry: StationEntry): StationLink["state"] | null;
  /** Links that were tried since the start, with their stations. */
  tried(): readonly (readonly [StationEntry, StationLink])[];
  /** Waits until a station has its new prices, for five seconds at most; they reach it later otherwise. */
  deliver(entry: StationEntry, set: PriceSetView): Promise<boolean>;
  /** Forgets a station that was taken off the list. */
  forget(number: number): void;
}

/** What the links are made of. */
export interface StationLinkParts {
  /** The node. */
  readonly useCases: UseCases;
  /** Time. */
  readonly clock: Pick<Clock, "now" | "monotonic" | "timer">;
  /** The client of original stations; without it none can be reached. */
  readonly pusher?: StationPusher;
}

/** Whether a peer has all that this node has of its site. */
function holdsAll({ self, linked, site, lag }: PeerView): boolean {
  return self || linked &&
      lag.every(({ space, commits }) =>
        space !== `site:${site}` || commits >= 0
      );
}

/**
 * Makes the links.
 *
 * @param parts What they are made of.
 * @returns The links.
 */
export function createStationLinks(parts: StationLinkParts): StationLinks {
  const { useCases, clock, pusher } = parts;
  /** What became of deliveries to peers, by the station's number. */
  const delivered = new Map<number, StationLink>();

  const peersOf = ({ site }: StationEntry) =>
    useCases.peers().filter((peer) => peer.site === site);

  const wait = (ms: number) => {
    const { promise, resolve } = Promise.withResolvers<void>();
    clock.timer(ms, resolve);
    return promise;
  };

  const isTaken = ({ site }: StationEntry, { id }: PriceSetView) =>
    useCases.forecourt.pumps({ site, limit: PUMPS_MAX }).items
      .some(({ taken }) => taken?.set === id);

  const untilHeld = async (
    entry: StationEntry,
    set: PriceSetView,
  ): Promise<boolean> => {
    const end = clock.monotonic() + DELIVERY_MS_MAX;
    while (!peersOf(entry).some(holdsAll) && !isTaken(entry, set)) {
      if (clock.monotonic() >= end) return false;
      await wait(LOOK_MS);
    }
    return true;
  };

  const pushedTo = (entry: StationEntry) =>
    pusher?.links().find(({ number }) => number === entry.number);

  return {
    stateOf(entry) {
      const peers = peersOf(entry);
      if (peers.length === 0) return pushedTo(entry)?.state ?? null;
      return peers.some(({ self, linked }) => self || linked)
        ? "connected"
        : "refused";
    },
    tried: () =>
      useCases.forecourt.stationEntries().flatMap((entry) => {
        const link = delivered.get(entry.number) ?? pushedTo(entry);
        return link === undefined ? [] : [[entry, link] as const];
      }),
    async deliver(entry, set) {
      if (peersOf(entry).length === 0) {
        if (pusher === undefined) return false;
        return (await pusher.push(entry, set.prices, set.at)).delivered;
      }
      const held = await untilHeld(entry, set);
      delivered.set(entry.number, {
        number: entry.number,
        state: held ? "connected" : "timeout",
        lastSentAt: set.at,
      });
      return held;
    },
    forget: (number) => void delivered.delete(number),
  };
}
