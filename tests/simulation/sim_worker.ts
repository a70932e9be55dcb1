/**
 * A worker of the task `sim`: runs the scenarios that it is told to and tells what became of each.
 *
 * @module
 */
import { ED25519 } from "../../crdt/mod.ts";

import { runAndShrink, type ScenarioOrder } from "./scenario_outcome.ts";

/** A scenario as it is told; a scheme of signatures cannot be sent, so only whether it is the real one is. */
type Told = Omit<ScenarioOrder, "signatures"> & {
  readonly real: boolean;
};

const port = self as unknown as {
  onmessage: (event: MessageEvent<Told>) => void;
  postMessage: (message: unknown) => void;
};

port.onmessage = async ({ data: { real, ...options } }) => {
  const outcome = await runAndShrink(
    real ? { ...options, signatures: ED25519 } : options,
  );
  port.postMessage(outcome);
};
