/**
 * Names of charging: ids of points and drivers, and ids that follow from what they name, so that whoever tells of the same
 * thing twice tells of one.
 *
 * @module
 */
import { type FactId, fixedFactId } from "./ids.ts";

/** Longest id of a charging point or a driver, in bytes of UTF-8. */
export const CHARGING_ID_BYTES_MAX = 200;

/** A charging point's id: 1 to 200 bytes of UTF-8 without `#`, control characters and outer spaces; case counts. */
export type PointId = string & { readonly __brand: "PointId" };
/** A driver's id, of the same form as a point's, and no word that answers a query. */
export type DriverId = string & { readonly __brand: "DriverId" };

/** Words that stand for something else where a driver's id could stand. */
const RESERVED: readonly string[] = [
  "NO_SESSION",
  "NO_DRIVER",
  "ERROR",
  "UNKNOWN_COMMAND",
];

/** Under whom original equipment charges without having asked anybody: a guest, and a trial from the page. */
export const MANUAL_DRIVERS: readonly string[] = ["INVITADO", "WEB_TESTER"];

function isName(text: unknown): text is string {
  return typeof text === "string" && text !== "" &&
    text.length <= CHARGING_ID_BYTES_MAX && text.isWellFormed() &&
    !/[#\p{Cc}]/u.test(text) && text.trim() === text &&
    new TextEncoder().encode(text).length <= CHARGING_ID_BYTES_MAX;
}

/**
 * Reads a charging point's id.
 *
 * @param text Anything.
 * @returns The id, or undefined if the text is none.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * strictEqual(parsePointId("SEV-07"), "SEV-07");
 * strictEqual(parsePointId("SEV#07"), undefined);
 * ```
 */
export function parsePointId(text: unknown): PointId | undefined {
  return isName(text) ? text as PointId : undefined;
}

/**
 * Reads a driver's id.
 *
 * @param text Anything.
 * @returns The id, or undefined if the text is none.
 */
export function parseDriverId(text: unknown): DriverId | undefined {
  return isName(text) && !RESERVED.includes(text)
    ? text as DriverId
    : undefined;
}

/** Makes ids that follow from others'. The last one is kept: a fact's check and its folds ask for it again at once. */
function derived(kind: string): (of: FactId) => FactId {
  let last: { readonly of: string; readonly id: FactId } | undefined;
  return (of) => {
    if (last?.of !== of) last = { of, id: fixedFactId([kind, of]) };
    return last.id;
  };
}

/** The session of a request that was accepted: the same whoever accepts it. */
export const sessionOfRequest: (request: FactId) => FactId = derived(
  "charge session",
);

/** The id of the fact that refuses a request. */
export const refusalId: (request: FactId) => FactId = derived("charge refused");

/** The id of the fact that a session's equipment was told of its driver; also of the word to the driver. */
export const informedId: (session: FactId) => FactId = derived(
  "point informed",
);

/** The id of the fact that a session's supply began. */
export const startId: (session: FactId) => FactId = derived("charge start");

/** The id of the fact that ends a session; also of the word to the driver. */
export const endId: (session: FactId) => FactId = derived("charge end");

/** The id of the word that a session goes on after another one was displaced. */
export const againId: (displaced: FactId) => FactId = derived("charge again");

/** The id of what a session came to beyond its end. */
export const restId: (session: FactId) => FactId = derived("charge rest");
