/** Rights in a mesh of whole nodes: two tills of one site, together and apart. */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import {
  type BoundName,
  type FactId,
  IN_TRANSIT,
  issueCertificate,
  ok as okResult,
  RIGHTS,
} from "../../crdt/mod.ts";
import { grantRights } from "../../nodes/rights_grants.ts";
import { RIGHTS_STEP_MAX } from "../../nodes/use_cases/rights.ts";
import type { UseCases } from "../../nodes/use_cases.ts";
import { idOf } from "../support/facts.ts";
import type { TestMesh } from "../support/test_mesh.ts";
import {
  createHoney,
  createTills,
  createTwoTills,
  HONEY,
  sellHoney,
  SITE,
  SPACE,
} from "../support/tills.ts";

async function receive(mesh: TestMesh, till: UseCases, quantity: number) {
  const lines = [{ product: HONEY, quantity }];
  const id = idOf("delivery");
  ok((await mesh.settle(till.receiveStock({ id, site: SITE, lines }))).ok);
}

/** What each log may sell, as a till sees it; its own first. */
function free(till: UseCases): number[] {
  return till.rights({ limit: 100 }).items
    .toSorted((one, other) => Number(other.own) - Number(one.own))
    .map((row) => row.free);
}

function violations(mesh: TestMesh): number {
  return ["a", "b"].flatMap((name) => mesh.node(name).useCases.invariants())
    .reduce((sum, it) => sum + it.violations, 0);
}

Deno.test("two tills that are cut off from each other sell exactly what is there", async () => {
  const { mesh, a, b } = await createTwoTills(5);
  await createHoney(mesh, a, 6);
  await receive(mesh, b, 4);
  await mesh.run(2000);
  mesh.cutOff("a");
  const codes = new Map<string, number>();
  for (let i = 0; i < 10; i++) {
    for (const till of [a, b]) {
      const code = await sellHoney(mesh, till);
      codes.set(code, (codes.get(code) ?? 0) + 1);
    }
  }
  deepStrictEqual([...codes], [["sold", 10], ["rights_insufficient", 10]]);
  mesh.network.heal();
  await mesh.run(60_000);
  for (const till of [a, b]) {
    strictEqual(till.stockOf(SITE, HONEY)?.onHand, 0);
    deepStrictEqual(free(till), [0, 0]);
  }
  strictEqual(violations(mesh), 0);
  await mesh.stop();
});

Deno.test("a till without rights refuses, whatever stands on the shelf", async () => {
  const { mesh, a, b } = await createTwoTills(5);
  await createHoney(mesh, a, 6);
  mesh.cutOff("a");
  strictEqual(b.stockOf(SITE, HONEY)?.onHand, 6);
  strictEqual(await sellHoney(mesh, b), "rights_insufficient");
  strictEqual(await sellHoney(mesh, a, 6), "sold");
  strictEqual(await sellHoney(mesh, a), "rights_insufficient");
  await mesh.stop();
});

Deno.test("a sale retried at two tills counts once, and one of them gets its right back", async () => {
  const { mesh, a, b } = await createTwoTills(5);
  await createHoney(mesh, a, 3);
  await receive(mesh, b, 3);
  mesh.cutOff("a");
  for (const till of [a, b]) {
    strictEqual(await sellHoney(mesh, till, 1, { id: idOf("sale") }), "sold");
  }
  mesh.network.heal();
  await mesh.run(60_000);
  for (const till of [a, b]) {
    strictEqual(till.stockOf(SITE, HONEY)?.onHand, 5);
    strictEqual(free(till).reduce((sum, it) => sum + it), 5);
  }
  await mesh.stop();
});

Deno.test("two voids of one sale made apart give its right back once, in the till that sold", async () => {
  const { mesh, a, b } = await createTwoTills(5);
  await createHoney(mesh, a, 3);
  const id = idOf("sale");
  strictEqual(await sellHoney(mesh, a, 2, { id }), "sold");
  await mesh.run(2000);
  mesh.cutOff("a");
  for (const till of [a, b]) {
    ok((await mesh.settle(till.voidSale({ sale: id, reason: "" }))).ok);
  }
  deepStrictEqual(free(a), [3]);
  deepStrictEqual(free(b), [1]);
  mesh.network.heal();
  await mesh.run(60_000);
  for (const till of [a, b]) {
    strictEqual(till.stockOf(SITE, HONEY)?.onHand, 3);
    deepStrictEqual(free(till), [3]);
  }
  await mesh.stop();
});

Deno.test("a void made elsewhere gives back once the till that sold sees it", async () => {
  const { mesh, a, b } = await createTwoTills(5);
  await createHoney(mesh, a, 1);
  const id = idOf("sale");
  strictEqual(await sellHoney(mesh, a, 1, { id }), "sold");
  await mesh.run(2000);
  ok((await mesh.settle(b.voidSale({ sale: id, reason: "" }))).ok);
  await mesh.run(2000);
  strictEqual(await sellHoney(mesh, a), "sold");
  strictEqual(await sellHoney(mesh, b), "rights_insufficient");
  await mesh.stop();
});

Deno.test("a delivery sent twice to one till counts once, and to two tills twice", async () => {
  const { mesh, a, b } = await createTwoTills(5);
  await createHoney(mesh, a, 0);
  const doubles = () =>
    mesh.node("a").incidents.list().filter(({ kind }) =>
      kind === "delivery_double"
    ).length;
  for (const till of [a, a]) await receive(mesh, till, 4);
  strictEqual(doubles(), 0);
  await receive(mesh, b, 4);
  await mesh.run(2000);
  strictEqual(doubles(), 1);
  strictEqual(a.stockOf(SITE, HONEY)?.onHand, 8);
  deepStrictEqual(free(a), [4, 4]);
  await mesh.stop();
});

Deno.test("an observation takes more than there are rights: the till owes, and a delivery pays", async () => {
  const { mesh, a } = await createTwoTills(5);
  await createHoney(mesh, a, 1);
  strictEqual(await sellHoney(mesh, a, 3, { observation: true }), "sold");
  deepStrictEqual(free(a), [-2]);
  const kinds = () =>
    mesh.node("b").incidents.list().map(({ kind }) => kind)
      .filter((kind) => kind.startsWith("rights"));
  await mesh.run(2000);
  deepStrictEqual(kinds(), ["rights_owed"]);
  await receive(mesh, a, 3);
  await mesh.run(2000);
  deepStrictEqual([free(a), kinds()], [[1], []]);
  await mesh.stop();
});

Deno.test("counts keep the rights in step with what is there, and begin a bound at one till only", async () => {
  const { mesh, a, b } = await createTwoTills(5);
  await createHoney(mesh, a, 10);
  const count = async (till: UseCases, counted: number) => {
    const place = { site: SITE, product: HONEY, counted };
    ok((await mesh.settle(till.countStock(place))).ok);
    await mesh.run(2000);
  };
  await count(b, 12);
  deepStrictEqual(free(a), [10, 2]);
  await count(a, 7);
  deepStrictEqual(free(a), [5, 2]);
  const change = (policy: "soft" | "strict") =>
    mesh.settle(
      a.changeProduct({ scope: `site:${SITE}`, product: HONEY, policy }),
    );
  await change("soft");
  await change("strict");
  await mesh.run(2000);
  strictEqual(await sellHoney(mesh, a), "rights_insufficient");
  // The till that the change does not name makes no more than the difference that it found.
  await count(b, 8);
  strictEqual(await sellHoney(mesh, b, 2), "rights_insufficient");
  strictEqual(await sellHoney(mesh, b), "sold");
  await mesh.run(2000);
  await count(a, 7);
  strictEqual(await sellHoney(mesh, a, 7), "sold");
  strictEqual(await sellHoney(mesh, a), "rights_insufficient");
  await mesh.stop();
});

Deno.test("goods that come back to two tills cut off make rights in each, and are two returns", async () => {
  const { mesh, a, b } = await createTwoTills(5);
  await createHoney(mesh, a, 0);
  const id = idOf("back");
  mesh.cutOff("a");
  for (const till of [a, b]) {
    strictEqual(await sellHoney(mesh, till, -1, { id }), "sold");
    strictEqual(await sellHoney(mesh, till, -1, { id }), "sold");
    strictEqual(await sellHoney(mesh, till, 1), "sold");
    strictEqual(await sellHoney(mesh, till, 1), "rights_insufficient");
  }
  mesh.network.heal();
  await mesh.run(60_000);
  for (const till of [a, b]) {
    strictEqual(till.stockOf(SITE, HONEY)?.onHand, 0);
    deepStrictEqual(free(till), [0, 0]);
  }
  await mesh.stop();
});

Deno.test("a return is found, and voided, by the id that its caller gave", async () => {
  const { mesh, a } = await createTwoTills(5);
  await createHoney(mesh, a, 0);
  const id = idOf("back");
  strictEqual(await sellHoney(mesh, a, -1, { id }), "sold");
  strictEqual(await sellHoney(mesh, a, -2, { id }), "id_reused");
  strictEqual(a.sale(id)?.voided, false);
  ok((await mesh.settle(a.voidSale({ sale: id, reason: "" }))).ok);
  strictEqual(a.sale(id)?.voided, true);
  strictEqual(a.stockOf(SITE, HONEY)?.onHand, 0);
  deepStrictEqual(free(a)[0], 0);
  await mesh.stop();
});

Deno.test("a delivery retried after the till's log was replaced counts once", async () => {
  const { mesh, a } = await createTwoTills(5);
  await createHoney(mesh, a, 0);
  await receive(mesh, a, 5);
  mesh.closeLogs("a", SPACE);
  await receive(mesh, a, 5);
  strictEqual(a.stockOf(SITE, HONEY)?.onHand, 5);
  await mesh.stop();
});

Deno.test("grants that cannot be accepted keep no others from being accepted", async () => {
  const mesh = await createTills(5, ["a", "b", "c"]);
  const [a, c] = [mesh.node("a").useCases, mesh.node("c").useCases];
  await createHoney(mesh, c, 100);
  const bound = c.rights({ limit: 1 }).items[0]?.bound as BoundName;
  const to = mesh.node("a").replica.register.own(SPACE)?.name;
  ok(to !== undefined);
  const { replica } = mesh.node("b");
  const granted = await mesh.settle(replica.decide((context) => {
    const log = context.log(SPACE).name;
    for (let i = 0; i < RIGHTS_STEP_MAX; i++) {
      context.record(SPACE, {
        type: "RightsGranted",
        // Before any honest grant in order.
        id: `00000000-0000-8000-8${i.toString(16).padStart(3, "0")}-${
          log.slice(0, 12)
        }` as FactId,
        at: context.at,
        bound,
        amount: 1,
        to,
        request: idOf(`request ${i}`),
      });
    }
    return okResult(null);
  }));
  ok(granted.ok);
  await mesh.run(5000);
  strictEqual(await sellHoney(mesh, a, 2), "sold");
  await mesh.stop();
});

Deno.test("a space where it may spend no more keeps a node from settling no other space", async () => {
  const { mesh, a } = await createTwoTills(5);
  const bounds = ["account:99", "tank:CUS/1"] as BoundName[];
  for (const bound of bounds) {
    ok((await mesh.settle(a.issueRights({ bound, amount: 60 }))).ok);
    const hold = { bounds: [bound], amount: 50, expiresInMs: 60_000 };
    ok((await mesh.settle(a.authorizeSpend(hold))).ok);
  }
  const { root, peers } = mesh;
  const signer = peers.get("a")?.signer;
  ok(signer !== undefined);
  mesh.node("a").replica.renew(issueCertificate({
    kind: "member",
    root: root.publicKey,
    subject: signer.publicKey,
    issuer: root.publicKey,
    serial: signer.publicKey.slice(0, 8),
    notBefore: 0,
    notAfter: Date.UTC(2100, 0, 1),
    site: SITE,
    roles: ["branch"],
    grants: [{ pattern: "site:CUS", verbs: ["read", "write", "spend"] }],
  }, root));
  await mesh.run(120_000);
  const held = bounds.map((bound) =>
    a.rights({ bound, limit: 1 }).items[0]?.held
  );
  deepStrictEqual(held, [50, 0]);
  await mesh.stop();
});

Deno.test("what is missing at a count is asked of the till that has the rights, and sold by nobody", async () => {
  const { mesh, a, b } = await createTwoTills(5);
  await createHoney(mesh, a, 10);
  const count = { site: SITE, product: HONEY, counted: 7 };
  ok((await mesh.settle(b.countStock(count))).ok);
  await mesh.run(10_000);
  let sold = 0;
  for (let i = 0; i < 10; i++) if (await sellHoney(mesh, a) === "sold") sold++;
  deepStrictEqual([sold, a.stockOf(SITE, HONEY)?.onHand], [7, 0]);
  strictEqual(violations(mesh), 0);
  await mesh.stop();
});

Deno.test("a till that owes what it has granted is paid from the grant, and the rest is not lost", async () => {
  const { mesh, a, b } = await createTwoTills(5);
  await createHoney(mesh, a, 10);
  mesh.cutOff("a");
  const { replica } = mesh.node("a");
  const to = mesh.node("b").replica.register.own(SPACE)?.name;
  const bound = a.rights({ limit: 1 }).items[0]?.bound;
  ok(to !== undefined && bound !== undefined);
  const wanted = { bound, amount: 10, to, request: idOf("r"), exact: true };
  const granted = await mesh.settle(
    replica.decide((context) => grantRights(context, replica, wanted)),
  );
  ok(granted.ok);
  strictEqual(await sellHoney(mesh, a, 1, { observation: true }), "sold");
  mesh.network.heal();
  await mesh.run(120_000);
  strictEqual(free(a).reduce((sum, one) => sum + one, 0), 9);
  for (let i = 0; i < 9; i++) strictEqual(await sellHoney(mesh, b), "sold");
  strictEqual(await sellHoney(mesh, b), "rights_insufficient");
  strictEqual(violations(mesh), 0);
  await mesh.stop();
});

Deno.test("the books of every bound are checked, however many there are and wherever a page of them ends", async () => {
  const { mesh } = await createTwoTills(5);
  const { replica, useCases } = mesh.node("a");
  const bounds = Array.from({ length: 300 }, (_, i) => `card:42/${1000 + i}`);
  const transitOf = (bound: string) => ({
    receiver: `${bound} receiver`,
    bound,
    id: new Uint8Array(16),
    log: 901,
    amount: 5,
  });
  const sums = { returned: 0, destroyed: 0, spent: 0, held: 0, observed: 0 };
  replica.transact((writer) => {
    for (const bound of bounds) {
      // One log has granted 7 and another accepted 2 of them.
      for (
        const [log, granted, accepted] of [[901, 7, 0], [902, 0, 2]] as const
      ) {
        writer.put(RIGHTS, {
          ...{ bound, log, made: 7, granted, accepted, opened: 0 },
          ...sums,
        });
      }
      writer.put(IN_TRANSIT, transitOf(bound));
    }
  });
  const books = () => useCases.invariants().find((it) => it.number === 6);
  await mesh.run(10_000);
  ok((books()?.checked ?? 0) >= bounds.length);
  strictEqual(books()?.violations, 0);
  const { receiver, bound, id, amount } = transitOf(bounds[127] ?? "");
  replica.transact((writer) =>
    writer.delete(IN_TRANSIT, [receiver, bound, id, amount])
  );
  await mesh.run(10_000);
  ok((books()?.violations ?? 0) >= 1);
  await mesh.stop();
});
