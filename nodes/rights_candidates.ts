/**
 * Whom to ask for rights: linked peers that seem to have some, those that may reach who has, and the issuer of what
 * nobody has heard of. What a node knows of others' rights are the logs of spaces that it reads; where it does not read,
 * it asks those that do.
 *
 * @module
 */
import {
  allows,
  balanceOf,
  type BoundName,
  type Certificate,
  IN_TRANSIT,
  type LogId,
  mayIssue,
  readChain,
  RIGHTS,
  type RightsSums,
  type SpaceId,
  spaceOfBound,
} from "../crdt/mod.ts";
import { RIGHTS_ASK_PEERS_MAX, RIGHTS_BALANCED_MAX } from "./limits.ts";
import type { LogEntry } from "./log_register.ts";
import type { PeerSession } from "./peer_session.ts";
import type { Replica } from "./replica.ts";

/** Who may be asked. */
export interface AskedPeers {
  /** Who is linked. */
  readonly sessions: readonly PeerSession[];
  /** Who last granted something of the space. */
  readonly lastGiver: string | undefined;
  /** Who is not asked: the request is theirs. */
  readonly without?: ReadonlySet<PeerSession>;
  /** True to ask only those that have rights and do not read the space: nobody else can ask them. */
  readonly onlyApart?: boolean;
}

/** A peer that may be asked. */
export interface Candidate {
  /** The peer. */
  readonly session: PeerSession;
  /** How much it seems to have; 0 for one that may know somebody. */
  readonly seems: number;
}

/**
 * Whom to ask for rights of a bound.
 *
 * @param replica The replica.
 * @param bound The bound.
 * @param asked Who may be asked.
 * @returns The likeliest first, at most `RIGHTS_ASK_PEERS_MAX`.
 */
export function rightsCandidates(
  replica: Replica,
  bound: BoundName,
  asked: AskedPeers,
): Candidate[] {
  const space = spaceOfBound(bound);
  const found = readsSpace(replica.certificate, space)
    ? knownCandidates(replica, bound, asked)
    : unknownCandidates(space, asked);
  return found.filter(({ session }) => asked.without?.has(session) !== true)
    .slice(0, RIGHTS_ASK_PEERS_MAX);
}

const certificates = new WeakMap<Uint8Array, Certificate | null>();

/** Whether who presents a certificate chain reads a space. */
export function readsSpace(chain: Uint8Array, space: SpaceId): boolean {
  let certificate = certificates.get(chain);
  if (certificate === undefined) {
    certificate = readChain(chain)?.[0] ?? null;
    certificates.set(chain, certificate);
  }
  return certificate !== null && allows(certificate, space, "read");
}

/** How a peer is told from others: by its key. */
export function keyOf({ member }: Pick<PeerSession, "member">): string {
  return member?.publicKey.join() ?? "";
}

/** Where this node reads nothing, whoever reads may have rights or know who has. */
function unknownCandidates(
  space: SpaceId,
  { sessions, lastGiver, onlyApart }: AskedPeers,
): Candidate[] {
  if (onlyApart === true) return [];
  const rank = (session: PeerSession) => Number(keyOf(session) === lastGiver);
  return sessions.filter((session) => session.reads(space))
    .toSorted((a, b) => rank(b) - rank(a))
    .map((session) => ({ session, seems: 0 }));
}

function knownCandidates(
  replica: Replica,
  bound: BoundName,
  { sessions, onlyApart }: AskedPeers,
): Candidate[] {
  const space = spaceOfBound(bound);
  const known = knownRights(replica, bound);
  const all = sessions.map((session) => ({
    session,
    seems: known.byKey.get(keyOf(session)) ?? 0,
  }));
  const holders = all.filter(({ seems }) => seems > 0)
    .toSorted((a, b) => b.seems - a.seems);
  if (onlyApart === true) {
    return holders.filter(({ session }) => !session.reads(space));
  }
  const linked = new Set(sessions.map(keyOf));
  const isFar = known.apart.some((key) => !linked.has(key));
  const issuers = bound.startsWith("card:") && !known.isRegistered
    ? issuersOf(replica, space)
    : undefined;
  const others = all.filter(({ session, seems }) =>
    seems <= 0 && session.reads(space) &&
    (isFar || issuers?.has(keyOf(session)) === true)
  );
  return [...holders, ...others];
}

interface KnownRights {
  /** How much each peer seems to have. */
  readonly byKey: ReadonlyMap<string, number>;
  /** Peers that have some and do not read the space: who is linked with them can ask them. */
  readonly apart: readonly string[];
  /** Whether anybody ever had some. */
  readonly isRegistered: boolean;
}

function knownRights(replica: Replica, bound: BoundName): KnownRights {
  const { reader, register } = replica;
  const byKey = new Map<string, number>();
  const apart = new Set<string>();
  const add = (entry: LogEntry | undefined, amount: number) => {
    if (entry === undefined || entry.own) return;
    const key = entry.publicKey.join();
    byKey.set(key, (byKey.get(key) ?? 0) + amount);
    if (amount > 0 && !readsSpace(entry.certificate, entry.space)) {
      apart.add(key);
    }
  };
  const rows = reader.scan(RIGHTS, { prefix: [bound] });
  for (const row of rows) {
    const sums = row as unknown as RightsSums;
    const entry = register.byNumber(Number(row["log"]));
    add(entry, balanceOf(sums) - sums.held);
  }
  // What is on its way to a log may pay whoever granted it.
  const onTheWay = reader.scan(IN_TRANSIT, {
    index: "by_bound",
    prefix: [bound],
    limit: RIGHTS_BALANCED_MAX,
  });
  for (const row of onTheWay) {
    add(register.byName(row["receiver"] as LogId), Number(row["amount"]));
  }
  return { byKey, apart: [...apart], isRegistered: rows.length > 0 };
}

/** Members that may make rights in a space. */
function issuersOf(
  { reader, register }: Replica,
  space: SpaceId,
): ReadonlySet<string> {
  return new Set(
    register.ofSpace(space)
      .filter(({ own, name }) => !own && mayIssue(reader, space, name))
      .map(({ publicKey }) => publicKey.join()),
  );
}
