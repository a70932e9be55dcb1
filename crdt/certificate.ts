/**
 * Membership certificates and invitations: their format and the check of a chain up to the mesh's root key. Sub-keys
 * stand between the root key and the members, so that the root key can stay offline.
 *
 * @module
 */
import { decodeCbor, encodeCbor, isBytes, isCount } from "./cbor.ts";
import {
  equalBytes,
  parseSiteCode,
  peerIdOf,
  sha256,
  type SiteCode,
  type SpaceId,
  toHex,
} from "./ids.ts";
import type { PeerId } from "./ids.ts";
import { err, ok, type Result } from "./result.ts";
import type { SignatureScheme, Signer } from "./signing.ts";

/** What a certificate allows in a space. */
export type Verb = "read" | "write" | "price" | "spend" | "admin";
const VERBS: readonly Verb[] = ["read", "write", "price", "spend", "admin"];

/** Verbs in the spaces of a pattern: a space's name, or `*`, `site:*`, `company:*`. */
export interface SpaceGrant {
  /** Which spaces. */
  readonly pattern: string;
  /** What is allowed there. */
  readonly verbs: readonly Verb[];
}

/** What a certificate says. */
export interface Certificate {
  /** `authority` signs certificates; `member` runs a node. */
  readonly kind: "authority" | "member";
  /** The mesh's root public key. */
  readonly root: Uint8Array;
  /** The public key that it is about. */
  readonly subject: Uint8Array;
  /** The public key that signed it. */
  readonly issuer: Uint8Array;
  /** 8 random bytes that tell it from others. */
  readonly serial: Uint8Array;
  /** Start, in milliseconds since 1970. */
  readonly notBefore: number;
  /** End, in milliseconds since 1970. */
  readonly notAfter: number;
  /** The member's site, if it has one. */
  readonly site: SiteCode | null;
  /** The member's roles. */
  readonly roles: readonly string[];
  /** What it may do, or for an authority: the most that it may give. */
  readonly grants: readonly SpaceGrant[];
}

/** A member as its verified chain shows it. */
export interface Membership {
  /** The member. */
  readonly peer: PeerId;
  /** Its public key. */
  readonly publicKey: Uint8Array;
  /** Its own certificate. */
  readonly certificate: Certificate;
  /** Public keys above it in the chain, nearest first, the root last. */
  readonly above: readonly Uint8Array[];
}

/** Longest chain in bytes. */
export const CHAIN_BYTES_MAX = 8192;
/** Most certificates in a chain. */
export const CHAIN_LENGTH_MAX = 5;
const LIST_MAX = 64;

function toArray(certificate: Certificate): unknown[] {
  return [
    1,
    certificate.kind === "authority" ? 1 : 0,
    certificate.root,
    certificate.subject,
    certificate.issuer,
    certificate.serial,
    certificate.notBefore,
    certificate.notAfter,
    certificate.site,
    certificate.roles,
    certificate.grants.map(({ pattern, verbs }) => [
      pattern,
      verbs.reduce((bits, verb) => bits | (1 << VERBS.indexOf(verb)), 0),
    ]),
  ];
}

function parseGrant(value: unknown): SpaceGrant | undefined {
  if (!Array.isArray(value) || value.length !== 2) return undefined;
  const [pattern, bits] = value;
  if (
    typeof pattern !== "string" ||
    !/^(\*|mesh|site:(\*|[A-Z0-9]{2,12})|company:(\*|[0-9]{1,10}))$/.test(
      pattern,
    )
  ) {
    return undefined;
  }
  if (!isCount(bits) || bits >= 1 << VERBS.length) return undefined;
  return { pattern, verbs: VERBS.filter((_, i) => (bits & (1 << i)) !== 0) };
}

function parseList<T>(
  value: unknown,
  parse: (item: unknown) => T | undefined,
): T[] | undefined {
  if (!Array.isArray(value) || value.length > LIST_MAX) return undefined;
  const items: T[] = [];
  for (const item of value) {
    const parsed = parse(item);
    if (parsed === undefined) return undefined;
    items.push(parsed);
  }
  return items;
}

function parseRole(value: unknown): string | undefined {
  return typeof value === "string" && /^[a-z]{1,16}$/.test(value)
    ? value
    : undefined;
}

function parseCertificate(bytes: Uint8Array): Certificate | undefined {
  const value = decodeCbor(bytes);
  if (!Array.isArray(value) || value.length !== 11 || value[0] !== 1) {
    return undefined;
  }
  const [
    ,
    kind,
    root,
    subject,
    issuer,
    serial,
    notBefore,
    notAfter,
    site,
    roleList,
    grantList,
  ] = value;
  const roles = parseList(roleList, parseRole);
  const grants = parseList(grantList, parseGrant);
  const siteCode = site === null ? null : parseSiteCode(site);
  if (
    !isBytes(root, 32) || !isBytes(subject, 32) || !isBytes(issuer, 32) ||
    !isBytes(serial, 8)
  ) return undefined;
  if (!isCount(notBefore) || !isCount(notAfter) || (kind !== 0 && kind !== 1)) {
    return undefined;
  }
  if (
    siteCode === undefined || siteCode !== site || roles === undefined ||
    grants === undefined
  ) return undefined;
  return {
    kind: kind === 1 ? "authority" : "member",
    root,
    subject,
    issuer,
    serial,
    notBefore,
    notAfter,
    site: siteCode,
    roles,
    grants,
  };
}

/** Whether every verb of `inner` is given by `outer`. */
function within(
  inner: readonly SpaceGrant[],
  outer: readonly SpaceGrant[],
): boolean {
  return inner.every(({ pattern, verbs }) =>
    verbs.every((verb) =>
      outer.some((grant) =>
        grant.verbs.includes(verb) && covers(grant.pattern, pattern)
      )
    )
  );
}

function covers(pattern: string, space: string): boolean {
  return pattern === "*" || pattern === space ||
    (pattern.endsWith(":*") && space.startsWith(pattern.slice(0, -1)));
}

/**
 * Signs a certificate and puts it in front of its issuer's chain.
 *
 * @param certificate What it says; `issuer` must be the signer's key.
 * @param signer The root's or an authority's key.
 * @param issuerChain The issuer's own chain; left out for the root.
 * @returns The chain's bytes.
 */
export function issueCertificate(
  certificate: Certificate,
  signer: Signer,
  issuerChain?: Uint8Array,
): Uint8Array {
  const body = encodeCbor(toArray(certificate));
  const above = issuerChain === undefined
    ? []
    : decodeCbor(issuerChain) as unknown[];
  return encodeCbor([[body, signer.sign(body)], ...above]);
}

/**
 * Checks a chain: every signature, that authorities stand above, that nobody gives more than it has, and that it ends
 * at the root. Time is not compared here: expiry is a question about a fact's stamp or a handshake's instant.
 *
 * @param chain The chain's bytes.
 * @param root The mesh's root public key.
 * @param signatures How signatures are checked.
 * @returns The member, or a sentence that says what is wrong.
 */
export function verifyChain(
  chain: Uint8Array,
  root: Uint8Array,
  signatures: SignatureScheme,
): Result<Membership, string> {
  const links = chain.length > CHAIN_BYTES_MAX ? undefined : decodeCbor(chain);
  if (
    !Array.isArray(links) || links.length === 0 ||
    links.length > CHAIN_LENGTH_MAX
  ) return err("no certificate chain");
  let inner: Certificate | undefined;
  let leaf: Certificate | undefined;
  const above: Uint8Array[] = [];
  for (const link of links) {
    if (
      !Array.isArray(link) || link.length !== 2 || !isBytes(link[0]) ||
      !isBytes(link[1], 64)
    ) {
      return err("a certificate is malformed");
    }
    const certificate = parseCertificate(link[0]);
    if (certificate === undefined) return err("a certificate is malformed");
    if (!equalBytes(certificate.root, root)) {
      return err("the certificate is of another mesh");
    }
    if (!signatures.verify(certificate.issuer, link[0], link[1])) {
      return err("a certificate's signature is wrong");
    }
    if (inner !== undefined) {
      if (
        certificate.kind !== "authority" ||
        !equalBytes(inner.issuer, certificate.subject)
      ) {
        return err("a certificate's issuer is no authority");
      }
      if (!within(inner.grants, certificate.grants)) {
        return err("a certificate gives more than its issuer has");
      }
    }
    leaf ??= certificate;
    inner = certificate;
    above.push(certificate.issuer);
  }
  if (
    leaf === undefined || inner === undefined || !equalBytes(inner.issuer, root)
  ) {
    return err("the chain does not end at the root key");
  }
  return ok({
    peer: peerIdOf(leaf.subject),
    publicKey: leaf.subject,
    certificate: leaf,
    above,
  });
}

/**
 * Reads a chain that was verified before, without checking it again.
 *
 * @param chain The chain's bytes.
 * @returns Its certificates, the innermost first; undefined for what is no chain.
 */
export function readChain(chain: Uint8Array): Certificate[] | undefined {
  const links = chain.length > CHAIN_BYTES_MAX ? undefined : decodeCbor(chain);
  return parseList(
    links,
    (link) =>
      Array.isArray(link) && isBytes(link[0])
        ? parseCertificate(link[0])
        : undefined,
  );
}

/**
 * Whether a certificate gives a verb in a space.
 *
 * @param certificate A member's certificate.
 * @param space The space.
 * @param verb What is to be done.
 * @returns True if it does.
 */
export function allows(
  certificate: Pick<Certificate, "grants">,
  space: SpaceId,
  verb: Verb,
): boolean {
  return certificate.grants.some((grant) =>
    grant.verbs.includes(verb) && covers(grant.pattern, space)
  );
}

/** What an invitation gives to whoever redeems it. */
export interface Invitation {
  /** The mesh's root public key. */
  readonly root: Uint8Array;
  /** The public key that signs the new certificate. */
  readonly issuer: Uint8Array;
  /** Where the issuer can be dialed. */
  readonly addresses: readonly string[];
  /** 16 random bytes; an invitation is redeemed once. */
  readonly nonce: Uint8Array;
  /** Roles of the new member. */
  readonly roles: readonly string[];
  /** Sites: one for a site's role, several for a region. */
  readonly sites: readonly SiteCode[];
  /** The region's id, for that role. */
  readonly region: string | null;
  /** Company ids, for that role. */
  readonly companies: readonly string[];
  /** Until when it can be redeemed, in milliseconds since 1970. */
  readonly notAfter: number;
  /** How long the certificate will hold, in milliseconds. */
  readonly lifetimeMs: number;
}

const TOKEN_PREFIX = "panal1.";
/** Longest invitation in characters. */
export const TOKEN_LENGTH_MAX = 4096;

/**
 * Signs an invitation.
 *
 * @param invitation What it gives.
 * @param signer The issuer's key.
 * @returns A token of letters, digits, `.`, `-` and `_`.
 */
export function encodeInvitation(
  invitation: Invitation,
  signer: Signer,
): string {
  const body = encodeCbor([
    1,
    invitation.root,
    invitation.issuer,
    invitation.addresses,
    invitation.nonce,
    invitation.roles,
    invitation.sites,
    invitation.region,
    invitation.companies,
    invitation.notAfter,
    invitation.lifetimeMs,
  ]);
  return TOKEN_PREFIX + toBase64Url(encodeCbor([body, signer.sign(body)]));
}

function parseText(value: unknown): string | undefined {
  return typeof value === "string" && value.length <= 512 ? value : undefined;
}

function parseSite(value: unknown): SiteCode | undefined {
  const site = parseSiteCode(value);
  return site === value ? site : undefined;
}

/**
 * Reads an invitation and checks its signature. Whether it has ended or was used is the issuer's question.
 *
 * @param token The token.
 * @param signatures How signatures are checked.
 * @returns The invitation, or undefined if the text is none.
 */
export function decodeInvitation(
  token: string,
  signatures: SignatureScheme,
): Invitation | undefined {
  if (!token.startsWith(TOKEN_PREFIX) || token.length > TOKEN_LENGTH_MAX) {
    return undefined;
  }
  const text = token.slice(TOKEN_PREFIX.length);
  const bytes = fromBase64Url(text);
  // The last character has bits that no byte takes: only one text may stand for a token.
  if (toBase64Url(bytes) !== text) return undefined;
  const outer = decodeCbor(bytes);
  if (
    !Array.isArray(outer) || outer.length !== 2 || !isBytes(outer[0]) ||
    !isBytes(outer[1], 64)
  ) return undefined;
  const value = decodeCbor(outer[0]);
  if (!Array.isArray(value) || value.length !== 11 || value[0] !== 1) {
    return undefined;
  }
  const [
    ,
    root,
    issuer,
    addressList,
    nonce,
    roleList,
    siteList,
    region,
    companyList,
    notAfter,
    lifetimeMs,
  ] = value;
  const addresses = parseList(addressList, parseText);
  const roles = parseList(roleList, parseRole);
  const sites = parseList(siteList, parseSite);
  const companies = parseList(companyList, parseText);
  if (!isBytes(root, 32) || !isBytes(issuer, 32) || !isBytes(nonce, 16)) {
    return undefined;
  }
  if (
    !isCount(notAfter) || !isCount(lifetimeMs) ||
    (region !== null && typeof region !== "string")
  ) return undefined;
  if (
    addresses === undefined || roles === undefined || sites === undefined ||
    companies === undefined
  ) {
    return undefined;
  }
  if (!signatures.verify(issuer, outer[0], outer[1])) return undefined;
  return {
    root,
    issuer,
    addresses,
    nonce,
    roles,
    sites,
    region,
    companies,
    notAfter,
    lifetimeMs,
  };
}

function toBase64Url(bytes: Uint8Array): string {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""))
    .replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

function fromBase64Url(text: string): Uint8Array {
  if (!/^[A-Za-z0-9_-]*$/.test(text)) return new Uint8Array();
  try {
    return Uint8Array.from(
      atob(text.replaceAll("-", "+").replaceAll("_", "/")),
      (char) => char.charCodeAt(0),
    );
  } catch {
    return new Uint8Array();
  }
}

/**
 * What a role gets in which spaces, as an invitation gives it.
 *
 * @param role One of branch, station, pump, charging, region, company, office.
 * @param scope The sites and companies of the invitation.
 * @returns Grants, `mesh` included.
 */
export function grantsOfRole(
  role: string,
  scope: {
    readonly sites: readonly SiteCode[];
    readonly companies: readonly string[];
  },
): SpaceGrant[] {
  const member: Verb[] = ["read", "write", "price", "spend"];
  const grants: SpaceGrant[] = [{ pattern: "mesh", verbs: ["read", "write"] }];
  const sites = scope.sites.map((site): SpaceGrant => ({
    pattern: `site:${site}`,
    verbs: member,
  }));
  if (role === "office") return [{ pattern: "*", verbs: [...VERBS] }];
  if (role === "company") {
    const patterns = scope.companies.map((id) =>
      `company:${id === "all" ? "*" : id}`
    );
    return [
      ...grants,
      ...patterns.map((pattern): SpaceGrant => ({ pattern, verbs: member })),
    ];
  }
  if (role === "region") {
    return [...grants, ...sites, {
      pattern: "company:*",
      verbs: ["read", "write", "spend"],
    }];
  }
  if (role === "station" || role === "pump") {
    return [...grants, ...sites, {
      pattern: "company:*",
      verbs: ["write", "spend"],
    }];
  }
  return [...grants, ...sites];
}

/**
 * A mesh's short name, for logs and for telling meshes apart on a local network.
 *
 * @param root The root public key.
 * @returns 16 hexadecimal digits.
 */
export function meshName(root: Uint8Array): string {
  return toHex(sha256(root)).slice(0, 16);
}
