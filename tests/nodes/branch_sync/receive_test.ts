import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import {
  COMMIT_BYTES_MAX,
  createSeededRandom,
  parseProductId,
  parseSiteCode,
  type ProductId,
  SALES,
  type SiteCode,
} from "../../../crdt/mod.ts";
import type { BranchReception } from "../../../nodes/branch_sync/branch_sync_use_cases.ts";
import { META, SYNC_ISSUES } from "../../../nodes/tables.ts";
import {
  EXAMPLE_MESSAGE,
  saidMessage,
  saidSale,
} from "../../support/branch_messages.ts";
import {
  createTestNode,
  type TestNode,
  type TestNodeOptions,
} from "../../support/test_node.ts";

const ADDRESS = "192.168.1.20";
const ABA = parseSiteCode("ABA") as SiteCode;

async function withOffice(
  body: (office: TestNode) => Promise<void>,
  options: TestNodeOptions = {},
): Promise<void> {
  const office = await createTestNode({ roles: ["office"], ...options });
  try {
    await body(office);
  } finally {
    await office.stop();
  }
}

async function receive(
  { useCases }: TestNode,
  message: unknown,
  address: string | null = ADDRESS,
): Promise<BranchReception> {
  const received = await useCases.branchSync.receive({
    body: message,
    address,
  });
  ok(received.ok, JSON.stringify(received));
  return received.value;
}

async function refused(
  { useCases }: TestNode,
  message: unknown,
  sender: { readonly address?: string; readonly key?: string } = {},
): Promise<string> {
  const received = await useCases.branchSync.receive({
    body: message,
    address: ADDRESS,
    ...sender,
  });
  ok(!received.ok);
  return received.error.code;
}

/** Received, duplicate, in conflict, in quarantine. */
function counts(reception: BranchReception): number[] {
  const { received, duplicates, conflicts, quarantined } = reception;
  return [received, duplicates, conflicts.length, quarantined];
}

function stockOf({ useCases }: TestNode, product: string, site = ABA) {
  const found = useCases.product(`site:${site}`, product as ProductId);
  return found?.onHand;
}

function viewOf({ useCases }: TestNode, product: string, site = ABA) {
  return useCases.product(`site:${site}`, parseProductId(product) as ProductId);
}

Deno.test("C-19: the worked example, its replay, and the replay with another total", async () => {
  await withOffice(async (office) => {
    const first = await receive(office, EXAMPLE_MESSAGE);
    deepStrictEqual(first, {
      site: "ABA",
      name: "Abancay",
      received: 2,
      duplicates: 0,
      conflicts: [],
      quarantined: 0,
    });
    deepStrictEqual(counts(await receive(office, EXAMPLE_MESSAGE)), [
      0,
      2,
      0,
      0,
    ]);
    const [one, other] = EXAMPLE_MESSAGE.ventas;
    const changed = {
      ...EXAMPLE_MESSAGE,
      ventas: [one, { ...other, Total: 7 }],
    };
    const third = await receive(office, changed);
    deepStrictEqual(counts(third), [0, 1, 1, 0]);
    deepStrictEqual(third.conflicts, ["ABA-20250304-012"]);
    deepStrictEqual(counts(await receive(office, changed)), [0, 2, 0, 0]);
  });
});

Deno.test("C-46: a received sale stands at the branch's wall clock, in that day's sums", async () => {
  await withOffice(async (office) => {
    await receive(office, EXAMPLE_MESSAGE);
    const [row] = office.node.replica.reader.scan(SALES, { prefix: ["ABA"] });
    strictEqual(row?.["at"], Date.UTC(2025, 2, 4, 23, 5, 10, 317) * 1000);
    strictEqual(row?.["date"], "2025-03-04");
    strictEqual(row?.["offset"], -300);
    const late = saidSale({ number: 50, time: "23:30:00.000" });
    await receive(office, saidMessage([late]));
    const last = office.node.replica.reader.scan(SALES, { prefix: ["ABA"] }).at(
      -1,
    );
    strictEqual(last?.["date"], "2025-03-04");
  });
});

Deno.test("C-17: a seller is the branch's own, whoever has its number here", async () => {
  await withOffice(async (office) => {
    await receive(office, EXAMPLE_MESSAGE);
    const sellers = office.node.replica.reader.scan(SALES, { prefix: ["ABA"] })
      .map((row) => row["seller"]);
    deepStrictEqual(sellers, [
      '["ABA:3","Cajera 3"]',
      '["ABA:1","Administrador Abancay"]',
    ]);
  });
});

Deno.test("C-64: a sale without a seller is received", async () => {
  await withOffice(async (office) => {
    const sale = {
      ...saidSale({ number: 1 }),
      UsuarioID: null,
      NombreVendedor: null,
    };
    deepStrictEqual(counts(await receive(office, saidMessage([sale]))), [
      1,
      0,
      0,
      0,
    ]);
  });
});

Deno.test("C-23: stock is what the branch reports, not moved by its sales; 0 sets 0, nothing leaves it", async () => {
  await withOffice(async (office) => {
    await receive(office, EXAMPLE_MESSAGE);
    strictEqual(stockOf(office, "ABA-PROD-020"), 34);
    strictEqual(stockOf(office, "ABA-PROD-021"), 0);
    const said = (number: number, stock: number | null | undefined) =>
      saidMessage([saidSale({
        number,
        time: `20:${number}:00.000`,
        products: [{
          id: "ABA-PROD-020",
          ...(stock === undefined ? {} : { stock }),
        }],
      })]);
    await receive(office, said(20, undefined));
    await receive(office, said(21, null));
    strictEqual(stockOf(office, "ABA-PROD-020"), 34);
    await receive(office, said(22, 0));
    strictEqual(stockOf(office, "ABA-PROD-020"), 0);
  });
});

Deno.test("C-23: an older message never overwrites what a newer one said", async () => {
  await withOffice(async (office) => {
    const said = (number: number, stock: number, name: string, price: number) =>
      saidMessage([saidSale({ number, products: [{ stock, name, price }] })]);
    await receive(office, said(30, 5, "Leche nueva", 3));
    await receive(office, said(20, 99, "Leche vieja", 2));
    const product = viewOf(office, "ABA-PROD-001");
    strictEqual(product?.onHand, 5);
    strictEqual(product?.name, "Leche nueva");
    strictEqual(product?.price?.units, 300);
  });
});

Deno.test("C-40: a resend of known sales brings newer stock", async () => {
  await withOffice(async (office) => {
    const said = (stock: number) =>
      saidMessage([saidSale({ number: 1, products: [{ stock }] })]);
    await receive(office, said(10));
    deepStrictEqual(counts(await receive(office, said(7))), [0, 1, 0, 0]);
    strictEqual(stockOf(office, "ABA-PROD-001"), 7);
    await receive(office, said(10));
    strictEqual(stockOf(office, "ABA-PROD-001"), 10);
    await receive(office, said(7));
    strictEqual(stockOf(office, "ABA-PROD-001"), 7);
  });
});

Deno.test("C-24: a price that is not said stays; a discount in a line is no list price", async () => {
  await withOffice(async (office) => {
    const said = (number: number, price: number | null) =>
      saidMessage([saidSale({ number, products: [{ stock: 1, price }] })]);
    await receive(office, said(1, 4));
    await receive(office, said(2, null));
    await receive(office, said(3, 0));
    strictEqual(viewOf(office, "ABA-PROD-001")?.price?.units, 400);
    await receive(office, said(4, 4.5));
    strictEqual(viewOf(office, "ABA-PROD-001")?.price?.units, 450);
  });
});

Deno.test("C-25: name, description and category follow newer messages", async () => {
  await withOffice(async (office) => {
    await receive(office, EXAMPLE_MESSAGE);
    const before = viewOf(office, "ABA-PROD-020");
    strictEqual(before?.name, "Yogurt 1L");
    deepStrictEqual(before?.details, {
      description: "Fresa",
      category: "Lacteos",
    });
    const [first] = EXAMPLE_MESSAGE.ventas;
    const line = {
      ...first?.Detalles[0],
      ProductoNombre: "Yogurt <b>2L</b>",
      ProductoDescripcion: "",
    };
    const sale = {
      ...first,
      VentaID: "ABA-20250304-013",
      FechaVenta: "2025-03-04T19:00:00.000Z",
      Detalles: [line],
    };
    await receive(office, saidMessage([sale]));
    const after = viewOf(office, "ABA-PROD-020");
    strictEqual(after?.name, "Yogurt <b>2L</b>");
    deepStrictEqual(after?.details, { category: "Lacteos" });
  });
});

Deno.test("C-23: a message sets nothing of another branch's products", async () => {
  await withOffice(async (office) => {
    const cus = saidSale({
      branch: "CUS",
      number: 1,
      products: [{ stock: 50 }],
    });
    await receive(office, saidMessage([cus], "CUS"));
    const aba = saidSale({
      number: 1,
      products: [{ id: "CUS-PROD-001", stock: 1, price: 9, name: "x" }],
    });
    deepStrictEqual(counts(await receive(office, saidMessage([aba]))), [
      1,
      0,
      0,
      0,
    ]);
    const product = viewOf(office, "CUS-PROD-001", parseSiteCode("CUS"));
    strictEqual(product?.onHand, 50);
    strictEqual(product?.name, "Leche");
    strictEqual(product?.price?.units, 250);
    strictEqual(viewOf(office, "CUS-PROD-001"), undefined);
  });
});

Deno.test("C-14: products beside the sales are snapshots too", async () => {
  await withOffice(async (office) => {
    const productos = [
      { ProductoID: "ABA-PROD-077", Nombre: "Sal", Precio: 1.5, Stock: 8 },
      { ProductoID: "CUS-PROD-077", Nombre: "x", Precio: 1.5, Stock: 8 },
    ];
    await receive(office, { ...saidMessage([]), productos });
    const product = viewOf(office, "ABA-PROD-077");
    deepStrictEqual([product?.onHand, product?.price?.units], [8, 150]);
    strictEqual(viewOf(office, "CUS-PROD-077"), undefined);
  });
});

Deno.test("C-40: a report that the disk refused is taken when it comes again", async () => {
  await withOffice(async (office) => {
    const said = (version: string, stock: number) =>
      saidMessage([saidSale({ number: 1 }), {
        ...saidSale({ number: stock, time: version }),
        Detalles: [{
          ProductoID: "ABA-PROD-020",
          Cantidad: 1,
          PrecioUnitario: 2.5,
          ProductoStock: stock,
        }],
      }]);
    await receive(office, said("10:00:00.000", 50));
    office.disk.failNextSync();
    await rejects(receive(office, said("11:00:00.000", 40)));
    strictEqual(stockOf(office, "ABA-PROD-020"), 50);
    await receive(office, said("11:00:00.000", 40));
    strictEqual(stockOf(office, "ABA-PROD-020"), 40);
    // What is older is not believed any more, also by who has read it before.
    await receive(office, said("10:30:00.000", 30));
    strictEqual(stockOf(office, "ABA-PROD-020"), 40);
  });
});

Deno.test("C-20: a reused number keeps both sales, is reported, and is settled by a person", async () => {
  await withOffice(async (office) => {
    const { branchSync } = office.useCases;
    await receive(office, saidMessage([saidSale({ number: 7 })]));
    const other = saidSale({ number: 7, quantity: 2, time: "21:00:00.000" });
    const reception = await receive(office, saidMessage([other]));
    deepStrictEqual(reception.conflicts, ["ABA-20250304-007"]);
    const { items } = branchSync.conflicts({ limit: 10 });
    strictEqual(items.length, 1);
    strictEqual(items[0]?.kind, "conflict");
    strictEqual(items[0]?.resolved, false);
    deepStrictEqual(
      [items[0]?.first, items[0]?.second].map((one) =>
        (one as { total: number }).total
      ),
      [2.5, 5],
    );
    const logged = branchSync.log({ limit: 10 }).items;
    ok(
      logged.some(({ ok, message }) =>
        !ok && message.includes("ABA-20250304-007")
      ),
    );
    const number = items[0]?.number ?? 0;
    const resolved = await branchSync.resolveConflict({
      number,
      note: "dos ventas",
    });
    ok(resolved.ok && resolved.value.fact !== null);
    strictEqual(branchSync.conflicts({ limit: 10 }).items[0]?.resolved, true);
    const unknown = await branchSync.resolveConflict({ number: 99, note: "" });
    strictEqual(unknown.ok ? "" : unknown.error.code, "not_found");
    const third = saidSale({ number: 7, quantity: 3, time: "22:00:00.000" });
    await receive(office, saidMessage([third]));
    deepStrictEqual(
      branchSync.conflicts({ limit: 10 }).items.map(({ resolved }) => resolved),
      [false, true],
    );
  });
});

Deno.test("C-20: a number shows first what was recorded first, also where the other says that it is older", async () => {
  await withOffice(async (office) => {
    await receive(office, saidMessage([saidSale({ number: 7 })]));
    const older = saidSale({ number: 7, quantity: 2, time: "00:00:01.000" });
    await receive(office, saidMessage([older]));
    const shown = office.useCases.tills.salesWithReceipt("ABA-20250304-007");
    deepStrictEqual(shown.map(({ total }) => total.units), [250, 500]);
  });
});

Deno.test("C-20: one number twice in a message is a duplicate or a conflict like any other", async () => {
  await withOffice(async (office) => {
    const sale = saidSale({ number: 1 });
    const message = saidMessage([sale, sale, { ...sale, Total: 9 }]);
    deepStrictEqual(counts(await receive(office, message)), [1, 1, 1, 0]);
  });
});

Deno.test("C-20: the number of a sale made here with other content is a conflict, with the same a duplicate", async () => {
  const branch = await createTestNode({ site: "CUS" });
  const product = parseProductId("CUS-PROD-001") as ProductId;
  const sold = await branch.useCases.recordSale({
    lines: [{
      product,
      quantity: 2,
      price: { units: 250, currency: "PEN", exponent: 2 },
    }],
    observation: true,
  });
  ok(sold.ok, JSON.stringify(sold));
  const { receipt, at } = sold.value.sale;
  const wall = new Date(Math.floor(at / 1000) - 5 * 3_600_000).toISOString();
  const told = {
    VentaID: receipt,
    FechaVenta: wall,
    Total: 5,
    Detalles: [{
      ProductoID: product,
      Cantidad: 2,
      PrecioUnitario: 2.5,
      Subtotal: 5,
    }],
  };
  const message = (sale: unknown) => saidMessage([sale], "CUS");
  deepStrictEqual(counts(await receive(branch, message(told))), [0, 1, 0, 0]);
  const other = { ...told, Total: 6 };
  deepStrictEqual(counts(await receive(branch, message(other))), [0, 0, 1, 0]);
  const [conflict] = branch.useCases.branchSync.conflicts({ limit: 5 }).items;
  strictEqual(conflict?.receipt, receipt);
  await branch.stop();
});

Deno.test("C-27: one bad sale does not block the others, and is kept as it came", async () => {
  await withOffice(async (office) => {
    const bad = {
      ...saidSale({ number: 2 }),
      Total: "mucho",
      extra: "'; DROP TABLE",
    };
    const message = saidMessage([saidSale({ number: 1 }), bad, null]);
    deepStrictEqual(counts(await receive(office, message)), [1, 0, 0, 2]);
    deepStrictEqual(counts(await receive(office, message)), [0, 1, 0, 2]);
    const { items } = office.useCases.branchSync.conflicts({ limit: 10 });
    deepStrictEqual(items.map(({ kind, second }) => [kind, second]), [
      ["quarantine", null],
      ["quarantine", bad],
    ]);
  });
});

Deno.test("C-09: without a list loopback and private networks may send, each for itself", async () => {
  await withOffice(async (office) => {
    for (
      const address of ["127.0.0.1", "::1", "10.1.2.3", "::ffff:192.168.1.9"]
    ) {
      await receive(office, saidMessage([]), address);
    }
    strictEqual(
      await refused(office, saidMessage([]), { address: "8.8.8.8" }),
      "sender_unknown",
    );
    const foreign = saidMessage([saidSale({ branch: "CUS", number: 1 })]);
    deepStrictEqual(counts(await receive(office, foreign)), [0, 0, 0, 1]);
    const kinds = office.useCases.incidents({ limit: 10 }).items.map((
      { kind },
    ) => kind);
    deepStrictEqual(kinds.toSorted(), [
      "branch_sync_open",
      "branch_sync_sender_unknown",
    ]);
  });
});

Deno.test("C-09: a list names address, branch and key", async () => {
  const senders = [
    { site: ABA, address: "192.168.1.0/24", key: "correct horse" },
    { site: parseSiteCode("CUS") as SiteCode, address: "192.168.2.7" },
    { site: "*" as const, address: "10.0.0.1" },
  ];
  await withOffice(async (office) => {
    const message = saidMessage([saidSale({ number: 1 })]);
    strictEqual(await refused(office, message), "sender_unknown");
    strictEqual(
      await refused(office, message, { key: "wrong horse" }),
      "sender_unknown",
    );
    strictEqual(
      await refused(office, message, { address: "192.168.2.7" }),
      "sender_unknown",
    );
    strictEqual(
      await refused(office, message, { address: "127.0.0.1" }),
      "sender_unknown",
    );
    const received = await office.useCases.branchSync.receive({
      body: message,
      address: ADDRESS,
      key: "correct horse",
    });
    ok(received.ok);
    strictEqual(received.value.received, 1);
    const mixed = saidMessage([
      saidSale({ number: 2 }),
      saidSale({ branch: "CUS", number: 2 }),
    ]);
    deepStrictEqual(counts(await receive(office, mixed, "10.0.0.1")), [
      2,
      0,
      0,
      0,
    ]);
    const lied = saidMessage([
      { ...saidSale({ branch: "CUS", number: 3 }), CodigoSucursal: "ABA" },
    ], "CUS");
    deepStrictEqual(counts(await receive(office, lied, "192.168.2.7")), [
      0,
      0,
      0,
      1,
    ]);
  }, { branchSync: { senders } });
});

Deno.test("C-18: an unknown branch is listed as pending until settings name it", async () => {
  await withOffice(async (office) => {
    await receive(
      office,
      saidMessage([saidSale({ branch: "AQP", number: 1 })], "AQP"),
    );
    const [branch] = office.useCases.branchSync.branches();
    deepStrictEqual(branch, {
      site: "AQP",
      name: "Sucursal AQP",
      city: null,
      lastSync: branch?.lastSync,
      state: "pending",
    });
    ok((branch?.lastSync ?? 0) > 0);
  });
  await withOffice(async (office) => {
    await receive(office, saidMessage([], "ABA"));
    const [branch] = office.useCases.branchSync.branches();
    deepStrictEqual([branch?.state, branch?.city], ["active", "Abancay"]);
  }, { branchSync: { branches: { ABA: { city: "Abancay" } } } });
});

Deno.test("C-42: a code is data: any of letters and digits may send", async () => {
  await withOffice(async (office) => {
    for (const code of ["AQP", "XYZ", "SUR2"]) {
      const sale = saidSale({ branch: code, number: 1 });
      deepStrictEqual(
        counts(await receive(office, saidMessage([sale], code))),
        [1, 0, 0, 0],
      );
    }
  });
});

Deno.test("C-34: a branch takes messages too; what it may not write goes into quarantine", async () => {
  const branch = await createTestNode({
    site: "CUS",
    grants: [
      { pattern: "site:CUS", verbs: ["read", "write", "price"] },
      { pattern: "mesh", verbs: ["read", "write"] },
    ],
  });
  const own = saidMessage([saidSale({ branch: "CUS", number: 1 })], "CUS");
  deepStrictEqual(counts(await receive(branch, own)), [1, 0, 0, 0]);
  deepStrictEqual(counts(await receive(branch, EXAMPLE_MESSAGE)), [0, 0, 0, 2]);
  const [first] = branch.useCases.branchSync.conflicts({ limit: 1 }).items;
  ok(first?.reason.includes("no puede escribir ventas de ABA"));
  await branch.stop();
});

Deno.test("C-44: sale 1,001 of a day, and number 100,000", async () => {
  await withOffice(async (office) => {
    const numbers = [999, 1000, 1001, 100_000];
    const message = saidMessage(numbers.map((number) => saidSale({ number })));
    deepStrictEqual(counts(await receive(office, message)), [4, 0, 0, 0]);
    deepStrictEqual(counts(await receive(office, message)), [0, 4, 0, 0]);
  });
});

Deno.test("C-48: a clock that the zone explains is flagged, and the sale kept", async () => {
  await withOffice(async (office) => {
    const sale = {
      ...saidSale({ number: 1 }),
      FechaVenta: "2025-03-05T01:00:00Z",
    };
    await receive(office, saidMessage([sale]));
    const [row] = office.node.replica.reader.scan(SALES, { prefix: ["ABA"] });
    ok(String(row?.["terms"]).includes('"clockDoubt":true'));
    strictEqual(row?.["date"], "2025-03-05");
  });
  await withOffice(async (office) => {
    const sale = {
      ...saidSale({ number: 1 }),
      FechaVenta: "2025-03-05T01:00:00Z",
    };
    await receive(office, saidMessage([sale]));
    const [row] = office.node.replica.reader.scan(SALES, { prefix: ["ABA"] });
    strictEqual(row?.["date"], "2025-03-04");
    ok(!String(row?.["terms"]).includes("clockDoubt"));
  }, { branchSync: { branches: { ABA: { fechaVentaZ: "utc" } } } });
});

Deno.test("C-62: a customer is kept", async () => {
  await withOffice(async (office) => {
    const sale = {
      ...saidSale({ number: 1 }),
      ClienteNombre: "Luz",
      ClienteDNI: "12345678",
    };
    await receive(office, saidMessage([sale]));
    const [row] = office.node.replica.reader.scan(SALES, { prefix: ["ABA"] });
    ok(
      String(row?.["terms"]).includes(
        '"customer":{"name":"Luz","document":"12345678"}',
      ),
    );
  });
});

Deno.test("C-22: every sale ends in one state, whatever the message", async () => {
  await withOffice(async (office) => {
    await receive(office, saidMessage([saidSale({ number: 1 })]));
    const message = saidMessage([
      saidSale({ number: 1 }),
      saidSale({ number: 1, quantity: 4 }),
      saidSale({ number: 2 }),
      {},
    ]);
    deepStrictEqual(counts(await receive(office, message)), [1, 1, 1, 1]);
    const [row] = office.useCases.branchSync.log({ limit: 1 }).items;
    strictEqual(
      row?.message,
      "1 ventas recibidas de Sucursal ABA, 1 duplicadas, 1 en conflicto, 1 en cuarentena",
    );
    deepStrictEqual([row?.site, row?.records, row?.direction], [
      "ABA",
      1,
      "received",
    ]);
  });
});

Deno.test("C-40: a message of many transactions, cut off by a full disk, is completed by its resend", async () => {
  await withOffice(async (office) => {
    const sales = Array.from(
      { length: 1_500 },
      (_, i) =>
        saidSale({
          number: i + 1,
          products: [{ id: `ABA-PROD-${i % 700}`, stock: i }],
        }),
    );
    const message = saidMessage(sales);
    await receive(office, saidMessage([]));
    office.disk.failNextSync(Infinity, 1);
    await rejects(receive(office, message), { code: /^store_/ });
    office.disk.failNextSync(0);
    const [received = 0, duplicates = 0] = counts(
      await receive(office, message),
    );
    strictEqual(received + duplicates, 1_500);
    ok(received > 0 && duplicates > 0, `${duplicates} were stored before`);
    strictEqual(office.node.replica.reader.count(SALES), 1_500);
    // Sale 706 is the latest of its product by the clock.
    strictEqual(stockOf(office, "ABA-PROD-5"), 705);
  });
});

Deno.test("C-40: a sale of a thousand lines is no different", async () => {
  await withOffice(async (office) => {
    const products = Array.from({ length: 1_000 }, (_, i) => ({
      id: `ABA-PROD-${i}`,
      stock: i,
    }));
    const message = saidMessage([saidSale({ number: 1, products })]);
    deepStrictEqual(counts(await receive(office, message)), [1, 0, 0, 0]);
    strictEqual(stockOf(office, "ABA-PROD-999"), 999);
  });
});

Deno.test("C-11: a large message of long names becomes commits that every peer takes", async () => {
  await withOffice(async (office) => {
    const lengths: number[] = [];
    office.node.replica.listen({
      written: (commits) =>
        lengths.push(...commits.map(({ body }) => body.length)),
      taken: () => {},
      changed: () => {},
      incident: () => {},
    });
    const name = "ñ€".repeat(50);
    const sales = Array.from({ length: 120 }, (_, i) => ({
      ...saidSale({
        number: i + 1,
        products: Array.from({ length: 50 }, (_, line) => ({
          id: `ABA-PROD-${(i * 50 + line) % 400}`,
          name,
          stock: line,
        })),
      }),
      ClienteNombre: name,
    }));
    const message = saidMessage(sales);
    const both = await Promise.all([
      receive(office, message),
      receive(
        office,
        saidMessage(sales.map((sale) => ({ ...sale, Total: 1 }))),
      ),
    ]);
    const [received = 0, duplicates = 0, conflicts = 0] = both.map(counts)
      .reduce((sums, one) => sums.map((sum, i) => sum + (one[i] ?? 0)));
    deepStrictEqual([received, duplicates, conflicts], [120, 0, 120]);
    ok(lengths.length > 3);
    ok(Math.max(...lengths) < COMMIT_BYTES_MAX, `${Math.max(...lengths)}`);
    strictEqual(stockOf(office, "ABA-PROD-399"), 49);
  });
});

Deno.test("receive() refuses what is no message", async () => {
  await withOffice(async (office) => {
    for (const body of [null, [], { sucursal: "ABA" }, "x"]) {
      strictEqual(await refused(office, body), "request_invalid");
    }
  });
});

Deno.test("receive() refuses a message that the quarantine has no room for, and writes nothing of it", async () => {
  await withOffice(async (office) => {
    office.node.replica.transact((writer) => {
      writer.put(META, {
        name: "branch_sync_issues",
        value: JSON.stringify({ next: 10_000, rows: 9_999, bytes: 0 }),
      });
    });
    const message = saidMessage([saidSale({ number: 1 }), {}, null]);
    strictEqual(await refused(office, message), "overloaded");
    strictEqual(office.node.replica.reader.count(SALES), 0);
    strictEqual(office.node.replica.reader.count(SYNC_ISSUES), 0);
    const less = saidMessage([saidSale({ number: 1 }), {}]);
    deepStrictEqual(counts(await receive(office, less)), [1, 0, 0, 1]);
  });
});

Deno.test("C-26: what the disk refuses is not half there, and the next message is taken", async () => {
  await withOffice(async (office) => {
    await receive(office, saidMessage([]));
    office.disk.failNextSync();
    await rejects(receive(office, EXAMPLE_MESSAGE), { code: "store_failed" });
    strictEqual(office.node.replica.reader.count(SALES), 0);
    strictEqual(office.useCases.branchSync.log({ limit: 5 }).items.length, 1);
    deepStrictEqual(counts(await receive(office, EXAMPLE_MESSAGE)), [
      2,
      0,
      0,
      0,
    ]);
  });
});

Deno.test("C-30: what was answered is there after a loss of power", async () => {
  const office = await createTestNode({ roles: ["office"] });
  await receive(office, EXAMPLE_MESSAGE);
  office.node.replica.abandon();
  office.disk.crash(createSeededRandom(3));
  const again = await createTestNode({ roles: ["office"], disk: office.disk });
  deepStrictEqual(counts(await receive(again, EXAMPLE_MESSAGE)), [0, 2, 0, 0]);
  strictEqual(stockOf(again, "ABA-PROD-020"), 34);
  await again.stop();
  await office.stop();
});
