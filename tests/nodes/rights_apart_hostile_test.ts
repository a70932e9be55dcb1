/** What a station takes of a grant that it cannot compare with the giver's log. */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import {
  type BoundName,
  type Certificate,
  grantsOfRole,
  issueCertificate,
  logFactId,
  type LogId,
  makeStamp,
  type Membership,
  MESH_SPACE,
  type PeerId,
  signStatement,
  SIMULATED_SIGNATURES,
  type SpaceId,
  verifyChain,
} from "../../crdt/mod.ts";
import { PeerSession } from "../../nodes/peer_session.ts";
import { createRightsDesk } from "../../nodes/rights_desk.ts";
import { verifyApart } from "../../nodes/rights_apart.ts";
import type { RightsAnswer } from "../../nodes/rights_giver.ts";
import { ACCOUNT, COMPANY } from "../support/company_mesh.ts";
import { idOf } from "../support/facts.ts";
import { ForgedLog, type Forger } from "../support/forged_log.ts";
import { createTestMesh, type TestMesh } from "../support/test_mesh.ts";
import { testCertificate } from "../support/test_node.ts";

/** A station alone, with a log in the company's space. */
async function openStation() {
  const mesh = createTestMesh({ seed: 3 });
  await mesh.add("s", { role: "station", site: "S0" });
  const { useCases, replica } = mesh.node("s");
  await mesh.settle(
    useCases.authorizeSpend({ bounds: [ACCOUNT], amount: 1, expiresInMs: 1 }),
  );
  const log = replica.register.own(COMPANY)?.name;
  ok(log !== undefined);
  return { mesh, replica, log };
}

/** A member that may spend in the space, or one with other rights. */
function memberOf(mesh: TestMesh, name: string, role = "region") {
  const signer = SIMULATED_SIGNATURES.signer(
    new Uint8Array(32).fill(name.charCodeAt(0)),
  );
  const chain = testCertificate(mesh.root, signer.publicKey, null, [role], {
    grants: grantsOfRole(role, { sites: [], companies: [] }),
  });
  const member = verifyChain(chain, mesh.root.publicKey, SIMULATED_SIGNATURES);
  ok(member.ok);
  const forger: Forger = { root: mesh.root, signer, chain };
  return { forger, chain, member: member.value };
}

/** A log that grants the station 5 in its second commit and 7 in its third. */
function grantingLog(
  mesh: TestMesh,
  forger: Forger,
  { to, bound = ACCOUNT, space = COMPANY, named }: {
    readonly to: LogId;
    readonly bound?: string;
    readonly space?: SpaceId;
    readonly named?: string;
  },
): ForgedLog {
  const log = new ForgedLog(forger, space);
  const stamp = (count: number) => makeStamp(mesh.clock.now(), count);
  log.add({ stamp: stamp(0), facts: [] });
  for (const [i, amount] of [5, 7].entries()) {
    const request = idOf(`request ${i}`);
    log.add({
      stamp: stamp(i + 1),
      facts: [{
        type: "RightsGranted",
        id: logFactId(named ?? log.name, request),
        at: 0,
        bound,
        amount,
        to,
        request,
      }],
    });
  }
  return log;
}

function answerOf(
  log: ForgedLog,
  { signer }: Forger,
  [from, to]: readonly [number, number] = [2, 3],
): RightsAnswer & { readonly run: NonNullable<RightsAnswer["run"]> } {
  const { commits, head } = log.run(from, to);
  return {
    kind: "rightsAnswer",
    id: idOf("any"),
    reason: "",
    run: { log: log.name, bodies: commits.map(({ bytes }) => bytes), head },
    opening: {
      publicKey: signer.publicKey,
      epoch: new Uint8Array(8),
    },
  };
}

/** What a station's desk says to an answer of a linked member. */
function takeFrom(
  { mesh, replica }: Awaited<ReturnType<typeof openStation>>,
  { member, chain }: Session,
  answer: RightsAnswer,
): boolean | string {
  const session = new PeerSession({
    peer: "12D3KooWgiver" as PeerId,
    address: "",
    outbound: false,
    pendingBytes: 0,
    writable: true,
    send: () => {},
    close: () => {},
  });
  Object.assign(session, { member, chain });
  const desk = createRightsDesk({
    replica,
    clock: mesh.clock,
    logger: { log: () => {} },
    newId: () => idOf("request"),
  });
  return desk.takeApart(session, answer);
}

type Session = { readonly member: Membership; readonly chain: Uint8Array };

Deno.test("grants of a run verify by themselves, from the first commit that is sent on", async () => {
  const { mesh, replica, log } = await openStation();
  const giver = memberOf(mesh, "g");
  const granting = grantingLog(mesh, giver.forger, { to: log });
  const amounts = (range: readonly [number, number]) => {
    const answer = answerOf(granting, giver.forger, range);
    const found = verifyApart(replica, giver, answer);
    return typeof found === "string" ? found : found.map((it) => it.amount);
  };
  deepStrictEqual(amounts([2, 3]), [5, 7]);
  deepStrictEqual(amounts([3, 3]), [7]);
  deepStrictEqual(amounts([1, 2]), [5]);
  deepStrictEqual(amounts([1, 1]), []);
  await mesh.stop();
});

Deno.test("what does not verify is no grant, and is said to be wrong", async () => {
  const { mesh, replica, log } = await openStation();
  const giver = memberOf(mesh, "g");
  const { forger } = giver;
  const right = answerOf(grantingLog(mesh, forger, { to: log }), forger);
  const { run, opening } = right;
  ok(opening !== undefined);
  const other = memberOf(mesh, "o");
  const wrong: readonly [string, Session, RightsAnswer][] = [
    ["no run", giver, { ...right, run: null }],
    ["no commits", giver, { ...right, run: { ...run, bodies: [] } }],
    ["a commit left out", giver, {
      ...right,
      run: { ...run, bodies: run.bodies.slice(0, 1) },
    }],
    ["commits in another order", giver, {
      ...right,
      run: { ...run, bodies: run.bodies.toReversed() },
    }],
    ["another log's name", giver, {
      ...right,
      run: { ...run, log: log },
    }],
    ["another epoch", giver, {
      ...right,
      opening: { ...opening, epoch: new Uint8Array(8).fill(1) },
    }],
    ["another writer", other, {
      ...right,
      opening: { ...opening, publicKey: other.forger.signer.publicKey },
    }],
    ["a head that another signed", giver, {
      ...right,
      run: {
        ...run,
        head: {
          ...run.head,
          signature: other.forger.signer.sign(new Uint8Array(3)),
        },
      },
    }],
    ["a writer that is no member here", other, right],
  ];
  for (const [what, session, answer] of wrong) {
    strictEqual(typeof verifyApart(replica, session, answer), "string", what);
  }
  const { opening: _, ...earlier } = right;
  strictEqual(typeof verifyApart(replica, giver, earlier), "string");
  await mesh.stop();
});

Deno.test("grants that would count for nobody who reads the space are none", async () => {
  const { mesh, replica, log } = await openStation();
  const giver = memberOf(mesh, "g");
  const none = (
    session: ReturnType<typeof memberOf>,
    granting: ForgedLog,
    what: string,
  ) =>
    deepStrictEqual(
      verifyApart(replica, session, answerOf(granting, session.forger)),
      [],
      what,
    );
  const to = "1".repeat(32) as LogId;
  none(giver, grantingLog(mesh, giver.forger, { to }), "to another log");
  const elsewhere = { to: log, bound: "account:43" as BoundName };
  none(giver, grantingLog(mesh, giver.forger, elsewhere), "another company");
  const named = { to: log, named: "2".repeat(32) };
  none(giver, grantingLog(mesh, giver.forger, named), "another log's id");
  const clerk = memberOf(mesh, "b", "branch");
  none(clerk, grantingLog(mesh, clerk.forger, { to: log }), "may not spend");
  const { signer } = giver.forger;
  const ended: Certificate = {
    ...giver.member.certificate,
    notAfter: mesh.clock.now() - 1000,
  };
  const chain = issueCertificate(ended, mesh.root);
  const late = { ...giver, chain, forger: { ...giver.forger, chain, signer } };
  none(late, grantingLog(mesh, late.forger, { to: log }), "ended before");
  await mesh.stop();
});

Deno.test("a grant beyond the place where an authority ended its log is none", async () => {
  const { mesh, replica, log } = await openStation();
  const giver = memberOf(mesh, "g");
  const granting = grantingLog(mesh, giver.forger, { to: log });
  const { root } = mesh;
  const statement = signStatement({ root: root.publicKey, signer: root }, {
    id: idOf("ended"),
    at: 0,
    statement: {
      kind: "reassign",
      log: granting.name,
      seq: 2,
      hash: granting.commits[1]?.hash as never,
      to: "3".repeat(32) as LogId,
      atRisk: [],
    },
  });
  const rootLog = new ForgedLog({
    root,
    signer: root,
    chain: testCertificate(root, root.publicKey, null, ["office"]),
  }, MESH_SPACE);
  rootLog.add({
    stamp: makeStamp(mesh.clock.now(), 0),
    facts: [statement],
  });
  const outcome = await mesh.settle(replica.take(rootLog.run(1, 1)));
  strictEqual(outcome.kind, "taken");
  const found = verifyApart(
    replica,
    giver,
    answerOf(granting, giver.forger),
  );
  ok(typeof found !== "string");
  deepStrictEqual(found.map(({ amount }) => amount), [5]);
  await mesh.stop();
});

Deno.test("a run of which one byte is another is no grant, whichever it is", async () => {
  const { mesh, replica, log } = await openStation();
  const giver = memberOf(mesh, "g");
  const answer = answerOf(
    grantingLog(mesh, giver.forger, { to: log }),
    giver.forger,
  );
  fc.assert(
    fc.property(
      fc.nat(1),
      fc.nat(),
      fc.integer({ min: 1, max: 255 }),
      (which, at, bits) => {
        const bodies = answer.run.bodies.map((body) => body.slice());
        const body = bodies[which] as Uint8Array;
        const place = at % body.length;
        body[place] = (body[place] as number) ^ bits;
        const changed = { ...answer, run: { ...answer.run, bodies } };
        strictEqual(typeof verifyApart(replica, giver, changed), "string");
      },
    ),
    { numRuns: 500 },
  );
  await mesh.stop();
});

Deno.test("C-41: a grant is taken of whoever reads the space, not of another station", async () => {
  const station = await openStation();
  const outcomes = ["region", "station"].map((role) => {
    const giver = memberOf(station.mesh, role, role);
    const to = { to: station.log };
    const granting = grantingLog(station.mesh, giver.forger, to);
    return takeFrom(station, giver, answerOf(granting, giver.forger));
  });
  deepStrictEqual(outcomes, [
    true,
    "a grant of a space that it does not read",
  ]);
  await station.mesh.stop();
});
