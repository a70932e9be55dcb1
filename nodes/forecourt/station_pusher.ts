/**
 * What a company's surface needs to bring prices to the original stations of its list. The client of those stations
 * implements it.
 *
 * @module
 */
import type { FuelPrice, StationEntry } from "./forecourt_use_cases.ts";

/** Most milliseconds that a push waits for the station's word. */
export const STATION_PUSH_MS = 5_000;

/**
 * How the link to an original station is: `connected`; `timeout` if it did not answer in time; `refused` if nobody
 * listens there; `error` for anything else, e.g. a name that does not resolve.
 */
export type StationLinkState = "connected" | "timeout" | "refused" | "error";

/** The link to one station. */
export interface StationLink {
  /** The station's number in the company's list. */
  readonly number: number;
  /** How the link is, by the last attempt. */
  readonly state: StationLinkState;
  /** When prices were last sent to it, in microseconds since 1970; null if never since the start. */
  readonly lastSentAt: number | null;
}

/** Brings prices to original stations. */
export interface StationPusher {
  /**
   * Sends all prices of a station, now or with whatever is sent next if it cannot be reached: nothing is lost.
   *
   * @param entry The station; its name is sent too.
   * @param prices Its prices, complete.
   * @param timestamp When they were set, in microseconds since 1970.
   * @returns `delivered` is true if the station echoed them within {@linkcode STATION_PUSH_MS}. Never rejects.
   */
  push(
    entry: StationEntry,
    prices: readonly FuelPrice[],
    timestamp: number,
  ): Promise<{ readonly delivered: boolean }>;
  /** The links to stations that were dialed since the start, by number. */
  links(): readonly StationLink[];
}
