import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { join } from "node:path";
import fc from "fast-check";
import { decodeInvitation } from "../../crdt/certificate.ts";
import { peerIdOf } from "../../crdt/ids.ts";
import { createSeededRandom } from "../../crdt/random.ts";
import { ED25519 } from "../../crdt/signing.ts";
import { openDataFolder } from "../../nodes/adapters/data_folder.ts";
import { createMeshFolders } from "../../nodes/adapters/mesh_folder.ts";
import { openSqliteStore } from "../../nodes/adapters/sqlite_store.ts";
import { redeemInvitation } from "../../nodes/membership.ts";
import { type MeshFolders, runMesh } from "../../nodes/mesh_commands.ts";
import type { Store } from "../../nodes/ports.ts";
import { LOGS, NODE_TABLES, SCHEMA_VERSION } from "../../nodes/tables.ts";
import { createVirtualClock } from "../support/virtual_clock.ts";

const clock = createVirtualClock(Date.UTC(2026, 0, 1));
const random = createSeededRandom(1);
const FOLDERS = createMeshFolders({ clock, random });

interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function mesh(line: string, folders = FOLDERS): Promise<Outcome> {
  let [out, err] = ["", ""];
  const code = await runMesh(line.split(" ").filter(Boolean), {
    folders,
    stdout: (text) => out += text,
    stderr: (text) => err += text,
  });
  return { code, out, err };
}

async function refuses(line: string, message: RegExp): Promise<void> {
  const { code, out, err } = await mesh(line);
  deepStrictEqual([code, out], [2, ""], line);
  match(err, message);
  match(err, /^mesh: [^\n]+\n$/);
}

function test(title: string, run: (path: string) => Promise<void>) {
  Deno.test(title, async () => {
    const parent = await Deno.makeTempDir();
    try {
      await run(join(parent, "node"));
    } finally {
      await Deno.remove(parent, { recursive: true });
    }
  });
}

test("runMesh() makes a mesh, invites to it and lists its founder", async (path) => {
  const made = await mesh(`init --data ${path} --role branch --site cus`);
  deepStrictEqual([made.code, made.err], [0, ""]);
  match(made.out, /^mesh [0-9a-f]{16}\npeer 12D3Koo\w+\n$/);
  const peer = /peer (\w+)/.exec(made.out)?.[1];
  const { out } = await mesh(`members --data ${path} --json`);
  deepStrictEqual(JSON.parse(out), [{
    peer,
    site: "CUS",
    roles: ["branch"],
    certificateEnds: Date.UTC(2026, 0, 1) + 2 * 365 * 86_400_000,
    self: true,
    revoked: false,
  }]);
  strictEqual(
    (await mesh(`members --data ${path}`)).out,
    `${peer} branch CUS, until 2028-01-01, this node\n`,
  );
});

test("runMesh() prints the invitation alone, also while a node has the folder", async (path) => {
  await mesh(`init --data ${path}`);
  const folder = await openDataFolder(path, { random });
  try {
    const addresses = [`/ip4/10.0.0.1/tcp/4001/p2p/${folder.peer}`];
    await folder.saveAddresses(addresses);
    const { code, out, err } = await mesh(
      `invite --data ${path} --role region --region 0 --site e03,E04 --site E05 --days 3`,
    );
    deepStrictEqual([code, err], [0, ""]);
    match(out, /^panal1\.[\w-]+\n$/);
    const invitation = decodeInvitation(out.trim(), ED25519);
    deepStrictEqual(invitation?.addresses, addresses);
    deepStrictEqual(invitation?.issuer, folder.signer.publicKey);
    deepStrictEqual(
      [invitation?.roles, invitation?.sites, invitation?.region],
      [["region"], ["E03", "E04", "E05"], "0"],
    );
    strictEqual(invitation?.notAfter, clock.now() + 3 * 86_400_000);
    const company = await mesh(
      `invite --data ${path} --role company --company 42,43`,
    );
    deepStrictEqual(
      decodeInvitation(company.out.trim(), ED25519)?.companies,
      ["42", "43"],
    );
  } finally {
    folder.close();
  }
});

test("runMesh() warns when the invitation holds no address", async (path) => {
  await mesh(`init --data ${path}`);
  const { code, out, err } = await mesh(`invite --data ${path} --role office`);
  strictEqual(code, 0);
  match(out, /^panal1\.[\w-]+\n$/);
  match(err, /never ran.*invite again/);
});

function open(path: string): Store {
  return openSqliteStore(join(path, "node.db"), {
    tables: NODE_TABLES,
    version: SCHEMA_VERSION,
  });
}

test("runMesh() lists members of a folder whose node is running", async (path) => {
  await mesh(`init --data ${path}`);
  const invited = await mesh(
    `invite --data ${path} --role branch --site LIM`,
  );
  const folder = await openDataFolder(path, { random });
  const store = open(path);
  try {
    const { place, signer } = folder;
    ok(place !== undefined);
    const peer = ED25519.signer(new Uint8Array(32).fill(5));
    const redeemed = redeemInvitation({
      place,
      signer,
      signatures: ED25519,
      token: invited.out.trim(),
      peerPublicKey: peer.publicKey,
      now: clock.now(),
      random,
    });
    ok(redeemed.ok);
    const log = {
      "public_key": peer.publicKey,
      certificate: redeemed.value.chain,
      role: 0,
      "first_body": 1,
      parent: null,
    };
    store.write((writer) => {
      writer.put(LOGS, { log: 1, name: "a", space: "mesh", ...log });
      writer.put(LOGS, { log: 2, name: "b", space: "site:LIM", ...log });
    });
    const { code, out } = await mesh(`members --data ${path} --json`);
    strictEqual(code, 0);
    const members = JSON.parse(out);
    deepStrictEqual(
      new Set(members.map((it: { peer: string }) => it.peer)),
      new Set([folder.peer, peerIdOf(peer.publicKey)]),
    );
    store.write((writer) => writer.delete(LOGS, [2]));
  } finally {
    store.close();
    folder.close();
  }
});

test("runMesh() refuses to make a second mesh in a folder, or in one that is in use", async (path) => {
  await mesh(`init --data ${path}`);
  await refuses(`init --data ${path}`, /belongs to a mesh already/);
  const folder = await openDataFolder(path, { random });
  try {
    await refuses(`init --data ${path}`, /a node is running on it/);
  } finally {
    folder.close();
  }
});

test("runMesh() uses the root key that an interrupted init left", async (path) => {
  const seed = new Uint8Array(32).fill(3);
  const folder = await openDataFolder(path, { random });
  await folder.saveRootKey(seed);
  folder.close();
  strictEqual((await mesh(`init --data ${path}`)).code, 0);
  deepStrictEqual(await Deno.readFile(join(path, "root.key")), seed);
});

test("runMesh() refuses folders that are none, belong to no mesh or are damaged", async (path) => {
  for (const command of ["invite --role office", "members"]) {
    await refuses(`${command} --data ${path}`, /There is no data folder/);
  }
  (await openDataFolder(path, { random })).close();
  for (const command of ["invite --role office", "members"]) {
    await refuses(`${command} --data ${path}`, /belongs to no mesh yet/);
  }
  await mesh(`init --data ${path}`);
  await Deno.writeTextFile(join(path, "node.db"), "no database".repeat(100));
  await refuses(`members --data ${path}`, /Cannot open the store/);
  await Deno.writeTextFile(join(path, "certificate"), "?");
  await refuses(`invite --role office --data ${path}`, /missing or damaged/);
});

const REFUSED: Readonly<Record<string, RegExp>> = {
  "":
    /Name a command: use init, invite, members, revoke, readmit, reassign, issuer, authority, accept/,
  "make": /There is no command "make"/,
  "init": /add --data DIR/,
  "init --data d extra": /"extra" is no option of mesh init/,
  "init --data d --role shop": /no role "shop"/,
  "init --data d --role branch": /role branch needs a site/,
  "init --data d --site A,B": /--site takes 2 to 12/,
  "init --data d --site AA,BB": /one site here/,
  "init --data d --days 1": /no option "--days"/,
  "invite --data d": /add --role ROLE/,
  "invite --role office": /add --data DIR/,
  "invite --data d --role region --region a/b": /--region takes/,
  "invite --data d --role company --company x": /--company takes/,
  "invite --data d --role office --days 0": /--days takes/,
  "invite --data d --role office --days 1e2": /--days takes/,
  "members": /add --data DIR/,
  "revoke --data d": /add --peer PEER/,
  "readmit --peer p": /add --data DIR/,
  "reassign --data d --peer p": /add --to PEER/,
  "reassign --peer p --to q": /add --data DIR/,
  "issuer --data d --peer p": /add --company ID/,
  "issuer --data d --peer p --company x": /1 to 10 digits/,
  "authority --data d": /add --peer PEER/,
  "accept --data d": /Add --text TEXT/,
};

Deno.test("runMesh() refuses each wrong command with one clear line", async () => {
  for (const [line, message] of Object.entries(REFUSED)) {
    await refuses(line, message);
  }
});

Deno.test("runMesh() teaches each command", async () => {
  for (
    const command of [
      "",
      "init",
      "invite",
      "members",
      "revoke",
      "readmit",
      "reassign",
      "issuer",
      "authority",
      "accept",
    ]
  ) {
    const { code, out, err } = await mesh(`${command} --help`);
    deepStrictEqual([code, err], [0, ""]);
    ok(out.length > 40);
  }
});

Deno.test("runMesh() ends with 0 or 2 whatever it is given", async () => {
  const none: MeshFolders = {
    init: () =>
      Promise.resolve({ mesh: "m", peer: peerIdOf(new Uint8Array(32)) }),
    invite: () => Promise.resolve({ token: "t", reachable: true }),
    members: () => Promise.resolve([]),
    revoke: () => Promise.resolve(1),
    readmit: () => Promise.resolve(1),
    reassign: () => Promise.resolve(1),
    issuer: () => Promise.resolve(),
    authority: () => Promise.resolve("t"),
    accept: () => Promise.resolve(),
  };
  const word = fc.oneof(
    fc.constantFrom(
      "init",
      "invite",
      "members",
      "revoke",
      "readmit",
      "reassign",
      "issuer",
      "--data",
      "--peer",
      "--to",
      "--company=7",
      "--role",
      "--role=office",
      "--site=CUS",
      "--json",
      "--days=3",
      "--",
      "__proto__",
      "constructor",
    ),
    fc.string(),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(word, { maxLength: 6 }), async (args) => {
      let err = "";
      const code = await runMesh(args, {
        folders: none,
        stdout: () => {},
        stderr: (text) => err += text,
      });
      ok(code === 0 || code === 2);
      strictEqual(code === 2, /^mesh: [^\n]+\n$/.test(err));
    }),
  );
});

test("runMesh() makes another authority while the root key is away from its node", async (path) => {
  await mesh(`init --data ${path}`);
  const invited = await mesh(`invite --data ${path} --role branch --site LIM`);
  const founder = await openDataFolder(path, { random });
  const other = join(path, "..", "other");
  const folder = await openDataFolder(other, { random });
  ok(founder.place !== undefined);
  const redeemed = redeemInvitation({
    place: founder.place,
    signer: founder.signer,
    signatures: ED25519,
    token: invited.out.trim(),
    peerPublicKey: folder.signer.publicKey,
    now: clock.now(),
    random,
  });
  ok(redeemed.ok);
  await folder.saveCertificate(redeemed.value.chain);
  founder.close();
  folder.close();
  await refuses(`invite --data ${other} --role office`, /may not invite/);
  await refuses(`authority --data ${other} --peer ${folder.peer}`, /root\.key/);
  await refuses(`authority --data ${path} --peer x`, /peer id/);
  const made = await mesh(`authority --data ${path} --peer ${folder.peer}`);
  match(made.out, /^panalkey1\.[0-9a-f]+\n$/);
  await refuses(
    `accept --data ${path} --text ${made.out.trim()}`,
    /which peer/,
  );
  await refuses(`accept --data ${other} --text panalkey1.00`, /copy it whole/);
  const accepted = await mesh(
    `accept --data ${other} --text ${made.out.trim()}`,
  );
  deepStrictEqual([accepted.code, accepted.err], [0, ""]);
  strictEqual((await mesh(`invite --data ${other} --role office`)).code, 0);
});
