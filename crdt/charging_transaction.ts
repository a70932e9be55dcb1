/**
 * Numbers of transactions for chargers that need whole numbers, made of session ids so that no two nodes need agree; and
 * what a charger tells of a transaction's end to a node that knows it by its number alone.
 *
 * @module
 */
import { type FactId, sha256 } from "./ids.ts";

/** Greatest number of a transaction. */
export const TRANSACTION_MAX = 0x7fff_ffff;

/** The end of a transaction, as a charger tells of it. */
export interface TransactionStop {
  /** The number of the transaction. */
  readonly transaction: number;
  /** What the meter showed then, in watt-hours. */
  readonly meter: number;
  /** What flowed by the transaction's own meter values; left out where there are none. */
  readonly energy?: number | undefined;
  /** When it was by the charger's clock, in microseconds since 1970. */
  readonly at: number;
  /** How: `stopped` if the point was out of service. */
  readonly outcome: "completed" | "stopped";
  /** Why, in the charger's words. */
  readonly reason: string;
}

/**
 * The number of a session's transaction.
 *
 * @param session The session.
 * @returns 31 bits of its digest, 1 to 2,147,483,647; a point's sessions have different ones but for a chance of one in
 * two thousand million each.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * import type { FactId } from "./ids.ts";
 *
 * const session = "0190a5c0-d1e2-7000-8000-000000000001" as FactId;
 * strictEqual(transactionNumber(session), transactionNumber(session));
 * strictEqual(transactionNumber(session) > 0, true);
 * ```
 */
export function transactionNumber(session: FactId): number {
  const digest = sha256(new TextEncoder().encode(session));
  const number = new DataView(digest.buffer, digest.byteOffset).getUint32(0) &
    TRANSACTION_MAX;
  return number === 0 ? 1 : number;
}
