import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { siteSpace } from "../../../crdt/mod.ts";
import {
  CHARGING_SITE,
  createChargingMesh,
  PlayedPoint,
  PlayedSite,
  requestId,
} from "../../support/charging_node.ts";

/** A mesh of charging nodes, each with what its listeners heard. */
async function withNodes(seed: number, names: readonly string[] = ["a", "b"]) {
  const mesh = await createChargingMesh(seed, names);
  const of = (name: string) => mesh.node(name).useCases.charging;
  const sites = new Map(
    names.map((name) => [name, new PlayedSite(of(name))]),
  );
  const site = (name: string) => sites.get(name) as PlayedSite;
  const connect = async (name: string, id: string) => {
    const point = new PlayedPoint(id);
    await mesh.settle(point.connect(of(name)));
    await mesh.run(500);
    return point;
  };
  return { mesh, of, site, connect };
}

Deno.test("11.2: a request that reaches another node is decided by the one that holds the point's connection", async () => {
  const { mesh, of, site, connect } = await withNodes(1);
  const point = await connect("a", "A-1");
  strictEqual(site("b").state("A-1"), "ACTIVADO");
  strictEqual(of("b").point("A-1")?.authority, mesh.peers.get("a")?.peer);
  const verdict = await mesh.settle(site("b").request("417", "A-1"));
  strictEqual(verdict.words, "Autorizado");
  deepStrictEqual(point.told, ["authorize 417"]);
  await mesh.run(500);
  deepStrictEqual(site("b").told, ["AUTH_OK A-1 417"]);
  const busy = await mesh.settle(site("b").request("418", "A-1"));
  strictEqual(busy.words, "CP ya en uso por otro driver");
  deepStrictEqual(
    of("a").unpublished(10).map(({ id }) => id),
    of("b").unpublished(10).map(({ id }) => id),
  );
  await mesh.stop();
});

Deno.test("11.2: while the node that decides cannot be reached its points count as disconnected", async () => {
  const { mesh, site, connect } = await withNodes(2);
  await connect("a", "A-1");
  mesh.crash("a");
  await mesh.run(30_000);
  strictEqual(site("b").state("A-1"), "DESCONECTADO");
  const verdict = await mesh.settle(site("b").request("417", "A-1"));
  deepStrictEqual(
    [verdict.words, verdict.refusal],
    ["DESCONECTADO", "point_unreachable"],
  );
  await mesh.stop();
});

Deno.test("11.2: a node that does not answer in 3 s has the request refused; what it would accept later is undone", async () => {
  const { mesh, site, of, connect } = await withNodes(3);
  await connect("a", "A-1");
  const peers = ["a", "b"].map((name) => [mesh.peers.get(name)?.peer as never]);
  mesh.network.partition(peers[0] ?? [], peers[1] ?? []);
  const verdict = await mesh.settle(site("b").request("417", "A-1"));
  strictEqual(verdict.words, "DESCONECTADO");
  mesh.network.heal(peers[0] ?? [], peers[1] ?? []);
  await mesh.run(60_000);
  for (const name of ["a", "b"]) {
    strictEqual(
      of(name).sessions({ limit: 5, status: "open" }).items.length,
      0,
    );
    deepStrictEqual(
      of(name).unpublished(10).map(({ body }) => body.type),
      ["AUTH_DENIED"],
    );
    strictEqual(site(name).state("A-1"), "ACTIVADO");
  }
  await mesh.stop();
});

Deno.test("11.4: every node answers CHECK_SESSION for every point, after it has asked the one that decides", async () => {
  const { mesh, of, site, connect } = await withNodes(4);
  await connect("a", "A-1");
  strictEqual(await mesh.settle(of("b").sessionAt("A-1")), undefined);
  await mesh.run(3_000);
  const asked = of("a").request({
    driver: "417",
    point: "A-1",
    source: "http",
  });
  await mesh.settle(asked);
  const session = await mesh.settle(of("b").sessionAt("A-1"));
  strictEqual(session?.driver, "417");
  strictEqual(await mesh.settle(of("b").sessionAt("NONE")), undefined);
  ok(site("b") !== undefined);
  await mesh.stop();
});

Deno.test("a stop that any node commands is told by the node that holds the connection", async () => {
  const { mesh, of, site, connect } = await withNodes(5);
  const point = await connect("a", "A-1");
  const given = await mesh.settle(
    of("b").stop({ point: point.id, cause: "operator" }),
  );
  ok(given.ok);
  await mesh.run(1000);
  deepStrictEqual(point.told, ["stop"]);
  strictEqual(of("b").commandView(given.value.id)?.state, "confirmed");
  strictEqual(site("b").state("A-1"), "FUERA_DE_SERVICIO");
  await mesh.settle(of("b").resume({ point: point.id, cause: "operator" }));
  await mesh.run(1000);
  strictEqual(site("a").state("A-1"), "ACTIVADO");
  await mesh.stop();
});

Deno.test("C-32: the node that decides dies during a supply: telemetry at another one ends it with its ticket", async () => {
  const { mesh, of, site, connect } = await withNodes(6, ["a", "b", "c"]);
  await connect("a", "A-1");
  await mesh.settle(site("b").request("417", "A-1"));
  const b = site("b");
  await mesh.settle(b.supply("started", "A-1", { driver: "417" }));
  await mesh.settle(b.supply("meter", "A-1", { driver: "417", energy: 100 }));
  await mesh.run(1000);
  strictEqual(of("c").sessions({ limit: 1 }).items[0]?.energy, 100);
  mesh.crash("a");
  for (let i = 2; i <= 130; i++) {
    await mesh.run(1000);
    await b.supply("meter", "A-1", { driver: "417", energy: i * 100 });
  }
  strictEqual(b.state("A-1"), "SUMINISTRANDO");
  await mesh.settle(
    b.supply("ended", "A-1", { driver: "417", energy: 13_100 }),
  );
  await mesh.run(1000);
  deepStrictEqual(site("c").told, [
    "AUTH_OK A-1 417",
    "TICKET A-1 417 13100 262",
  ]);
  // The point's monitor registers with another node: driver and point are free there.
  const again = await connect("c", "A-1");
  strictEqual(again.link?.known, true);
  strictEqual((await mesh.settle(b.request("417", "A-1"))).words, "Autorizado");
  await mesh.stop();
});

Deno.test("C-29: the node that decides and hears of a supply dies: another one closes it after a minute, once", async () => {
  const { mesh, of, site, connect } = await withNodes(7, ["a", "b", "c"]);
  await connect("a", "A-1");
  const a = site("a");
  await mesh.settle(a.request("417", "A-1"));
  await mesh.settle(a.supply("started", "A-1", { driver: "417" }));
  await mesh.settle(a.supply("meter", "A-1", { driver: "417", energy: 300 }));
  await mesh.run(1000);
  mesh.crash("a");
  await mesh.run(50_000);
  strictEqual(of("b").sessions({ limit: 1 }).items[0]?.status, "charging");
  await mesh.run(60_000);
  for (const name of ["b", "c"]) {
    const [session] = of(name).sessions({ limit: 1 }).items;
    strictEqual(session?.status, "ended");
    deepStrictEqual(
      of(name).unpublished(10).map(({ body }) => body.type),
      ["AUTH_OK", "SUPPLY_ERROR"],
    );
  }
  await mesh.restart("a");
  await mesh.run(10_000);
  deepStrictEqual(
    of("a").unpublished(10).map(({ id }) => id),
    of("b").unpublished(10).map(({ id }) => id),
  );
  await mesh.stop();
});

Deno.test("11.5: of sessions that two nodes of a cut site made for one point all nodes keep the same, and the other ends once", async () => {
  const { mesh, of, site, connect } = await withNodes(8);
  await connect("a", "A-1");
  const [a, b] = ["a", "b"].map((
    name,
  ) => [mesh.peers.get(name)?.peer as never]);
  mesh.network.partition(a ?? [], b ?? []);
  await mesh.run(40_000);
  // The monitor reaches the other side and registers there; the first node has not noticed.
  await connect("b", "A-1");
  await mesh.settle(site("a").request("1", "A-1"));
  await mesh.run(10);
  await mesh.settle(site("b").request("2", "A-1"));
  mesh.network.heal(a ?? [], b ?? []);
  await mesh.run(60_000);
  const open = ["a", "b"].map((name) =>
    of(name).sessions({ limit: 5, status: "open" }).items.map(({ driver }) =>
      driver
    )
  );
  deepStrictEqual(open, [["1"], ["1"]]);
  const told = of("b").unpublished(10).map(({ driver, body }) =>
    `${body.type} ${driver}`
  );
  deepStrictEqual(told.toSorted(), [
    "AUTH_OK 1",
    "AUTH_OK 1",
    "AUTH_OK 2",
    "SUPPLY_ERROR 2",
  ]);
  deepStrictEqual(
    of("a").unpublished(10).map(({ id }) => id),
    of("b").unpublished(10).map(({ id }) => id),
  );
  const lost = of("b").notifications({ driver: "2" as never, limit: 1 });
  const [body] = lost.items.map((it) => it.body);
  strictEqual(
    body?.type === "SUPPLY_ERROR" ? `${body.reason} ${body.energy}` : "",
    "CP ya en uso por otro driver 0",
  );
  await mesh.stop();
});

Deno.test("11.5: of two ends that nodes of a cut site wrote one counts, and what the other had more of is counted once", async () => {
  const { mesh, of, site, connect } = await withNodes(11);
  await connect("b", "A-1");
  await mesh.settle(site("b").request("417", "A-1"));
  await mesh.run(500);
  const tell = (kind: "started" | "meter" | "ended", energy = 0) =>
    mesh.settle(site("a").supply(kind, "A-1", { driver: "417", energy }));
  await tell("started");
  await tell("meter", 100);
  await mesh.run(1_000);
  const [a, b] = ["a", "b"].map((name) => [
    mesh.peers.get(name)?.peer as never,
  ]);
  mesh.network.partition(a ?? [], b ?? []);
  // a hears of the supply, and b that it was cut off from takes it for dead.
  for (let i = 2; i <= 45; i++) {
    await mesh.run(4_000);
    await tell("meter", i * 100);
  }
  await tell("ended", 4_600);
  const endAt = (name: string) => of(name).sessions({ limit: 1 }).items[0];
  deepStrictEqual([endAt("a")?.outcome, endAt("a")?.energy], [
    "completed",
    4_600,
  ]);
  const early = endAt("b");
  strictEqual(early?.status, "ended");
  mesh.network.heal(a ?? [], b ?? []);
  await mesh.run(60_000);
  for (const name of ["a", "b"]) {
    strictEqual(endAt(name)?.energy, early.energy);
    const rest = of(name).unattributed({ limit: 5 }).items;
    deepStrictEqual(
      rest.map(({ energy, amount }) => [energy, amount]),
      [[4_600 - early.energy, 92 - early.amount]],
    );
  }
  await mesh.stop();
});

Deno.test("11.5, C-29: a ticket that was published before a lesser end came has what the books have of it: the session and its rest", async () => {
  for (const ticketFirst of [true, false]) {
    const { mesh, of, site, connect } = await withNodes(13);
    await connect("a", "A-1");
    await mesh.settle(site("a").request("417", "A-1"));
    await mesh.run(500);
    const session = of("a").sessions({ limit: 1 }).items[0]?.id ?? null;
    const tell = (name: string, kind: "started" | "ended", energy: number) =>
      mesh.settle(
        site(name).supply(kind, "A-1", {
          ...{ driver: "417", energy, session, position: null },
        }),
      );
    await tell("a", "started", 0);
    await mesh.run(1_000);
    const [a, b] = ["a", "b"].map((name) => [
      mesh.peers.get(name)?.peer as never,
    ]);
    mesh.network.partition(a ?? [], b ?? []);
    await mesh.run(1_000);
    // One node reads the whole end from the topic; the other was told of less.
    const ends = [["a", 1_000], ["b", 400]] as const;
    for (const [name, energy] of ticketFirst ? ends : ends.toReversed()) {
      await tell(name, "ended", energy);
      await mesh.run(100);
    }
    const words = of("a").unpublished(10);
    const ticket = words.find(({ body }) => body.type === "TICKET")?.body;
    const told = ticket?.type === "TICKET"
      ? [ticket.energy, ticket.amount]
      : [];
    await mesh.settle(of("a").published(words.map(({ id }) => id)));
    mesh.network.heal(a ?? [], b ?? []);
    await mesh.run(20_000);
    for (const name of ["a", "b"]) {
      const [one] = of(name).sessions({ limit: 1 }).items;
      const rest = of(name).unattributed({ limit: 5 }).items;
      const sum = (what: "energy" | "amount") =>
        rest.reduce((all, it) => all + it[what], one?.[what] ?? 0);
      strictEqual(one?.energy, ticketFirst ? 1_000 : 400);
      deepStrictEqual([sum("energy"), sum("amount")], told);
      // The driver is told of one end, whichever counts at last.
      deepStrictEqual(of(name).unpublished(10), []);
    }
    await mesh.stop();
  }
});

Deno.test("11.5: an OCPP transaction whose end two nodes of a cut site heard counts once, whichever end counts", async () => {
  for (const first of ["a", "b"] as const) {
    const { mesh, of, site } = await withNodes(12);
    const charger = new PlayedPoint("A-1");
    await mesh.settle(charger.connect(of("a"), { dialect: "ocpp" }));
    await mesh.run(500);
    const session = requestId(`transaction ${first}`);
    const tell = (name: string, kind: "started" | "ended", energy: number) =>
      mesh.settle(
        site(name).supply(kind, "A-1", {
          ...{ session, energy, amount: null, position: null },
          at: 1_000_000 + energy,
        }),
      );
    await tell("a", "started", 0);
    await mesh.run(1_000);
    const [a, b] = ["a", "b"].map((name) => [
      mesh.peers.get(name)?.peer as never,
    ]);
    mesh.network.partition(a ?? [], b ?? []);
    await mesh.run(1_000);
    if (first === "b") await tell("b", "ended", 1_000);
    await mesh.run(100);
    await tell("a", "ended", 400);
    // Its charger had no answer, and tells of the end again with all that flowed.
    await tell("a", "ended", 1_000);
    await mesh.run(100);
    if (first === "a") await tell("b", "ended", 1_000);
    mesh.network.heal(a ?? [], b ?? []);
    await mesh.run(20_000);
    for (const name of ["a", "b"]) {
      const [one] = of(name).sessions({ limit: 1 }).items;
      const rest = of(name).unattributed({ limit: 5 }).items;
      const sum = (what: "energy" | "amount") =>
        rest.reduce((all, it) => all + it[what], one?.[what] ?? 0);
      strictEqual(one?.energy, first === "a" ? 400 : 1_000);
      deepStrictEqual([sum("energy"), sum("amount")], [1_000, 25]);
    }
    await mesh.stop();
  }
});

Deno.test("11.5: a driver with reservations on two points that were made apart keeps the first", async () => {
  const { mesh, of, site, connect } = await withNodes(9);
  await connect("a", "A-1");
  await connect("b", "B-1");
  const [a, b] = ["a", "b"].map((
    name,
  ) => [mesh.peers.get(name)?.peer as never]);
  mesh.network.partition(a ?? [], b ?? []);
  await mesh.run(40_000);
  await mesh.settle(site("a").request("417", "A-1"));
  await mesh.run(10);
  await mesh.settle(site("b").request("417", "B-1"));
  mesh.network.heal(a ?? [], b ?? []);
  await mesh.run(60_000);
  for (const name of ["a", "b"]) {
    const open = of(name).sessions({ limit: 5, status: "open" }).items;
    deepStrictEqual(open.map(({ point }) => point), ["A-1"]);
    strictEqual(site(name).state("B-1"), "ACTIVADO");
    deepStrictEqual(
      of(name).unpublished(10).map(({ point, body }) => `${body.type} ${point}`)
        .toSorted(),
      ["AUTH_OK A-1", "AUTH_OK B-1", "SUPPLY_ERROR B-1"],
    );
  }
  await mesh.stop();
});

Deno.test("C-29: words are published once, whichever node says that they are on the topic", async () => {
  const { mesh, of, site, connect } = await withNodes(10);
  await connect("a", "A-1");
  await mesh.settle(site("a").request("417", "A-1"));
  await mesh.run(500);
  const [word] = of("b").unpublished(10);
  ok(word !== undefined);
  await mesh.settle(of("b").published([word.id]));
  await mesh.run(500);
  deepStrictEqual(of("a").unpublished(10), []);
  const own = mesh.node("b").replica.register.own(
    siteSpace(CHARGING_SITE as never),
  );
  const before = own?.seq;
  await mesh.settle(of("b").published([word.id]));
  strictEqual(
    mesh.node("b").replica.register.own(siteSpace(CHARGING_SITE as never))?.seq,
    before,
  );
  await mesh.stop();
});

Deno.test("running totals of a supply that one node hears of are told at the others", async () => {
  const { mesh, site, connect, of } = await withNodes(11);
  await connect("a", "A-1");
  await mesh.settle(site("b").request("417", "A-1"));
  await mesh.settle(site("b").supply("started", "A-1", { driver: "417" }));
  await mesh.settle(
    site("b").supply("meter", "A-1", { driver: "417", energy: 700 }),
  );
  await mesh.run(2500);
  strictEqual(site("a").totals.includes("CONSUMO_UPDATE A-1 417 700 14"), true);
  strictEqual(of("a").sessions({ limit: 1 }).items[0]?.energy, 700);
  await mesh.stop();
});
