/**
 * Losses of power: at once, or at any point of a commit. What was not synced is there, gone or torn, sector by sector.
 *
 * @module
 */
import type { FaultFamily } from "./fault.ts";

/** Crashes. */
export const CRASH_FAULTS: FaultFamily = {
  name: "crash",
  faults: [
    {
      weight: 1,
      strike({ mesh, note }, chance) {
        const peer = chance.pick(mesh.peers);
        if (peer.node === undefined) return;
        note(`crash of ${peer.name}`);
        mesh.crash(peer);
      },
    },
    {
      weight: 2,
      strike({ mesh, note }, chance) {
        const { name, disk } = chance.pick(mesh.peers);
        if (disk.isHalted) return;
        const operations = chance.below(12);
        note(`${name} will halt after ${operations} disk operations`);
        disk.haltAfter(operations);
      },
    },
  ],
};
