/**
 * Which logs of a space two linked peers exchange. Where both read the space it is all of them. A member may also keep
 * a log in a space that it does not read (a station in a company's): then it is that member's own logs alone, which it
 * shows and of which it hears how far others have them.
 *
 * @module
 */
import {
  allows,
  equalBytes,
  type Membership,
  type SpaceId,
  type VectorEntry,
} from "../crdt/mod.ts";
import type { LogEntry, LogRegister } from "./log_register.ts";
import type { PeerSession } from "./peer_session.ts";

/** What two peers exchange of a space: all logs, those of one key, or nothing. */
export type SharedLogs = "all" | Uint8Array | undefined;

/**
 * What this node and a peer exchange of a space.
 *
 * @param own This node's certificate.
 * @param session The peer.
 * @param space The space.
 * @returns All, the key whose logs are meant, or undefined for nothing.
 */
export function sharedLogs(
  own: Membership | undefined,
  { member }: Pick<PeerSession, "member">,
  space: SpaceId,
): SharedLogs {
  if (own === undefined || member === undefined) return undefined;
  const reads = ({ certificate }: Membership) =>
    allows(certificate, space, "read");
  const writes = ({ certificate }: Membership) =>
    allows(certificate, space, "write");
  if (reads(own)) {
    if (reads(member)) return "all";
    return writes(member) ? member.publicKey : undefined;
  }
  return reads(member) && writes(own) ? own.publicKey : undefined;
}

/**
 * Whether a log is among those that are exchanged.
 *
 * @param shared What is exchanged.
 * @param entry The log.
 */
export function isShared(
  shared: SharedLogs,
  { publicKey }: Pick<LogEntry, "publicKey">,
): boolean {
  return shared === "all" ||
    (shared !== undefined && equalBytes(shared, publicKey));
}

/**
 * How far the logs are that are exchanged.
 *
 * @param register The logs.
 * @param space The space.
 * @param shared What is exchanged of it.
 * @returns The space's vector, as far as it is shared.
 */
export function sharedVector(
  register: LogRegister,
  space: SpaceId,
  shared: SharedLogs,
): VectorEntry[] {
  const vector = register.vector(space);
  return shared === "all" ? vector : vector.filter(({ log }) => {
    const entry = register.byName(log);
    return entry !== undefined && isShared(shared, entry);
  });
}
