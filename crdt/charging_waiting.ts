/**
 * How lists of what waits are read: by when it runs out, then by its id.
 *
 * @module
 */
import type { FactId } from "./ids.ts";
import type { Scan } from "./rows.ts";
import { idBytes } from "./sales.ts";

/** Where something stands among what waits. */
export interface WaitingPlace {
  /** When it runs out, in microseconds since 1970. */
  readonly expiresAt: number;
  /** Its id. */
  readonly id: FactId;
}

/** A page of what waits. */
export interface WaitingPage {
  /** The most to give. */
  readonly limit: number;
  /** Go on behind this one. */
  readonly after?: WaitingPlace;
  /** Only what runs out then or later, in microseconds since 1970. */
  readonly from?: number;
  /** Only what runs out before, likewise. */
  readonly below?: number;
}

/**
 * The bounds of a page in an index that goes on with `expires_at` and the id.
 *
 * @param page The page.
 * @returns Bounds of a scan.
 */
export function waitingBounds(
  { limit, after, from, below }: WaitingPage,
): Pick<Scan, "limit" | "after" | "from" | "below"> {
  return {
    limit,
    ...(after !== undefined
      ? { after: [after.expiresAt, idBytes(after.id)] }
      : from === undefined
      ? {}
      : { from: [from] }),
    ...(below === undefined ? {} : { below: [below] }),
  };
}
