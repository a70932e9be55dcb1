/** Whole nodes as real processes: how they start, refuse, stop, are cut apart and are killed. */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type {
  NodeProcess,
  ProgramEnd,
} from "../../nodes/adapters/node_process.ts";
import {
  ask,
  createProcessGroup,
  listAll,
  portOf,
  receive,
  sell,
  startPair,
  totalsOf,
  until,
} from "../support/processes.ts";

/** One line on standard error, nothing on standard output, exit code 2. */
function checkRefusal(end: ProgramEnd, line: RegExp): void {
  match(end.stderr, line);
  deepStrictEqual(
    [end.code, end.stdout, end.stderr.trimEnd().split("\n").length],
    [2, "", 1],
    end.stderr,
  );
}

async function isLinked(node: NodeProcess, peer: string): Promise<boolean> {
  const { body } = await ask(node, "/v1/peers");
  return body.items.some((it: { peer: string; linked: boolean }) =>
    it.peer === peer && it.linked
  );
}

Deno.test("a node ends with exit code 0 within 5 s at SIGTERM and SIGINT, whoever is connected", async () => {
  await using group = await createProcessGroup();
  const { office, branch } = await startPair(group);
  await until("the link", () => isLinked(office, branch.ready.peer));
  // An endless answer must not hold the stop up.
  const events = await fetch(`${branch.ready.http}/v1/events`);
  const reading = events.text().catch(() => {});

  const since = performance.now();
  const ends = await Promise.all([
    branch.stop("SIGTERM"),
    office.stop("SIGINT"),
  ]);
  const tookMs = performance.now() - since;
  await reading;

  deepStrictEqual(ends.map(({ code, signal }) => [code, signal]), [
    [0, null],
    [0, null],
  ]);
  ok(tookMs < 5_000, `it took ${tookMs} ms`);
});

Deno.test("a node says in one line what is wrong with its options, and ends with exit code 2", async () => {
  await using group = await createProcessGroup();
  const args = (name: string, ...more: string[]) =>
    group.args({ name, site: "CUS", more });
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = taken.addr;

  const [unknown, role, site, http, surface, listen, token] = await Promise
    .all([
      group.refuse(args("a", "--pear", "x")),
      group.refuse(["shop"]),
      group.refuse(["branch"]),
      group.refuse(
        args("b").map((it) => it === "127.0.0.1:0" ? `127.0.0.1:${port}` : it),
      ),
      group.refuse(
        args("c").map((it) =>
          it.replace(/=127.0.0.1:0$/, `=127.0.0.1:${port}`)
        ),
      ),
      group.refuse(args("d").map((it) => it.replace(/tcp\/0$/, `tcp/${port}`))),
      group.refuse(args("e", "--join", "panal1.nonsense")),
    ]);

  checkRefusal(unknown, /--pear.*use --peer/);
  checkRefusal(role, /shop/);
  checkRefusal(site, /--site CODE/);
  checkRefusal(http, new RegExp(`127.0.0.1:${port}: another program`));
  checkRefusal(surface, new RegExp(`127.0.0.1:${port}: another program`));
  checkRefusal(listen, new RegExp(`tcp/${port}: the port is taken`));
  checkRefusal(token, /--join takes an invitation/);
});

Deno.test("a node does not start on a folder that is in use, damaged, or of another mesh", async () => {
  await using group = await createProcessGroup();
  const [one, other, third] = await Promise.all([
    group.start({ name: "one" }),
    group.start({ name: "other", site: "LIM" }),
    group.start({ name: "third", site: "AQP" }),
  ]);
  const [locked, token] = await Promise.all([
    group.refuse(group.args({ name: "one" })),
    group.invite("one", "LIM"),
  ]);
  await Promise.all([one.stop(), other.stop(), third.stop()]);
  await Deno.writeTextFile(
    join(group.dataOf("one"), "node.db"),
    "this is no database ".repeat(1_000),
  );
  await Deno.truncate(join(group.dataOf("third"), "peer.key"), 7);

  const [database, key, foreign] = await Promise.all([
    group.refuse(group.args({ name: "one" })),
    group.refuse(group.args({ name: "third", site: "AQP" })),
    group.refuse(
      group.args({ name: "other", site: "LIM", more: ["--join", token] }),
    ),
  ]);

  checkRefusal(locked, /a node is running on it/);
  checkRefusal(database, /node\.db|not a database/);
  checkRefusal(key, /peer\.key is missing or damaged/);
  checkRefusal(foreign, /another mesh/);
});

Deno.test("a folder of an earlier version has every view after a start", async () => {
  await using group = await createProcessGroup();
  const first = await group.start({ name: "CUS", site: "CUS" });
  const product = { product: "1", name: "Pan", price: "2.00", stock: 9 };
  await ask(first, "/v1/products", product);
  const sale = { lines: [{ product: "1", quantity: 2 }] };
  strictEqual((await ask(first, "/v1/sales", sale)).status, 201);
  const totals = (await ask(first, "/v1/totals")).body;
  await first.stop();
  const path = join(group.dataOf("CUS"), "node.db");
  const database = new DatabaseSync(path);
  // As a version that had no such views would have left it, after it was killed.
  for (const view of ["totals", "seller_totals"]) {
    database.prepare(`DELETE FROM ${view}`).run();
  }
  database.prepare("PRAGMA user_version = 4").run();
  database.close();
  await Deno.remove(`${path}.sha256`);

  const second = await group.start({ name: "CUS", site: "CUS" });

  deepStrictEqual((await ask(second, "/v1/totals")).body, totals);
  strictEqual((await ask(second, "/v1/incidents")).body.items.length, 0);
});

Deno.test("a surface whose default port is taken is off, and an incident tells", async () => {
  await using group = await createProcessGroup();
  // Whoever has the port, this test or another program: it is taken.
  using _taken = listenIfFree(8001);
  const args = group.args({ name: "CUS", site: "CUS" });
  const at = args.indexOf("inventory-branch=127.0.0.1:0") - 1;

  const branch = await group.run(args.toSpliced(at, 2));

  deepStrictEqual(branch.ready.surfaces, { "inventory-branch": null });
  const { body } = await ask(branch, "/v1/incidents");
  const [incident] = body.items;
  strictEqual(incident.kind, "port_taken");
  match(incident.message, /8001/);
});

function listenIfFree(port: number): Disposable {
  try {
    return Deno.listen({ hostname: "127.0.0.1", port });
  } catch {
    return { [Symbol.dispose]: () => {} };
  }
}

Deno.test("an invitation lets one node in, once, and a member of another mesh is refused", async () => {
  await using group = await createProcessGroup();
  const { office, branch, token } = await startPair(group);
  const [address = ""] = office.ready.listen;

  const [second, foreigner] = await Promise.all([
    group.refuse(
      group.args({ name: "second", site: "CUS", more: ["--join", token] }),
    ),
    group.start({ name: "foreigner", site: "CUS", more: ["--peer", address] }),
  ]);

  checkRefusal(second, /used before/);
  await until("the incident", async () => {
    const { body } = await ask(office, "/v1/incidents");
    return body.items.some((it: { kind: string; details: { peer?: string } }) =>
      it.kind === "not_admitted" && it.details.peer === foreigner.ready.peer
    );
  });
  strictEqual(await isLinked(office, foreigner.ready.peer), false);
  const { body } = await ask(foreigner, "/v1/health");
  strictEqual(body.links, 0);
  await until("the link", () => isLinked(office, branch.ready.peer));
});

Deno.test("branches cut off from each other sell on, and agree when the line is back", async () => {
  await using group = await createProcessGroup();
  const office = await group.start({ name: "office", reach: [] });
  const relay = group.relay(office);
  const [cusToken, limToken] = await Promise.all([
    group.invite("office", "CUS"),
    group.invite("office", "LIM"),
  ]);
  const address = `/ip4/127.0.0.1/tcp/${relay.port}/p2p/${office.ready.peer}`;
  const [cus, lim] = await Promise.all([
    group.start({
      name: "CUS",
      site: "CUS",
      more: ["--join", cusToken],
      reach: [`127.0.0.1:${portOf(office)}`],
    }),
    group.start({
      name: "LIM",
      site: "LIM",
      more: ["--join", limToken, "--peer", address],
      reach: [`127.0.0.1:${relay.port}`],
    }),
  ]);
  const officeHas = (site: string, count: number) =>
    until(
      `the office has ${count} sales of ${site}`,
      async () => (await totalsOf(office, site)).count === count,
    );
  await Promise.all([receive(cus), receive(lim)]);
  await Promise.all([sell(cus, 1), sell(lim, 2)]);
  await Promise.all([officeHas("CUS", 1), officeHas("LIM", 1)]);

  relay.cut();
  await until("the cut", async () => !await isLinked(lim, office.ready.peer));
  for (let i = 1; i <= 30; i++) {
    await Promise.all([sell(cus, i), sell(lim, 2 * i)]);
  }
  await officeHas("CUS", 31);
  strictEqual((await totalsOf(office, "LIM")).count, 1);
  const { body } = await ask(lim, "/v1/peers");
  const lag = body.items.find((it: { peer: string }) =>
    it.peer === office.ready.peer
  ).lag.reduce((sum: number, it: { commits: number }) => sum + it.commits, 0);
  // What the office confirmed last may be on its way too.
  ok(lag <= -30, String(lag));
  relay.heal();
  await officeHas("LIM", 31);

  const list = "/v1/totals/list?perProduct=true&perDate=true";
  for (const [site, branch] of [["CUS", cus], ["LIM", lim]] as const) {
    const path = `${list}&site=${site}`;
    deepStrictEqual(await listAll(office, path), await listAll(branch, path));
    const sales = `/v1/sales?site=${site}`;
    deepStrictEqual(await listAll(office, sales), await listAll(branch, sales));
    strictEqual(
      (await ask(office, `/v1/stock/${site}/1`)).body.onHand,
      (await ask(branch, `/v1/stock/${site}/1`)).body.onHand,
    );
  }
  strictEqual((await totalsOf(office, "LIM")).units, 2 + 2 * 465);
  const invariants = (await ask(office, "/v1/invariants")).body.items;
  deepStrictEqual(
    invariants.filter((it: { violations: number }) => it.violations > 0),
    [],
  );
});

/** A node that is killed under load has sold so often before, at least. */
const ROUND_SALES_MIN = 20;

/** Sells at a node from several connections until it goes away; notes what it acknowledged and what it left open. */
async function sellUntilGone(
  branch: NodeProcess,
  { acknowledged, open }: { acknowledged: Set<string>; open: Set<string> },
): Promise<void> {
  const till = async () => {
    for (;;) {
      const id = crypto.randomUUID();
      open.add(id);
      try {
        const { status } = await ask(branch, "/v1/sales", saleOf(id));
        if (status !== 201) return;
      } catch {
        return;
      }
      acknowledged.add(id);
      open.delete(id);
    }
  };
  await Promise.all(Array.from({ length: 8 }, till));
}

function saleOf(id: string) {
  return { id, lines: [{ product: "1", quantity: 1 }] };
}

Deno.test("no acknowledged sale is lost or counted twice when nodes are killed under load", async () => {
  await using group = await createProcessGroup();
  let { office, branch } = await startPair(group);
  // Both come back where the other looks for them.
  const officePort = portOf(office);
  await receive(branch);
  const acknowledged = new Set<string>();
  const open = new Set<string>();

  for (let round = 0; round < 6; round++) {
    const before = acknowledged.size;
    const selling = sellUntilGone(branch, { acknowledged, open });
    const has = () =>
      Promise.resolve(acknowledged.size >= before + ROUND_SALES_MIN);
    await until("sales are made", has);
    const waitMs = Math.random() * 500;
    await new Promise((resolve) => setTimeout(resolve, waitMs));
    const ending = [branch.kill()];
    if (round % 2 === 1) ending.push(office.kill());
    await Promise.all(ending);
    await selling;
    if (round % 2 === 1) {
      office = await group.start({ name: "office", port: officePort });
    }
    branch = await group.start({ name: "CUS", site: "CUS" });
    const ids = (await listAll(branch, "/v1/sales")).map(({ id }) => id);
    strictEqual(new Set(ids).size, ids.length, "a sale is there twice");
    const lost = [...acknowledged].filter((id) => !ids.includes(id));
    deepStrictEqual(lost, [], `after a kill at ${waitMs} ms`);
    const invented = ids.filter((id) => !acknowledged.has(id) && !open.has(id));
    deepStrictEqual(invented, []);
  }

  // The till sends again what was not answered: that counts once too.
  for (const id of open) {
    const { status } = await ask(branch, "/v1/sales", saleOf(id));
    ok(status === 200 || status === 201, String(status));
    acknowledged.add(id);
  }
  const wanted = [...acknowledged].sort();
  for (const node of [branch, office]) {
    await until(
      "all sales are there",
      async () => (await totalsOf(node, "CUS")).count >= wanted.length,
      async () => ({
        wanted: wanted.length,
        branch: [await totalsOf(branch, "CUS"), await ask(branch, "/v1/peers")],
        office: [await totalsOf(office, "CUS"), await ask(office, "/v1/peers")],
      }),
    );
    const sales = await listAll(node, "/v1/sales?site=CUS");
    deepStrictEqual(sales.map(({ id }) => id).sort(), wanted);
    const totals = await totalsOf(node, "CUS");
    deepStrictEqual(
      [totals.count, totals.units],
      [wanted.length, wanted.length],
    );
  }
});

Deno.test("a node refuses headers of 10 MB with an empty 400, and nothing changes", async () => {
  await using group = await createProcessGroup();
  const branch = await group.start({ name: "CUS", site: "CUS" });
  const before = await ask(branch, "/v1/facts?limit=1000");
  const { port } = new URL(branch.ready.http);
  using connection = await Deno.connect({
    hostname: "127.0.0.1",
    port: Number(port),
  });
  const answer = new Uint8Array(1024);
  const reading = connection.read(answer);
  const encoder = new TextEncoder();
  const line = encoder.encode(`X-Padding: ${"x".repeat(100_000)}\r\n`);

  // The node may hang up before everything is sent.
  const send = async (bytes: Uint8Array) => {
    let rest = bytes;
    while (rest.length > 0) rest = rest.subarray(await connection.write(rest));
  };
  try {
    await send(encoder.encode("POST /v1/sales HTTP/1.1\r\nHost: a\r\n"));
    for (let i = 0; i < 100; i++) await send(line);
  } catch (error) {
    ok(error instanceof Error);
  }

  const text = new TextDecoder().decode(
    answer.subarray(0, await reading ?? 0),
  );
  match(text, /^HTTP\/1\.1 400 /);
  match(text, /content-length: 0\r\n/i);
  deepStrictEqual(await ask(branch, "/v1/facts?limit=1000"), before);
});
