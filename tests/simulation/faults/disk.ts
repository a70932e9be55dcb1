/**
 * Disks that refuse, that leave open what they did, that are full, and that turn a bit over.
 *
 * @module
 */
import { loseDisk } from "../scenario_context.ts";
import type { FaultFamily } from "./fault.ts";

/** Room that is left on a disk that fills up, in bytes. */
const ROOM_BYTES = 600;

/** Faults of disks. */
export const DISK_FAULTS: FaultFamily = {
  name: "disk",
  faults: [
    {
      weight: 2,
      strike({ mesh, note }, chance) {
        const { name, disk } = chance.pick(mesh.peers);
        note(`next sync of ${name} fails`);
        disk.failNextSync(1 + chance.below(2), chance.below(2));
      },
    },
    {
      weight: 2,
      strike({ mesh, note }, chance) {
        const { name, disk } = chance.pick(mesh.peers);
        const outcome = chance.pick(["keep", "lose"] as const);
        note(`next sync of ${name} is unknown (${outcome})`);
        disk.unknownNextSync(outcome);
      },
    },
    {
      weight: 2,
      strike({ mesh, note }, chance) {
        const { name, disk, node } = chance.pick(mesh.peers);
        if (node === undefined) return;
        const full = disk.capacityBytes === Infinity && !disk.isHalted;
        disk.capacityBytes = full ? disk.size() + ROOM_BYTES : Infinity;
        note(`disk of ${name} ${full ? "fills" : "has room"}`);
      },
    },
  ],
};

/** Disks that turn a bit over: what is damaged is put back from a backup, or begun anew. */
export const DAMAGE_FAULTS: FaultFamily = {
  name: "damage",
  losesWriters: true,
  faults: [
    {
      weight: 1,
      strike(context, chance) {
        const { mesh, note } = context;
        const peer = chance.pick(mesh.peers);
        if (peer.disk.isHalted) return;
        if (peer.node !== undefined) mesh.crash(peer);
        const size = peer.disk.size();
        if (size === 0) return;
        const at = chance.below(size);
        note(`a bit of byte ${at} of ${size} of ${peer.name} turns over`);
        loseDisk(context, peer);
        // Damage of the very last record cannot be told from a write that never ended.
        context.suspects.cloned.add(peer.peer);
        peer.disk.flipBit(at, chance.below(8));
      },
    },
  ],
};
