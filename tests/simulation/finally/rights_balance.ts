/**
 * Invariants 5 and 6: no decision takes a balance below zero, and rights are neither lost nor made on the way.
 *
 * @module
 */
import {
  ACCEPTANCES,
  balanceOf,
  GRANTS,
  IN_TRANSIT,
  peerIdOf,
  type Reader,
  RIGHTS,
  RIGHTS_STATED,
  type RightsSums,
} from "../../../crdt/mod.ts";
import type { Suspects } from "../scenario_context.ts";
import type { SimulatedPeer } from "../scenario_peers.ts";

/**
 * Balances below zero that no observation explains, and bounds of which rights went astray.
 *
 * @param peer A peer that reads every space.
 * @param suspects Keys that may have spent a right twice, and revoked ones: whoever took rights from them owes. Who
 * lost its disk may have been the last to have what it granted.
 * @returns What is wrong.
 */
export function findUnbalanced(
  { name, node }: SimulatedPeer,
  { cloned, copied, revoked }: Suspects,
): string[] {
  if (node === undefined) return [];
  const { reader, register } = node.replica;
  const found: string[] = [];
  const orphaned = orphanedRights(reader, copied.size > 0);
  const open = new Map<string, number>();
  const add = (bound: unknown, amount: number) =>
    open.set(String(bound), (open.get(String(bound)) ?? 0) + amount);
  for (const row of reader.scan(RIGHTS)) {
    const sums = row as unknown as RightsSums;
    add(row["bound"], sums.granted - sums.accepted);
    const log = register.byNumber(Number(row["log"]));
    if (log === undefined || revoked.size > 0) continue;
    if (cloned.has(peerIdOf(log.publicKey))) continue;
    const lost = orphaned.get(`${row["bound"]} ${row["log"]}`) ?? 0;
    if (balanceOf(sums) + lost - sums.held + sums.observed < 0) {
      found.push(
        `${name}: log ${log.name} has spent more of ${
          row["bound"]
        } than it had: ${JSON.stringify(sums)}`,
      );
    }
  }
  for (const row of reader.scan(IN_TRANSIT)) {
    add(row["bound"], -Number(row["amount"]));
  }
  for (const [bound, amount] of open) {
    if (amount === 0) continue;
    found.push(
      `${name}: ${amount} of ${bound} are neither here nor on the way`,
    );
  }
  return found;
}

/**
 * Rights that logs took over by grants that nobody has any more, by bound and log: all who read the space may have lost
 * their disks, while stations, which do not read it, have kept what they wrote.
 */
function orphanedRights(
  reader: Reader,
  someLostTheirs: boolean,
): ReadonlyMap<string, number> {
  const sums = new Map<string, number>();
  if (!someLostTheirs) return sums;
  for (const row of reader.scan(ACCEPTANCES)) {
    const prefix = [row["grant"] ?? null];
    const isHere = reader.scan(GRANTS, { prefix, limit: 1 }).length > 0 ||
      reader.scan(RIGHTS_STATED, { index: "by_id", prefix }).length > 0;
    const key = `${row["bound"]} ${row["log"]}`;
    if (isHere) continue;
    sums.set(key, (sums.get(key) ?? 0) + Number(row["amount"]));
  }
  return sums;
}
