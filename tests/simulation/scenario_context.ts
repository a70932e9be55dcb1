/**
 * What operations, faults and checks of a scenario share.
 *
 * @module
 */
import {
  type FactId,
  FACTS,
  idBytes,
  type PeerId,
  peerIdOf,
  type Timer,
} from "../../crdt/mod.ts";
import type { Chance } from "./chance.ts";
import type { Model } from "./scenario_model.ts";
import type { SimulatedMesh, SimulatedPeer } from "./scenario_peers.ts";

/** Peers of whom others may rightly say something. */
export interface Suspects {
  /** Keys whose folder was copied, restored or damaged: their logs may fork, and what they forgot may show. */
  readonly copied: Set<PeerId>;
  /** Keys that may have spent a right twice: a machine was copied, or forgot something, and nobody could notice. */
  readonly cloned: Set<PeerId>;
  /** Keys that are members no more, if the statement could be written. */
  readonly revoked: Set<PeerId>;
  /** Keys whose certificate ended at some time. */
  readonly expired: Set<PeerId>;
  /** Keys that lie. */
  readonly hostile: Set<PeerId>;
}

/** A scenario as it runs. */
export interface ScenarioContext {
  /** The mesh. */
  readonly mesh: SimulatedMesh;
  /** What callers know. */
  readonly model: Model;
  /** The seed. */
  readonly seed: number;
  /** Who is not to be blamed. */
  readonly suspects: Suspects;
  /** What is wrong so far. */
  readonly violations: string[];
  /** Timers of faults that go on by themselves; the quiet at the end cancels them. */
  readonly timers: Set<Timer>;
  /** Adds a line to the trace. */
  note(line: string): void;
  /** Starts a peer that is down. */
  restart(peer: SimulatedPeer, chance: Chance): Promise<void>;
}

/** The peers that run, copies among them; one whose machine has stopped does not, though nobody has noticed yet. */
export function running({ mesh }: ScenarioContext): SimulatedPeer[] {
  return [...mesh.peers, ...mesh.copies].filter(({ node, disk }) =>
    node !== undefined && !disk.isHalted
  );
}

/** Runs something later, unless the scenario has come to its quiet end. */
export function later(
  { mesh, timers }: ScenarioContext,
  delayMs: number,
  work: () => void,
): void {
  const timer = mesh.clock.timer(delayMs, () => {
    timers.delete(timer);
    work();
  });
  timers.add(timer);
}

/** Whether a peer has a fact that counts. */
export function holds({ node }: SimulatedPeer, id: FactId): boolean {
  // The next transaction may have left the store closed already.
  if (node === undefined || node.replica.problem !== undefined) return false;
  return node.replica.reader.scan(FACTS, { prefix: [idBytes(id)] })
    .some((row) => row["status"] === 0);
}

/** In whose logs a peer has a fact. */
export function writersOf({ node }: SimulatedPeer, id: FactId): Set<PeerId> {
  const writers = new Set<PeerId>();
  // The next transaction may have left the store closed already.
  if (node === undefined || node.replica.problem !== undefined) return writers;
  const { reader, register } = node.replica;
  for (const row of reader.scan(FACTS, { prefix: [idBytes(id)] })) {
    const entry = register.byNumber(Number(row["log"]));
    if (entry !== undefined) writers.add(peerIdOf(entry.publicKey));
  }
  return writers;
}

/**
 * Notes that a peer's disk was replaced by an older one, or damaged: what no other running member has may be gone.
 *
 * @param context The scenario.
 * @param peer Whose disk.
 */
export function loseDisk(context: ScenarioContext, peer: SimulatedPeer): void {
  // What only a revoked member has, nobody gets any more.
  const others = running(context).filter((other) =>
    other !== peer && !other.apart &&
    !context.suspects.revoked.has(other.peer)
  );
  context.suspects.copied.add(peer.peer);
  context.model.forget(
    peer.name,
    (id) => others.some((other) => holds(other, id)),
  );
}
