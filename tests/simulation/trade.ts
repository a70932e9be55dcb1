/**
 * What a scenario's callers do instead of trading in goods alone: a trade with rules, peers and checks of its own.
 *
 * @module
 */
import type { Clock } from "../../crdt/mod.ts";
import type { UseCases } from "../../nodes/use_cases.ts";
import type { Chance } from "./chance.ts";
import type { Beside, SimulatedPeer } from "./scenario_peers.ts";

/** A trade of its own. */
export interface SideTrade {
  /** Adds the peers that it needs in the place of branches, after the first office. */
  addPeers?(chance: Chance): void;
  /** Brings in what is there from the start, in the place of goods; all peers are up. */
  open?(chance: Chance): Promise<void>;
  /**
   * Does something.
   *
   * @param chance Draws what.
   * @param peer Where, if it is done at a peer.
   * @param useCases The peer's.
   * @returns False if goods are traded instead.
   */
  operate(chance: Chance, peer: SimulatedPeer, useCases: UseCases): boolean;
  /** What runs beside a peer's node. */
  beside?(peer: SimulatedPeer, clock: Clock): Beside | undefined;
  /** Everything that waits for good times is done now. */
  settle?(): Promise<void>;
  /** Does what is done once all peers are equal; gives what went wrong. */
  tellAll?(): Promise<string[]>;
  /** What is wrong once all peers are equal. */
  findWrong(office: SimulatedPeer): string[];
}
