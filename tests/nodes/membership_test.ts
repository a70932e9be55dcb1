import {
  deepStrictEqual,
  match,
  notDeepStrictEqual,
  ok,
  strictEqual,
  throws,
} from "node:assert/strict";
import fc from "fast-check";
import { decodeCbor, encodeCbor } from "../../crdt/cbor.ts";
import {
  allows,
  decodeInvitation,
  issueCertificate,
  TOKEN_LENGTH_MAX,
  verifyChain,
} from "../../crdt/certificate.ts";
import { PanalError } from "../../crdt/errors.ts";
import {
  MESH_SPACE,
  parseSiteCode,
  peerIdOf,
  type SiteCode,
  type SpaceId,
} from "../../crdt/ids.ts";
import { createSeededRandom } from "../../crdt/random.ts";
import { ED25519, type Signer } from "../../crdt/signing.ts";
import {
  AUTHORITY_LIFETIME_MS,
  authorityOf,
  checkCovered,
  checkGivenChain,
  checkJoin,
  CLOCK_SLACK_MS,
  createInvitation,
  createMeshChain,
  FOUNDER_LIFETIME_MS,
  type InvitationOptions,
  type InvitationScope,
  type Inviter,
  listMembers,
  MEMBER_LIFETIME_MS,
  type MeshPlace,
  readMeshPlace,
  type Redeemed,
  redeemInvitation,
  SCOPE_MAX,
} from "../../nodes/membership.ts";

const NOW = Date.UTC(2026, 0, 1);
const DAY_MS = 86_400_000;
const random = createSeededRandom(1);

function key(seed: number): Signer {
  return ED25519.signer(new Uint8Array(32).fill(seed));
}

function sites(...codes: string[]): SiteCode[] {
  return codes.map((it) => parseSiteCode(it)).filter((it) => it !== undefined);
}

function found(root: number, own: number): Inviter {
  const signer = key(own);
  const chain = createMeshChain({
    root: key(root),
    own: signer,
    roles: ["office"],
    site: null,
    now: NOW,
    random,
  });
  return { place: placeOf(chain, signer), signer, signatures: ED25519 };
}

function placeOf(chain: Uint8Array, signer: Signer): MeshPlace {
  const place = readMeshPlace(chain, signer.publicKey, ED25519);
  if (!place.ok) throw new TypeError(place.error);
  return place.value;
}

const FOUNDER = found(1, 2);
const BRANCH: InvitationScope = {
  roles: ["branch"],
  sites: sites("CUS"),
  region: null,
  companies: [],
};

function invite(
  scope: Partial<InvitationScope> = {},
  options: Partial<InvitationOptions> = {},
): string {
  return createInvitation(FOUNDER, { ...BRANCH, ...scope }, {
    addresses: ["/ip4/10.0.0.1/tcp/4001"],
    now: NOW,
    random,
    ...options,
  });
}

function redeem(token: string, peer: Signer, by = FOUNDER, now = NOW) {
  const peerPublicKey = peer.publicKey;
  return redeemInvitation({ ...by, token, peerPublicKey, now, random });
}

function join(token: string, peer: Signer): Redeemed & { place: MeshPlace } {
  const redeemed = redeem(token, peer);
  if (!redeemed.ok) throw new TypeError(redeemed.error);
  return { ...redeemed.value, place: placeOf(redeemed.value.chain, peer) };
}

function refuses(action: () => unknown, message: RegExp): void {
  throws(action, (error) => {
    ok(error instanceof PanalError, String(error));
    strictEqual(error.code, "config_invalid");
    match(error.message, message);
    return true;
  });
}

Deno.test("createMeshChain() makes the founder a member by its own authority", () => {
  const { root, membership } = FOUNDER.place;
  const { certificate, above, peer } = membership;
  deepStrictEqual(root, key(1).publicKey);
  strictEqual(peer, peerIdOf(key(2).publicKey));
  deepStrictEqual(above, [key(2).publicKey, key(1).publicKey]);
  deepStrictEqual([certificate.kind, certificate.roles], ["member", [
    "office",
  ]]);
  strictEqual(certificate.notAfter, NOW + FOUNDER_LIFETIME_MS);
  strictEqual(certificate.notBefore, NOW - CLOCK_SLACK_MS);
  ok(allows(certificate, "site:CUS" as SpaceId, "admin"));
  const authority = authorityOf(FOUNDER.place, ED25519);
  strictEqual(authority?.certificate.kind, "authority");
  strictEqual(authority?.certificate.notAfter, NOW + AUTHORITY_LIFETIME_MS);
});

Deno.test("readMeshPlace() refuses a chain of another key, and an authority's", () => {
  const { chain } = FOUNDER.place;
  const others = readMeshPlace(chain, key(3).publicKey, ED25519);
  deepStrictEqual(
    others.ok || others.error,
    "the certificate belongs to another key",
  );
  const authority = authorityOf(FOUNDER.place, ED25519)?.chain;
  ok(authority !== undefined);
  const read = readMeshPlace(authority, key(2).publicKey, ED25519);
  deepStrictEqual(read.ok || read.error, "the certificate is no member's");
});

Deno.test("readMeshPlace() refuses a chain with any byte flipped, cut or added", () => {
  const { chain } = FOUNDER.place;
  const { publicKey } = key(2);
  for (let at = 0; at < chain.length; at++) {
    const bit = 1 << (at % 8);
    const flipped = chain.map((byte, i) => i === at ? byte ^ bit : byte);
    ok(!readMeshPlace(flipped, publicKey, ED25519).ok, `byte ${at}`);
  }
  for (let length = 0; length < chain.length; length += 7) {
    ok(!readMeshPlace(chain.slice(0, length), publicKey, ED25519).ok);
  }
  ok(!readMeshPlace(Uint8Array.of(...chain, 0), publicKey, ED25519).ok);
});

Deno.test("readMeshPlace() never throws on arbitrary bytes", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
    ok(!readMeshPlace(bytes, key(2).publicKey, ED25519).ok);
  }));
});

Deno.test("redeemInvitation() gives a branch its site and the mesh, for a year", () => {
  const { place, invitation } = join(invite(), key(5));
  const { certificate } = place.membership;
  deepStrictEqual([certificate.site, certificate.roles], ["CUS", ["branch"]]);
  strictEqual(certificate.notAfter, NOW + MEMBER_LIFETIME_MS);
  ok(allows(certificate, "site:CUS" as SpaceId, "price"));
  ok(allows(certificate, MESH_SPACE, "write"));
  ok(!allows(certificate, "site:LIM" as SpaceId, "read"));
  ok(!allows(certificate, "site:CUS" as SpaceId, "admin"));
  strictEqual(invitation.nonce.length, 16);
  strictEqual(invitation.notAfter, NOW + 7 * DAY_MS);
  notDeepStrictEqual(
    invitation.nonce,
    decodeInvitation(invite(), ED25519)?.nonce,
  );
});

Deno.test("redeemInvitation() gives each role what it needs", () => {
  const region = join(
    invite({ roles: ["region"], sites: sites("E03", "E04"), region: "0" }),
    key(5),
  ).place.membership.certificate;
  strictEqual(region.site, null);
  ok(allows(region, "site:E04" as SpaceId, "spend"));
  ok(allows(region, "company:7" as SpaceId, "read"));
  const company = join(
    invite({ roles: ["company"], sites: [], companies: ["42", "43"] }),
    key(5),
  ).place.membership.certificate;
  ok(allows(company, "company:43" as SpaceId, "spend"));
  ok(!allows(company, "company:44" as SpaceId, "read"));
  const all = join(
    invite({ roles: ["company"], sites: [], companies: ["all"] }),
    key(5),
  ).place.membership.certificate;
  ok(allows(all, "company:44" as SpaceId, "read"));
  const both = join(invite({ roles: ["branch", "station"] }), key(5))
    .place.membership.certificate;
  deepStrictEqual(both.grants.map(({ pattern }) => pattern), [
    "mesh",
    "site:CUS",
    "company:*",
  ]);
  const office = join(invite({ roles: ["office"], sites: [] }), key(5))
    .place.membership.certificate;
  ok(allows(office, "site:LIM" as SpaceId, "admin"));
});

Deno.test("redeemInvitation() refuses an invitation that has ended", () => {
  const token = invite({}, { days: 2 });
  ok(redeem(token, key(5), FOUNDER, NOW + 2 * DAY_MS - 1).ok);
  deepStrictEqual(redeem(token, key(5), FOUNDER, NOW + 2 * DAY_MS), {
    ok: false,
    error: "the invitation has ended",
  });
});

Deno.test("redeemInvitation() refuses another mesh's, another node's and its own", () => {
  const errors = [
    redeem(invite(), key(5), found(3, 2)),
    redeem(invite(), key(5), found(1, 4)),
    redeem(invite(), key(2)),
    redeem("panal1.", key(5)),
    redeem("", key(5)),
  ].map((it) => it.ok || it.error);
  deepStrictEqual(errors, [
    "the invitation is to another mesh",
    "the invitation was made by another node",
    "the invitation is for another node than its maker",
    "the invitation is not valid",
    "the invitation is not valid",
  ]);
});

Deno.test("redeemInvitation() never lets a certificate outlive its authority", () => {
  const late = NOW + AUTHORITY_LIFETIME_MS - 5 * DAY_MS;
  const token = invite({}, { now: late });
  const redeemed = redeem(token, key(5), FOUNDER, late);
  ok(redeemed.ok);
  const { certificate } = placeOf(redeemed.value.chain, key(5)).membership;
  strictEqual(certificate.notAfter, NOW + AUTHORITY_LIFETIME_MS);
  const after = NOW + AUTHORITY_LIFETIME_MS;
  const refused = redeem(token, key(5), FOUNDER, after);
  deepStrictEqual(
    refused.ok || refused.error,
    "this node may not let anybody in",
  );
  refuses(() => invite({}, { now: after }), /its right has ended/);
});

Deno.test("redeemInvitation() refuses a token with any byte flipped", () => {
  const token = invite();
  const bytes = fromToken(token);
  strictEqual(toToken(bytes), token);
  for (let at = 0; at < bytes.length; at++) {
    const bit = 1 << (at % 8);
    const flipped = bytes.map((byte, i) => i === at ? byte ^ bit : byte);
    ok(!redeem(toToken(flipped), key(5)).ok, `byte ${at}`);
  }
});

Deno.test("redeemInvitation() refuses a token with any character changed, or reads the same", () => {
  const token = invite();
  const original = decodeInvitation(token, ED25519);
  for (let at = 0; at < token.length; at++) {
    const other = token[at] === "A" ? "B" : "A";
    const changed = token.slice(0, at) + other + token.slice(at + 1);
    const redeemed = redeem(changed, key(5));
    // The last character has bits that carry nothing.
    if (redeemed.ok) deepStrictEqual(redeemed.value.invitation, original);
    ok(!redeemed.ok || at === token.length - 1, `character ${at}`);
  }
});

Deno.test("redeemInvitation() refuses a token that its bearer signed anew", () => {
  const outer = decodeCbor(fromToken(invite())) as [Uint8Array, Uint8Array];
  const forged = encodeCbor([outer[0], key(5).sign(outer[0])]);
  strictEqual(decodeInvitation(toToken(forged), ED25519), undefined);
});

function fromToken(token: string): Uint8Array {
  return Uint8Array.fromBase64(token.slice("panal1.".length), {
    alphabet: "base64url",
  });
}

function toToken(bytes: Uint8Array): string {
  return `panal1.${
    bytes.toBase64({ alphabet: "base64url", omitPadding: true })
  }`;
}

Deno.test("createInvitation() refuses a node that is no authority", () => {
  const peer = key(5);
  const { place } = join(invite({ roles: ["office"], sites: [] }), peer);
  const inviter = { place, signer: peer, signatures: ED25519 };
  strictEqual(authorityOf(place, ED25519), undefined);
  const options = { addresses: [], now: NOW, random };
  refuses(
    () => createInvitation(inviter, BRANCH, options),
    /may not invite: use the data folder of the node that made the mesh/,
  );
});

Deno.test("verifyChain() refuses what a member signs as if it were an authority", () => {
  const peer = key(5);
  const { place, chain } = join(invite(), peer);
  const forged = issueCertificate(
    {
      ...place.membership.certificate,
      subject: key(6).publicKey,
      issuer: peer.publicKey,
    },
    peer,
    chain,
  );
  const verified = verifyChain(forged, place.root, ED25519);
  deepStrictEqual(
    verified.ok || verified.error,
    "a certificate's issuer is no authority",
  );
});

Deno.test("createInvitation() refuses a scope that does not fit the role", () => {
  const many = Array.from({ length: SCOPE_MAX + 1 }, (_, i) => `S${100 + i}`);
  const wrong: readonly [Partial<InvitationScope>, RegExp][] = [
    [{ roles: [] }, /Name a role/],
    [{ sites: [] }, /role branch needs its site/],
    [{ sites: sites("CUS", "LIM") }, /Only the role region has several sites/],
    [{ roles: ["region"], region: null }, /needs its id and its sites/],
    [{ roles: ["region"], region: "0", sites: [] }, /its id and its sites/],
    [{ roles: ["company"], sites: [] }, /needs its ids/],
    [
      { roles: ["region"], region: "0", sites: sites(...many) },
      /at most 60 sites/,
    ],
  ];
  for (const [scope, message] of wrong) refuses(() => invite(scope), message);
  for (const days of [0, -1, 1.5, 366, NaN]) {
    refuses(() => invite({}, { days }), /--days takes/);
  }
});

Deno.test("createInvitation() fits the most sites and addresses in a token and a chain", () => {
  const most = Array.from(
    { length: SCOPE_MAX },
    (_, i) => `SITE1234567${i}`.slice(-12),
  );
  const token = invite(
    { roles: ["region"], region: "0", sites: sites(...new Set(most)) },
    {
      addresses: Array.from(
        { length: 40 },
        (_, i) => `/dns4/${"x".repeat(200)}${i}.example/tcp/4001`,
      ),
    },
  );
  ok(token.length <= TOKEN_LENGTH_MAX);
  const { place, invitation } = join(token, key(5));
  ok(invitation.addresses.length > 0);
  strictEqual(place.membership.certificate.grants.length, SCOPE_MAX + 2);
});

Deno.test("checkJoin() takes an invitation once, ignores the same mesh, refuses another", () => {
  const token = invite();
  deepStrictEqual(
    checkJoin(token, undefined, ED25519),
    decodeInvitation(token, ED25519),
  );
  const { place } = join(token, key(5));
  strictEqual(checkJoin(token, place, ED25519), undefined);
  strictEqual(checkJoin(token, FOUNDER.place, ED25519), undefined);
  const ends = place.membership.certificate.notAfter;
  strictEqual(checkJoin(token, place, ED25519, ends - 1), undefined);
  deepStrictEqual(
    checkJoin(token, place, ED25519, ends),
    decodeInvitation(token, ED25519),
  );
  refuses(
    () => checkJoin(token, found(3, 5).place, ED25519),
    /another mesh than the one that this data folder belongs to/,
  );
  throws(
    () => checkJoin("panal1.AAAA", undefined, ED25519),
    { code: "invalid_token", message: /ask for a new one/ },
  );
});

Deno.test("checkGivenChain() takes only what the invitation promised", () => {
  const token = invite();
  const { chain, invitation } = join(token, key(5));
  const own = { publicKey: key(5).publicKey, signatures: ED25519 };
  ok(checkGivenChain(chain, invitation, own).ok);
  const errors = [
    checkGivenChain(chain, invitation, {
      ...own,
      publicKey: key(6).publicKey,
    }),
    checkGivenChain(found(3, 5).place.chain, invitation, own),
    checkGivenChain(found(1, 5).place.chain, invitation, own),
    checkGivenChain(new Uint8Array(), invitation, own),
  ].map((it) => it.ok || it.error);
  deepStrictEqual(errors, [
    "the certificate belongs to another key",
    "the certificate is of another mesh",
    "the certificate is by another node than the invitation",
    "no certificate chain",
  ]);
});

Deno.test("checkCovered() refuses another site and an office that the certificate does not cover", () => {
  const [lima] = sites("LIM");
  const [cusco] = sites("CUS");
  ok(lima !== undefined && cusco !== undefined);
  const { place } = join(invite(), key(5));
  checkCovered(place, { roles: ["branch"], site: cusco });
  checkCovered(FOUNDER.place, { roles: ["branch", "office"], site: lima });
  refuses(
    () => checkCovered(place, { roles: ["branch"], site: lima }),
    /may not write for the site LIM: .* is for branch at the site CUS;/,
  );
  refuses(
    () => checkCovered(place, { roles: ["office"], site: null }),
    /may not be an office/,
  );
});

Deno.test("listMembers() lists each member once with its newest certificate", () => {
  const branch = join(invite(), key(5));
  const later = redeem(invite(), key(5), FOUNDER, NOW + DAY_MS);
  ok(later.ok);
  const logs = [
    { publicKey: key(5).publicKey, chain: branch.chain, revoked: false },
    { publicKey: key(5).publicKey, chain: later.value.chain, revoked: true },
    { publicKey: key(2).publicKey, chain: FOUNDER.place.chain, revoked: false },
    { publicKey: key(6).publicKey, chain: branch.chain, revoked: false },
    {
      publicKey: key(7).publicKey,
      chain: found(3, 7).place.chain,
      revoked: false,
    },
  ];
  const members = listMembers(FOUNDER.place, logs, ED25519);
  const expected = [
    {
      peer: peerIdOf(key(2).publicKey),
      site: null,
      roles: ["office"],
      certificateEnds: NOW + FOUNDER_LIFETIME_MS,
      self: true,
      revoked: false,
    },
    {
      peer: peerIdOf(key(5).publicKey),
      site: "CUS" as SiteCode,
      roles: ["branch"],
      certificateEnds: NOW + DAY_MS + MEMBER_LIFETIME_MS,
      self: false,
      revoked: true,
    },
  ];
  deepStrictEqual(members, expected.sort((a, b) => a.peer < b.peer ? -1 : 1));
});
