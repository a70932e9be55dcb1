/** The views for those who know the older database, read as they would read them: read-only, beside the node. */
import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import {
  money,
  parseProductId,
  parseSiteCode,
  type ProductId,
} from "../../../crdt/mod.ts";
import { DIRECTORY } from "../../../crdt/directory.ts";
import { idBytes, saleFold, SALES } from "../../../crdt/sales.ts";
import { branchViews } from "../../../nodes/adapters/branch_views.ts";
import { openSqliteStore } from "../../../nodes/adapters/sqlite_store.ts";
import { appendSyncLog } from "../../../nodes/branch_sync/sync_log.ts";
import type { Store } from "../../../nodes/ports.ts";
import {
  BRANCH_PUSH_LOGS,
  BRANCH_PUSHES,
  NODE_TABLES,
  SCHEMA_VERSION,
  SYNC_BRANCHES,
} from "../../../nodes/tables.ts";
import { makeSale, placeFact } from "../../support/facts.ts";
import { MemoryRows } from "../../support/memory_rows.ts";
import { createTestNode, type TestNode } from "../../support/test_node.ts";

/** Wall time of the tests: 19:30 in Lima, already the next day in UTC. */
const NOW_MS = Date.UTC(2025, 2, 5, 0, 30, 1, 7);
const LIMA = { offsetMinutes: -300 };

const ref = (text: string) => parseProductId(text) as ProductId;
const BREAD = ref("CUS-PROD-002");

interface Opened extends TestNode {
  /** What a query gives, as another program reads it. */
  query(sql: string): unknown[];
  /** The store's file. */
  readonly path: string;
}

function openStore(path: string, offsetMinutes = LIMA.offsetMinutes): Store {
  return openSqliteStore(path, {
    tables: NODE_TABLES,
    version: SCHEMA_VERSION,
    views: branchViews({ offsetMinutes }),
  });
}

function query(path: string, sql: string): unknown[] {
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    return database.prepare(sql).all().map((row) => ({ ...row }));
  } finally {
    database.close();
  }
}

async function withNode(
  body: (node: Opened) => Promise<void>,
  options: { site?: string; roles?: string[] } = {},
): Promise<void> {
  const folder = await Deno.makeTempDir();
  const path = join(folder, "node.db");
  const node = await createTestNode({
    ...options,
    startMs: NOW_MS,
    openStore: () => openStore(path),
  });
  try {
    await body({ ...node, path, query: (sql) => query(path, sql) });
  } finally {
    await node.stop();
    await Deno.remove(folder, { recursive: true });
  }
}

async function addBread({ useCases }: TestNode): Promise<void> {
  const made = await useCases.createProduct({
    scope: "site:CUS",
    product: BREAD,
    name: "Pan Frances",
    price: money(50, "PEN"),
    stock: 200,
    details: {
      description: "Pan del dia",
      cost: "0.30 PEN",
      category: "Panaderia",
      minimum: 0,
    },
  });
  ok(made.ok);
}

async function sell(
  { useCases }: TestNode,
) {
  const sold = await useCases.recordSale({
    lines: [{ product: BREAD, quantity: 3 }],
  });
  ok(sold.ok, JSON.stringify(sold));
  return sold.value.sale;
}

/** Puts a sale of an original branch into the rows, as its fold does. */
function putSale(
  store: Store,
  name: string,
  fields: Readonly<Record<string, unknown>>,
): void {
  const rows = new MemoryRows();
  saleFold.add(rows, placeFact(makeSale(name, fields), { log: 9 }));
  store.write((writer) => {
    for (const row of rows.scan(SALES)) writer.put(SALES, row);
  });
}

Deno.test("Ventas and DetalleVenta show a sale as the older database has it, while the node runs", async () => {
  await withNode(async (node) => {
    await addBread(node);
    const sale = await sell(node);
    const [found] = node.query("SELECT * FROM Ventas");
    deepStrictEqual(found, {
      VentaID: sale.receipt,
      CodigoSucursal: "CUS",
      ClienteNombre: null,
      ClienteDNI: null,
      Total: 1.5,
      FechaVenta: "2025-03-04 19:30:01.007",
      UsuarioID: null,
      Sincronizada: 0,
      FechaSincronizacion: null,
      NombreVendedor: null,
    });
    deepStrictEqual(node.query("SELECT * FROM DetalleVenta"), [{
      DetalleID: `${sale.receipt}-1`,
      VentaID: sale.receipt,
      ProductoID: BREAD,
      Cantidad: 3,
      PrecioUnitario: 0.5,
      Subtotal: 1.5,
      ProductoNombre: "Pan Frances",
    }]);
  });
});

Deno.test("Productos shows price, cost and stock on hand, and one row a product", async () => {
  await withNode(async (node) => {
    await addBread(node);
    await sell(node);
    const price = money(60, "PEN");
    const set = await node.useCases.setPrice({
      scope: "site:CUS",
      product: BREAD,
      price,
      effectiveAt: (NOW_MS + 1000) * 1000,
    });
    ok(set.ok);
    deepStrictEqual(node.query("SELECT * FROM Productos"), [{
      ProductoID: BREAD,
      CodigoSucursal: "CUS",
      Nombre: "Pan Frances",
      Descripcion: "Pan del dia",
      Imagen: null,
      PrecioCompra: 0.3,
      PrecioVenta: 0.6,
      Stock: 197,
      StockMinimo: 0,
      Categoria: "Panaderia",
      FechaCreacion: "2025-03-04 19:30:01.007",
      FechaModificacion: null,
      Sincronizado: 0,
      CodigoBarras: null,
    }]);
  });
});

Deno.test("Productos has no product that was removed, and the mesh's where the site has none", async () => {
  await withNode(async (node) => {
    const { useCases } = node;
    await addBread(node);
    const add = { product: ref("honey"), name: "Miel" };
    ok((await useCases.createProduct({ ...add, scope: "mesh" })).ok);
    await useCases.removeProduct({ scope: "site:CUS", product: BREAD });
    await useCases.removeProduct({ scope: "mesh", product: BREAD });
    const sql =
      "SELECT ProductoID, CodigoSucursal, PrecioCompra, PrecioVenta, Stock, StockMinimo FROM Productos";
    deepStrictEqual(node.query(sql), [{
      ProductoID: "honey",
      CodigoSucursal: "CUS",
      PrecioCompra: 0,
      PrecioVenta: null,
      Stock: 0,
      StockMinimo: 5,
    }]);
  });
});

Deno.test("Ventas leaves out what was voided, with its lines", async () => {
  await withNode(async (node) => {
    await addBread(node);
    const sale = await sell(node);
    await sell(node);
    ok((await node.useCases.voidSale({ sale: sale.id, reason: "test" })).ok);
    for (const view of ["Ventas", "DetalleVenta"]) {
      const sql = `SELECT count(*) AS n FROM ${view} WHERE VentaID = ?`;
      const text = sql.replace("?", `'${sale.receipt}'`);
      deepStrictEqual(node.query(text), [{ n: 0 }], view);
    }
    deepStrictEqual(node.query("SELECT count(*) AS n FROM Ventas"), [{ n: 1 }]);
  });
});

Deno.test("C-19, C-20: Ventas shows sales with one number apart, and a branch's own keys of lines", async () => {
  const folder = await Deno.makeTempDir();
  const path = join(folder, "node.db");
  const store = openStore(path);
  const receipt = "ABA-20250304-011";
  const legacy = { system: "branch-sync", wall: "2025-03-04T18:05:10" };
  const common = { site: "ABA", receipt, offset: -300, date: "2025-03-04" };
  const at = Date.UTC(2025, 2, 4, 23, 5, 10, 317) * 1000;
  putSale(store, "later", { ...common, at: at + 5e6, legacy });
  putSale(store, "first", {
    ...common,
    at,
    legacy: { ...legacy, lineKeys: ["ABA-20250304-011-7"] },
    seller: { id: "ABA:3", name: "Cajera 3" },
  });
  const sales = query(
    path,
    "SELECT VentaID, FechaVenta, UsuarioID, NombreVendedor FROM Ventas ORDER BY VentaID",
  );
  deepStrictEqual(sales, [{
    VentaID: receipt,
    FechaVenta: "2025-03-04 18:05:10.317",
    // C-17: a number of the branch is no number of a user here.
    UsuarioID: null,
    NombreVendedor: "Cajera 3",
  }, {
    VentaID: `${receipt}*2`,
    FechaVenta: "2025-03-04 18:05:15.317",
    UsuarioID: null,
    NombreVendedor: null,
  }]);
  const lines = query(path, "SELECT DetalleID FROM DetalleVenta ORDER BY 1");
  deepStrictEqual(
    lines,
    [
      { DetalleID: `${receipt}*2-1` },
      { DetalleID: `${receipt}-7` },
    ].toSorted((a, b) => a.DetalleID < b.DetalleID ? -1 : 1),
  );
  store.close();
  await Deno.remove(folder, { recursive: true });
});

Deno.test("C-62: Ventas shows customer and seller where a sale says them", async () => {
  const folder = await Deno.makeTempDir();
  const path = join(folder, "node.db");
  const store = openStore(path);
  putSale(store, "one", {
    at: 0,
    customer: { name: "Ana Quispe", document: "12345678" },
    seller: { id: "417", name: "Cajera 3" },
  });
  const columns = "ClienteNombre, ClienteDNI, UsuarioID, NombreVendedor";
  deepStrictEqual(query(path, `SELECT ${columns} FROM Ventas`), [{
    ClienteNombre: "Ana Quispe",
    ClienteDNI: "12345678",
    UsuarioID: 417,
    NombreVendedor: "Cajera 3",
  }]);
  store.close();
  await Deno.remove(folder, { recursive: true });
});

Deno.test("DetalleVenta shows what was weighed with its decimals, and a price that nobody gave", async () => {
  const folder = await Deno.makeTempDir();
  const path = join(folder, "node.db");
  const store = openStore(path);
  putSale(store, "weighed", {
    at: 0,
    total: 1750,
    lines: [
      {
        ...{ product: "rice", name: "Arroz", quantity: 1250, measured: true },
        ...{ amount: 525, price: 420 },
      },
      { product: "oil", name: "Aceite", quantity: 3, amount: 1225 },
    ],
  });
  deepStrictEqual(
    query(
      path,
      "SELECT Cantidad, PrecioUnitario, Subtotal FROM DetalleVenta ORDER BY DetalleID",
    ),
    [
      { Cantidad: 1.25, PrecioUnitario: 4.2, Subtotal: 5.25 },
      { Cantidad: 3, PrecioUnitario: 4.08, Subtotal: 12.25 },
    ],
  );
  const [sale] = query(path, "SELECT FechaVenta FROM Ventas");
  deepStrictEqual(sale, { FechaVenta: "1969-12-31 19:00:00.000" });
  store.close();
  await Deno.remove(folder, { recursive: true });
});

Deno.test("branchViews() cannot be written to, and are made again where the zone is another", async () => {
  const folder = await Deno.makeTempDir();
  const path = join(folder, "node.db");
  openStore(path).close();
  const person = new DatabaseSync(path);
  throws(() => person.prepare("DELETE FROM Ventas").run(), /view/);
  person.exec("CREATE VIEW mine AS SELECT VentaID FROM Ventas");
  person.close();
  const store = openStore(path, 60);
  putSale(store, "one", { at: 0 });
  deepStrictEqual(query(path, "SELECT FechaVenta FROM Ventas"), [
    { FechaVenta: "1970-01-01 01:00:00.000" },
  ]);
  strictEqual(query(path, "SELECT * FROM mine").length, 1);
  store.close();
  await Deno.remove(folder, { recursive: true });
});

Deno.test("an upgrade of the tables drops the views and makes them again", async () => {
  const folder = await Deno.makeTempDir();
  const path = join(folder, "node.db");
  const older = NODE_TABLES.map((table) =>
    table === SALES
      ? { ...SALES, columns: { ...SALES.columns, gone: "text" as const } }
      : table
  );
  const reads = { name: "Ventas", select: "SELECT gone AS VentaID FROM sales" };
  const options = { tables: older, version: 1, views: [reads] };
  openSqliteStore(path, options).close();
  strictEqual(query(path, "SELECT VentaID FROM Ventas").length, 0);
  // As `rebuild` opens it: without views.
  const tables = { tables: NODE_TABLES, version: SCHEMA_VERSION };
  openSqliteStore(path, tables).close();
  throws(() => query(path, "SELECT * FROM Ventas"), /no such table/);
  openStore(path).close();
  openSqliteStore(path, tables).close();
  strictEqual(query(path, "SELECT FechaVenta FROM Ventas").length, 0);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("C-07: Usuarios shows users without their hashes", async () => {
  await withNode(async (node) => {
    const made = await node.useCases.people.createUser({
      id: 7,
      name: "admin",
      fullName: "Administrador Cusco",
      role: "admin",
      password: "una clave larga",
    });
    ok(made.ok, JSON.stringify(made));
    deepStrictEqual(node.query("SELECT * FROM Usuarios"), [{
      UsuarioID: 7,
      NombreUsuario: "admin",
      Password: null,
      NombreCompleto: "Administrador Cusco",
      Rol: "ADMIN",
      SucursalPermitida: "CUS",
      FechaCreacion: "2025-03-04 19:30:01.007",
      UltimaModificacion: null,
      Activo: 1,
    }]);
  });
});

Deno.test("C-38: LogSincronizacion shows the log with branch and count", async () => {
  const folder = await Deno.makeTempDir();
  const path = join(folder, "node.db");
  const store = openStore(path);
  const row = { at: NOW_MS, message: "2 ventas recibidas", records: 2 };
  store.write((writer) => {
    const site = parseSiteCode("ABA") ?? null;
    appendSyncLog(writer, { ...row, site, direction: "received", ok: true });
    appendSyncLog(writer, { ...row, site, direction: "sent", ok: false });
  });
  const columns =
    "LogID, CodigoSucursal, TipoSincronizacion, FechaHora, RegistrosEnviados, Estado, Mensaje";
  const common = {
    CodigoSucursal: "ABA",
    FechaHora: "2025-03-04 19:30:01.007",
    RegistrosEnviados: 2,
    Mensaje: "2 ventas recibidas",
  };
  deepStrictEqual(query(path, `SELECT ${columns} FROM LogSincronizacion`), [
    { ...common, LogID: 1, TipoSincronizacion: "RECEPCION", Estado: "EXITOSA" },
    { ...common, LogID: 2, TipoSincronizacion: "ENVIO", Estado: "ERROR" },
  ]);
  store.close();
  await Deno.remove(folder, { recursive: true });
});

Deno.test("Ventas says when a central has acknowledged a sale, and which came from elsewhere", async () => {
  await withNode(async (node) => {
    await addBread(node);
    const told = await sell(node);
    const waiting = await sell(node);
    node.node.replica.transact((writer) => {
      const row = { target: "http://127.0.0.1:3000", note: null };
      writer.put(BRANCH_PUSH_LOGS, { target: row.target, log: 1, seq: 9 });
      for (const [state, sale] of [[3, told], [0, waiting]] as const) {
        writer.put(BRANCH_PUSHES, {
          ...row,
          state,
          number: state + 1,
          sale: idBytes(sale.id),
          log: 1,
          at: 0,
          receipt: sale.receipt,
          since: NOW_MS + 60_000,
        });
      }
    });
    const sql =
      "SELECT VentaID, Sincronizada, FechaSincronizacion FROM Ventas ORDER BY Sincronizada";
    deepStrictEqual(node.query(sql), [
      {
        VentaID: waiting.receipt,
        Sincronizada: 0,
        FechaSincronizacion: null,
      },
      {
        VentaID: told.receipt,
        Sincronizada: 1,
        FechaSincronizacion: "2025-03-04 19:31:01.007",
      },
    ]);
  });
});

Deno.test("C-18, C-39: Sucursales shows branches that were heard of, and what settings say of them", async () => {
  const folder = await Deno.makeTempDir();
  const path = join(folder, "node.db");
  const store = openSqliteStore(path, {
    tables: NODE_TABLES,
    version: SCHEMA_VERSION,
    views: branchViews({
      ...LIMA,
      branches: { CUS: { name: "D'Cusco  y", city: "Cusco" } },
    }),
  });
  store.write((writer) => {
    writer.put(SYNC_BRANCHES, { site: "ABA", at: NOW_MS });
    for (const [field, value] of [["state", "pending"], ["name", "Abancay"]]) {
      writer.put(DIRECTORY, {
        space: "site:ABA",
        subject: "branch/ABA",
        field: field as string,
        value: JSON.stringify(value),
        at: 0,
        first_at: 0,
        contested: 0,
      });
    }
  });
  const unknown = { Direccion: null, Telefono: null };
  deepStrictEqual(
    query(path, "SELECT * FROM Sucursales ORDER BY CodigoSucursal"),
    [{
      ...unknown,
      CodigoSucursal: "ABA",
      Nombre: "Abancay",
      Ciudad: null,
      UltimaSincronizacion: "2025-03-04 19:30:01.007",
      Estado: "PENDIENTE",
    }, {
      ...unknown,
      CodigoSucursal: "CUS",
      Nombre: "D'Cusco  y",
      Ciudad: "Cusco",
      UltimaSincronizacion: null,
      Estado: "ACTIVA",
    }],
  );
  store.close();
  await Deno.remove(folder, { recursive: true });
});
