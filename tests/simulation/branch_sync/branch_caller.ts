/**
 * What the callers of a scenario lend to those who play its branches and tills.
 *
 * @module
 */
import type { FactId } from "../../../crdt/mod.ts";
import type { Effect, ModelFact } from "../scenario_model.ts";
import type { SimulatedPeer } from "../scenario_peers.ts";
import type { Watch } from "./original_branches.ts";

/** What the callers of a scenario lend. */
export interface BranchCaller {
  /** Draws an id. */
  readonly newId: () => FactId;
  /** Watches an answer. */
  readonly watch: Watch;
  /** Follows an answer that acknowledges one fact. */
  readonly follow: (
    peer: SimulatedPeer,
    text: string,
    fact: { readonly id: FactId; readonly effect: Effect } | undefined,
    answer: Promise<
      {
        readonly ok: boolean;
        readonly error?: unknown;
        readonly value?: unknown;
      }
    >,
  ) => void;
  /** Looks at a fact that was acknowledged. */
  readonly check: (peer: SimulatedPeer, fact: ModelFact) => void;
}
