/**
 * A forged log of plain sales.
 *
 * @module
 */
import { makeStamp } from "../../crdt/clock.ts";
import type { SpaceId } from "../../crdt/ids.ts";
import { makeSale } from "./facts.ts";
import { ForgedLog, type Forger } from "./forged_log.ts";

/**
 * Writes a log of `site:CUS` with one sale in each commit: `sale 1`, `sale 2` and so on.
 *
 * @param forger Who writes it.
 * @param commits How many.
 * @param options `renewsAt`: the seq of a commit that carries the certificate again; none if left out.
 * @returns The log.
 */
export function forgeSales(
  forger: Forger,
  commits: number,
  { renewsAt }: { readonly renewsAt?: number } = {},
): ForgedLog {
  const log = new ForgedLog(forger, "site:CUS" as SpaceId);
  for (let i = 1; i <= commits; i++) {
    log.add({
      stamp: makeStamp(i, 0),
      facts: [makeSale(`sale ${i}`)],
      renews: i === renewsAt,
    });
  }
  return log;
}
