/**
 * Numbers of transactions for chargers that need whole numbers, made of session ids so that no two nodes need agree.
 *
 * @module
 */
import { type FactId, sha256 } from "./ids.ts";

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
    0x7fff_ffff;
  return number === 0 ? 1 : number;
}
