/**
 * Links that drop, delay, duplicate, reorder or throttle, and peers that are slow.
 *
 * @module
 */
import { NO_FAULTS } from "../../../net/mod.ts";
import type { FaultFamily } from "./fault.ts";

const KINDS = [
  { lossRate: 0.1 },
  { duplicateRate: 0.2 },
  { reorderRate: 0.2, latencyMsMax: 40 },
  { latencyMsMin: 5, latencyMsMax: 300 },
  { lossRate: 0.03, duplicateRate: 0.03, reorderRate: 0.05 },
  { bytesPerSecond: 20_000 },
  NO_FAULTS,
];

/** Faults of links. */
export const NETWORK_FAULTS: FaultFamily = {
  name: "network",
  faults: [
    {
      weight: 4,
      strike({ mesh, note }, chance) {
        const faults = chance.pick(KINDS);
        note(`faults ${JSON.stringify(faults)}`);
        mesh.network.setFaults(faults);
      },
    },
    {
      weight: 1,
      strike({ mesh, note }, chance) {
        const { name, peer } = chance.pick(mesh.peers);
        const slow = {
          bytesPerSecond: 2000,
          latencyMsMin: 200,
          latencyMsMax: 900,
        };
        note(`${name} is slow`);
        mesh.network.setFaults(slow, { to: peer });
        mesh.network.setFaults(slow, { from: peer });
      },
    },
    {
      weight: 1,
      strike({ mesh, note }, chance) {
        const { name, peer } = chance.pick(mesh.peers);
        const faults = chance.pick(KINDS);
        note(`faults to ${name} ${JSON.stringify(faults)}`);
        mesh.network.setFaults(faults, { to: peer });
      },
    },
    {
      weight: 2,
      strike({ mesh, note }, chance) {
        const { name, links } = chance.pick(mesh.peers);
        const [link] = links;
        if (link === undefined) return;
        note(`link of ${name} cut`);
        mesh.network.cut(link);
      },
    },
  ],
};
