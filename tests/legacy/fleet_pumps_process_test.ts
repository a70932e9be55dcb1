/**
 * A station's node as a process, with pumps built from the fleet-card design around it (sections 6 and 7): one that asks
 * for an election over UDP, and one that sends an expense over QUIC.
 *
 * @module
 */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { encodeElection } from "../../net/mod.ts";
import { CardClient } from "../../nodes/adapters/fleet_card_client.ts";
import type { NodeProcess } from "../../nodes/adapters/node_process.ts";
import {
  FLEET_QUIC_PORT_SHIFT,
  pumpOfPort,
} from "../../nodes/fleet/fleet_places.ts";
import { freeStation } from "../support/free_station.ts";
import { OutsidePump } from "../support/outside_pump.ts";
import {
  ask,
  createProcessGroup,
  type ProcessGroup,
  until,
} from "../support/processes.ts";

const PROGRAM = fileURLToPath(
  new URL("../support/quic_pump_program.ts", import.meta.url),
);

/** A station whose pumps 1 and 2 are the node's, and which keeps the accounts; `surfaces` are switched on. */
function start(
  group: ProcessGroup,
  first: number,
  surfaces: readonly string[],
): Promise<NodeProcess> {
  const { province, station } = pumpOfPort(first) ?? {};
  const shift = (name: string) =>
    first + (name === "fleet-quic" ? FLEET_QUIC_PORT_SHIFT : 0);
  const forecourt = ["station", "bridge", "pumps", "udp", "prices"]
    .flatMap((it) => ["--surface", `forecourt-${it}=off`]);
  return group.run([
    ...["station+company", "--company", "all", "--site", "E05"],
    ...["--data", group.dataOf("station"), ...forecourt],
    ...["--fleet-province", `${province}`, "--fleet-station", `${station}`],
    ...surfaces.flatMap((name) => [
      "--surface",
      `${name}=127.0.0.1:${shift(name) + 1}-${shift(name) + 2}`,
    ]),
    ...["--http", "127.0.0.1:0", "--listen", "/ip4/127.0.0.1/tcp/0"],
    ...["--no-mdns", "--log-level", "warn"],
  ]);
}

/** Runs a pump that sends an expense over QUIC. */
async function sendExpense(
  port: number,
  [company, card, total, date]: readonly [number, number, number, string],
): Promise<void> {
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--allow-net", "--allow-read", "--allow-env"],
      "--unsafely-ignore-certificate-errors=localhost",
      ...[PROGRAM, `${port}`, `${company}`, `${card}`, `${total}`, date],
    ],
    stdin: "null",
    stdout: "null",
  }).output();
  ok(success, new TextDecoder().decode(stderr));
}

async function fund(node: NodeProcess): Promise<void> {
  for (
    const [path, body] of [
      ["deposits", { id: crypto.randomUUID(), amount: "100000" }],
      ["cards", { id: crypto.randomUUID(), card: "7", limit: "60000" }],
    ] as const
  ) {
    const told = await ask(node, `/v1/companies/42/${path}`, body);
    ok(told.status < 300, JSON.stringify(told.body));
  }
}

async function balanceAt(node: NodeProcess): Promise<number> {
  return Number((await ask(node, "/v1/companies/42")).body.balance.amount);
}

Deno.test({
  name:
    "T06: C-04: C-43: a running node answers an election over UDP, and an expense over QUIC is charged and kept for its card",
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    await using group = await createProcessGroup();
    const first = freeStation(9);
    const node = await start(group, first, [
      "fleet-card",
      "fleet-udp",
      "fleet-quic",
    ]);
    match(node.ready.surfaces["fleet-udp"] ?? "", /^udp:\/\/127\.0\.0\.1:/);
    match(node.ready.surfaces["fleet-quic"] ?? "", /^quic:\/\/127\.0\.0\.1:/);
    await fund(node);

    const outside = await OutsidePump.bind(first);
    const asks = encodeElection({ kind: "election", sender: first });
    await outside.send(asks, first + 1);
    await until(
      "both answers",
      () => Promise.resolve(outside.heard.length >= 2),
    );
    await outside.close();
    deepStrictEqual(outside.heard, [
      [first + 1, "ok", first + 1],
      [first + 2, "coordinator", first + 2],
    ]);

    const port = first + FLEET_QUIC_PORT_SHIFT + 2;
    await sendExpense(port, [42, 7, 16_060, "2026-02-03"]);
    await until("the charge", async () => await balanceAt(node) === 83_940);
    const card = new CardClient({ host: "127.0.0.1", ports: [first + 1] });
    await until(
      "the card's result",
      async () => (await card.askKept(7))?.success === true,
    );
    const { body } = await ask(node, "/v1/expenses?company=42");
    const [expense] = body.items;
    deepStrictEqual(
      [body.items.length, expense.amount.amount, expense.source],
      [1, "16060", "pump"],
    );

    const end = await node.stop();
    strictEqual(end.code, 0, end.stderr);
    match(end.stderr, /QUIC ports of one are UDP ports of the other/);
  },
});

Deno.test({
  name: "C-44: a running node without these switches answers neither",
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    await using group = await createProcessGroup();
    const first = freeStation(9);
    const node = await start(group, first, ["fleet-card"]);
    strictEqual(node.ready.surfaces["fleet-udp"], undefined);
    strictEqual(node.ready.surfaces["fleet-quic"], undefined);
    const outside = await OutsidePump.bind(first);
    const asks = encodeElection({ kind: "election", sender: first });
    await outside.send(asks, first + 1);
    await outside.close();
    deepStrictEqual(outside.heard, []);
    await node.stop();
  },
});
