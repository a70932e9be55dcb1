/**
 * Certificates that end, and are renewed.
 *
 * @module
 */
import { NEVER_MS } from "../scenario_peers.ts";
import type { FaultFamily } from "./fault.ts";

/** Expiry and renewal. */
export const CERTIFICATE_FAULTS: FaultFamily = {
  name: "certificate",
  faults: [
    {
      weight: 1,
      async strike(context, chance) {
        const { mesh, note } = context;
        const peer = chance.pick(mesh.peers);
        if (peer.notAfterMs !== NEVER_MS || peer.disk.isHalted) return;
        peer.notAfterMs = mesh.clock.now() + chance.pick([0, 1000, 20_000]);
        context.suspects.expired.add(peer.peer);
        note(`${peer.name} has a certificate until ${peer.notAfterMs}`);
        if (peer.node !== undefined) await mesh.stopPeer(peer);
        await context.restart(peer, chance);
      },
    },
    {
      weight: 1,
      async strike(context, chance) {
        const { mesh, note } = context;
        const peer = mesh.peers.find(({ notAfterMs }) =>
          notAfterMs !== NEVER_MS
        );
        if (peer === undefined || peer.disk.isHalted) return;
        note(`the certificate of ${peer.name} is renewed`);
        peer.notAfterMs = NEVER_MS;
        if (peer.node !== undefined) await mesh.stopPeer(peer);
        await context.restart(peer, chance);
      },
    },
  ],
};
