/**
 * What must hold at every moment of a scenario, whatever goes wrong just then.
 *
 * @module
 */
import type { PeerId } from "../../../crdt/mod.ts";
import type { ScenarioContext } from "../scenario_context.ts";
import type { ModelFact } from "../scenario_model.ts";
import type { SimulatedPeer } from "../scenario_peers.ts";

/** A check; each of its functions gives what is wrong. */
export interface AnytimeCheck {
  /** The invariant of the design that it checks. */
  readonly invariant: number;
  /** Looks at an answer at the moment at which the caller hears it. */
  readonly acknowledged?: (
    context: ScenarioContext,
    peer: SimulatedPeer,
    fact: ModelFact,
  ) => readonly string[];
  /** Looks at a frame at the moment at which a peer sends it. */
  readonly sent?: (
    context: ScenarioContext,
    from: PeerId,
    frame: Uint8Array,
  ) => readonly string[];
  /** Looks at a peer right after its start. */
  readonly started?: (
    context: ScenarioContext,
    peer: SimulatedPeer,
  ) => readonly string[];
  /** Looks at everything after a step. */
  readonly stepped?: (context: ScenarioContext) => readonly string[];
}
