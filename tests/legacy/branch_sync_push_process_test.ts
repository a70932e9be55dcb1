import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { money, type ProductId } from "../../crdt/mod.ts";
import {
  type RunningNode,
  startRunningNode,
} from "../../nodes/adapters/running_node.ts";
import { parseRunArgs, resolveConfig } from "../../nodes/config.ts";
import { serveBranchCentral } from "../support/original_branch_central.ts";
import { createOriginalCentral } from "../support/original_central_model.ts";

function start(args: readonly string[]): Promise<RunningNode> {
  const request = parseRunArgs(["branch", "--site", "CUS", ...args], {});
  if (request.kind !== "run") throw new TypeError("it asks for help");
  const config = resolveConfig(request, {
    env: {},
    settings: {
      path: "panal.json",
      text: JSON.stringify({
        "branch-sync": {
          targets: { user: 7 },
          branches: { CUS: { name: "Cusco" } },
        },
      }),
    },
  });
  return startRunningNode(config, { log: () => {} });
}

async function sell({ node }: RunningNode): Promise<string> {
  const price = money(250, "PEN");
  const sold = await node.useCases.recordSale({
    lines: [{ product: "CUS-PROD-001" as ProductId, quantity: 2, price }],
    observation: true,
  });
  if (!sold.ok) throw new TypeError(sold.error.message);
  return sold.value.sale.receipt;
}

Deno.test({
  name:
    "C-32, C-33: a real branch tells the central of its settings, goes on after a restart, and lists conflicts",
  // libp2p keeps a timer and a channel open for a moment after it has stopped.
  sanitizeOps: false,
  sanitizeResources: false,
  fn: tellsAndGoesOn,
});

async function tellsAndGoesOn(): Promise<void> {
  const data = await Deno.makeTempDir();
  const central = createOriginalCentral({ users: [7] });
  const server = serveBranchCentral(central);
  const args = [
    ...["--data", data, "--listen", "/ip4/127.0.0.1/tcp/0", "--no-mdns"],
    ...["--dial", `branch-sync=${server.url}`],
    ...["--dial", `branch-sync=${server.url}/`],
  ];
  try {
    let branch = await start(args);
    await branch.node.useCases.createProduct({
      scope: "site:CUS",
      product: "CUS-PROD-001" as ProductId,
      name: "Pan",
      price: money(250, "PEN"),
    });
    const { branchSync } = branch.node.useCases;
    strictEqual(branchSync.hasTargets, true);
    const first = await sell(branch);
    server.faults.push("die_after");
    const failed = await branchSync.push();
    strictEqual(failed.ok ? "" : failed.error.code, "push_failed");
    strictEqual(branchSync.status().pending, 1);
    strictEqual(branchSync.status().last?.ok, false);
    await branch.stop();

    // Meanwhile the central got another sale under that number.
    const sale = central.sales.get(first);
    central.deleteSale(first);
    const message = {
      sucursal: "CUS",
      ventas: [{
        VentaID: first,
        FechaVenta: new Date(sale?.wall ?? 0).toISOString(),
        Total: 1,
        CodigoSucursal: "CUS",
        UsuarioID: 7,
      }],
    };
    central.receive(new TextEncoder().encode(JSON.stringify(message)));

    branch = await start(args);
    const again = branch.node.useCases.branchSync;
    const second = await sell(branch);
    const done = await again.push();
    ok(done.ok);
    strictEqual(again.status().pending, 0);
    deepStrictEqual([...central.sales.keys()], [first, second]);
    strictEqual(central.sales.get(second)?.user, 7);
    strictEqual(central.sales.get(second)?.total, 500);
    const conflicts = again.conflicts({ limit: 10 }).items;
    deepStrictEqual(
      conflicts.map(({ kind, receipt, resolved }) => [kind, receipt, resolved]),
      [["conflict", first, false]],
    );
    strictEqual(again.status().lastOk?.direction, "sent");
    await branch.stop();
  } finally {
    await server.stop();
    await Deno.remove(data, { recursive: true });
  }
}
