/** Reading an original branch over real HTTP for what it never sends. */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import {
  type BranchPuller,
  createBranchPuller,
} from "../../nodes/adapters/branch_puller.ts";
import { nextNightly } from "../../nodes/adapters/nightly.ts";
import { createPuller, type Puller } from "../../nodes/branch_sync/pull.ts";
import { BranchSurface } from "../support/branch_surface.ts";
import {
  createOriginalBranch,
  type OriginalBranchModel,
} from "../support/original_branch_model.ts";

const DAY = Date.UTC(2026, 10, 20, 9);

/** An office that reads one original branch, both over real HTTP. */
async function withBranch(
  body: (office: BranchSurface, branch: OriginalBranchModel) => Promise<void>,
): Promise<void> {
  const branch = createOriginalBranch({
    site: "CUS",
    name: "Cusco",
    central: "http://127.0.0.1:9",
    products: [{
      id: "CUS-PROD-001",
      name: "Coca Cola 2L",
      description: "Gaseosa",
      category: "Bebidas",
      price: 550,
      stock: 100,
    }],
  });
  const seen: string[] = [];
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    ({ method, url }) => {
      const { pathname } = new URL(url);
      seen.push(method);
      if (pathname === "/api/health") {
        return Response.json({ status: "ok", branch: "CUS", name: "Cusco" });
      }
      const { status, body } = branch.get(decodeURIComponent(pathname));
      return new Response(body, { status });
    },
  );
  const sources: { port: BranchPuller; puller?: Puller } = {
    port: createBranchPuller({
      url: `http://127.0.0.1:${server.addr.port}`,
      version: "0.1.0",
    }),
  };
  const office = await BranchSurface.start({
    roles: ["office"],
    pulling: () => sources.puller,
  });
  const { node, useCases, clock } = office.node;
  sources.puller = createPuller({
    replica: node.replica,
    receive: useCases.branchSync.receive,
    clock,
    logger: { log: () => {} },
    timezone: "America/Lima",
    settings: { branches: {} },
    branches: [{ site: null, port: sources.port }],
    nextRun: nextNightly,
  });
  try {
    await body(office, branch);
    ok(seen.every((method) => method === "GET"), "nothing is written there");
  } finally {
    await sources.puller.stop();
    sources.port.close();
    await office[Symbol.asyncDispose]();
    await server.shutdown();
  }
}

Deno.test("C-10: an office reads what a branch never sends, and shows it like what was sent", async () => {
  await withBranch(async (office, branch) => {
    const ids = [0, 1, 2].map((i) =>
      branch.sell({
        wall: DAY + i * 60_000,
        lines: [{ product: "CUS-PROD-001", quantity: 2 }],
      })
    );
    const read = "POST /api/sincronizacion/leer";
    deepStrictEqual(await office.json(read), {
      success: true,
      message: "3 ventas recuperadas",
      ventasRecuperadas: 3,
      ventasEnConflicto: 0,
      ventasBorradasAlli: 0,
    });
    type Sales = {
      ventas: { VentaID: string; Vendedor: string; Total: number }[];
    };
    const { ventas } = await office.json<Sales>("GET /api/ventas");
    deepStrictEqual(
      ventas.map(({ VentaID, Vendedor, Total }) => [VentaID, Vendedor, Total]),
      ids.toReversed().map((id) => [id, "Administrador Cusco", 11]),
    );
    branch.deleteSale(ids[1] ?? "");
    const { ventasBorradasAlli } = await office.json<Record<string, unknown>>(
      read,
    );
    strictEqual(ventasBorradasAlli, 1);
    type Conflicts = {
      conflictos: { ConflictoID: number; VentaID: string; resuelto: boolean }[];
    };
    const list = "GET /api/sincronizacion/conflictos";
    const { conflictos: [conflict] } = await office.json<Conflicts>(list);
    deepStrictEqual([conflict?.VentaID, conflict?.resuelto], [ids[1], false]);
    const path = `POST /api/sincronizacion/conflictos/${conflict?.ConflictoID}`;
    deepStrictEqual(await office.json(path, { nota: "la borraron" }), {
      success: true,
    });
    const { conflictos: [seen] } = await office.json<Conflicts>(list);
    strictEqual(seen?.resuelto, true);
    const wrong = await office.ask("POST /api/sincronizacion/conflictos/99", {
      body: {},
    });
    strictEqual(wrong.status, 404);
  });
});
