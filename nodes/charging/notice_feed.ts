/**
 * What a driver's own program has not been told yet. Its place in the feed says how far it has been given the words that
 * each log of the site has for this driver. Logs come to every node in their order, so a place means the same at each of
 * them: what reaches a node late is given then, and nothing is left out when a program goes to another node.
 *
 * @module
 */
import {
  CHARGE_NOTICES,
  type Reader,
  readNotice,
  type StoredNotice,
} from "../../crdt/mod.ts";
import { decodeCursor, encodeCursor } from "../use_cases/cursor.ts";
import type {
  ChargeNotification,
  ChargingNoticeFeed,
} from "./charging_use_cases.ts";

/** Most notifications that one answer gives: a driver who was away for longer is given the newest. */
export const NOTICES_BEYOND_MAX = 1_000;
/** Most logs of which a place knows: those that told the driver last. */
export const PLACE_LOGS_MAX = 128;
/** The longest place, in characters. */
export const PLACE_LENGTH_MAX = 8_192;
/** Digits of a log's name in a place; the hash of a fork's continuation has as many. */
const NAME_LENGTH = 12;

/** How far a program has been told what each log says, by short names of logs. */
type Place = ReadonlyMap<string, number>;

/** A log's name in a place. */
function shortName(log: string): string {
  const [name = "", fork] = log.split("~");
  const short = name.slice(0, NAME_LENGTH);
  return fork === undefined ? short : `${short}~${fork.slice(0, NAME_LENGTH)}`;
}

function encodePlace(place: Place): string {
  return encodeCursor([...place].flat());
}

function decodePlace(text: string): Place | undefined {
  if (text.length > PLACE_LENGTH_MAX) return undefined;
  const parts = decodeCursor(text);
  if (parts === undefined || parts.length % 2 !== 0) return undefined;
  const place = new Map<string, number>();
  for (let i = 0; i < parts.length; i += 2) {
    const [name, seq] = [parts[i], parts[i + 1]];
    if (typeof name !== "string" || typeof seq !== "number") return undefined;
    if (!Number.isSafeInteger(seq) || seq < 0) return undefined;
    place.set(name, seq);
  }
  return place.size <= PLACE_LOGS_MAX ? place : undefined;
}

/** The newest words to a driver that are beyond a place, and the place behind them. */
function beyond(rows: readonly StoredNotice[], from: Place) {
  const place = new Map<string, number>();
  const found: StoredNotice[] = [];
  for (const notice of rows) {
    const name = shortName(notice.name);
    if (!place.has(name)) {
      if (place.size === PLACE_LOGS_MAX) continue;
      place.set(name, from.get(name) ?? 0);
    }
    if (notice.seq <= (from.get(name) ?? 0)) continue;
    found.push(notice);
    place.set(name, Math.max(place.get(name) ?? 0, notice.seq));
  }
  for (const [name, seq] of from) {
    if (place.size < PLACE_LOGS_MAX && !place.has(name)) place.set(name, seq);
  }
  return { found: found.toReversed(), place };
}

/**
 * Makes the feed.
 *
 * @param rows The views, as they are when the feed is read.
 * @param toView How a stored word is shown.
 * @returns The feed.
 */
export function createNoticeFeed(
  rows: () => Reader,
  toView: (notice: StoredNotice) => ChargeNotification,
): ChargingNoticeFeed {
  return {
    noticesBeyond({ driver, place }) {
      const from = place === null ? new Map() : decodePlace(place);
      if (from === undefined) return undefined;
      const newest = rows().scan(CHARGE_NOTICES, {
        index: "by_driver",
        prefix: [driver],
        reverse: true,
        limit: NOTICES_BEYOND_MAX,
      }).map(readNotice);
      const { found, place: next } = beyond(newest, from);
      return { items: found.map(toView), place: encodePlace(next) };
    },
  };
}
