/**
 * The connections of original stations, several of one station at a time (C-05): which stand, and on which a verdict
 * goes.
 *
 * @module
 */
import type { StationKey } from "./station_places.ts";

/** A connection of a station. */
export interface StationWire {
  /**
   * Sends a frame with one write.
   *
   * @param frame The frame.
   * @param flushed Is told once the system has it; never if the connection breaks before.
   * @returns False if it is over.
   */
  write(frame: Uint8Array, flushed: () => void): boolean;
}

/** A connection that announced itself. */
export interface RosterLink {
  /** Its station. */
  readonly station: StationKey;
  /** The connection. */
  readonly wire: StationWire;
  /** When it announced itself, in monotonic milliseconds. */
  readonly openedAt: number;
  /** False once it is over: it is forgotten then (C-13). */
  isOpen: boolean;
}

/** The connections of all stations, in the order of their handshakes. */
export class StationRoster<T extends RosterLink> {
  readonly #links = new Map<StationKey, T[]>();

  /** A station has one more. */
  add(link: T): void {
    const links = this.#links.get(link.station);
    if (links === undefined) this.#links.set(link.station, [link]);
    else links.push(link);
  }

  /** One is over. */
  remove(link: T): void {
    link.isOpen = false;
    const others = (this.#links.get(link.station) ?? [])
      .filter((it) => it !== link);
    if (others.length === 0) this.#links.delete(link.station);
    else this.#links.set(link.station, others);
  }

  /**
   * The newest connection that has stood for a while: an original station closes some at once.
   *
   * @param station The station.
   * @param before It must have been there then, in monotonic milliseconds.
   * @returns The connection; undefined if there is none.
   */
  newest(station: StationKey, before: number): T | undefined {
    return this.#links.get(station)?.findLast((it) =>
      it.isOpen && it.openedAt <= before
    );
  }
}
