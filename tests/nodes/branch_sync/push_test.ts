import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { makeStamp, type SpaceId } from "../../../crdt/mod.ts";
import {
  createOriginalCentral,
  type OriginalCentralModel,
} from "../../support/original_central_model.ts";
import { makeLegacySale, makeSale } from "../../support/facts.ts";
import { createForger, ForgedLog } from "../../support/forged_log.ts";
import {
  BREAD,
  createPushingBranch,
  HONEY,
  memoryBranchCentral,
  type MemoryCentral,
  type PushingBranch,
  type PushingBranchOptions,
} from "../../support/pushing_branch.ts";

type Test = (
  branch: PushingBranch,
  central: OriginalCentralModel,
  memory: MemoryCentral,
) => Promise<void>;

const URL_OF_CENTRAL = "http://192.168.1.10:3000";

async function withBranch(
  test: Test,
  options: Partial<PushingBranchOptions> = {},
  central: OriginalCentralModel = createOriginalCentral(),
): Promise<void> {
  const memory = memoryBranchCentral(central);
  const branch = await createPushingBranch({
    centrals: (clock) => [{ url: URL_OF_CENTRAL, port: memory.port(clock) }],
    ...options,
  });
  try {
    await test(branch, central, memory);
  } finally {
    await branch.stop();
  }
}

const bodyOf = (memory: MemoryCentral, at = 0) =>
  JSON.parse(memory.bodies[at] ?? "{}");

/** A sale of another till, under its own number. */
const tillSale = (name: string, receipt: string, quantity = 1) =>
  makeSale(name, { receipt, quantity, date: "2026-11-22" });

Deno.test("C-33: only what was not acknowledged is sent, each sale once, with stock as it is now in every line", () =>
  withBranch(async (branch, central, memory) => {
    const first = await branch.sell({
      lines: [{ product: HONEY, quantity: 2 }, { product: BREAD, quantity: 1 }],
    });
    const second = await branch.sell();
    strictEqual(branch.pusher.pending(), 2);
    strictEqual(await branch.push(), 2);
    strictEqual(branch.pusher.pending(), 0);
    strictEqual(await branch.push(), 0);
    strictEqual(memory.bodies.length, 1);

    const third = await branch.sell();
    strictEqual(await branch.push(), 1);
    deepStrictEqual([...central.sales.keys()], [first, second, third]);
    const { sucursal, ventas } = bodyOf(memory);
    strictEqual(sucursal, "CUS");
    const [line] = ventas[0].Detalles;
    deepStrictEqual(line, {
      "DetalleID": `${first}-1`,
      "ProductoID": HONEY,
      "Cantidad": 2,
      "PrecioUnitario": 12.5,
      "Subtotal": 25,
      "ProductoNombre": "Miel de Ñahui",
      "ProductoCodigo": "CUS",
      "ProductoDescripcion": null,
      "ProductoCategoria": "Abarrotes",
      "ProductoPrecioVenta": 12.5,
      "ProductoStock": 99_997,
    });
    strictEqual(ventas[1].Detalles[0].ProductoStock, 99_997);
    strictEqual(central.products.get(HONEY)?.stock, 99_996);
  }));

Deno.test("C-47: the central is told the wall clock of the site with milliseconds and Z", () =>
  withBranch(async (branch, central) => {
    const at = Date.UTC(2026, 10, 23, 1, 30, 5, 123) * 1000;
    const receipt = await branch.sell({ at });
    await branch.push();
    const { wall } = central.sales.get(receipt) ?? { wall: 0 };
    strictEqual(new Date(wall).toISOString(), "2026-11-22T20:30:05.123Z");
    match(receipt, /^CUS-20261122-/);
  }));

Deno.test("C-10: sales of earlier days are sent too", () =>
  withBranch(async (branch, central) => {
    await branch.sell();
    branch.clock.skew(3 * 86_400_000);
    await branch.sell();
    strictEqual(await branch.push(), 2);
    strictEqual(central.sales.size, 2);
  }));

Deno.test("C-11, C-12: 250 sales of four lines go in several requests, one at a time, within both limits", () =>
  withBranch(async (branch, central, memory) => {
    const lines = [HONEY, BREAD, HONEY, BREAD]
      .map((product) => ({ product, quantity: 1 }));
    for (let i = 0; i < 250; i++) await branch.sell({ lines });
    strictEqual(await branch.push(), 250);
    strictEqual(central.sales.size, 250);
    strictEqual(central.refusedBodies, 0);
    const bytes = memory.bodies.map((body) =>
      new TextEncoder().encode(body).length
    );
    ok(bytes.length >= 3);
    ok(Math.max(...bytes) <= 98_304);
    const counts = memory.bodies.map((_, i) => bodyOf(memory, i).ventas.length);
    ok(Math.max(...counts) <= 100);
    strictEqual(counts.reduce((sum, one) => sum + one, 0), 250);
  }));

Deno.test("C-40: after a crash between acknowledgement and marking the sales are sent again, compared, and counted once", () =>
  withBranch(async (branch, central, memory) => {
    for (let i = 0; i < 3; i++) await branch.sell();
    memory.faults.push("lost_after");
    strictEqual(await branch.push(), "sin respuesta");
    strictEqual(central.sales.size, 3);
    strictEqual(branch.pusher.pending(), 3);

    await branch.crash();
    await branch.until(() => branch.pusher.pending() === 0);
    await branch.until(() => memory.read.length === 3);
    await branch.run(1000);
    strictEqual(central.sales.size, 3);
    strictEqual(central.skipped, 3);
    deepStrictEqual(branch.conflicts, []);
  }));

Deno.test("C-22: a sale that the central has with another content is reported with both versions", () =>
  withBranch(async (branch, central, memory) => {
    const [other, same] = [await branch.sell(), await branch.sell()];
    memory.faults.push("lost_after");
    await branch.push();
    const [sale] = bodyOf(memory).ventas;
    central.deleteSale(other);
    const body = JSON.stringify({
      sucursal: "CUS",
      ventas: [{ ...sale, Total: 99 }],
    });
    central.receive(new TextEncoder().encode(body));
    await branch.until(() => branch.conflicts.length > 0);
    await branch.run(1000);

    strictEqual(branch.conflicts.length, 1);
    const [conflict] = branch.conflicts;
    strictEqual(conflict?.receipt, other);
    strictEqual((conflict.first as { Total: number }).Total, 12.5);
    strictEqual((conflict.second as { Total: number }).Total, 99);
    strictEqual(branch.pusher.pending(), 0);
    deepStrictEqual(memory.read, [other, same]);
  }));

Deno.test("C-22: a central that cannot show what it has still gets what is new", () =>
  withBranch(async (branch, central, memory) => {
    await branch.sell();
    memory.faults.push("lost_after", "none", "busy", "busy", "busy");
    await branch.push();
    match(String(await branch.push()), /503 al comprobar/);
    strictEqual(branch.pusher.pending(), 0);
    const late = await branch.sell();
    memory.faults.length = 0;
    memory.faults.push("none", "busy");
    await branch.run(61_000);
    ok(central.sales.has(late));
    await branch.push();
    await branch.run(61_000);
    strictEqual(await branch.push(), 0);
    deepStrictEqual(branch.conflicts, []);
  }));

Deno.test("C-21: what is voided before it is sent is not sent, what is voided after is told in the log", () =>
  withBranch(async (branch, central) => {
    const [before, after] = [await branch.sell(), await branch.sell()];
    await branch.void(before);
    await branch.run(100);
    strictEqual(branch.pusher.pending(), 1);
    strictEqual(await branch.push(), 1);
    deepStrictEqual([...central.sales.keys()], [after]);
    await branch.void(after);
    await branch.run(100);
    deepStrictEqual(branch.log(), [
      `Venta ${after} anulada después de enviarse: el central la conserva`,
      "1 ventas enviadas a 192.168.1.10:3000",
      `Venta ${before} anulada antes de enviarse: no se envía`,
    ]);
    strictEqual(await branch.push(), 0);
  }));

Deno.test("sales of all tills of the site are sent, also those that arrive late, but none of an original branch", () =>
  withBranch(async (branch, central) => {
    const till = new ForgedLog(createForger("till 2"), "site:CUS" as SpaceId);
    till.add({
      stamp: makeStamp(1, 0),
      facts: [
        tillSale("a", "CUS-20261122-00002001"),
        makeLegacySale("b", { receipt: "CUS-20261122-001" }),
      ],
    });
    await branch.sell();
    await branch.push();
    await branch.hear(till);
    await branch.run(100);
    strictEqual(branch.pusher.pending(), 1);
    strictEqual(await branch.push(), 1);
    ok(central.sales.has("CUS-20261122-00002001"));
    ok(!central.sales.has("CUS-20261122-001"));
  }));

Deno.test("C-45: of two own sales with one number neither is sent, and both are reported once", () =>
  withBranch(async (branch, central) => {
    const receipt = await branch.sell();
    const till = new ForgedLog(createForger("till 2"), "site:CUS" as SpaceId);
    till.add({
      stamp: makeStamp(1, 0),
      facts: [tillSale("a", receipt, 3), tillSale("b", "CUS-20261122-1001")],
    });
    await branch.hear(till);
    strictEqual(await branch.push(), 1);
    deepStrictEqual([...central.sales.keys()], ["CUS-20261122-1001"]);
    deepStrictEqual(branch.conflicts.map((it) => it.receipt), [
      receipt,
      receipt,
    ]);
    strictEqual(branch.pusher.pending(), 2);
    strictEqual(await branch.push(), 0);
    strictEqual(branch.conflicts.length, 2);
  }));

Deno.test("a sale that two tills recorded under one id is sent under one number, whichever copy counts", () =>
  withBranch(async (branch, central, memory) => {
    const [late, early] = ["till 2", "till 3"].map((name) =>
      new ForgedLog(createForger(name), "site:CUS" as SpaceId)
    ) as [ForgedLog, ForgedLog];
    late.add({
      stamp: makeStamp(9, 0),
      facts: [tillSale("a", "CUS-20261122-00009001")],
    });
    early.add({
      stamp: makeStamp(1, 0),
      facts: [tillSale("a", "CUS-20261122-00001001")],
    });
    await branch.hear(late);
    memory.faults.push("lost_after");
    await branch.push();
    await branch.hear(early);
    await branch.until(() => branch.pusher.pending() === 0);
    await branch.run(1000);
    strictEqual(await branch.push(), 0);
    deepStrictEqual([...central.sales.keys()], ["CUS-20261122-00009001"]);
  }));

Deno.test("C-26: a restart neither shortens the minute after a 500 nor forgets three of them", () =>
  withBranch(
    async (branch, central) => {
      await branch.sell();
      match(String(await branch.push()), /^El central respondió 500: /);
      await branch.restart();
      match(String(await branch.push()), /^El central falló hace poco; espere/);
      await branch.run(59_000);
      strictEqual(central.lostConnections, 1);
      await branch.crash();
      await branch.run(3_600_000);
      strictEqual(central.lostConnections, 3);
      await branch.restart(3_600_000);
      strictEqual(branch.pusher.views()[0]?.stopped, true);
      await branch.run(3_600_000);
      strictEqual(central.lostConnections, 3);

      central.addUser(1);
      strictEqual(await branch.push(), 1);
      await branch.restart();
      strictEqual(branch.pusher.views()[0]?.failures, 0);
    },
    {},
    createOriginalCentral({ users: [] }),
  ));

Deno.test("C-26: after a 500 nothing is sent for a minute, after three nothing until a person asks", () =>
  withBranch(
    async (branch, central) => {
      await branch.sell();
      match(String(await branch.push()), /^El central respondió 500: /);
      match(String(await branch.push()), /^El central falló hace poco; espere/);
      await branch.run(59_000);
      strictEqual(central.lostConnections, 1);
      await branch.run(24 * 3_600_000);
      strictEqual(central.lostConnections, 3);
      deepStrictEqual(branch.incidents, ["branch_push_stopped"]);
      strictEqual(branch.pusher.views()[0]?.stopped, true);

      central.addUser(1);
      strictEqual(await branch.push(), 1);
      strictEqual(branch.pusher.views()[0]?.stopped, false);
      strictEqual(central.sales.size, 1);
    },
    {},
    createOriginalCentral({ users: [] }),
  ));

Deno.test("C-31: a central that is away is tried again by itself, and told of in the log once", () =>
  withBranch(async (branch, central, memory) => {
    await branch.sell();
    for (let i = 0; i < 4; i++) memory.faults.push("lost_before");
    strictEqual(await branch.push(), "sin respuesta");
    await branch.run(4900);
    strictEqual(memory.bodies.length, 1);
    await branch.until(() => branch.pusher.pending() === 0);
    strictEqual(memory.bodies.length, 5);
    ok(branch.clock.monotonic() > 75_000);
    await branch.run(100);
    strictEqual(central.sales.size, 1);
    deepStrictEqual(branch.log(), [
      "1 ventas enviadas a 192.168.1.10:3000",
      "!Error al enviar a 192.168.1.10:3000: sin respuesta",
    ]);
  }));

Deno.test("C-26: a code, an amount or a size that the central cannot take is reported and never sent", () =>
  withBranch(async (branch, central, memory) => {
    const price = { units: 10_000_000_000, currency: "PEN", exponent: 2 };
    const large = await branch.sell({
      lines: [{ product: HONEY, quantity: 1, price }],
    });
    const long = await branch.sell({
      lines: Array.from({ length: 450 }, () => ({
        product: HONEY,
        quantity: 1,
      })),
    });
    const fine = await branch.sell();
    strictEqual(await branch.push(), 1);
    deepStrictEqual([...central.sales.keys()], [fine]);
    deepStrictEqual(branch.conflicts.map(({ receipt }) => receipt), [
      large,
      long,
    ]);
    match(branch.conflicts[0]?.reason ?? "", /monto/);
    match(branch.conflicts[1]?.reason ?? "", /tamaño/);
    strictEqual(memory.bodies.length, 1);
    strictEqual(branch.pusher.pending(), 2);
  }));

Deno.test("a site whose code the central does not know is told under the code, user and name that settings give", () =>
  withBranch(
    async (branch, central, memory) => {
      await branch.sell({ seller: { id: "417", name: "Rosa Ñ" } });
      await branch.sell({ seller: { id: "9", name: "蜂 Şule" } });
      strictEqual(await branch.push(), 2);
      const [sale] = [...central.sales.values()];
      match(sale?.id ?? "", /^CUS-20261122-/);
      strictEqual(sale?.site, "CUS");
      const { nombreSucursal, ventas } = bodyOf(memory);
      strictEqual(nombreSucursal, "Cusco 2");
      deepStrictEqual(
        ventas.map((one: Record<string, unknown>) => [
          one["UsuarioID"],
          one["NombreVendedor"],
        ]),
        [[7, "Rosa Ñ"], [1, "? Sule"]],
      );
    },
    {
      site: "CUSCO2",
      settings: {
        branches: { CUSCO2: { name: "Cusco 2" } },
        targets: {
          codes: { CUSCO2: "CUS" },
          users: { "417": 7 },
          user: 1,
          gzip: false,
        },
      },
    },
    createOriginalCentral({ users: [1, 7] }),
  ));

Deno.test("C-32, C-74: all is sent at 23:00 of the site, and what was missed at the start", () =>
  withBranch(async (branch, central) => {
    await branch.sell();
    branch.clock.skew(13 * 3_600_000 - 90_000);
    await branch.run(80_000);
    strictEqual(central.sales.size, 0);
    await branch.run(30_000);
    strictEqual(central.sales.size, 1);

    await branch.sell();
    await branch.restart(23 * 3_600_000);
    await branch.run(1000);
    strictEqual(central.sales.size, 1);
    await branch.restart(3_600_000);
    await branch.run(1000);
    strictEqual(central.sales.size, 2);
  }, { settings: { schedule: { at: "23:00", everyMinutes: null } } }));

Deno.test("C-32: with an interval all is sent every so many minutes", () =>
  withBranch(async (branch, central) => {
    await branch.sell();
    await branch.run(29 * 60_000);
    strictEqual(central.sales.size, 0);
    await branch.run(2 * 60_000);
    strictEqual(central.sales.size, 1);
    await branch.sell();
    await branch.run(31 * 60_000);
    strictEqual(central.sales.size, 2);
  }, { settings: { schedule: { at: "23:00", everyMinutes: 30 } } }));

Deno.test("two centrals are told apart: one that is away holds up nothing of the other", async () => {
  const models = [createOriginalCentral(), createOriginalCentral()];
  const memories = models.map(memoryBranchCentral);
  await withBranch(async (branch) => {
    await branch.sell();
    memories[0]?.faults.push("lost_before");
    strictEqual(await branch.push(), "sin respuesta");
    await branch.run(100);
    deepStrictEqual(models.map(({ sales }) => sales.size), [0, 1]);
    strictEqual(branch.pusher.pending(), 0);
    await branch.until(() => models[0]?.sales.size === 1);
  }, {
    centrals: (clock) =>
      memories.map((memory, i) => ({
        url: `http://central-${i}`,
        port: memory.port(clock),
      })),
  });
});
