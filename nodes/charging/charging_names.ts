/**
 * Where drivers and tariffs stand in a site's directory.
 *
 * @module
 */
import { sha256, toHex } from "../../crdt/mod.ts";

/** Ids that a directory takes as they are; what begins with a colon is a digest. */
const NAME = /^[A-Za-z0-9._-][A-Za-z0-9._:-]{0,63}$/;

/**
 * The subject of a directory for something with any id.
 *
 * @param kind `driver` or `tariff`.
 * @param id The id of a driver or a point.
 * @returns The kind and the id; of an id that is no name its digest.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * strictEqual(chargingSubject("driver", "417"), "driver/417");
 * strictEqual(chargingSubject("driver", "Ana Lopez").length, 48);
 * ```
 */
export function chargingSubject(kind: "driver" | "tariff", id: string): string {
  if (NAME.test(id)) return `${kind}/${id}`;
  const digest = sha256(new TextEncoder().encode(id)).slice(0, 20);
  return `${kind}/:${toHex(digest)}`;
}
