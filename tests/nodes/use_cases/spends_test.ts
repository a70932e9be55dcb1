/** Spending from an account and a card by several peers: once, never beyond the rights, whatever is retried. */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import {
  type BoundName,
  BOUNDS_MAX,
  type FactId,
  type SiteCode,
  type SpaceId,
} from "../../../crdt/mod.ts";
import { writeAgain } from "../../../nodes/renewal.ts";
import type { UseCases } from "../../../nodes/use_cases.ts";
import { idOf } from "../../support/facts.ts";
import { createSiteMesh, type TestMesh } from "../../support/test_mesh.ts";
import { testCertificate } from "../../support/test_node.ts";

const ACCOUNT = "account:99" as BoundName;
const CARD = "card:99/7" as BoundName;
const BOUNDS = [ACCOUNT, CARD];
const BUY = idOf("purchase");

/** Peers that know each other; the first has issued the account and the card. */
async function createPeers(names: readonly string[], account = 100, card = 60) {
  const mesh = await createSiteMesh(names, { seed: 8, site: "E03" });
  const issuer = mesh.node(names[0] as string).useCases;
  for (const [bound, amount] of [[ACCOUNT, account], [CARD, card]] as const) {
    ok((await mesh.settle(issuer.issueRights({ bound, amount }))).ok);
  }
  await mesh.run(3000);
  return { mesh, peers: names.map((name) => mesh.node(name).useCases) };
}

/** The code of a refusal; empty if there is none. */
async function settle(
  mesh: TestMesh,
  answer: ReturnType<UseCases["authorizeSpend"]>,
): Promise<string> {
  const settled = await mesh.settle(answer);
  return settled.ok ? "" : settled.error.code;
}

async function authorize(
  mesh: TestMesh,
  peer: UseCases,
  amount: number,
  id: FactId = BUY,
) {
  const answer = await mesh.settle(
    peer.authorizeSpend({ id, bounds: BOUNDS, amount, expiresInMs: 60_000 }),
  );
  return answer.ok ? answer.value.spend.state : answer.error.code;
}

async function capture(
  mesh: TestMesh,
  peer: UseCases,
  amount: number,
  id: FactId = BUY,
) {
  const answer = await mesh.settle(peer.captureSpend({ id, amount }));
  return answer.ok ? answer.value.spend.state : answer.error.code;
}

/** What the peer's logs have free and hold, of the account and of the card. */
function own(peer: UseCases): number[][] {
  return BOUNDS.map((bound) => {
    const row = peer.rights({ bound, limit: 100 }).items.find((it) => it.own);
    return [row?.free ?? 0, row?.held ?? 0];
  });
}

function spent(peer: UseCases): number {
  return peer.rights({ bound: ACCOUNT, limit: 100 }).items
    .reduce((sum, row) => sum + row.spent - row.returned, 0);
}

Deno.test("a purchase is held from all its bounds, captured for less, and charged once", async () => {
  const { mesh, peers: [peer] } = await createPeers(["a"]);
  ok(peer !== undefined);
  strictEqual(await authorize(mesh, peer, 40), "held");
  strictEqual(await authorize(mesh, peer, 40), "held");
  deepStrictEqual(own(peer), [[60, 40], [20, 40]]);
  strictEqual(await authorize(mesh, peer, 41), "id_reused");
  strictEqual(
    await authorize(mesh, peer, 30, idOf("other")),
    "rights_insufficient",
  );
  strictEqual(await capture(mesh, peer, 35), "captured");
  strictEqual(await capture(mesh, peer, 35), "captured");
  strictEqual(await capture(mesh, peer, 36), "id_reused");
  deepStrictEqual(own(peer), [[65, 0], [25, 0]]);
  const released = await mesh.settle(peer.releaseSpend({ id: BUY }));
  strictEqual(released.ok ? "" : released.error.code, "spend_captured");
  await mesh.stop();
});

Deno.test("a hold is let go by its holder: when asked to, and when its time is over", async () => {
  const { mesh, peers: [peer] } = await createPeers(["a"]);
  ok(peer !== undefined);
  strictEqual(await authorize(mesh, peer, 40), "held");
  for (let i = 0; i < 2; i++) {
    ok((await mesh.settle(peer.releaseSpend({ id: BUY }))).ok);
  }
  deepStrictEqual(own(peer), [[100, 0], [60, 0]]);
  strictEqual(await authorize(mesh, peer, 50, idOf("other")), "held");
  await mesh.run(59_000);
  deepStrictEqual(own(peer), [[50, 50], [10, 50]]);
  await mesh.run(3000);
  deepStrictEqual(own(peer), [[100, 0], [60, 0]]);
  strictEqual(peer.spend(idOf("other"))?.state, "released");
  await mesh.stop();
});

Deno.test("what had already happened is charged, and the log owes what no right covers", async () => {
  const { mesh, peers: [peer] } = await createPeers(["a"]);
  ok(peer !== undefined);
  strictEqual(await authorize(mesh, peer, 40), "held");
  strictEqual(await capture(mesh, peer, 70), "captured");
  deepStrictEqual(own(peer), [[30, 0], [-10, 0]]);
  const kinds = mesh.node("a").incidents.list().map(({ kind }) => kind);
  deepStrictEqual(kinds.filter((it) => it.startsWith("rights")), [
    "rights_owed",
  ]);
  strictEqual(
    await authorize(mesh, peer, 1, idOf("other")),
    "rights_insufficient",
  );
  await mesh.stop();
});

Deno.test("a purchase at a peer without rights asks for them; the card's go where it buys", async () => {
  const { mesh, peers: [a, b] } = await createPeers(["a", "b"]);
  ok(a !== undefined && b !== undefined);
  strictEqual(await authorize(mesh, b, 40), "held");
  strictEqual(await capture(mesh, b, 40), "captured");
  await mesh.run(2000);
  deepStrictEqual(own(b)[1], [20, 0]);
  strictEqual(spent(a), 40);
  await mesh.stop();
});

Deno.test("a purchase retried at two peers that are cut off is charged once when they meet", async () => {
  const { mesh, peers: [a, b] } = await createPeers(["a", "b"], 100, 80);
  ok(a !== undefined && b !== undefined);
  // Both get some rights first.
  strictEqual(await authorize(mesh, b, 10, idOf("first")), "held");
  ok((await mesh.settle(b.releaseSpend({ id: idOf("first") }))).ok);
  ok((await mesh.settle(a.issueRights({ bound: CARD, amount: 80 }))).ok);
  await mesh.run(2000);
  mesh.cutOff("a");
  for (const peer of [a, b]) {
    strictEqual(await authorize(mesh, peer, 30), "held");
    strictEqual(await capture(mesh, peer, 30), "captured");
  }
  mesh.network.heal();
  await mesh.run(60_000);
  for (const peer of [a, b]) strictEqual(spent(peer), 30);
  await mesh.stop();
});

Deno.test("a lower limit destroys what the issuer has, asks the holders for the rest, or is refused", async () => {
  const { mesh, peers: [a, b] } = await createPeers(["a", "b"]);
  ok(a !== undefined && b !== undefined);
  strictEqual(await authorize(mesh, b, 10), "held");
  await mesh.run(2000);
  const lower = async (amount: number) => {
    const answer = await mesh.settle(a.issueRights({ bound: CARD, amount }));
    return answer.ok ? "done" : answer.error.code;
  };
  strictEqual(await lower(-50), "done");
  strictEqual(await lower(-1), "rights_insufficient");
  await mesh.stop();
});

Deno.test("no sequence of holds, captures and releases takes more than there is", async () => {
  const step = fc.record({
    kind: fc.nat(3),
    purchase: fc.nat(4),
    amount: fc.integer({ min: 1, max: 60 }),
    waits: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
      const { mesh, peers: [peer] } = await createPeers(["a"]);
      ok(peer !== undefined);
      const charged = new Map<number, number>();
      for (const { kind, purchase, amount, waits } of steps) {
        const id = idOf(`purchase ${purchase}`);
        if (kind <= 1) await authorize(mesh, peer, amount, id);
        else if (kind === 2) {
          // Nobody charges more than was held here, so nothing may be owed.
          const held = peer.spend(id);
          const most = Math.min(amount, held?.amount ?? 0);
          if (held?.state !== "held") continue;
          strictEqual(await capture(mesh, peer, most, id), "captured");
          charged.set(purchase, most);
        } else await mesh.settle(peer.releaseSpend({ id }));
        if (waits) await mesh.run(20_000);
        const sum = [...charged.values()].reduce((a, b) => a + b, 0);
        const [account = [], card = []] = own(peer);
        strictEqual((account[0] ?? 0) + (account[1] ?? 0), 100 - sum);
        strictEqual((card[0] ?? 0) + (card[1] ?? 0), 60 - sum);
        ok([...account, ...card].every((it) => it >= 0));
      }
      strictEqual(
        peer.invariants().reduce((all, it) => all + it.violations, 0),
        0,
      );
      await mesh.stop();
    }),
    { numRuns: 15 },
  );
});

Deno.test("a hold names each bound once, and no more than a fact may", async () => {
  const { mesh, peers: [peer] } = await createPeers(["a"]);
  ok(peer !== undefined);
  const many = Array.from(
    { length: BOUNDS_MAX + 1 },
    (_, i) => `card:99/${i}` as BoundName,
  );
  for (const bounds of [[ACCOUNT, ACCOUNT], many, []]) {
    const code = await settle(
      mesh,
      peer.authorizeSpend({ bounds, amount: 1, expiresInMs: 60_000 }),
    );
    strictEqual(code, "invalid_argument");
  }
  await mesh.stop();
});

Deno.test("a purchase whose hold was let go at one peer is decided anew at another", async () => {
  const { mesh, peers: [a, b] } = await createPeers(["a", "b"]);
  ok(a !== undefined && b !== undefined);
  strictEqual(await authorize(mesh, a, 40), "held");
  ok((await mesh.settle(a.releaseSpend({ id: BUY }))).ok);
  await mesh.run(3000);
  strictEqual(await authorize(mesh, b, 40), "held");
  strictEqual(await capture(mesh, b, 40), "captured");
  await mesh.run(3000);
  strictEqual(spent(a), 40);
  await mesh.stop();
});

Deno.test("a deposit retried after the log was replaced counts once", async () => {
  const { mesh, peers: [peer] } = await createPeers(["a"]);
  ok(peer !== undefined);
  const deposit = { id: idOf("deposit"), bound: ACCOUNT, amount: 7 };
  const first = await mesh.settle(peer.issueRights(deposit));
  mesh.closeLogs("a", "company:99" as SpaceId);
  const again = await mesh.settle(peer.issueRights(deposit));
  ok(first.ok && again.ok);
  deepStrictEqual(again.value, { fact: first.value.fact, repeated: true });
  await mesh.stop();
});

Deno.test("what was held for before the log was replaced is charged, once, in the log after it", async () => {
  const { mesh, peers: [peer] } = await createPeers(["a"]);
  ok(peer !== undefined);
  strictEqual(await authorize(mesh, peer, 40), "held");
  strictEqual(await authorize(mesh, peer, 10, idOf("other")), "held");
  mesh.closeLogs("a", "company:99" as SpaceId);
  strictEqual(await capture(mesh, peer, 40), "captured");
  strictEqual(await capture(mesh, peer, 40), "captured");
  strictEqual(await capture(mesh, peer, 41), "id_reused");
  strictEqual(peer.spend(BUY)?.state, "captured");
  strictEqual(spent(peer), 40);
  ok((await mesh.settle(peer.releaseSpend({ id: idOf("other") }))).ok);
  strictEqual(peer.spend(idOf("other"))?.state, "released");
  await mesh.stop();
});

Deno.test("what was held for is charged once the certificate that has ended meanwhile is renewed", async () => {
  const { mesh, peers: [peer] } = await createPeers(["a"]);
  ok(peer !== undefined);
  const { replica } = mesh.node("a");
  const key = mesh.peers.get("a")?.signer.publicKey;
  ok(key !== undefined);
  const certificate = (ends: number) =>
    testCertificate(mesh.root, key, "E03" as SiteCode, ["station"], {
      notAfter: ends,
    });
  strictEqual(await authorize(mesh, peer, 40), "held");
  replica.renew(certificate(mesh.clock.now() - 1));
  strictEqual(await capture(mesh, peer, 40), "captured");
  strictEqual(spent(peer), 0);
  replica.renew(certificate(Date.UTC(2100, 0, 1)));
  await mesh.settle(writeAgain(replica));
  deepStrictEqual([spent(peer), peer.spend(BUY)?.state], [40, "captured"]);
  await mesh.stop();
});
