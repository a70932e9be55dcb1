/**
 * Two nodes of one station as processes, with cards of the installed kind at both, killed and started again.
 *
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { CardClient } from "../../nodes/adapters/fleet_card_client.ts";
import {
  type NodeProcess,
  runProgram,
} from "../../nodes/adapters/node_process.ts";
import { pumpOfPort } from "../../nodes/fleet/fleet_places.ts";
import { fuelFrame } from "../support/card_rig.ts";
import { freeStation } from "../support/free_station.ts";
import {
  ask,
  createProcessGroup,
  type ProcessGroup,
  until,
} from "../support/processes.ts";
import { RawFleetClient } from "../support/raw_fleet_client.ts";

const OPTIONS = { sanitizeOps: false, sanitizeResources: false };
const REFUSED = [1, '{"FuelComplete":{"success":false}}'];

/** Starts a node of a station; its pumps are those that the last digits name. */
function start(
  group: ProcessGroup,
  name: string,
  { first, pumps, roles = ["station"], more = [] }: {
    readonly first: number;
    readonly pumps: string;
    readonly roles?: readonly string[];
    readonly more?: readonly string[];
  },
): Promise<NodeProcess> {
  const { province, station } = pumpOfPort(first) ?? {};
  const surfaces = ["station", "bridge", "pumps", "udp", "prices"]
    .flatMap((it) => ["--surface", `forecourt-${it}=off`]);
  const [from = "", to = from] = pumps.split("-").map((it) =>
    `${first + Number(it)}`
  );
  return group.run([
    ...roles,
    ...["--site", "E05", "--data", group.dataOf(name), ...surfaces],
    ...["--fleet-province", `${province}`, "--fleet-station", `${station}`],
    ...["--surface", `fleet-card=127.0.0.1:${from}-${to}`],
    ...["--http", "127.0.0.1:0", "--listen", "/ip4/127.0.0.1/tcp/0"],
    ...["--no-mdns", "--log-level", "error"],
    ...more,
  ]);
}

async function invite(group: ProcessGroup, from: string): Promise<string> {
  const words = ["mesh", "invite", "--data", group.dataOf(from)];
  const end = await runProgram(
    [...words, "--role", "station", "--site", "E05"],
    { net: [] },
  );
  strictEqual(end.code, 0, end.stderr);
  return end.stdout.trim();
}

/** A station of two nodes, the first of which keeps the accounts, with money for company 42 and its card 7. */
async function startStation(group: ProcessGroup) {
  const first = freeStation();
  const a = await start(group, "a", {
    ...{ first, pumps: "0", roles: ["station+company", "--company", "all"] },
  });
  const startB = (more: readonly string[] = []) =>
    start(group, "b", { first, pumps: "1-2", more });
  const b = await startB(["--join", await invite(group, "a")]);
  for (
    const [path, body] of [
      ["deposits", { id: crypto.randomUUID(), amount: "100000" }],
      ["cards", { id: crypto.randomUUID(), card: "7", limit: "60000" }],
    ] as const
  ) {
    const { status, body: told } = await ask(
      a,
      `/v1/companies/42/${path}`,
      body,
    );
    ok(status < 300, JSON.stringify(told));
  }
  const at = (pump: number) =>
    new CardClient({ host: "127.0.0.1", ports: [first + pump] });
  return { ...{ first, a, b, startB }, cards: [at(0), at(1), at(2)] as const };
}

async function balanceAt(node: NodeProcess): Promise<number> {
  return Number((await ask(node, "/v1/companies/42")).body.balance.amount);
}

/** Asks for fuel and vanishes. */
async function vanish(port: number, liters: number): Promise<void> {
  using client = await RawFleetClient.connect(port);
  await client.send(fuelFrame(liters));
  await client.endWrite();
  strictEqual(await client.frame(), undefined);
}

Deno.test({
  name:
    "T28: C-33: C-35: a result is given by another node of the station, and by its own after that was killed and started again; the program card pays",
  ...OPTIONS,
  async fn() {
    await using group = await createProcessGroup();
    const { first, a, b, startB, cards: [atA, atB, last] } = await startStation(
      group,
    );
    const payment = { company: 42, card: 7, liters: 2 };
    strictEqual(await atB.pay(payment), "charged");
    await until("a knows it", async () => await balanceAt(a) === 96_788);

    await vanish(first, 1);
    await until(
      "the result came to b",
      async () => (await atB.askKept(7))?.success === true,
    );
    strictEqual(await atA.askKept(7), undefined);
    strictEqual(await last.askKept(7), undefined);

    await vanish(first + 2, 1);
    await until("it is kept", async () => {
      const { body } = await ask(b, "/v1/card-results?state=kept");
      return body.items.length === 1;
    });
    await b.kill();
    strictEqual(await atB.find(), undefined);
    const again = await startB();
    deepStrictEqual(await last.askKept(7), { port: first + 2, success: true });
    strictEqual(await atB.askKept(7), undefined);
    await until("a knows all", async () => await balanceAt(a) === 93_576);

    const { province, station } = pumpOfPort(first) ?? {};
    const card = ["card", "pay", "--company", "42", "--card", "7"];
    const place = ["--province", `${province}`, "--station", `${station}`];
    const paid = await runProgram([...card, ...place, "--liters", "1"]);
    strictEqual(paid.stdout, "charged\n", paid.stderr);
    strictEqual(paid.code, 0);
    const over = await runProgram([...card, ...place, "--liters", "1000"]);
    strictEqual(over.code, 1, over.stdout + over.stderr);
    await again.stop();
  },
});

Deno.test({
  name:
    "C-33: C-41: cards that wait while their node is stopped are told no; those of a killed node were charged nothing",
  ...OPTIONS,
  async fn() {
    await using group = await createProcessGroup();
    const { first, a, b, startB, cards } = await startStation(group);
    await a.kill();
    // Nobody gives rights now: whoever asks for a card that is not known here has to wait.
    const wait = async () => {
      const client = await RawFleetClient.connect(first + 1);
      await client.send(fuelFrame(1, 99));
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      return client;
    };
    using stopped = await wait();
    await b.stop();
    deepStrictEqual(await stopped.frame(), REFUSED);
    strictEqual(await stopped.frame(), undefined);

    const second = await startB();
    using killed = await wait();
    await second.kill();
    const third = await startB();
    strictEqual(await cards[1].askKept(99), undefined);
    const restarted = await start(group, "a", {
      ...{ first, pumps: "0", roles: ["station+company", "--company", "all"] },
    });
    strictEqual(await balanceAt(restarted), 100_000);
    await third.stop();
    killed.close();
  },
});
