/**
 * Sees what an original station sends again after its leader has changed (C-21): a burst right behind a handshake, under
 * the address of the pump that announced itself; and what looks like a repeat, but cannot be told from a purchase.
 *
 * @module
 */

/** What comes so soon after a handshake may be part of a burst, in milliseconds. */
export const REPLAY_WINDOW_MS = 250;
/** Frames of a burst follow each other within so many milliseconds. */
export const REPLAY_GAP_MS = 50;
/** An expense that was decided before is suspect so long after a handshake, in milliseconds. */
export const REPLAY_FLAG_MS = 5_000;
/** Most stations that are remembered; beyond, those not heard of for longest are forgotten. */
export const GUARDED_STATIONS_MAX = 4_096;
/** Most pumps of one station that are remembered. */
export const GUARDED_PUMPS_MAX = 32;
/** Most purchases of one station that are remembered, the latest. */
export const GUARDED_PURCHASES_MAX = 4_096;

/** An expense, as far as the guard looks at it. */
export interface GuardedExpense {
  /** The pump's address that stands in it. */
  readonly address: string;
  /** Company, card, total and date. */
  readonly content: string;
}

/** What the guard keeps of one connection. */
export interface GuardedLink {
  /** The address in its handshake. */
  readonly address: string;
  /** Its station, by province and number. */
  readonly station: string;
  /** Until when its frames may be part of a burst, in monotonic milliseconds. */
  windowEnd: number;
}

interface Station {
  readonly pumps: Set<string>;
  /** When it last announced itself, in monotonic milliseconds. */
  announcedAt: number;
  /** Addresses under which each content was decided. */
  readonly decided: Map<string, Set<string>>;
}

/** The guard of all stations. */
export class ReplayGuard {
  readonly #stations = new Map<string, Station>();

  /**
   * Remembers a pump of a station, as it was announced at some time.
   *
   * @param station The station.
   * @param address The pump's address.
   * @returns True if it was not known.
   */
  remember(station: string, address: string): boolean {
    const { pumps } = this.#station(station);
    if (pumps.has(address) || pumps.size >= GUARDED_PUMPS_MAX) return false;
    pumps.add(address);
    return true;
  }

  /**
   * A connection announces itself.
   *
   * @param station Its station.
   * @param address The pump's address in its handshake.
   * @param now Monotonic milliseconds.
   * @returns What to show with each of its expenses.
   */
  announce(station: string, address: string, now: number): GuardedLink {
    this.#station(station).announcedAt = now;
    return { address, station, windowEnd: now + REPLAY_WINDOW_MS };
  }

  /**
   * Looks at an expense as it comes.
   *
   * @param link Its connection.
   * @param expense The expense.
   * @param now Monotonic milliseconds.
   * @returns True if it is not to be charged, but to be looked at by a person.
   */
  isReplay(link: GuardedLink, expense: GuardedExpense, now: number): boolean {
    if (now > link.windowEnd) return false;
    link.windowEnd = Math.max(link.windowEnd, now + REPLAY_GAP_MS);
    return expense.address === link.address &&
      this.#station(link.station).pumps.size > 1;
  }

  /**
   * Whether an expense that is to be charged may be a repeat all the same.
   *
   * @param station The station that sells.
   * @param expense The expense.
   * @param now Monotonic milliseconds.
   * @returns True if an equal one was decided under another address, and the station announced itself just now.
   */
  isSuspect(station: string, expense: GuardedExpense, now: number): boolean {
    if (!this.isAnnounced(station, now)) return false;
    const addresses = this.#stations.get(station)?.decided.get(expense.content);
    return [...addresses ?? []].some((it) => it !== expense.address);
  }

  /**
   * Whether a station announced itself just now.
   *
   * @param station The station.
   * @param now Monotonic milliseconds.
   * @returns True within `REPLAY_FLAG_MS` of a handshake.
   */
  isAnnounced(station: string, now: number): boolean {
    const { announcedAt = -Infinity } = this.#stations.get(station) ?? {};
    return now - announcedAt <= REPLAY_FLAG_MS;
  }

  /**
   * An expense was decided.
   *
   * @param station The station that sells.
   * @param expense The expense.
   */
  decided(station: string, expense: GuardedExpense): void {
    const { decided } = this.#station(station);
    const addresses = decided.get(expense.content) ?? new Set();
    if (addresses.size < GUARDED_PUMPS_MAX) addresses.add(expense.address);
    decided.delete(expense.content);
    decided.set(expense.content, addresses);
    for (const oldest of decided.keys()) {
      if (decided.size <= GUARDED_PURCHASES_MAX) break;
      decided.delete(oldest);
    }
  }

  #station(name: string): Station {
    const known = this.#stations.get(name) ??
      { pumps: new Set(), announcedAt: -Infinity, decided: new Map() };
    this.#stations.delete(name);
    this.#stations.set(name, known);
    for (const oldest of this.#stations.keys()) {
      if (this.#stations.size <= GUARDED_STATIONS_MAX) break;
      this.#stations.delete(oldest);
    }
    return known;
  }
}
