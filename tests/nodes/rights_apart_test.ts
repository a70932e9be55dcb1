/** Rights of members that spend in a space without reading it: stand-alone grants, asked for over a region. */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import {
  ACCOUNT,
  booksOf,
  buy,
  CARD,
  COMPANY,
  createCompanyMesh,
  freeAt,
  issue,
} from "../support/company_mesh.ts";

Deno.test("a station buys over its region from the company, and goes on by its rights when it is cut off", async () => {
  const mesh = await createCompanyMesh(1);
  await issue(mesh, ACCOUNT, 1000);
  await issue(mesh, CARD, 300);
  strictEqual(await buy(mesh, "s", 100), "bought");
  ok(freeAt(mesh, "s", CARD) > 0);
  mesh.cutOff("s");
  strictEqual(await buy(mesh, "s", 50), "bought");
  strictEqual(await buy(mesh, "s", 900), "rights_insufficient");
  mesh.network.heal();
  await mesh.run(60_000);
  deepStrictEqual(booksOf(mesh, ACCOUNT), { left: 850, spent: 150 });
  deepStrictEqual(booksOf(mesh, CARD), { left: 150, spent: 150 });
  const logs = mesh.node("s").replica.register.ofSpace(COMPANY);
  strictEqual(logs.length, 1);
  await mesh.stop();
});

Deno.test("an answer that is lost is sent again once the station is linked, and taken over once", async () => {
  const mesh = await createCompanyMesh(2);
  await issue(mesh, ACCOUNT, 1000);
  await issue(mesh, CARD, 300);
  const peer = (name: string) => mesh.peers.get(name)?.peer;
  const [r, s] = [peer("r"), peer("s")];
  ok(r !== undefined && s !== undefined);
  // Requests arrive, answers do not.
  mesh.network.partition([r], [s], { oneWay: true });
  strictEqual(await buy(mesh, "s", 100), "rights_insufficient");
  strictEqual(freeAt(mesh, "s", CARD), 0);
  const inTransit = () =>
    mesh.node("c").useCases.rights({ limit: 100 }).items
      .reduce((sum, row) => sum + row.inTransit, 0);
  ok(inTransit() > 0);
  await mesh.run(60_000);
  mesh.network.heal([r], [s]);
  await mesh.run(90_000);
  strictEqual(inTransit(), 0);
  strictEqual(freeAt(mesh, "s", CARD), 300);
  mesh.cutOff("s");
  strictEqual(await buy(mesh, "s", 100), "bought");
  mesh.network.heal();
  await mesh.run(60_000);
  deepStrictEqual(booksOf(mesh, ACCOUNT), { left: 900, spent: 100 });
  deepStrictEqual(booksOf(mesh, CARD), { left: 200, spent: 100 });
  await mesh.stop();
});
