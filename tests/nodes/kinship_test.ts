import { strictEqual } from "node:assert/strict";
import fc from "fast-check";
import {
  type Certificate,
  grantsOfRole,
  MESH_SPACE,
  type PeerId,
  peerIdOf,
  SIMULATED_SIGNATURES,
  type SiteCode,
  type SpaceId,
} from "../../crdt/mod.ts";
import { areKin, Kinship, type Rights } from "../../nodes/kinship.ts";
import type { LogEntry } from "../../nodes/log_register.ts";
import { createSimulatedMesh } from "../support/simulated_mesh.ts";

/** A member by its role, its sites and companies. */
function member(
  role: string,
  { sites = [], companies = [] }: {
    readonly sites?: readonly string[];
    readonly companies?: readonly string[];
  } = {},
): Rights {
  const scope = { sites: sites as SiteCode[], companies };
  return { grants: grantsOfRole(role, scope) };
}

const cases: readonly [what: string, a: Rights, b: Rights, kin: boolean][] = [
  [
    "two branches",
    member("branch", { sites: ["CUS"] }),
    member("branch", { sites: ["LIM"] }),
    false,
  ],
  [
    "two tills of a site",
    member("branch", { sites: ["CUS"] }),
    member("branch", { sites: ["CUS"] }),
    true,
  ],
  [
    "an office and a branch",
    member("office"),
    member("branch", { sites: ["CUS"] }),
    true,
  ],
  ["two offices", member("office"), member("office"), true],
  [
    "a pump and the station of its site",
    member("pump", { sites: ["NORTE"] }),
    member("station", { sites: ["NORTE"] }),
    true,
  ],
  [
    "a station and a company, in whose space it may write",
    member("station", { sites: ["NORTE"] }),
    member("company", { companies: ["acme"] }),
    true,
  ],
  [
    "a station and a region without its site",
    member("station", { sites: ["NORTE"] }),
    member("region"),
    true,
  ],
  [
    "two stations that write of companies, which neither reads",
    member("station", { sites: ["NORTE"] }),
    member("station", { sites: ["SUR"] }),
    false,
  ],
  [
    "a branch and a company",
    member("branch", { sites: ["CUS"] }),
    member("company", { companies: ["all"] }),
    false,
  ],
  [
    "a region and a station of its sites",
    member("region", { sites: ["NORTE", "SUR"] }),
    member("station", { sites: ["SUR"] }),
    true,
  ],
  [
    "a region and a branch of no site of it",
    member("region", { sites: ["NORTE"] }),
    member("branch", { sites: ["CUS"] }),
    false,
  ],
  [
    "two companies",
    member("company", { companies: ["acme"] }),
    member("company", { companies: ["other"] }),
    false,
  ],
  [
    "all companies' node and one company's",
    member("company", { companies: ["all"] }),
    member("company", { companies: ["other"] }),
    true,
  ],
];

for (const [what, a, b, kin] of cases) {
  Deno.test(`areKin() is ${kin} for ${what}, both ways`, () => {
    strictEqual(areKin(a, b), kin);
    strictEqual(areKin(b, a), kin);
  });
}

Deno.test("areKin() is never so by `mesh` alone, and the same both ways", () => {
  const site = fc.constantFrom("A", "B", "C");
  const company = fc.constantFrom("x", "y", "all");
  const one = fc.record({
    role: fc.constantFrom("branch", "station", "region", "company", "office"),
    sites: fc.array(site, { minLength: 1, maxLength: 2 }),
    companies: fc.array(company, { maxLength: 2 }),
  }).map(({ role, ...rest }) => member(role, rest));
  fc.assert(fc.property(one, one, (a, b) => {
    strictEqual(areKin(a, b), areKin(b, a));
    const onlyMesh: Rights = {
      grants: [{ pattern: MESH_SPACE, verbs: ["read", "write"] }],
    };
    strictEqual(areKin(onlyMesh, onlyMesh), false);
  }));
});

/** A register that a test fills, and this node at the site CUS. */
function knowing() {
  const mesh = createSimulatedMesh({ seed: 3 });
  const logs: LogEntry[] = [];
  const self = mesh.add("self", "CUS");
  const kinship = new Kinship({
    self: self.peer,
    register: {
      nextNumber: () => logs.length + 1,
      byNumber: (number) => logs[number - 1],
    },
  });
  const log = (name: string, space: string, notAfterMs?: number): PeerId => {
    const known = mesh.peers.find((peer) => peer.name === name);
    const identity = known ?? mesh.add(name, name === "office" ? null : name);
    identity.notAfterMs = notAfterMs ?? identity.notAfterMs;
    logs.push({
      publicKey: identity.signer.publicKey,
      certificate: mesh.certificate(identity),
      space: space as SpaceId,
    } as LogEntry);
    return identity.peer;
  };
  return { kinship, logs, log };
}

Deno.test("Kinship reads who is kin from logs as they come", () => {
  const { kinship, log } = knowing();
  const stranger = peerIdOf(
    SIMULATED_SIGNATURES.signer(new Uint8Array(32)).publicKey,
  );
  strictEqual(kinship.hasNews, false);
  const office = log("office", "mesh");
  strictEqual(kinship.hasNews, true);
  strictEqual(kinship.isKin(office), false);
  strictEqual(kinship.hasNews, false);
  log("self", "mesh");
  strictEqual(kinship.isKin(office), true);
  const lima = log("LIM", "mesh");
  strictEqual(kinship.isKin(lima), false);
  strictEqual(kinship.isKin(stranger), false);
  strictEqual(kinship.areKin(lima, office), true);
  strictEqual(kinship.areKin(lima, stranger), false);
});

Deno.test("Kinship takes what a link showed over an older certificate, never an older over a newer one", () => {
  const { kinship, log } = knowing();
  log("self", "mesh");
  const peer = log("LIM", "mesh", 5000);
  strictEqual(kinship.isKin(peer), false);
  const show = (notAfter: number, site: string) =>
    kinship.met({
      peer,
      certificate: {
        site,
        grants: grantsOfRole("branch", {
          sites: [site as SiteCode],
          companies: [],
        }),
        notAfter,
      } as unknown as Certificate,
    });
  show(4000, "CUS");
  strictEqual(kinship.isKin(peer), false);
  show(6000, "CUS");
  strictEqual(kinship.isKin(peer), true);
});

Deno.test("Kinship reads the register again after it was read back from the disk", () => {
  const { kinship, logs, log } = knowing();
  log("self", "mesh");
  const lima = log("LIM", "mesh");
  strictEqual(kinship.isKin(lima), false);
  logs.splice(0);
  const office = log("office", "mesh");
  strictEqual(kinship.isKin(office), true);
});
