/**
 * What a fault is: something that happens to the mesh between two steps of work.
 *
 * @module
 */
import type { Chance } from "../chance.ts";
import type { ScenarioContext } from "../scenario_context.ts";

/** One kind of fault. */
export interface Fault {
  /** How often it comes, compared with the others of its family. */
  readonly weight: number;
  /** Lets it happen; does nothing where it cannot. */
  readonly strike: (
    context: ScenarioContext,
    chance: Chance,
  ) => void | Promise<void>;
}

/** Faults that belong together; a scenario takes some families. */
export interface FaultFamily {
  /** Its name in `--scenario`. */
  readonly name: string;
  /** Its faults. */
  readonly faults: readonly Fault[];
  /** Whether logs may end up without the peer that wrote them. */
  readonly losesWriters?: boolean;
}
