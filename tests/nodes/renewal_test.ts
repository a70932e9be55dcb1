import { deepStrictEqual, ok as assert, strictEqual } from "node:assert/strict";
import {
  type Certificate,
  createSeededRandom,
  grantsOfRole,
  issueCertificate,
  type Membership,
  MESH_SPACE,
  ok,
  peerIdOf,
  SIMULATED_SIGNATURES as SCHEME,
  type SiteCode,
  siteSpace,
  verifyChain,
} from "../../crdt/mod.ts";
import { createMemoryNetwork } from "../../net/mod.ts";
import {
  authorityOf,
  createMeshChain,
  readMeshPlace,
} from "../../nodes/membership.ts";
import { createNode, type NodeParts } from "../../nodes/node.ts";
import {
  checkRenewed,
  isAuthority,
  isDue,
  renewCertificate,
  writeAgain,
} from "../../nodes/renewal.ts";
import { makeRevocation } from "../../nodes/revocation.ts";
import { idOf } from "../support/facts.ts";
import { openNodeStore } from "../support/node_store.ts";
import { SimulatedDisk } from "../support/simulated_disk.ts";
import { createVirtualClock, settleOn } from "../support/virtual_clock.ts";

const START_MS = Date.UTC(2026, 10, 22, 15);
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const CUS = "CUS" as SiteCode;
const random = createSeededRandom(5);
const [ROOT, OFFICE, BRANCH] = [1, 2, 3].map((n) =>
  SCHEME.signer(new Uint8Array(32).fill(n))
) as [
  ReturnType<typeof SCHEME.signer>,
  ReturnType<typeof SCHEME.signer>,
  ReturnType<typeof SCHEME.signer>,
];
const FOUNDED = createMeshChain({
  root: ROOT,
  own: OFFICE,
  roles: ["office"],
  site: null,
  now: START_MS,
  random,
});
const PLACE = readMeshPlace(FOUNDED, OFFICE.publicKey, SCHEME);
assert(PLACE.ok);
const ISSUER = { place: PLACE.value, signer: OFFICE, signatures: SCHEME };
const AUTHORITY = authorityOf(PLACE.value, SCHEME);
assert(AUTHORITY !== undefined);

function branchChain(fields: Partial<Certificate> = {}): Uint8Array {
  return issueCertificate(
    {
      kind: "member",
      root: ROOT.publicKey,
      subject: BRANCH.publicKey,
      issuer: OFFICE.publicKey,
      serial: new Uint8Array(8),
      notBefore: START_MS - DAY_MS,
      notAfter: START_MS + HOUR_MS,
      site: CUS,
      roles: ["branch"],
      grants: grantsOfRole("branch", { sites: [CUS], companies: [] }),
      ...fields,
    },
    OFFICE,
    AUTHORITY?.chain,
  );
}

function memberOf(chain: Uint8Array): Membership {
  const member = verifyChain(chain, ROOT.publicKey, SCHEME);
  assert(member.ok);
  return member.value;
}

const renew = (chain: Uint8Array, now: number) =>
  renewCertificate(ISSUER, memberOf(chain), { now, random });

Deno.test("isDue() is true in the last 30 days, or the last third of a shorter life", () => {
  const life = (ms: number, left: number) =>
    isDue({ notBefore: 0, notAfter: DAY_MS + ms }, DAY_MS + ms - left);
  deepStrictEqual(
    [
      life(365 * DAY_MS, 31 * DAY_MS),
      life(365 * DAY_MS, 30 * DAY_MS),
      life(HOUR_MS, 21 * MINUTE_MS),
      life(HOUR_MS, 20 * MINUTE_MS),
      life(HOUR_MS, -MINUTE_MS),
    ],
    [false, true, false, true, true],
  );
});

Deno.test("renewCertificate() gives the same rights for the same time, once it is due", () => {
  const now = START_MS + 50 * MINUTE_MS;
  const renewed = renew(branchChain(), now);
  assert(renewed.ok);
  const { serial: _, ...certificate } = memberOf(renewed.value).certificate;
  const { serial: __, ...old } = memberOf(branchChain()).certificate;
  deepStrictEqual(certificate, {
    ...old,
    notBefore: now - DAY_MS,
    notAfter: now + HOUR_MS,
  });
  const early = renew(branchChain(), START_MS);
  assert(!early.ok);
  strictEqual(early.error, "the certificate need not be renewed yet");
});

Deno.test("renewCertificate() gives no more than the authority has, nor by a member's key", () => {
  const place = readMeshPlace(branchChain(), BRANCH.publicKey, SCHEME);
  assert(place.ok);
  const member = { place: place.value, signer: BRANCH, signatures: SCHEME };
  const now = START_MS + HOUR_MS;
  const options = { now, random };
  const refused = renewCertificate(member, memberOf(branchChain()), options);
  assert(!refused.ok);
  strictEqual(refused.error, "this node cannot issue certificates");
});

Deno.test("checkRenewed() takes a later chain of the same key alone", () => {
  const own = memberOf(branchChain());
  const context = { root: ROOT.publicKey, signatures: SCHEME };
  const later = branchChain({ notAfter: START_MS + DAY_MS });
  const check = (chain: Uint8Array) => checkRenewed(chain, own, context);
  strictEqual(
    check(later)?.certificate.notAfter,
    START_MS + DAY_MS,
  );
  for (
    const chain of [
      branchChain(),
      branchChain({ notAfter: START_MS + DAY_MS, kind: "authority" }),
      branchChain({ notAfter: START_MS + DAY_MS, subject: ROOT.publicKey }),
      new Uint8Array(),
    ]
  ) strictEqual(check(chain), undefined);
});

Deno.test("isAuthority() tells the nodes that can sign certificates", () => {
  strictEqual(isAuthority(FOUNDED, OFFICE.publicKey), true);
  strictEqual(isAuthority(branchChain(), BRANCH.publicKey), false);
});

function createMesh() {
  const clock = createVirtualClock(START_MS);
  const network = createMemoryNetwork({ clock, random });
  const saved: Uint8Array[] = [];
  const create = (
    parts: Pick<NodeParts, "signer" | "certificate" | "renewal"> & {
      readonly site: SiteCode | null;
    },
  ) => {
    const { site, ...rest } = parts;
    const disk = new SimulatedDisk();
    return createNode({
      ...rest,
      openStore: () => openNodeStore(disk),
      clock,
      random,
      signatures: SCHEME,
      root: ROOT.publicKey,
      logger: { log: () => {} },
      transport: network.transport(peerIdOf(rest.signer.publicKey)),
      settings: {
        site,
        roles: [site === null ? "office" : "branch"],
        currency: "PEN",
        timezone: "America/Lima",
      },
    });
  };
  const office = create({
    signer: OFFICE,
    certificate: FOUNDED,
    site: null,
    renewal: {
      issue: (member) =>
        renewCertificate(ISSUER, member, { now: clock.now(), random }),
      save: () => Promise.resolve(),
    },
  });
  const branch = create({
    signer: BRANCH,
    certificate: branchChain(),
    site: CUS,
    renewal: {
      save: (chain) => {
        saved.push(chain);
        return Promise.resolve();
      },
    },
  });
  const settle = <T>(promise: Promise<T>) => settleOn(clock, promise);
  const sell = (name: string, observation: boolean) =>
    settle(branch.useCases.recordSale({
      id: idOf(name),
      lines: [{
        product: "1" as never,
        quantity: 1,
        price: { units: 1, currency: "PEN", exponent: 2 },
        name: "honey",
      } as never],
      observation,
    }));
  return { clock, office, branch, saved, settle, sell };
}

Deno.test("a member renews its certificate ahead of its end, over the link that it has", async () => {
  const { clock, office, branch, saved, settle, sell } = createMesh();
  await settle(office.start());
  await settle(branch.start());
  branch.replicator?.want(`/memory/${peerIdOf(OFFICE.publicKey)}`);
  await clock.run(30 * MINUTE_MS);
  strictEqual(saved.length, 0);
  await clock.run(60 * MINUTE_MS);
  assert(saved.length > 0);
  // The old one has ended meanwhile: the link is up, and what is sold counts at the office.
  strictEqual(office.replicator?.links(), 1);
  assert((await sell("later", true)).ok);
  await clock.run(MINUTE_MS);
  strictEqual(office.useCases.sales({ limit: 10 }).items.length, 1);
  await settle(branch.stop());
  await settle(office.stop());
});

Deno.test("what was set aside after a certificate's end is written again once it is renewed", async () => {
  const { clock, office, branch, saved, settle, sell } = createMesh();
  await settle(office.start());
  await settle(branch.start());
  await clock.run(2 * HOUR_MS);
  assert((await sell("seen", true)).ok);
  assert(!(await sell("decided", false)).ok);
  strictEqual(branch.useCases.sales({ limit: 10 }).items.length, 0);
  // A person brings a new certificate.
  const chain = branchChain({ notAfter: clock.now() + DAY_MS });
  branch.replica.renew(chain);
  strictEqual(await settle(writeAgain(branch.replica)), 1);
  strictEqual(await settle(writeAgain(branch.replica)), 0);
  const [sale, ...more] = branch.useCases.sales({ limit: 10 }).items;
  deepStrictEqual([sale?.id, more.length, saved.length], [idOf("seen"), 0, 0]);
  assert(branch.replica.register.own(siteSpace(CUS)) !== undefined);
  await settle(branch.stop());
  await settle(office.stop());
});

Deno.test("a revoked member loses its links, is admitted no more, and learns why", async () => {
  const { clock, office, branch, settle, sell } = createMesh();
  await settle(office.start());
  await settle(branch.start());
  const address = `/memory/${peerIdOf(OFFICE.publicKey)}`;
  branch.replicator?.want(address);
  await clock.run(1000);
  assert((await sell("before", true)).ok);
  await clock.run(1000);
  strictEqual(office.replicator?.links(), 1);
  const facts = makeRevocation({
    ...ISSUER,
    reader: office.replica.reader,
    now: clock.now(),
    random,
  }, peerIdOf(BRANCH.publicKey));
  await settle(office.replica.decide((context) => {
    for (const fact of facts) context.record(MESH_SPACE, fact);
    return ok(null);
  }));
  await clock.run(10_000);
  strictEqual(office.replicator.links(), 0);
  strictEqual(branch.replica.isRevoked, true);
  const kinds = (node: typeof office) =>
    node.incidents.list().map(({ kind }) => kind).sort();
  deepStrictEqual(kinds(office), ["not_admitted", "revoked_member"]);
  deepStrictEqual(kinds(branch), ["revoked"]);
  // What the revocation names goes on counting, what comes after it does not.
  assert((await sell("after", true)).ok);
  strictEqual(office.useCases.sales({ limit: 10 }).items.length, 1);
  strictEqual(branch.useCases.sales({ limit: 10 }).items.length, 1);
  await settle(branch.stop());
  await settle(office.stop());
});
