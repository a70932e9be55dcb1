/**
 * Grants that stand alone. A node that may spend in a space without reading it has no log of others there; it verifies
 * by itself the run of commits that brings a grant: the chain up to a head that a member signed who may spend there,
 * in a log of that member. What it takes over so is marked by the acceptance's id (`apartId`).
 *
 * @module
 */
import {
  ACCEPTANCES,
  apartId,
  decodeCommit,
  type EncodedCommit,
  equalBytes,
  type FactOf,
  GENESIS_STATE,
  idBytes,
  journalName,
  judgeFact,
  logFactId,
  type LogId,
  logIdOf,
  pageOf,
  readAtom,
  readChange,
  type Reader,
  reassignedTo,
  rightsOf,
  type SpaceId,
  spaceOfBound,
  statedOf,
  trunkOf,
  verifyHead,
} from "../crdt/mod.ts";
import type { Message, WireOpening } from "../net/mod.ts";
import { chainOfMember } from "./countersigning.ts";
import { RIGHTS_ACCEPTED_MAX } from "./limits.ts";
import type { LogEntry } from "./log_register.ts";
import type { PeerSession } from "./peer_session.ts";
import type { DecisionContext, Replica } from "./replica.ts";

/** A grant of rights. */
export type Grant = FactOf<"RightsGranted">;
type RightsAnswer = Extract<Message, { kind: "rightsAnswer" }>;
type Run = NonNullable<RightsAnswer["run"]>;

/**
 * Who writes a log, as its first commit says it.
 *
 * @param replica The replica.
 * @param entry The log.
 * @returns The key and the epoch; undefined where the first commit is not here.
 */
export function openingOf(
  { archive, register }: Pick<Replica, "archive" | "register">,
  entry: LogEntry,
): WireOpening | undefined {
  const trunk = register.byName(trunkOf(entry.name)) ?? entry;
  return archive.commit(trunk.number, 1)?.commit.opening;
}

/**
 * The space of a run, as its first commit says it.
 *
 * @param run Commits and a head.
 * @returns The space; undefined if the first body is no commit.
 */
export function spaceOfRun({ bodies: [first] }: Run): SpaceId | undefined {
  return first === undefined ? undefined : decodeCommit(first)?.commit.space;
}

/**
 * The grants to this node's log that an answer brings, if all of it verifies.
 *
 * @param replica The replica; it does not read the run's space.
 * @param session Who sent the answer.
 * @param answer The answer, with a run.
 * @returns The grants; a sentence that says what is wrong.
 */
export function verifyApart(
  replica: Replica,
  session: Pick<PeerSession, "member" | "chain">,
  { run, opening }: RightsAnswer,
): readonly Grant[] | string {
  const commits = run === null ? undefined : chainOfRun(run);
  const [first] = commits ?? [];
  if (run === null || commits === undefined || first === undefined) {
    return "commits that do not follow each other";
  }
  const { space, log } = first.commit;
  if (opening === undefined || logIdOf(space, opening) !== log) {
    return "commits without the writer of their log";
  }
  const { publicKey: writer } = opening;
  const isSender = session.member !== undefined &&
    equalBytes(session.member.publicKey, writer);
  const chain = isSender
    ? session.chain
    : chainOfMember(replica.register, writer);
  if (chain === undefined || replica.isRevokedMember(writer, chain)) {
    return "commits of somebody who is no member";
  }
  if (!verifyHead({ log, ...run.head }, writer, replica.verify.signatures)) {
    return "a head whose signature is wrong";
  }
  const own = replica.register.own(space)?.name;
  const last = endOf(replica.reader, log);
  return commits.filter(({ commit }) => commit.seq <= last)
    .flatMap((encoded) =>
      grantsIn(encoded).filter((fact) =>
        isFor(replica.reader, fact, own) &&
        spaceOfBound(fact.bound) === space &&
        judgeFact(
            fact,
            { ...encoded.commit, writer, chain },
            replica.verify,
          ) ===
          undefined
      )
    );
}

/** Consecutive commits of one log that end at the head; undefined if the run is something else. */
function chainOfRun({ log, bodies, head }: Run): EncodedCommit[] | undefined {
  const commits: EncodedCommit[] = [];
  for (const body of bodies) {
    const encoded = decodeCommit(body);
    const before = commits.at(-1);
    if (encoded === undefined || encoded.commit.log !== trunkOf(log)) {
      return undefined;
    }
    const { space, seq, prev } = encoded.commit;
    const follows = before === undefined ||
      (space === before.commit.space && seq === before.commit.seq + 1 &&
        prev === before.hash);
    if (!follows) return undefined;
    commits.push(encoded);
  }
  const last = commits.at(-1);
  return last?.commit.seq === head.seq && last.hash === head.hash
    ? commits
    : undefined;
}

/** The grants of a commit, as everybody who reads the log will find them. */
function grantsIn({ commit }: EncodedCommit): Grant[] {
  const { log, seq, changes } = commit;
  const journal = journalName(log, pageOf(seq));
  const change = changes.find(({ doc }) => doc === journal);
  const read = change &&
    readChange(change.bytes, log, GENESIS_STATE, { anywhere: true });
  if (read === undefined || typeof read === "string" || read.overwrites) {
    return [];
  }
  return read.atoms.flatMap((atom) => readAtom(atom, journal, commit))
    .flatMap((item) =>
      "fact" in item && item.fact.type === "RightsGranted" &&
        item.fact.id === logFactId(log, item.fact.request)
        ? [item.fact]
        : []
    );
}

/** Where an authority ended a log; without an end if none did. */
function endOf(reader: Reader, log: LogId): number {
  const head = Number(statedOf(reader, log)?.["head"] ?? 0);
  return head > 0 ? head : Infinity;
}

/** Whether a grant is to this node's log, or to one whose rights go to it. */
function isFor(reader: Reader, { to }: Grant, own: LogId | undefined): boolean {
  return own !== undefined && (to === own || reassignedTo(reader, to) === own);
}

/**
 * Takes over a grant that was verified.
 *
 * @param context The decision.
 * @param replica The replica.
 * @param grant The grant.
 * @returns False if it was taken over before, or may not be.
 */
export function acceptApart(
  context: DecisionContext,
  replica: Replica,
  grant: Grant,
): boolean {
  const { bound, amount, id } = grant;
  const log = replica.register.own(spaceOfBound(bound));
  if (log === undefined || !isFor(context.rows, grant, log.name)) return false;
  if (isAccepted(context.rows, replica, grant)) return false;
  const { accepted } = rightsOf(context.rows, bound, log.number);
  if (accepted + amount > RIGHTS_ACCEPTED_MAX) return false;
  context.record(log.space, {
    type: "RightsAccepted",
    id: apartId(id),
    at: context.at,
    bound,
    amount,
    grant: id,
  });
  return true;
}

/**
 * Whether this node has taken over a grant.
 *
 * @param rows The views.
 * @param replica The replica.
 * @param grant The grant.
 */
export function isAccepted(
  rows: Reader,
  { archive }: Pick<Replica, "archive">,
  { id }: Pick<Grant, "id">,
): boolean {
  return rows.scan(ACCEPTANCES, { prefix: [idBytes(id)] })
    .some((row) => archive.isOwn(Number(row["log"])));
}
