/**
 * Who shares a space with whom. Logs of a space are exchanged only with those who read it, so such peers, here called
 * kin, must be linked; that all others are one mesh is enough.
 *
 * @module
 */
import {
  allows,
  type Certificate,
  type Membership,
  MESH_SPACE,
  type PeerId,
  peerIdOf,
  readChain,
  type SpaceId,
} from "../crdt/mod.ts";
import type { LogEntry, LogRegister } from "./log_register.ts";

/** What makes kin of a certificate. */
export type Rights = Pick<Certificate, "grants">;

/**
 * Whether one of two members reads a space in which the other may do anything: then they exchange all of its logs, or
 * at least the other's own. All members read `mesh`, which makes no kin.
 *
 * @param a A member's certificate.
 * @param b Another's.
 * @returns True if they are kin; the same for `b` and `a`.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 * import { grantsOfRole, type SiteCode } from "../crdt/mod.ts";
 *
 * const member = (role: string, sites: SiteCode[]) => ({
 *   grants: grantsOfRole(role, { sites, companies: [] }),
 * });
 * const cuzco = member("branch", ["CUS" as SiteCode]);
 *
 * strictEqual(areKin(cuzco, member("office", [])), true);
 * strictEqual(areKin(cuzco, member("branch", ["LIM" as SiteCode])), false);
 * ```
 */
export function areKin(a: Rights, b: Rights): boolean {
  return readsOf(a, b) || readsOf(b, a);
}

function readsOf(reader: Rights, other: Rights): boolean {
  const patterns = other.grants.map(({ pattern }) => pattern)
    .filter((pattern) => pattern !== MESH_SPACE);
  return reader.grants.some(({ pattern, verbs }) =>
    verbs.includes("read") && pattern !== MESH_SPACE &&
    patterns.some((other) => overlap(pattern, other))
  );
}

/** Whether there may be a space of both patterns: then one of them holds all of the other. */
function overlap(one: string, other: string): boolean {
  const holds = (outer: string, inner: string) =>
    allows(
      { grants: [{ pattern: outer, verbs: ["read"] }] },
      inner as SpaceId,
      "read",
    );
  return holds(one, other) || holds(other, one);
}

/** What kinship works with. */
export interface KinshipParts {
  /** This node. */
  readonly self: PeerId;
  /** The logs that it knows: each carries its writer's certificate, which was verified when it was taken in. */
  readonly register: Pick<LogRegister, "nextNumber" | "byNumber">;
}

type Known = Pick<Certificate, "grants" | "notAfter">;

/** Kin of this node, as logs and links have shown members; what is new is read when it is asked for. */
export class Kinship {
  readonly #parts: KinshipParts;
  readonly #certificates = new Map<PeerId, Known>();
  /** What was answered; forgotten when it may have become wrong. */
  readonly #answers = new Map<PeerId, boolean>();
  /** The number of the first log that was not read. */
  #next = 1;

  /**
   * Reads nothing yet.
   *
   * @param parts What it works with.
   */
  constructor(parts: KinshipParts) {
    this.#parts = parts;
  }

  /** Whether there are logs that were not read. */
  get hasNews(): boolean {
    return this.#parts.register.nextNumber() !== this.#next;
  }

  /** Notes a member as it showed itself at a link, or this node with its own certificate. */
  met({ peer, certificate }: Pick<Membership, "peer" | "certificate">): void {
    this.#note(peer, certificate);
  }

  /** Whether a peer shares a space with this node, as far as it is known. */
  isKin(peer: PeerId): boolean {
    this.#read();
    const known = this.#answers.get(peer);
    // Who is not known is no kin yet, and is not remembered either: anybody can make up names.
    if (known !== undefined || !this.#certificates.has(peer)) {
      return known ?? false;
    }
    const answer = this.areKin(this.#parts.self, peer);
    this.#answers.set(peer, answer);
    return answer;
  }

  /** Whether two peers share a space, as far as it is known. */
  areKin(a: PeerId, b: PeerId): boolean {
    this.#read();
    const [one, other] = [this.#certificates.get(a), this.#certificates.get(b)];
    return one !== undefined && other !== undefined && areKin(one, other);
  }

  #read(): void {
    const { register } = this.#parts;
    const end = register.nextNumber();
    // The register was read again and has fewer logs: a write had failed.
    if (end < this.#next) this.#next = 1;
    for (; this.#next < end; this.#next++) {
      const entry = register.byNumber(this.#next);
      if (entry !== undefined) this.#readLog(entry);
    }
  }

  #readLog({ publicKey, certificate }: LogEntry): void {
    const peer = peerIdOf(publicKey);
    // One log tells it; a newer certificate is shown at a link.
    const [leaf] = this.#certificates.has(peer)
      ? []
      : readChain(certificate) ?? [];
    if (leaf !== undefined) this.#note(peer, leaf);
  }

  #note(peer: PeerId, certificate: Known): void {
    const known = this.#certificates.get(peer);
    if (known !== undefined && known.notAfter > certificate.notAfter) return;
    this.#certificates.set(peer, certificate);
    this.#changed(peer);
  }

  #changed(peer: PeerId): void {
    if (peer === this.#parts.self) this.#answers.clear();
    else this.#answers.delete(peer);
  }
}
