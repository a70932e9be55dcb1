import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import {
  allows,
  type Certificate,
  decodeInvitation,
  encodeInvitation,
  grantsOfRole,
  type Invitation,
  issueCertificate,
  meshName,
  type SpaceGrant,
  verifyChain,
} from "../../crdt/certificate.ts";
import { peerIdOf, type SiteCode, type SpaceId } from "../../crdt/ids.ts";
import {
  type Signer,
  SIMULATED_SIGNATURES as SCHEME,
} from "../../crdt/signing.ts";

const signer = (n: number) => SCHEME.signer(new Uint8Array(32).fill(n));
const ROOT = signer(1);
const AUTHORITY = signer(2);
const MEMBER = signer(3);
const ALL: SpaceGrant = { pattern: "*", verbs: ["read", "write"] };

function certificate(
  subject: Signer,
  issuer: Signer,
  fields: Partial<Certificate> = {},
): Certificate {
  return {
    kind: "member",
    root: ROOT.publicKey,
    subject: subject.publicKey,
    issuer: issuer.publicKey,
    serial: new Uint8Array(8),
    notBefore: 1,
    notAfter: 2,
    site: "CUS" as SiteCode,
    roles: ["branch"],
    grants: [{ pattern: "site:CUS", verbs: ["read"] }],
    ...fields,
  };
}

const authority = (fields: Partial<Certificate> = {}) =>
  issueCertificate(
    certificate(AUTHORITY, ROOT, {
      kind: "authority",
      grants: [ALL],
      ...fields,
    }),
    ROOT,
  );
const verify = (chain: Uint8Array, root = ROOT.publicKey) =>
  verifyChain(chain, root, SCHEME);
const refusal = (chain: Uint8Array) => {
  const result = verify(chain);
  return result.ok ? undefined : result.error;
};

Deno.test("verifyChain() gives the member that issueCertificate() wrote", () => {
  const said = certificate(MEMBER, AUTHORITY);
  const result = verify(issueCertificate(said, AUTHORITY, authority()));
  ok(result.ok);
  deepStrictEqual(result.value, {
    peer: peerIdOf(MEMBER.publicKey),
    publicKey: MEMBER.publicKey,
    certificate: said,
    above: [AUTHORITY.publicKey, ROOT.publicKey],
  });
});

Deno.test("verifyChain() refuses a chain with any byte changed", () => {
  const chain = issueCertificate(
    certificate(MEMBER, AUTHORITY),
    AUTHORITY,
    authority(),
  );
  for (let at = 0; at < chain.length; at++) {
    for (const flip of [1, 0x20, 0x80]) {
      const changed = chain.slice();
      changed[at] = (changed[at] ?? 0) ^ flip;
      strictEqual(verify(changed).ok, false, `byte ${at}`);
    }
  }
});

Deno.test("verifyChain() refuses arbitrary bytes without throwing", () => {
  fc.assert(fc.property(fc.uint8Array(), (bytes) => {
    strictEqual(verify(bytes).ok, false);
  }));
});

Deno.test("verifyChain() refuses a certificate of another mesh", () => {
  const chain = issueCertificate(certificate(MEMBER, ROOT), ROOT);
  strictEqual(verify(chain).ok, true);
  strictEqual(verify(chain, MEMBER.publicKey).ok, false);
});

Deno.test("verifyChain() refuses an issuer that is no authority", () => {
  const member = issueCertificate(
    certificate(AUTHORITY, ROOT, { grants: [ALL] }),
    ROOT,
  );
  const chain = issueCertificate(
    certificate(MEMBER, AUTHORITY),
    AUTHORITY,
    member,
  );
  strictEqual(refusal(chain), "a certificate's issuer is no authority");
});

Deno.test("verifyChain() refuses what gives more than its issuer has", () => {
  const grants: SpaceGrant[] = [{ pattern: "site:*", verbs: ["read"] }];
  const above = authority({ grants });
  const given = (grant: SpaceGrant) =>
    refusal(
      issueCertificate(
        certificate(MEMBER, AUTHORITY, { grants: [grant] }),
        AUTHORITY,
        above,
      ),
    );
  strictEqual(given({ pattern: "site:CUS", verbs: ["read"] }), undefined);
  const more = "a certificate gives more than its issuer has";
  strictEqual(given({ pattern: "site:CUS", verbs: ["write"] }), more);
  strictEqual(given({ pattern: "mesh", verbs: ["read"] }), more);
  strictEqual(given({ pattern: "*", verbs: ["read"] }), more);
});

Deno.test("verifyChain() refuses a chain that ends below the root", () => {
  const chain = issueCertificate(certificate(MEMBER, AUTHORITY), AUTHORITY);
  strictEqual(refusal(chain), "the chain does not end at the root key");
});

Deno.test("allows() matches a space's name and patterns", () => {
  const may = (pattern: string, space: string) =>
    allows(
      certificate(MEMBER, ROOT, { grants: [{ pattern, verbs: ["write"] }] }),
      space as SpaceId,
      "write",
    );
  deepStrictEqual(
    [
      may("*", "mesh"),
      may("site:*", "site:CUS"),
      may("site:CUS", "site:CUS"),
      may("site:CUS", "site:CUSCO"),
      may("site:*", "company:1"),
      may("company:1", "company:12"),
    ],
    [true, true, true, false, false, false],
  );
  strictEqual(
    allows(certificate(MEMBER, ROOT), "site:CUS" as SpaceId, "write"),
    false,
  );
});

const INVITATION: Invitation = {
  root: ROOT.publicKey,
  issuer: AUTHORITY.publicKey,
  addresses: ["/ip4/127.0.0.1/tcp/1"],
  nonce: new Uint8Array(16).fill(7),
  roles: ["branch"],
  sites: ["CUS" as SiteCode],
  region: null,
  companies: ["42"],
  notAfter: 5,
  lifetimeMs: 6,
};

Deno.test("decodeInvitation(encodeInvitation(x)) = x", () => {
  const token = encodeInvitation(INVITATION, AUTHORITY);
  deepStrictEqual(decodeInvitation(token, SCHEME), INVITATION);
  ok(/^[A-Za-z0-9._-]+$/.test(token));
});

Deno.test("decodeInvitation() refuses a token with any character changed", () => {
  for (const lifetimeMs of [6, 60_000, 2 ** 40]) {
    const token = encodeInvitation({ ...INVITATION, lifetimeMs }, AUTHORITY);
    for (let at = 0; at < token.length; at++) {
      for (const other of ["A", "B", "_", "=", " "]) {
        if (token[at] === other) continue;
        const changed = token.slice(0, at) + other + token.slice(at + 1);
        strictEqual(decodeInvitation(changed, SCHEME), undefined, changed);
      }
    }
    strictEqual(decodeInvitation(`${token}A`, SCHEME), undefined);
    strictEqual(decodeInvitation(token.slice(0, -1), SCHEME), undefined);
  }
});

Deno.test("decodeInvitation() refuses what another key has signed", () => {
  const token = encodeInvitation(INVITATION, MEMBER);
  strictEqual(decodeInvitation(token, SCHEME), undefined);
});

Deno.test("decodeInvitation() never throws", () => {
  fc.assert(fc.property(fc.string(), (text) => {
    strictEqual(decodeInvitation(text, SCHEME), undefined);
    strictEqual(decodeInvitation(`panal1.${text}`, SCHEME), undefined);
  }));
});

Deno.test("grantsOfRole() gives each role what it needs and no more", () => {
  const scope = { sites: ["CUS" as SiteCode], companies: ["42", "all"] };
  const patterns = (role: string) =>
    grantsOfRole(role, scope).map(({ pattern }) => pattern);
  deepStrictEqual(patterns("branch"), ["mesh", "site:CUS"]);
  deepStrictEqual(patterns("station"), ["mesh", "site:CUS", "company:*"]);
  deepStrictEqual(patterns("company"), ["mesh", "company:42", "company:*"]);
  deepStrictEqual(patterns("office"), ["*"]);
  for (const role of ["branch", "pump", "region", "company"]) {
    const admin = grantsOfRole(role, scope).some(({ verbs }) =>
      verbs.includes("admin")
    );
    strictEqual(admin, false, role);
  }
});

Deno.test("meshName() is short and follows from the root key", () => {
  strictEqual(meshName(ROOT.publicKey).length, 16);
  strictEqual(meshName(ROOT.publicKey), meshName(ROOT.publicKey.slice()));
});
