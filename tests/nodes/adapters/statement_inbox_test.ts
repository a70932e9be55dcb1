import {
  deepStrictEqual,
  match,
  ok,
  strictEqual,
  throws,
} from "node:assert/strict";
import { join } from "node:path";
import {
  type AuthorityStated,
  createSeededRandom,
  makeStamp,
  MESH_SPACE,
  peerIdOf,
  SALES,
  type SiteCode,
  siteSpace,
} from "../../../crdt/mod.ts";
import {
  createStatementInbox,
  leaveRootLog,
  leaveStatements,
} from "../../../nodes/adapters/statement_inbox.ts";
import { createIncidents } from "../../../nodes/incidents.ts";
import { readMeshPlace } from "../../../nodes/membership.ts";
import {
  makeReadmission,
  makeRevocation,
  writeRootLog,
} from "../../../nodes/revocation.ts";
import { openBareReplica } from "../../support/bare_replica.ts";
import { makeSale } from "../../support/facts.ts";
import {
  createForgedAuthority,
  createForger,
  forgeChain,
  FORGED_SIGNATURES,
  ForgedLog,
} from "../../support/forged_log.ts";

const SITE = siteSpace("CUS" as SiteCode);
const KEY = createForgedAuthority();
const MEMBER = {
  ...createForger("member"),
  chain: forgeChain(KEY.root, createForger("member").signer, {}, {
    signer: KEY.signer,
    chain: KEY.authority,
  }),
};
const PEER = peerIdOf(MEMBER.signer.publicKey);

/** The node of an authority that has three sales of a member, with a data folder. */
async function withNode(
  body: (parts: Awaited<ReturnType<typeof createParts>>) => Promise<void>,
) {
  const path = await Deno.makeTempDir();
  try {
    await body(await createParts(path));
  } finally {
    await Deno.remove(path, { recursive: true });
  }
}

async function createParts(path: string) {
  const bare = openBareReplica(KEY);
  const { replica, clock } = bare;
  const log = new ForgedLog(MEMBER, SITE);
  for (let i = 1; i <= 3; i++) {
    log.add({ stamp: makeStamp(i, 0), facts: [makeSale(`s${i}`)] });
  }
  const take = async (from: number, to: number) => {
    const outcome = replica.take(log.run(from, to));
    clock.advance(0);
    return (await outcome).kind;
  };
  await take(1, 3);
  const incidents = createIncidents(replica, () => 0, {
    readsAll: true,
    timezone: "UTC",
  });
  const inbox = createStatementInbox(path, {
    replica,
    incidents,
    clock,
  });
  const place = readMeshPlace(
    KEY.chain,
    KEY.signer.publicKey,
    FORGED_SIGNATURES,
  );
  ok(place.ok);
  const node = {
    place: place.value,
    signer: KEY.signer,
    signatures: FORGED_SIGNATURES,
    reader: replica.reader,
    now: clock.now(),
    random: createSeededRandom(3),
  };
  /** Lets the inbox look once. */
  const look = async () => {
    let looked = false;
    const started = inbox.start().then(() => looked = true);
    while (!looked) {
      clock.advance(0);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await started;
    await inbox.stop();
  };
  return { path, replica, clock, incidents, node, look, take, log };
}

const files = async (path: string) =>
  (await Array.fromAsync(Deno.readDir(join(path, "statements")))).map((
    { name },
  ) => name);

Deno.test("createStatementInbox() writes a revocation that was left, and removes the file then", async () => {
  await withNode(async ({ path, replica, node, look }) => {
    const facts = makeRevocation(node, PEER);
    await leaveStatements(path, facts);
    strictEqual((await files(path)).length, 1);
    await look();
    deepStrictEqual(await files(path), []);
    strictEqual(
      replica.isRevokedMember(MEMBER.signer.publicKey, MEMBER.chain),
      true,
    );
    // What the authority had counts; nothing more does.
    strictEqual(replica.reader.count(SALES), 3);
  });
});

Deno.test("makeReadmission() lifts every revocation of a member up to what the node has", async () => {
  await withNode(async ({ path, replica, node, look, log }) => {
    const [revocation] = makeRevocation(node, PEER) as [AuthorityStated];
    throws(() => makeReadmission(node, PEER), /not revoked/);
    await leaveStatements(path, [revocation]);
    await look();
    const [lift] = makeReadmission(node, PEER);
    const { hash } = log.head(3);
    const statement = lift?.statement;
    ok(statement?.kind === "readmit");
    deepStrictEqual(
      [statement.log, statement.seq, statement.hash, statement.lifts],
      [log.name, 3, hash, [revocation.id]],
    );
    strictEqual(replica.reader.count(SALES), 3);
  });
});

Deno.test("makeRevocation() refuses a member that is unknown or does not stand below", async () => {
  await withNode(({ node }) => {
    throws(() => makeRevocation(node, "12D3KooWnobody"), /knows no member/);
    const other = createForgedAuthority("another authority");
    const place = readMeshPlace(
      other.chain,
      other.signer.publicKey,
      FORGED_SIGNATURES,
    );
    ok(place.ok);
    const stranger = { ...node, place: place.value, signer: other.signer };
    throws(() => makeRevocation(stranger, PEER), /does not stand above/);
    return Promise.resolve();
  });
});

Deno.test("createStatementInbox() reports what is no statement, and removes it", async () => {
  await withNode(async ({ path, incidents, node, look }) => {
    const [fact] = makeRevocation(node, PEER) as [AuthorityStated];
    await leaveStatements(path, [{ ...fact, signature: "0".repeat(128) }]);
    await Deno.writeTextFile(join(path, "statements", "a.json"), "{");
    await look();
    deepStrictEqual(await files(path), []);
    const [one, ...more] = incidents.list().filter(({ kind }) =>
      kind === "statement_refused"
    );
    strictEqual(one?.count, 2);
    strictEqual(more.length, 0);
    match(one.message, /refused/);
  });
});

Deno.test("createStatementInbox() takes a log in which the root key itself revokes an authority", async () => {
  await withNode(async ({ path, replica, clock, node, look }) => {
    const own = peerIdOf(KEY.signer.publicKey);
    // The node writes in `mesh`, so that it knows a log of its own.
    const opened = replica.decide((context) => {
      context.log(MESH_SPACE);
      return { ok: true, value: null };
    });
    clock.advance(0);
    await opened;
    throws(() => makeRevocation(node, own), /does not stand above/);
    const facts = makeRevocation({ ...node, root: KEY.root }, own);
    deepStrictEqual(facts.map(({ chain }) => chain), [""]);
    const log = writeRootLog(KEY.root, facts, node);
    await leaveRootLog(path, log);
    await look();
    deepStrictEqual(await files(path), []);
    strictEqual(replica.isRevoked, true);
  });
});
