/**
 * Invariant 7: every commit in a chain verifies, from the first one that is kept.
 *
 * @module
 */
import { type EncodedCommit, verifyCommits } from "../../../crdt/mod.ts";
import type { SignatureScheme } from "../../../crdt/mod.ts";
import type { SimulatedPeer } from "../scenario_peers.ts";

/**
 * Logs of a peer that do not verify.
 *
 * @param peer The peer.
 * @param verify The root key and the scheme.
 * @returns What is wrong.
 */
export function findUnverified(
  { name, node }: SimulatedPeer,
  verify: { readonly root: Uint8Array; readonly signatures: SignatureScheme },
): string[] {
  if (node === undefined) return [];
  const { register, archive } = node.replica;
  const found: string[] = [];
  for (const entry of register.all()) {
    if (
      entry.firstBody !== 1 || entry.seq === 0 || entry.parent !== undefined
    ) {
      continue;
    }
    // The newest signature of a log that was split is of what came after.
    const isSplit = register.family(entry.name).length > 1;
    const commits: EncodedCommit[] = [];
    for (let seq = 1; seq <= entry.seq; seq++) {
      const commit = archive.commit(entry.number, seq);
      if (commit === undefined) {
        found.push(`${name}: commit ${seq} of ${entry.name} is missing`);
        break;
      }
      commits.push(commit);
    }
    if (isSplit || commits.length < entry.seq) continue;
    const { name: log, seq, hash, signature } = entry;
    const verified = verifyCommits(
      undefined,
      commits,
      { log, seq, hash, signature },
      verify,
    );
    if (!verified.ok) found.push(`${name}: ${log}: ${verified.error}`);
  }
  return found;
}
