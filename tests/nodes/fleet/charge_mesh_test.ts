/** Purchases where stations spend without reading: over a region, cut off, retried, and with results that move. */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import {
  type CardId,
  expenseId,
  type FactId,
  type SpaceId,
} from "../../../crdt/mod.ts";
import type { FleetUseCases } from "../../../nodes/fleet/fleet_use_cases.ts";
import {
  createCompanyMesh,
  linkOf,
  separate,
} from "../../support/company_mesh.ts";
import { idOf } from "../../support/facts.ts";
import {
  cardOf,
  COMPANY,
  companyOf,
  fine,
  purchaseOf,
} from "../../support/fleet.ts";
import type { TestMesh } from "../../support/test_mesh.ts";

const fleetOf = (mesh: TestMesh, name: string): FleetUseCases =>
  mesh.node(name).useCases.fleet;

/** A company with a balance, linked with a region and stations. */
async function openFleet(
  { stations = ["s"], balance = 1000, limit }: {
    readonly stations?: readonly string[];
    readonly balance?: number;
    readonly limit?: number;
  } = {},
): Promise<TestMesh> {
  const mesh = await createCompanyMesh(5, stations);
  const fleet = fleetOf(mesh, "c");
  fine(await mesh.settle(fleet.deposit({ company: COMPANY, amount: balance })));
  if (limit !== undefined) {
    const card = { company: COMPANY, card: cardOf(7), limit };
    fine(await mesh.settle(fleet.registerCard(card)));
  }
  await mesh.run(2000);
  return mesh;
}

async function buy(
  mesh: TestMesh,
  name: string,
  amount: number,
  card: CardId = cardOf(7),
): Promise<string> {
  const input = purchaseOf(amount, { card });
  const verdict = await mesh.settle(fleetOf(mesh, name).charge(input));
  return verdict.reason ?? "bought";
}

/** What the company's books say. */
function books(mesh: TestMesh) {
  const fleet = fleetOf(mesh, "c");
  const company = fleet.company(COMPANY);
  const limit = fleet.card(COMPANY, cardOf(7))?.limit;
  return { balance: company?.balance, spent: company?.spent, limit };
}

function violations(mesh: TestMesh): number {
  return [...mesh.peers.values()].flatMap(({ node }) =>
    node?.useCases.invariants() ?? []
  ).reduce((sum, one) => sum + one.violations, 0);
}

Deno.test("a station buys over a region with rights that the company gives", async () => {
  const mesh = await openFleet({ limit: 500 });
  strictEqual(await buy(mesh, "s", 200), "bought");
  await mesh.run(3000);
  deepStrictEqual(books(mesh), { balance: 800, spent: 200, limit: 300 });
  const [expense] = fleetOf(mesh, "r").expenses({ limit: 9 }).items;
  strictEqual(expense?.amount, 200);
  strictEqual(await buy(mesh, "s", 301), "limit_insufficient");
  strictEqual(await buy(mesh, "s", 300), "bought");
  await mesh.run(3000);
  deepStrictEqual(books(mesh), { balance: 500, spent: 500, limit: 0 });
  strictEqual(violations(mesh), 0);
  await mesh.stop();
});

Deno.test("C-27: a card that nobody registered is made by the issuer when a station asks for it", async () => {
  const mesh = await openFleet();
  strictEqual(await buy(mesh, "s", 60), "bought");
  await mesh.run(3000);
  deepStrictEqual(books(mesh), { balance: 940, spent: 60, limit: 40 });
  const card = fleetOf(mesh, "r").card(COMPANY, cardOf(7));
  deepStrictEqual([card?.automatic, card?.limit], [true, 40]);
  await mesh.stop();
});

Deno.test("C-27: a card made for a purchase that is refused stands", async () => {
  const mesh = await openFleet();
  strictEqual(await buy(mesh, "s", 101), "limit_insufficient");
  await mesh.run(3000);
  deepStrictEqual(books(mesh), { balance: 1000, spent: 0, limit: 100 });
  strictEqual(await buy(mesh, "r", 100), "bought");
  await mesh.stop();
});

Deno.test("charge() opens no log where the node may not spend", async () => {
  const mesh = await openFleet();
  const input = purchaseOf(10, { company: companyOf(77) });
  const verdict = await mesh.settle(fleetOf(mesh, "c").charge(input));
  strictEqual(verdict.reason, "rights_unreachable");
  const { register } = mesh.node("c").replica;
  strictEqual(register.own("company:77" as SpaceId), undefined);
  await mesh.stop();
});

Deno.test("C-41: nodes that are cut off never overspend an account or a card together", async () => {
  const stations = ["s", "t"];
  const mesh = await openFleet({ stations, limit: 900 });
  const other = cardOf(8);
  const fleet = fleetOf(mesh, "c");
  const card = { company: COMPANY, card: other, limit: 900 };
  fine(await mesh.settle(fleet.registerCard(card)));
  await mesh.run(2000);
  strictEqual(await buy(mesh, "s", 10), "bought");
  strictEqual(await buy(mesh, "t", 10, other), "bought");
  await mesh.run(2000);
  for (const name of ["c", "r", ...stations]) mesh.cutOff(name);
  const tries = ["s", "t", "c", "r"].flatMap((name) =>
    [cardOf(7), other].map((one) => [name, one] as const)
  );
  let bought = 20;
  for (let round = 0; round < 4; round++) {
    for (const [name, one] of tries) {
      if (await buy(mesh, name, 90, one) === "bought") bought += 90;
    }
  }
  ok(bought > 20, "somebody sells without contact");
  mesh.network.heal();
  separate(mesh, stations);
  await mesh.run(90_000);
  const company = fleet.company(COMPANY);
  deepStrictEqual([company?.balance, company?.spent], [1000 - bought, bought]);
  for (const one of [cardOf(7), other]) {
    const view = fleet.card(COMPANY, one);
    strictEqual(view?.limit, 900 - (view?.spent ?? 0));
  }
  strictEqual(violations(mesh), 0);
  await mesh.stop();
});

Deno.test("a purchase is charged once, however often a station that dies is asked for it", async () => {
  const mesh = await openFleet({ limit: 500 });
  const input = purchaseOf(100, { id: idOf("retried") });
  const charge = () => mesh.settle(fleetOf(mesh, "s").charge(input));
  strictEqual((await charge()).accepted, true);
  strictEqual((await charge()).repeated, true);
  mesh.crash("s");
  await mesh.restart("s");
  const again = await charge();
  deepStrictEqual([again.accepted, again.repeated], [true, true]);
  await mesh.run(5000);
  deepStrictEqual(books(mesh), { balance: 900, spent: 100, limit: 400 });
  await mesh.stop();
});

Deno.test("a lower limit destroys what a station holds once it gives it back", async () => {
  const mesh = await openFleet({ limit: 500 });
  strictEqual(await buy(mesh, "s", 100), "bought");
  await mesh.run(3000);
  const fleet = fleetOf(mesh, "c");
  const set = { company: COMPANY, card: cardOf(7), limit: 150 };
  const view = fine(await mesh.settle(fleet.setLimit(set)));
  strictEqual(view.limit, 150);
  strictEqual(await buy(mesh, "s", 151), "limit_insufficient");
  strictEqual(await buy(mesh, "s", 30), "bought");
  await mesh.run(3000);
  mesh.cutOff("s");
  // What the station holds cannot be destroyed: the answer says how far the limit came.
  const before = mesh.clock.monotonic();
  const low = fine(await mesh.settle(fleet.setLimit({ ...set, limit: 40 })));
  strictEqual(low.limit, 120);
  ok(mesh.clock.monotonic() - before < 8500);
  strictEqual(await buy(mesh, "s", 120), "bought");
  mesh.network.heal();
  separate(mesh, ["s"]);
  await mesh.run(60_000);
  strictEqual(books(mesh).limit, 0);
  strictEqual(violations(mesh), 0);
  await mesh.stop();
});

Deno.test("what stations sell on the floor is covered by the issuer when it hears of it", async () => {
  const mesh = await openFleet({ limit: 500 });
  const fleet = fleetOf(mesh, "c");
  fine(await mesh.settle(fleet.setFloor({ company: COMPANY, amount: 400 })));
  strictEqual(await buy(mesh, "s", 1), "bought");
  // The station keeps some of the floor at hand while it has contact.
  await mesh.run(40_000);
  ok(fleetOf(mesh, "s").holders(COMPANY, "floor").some(({ free }) => free > 0));
  const limit = books(mesh).limit ?? 0;
  mesh.cutOff("s");
  const stranger = cardOf(8);
  strictEqual(await buy(mesh, "s", 60, stranger), "bought");
  const [expense] = fleetOf(mesh, "s").expenses({ limit: 1 }).items;
  deepStrictEqual([expense?.floor, expense?.settled], [true, false]);
  let sold = 60;
  while (sold < 400 && await buy(mesh, "s", 60, stranger) === "bought") {
    sold += 60;
  }
  ok(sold <= 400, "no more than the floor");
  mesh.network.heal();
  separate(mesh, ["s"]);
  await mesh.run(90_000);
  const company = fleet.company(COMPANY);
  deepStrictEqual(
    [company?.balance, company?.floor, company?.floorOpen],
    [1000 - 1 - sold, 400, 0],
  );
  const { items } = fleet.expenses({ limit: 50, company: COMPANY });
  ok(items.every(({ settled }) => settled));
  strictEqual(books(mesh).limit, limit);
  strictEqual(violations(mesh), 0);
  await mesh.stop();
});

for (const first of ["rights", "floor"]) {
  Deno.test(`one purchase told at two stations, by ${first} first, is paid once`, async () => {
    const stations = ["s", "t"];
    const mesh = await openFleet({ stations, limit: 900 });
    const fleet = fleetOf(mesh, "c");
    fine(await mesh.settle(fleet.setFloor({ company: COMPANY, amount: 400 })));
    // The last one has the card's rights.
    for (const name of stations.toReversed()) {
      strictEqual(await buy(mesh, name, 1), "bought");
    }
    // The stations keep some of the floor at hand while they have contact.
    await mesh.run(65_000);
    const input = purchaseOf(60, { id: idOf("told twice") });
    const charge = async (name: string) =>
      strictEqual(
        (await mesh.settle(fleetOf(mesh, name).charge(input))).accepted,
        true,
      );
    if (first === "rights") await charge("s");
    mesh.cutOff("t");
    await charge("t");
    strictEqual(fleetOf(mesh, "t").expense(input.id as FactId)?.floor, true);
    if (first === "floor") {
      await mesh.run(1000);
      await charge("s");
    }
    mesh.network.heal();
    separate(mesh, stations);
    await mesh.run(120_000);
    deepStrictEqual(books(mesh).balance, 1000 - 62);
    const company = fleet.company(COMPANY);
    deepStrictEqual([company?.spent, company?.floorOpen], [62, 0]);
    strictEqual(violations(mesh), 0);
    await mesh.stop();
  });
}

Deno.test("a cover that the card could not pay is given back once the purchase turns out to be paid by rights elsewhere", async () => {
  const stations = ["s", "t"];
  const mesh = await openFleet({ stations, limit: 62 });
  const fleet = fleetOf(mesh, "c");
  fine(await mesh.settle(fleet.setFloor({ company: COMPANY, amount: 400 })));
  for (const name of stations.toReversed()) {
    strictEqual(await buy(mesh, name, 1), "bought");
  }
  await mesh.run(65_000);
  for (const name of stations) mesh.cutOff(name);
  const input = purchaseOf(60, { id: idOf("told twice") });
  for (const name of stations) {
    const verdict = await mesh.settle(fleetOf(mesh, name).charge(input));
    strictEqual(verdict.accepted, true);
    const expense = fleetOf(mesh, name).expense(input.id as FactId);
    strictEqual(expense?.floor ?? false, name === "t");
  }
  // The card has nothing where it is covered: its rights are at the station that nobody reaches.
  linkOf(mesh, "t", "r").heal();
  await mesh.run(90_000);
  const covered = fleet.company(COMPANY);
  deepStrictEqual([covered?.balance, covered?.floorOpen], [1000 - 62, 0]);
  mesh.network.heal();
  separate(mesh, stations);
  await mesh.run(120_000);
  const company = fleet.company(COMPANY);
  deepStrictEqual(
    [company?.balance, company?.spent, company?.floorOpen],
    [1000 - 62, 62, 0],
  );
  strictEqual(books(mesh).limit, 0);
  strictEqual(violations(mesh), 0);
  await mesh.stop();
});

Deno.test("what the account cannot pay of the floor stays open until there is a deposit", async () => {
  const mesh = await openFleet({ balance: 100, limit: 100 });
  const fleet = fleetOf(mesh, "c");
  fine(await mesh.settle(fleet.setFloor({ company: COMPANY, amount: 400 })));
  strictEqual(await buy(mesh, "s", 50), "bought");
  await mesh.run(40_000);
  mesh.cutOff("s");
  strictEqual(await buy(mesh, "s", 50), "bought");
  // Meanwhile others spend what is left of the account.
  const card = cardOf(8);
  fine(
    await mesh.settle(
      fleet.registerCard({ company: COMPANY, card, limit: 50 }),
    ),
  );
  strictEqual(await buy(mesh, "c", 50, card), "bought");
  mesh.network.heal();
  separate(mesh, ["s"]);
  await mesh.run(90_000);
  const company = fleet.company(COMPANY);
  strictEqual(company?.balance, 0);
  strictEqual(company?.floorOpen, 50);
  fine(await mesh.settle(fleet.deposit({ company: COMPANY, amount: 500 })));
  await mesh.run(60_000);
  const after = fleet.company(COMPANY);
  deepStrictEqual([after?.balance, after?.floorOpen], [450, 0]);
  await mesh.stop();
});

Deno.test("nobody's word that it sold on the floor takes from an account without the floor's rights", async () => {
  const mesh = await openFleet({ limit: 500 });
  strictEqual(await buy(mesh, "s", 10), "bought");
  const purchase = idOf("forged");
  const { replica } = mesh.node("s");
  await mesh.settle(replica.decide((context) => {
    context.record("company:42" as SpaceId, {
      type: "ExpenseDecided",
      id: expenseId(purchase),
      at: context.at,
      purchase,
      company: COMPANY,
      card: cardOf(7),
      amount: 300,
      currency: "ARS",
      exponent: 0,
      date: "2026-11-22",
      place: {},
      source: "card",
      accepted: true,
      floor: true,
    });
    return { ok: true, value: null };
  }));
  await mesh.run(60_000);
  const company = fleetOf(mesh, "c").company(COMPANY);
  deepStrictEqual([company?.balance, company?.floorOpen], [990, 300]);
  await mesh.stop();
});

Deno.test("T26, C-35: a result moves to the node of the station where its card is, and is delivered once", async () => {
  const mesh = await createCompanyMesh(5, ["s"]);
  await mesh.add("u", { role: "station", site: "S0", dials: ["s", "r"] });
  await mesh.run(3000);
  const card = cardOf(7);
  const keep = { company: COMPANY, card, success: true };
  await mesh.settle(
    fleetOf(mesh, "s").keepResult({ ...keep, purchase: idOf("a") }),
  );
  await mesh.settle(
    fleetOf(mesh, "s").keepResult({ ...keep, purchase: idOf("b") }),
  );
  await mesh.run(2000);
  const take = (name: string) =>
    mesh.settle(fleetOf(mesh, name).takeResult({ card, waitMs: 2000 }));
  const lease = await take("u");
  strictEqual(lease?.purchase, idOf("a"));
  await mesh.settle(lease?.delivered() ?? Promise.resolve());
  await mesh.run(2000);
  deepStrictEqual(
    fleetOf(mesh, "s").results({ limit: 9 }).items.map(({ state }) => state),
    ["delivered", "kept"],
  );
  mesh.cutOff("s");
  // The other node does not have the right: it says that nothing is pending.
  strictEqual(await take("u"), undefined);
  strictEqual((await take("s"))?.purchase, idOf("b"));
  await mesh.stop();
});

Deno.test("C-35: results of a node that is gone keep no other from being delivered", async () => {
  const mesh = await createCompanyMesh(5, ["s"]);
  await mesh.add("u", { role: "station", site: "S0", dials: ["s", "r"] });
  await mesh.run(3000);
  const card = cardOf(7);
  const keep = (name: string, purchase: string) =>
    mesh.settle(
      fleetOf(mesh, name).keepResult({
        ...{ company: COMPANY, card, success: true },
        purchase: idOf(purchase),
      }),
    );
  for (const purchase of ["a", "b", "c", "d", "e"]) await keep("u", purchase);
  await mesh.run(2000);
  await keep("s", "own");
  mesh.cutOff("u");
  const lease = await mesh.settle(
    fleetOf(mesh, "s").takeResult({ card, waitMs: 2000 }),
  );
  strictEqual(lease?.purchase, idOf("own"));
  await mesh.stop();
});
