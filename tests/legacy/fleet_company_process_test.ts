/**
 * A company's node as a process: killed between charge and verdict, started again, and replaced by another node that owns
 * the port.
 *
 * @module
 */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import {
  type NodeProcess,
  runProgram,
} from "../../nodes/adapters/node_process.ts";
import { FrameClient } from "../support/fleet_frames.ts";
import { confirm, tell, verdict } from "../support/fleet_office.ts";
import {
  createProcessGroup,
  type ProcessGroup,
  until,
} from "../support/processes.ts";

/** Starts a node for all companies; it makes a mesh unless it is invited. */
function start(
  group: ProcessGroup,
  name: string,
  more: readonly string[] = [],
): Promise<NodeProcess> {
  return group.run([
    ...["company", "--company", "all", "--data", group.dataOf(name)],
    ...["--surface", "fleet-company=127.0.0.1:0", "--fleet-offices", "off"],
    ...["--http", "127.0.0.1:0", "--listen", "/ip4/127.0.0.1/tcp/0"],
    ...["--no-mdns", "--log-level", "error"],
    ...more,
  ]);
}

function portOf(node: NodeProcess): number {
  const url = node.ready.surfaces["fleet-company"] ?? "";
  match(url, /^tcp:\/\/127\.0\.0\.1:\d+$/);
  return Number(url.slice(url.lastIndexOf(":") + 1));
}

/** Asks with the client for people, as a script does. */
async function byScript(
  node: NodeProcess,
  ...args: readonly string[]
): Promise<Record<string, unknown>> {
  const { code, stdout, stderr } = await runProgram([
    "company-admin",
    ...args,
    ...["--company", "42", "--port", `${portOf(node)}`, "--json"],
  ]);
  strictEqual(code, 0, stderr);
  return JSON.parse(stdout);
}

/** Asks as an administrator. */
async function ask(
  node: NodeProcess,
  opcode: number,
  payload: unknown = {},
): Promise<string> {
  using admin = await FrameClient.connect(portOf(node), "COMPANY 42");
  return await admin.ask(opcode, payload);
}

async function invite(group: ProcessGroup, from: string): Promise<string> {
  const words = ["mesh", "invite", "--data", group.dataOf(from)];
  const end = await runProgram(
    [...words, "--role", "company", "--company", "all"],
    { net: [] },
  );
  strictEqual(end.code, 0, end.stderr);
  return end.stdout.trim();
}

Deno.test({
  name:
    "C-19: a verdict that was decided before its node was killed is sent after it has started again, and by another node at the port",
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    await using group = await createProcessGroup();
    // An office of the business invites the company's nodes.
    await group.start({ name: "office" });
    const one = await invite(group, "office");
    const two = await invite(group, "office");
    let first = await start(group, "first", ["--join", one]);
    const second = await start(group, "second", ["--join", two]);
    await ask(first, 11, { amount: 1000 });
    await ask(first, 12, { amount: 500, "card_id": "7" });
    const office = await FrameClient.connect(portOf(first), "REGIONAL 3");
    await tell(office, { total: 10 });
    await office.expect(5, verdict({ total: 10 }, true));
    // What is behind a confirmation is stored behind it.
    await confirm(office, { total: 10 });
    await tell(office, { total: 20 });
    await office.expect(5, verdict({ total: 20 }, true));
    await until(
      "the other node knows it",
      async () => await ask(second, 10) === '{"saldo_total":970}',
    );
    await first.kill();
    strictEqual(await office.next(), undefined);
    office[Symbol.dispose]();

    first = await start(group, "first");
    using again = await FrameClient.connect(portOf(first), "REGIONAL 3");
    await again.expect(5, verdict({ total: 20 }, true));
    strictEqual(await ask(first, 10), '{"saldo_total":970}');
    await first.kill();

    // Now the office finds the port at another node.
    using other = await FrameClient.connect(portOf(second), "REGIONAL 3");
    await other.expect(5, verdict({ total: 20 }, true));
    await confirm(other, { total: 20 });
    await other.quiet(300);
    const { gastos } = JSON.parse(await ask(second, 16));
    deepStrictEqual(
      gastos.map((it: Record<string, unknown>) => it["monto"]).sort(),
      [10, 20],
    );
  },
});

Deno.test({
  name:
    "C-44: the company's port is off unless it is asked for, and on this machine's addresses alone",
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    await using group = await createProcessGroup();
    const common = [
      ...["company", "--company", "7", "--data", group.dataOf("one")],
      ...["--http", "127.0.0.1:0", "--listen", "/ip4/127.0.0.1/tcp/0"],
      ...["--no-mdns", "--log-level", "error"],
    ];
    const end = await group.refuse([
      ...common,
      "--surface",
      "fleet-company=0.0.0.0:0",
    ]);
    strictEqual(end.code, 2);
    ok(end.stderr.includes("fleet-company"));
    const foreign = await group.refuse([...common, "--fleet-offices", "1-99"]);
    match(foreign.stderr, /--fleet-offices takes off, or the ports/);
    const node = await group.run(common);
    strictEqual(node.ready.surfaces["fleet-company"], undefined);
  },
});

Deno.test({
  name:
    "T31: the smallest installation works: one company's node by itself, one office, one purchase of a liter",
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    await using group = await createProcessGroup();
    const node = await start(group, "only");
    deepStrictEqual(await byScript(node, "charge", "--amount", "20000"), {
      company: 42,
      balance: 20_000,
    });
    using office = await FrameClient.connect(portOf(node), "REGIONAL 0");
    await tell(office, { total: 1_606 });
    await office.expect(5, verdict({ total: 1_606 }, true));
    deepStrictEqual(await byScript(node, "card", "list"), {
      company: 42,
      cards: [{ card: 7, expenses: 1, limit: 394 }],
    });
  },
});
