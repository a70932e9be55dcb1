/**
 * Cuts between peers: in two groups, in one direction, flapping, and one pair after another.
 *
 * @module
 */
import { later, type ScenarioContext } from "../scenario_context.ts";
import type { SimulatedPeer } from "../scenario_peers.ts";
import type { FaultFamily } from "./fault.ts";

const ids = (peers: readonly SimulatedPeer[]) => peers.map(({ peer }) => peer);
const names = (peers: readonly SimulatedPeer[]) =>
  peers.map(({ name }) => name).join(", ") || "nobody";

/** Cuts and joins a pair by turns. */
function flap(
  context: ScenarioContext,
  pair: readonly [SimulatedPeer, SimulatedPeer],
  { times, periodMs }: { readonly times: number; readonly periodMs: number },
): void {
  if (times === 0) return;
  const { network } = context.mesh;
  const [one, other] = pair;
  network.partition([one.peer], [other.peer]);
  later(context, periodMs, () => {
    network.heal([one.peer], [other.peer]);
    later(
      context,
      periodMs,
      () => flap(context, pair, { times: times - 1, periodMs }),
    );
  });
}

/** Partitions. */
export const PARTITION_FAULTS: FaultFamily = {
  name: "partition",
  faults: [
    {
      weight: 3,
      strike({ mesh, note }, chance) {
        const group = mesh.peers.filter(() => chance.oneIn(2));
        const rest = mesh.peers.filter((peer) => !group.includes(peer));
        note(`cut between ${names(group)} and ${names(rest)}`);
        mesh.network.partition(ids(group), ids(rest));
      },
    },
    {
      weight: 2,
      strike({ mesh, note }, chance) {
        const [one, other] = [chance.pick(mesh.peers), chance.pick(mesh.peers)];
        note(`one-way cut from ${one.name} to ${other.name}`);
        mesh.network.partition([one.peer], [other.peer], { oneWay: true });
      },
    },
    {
      weight: 2,
      strike(context, chance) {
        const { peers } = context.mesh;
        const pair = [chance.pick(peers), chance.pick(peers)] as const;
        const [times, periodMs] = [
          2 + chance.below(6),
          chance.pick([3, 40, 700, 5000]),
        ];
        context.note(
          `flapping between ${names(pair)}, ${times} x ${periodMs} ms`,
        );
        flap(context, pair, { times, periodMs });
      },
    },
    {
      weight: 2,
      strike(context, chance) {
        const { network, peers } = context.mesh;
        context.note("every pair is clogged, one by one");
        let atMs = 0;
        for (const one of peers) {
          for (const other of peers) {
            if (one === other || chance.oneIn(3)) continue;
            const forMs = chance.pick([5, 50, 400, 3000]);
            later(context, atMs, () => {
              network.partition([one.peer], [other.peer], { oneWay: true });
              later(
                context,
                forMs,
                () => network.heal([one.peer], [other.peer]),
              );
            });
            atMs += chance.pick([0, 10, 100]);
          }
        }
      },
    },
    {
      weight: 3,
      strike({ mesh, note }) {
        note("heal");
        mesh.network.heal();
      },
    },
  ],
};
