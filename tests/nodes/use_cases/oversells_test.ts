import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import {
  money,
  oversoldAt,
  type ProductId,
  type Row,
  type SiteCode,
} from "../../../crdt/mod.ts";
import type { NodeWithParts } from "../../../nodes/node.ts";
import type {
  SimulatedMesh,
  SimulatedPeer,
} from "../../simulation/scenario_peers.ts";
import { makeMixed, mixedScripts } from "../../support/mixed_commits.ts";
import {
  drawFrom,
  drawnNumbers,
  fillReplica,
} from "../../support/mixed_delivery.ts";
import { createSimulatedMesh, running } from "../../support/simulated_mesh.ts";

const CUS = "CUS" as SiteCode;
const RON = "ron" as ProductId;

function useCasesOf(peer: SimulatedPeer): NodeWithParts["useCases"] {
  return running(peer).useCases;
}

/** Two tills of one site, an office and another site, all linked; 4 of a product are at the first site. */
async function startMesh() {
  const mesh = createSimulatedMesh({ seed: 11 });
  const office = mesh.add("office", null);
  const [one, two] = [mesh.add("one", "CUS"), mesh.add("two", "CUS")];
  const lima = mesh.add("lima", "LIM");
  const peers = [office, one, two, lima];
  for (const peer of peers) ok(await mesh.start(peer, peers));
  const made = await mesh.settle(
    useCasesOf(office).createProduct({
      scope: "mesh",
      product: RON,
      name: "Ron",
      price: money(500, "PEN"),
    }),
  );
  ok(made.ok);
  await mesh.run(1000);
  for (
    const [till, site, quantity] of [[one, CUS, 4], [
      lima,
      "LIM" as SiteCode,
      9,
    ]] as const
  ) {
    const received = await mesh.settle(
      useCasesOf(till).receiveStock({
        site,
        lines: [{ product: RON, quantity }],
      }),
    );
    ok(received.ok);
  }
  await mesh.run(1000);
  return { mesh, office, one, two, lima, peers };
}

async function sell(mesh: SimulatedMesh, till: SimulatedPeer, count: number) {
  const sold = await mesh.settle(
    useCasesOf(till).recordSale({
      lines: [{ product: RON, quantity: count }],
    }),
  );
  ok(sold.ok, JSON.stringify(sold));
  return sold.value.sale.id;
}

function list(peer: SimulatedPeer) {
  return useCasesOf(peer).oversells({ limit: 100 }).items;
}

Deno.test("two tills that sold the last items apart derive the same list, and a person's word fixes it everywhere", async () => {
  const { mesh, office, one, two, lima, peers } = await startMesh();
  mesh.network.partition([one.peer], [two, office, lima].map((it) => it.peer));
  await sell(mesh, one, 3);
  await mesh.run(1000);
  const last = await sell(mesh, two, 3);
  deepStrictEqual(peers.map((peer) => list(peer).length), [0, 0, 0, 0]);
  mesh.network.heal();
  await mesh.run(60_000);

  const [item, ...others] = list(office);
  deepStrictEqual(others, []);
  deepStrictEqual(
    [item?.sale, item?.quantity, item?.remedy.kind, item?.acknowledged],
    [last, 2, "backorder", null],
  );
  for (const till of [one, two]) deepStrictEqual(list(till), list(office));
  // Another site knows nothing of it.
  deepStrictEqual(list(lima), []);
  const ids = [office, one, two].map((peer) =>
    useCasesOf(peer).incidents({ limit: 10 }).items
      .map(({ id }) => id).filter((id) => id.startsWith("oversell/CUS"))
  );
  deepStrictEqual(ids, Array(3).fill(["oversell/CUS/ron"]));

  // What another site offers in `mesh` changes the proposal alike at tills that do not read that site.
  const offered = await mesh.settle(
    useCasesOf(lima).offerStock({
      site: "LIM" as SiteCode,
      product: RON,
      quantity: 5,
    }),
  );
  ok(offered.ok);
  await mesh.run(5000);
  deepStrictEqual(list(one)[0]?.remedy, { kind: "transfer", from: "LIM" });
  for (const till of [one, two]) deepStrictEqual(list(till), list(office));

  const fixed = await mesh.settle(
    useCasesOf(one).acknowledgeOversell({
      id: item?.id ?? "",
      remedy: "refund",
      note: "told the customer",
    }),
  );
  ok(fixed.ok && !fixed.value.repeated);
  await mesh.run(5000);
  for (const peer of [office, one, two]) {
    const [shown] = list(peer);
    deepStrictEqual(shown?.remedy, { kind: "refund" });
    strictEqual(shown?.acknowledged, fixed.ok && fixed.value.fact);
  }
  const again = await mesh.settle(
    useCasesOf(two).acknowledgeOversell({ id: item?.id ?? "", note: "" }),
  );
  ok(again.ok && again.value.repeated);
  deepStrictEqual(again.value.item.remedy, { kind: "refund" });

  const voided = await mesh.settle(
    useCasesOf(two).voidSale({ sale: last, reason: "refunded" }),
  );
  ok(voided.ok);
  await mesh.run(5000);
  deepStrictEqual(peers.map((peer) => list(peer).length), [0, 0, 0, 0]);
  await mesh.stop();
});

Deno.test("two acknowledgements made apart give one remedy, the same everywhere", async () => {
  const { mesh, office, one, two, lima } = await startMesh();
  mesh.network.partition([one.peer], [two, office, lima].map((it) => it.peer));
  await sell(mesh, one, 4);
  await sell(mesh, two, 4);
  mesh.network.heal();
  await mesh.run(60_000);
  const [item] = list(office);
  mesh.network.partition([one.peer], [two, office, lima].map((it) => it.peer));
  for (const [till, remedy] of [[one, "refund"], [two, "backorder"]] as const) {
    const fixed = await mesh.settle(
      useCasesOf(till).acknowledgeOversell({
        id: item?.id ?? "",
        remedy,
        note: "",
      }),
    );
    ok(fixed.ok);
  }
  mesh.network.heal();
  await mesh.run(60_000);
  strictEqual(list(office).length, 1);
  for (const till of [one, two]) deepStrictEqual(list(till), list(office));
  await mesh.stop();
});

Deno.test("acknowledgeOversell() and offerStock() refuse what is wrong", async () => {
  const { mesh, one, two, office, lima } = await startMesh();
  const unknown = await mesh.settle(
    useCasesOf(one).acknowledgeOversell({ id: "ab".repeat(16), note: "" }),
  );
  strictEqual(!unknown.ok && unknown.error.code, "oversell_unknown");
  mesh.network.partition([one.peer], [two, office, lima].map((it) => it.peer));
  await sell(mesh, one, 4);
  await sell(mesh, two, 1);
  mesh.network.heal();
  await mesh.run(60_000);
  const id = list(one)[0]?.id ?? "";
  for (
    const wrong of [
      { remedy: "transfer" as const },
      { remedy: "refund" as const, from: "LIM" as SiteCode },
    ]
  ) {
    const refused = await mesh.settle(
      useCasesOf(one).acknowledgeOversell({ id, note: "", ...wrong }),
    );
    strictEqual(!refused.ok && refused.error.code, "invalid_argument");
  }
  const offer = (site: string, product: string) =>
    mesh.settle(
      useCasesOf(one).offerStock({
        site: site as SiteCode,
        product: product as ProductId,
        quantity: 1,
      }),
    );
  const none = await offer("CUS", "none");
  strictEqual(!none.ok && none.error.code, "product_unknown");
  const foreign = await offer("LIM", "ron");
  strictEqual(!foreign.ok && foreign.error.code, "forbidden");
  await mesh.stop();
});

Deno.test("oversells() pages and filters", async () => {
  const { mesh, one, two, office, lima } = await startMesh();
  mesh.network.partition([one.peer], [two, office, lima].map((it) => it.peer));
  for (const till of [one, two]) {
    for (let i = 0; i < 3; i++) await sell(mesh, till, 1);
  }
  mesh.network.heal();
  await mesh.run(60_000);
  const { oversells } = useCasesOf(office);
  const all = oversells({ limit: 10 }).items;
  strictEqual(all.length, 2);
  const first = oversells({ limit: 1 });
  strictEqual(first.total, 2);
  const second = oversells({ limit: 1, cursor: first.next ?? "" });
  deepStrictEqual([...first.items, ...second.items], all);
  strictEqual(second.next, null);
  strictEqual(oversells({ limit: 10, site: "LIM" as SiteCode }).total, 0);
  strictEqual(oversells({ limit: 10, product: "x" as ProductId }).total, 0);
  strictEqual(oversells({ limit: 10, acknowledged: true }).total, 0);
  await mesh.stop();
});

Deno.test("the list is the same at replicas with the same commits, in whatever order these came", async () => {
  await fc.assert(
    fc.asyncProperty(
      mixedScripts(24),
      drawnNumbers,
      drawnNumbers,
      async (script, one, two) => {
        const mixed = makeMixed(script);
        const lists = [];
        for (const numbers of [one, two]) {
          const { replica } = await fillReplica(mixed, drawFrom(numbers));
          const read = (row: Row) =>
            replica.archive.read(
              Number(row["log"]),
              Number(row["seq"]),
              row["id"] as Uint8Array,
            );
          lists.push(
            ["CUS", "LIM"].map((site) =>
              oversoldAt(replica.reader, site as SiteCode, read)
            ),
          );
          replica.stop();
        }
        deepStrictEqual(lists[0], lists[1]);
      },
    ),
    { numRuns: 80 },
  );
});
