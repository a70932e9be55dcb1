/**
 * How a mesh begins and grows: the founder's chain, invitations, and what both sides check when one is redeemed. Pure:
 * keys, time and random bytes are passed in, nothing is stored.
 *
 * @module
 */
import {
  allows,
  type Certificate,
  CHAIN_BYTES_MAX,
  decodeCbor,
  decodeInvitation,
  encodeCbor,
  encodeInvitation,
  equalBytes,
  err,
  fromHex,
  grantsOfRole,
  type Invitation,
  isBytes,
  issueCertificate,
  type Membership,
  ok,
  PanalError,
  type PeerId,
  peerIdOf,
  publicKeyOf,
  type Random,
  type Result,
  type SignatureScheme,
  type Signer,
  type SiteCode,
  siteSpace,
  type SpaceGrant,
  type SpaceId,
  toHex,
  TOKEN_LENGTH_MAX,
  type Verb,
  verifyChain,
} from "../crdt/mod.ts";
import { configError } from "./option_parser.ts";
import { isSiteRole, type Role, ROLES } from "./roles.ts";

const DAY_MS = 86_400_000;
const YEAR_MS = 365 * DAY_MS;
/** How long an authority's certificate holds, in milliseconds. */
export const AUTHORITY_LIFETIME_MS = 10 * YEAR_MS;
/** How long the founder's own certificate holds, in milliseconds. */
export const FOUNDER_LIFETIME_MS = 2 * YEAR_MS;
/** How long a member's certificate holds unless the invitation says otherwise, in milliseconds. */
export const MEMBER_LIFETIME_MS: number = YEAR_MS;
/** How long an invitation can be redeemed unless it says otherwise, in days. */
export const INVITATION_DAYS = 7;
/** The most days that an invitation can be redeemed. */
export const INVITATION_DAYS_MAX = 365;
/** Certificates begin so long before they are made: the clocks of two machines differ. In milliseconds. */
export const CLOCK_SLACK_MS: number = DAY_MS;
/** Most sites or companies in one invitation, so that its grants fit in a certificate. */
export const SCOPE_MAX = 60;
/** Most addresses in one invitation. */
export const ADDRESSES_MAX = 16;

const EVERYTHING: readonly SpaceGrant[] = [{
  pattern: "*",
  verbs: ["read", "write", "price", "spend", "admin"],
}];

/** A node's place in its mesh, as its certificate chain shows it. */
export interface MeshPlace {
  /** The chain's bytes. */
  readonly chain: Uint8Array;
  /** The mesh's root public key. */
  readonly root: Uint8Array;
  /** What the chain says. */
  readonly membership: Membership;
}

/** A member of a mesh. */
export interface Member {
  /** Its peer id. */
  readonly peer: PeerId;
  /** Its site, if it has one. */
  readonly site: SiteCode | null;
  /** Its roles. */
  readonly roles: readonly string[];
  /** The end of its certificate, in milliseconds since 1970. */
  readonly certificateEnds: number;
  /** True for the node of the folder that was asked. */
  readonly self: boolean;
  /** True if it was revoked. */
  readonly revoked: boolean;
}

/** What makes a mesh. */
export interface MeshSeed {
  /** Signs the authority's certificate; its public key is the mesh's root. */
  readonly root: Signer;
  /** The founder's own key, which becomes the mesh's authority. */
  readonly own: Signer;
  /** The founder's roles. */
  readonly roles: readonly string[];
  /** The founder's site. */
  readonly site: SiteCode | null;
  /** Wall time in milliseconds since 1970. */
  readonly now: number;
  /** For serial numbers. */
  readonly random: Random;
}

/**
 * The founder's chain: its own certificate by its own key, which the root key made an authority.
 *
 * @param seed Keys, roles and time.
 * @returns The chain's bytes. It allows everything everywhere: who holds the authority could give itself the rest.
 */
export function createMeshChain(seed: MeshSeed): Uint8Array {
  const { root, own, now, random } = seed;
  const common = {
    root: root.publicKey,
    subject: own.publicKey,
    notBefore: Math.max(0, now - CLOCK_SLACK_MS),
    grants: EVERYTHING,
  };
  const authority: Certificate = {
    ...common,
    kind: "authority",
    issuer: root.publicKey,
    serial: random.bytes(8),
    notAfter: now + AUTHORITY_LIFETIME_MS,
    site: null,
    roles: [],
  };
  const member: Certificate = {
    ...common,
    kind: "member",
    issuer: own.publicKey,
    serial: random.bytes(8),
    notAfter: now + FOUNDER_LIFETIME_MS,
    site: seed.site,
    roles: seed.roles,
  };
  return issueCertificate(member, own, issueCertificate(authority, root));
}

/** What an authority's text begins with. */
const AUTHORITY_PREFIX = "panalkey1.";

/**
 * Makes a member an authority: the root key signs that it may let others in.
 *
 * @param root The root key.
 * @param peer The member's peer id.
 * @param options Wall time in milliseconds since 1970, and randomness for the serial number.
 * @returns A text that is no secret: only that member can use it.
 * @throws {PanalError} `invalid_argument` if the text is no peer id.
 */
export function createAuthority(
  root: Signer,
  peer: string,
  { now, random }: { readonly now: number; readonly random: Random },
): string {
  const chain = issueCertificate({
    kind: "authority",
    root: root.publicKey,
    subject: publicKeyOf(peer),
    issuer: root.publicKey,
    serial: random.bytes(8),
    notBefore: Math.max(0, now - CLOCK_SLACK_MS),
    notAfter: now + AUTHORITY_LIFETIME_MS,
    site: null,
    roles: [],
    grants: EVERYTHING,
  }, root);
  return AUTHORITY_PREFIX + toHex(chain);
}

/**
 * Puts an authority's certificate above the member's own: it goes on with the same rights, by its own key.
 *
 * @param member The member.
 * @param text What `createAuthority` gave.
 * @param options Wall time in milliseconds since 1970, and randomness for the serial number.
 * @returns The member's new chain.
 * @throws {PanalError} `invalid_token` if the text is none, or for another member or mesh.
 */
export function acceptAuthority(
  { place, signer, signatures }: Inviter,
  text: string,
  { now, random }: { readonly now: number; readonly random: Random },
): Uint8Array {
  const digits = text.startsWith(AUTHORITY_PREFIX)
    ? text.slice(AUTHORITY_PREFIX.length)
    : "";
  const isChain = digits.length <= 2 * CHAIN_BYTES_MAX &&
    /^([0-9a-f]{2})+$/.test(digits);
  const chain = isChain ? fromHex(digits) : new Uint8Array();
  const above = verifyChain(chain, place.root, signatures);
  if (
    !above.ok || above.value.certificate.kind !== "authority" ||
    !equalBytes(above.value.publicKey, signer.publicKey)
  ) {
    throw new PanalError(
      "invalid_token",
      "The text makes no authority of this node: copy it whole, and check for which peer it was made",
    );
  }
  return issueCertificate(
    {
      ...place.membership.certificate,
      issuer: signer.publicKey,
      serial: random.bytes(8),
      notBefore: Math.max(0, now - CLOCK_SLACK_MS),
      notAfter: now + FOUNDER_LIFETIME_MS,
    },
    signer,
    chain,
  );
}

/**
 * Reads the chain of a node's own folder, and with it the mesh's root key.
 *
 * @param chain The chain's bytes.
 * @param publicKey The node's own key.
 * @param signatures How signatures are checked.
 * @returns The node's place, or a sentence that says what is wrong.
 */
export function readMeshPlace(
  chain: Uint8Array,
  publicKey: Uint8Array,
  signatures: SignatureScheme,
): Result<MeshPlace, string> {
  const root = rootOf(chain);
  if (root === undefined) return err("no certificate chain");
  const membership = verifyChain(chain, root, signatures);
  if (!membership.ok) return membership;
  if (membership.value.certificate.kind !== "member") {
    return err("the certificate is no member's");
  }
  if (!equalBytes(membership.value.publicKey, publicKey)) {
    return err("the certificate belongs to another key");
  }
  return ok({ chain, root, membership: membership.value });
}

/** The root that a chain's first certificate names; `verifyChain` then checks that the chain ends at it. */
function rootOf(chain: Uint8Array): Uint8Array | undefined {
  const links = decodeCbor(chain);
  const link: unknown = Array.isArray(links) ? links[0] : undefined;
  const body: unknown = Array.isArray(link) ? link[0] : undefined;
  const fields = isBytes(body) ? decodeCbor(body) : undefined;
  const root: unknown = Array.isArray(fields) ? fields[2] : undefined;
  return isBytes(root, 32) ? root : undefined;
}

/**
 * The chain above a node's own certificate, if the node's key is an authority in it.
 *
 * @param place The node's place.
 * @param signatures How signatures are checked.
 * @returns The authority's certificate and chain, or undefined: then the node may not let anybody in.
 */
export function authorityOf(
  place: MeshPlace,
  signatures: SignatureScheme,
):
  | { readonly certificate: Certificate; readonly chain: Uint8Array }
  | undefined {
  const links = decodeCbor(place.chain);
  if (!Array.isArray(links) || links.length < 2) return undefined;
  const chain = encodeCbor(links.slice(1));
  const above = verifyChain(chain, place.root, signatures);
  if (
    !above.ok || above.value.certificate.kind !== "authority" ||
    !equalBytes(above.value.publicKey, place.membership.publicKey)
  ) return undefined;
  return { certificate: above.value.certificate, chain };
}

/** What an invitation is to give. */
export interface InvitationScope {
  /** Roles of the new member. */
  readonly roles: readonly Role[];
  /** Its site, or the sites of a region. */
  readonly sites: readonly SiteCode[];
  /** Its region, for that role. */
  readonly region: string | null;
  /** Its companies, for that role: numbers, or `all`. */
  readonly companies: readonly string[];
}

/** Who invites. */
export interface Inviter {
  /** The inviting node's place. */
  readonly place: MeshPlace;
  /** Its key. */
  readonly signer: Signer;
  /** How signatures are checked. */
  readonly signatures: SignatureScheme;
}

/** The surroundings of an invitation. */
export interface InvitationOptions {
  /** Where the inviting node can be dialed. */
  readonly addresses: readonly string[];
  /** Days from now until it ends, 1 to 365; 7 if left out. */
  readonly days?: number;
  /** Wall time in milliseconds since 1970. */
  readonly now: number;
  /** For the nonce. */
  readonly random: Random;
}

/**
 * Makes an invitation.
 *
 * @param inviter Who invites.
 * @param scope What it gives.
 * @param options Addresses, time and randomness.
 * @returns The token.
 * @throws {PanalError} `config_invalid` if the scope does not fit the roles, or this node may not invite.
 */
export function createInvitation(
  inviter: Inviter,
  scope: InvitationScope,
  options: InvitationOptions,
): string {
  const { place, signer, signatures } = inviter;
  const { days = INVITATION_DAYS, now, random } = options;
  const authority = authorityOf(place, signatures);
  if (authority === undefined) {
    throw configError(
      "This node may not invite: use the data folder of the node that made the mesh",
    );
  }
  if (authority.certificate.notAfter <= now) {
    throw configError("This node may not invite any more: its right has ended");
  }
  checkScope(scope);
  if (!Number.isInteger(days) || days < 1 || days > INVITATION_DAYS_MAX) {
    throw configError(
      `--days takes a whole number from 1 to ${INVITATION_DAYS_MAX}`,
    );
  }
  const invitation: Invitation = {
    ...scope,
    root: place.root,
    issuer: signer.publicKey,
    addresses: [],
    nonce: random.bytes(16),
    notAfter: now + days * DAY_MS,
    lifetimeMs: MEMBER_LIFETIME_MS,
  };
  for (let count = ADDRESSES_MAX; count >= 0; count--) {
    const addresses = options.addresses.slice(0, count);
    const token = encodeInvitation({ ...invitation, addresses }, signer);
    if (token.length <= TOKEN_LENGTH_MAX) return token;
  }
  throw configError("The invitation is too long: name fewer sites");
}

function checkScope(
  { roles, sites, region, companies }: InvitationScope,
): void {
  const siteRole = roles.find(isSiteRole);
  if (roles.length === 0) throw configError("Name a role: add --role ROLE");
  if (sites.length > SCOPE_MAX || companies.length > SCOPE_MAX) {
    throw configError(
      `An invitation names at most ${SCOPE_MAX} sites and ${SCOPE_MAX} companies`,
    );
  }
  if (siteRole !== undefined && sites.length === 0) {
    throw configError(`The role ${siteRole} needs its site: add --site CODE`);
  }
  if (roles.includes("region")) {
    if (region === null || sites.length === 0) {
      throw configError(
        "The role region needs its id and its sites: add --region ID --site CODE[,CODE…]",
      );
    }
  } else if (sites.length > 1) {
    throw configError(
      "Only the role region has several sites: name one, and invite once per site",
    );
  }
  if (roles.includes("company") && companies.length === 0) {
    throw configError(
      "The role company needs its ids: add --company ID[,ID…], or --company all",
    );
  }
}

/**
 * Refuses settings that a node's certificate does not cover: everything that it wrote would be set aside.
 *
 * @param place The node's place.
 * @param settings The roles and site that it is started with.
 * @throws {PanalError} `config_invalid` that says what the certificate covers.
 */
export function checkCovered(
  { membership: { certificate } }: MeshPlace,
  settings: {
    readonly roles: readonly string[];
    readonly site: SiteCode | null;
  },
): void {
  const { roles, site } = settings;
  const own = certificate.roles.join("+") +
    (certificate.site === null ? "" : ` at the site ${certificate.site}`);
  const advice =
    `this data folder's certificate is for ${own}; change the options, or join with a new invitation and a new folder with --data`;
  if (site !== null && !allows(certificate, siteSpace(site), "write")) {
    throw configError(
      `This node may not write for the site ${site}: ${advice}`,
    );
  }
  // The name of all spaces is covered by no narrower pattern.
  if (
    roles.includes("office") && !allows(certificate, "*" as SpaceId, "read")
  ) {
    throw configError(`This node may not be an office: ${advice}`);
  }
}

/** What an issuer needs to redeem an invitation. */
export interface Redemption extends Inviter {
  /** The invitation. */
  readonly token: string;
  /** The key of the node that brings it, as the handshake proved it. */
  readonly peerPublicKey: Uint8Array;
  /** Wall time in milliseconds since 1970. */
  readonly now: number;
  /** For the serial number. */
  readonly random: Random;
}

/** An invitation that may be redeemed. */
export interface Redeemed {
  /** The new member's chain. */
  readonly chain: Uint8Array;
  /** What the invitation says; store its nonce before the chain leaves the node, and never redeem it again. */
  readonly invitation: Invitation;
}

/**
 * Makes the certificate that an invitation promises. Whether the invitation was used before is the caller's question.
 *
 * @param redemption The token, who brings it, and who answers.
 * @returns The new chain, or a sentence for the other side that says why not.
 */
export function redeemInvitation(
  redemption: Redemption,
): Result<Redeemed, string> {
  const { token, place, signer, signatures, now, peerPublicKey } = redemption;
  const invitation = decodeInvitation(token, signatures);
  if (invitation === undefined) return err("the invitation is not valid");
  if (!equalBytes(invitation.root, place.root)) {
    return err("the invitation is to another mesh");
  }
  if (!equalBytes(invitation.issuer, signer.publicKey)) {
    return err("the invitation was made by another node");
  }
  if (invitation.notAfter <= now) return err("the invitation has ended");
  if (equalBytes(peerPublicKey, signer.publicKey)) {
    return err("the invitation is for another node than its maker");
  }
  const authority = authorityOf(place, signatures);
  if (authority === undefined || authority.certificate.notAfter <= now) {
    return err("this node may not let anybody in");
  }
  const scope = knownScope(invitation);
  if (scope === undefined) return err("the invitation names an unknown role");
  const certificate: Certificate = {
    kind: "member",
    root: place.root,
    subject: peerPublicKey,
    issuer: signer.publicKey,
    serial: redemption.random.bytes(8),
    notBefore: Math.max(0, now - CLOCK_SLACK_MS),
    notAfter: Math.min(
      now + invitation.lifetimeMs,
      authority.certificate.notAfter,
    ),
    site: scope.roles.some(isSiteRole) || scope.sites.length === 1
      ? scope.sites[0] ?? null
      : null,
    roles: scope.roles,
    grants: grantsOf(scope),
  };
  const chain = issueCertificate(certificate, signer, authority.chain);
  const made = verifyChain(chain, place.root, signatures);
  return made.ok ? ok({ chain, invitation }) : made;
}

function knownScope(invitation: Invitation): InvitationScope | undefined {
  const roles = ROLES.filter((it) => invitation.roles.includes(it));
  if (roles.length === 0 || roles.length !== invitation.roles.length) {
    return undefined;
  }
  return { ...invitation, roles };
}

/** The grants of several roles together, one for each pattern. */
function grantsOf(scope: InvitationScope): SpaceGrant[] {
  const byPattern = new Map<string, Set<Verb>>();
  for (const role of scope.roles) {
    for (const { pattern, verbs } of grantsOfRole(role, scope)) {
      const known = byPattern.get(pattern) ?? new Set();
      byPattern.set(pattern, known.union(new Set(verbs)));
    }
  }
  return [...byPattern].map(([pattern, verbs]) => ({
    pattern,
    verbs: [...verbs],
  }));
}

/**
 * What a node does with `--join`.
 *
 * @param token The invitation.
 * @param place The node's place, if its folder belongs to a mesh already.
 * @param signatures How signatures are checked.
 * @param now Wall time in milliseconds since 1970, to tell whether the folder's certificate has ended.
 * @returns The invitation to redeem; undefined if the folder belongs to that mesh already, with a certificate in force.
 * @throws {PanalError} `invalid_token` if the text is no invitation, `config_invalid` if the folder belongs to another
 * mesh. Whether it has ended is for its maker to say, by its maker's clock.
 */
export function checkJoin(
  token: string,
  place: MeshPlace | undefined,
  signatures: SignatureScheme,
  now = 0,
): Invitation | undefined {
  const invitation = decodeInvitation(token, signatures);
  if (invitation === undefined) {
    throw new PanalError(
      "invalid_token",
      "--join takes an invitation as mesh invite prints it: copy it whole, or ask for a new one",
    );
  }
  if (place === undefined) return invitation;
  if (equalBytes(place.root, invitation.root)) {
    const ended = place.membership.certificate.notAfter <= now;
    return ended ? invitation : undefined;
  }
  throw configError(
    "--join names another mesh than the one that this data folder belongs to: leave it out, or name a new folder with --data",
  );
}

/**
 * Checks the chain that the issuer gave for an invitation.
 *
 * @param chain What the issuer sent.
 * @param invitation The invitation that was redeemed.
 * @param own The joining node's public key and the scheme of signatures.
 * @returns The node's place, or a sentence that says what is wrong.
 */
export function checkGivenChain(
  chain: Uint8Array,
  invitation: Invitation,
  own: {
    readonly publicKey: Uint8Array;
    readonly signatures: SignatureScheme;
  },
): Result<MeshPlace, string> {
  const place = readMeshPlace(chain, own.publicKey, own.signatures);
  if (!place.ok) return place;
  const { root, membership } = place.value;
  if (!equalBytes(root, invitation.root)) {
    return err("the certificate is of another mesh");
  }
  return equalBytes(membership.certificate.issuer, invitation.issuer)
    ? place
    : err("the certificate is by another node than the invitation");
}

/** A log of the space `mesh`: who writes it, and its certificate chain. */
export interface MeshLog {
  /** The writer's public key. */
  readonly publicKey: Uint8Array;
  /** The writer's chain. */
  readonly chain: Uint8Array;
  /** Whether a key above the writer has revoked it. */
  readonly revoked: boolean;
}

/**
 * The members of a mesh: the writers of its logs, and the node itself.
 *
 * @param place The node's place.
 * @param logs The logs of the space `mesh`.
 * @param signatures How signatures are checked.
 * @returns Members in the order of their peer ids, each once with its newest certificate.
 */
export function listMembers(
  place: MeshPlace,
  logs: readonly MeshLog[],
  signatures: SignatureScheme,
): Member[] {
  const own = peerIdOf(place.membership.publicKey);
  const newest = new Map([[own, place.membership]]);
  const gone = new Set<PeerId>();
  for (const { publicKey, chain, revoked } of logs) {
    const verified = verifyChain(chain, place.root, signatures);
    if (!verified.ok || !equalBytes(verified.value.publicKey, publicKey)) {
      continue;
    }
    // The root key has logs of statements, and no node.
    if (equalBytes(publicKey, place.root)) continue;
    const { peer, certificate } = verified.value;
    if (revoked) gone.add(peer);
    const known = newest.get(peer)?.certificate.notAfter ?? -1;
    if (certificate.notAfter > known) newest.set(peer, verified.value);
  }
  return [...newest].sort(([a], [b]) => a < b ? -1 : 1).map((
    [peer, { certificate }],
  ) => ({
    peer,
    site: certificate.site,
    roles: certificate.roles,
    certificateEnds: certificate.notAfter,
    self: peer === own,
    revoked: gone.has(peer),
  }));
}

/**
 * Whether two keys are the same.
 *
 * @param a A public key.
 * @param b Another.
 * @returns True if every byte is the same.
 */
