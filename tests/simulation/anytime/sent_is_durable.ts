/**
 * Invariant 1, the second half: nothing leaves a node before it is durable there, neither a commit nor the word that it
 * is there.
 *
 * @module
 */
import type { LogId } from "../../../crdt/mod.ts";
import { decodeMessage } from "../../../net/mod.ts";
import type { SimulatedPeer } from "../scenario_peers.ts";
import type { AnytimeCheck } from "./anytime_check.ts";

function lacks(
  { node, durable }: SimulatedPeer,
  { log, seq }: { readonly log: LogId; readonly seq: number },
): boolean {
  // A log that was split since has its rest in another one.
  const entry = node?.replica.register.byName(log);
  return entry !== undefined && (durable.get(entry.number) ?? 0) < seq &&
    node?.replica.register.family(log).length === 1;
}

/** What is sent is durable. */
export const SENT_IS_DURABLE: AnytimeCheck = {
  invariant: 1,
  sent({ mesh, suspects }, from, frame) {
    if (suspects.hostile.has(from)) return [];
    const peer = [...mesh.peers, ...mesh.copies].find((one) =>
      one.peer === from && one.node?.replicator !== undefined
    );
    if (peer === undefined) return [];
    const message = decodeMessage(frame);
    if (message === undefined) return [`${peer.name} sent what is no message`];
    if (message.kind === "commits") {
      const { log, head } = message;
      return lacks(peer, { log, seq: head.seq })
        ? [`${peer.name} sent ${log} ${head.seq} before it was durable`]
        : [];
    }
    if (message.kind !== "entries" && message.kind !== "delta") return [];
    return message.entries.filter((entry) => lacks(peer, entry)).map((
      { log, seq },
    ) => `${peer.name} told of ${log} ${seq} before it was durable`);
  },
};
