/**
 * Wall clocks that are off: by a bit, by a day, or back in 1970 after a boot without a battery.
 *
 * @module
 */
import { later } from "../scenario_context.ts";
import type { FaultFamily } from "./fault.ts";

const DAY_MS = 86_400_000;

/** Faults of clocks. */
export const CLOCK_FAULTS: FaultFamily = {
  name: "clock",
  faults: [
    {
      weight: 2,
      strike({ mesh, note }, chance) {
        const peer = chance.pick(mesh.peers);
        const byMs = chance.pick([DAY_MS, -DAY_MS, 40_000, -40_000]);
        note(`the clock of ${peer.name} jumps by ${byMs} ms`);
        peer.skewMs += byMs;
      },
    },
    {
      weight: 2,
      async strike(context, chance) {
        const { mesh, note } = context;
        const peer = chance.pick(mesh.peers);
        note(`${peer.name} boots in 1970`);
        if (peer.node !== undefined) mesh.crash(peer);
        peer.skewMs = chance.below(5000) - mesh.clock.now();
        await context.restart(peer, chance);
        const rightMs = chance.pick([100, 2000, 60_000]);
        later(context, rightMs, () => peer.skewMs = 0);
      },
    },
    {
      weight: 1,
      strike({ mesh, note }, chance) {
        const peer = chance.pick(mesh.peers);
        note(`the clock of ${peer.name} is right again`);
        peer.skewMs = 0;
      },
    },
    {
      weight: 1,
      strike({ mesh, note }, chance) {
        if (!chance.oneIn(3)) return;
        note("a new day");
        // Wall clocks alone: half a day of idle timers would cost more than the rest of the scenario.
        mesh.clock.skew(DAY_MS / 2);
      },
    },
  ],
};
