/**
 * The button of the installed screens: a branch tells its original centrals, over real HTTP on both sides.
 *
 * @module
 */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { createSeededRandom, type SiteCode } from "../../crdt/mod.ts";
import { createCentralPusher } from "../../nodes/adapters/central_pusher.ts";
import { nextNightly } from "../../nodes/adapters/nightly.ts";
import { branchSyncDefaults } from "../../nodes/branch_sync/branch_sync_settings.ts";
import { createPusher, type Pusher } from "../../nodes/branch_sync/push.ts";
import { BranchSurface } from "../support/branch_surface.ts";
import {
  type BranchCentralServer,
  serveBranchCentral,
} from "../support/original_branch_central.ts";
import {
  createOriginalCentral,
  type OriginalCentralModel,
} from "../support/original_central_model.ts";

type Json = Record<string, unknown>;

const EXECUTE = "POST /api/sincronizacion/ejecutar";

/** A branch that its screens ask, and installed centrals behind real ports. */
interface Place {
  readonly branch: BranchSurface;
  readonly centrals: readonly OriginalCentralModel[];
  readonly servers: readonly BranchCentralServer[];
}

async function withCentrals(
  count: number,
  test: (place: Place) => Promise<void>,
): Promise<void> {
  const centrals = Array.from({ length: count }, () => createOriginalCentral());
  const servers = centrals.map((central) => serveBranchCentral(central));
  const sending: { pusher?: Pusher } = {};
  const branch = await BranchSurface.start({
    sending: () =>
      sending.pusher === undefined
        ? undefined
        : { ...sending.pusher, hasTargets: true },
  });
  const { node } = branch;
  const targets = servers.map(({ url }) => ({
    url,
    port: createCentralPusher({ url, version: "0.1.0", gzip: false }),
  }));
  const pusher = sending.pusher = createPusher({
    replica: node.node.replica,
    clock: node.clock,
    random: createSeededRandom(1),
    logger: { log: () => {} },
    site: "CUS" as SiteCode,
    timezone: "America/Lima",
    settings: branchSyncDefaults(["branch"]),
    centrals: targets,
    nextRun: nextNightly,
    report: () => {},
    incident: () => {},
  });
  await pusher.start();
  try {
    await test({ branch, centrals, servers });
  } finally {
    await pusher.stop();
    await branch[Symbol.asyncDispose]();
    for (const { port } of targets) port.close();
    for (const server of servers) await server.stop();
  }
}

async function statusOf(branch: BranchSurface): Promise<Json> {
  const { status } = await branch.json<{ status: Json }>(
    "GET /api/sincronizacion/estado",
  );
  return status;
}

Deno.test("P-8, C-35, C-36: the button sends what no central has, the status counts it, the log says so", () =>
  withCentrals(
    1,
    async ({ branch, centrals: [central], servers: [server] }) => {
      const id = await branch.addProduct({ Stock: 500, PrecioVenta: 2.5 });
      const numbers: string[] = [];
      for (let i = 0; i < 3; i++) numbers.push(await branch.sell([id, i + 1]));
      strictEqual((await statusOf(branch))["ventasPendientes"], 3);

      const done = await branch.json<Json>(EXECUTE);
      deepStrictEqual([done["success"], done["ventasSincronizadas"]], [
        true,
        3,
      ]);
      strictEqual(typeof done["message"], "string");
      deepStrictEqual([...central?.sales.keys() ?? []].toSorted(), numbers);
      strictEqual(central?.refusedBodies, 0);
      for (const { total } of central.sales.values()) ok(total > 0);
      const status = await statusOf(branch);
      strictEqual(status["ventasPendientes"], 0);
      const { Estado: state, TipoSincronizacion: kind } =
        status["ultimaSincronizacion"] as Json;
      deepStrictEqual([state, kind], ["EXITOSA", "ENVIO"]);

      const requests = server?.arrived.length;
      const nothing = await branch.json<Json>(EXECUTE);
      deepStrictEqual([nothing["success"], nothing["ventasSincronizadas"]], [
        true,
        0,
      ]);
      strictEqual(server?.arrived.length, requests);
    },
  ));

Deno.test("C-35: a central that fails is told of in the usual form, the log names the fault, and nothing is lost", () =>
  withCentrals(
    1,
    async ({ branch, centrals: [central], servers: [server] }) => {
      const id = await branch.addProduct();
      await branch.sell([id, 1]);
      server?.faults.push("nonsense_before");
      const refused = await branch.ask(EXECUTE);
      strictEqual(refused.status, 502);
      deepStrictEqual(Object.keys(refused.json() as Json), [
        "success",
        "error",
      ]);
      const status = await statusOf(branch);
      strictEqual(status["ventasPendientes"], 1);
      strictEqual((status["ultimaSincronizacion"] as Json)["Estado"], "ERROR");
      strictEqual(
        (await branch.json<Json>("GET /api/stats"))["sincronizacion"],
        "Error",
      );
      branch.node.clock.advance(60_000);
      const done = await branch.json<Json>(EXECUTE);
      strictEqual(done["success"], true);
      strictEqual(central?.sales.size, 1);
      match(String((await statusOf(branch))["ventasPendientes"]), /^0$/);
    },
  ));

Deno.test("C-41: an original central is one more place to tell: of two each gets every sale, and the branch needs neither", () =>
  withCentrals(2, async ({ branch, centrals }) => {
    const id = await branch.addProduct();
    for (let i = 0; i < 2; i++) await branch.sell([id, 1]);
    await branch.json(EXECUTE);
    for (const { sales } of centrals) strictEqual(sales.size, 2);
    await branch.sell([id, 1]);
    const { ventas } = await branch.json<Json>("GET /api/stats");
    strictEqual(ventas, 3);
  }));
