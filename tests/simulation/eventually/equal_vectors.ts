/**
 * Once nothing goes wrong any more, peers come to know the same in bounded time.
 *
 * @module
 */
import type { SpaceId } from "../../../crdt/mod.ts";
import type { Replica } from "../../../nodes/replica.ts";
import type { ScenarioContext } from "../scenario_context.ts";
import { exportVectors } from "../scenario_export.ts";
import type { SimulatedPeer } from "../scenario_peers.ts";

/** Far more than any wait of the protocol: silence ends a link after 30 s, a peer is dialed again after at most 30 s. */
export const QUIET_MS_MAX = 400_000;

/** The spaces that a peer's certificate reads; undefined for all. */
export function spacesOf(
  { reads }: SimulatedPeer,
): ReadonlySet<SpaceId> | undefined {
  return reads;
}

/** Whether a peer that reads every space has all that another wrote where it reads nothing. */
function hasWritten(reader: Replica, { node, reads }: SimulatedPeer): boolean {
  const register = node?.replica.register;
  const written = [...register?.all() ?? []].filter(({ space }) =>
    reads?.has(space) === false
  );
  return written.every(({ name, seq }) =>
    reader.register.family(name).some((entry) => entry.seq >= seq)
  );
}

/** Whether all running peers have the vectors of the first, as far as they read them. */
export function vectorsEqual(peers: readonly SimulatedPeer[]): boolean {
  const replica = peers[0]?.node?.replica;
  if (replica === undefined) return false;
  return peers.every((peer) => {
    const other = peer.node?.replica;
    return other !== undefined &&
      exportVectors(other, spacesOf(peer)) ===
        exportVectors(replica, spacesOf(peer)) &&
      hasWritten(replica, peer);
  });
}

/**
 * Lets time pass until the vectors are equal.
 *
 * @param context The scenario.
 * @param peers Who is compared; the first reads every space.
 * @returns What is wrong.
 */
export async function becomeEqual(
  context: ScenarioContext,
  peers: readonly SimulatedPeer[],
): Promise<readonly string[]> {
  const { mesh: { clock }, note } = context;
  const start = clock.monotonic();
  let equal = false;
  while (!equal && clock.monotonic() - start < QUIET_MS_MAX) {
    await clock.run(clock.monotonic() - start < 200 ? 50 : 2000);
    equal = vectorsEqual(peers);
  }
  const passedMs = clock.monotonic() - start;
  note(`${equal ? "equal" : "not equal"} after ${passedMs} ms`);
  if (equal) return [];
  const others = peers.filter((peer) =>
    !vectorsEqual([...peers.slice(0, 1), peer])
  ).map(({ name }) => name);
  return [`the peers did not become equal in time: ${others.join(", ")}`];
}
