/**
 * Inviting to the mesh and revoking its members from a running node, and what that node knows of its mesh.
 *
 * @module
 */
import {
  type Clock,
  err,
  MESH_SPACE,
  meshName,
  ok,
  PanalError,
  type PeerId,
  peerIdOf,
  type Random,
  type Result,
  type SignatureScheme,
  type Signer,
  siteSpace,
} from "../../crdt/mod.ts";
import type { Refusal } from "../answers.ts";
import {
  authorityOf,
  createInvitation,
  INVITATION_DAYS,
  type Inviter,
  readMeshPlace,
} from "../membership.ts";
import { recordAct } from "../people/people_context.ts";
import type { Replica } from "../replica.ts";
import { makeRevocation } from "../revocation.ts";
import { BRANCHES } from "../tables.ts";
import { refuse } from "../use_cases/context.ts";
import type { NodeInfo, UseCases } from "../use_cases.ts";
import { createFactProof } from "./fact_proof.ts";
import type {
  FolderSpace,
  LinkEvent,
  LogHolder,
  LogPlace,
  MeshUseCases,
} from "./mesh_use_cases.ts";

const DAY_MS = 86_400_000;
const NO_SPACE: FolderSpace = { folderBytes: null, freeBytes: null };

/** What the desk works with. */
export interface MeshDeskParts {
  /** The node. */
  readonly node: Pick<NodeInfo, "site">;
  /** Where statements and acts are recorded. */
  readonly replica: Replica;
  /** Finds the copies of a fact. */
  readonly fact: UseCases["fact"];
  /** The node's key. */
  readonly signer: Signer;
  /** How signatures are made and checked. */
  readonly signatures: SignatureScheme;
  /** The mesh's root public key. */
  readonly root: Uint8Array;
  /** Time. */
  readonly clock: Clock;
  /** For nonces and ids. */
  readonly random: Random;
  /** Addresses at which the node can be dialed. */
  readonly addresses: () => readonly string[];
  /** Links that came up or were lost, newest first. */
  readonly links: () => readonly LinkEvent[];
  /** How far peers are in a log. */
  readonly holders: (place: LogPlace) => readonly LogHolder[];
  /** Looks how much room the data folder takes and has; not known if left out. */
  readonly space?: (() => Promise<FolderSpace>) | undefined;
}

/**
 * Makes the use-cases of the mesh.
 *
 * @param parts What they work with.
 * @returns The use-cases.
 */
export function createMeshDesk(parts: MeshDeskParts): MeshUseCases {
  const { replica, signatures } = parts;
  return {
    view() {
      const own = inviterOf(parts);
      return {
        name: meshName(parts.root),
        mayInvite: own !== undefined &&
          authorityOf(own.place, signatures) !== undefined,
        revoked: revokedPeers(replica),
        links: parts.links(),
      };
    },
    async storage() {
      const { register, reader } = replica;
      const logs = [...register.all()];
      return {
        ...await parts.space?.() ?? NO_SPACE,
        commits: logs.reduce((sum, { seq }) => sum + seq, 0),
        logs: logs.length,
        branches: reader.count(BRANCHES),
      };
    },
    invite: (input) => invite(parts, input),
    revoke: (input) => revoke(parts, input),
    proof: createFactProof(parts),
  };
}

/** The node as an inviter; undefined where its own chain does not verify. */
function inviterOf(
  { replica, signer, signatures }: MeshDeskParts,
): Inviter | undefined {
  const { certificate } = replica;
  const place = readMeshPlace(certificate, signer.publicKey, signatures);
  return place.ok ? { place: place.value, signer, signatures } : undefined;
}

function revokedPeers(replica: Replica): PeerId[] {
  const gone = replica.register.ofSpace(MESH_SPACE)
    .filter(({ publicKey, certificate }) =>
      replica.isRevokedMember(publicKey, certificate)
    )
    .map(({ publicKey }) => peerIdOf(publicKey));
  return [...new Set(gone)].toSorted();
}

async function invite(
  parts: MeshDeskParts,
  { days = INVITATION_DAYS, by, ...scope }: Parameters<
    MeshUseCases["invite"]
  >[0],
): ReturnType<MeshUseCases["invite"]> {
  const { clock, random, replica } = parts;
  const own = inviterOf(parts);
  if (
    own === undefined || authorityOf(own.place, parts.signatures) === undefined
  ) {
    return refuse(
      "forbidden",
      "This node may not invite: ask the node that made the mesh",
    );
  }
  const now = clock.now();
  const addresses = parts.addresses();
  const token = attempt(
    "invalid_argument",
    () => createInvitation(own, scope, { addresses, days, now, random }),
  );
  if (!token.ok) return token;
  const subject = `member/${scope.roles.join("+")}`;
  const note = [...scope.sites, ...scope.companies].join(", ");
  // That one was made is recorded; the token itself is nowhere but in the answer.
  const recorded = await replica.decide((decision) => {
    recordAct(decision, actSpace(parts), {
      act: "member_invited",
      subject,
      by,
      ...(note === "" ? {} : { note }),
    });
    return ok(undefined);
  });
  if (!recorded.ok) return recorded;
  return ok({
    token: token.value,
    endsAt: now + days * DAY_MS,
    reachable: addresses.length > 0,
  });
}

async function revoke(
  parts: MeshDeskParts,
  { peer, by }: Parameters<MeshUseCases["revoke"]>[0],
): ReturnType<MeshUseCases["revoke"]> {
  const { clock, random, replica } = parts;
  const own = inviterOf(parts);
  if (own === undefined || peer === peerIdOf(parts.signer.publicKey)) {
    return refuse("forbidden", "This node cannot revoke that member");
  }
  const { reader } = replica;
  const facts = attempt(
    "forbidden",
    () => makeRevocation({ ...own, reader, now: clock.now(), random }, peer),
  );
  if (!facts.ok) return facts;
  return await replica.decide((decision) => {
    for (const fact of facts.value) decision.record(MESH_SPACE, fact);
    recordAct(decision, actSpace(parts), {
      act: "member_revoked",
      subject: `member/${peer}`,
      by,
    });
    return ok({ peer });
  });
}

/** Where the node records acts: as its people are recorded, in its site's space if it has one. */
function actSpace({ node: { site } }: MeshDeskParts) {
  return site === null ? MESH_SPACE : siteSpace(site);
}

/** What the commands of a folder throw, as a refusal. */
function attempt<T>(
  code: Refusal["code"],
  work: () => T,
): Result<T, Refusal> {
  try {
    return ok(work());
  } catch (error) {
    if (!(error instanceof PanalError)) throw error;
    return err({ code, message: error.message });
  }
}
