/**
 * A member is revoked while it sells on: its logs end where the office has them, whoever learns of it when.
 *
 * @module
 */
import {
  MESH_SPACE,
  ok,
  peerIdOf,
  signStatement,
  type StatedHead,
  toHex,
} from "../../../crdt/mod.ts";
import type { Replica } from "../../../nodes/replica.ts";
import { holds, type ScenarioContext } from "../scenario_context.ts";
import type { SimulatedPeer } from "../scenario_peers.ts";
import type { FaultFamily } from "./fault.ts";

function headsOf(replica: Replica, { peer }: SimulatedPeer): StatedHead[] {
  const logs = [...replica.register.all()].filter(({ publicKey }) =>
    peerIdOf(publicKey) === peer
  );
  return logs.filter(({ number, seq }) =>
    seq > 0 && logs.every(({ parent }) => parent !== number)
  ).map(({ name: log, seq, hash, signature }) => ({
    log,
    seq,
    hash,
    signature: toHex(signature),
  }));
}

/** Only what the office has now is sure to count. */
function forget(
  { mesh, model, suspects }: ScenarioContext,
  office: SimulatedPeer,
  peer: SimulatedPeer,
): void {
  suspects.revoked.add(peer.peer);
  const named = [...mesh.peers, ...mesh.copies].filter((one) =>
    one.peer === peer.peer
  );
  for (const { name } of named) model.forget(name, (id) => holds(office, id));
  model.revoke(peer.peer, (id) => holds(office, id));
}

/** Revocations; at most one in a scenario. */
export const REVOCATION_FAULTS: FaultFamily = {
  name: "revocation",
  losesWriters: true,
  faults: [{
    weight: 1,
    strike(context, chance) {
      const { mesh, note, suspects } = context;
      // The office has the root's key, so its log may say it.
      const [office, ...others] = mesh.peers;
      const replica = office?.node?.replica;
      if (office === undefined || replica === undefined) return;
      if (suspects.revoked.size > 0 || office.disk.isHalted) return;
      const peer = chance.pick(others);
      const heads = headsOf(replica, peer);
      note(`${peer.name} is revoked with ${heads.length} logs`);
      forget(context, office, peer);
      replica.decide((decision) => {
        decision.record(
          MESH_SPACE,
          signStatement({ root: mesh.root.publicKey, signer: mesh.root }, {
            id: decision.newId(),
            at: decision.at,
            statement: {
              kind: "revoke",
              peer: toHex(peer.signer.publicKey),
              logs: heads,
            },
          }),
        );
        return ok(null);
      }).then(
        (result) => note(`the revocation is ${result.ok ? "" : "not "}stated`),
        (error) => note(`the revocation is not stated: ${error}`),
      );
    },
  }],
};
