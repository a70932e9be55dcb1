/**
 * Folders that exist twice: backups that are put back, once or twice, and machines that are cloned.
 *
 * @module
 */
import type { Chance } from "../chance.ts";
import { loseDisk, type ScenarioContext } from "../scenario_context.ts";
import type { SimulatedPeer } from "../scenario_peers.ts";
import type { FaultFamily } from "./fault.ts";

/** Most copies of one scenario that run apart. */
const COPIES_MAX = 2;

function pickWithBackup(
  { mesh }: ScenarioContext,
  chance: Chance,
): SimulatedPeer | undefined {
  const peers = mesh.peers.filter(({ backups, disk }) =>
    backups.length > 0 && !disk.isHalted
  );
  return peers.length === 0 ? undefined : chance.pick(peers);
}

/** Puts an older disk in the place of a peer's own. */
function putBack(
  context: ScenarioContext,
  peer: SimulatedPeer,
  { chance, noticed }: { readonly chance: Chance; readonly noticed: boolean },
): void {
  if (peer.node !== undefined) context.mesh.crash(peer);
  loseDisk(context, peer);
  if (!noticed) context.suspects.cloned.add(peer.peer);
  peer.disk = chance.pick(peer.backups).copy();
  peer.newLogs = noticed;
}

async function startCopy(
  context: ScenarioContext,
  peer: SimulatedPeer,
  { from, noticed }: {
    readonly from: SimulatedPeer["disk"];
    readonly noticed: boolean;
  },
): Promise<void> {
  const { mesh, suspects } = context;
  if (mesh.copies.length >= COPIES_MAX) return;
  suspects.copied.add(peer.peer);
  if (!noticed) suspects.cloned.add(peer.peer);
  const copy = mesh.copyOf(peer, from.copy());
  copy.newLogs = noticed;
  const up = await mesh.start(copy, [], false);
  context.note(`${copy.name} starts apart${up ? "" : ", in vain"}`);
  // A damaged folder is no less damaged where it is copied to.
  if (!up) mesh.copies.splice(mesh.copies.indexOf(copy), 1);
}

/** Copies of folders. */
export const COPY_FAULTS: FaultFamily = {
  name: "copy",
  losesWriters: true,
  faults: [
    {
      weight: 4,
      strike({ mesh, note }, chance) {
        const peer = chance.pick(mesh.peers);
        if (peer.disk.isHalted || peer.disk.size() === 0) return;
        note(`backup of ${peer.name}`);
        peer.backups.push(peer.disk.copy());
      },
    },
    {
      weight: 1,
      strike(context, chance) {
        const peer = pickWithBackup(context, chance);
        if (peer === undefined) return;
        context.note(`${peer.name} is restored from a backup`);
        putBack(context, peer, { chance, noticed: true });
      },
    },
    {
      weight: 1,
      async strike(context, chance) {
        const peer = pickWithBackup(context, chance);
        if (peer === undefined) return;
        context.note(`a backup of ${peer.name} is restored twice`);
        putBack(context, peer, { chance, noticed: true });
        await startCopy(context, peer, { from: peer.disk, noticed: true });
      },
    },
    {
      weight: 1,
      strike(context, chance) {
        const peer = pickWithBackup(context, chance);
        if (peer === undefined) return;
        context.note(`the machine of ${peer.name} is set back to a snapshot`);
        putBack(context, peer, { chance, noticed: false });
      },
    },
    {
      weight: 1,
      async strike(context, chance) {
        const peer = chance.pick(context.mesh.peers);
        if (peer.disk.isHalted || peer.disk.size() === 0) return;
        context.note(`the machine of ${peer.name} is cloned`);
        await startCopy(context, peer, { from: peer.disk, noticed: false });
      },
    },
  ],
};
