/**
 * Invariant 7: what went wrong is reported, and nobody is blamed who did nothing.
 *
 * @module
 */
import { type LogId, peerIdOf } from "../../../crdt/mod.ts";
import type { IncidentView } from "../../../nodes/use_cases.ts";
import { running, type ScenarioContext } from "../scenario_context.ts";
import type { SimulatedPeer } from "../scenario_peers.ts";

const SERIOUS: ReadonlySet<string> = new Set([
  "fork",
  "amnesia",
  "bad_commit",
  "bad_frame",
  "foreign_space",
  "set_aside",
  "maintenance_failed",
  "bad_saved_branches",
  "too_many_logs",
]);

function isDeserved(
  { suspects }: ScenarioContext,
  { node }: SimulatedPeer,
  { kind, details }: IncidentView,
): boolean {
  const { peer, log, reason } = details as {
    peer?: string;
    log?: string;
    reason?: string;
  };
  const named = [...suspects.hostile].some((one) => one === peer);
  if (named) return true;
  const family = log === undefined
    ? []
    : node?.replica.register.family(log as LogId) ?? [];
  const writers = family.map(({ publicKey }) => peerIdOf(publicKey));
  if (writers.some((writer) => suspects.hostile.has(writer))) return true;
  if (kind === "set_aside" && reason === "certificate_expired") {
    return writers.some((writer) => suspects.expired.has(writer));
  }
  if (kind === "set_aside" && reason === "beyond_cut") {
    return writers.some((writer) => suspects.revoked.has(writer));
  }
  // A copy of a folder forks the log, and the original sees that it has forgotten something.
  return (kind === "fork" || kind === "amnesia") &&
    writers.some((writer) => suspects.copied.has(writer));
}

/** Incidents that blame somebody for nothing. */
export function findWrongBlame(context: ScenarioContext): string[] {
  return running(context).flatMap((peer) =>
    peer.node?.incidents.list().filter((incident) =>
      SERIOUS.has(incident.kind) && !isDeserved(context, peer, incident)
    ).map(({ kind, message, details }) =>
      `${peer.name} reports ${kind}: ${message} ${JSON.stringify(details)}`
    ) ?? []
  );
}
