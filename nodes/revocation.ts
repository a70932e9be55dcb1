/**
 * Making revocations and readmissions from what a node knows of a member's logs. Pure: keys, rows and time are passed
 * in, nothing is written.
 *
 * @module
 */
import {
  type Atom,
  AUTHORITY,
  type AuthorityStated,
  createFactIds,
  documentOf,
  encodeAtoms,
  encodeCommit,
  type EncodedCommit,
  type FactId,
  GENESIS_STATE,
  type Head,
  issueCertificate,
  logIdOf,
  makeStamp,
  MESH_SPACE,
  peerIdOf,
  type Random,
  readChain,
  type Reader,
  type Signer,
  signHead,
  signStatement,
  STATED_LOGS_MAX,
  type StatedHead,
  type Statement,
  toHex,
} from "../crdt/mod.ts";
import { type LogEntry, LogRegister } from "./log_register.ts";
import {
  AUTHORITY_LIFETIME_MS,
  authorityOf,
  type Inviter,
} from "./membership.ts";
import { configError, quote } from "./option_parser.ts";

/** Who states something about a member. */
export interface StatingNode extends Inviter {
  /** The root key, where it lies beside the node's own; it stands above everybody. */
  readonly root?: Signer | undefined;
  /** The node's rows. */
  readonly reader: Reader;
  /** Wall time in milliseconds since 1970. */
  readonly now: number;
  /** For the statements' ids. */
  readonly random: Random;
}

/**
 * The logs of a member that a node knows.
 *
 * @param node The node.
 * @param peer The member's peer id.
 * @returns Its logs.
 * @throws {PanalError} `config_invalid` if there are none.
 */
export function logsOf(node: StatingNode, peer: string): LogEntry[] {
  const register = new LogRegister();
  register.load(node.reader);
  const logs = [...register.all()].filter(({ publicKey }) =>
    peerIdOf(publicKey) === peer
  );
  if (logs.length > 0) return logs;
  throw configError(
    `This node knows no member ${
      quote(peer)
    }: mesh members lists those that it knows`,
  );
}

/**
 * The ends of logs; of a log that was split at a fork its continuations have them.
 *
 * @param logs All logs of a member.
 * @returns Their heads.
 * @throws {PanalError} `config_invalid` if there are more than one statement may name.
 */
export function headsOf(logs: readonly LogEntry[]): StatedHead[] {
  const ends = logs.filter(({ number, seq }) =>
    seq > 0 && logs.every(({ parent }) => parent !== number)
  );
  if (ends.length > STATED_LOGS_MAX) {
    throw configError(
      `The member has more than ${STATED_LOGS_MAX} logs, too many for one statement`,
    );
  }
  return ends.map(({ name: log, seq, hash, signature }) => ({
    log,
    seq,
    hash,
    signature: toHex(signature),
  }));
}

/**
 * Signs statements about a member.
 *
 * @param node The node that states them.
 * @param logs The member's logs.
 * @param statements What is stated.
 * @returns The facts.
 * @throws {PanalError} `config_invalid` if neither the node nor a root key beside it stands above the member.
 */
export function state(
  { place, signer, signatures, now, random, root: rootKey }: StatingNode,
  logs: readonly LogEntry[],
  statements: readonly Statement[],
): AuthorityStated[] {
  const authority = authorityOf(place, signatures);
  const own = toHex(signer.publicKey);
  const isAbove = logs.some(({ certificate, publicKey }) =>
    toHex(publicKey) !== own &&
    (readChain(certificate) ?? []).some(({ issuer }) => toHex(issuer) === own)
  );
  const { root } = place;
  const by = authority !== undefined && isAbove
    ? { root, signer, chain: authority.chain }
    : rootKey && { root, signer: rootKey };
  if (by === undefined) {
    throw configError(
      "This node does not stand above that member: use the data folder of the node that let it in, or put the mesh's root.key into this one",
    );
  }
  const newId = createFactIds(random);
  return statements.map((statement) =>
    signStatement(by, {
      id: newId(now),
      at: now * 1000,
      statement,
    })
  );
}

/**
 * Revokes a member: its logs end where this node has them now.
 *
 * @param node The node that states it.
 * @param peer The member's peer id.
 * @returns The statement, for a log of this node in `mesh`; by the root key (`chain` is empty) for a log of its own.
 * @throws {PanalError} `config_invalid` if the member is unknown or does not stand below this node.
 */
export function makeRevocation(
  node: StatingNode,
  peer: string,
): AuthorityStated[] {
  const logs = logsOf(node, peer);
  const key = toHex(logs[0]?.publicKey ?? new Uint8Array());
  return state(node, logs, [{
    kind: "revoke",
    peer: key,
    logs: headsOf(logs),
  }]);
}

/**
 * Readmits what this node has of a revoked member's logs beyond their cuts. The member itself stays out.
 *
 * @param node The node that states it.
 * @param peer The member's peer id.
 * @returns One statement a log, for a log of this node in `mesh`.
 * @throws {PanalError} `config_invalid` if the member is unknown, not revoked, or does not stand below this node.
 */
export function makeReadmission(
  node: StatingNode,
  peer: string,
): AuthorityStated[] {
  const logs = logsOf(node, peer);
  const key = toHex(logs[0]?.publicKey ?? new Uint8Array());
  const lifts = node.reader.scan(AUTHORITY, { prefix: [key] })
    .filter((row) => row["kind"] === "revoke")
    .map((row) => row["id"] as FactId);
  if (lifts.length === 0) throw configError("That member is not revoked");
  return state(
    node,
    logs,
    headsOf(logs).map((head) => ({ kind: "readmit", ...head, lifts })),
  );
}

/** A log of one commit. */
export interface RootLog {
  /** The commit. */
  readonly commit: EncodedCommit;
  /** Its head, signed by the root key. */
  readonly head: Head;
}

/**
 * Writes a log of the root key itself, which has no node: statements count in logs of their signers alone.
 *
 * @param root The root key.
 * @param facts Statements by it.
 * @param options Wall time in milliseconds since 1970, and randomness for the log's epoch.
 * @returns The log, to be taken in by any node.
 */
export function writeRootLog(
  root: Signer,
  facts: readonly AuthorityStated[],
  { now, random }: { readonly now: number; readonly random: Random },
): RootLog {
  const { publicKey } = root;
  const opening = { publicKey, epoch: random.bytes(8) };
  const log = logIdOf(MESH_SPACE, opening);
  const stamp = makeStamp(now, 0);
  const atoms = facts.map((fact): Atom => [
    `${documentOf(fact)?.key}/${log}`,
    JSON.stringify({ ...fact, stamp, seq: 1 }),
  ]);
  const timeSeconds = Math.floor(now / 1000);
  const { bytes } = encodeAtoms(log, GENESIS_STATE, { atoms, timeSeconds });
  const commit = encodeCommit({
    space: MESH_SPACE,
    log,
    seq: 1,
    prev: null,
    stamp,
    changes: [{ doc: `directory/${MESH_SPACE}`, bytes }],
    opening,
    certificate: issueCertificate({
      kind: "member",
      root: publicKey,
      subject: publicKey,
      issuer: publicKey,
      serial: random.bytes(8),
      notBefore: 0,
      notAfter: now + AUTHORITY_LIFETIME_MS,
      site: null,
      roles: [],
      grants: [{ pattern: MESH_SPACE, verbs: ["read", "write"] }],
    }, root),
  });
  return { commit, head: signHead({ log, seq: 1, hash: commit.hash }, root) };
}
