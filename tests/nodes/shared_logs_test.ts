/** Logs of members that write in a space which they do not read: who hears of them, and what they hear. */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { readRun } from "../../nodes/run_reader.ts";
import {
  ACCOUNT,
  booksOf,
  buy,
  CARD,
  COMPANY,
  createCompanyMesh,
  freeAt,
  issue,
  register,
  separate,
} from "../support/company_mesh.ts";
import type { TestMesh } from "../support/test_mesh.ts";

const logsAt = (mesh: TestMesh, name: string) =>
  mesh.node(name).replica.register.ofSpace(COMPANY);

async function openCompany(seed: number, stations: readonly string[] = ["s"]) {
  const mesh = await createCompanyMesh(seed, stations);
  await issue(mesh, ACCOUNT, 1000);
  await register(mesh, 300);
  return mesh;
}

Deno.test("a station's log in a company's space reaches those who read it, and none of theirs the station", async () => {
  const mesh = await openCompany(21, ["s", "t"]);
  strictEqual(await buy(mesh, "s", 10), "bought");
  strictEqual(await buy(mesh, "t", 10), "bought");
  await mesh.run(30_000);
  for (const station of ["s", "t"]) {
    const own = mesh.node(station).replica.register.own(COMPANY);
    deepStrictEqual(logsAt(mesh, station), [own]);
    ok(own !== undefined);
    for (const reader of ["r", "c"]) {
      const { register } = mesh.node(reader).replica;
      strictEqual(register.byName(own.name)?.seq, own.seq);
    }
    // The station knows that others have it.
    const { replicator } = mesh.node(station);
    strictEqual(replicator?.confirmedSeq(COMPANY, own.name), own.seq);
  }
  await mesh.stop();
});

Deno.test("a station that was away sends what it wrote meanwhile", async () => {
  const mesh = await openCompany(22);
  strictEqual(await buy(mesh, "s", 10), "bought");
  mesh.cutOff("s");
  for (let i = 0; i < 12; i++) strictEqual(await buy(mesh, "s", 10), "bought");
  mesh.crash("s");
  await mesh.restart("s");
  mesh.network.heal();
  separate(mesh, ["s"]);
  await mesh.run(60_000);
  deepStrictEqual(booksOf(mesh, CARD), { left: 170, spent: 130 });
  await mesh.stop();
});

Deno.test("a station that was set back to an old copy finds it out, opens another log and spends nothing twice", async () => {
  const mesh = await openCompany(23);
  strictEqual(await buy(mesh, "s", 10), "bought");
  const peer = mesh.peers.get("s");
  ok(peer !== undefined);
  const backup = peer.disk.copy();
  const old = mesh.node("s").replica.register.own(COMPANY)?.name;
  strictEqual(await buy(mesh, "s", 100), "bought");
  await mesh.run(5000);
  mesh.crash("s");
  peer.disk = backup;
  await mesh.restart("s");
  await mesh.run(60_000);
  const { incidents, replica } = mesh.node("s");
  ok(incidents.list().some(({ kind }) => kind === "amnesia"));
  ok(replica.register.own(COMPANY)?.name !== old);
  strictEqual(freeAt(mesh, "s", CARD), 0);
  strictEqual(await buy(mesh, "s", 1), "rights_insufficient");
  await mesh.run(5000);
  deepStrictEqual(booksOf(mesh, CARD), { left: 190, spent: 110 });
  await mesh.stop();
});

Deno.test("who sends a station commits of others in a space that it does not read is let go", async () => {
  const mesh = await openCompany(24);
  strictEqual(await buy(mesh, "s", 10), "bought");
  const region = mesh.node("r");
  const foreign = region.replica.register.own(COMPANY);
  ok(foreign !== undefined);
  const run = readRun(region.replica, foreign, 1);
  ok(run !== undefined);
  const station = mesh.peers.get("s")?.peer;
  region.desk.sessions().find(({ link }) => link.peer === station)?.send(run);
  await mesh.run(1000);
  const kinds = mesh.node("s").incidents.list().map(({ kind }) => kind);
  deepStrictEqual(kinds.filter((kind) => kind === "foreign_space").length, 1);
  strictEqual(logsAt(mesh, "s").length, 1);
  await mesh.stop();
});

Deno.test("what a region claims of others' logs is not asked for by a station", async () => {
  const mesh = await openCompany(25);
  strictEqual(await buy(mesh, "s", 10), "bought");
  const region = mesh.node("r");
  const foreign = region.replica.register.own(COMPANY);
  ok(foreign !== undefined);
  const { name: log, seq, hash } = foreign;
  const station = mesh.peers.get("s")?.peer;
  const session = region.desk.sessions()
    .find(({ link }) => link.peer === station);
  ok(session !== undefined);
  session.send({
    kind: "delta",
    space: COMPANY,
    entries: [{ log, seq, hash }],
  });
  session.send({
    kind: "entries",
    space: COMPANY,
    buckets: [0],
    entries: [{ log, seq, hash }],
    asks: true,
  });
  await mesh.run(100);
  for (const linked of mesh.node("s").desk.sessions()) {
    strictEqual(linked.place(COMPANY, log), undefined);
  }
  await mesh.run(30_000);
  strictEqual(logsAt(mesh, "s").length, 1);
  deepStrictEqual(mesh.node("s").incidents.list(), []);
  await mesh.stop();
});
