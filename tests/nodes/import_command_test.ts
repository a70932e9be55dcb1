/** Moving in as a person does it: exported tables, a real node, and its real HTTP interfaces. */
import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { join } from "node:path";
import { createImportIo } from "../../nodes/adapters/import_io.ts";
import { runImport } from "../../nodes/import_command.ts";
import type { ImportIo } from "../../nodes/moving/import_ports.ts";
import { createProcessGroup } from "../support/processes.ts";

const PASSWORD = "una clave larga";
/** bcrypt of `abejita-2025`, at the cost that the original software uses. */
const HASH = "$2a$10$.umPE/6kJRO5OijOTz3jZ.O3RrDMa.NFHTweNv89qiTRQYWLEqNpu";

/** The tables of a branch, as three export tools write them. */
const TABLES: Readonly<Record<string, string>> = {
  "dbo.Usuarios.csv": [
    "UsuarioID,NombreUsuario,Password,NombreCompleto,Rol,SucursalPermitida,FechaCreacion,UltimaModificacion",
    `1,admin,${HASH},Administrador Abancay,ADMIN,ABA,2024-01-02 08:00:00.000,NULL`,
    `3,cajera3,${HASH},Cajera Núñez,CAJERO,ABA,2024-01-02 08:00:00.000,NULL`,
    "4,otra,no es un hash,Otra,CAJERO,ABA,2024-01-02 08:00:00.000,NULL",
  ].join("\n"),
  "Productos.csv": [
    "ProductoID;CodigoSucursal;Nombre;Descripcion;Imagen;PrecioCompra;PrecioVenta;Stock;StockMinimo;Categoria",
    "ABA-PROD-001;ABA;Inka Cola 2L;Gaseosa;NULL;4,00;5,00;80;10;Bebidas",
    "ABA-PROD-002;ABA;Leche Gloria;Leche evaporada;leche.png;3,00;3,80;150;5;Lacteos",
    "ABA-PROD-003;ABA;Aceite Primor;Botella 1L;NULL;siete;8,50;40;5;Abarrotes",
  ].join("\r\n"),
  "Ventas.csv": [
    "VentaID,CodigoSucursal,ClienteNombre,ClienteDNI,Total,FechaVenta,UsuarioID,Sincronizada,FechaSincronizacion",
    "ABA-20250304-001,ABA,NULL,NULL,13.80,2025-03-04 18:05:10.317,3,1,2025-03-04 23:00:00.000",
    "ABA-20250304-002,ABA,Ana Quispe,12345678,5.00,2025-03-04 18:06:00.000,1,0,NULL",
    "CUS-20250304-001,CUS,NULL,NULL,5.00,2025-03-04 18:06:00.000,1,0,NULL",
    "ABA-20250304,ABA,NULL,NULL,5.00,2025-03-04 18:07:00.000,1,0,NULL",
  ].join("\n"),
  "DetalleVenta.csv": [
    "DetalleID,VentaID,ProductoID,Cantidad,PrecioUnitario,Subtotal",
    "ABA-20250304-001-1,ABA-20250304-001,ABA-PROD-001,2,5.00,10.00",
    "ABA-20250304-001-2,ABA-20250304-001,ABA-PROD-002,1,3.80,3.80",
    "ABA-20250304-002-1,ABA-20250304-002,ABA-PROD-001,1,5.00,5.00",
    "ABA-20250304-009-1,ABA-20250304-009,ABA-PROD-001,1,5.00,5.00",
  ].join("\n"),
  "LogSincronizacion.csv": "LogID,FechaHora\n1,2025-03-04 23:00:00.000\n",
  "notas.txt": "nada\n",
};

/** The tables of a central of the older generation, which knew its branches' products by one price. */
const OLD_CENTRAL: Readonly<Record<string, string>> = {
  "Sucursales.csv":
    "CodigoSucursal;Nombre;Ciudad\nCUS;Sucursal Cusco;Cusco\nABA;Sucursal Abancay;Abancay\n",
  "Productos_Consolidado.csv":
    "ProductoID;CodigoSucursal;Nombre;Precio;Stock;CodigoBarras\nCUS-PROD-001;CUS;Coca Cola 2L;5,50;100;775018\n",
  "Ventas_Consolidadas.csv":
    "VentaID;CodigoSucursal;NombreCajero;Total;FechaVenta;UsuarioID;Sincronizado;FechaSincronizacion\n" +
    "CUS-20241109-001;CUS;Cajera 1;11,00;9/11/2024 2:30:00 p. m.;1;1;9/11/2024 11:00:00 p. m.\n",
  "DetalleVenta_Consolidado.csv":
    "DetalleID;VentaID;ProductoID;Cantidad;PrecioUnitario;Subtotal\n" +
    "CUS-20241109-001-1;CUS-20241109-001;CUS-PROD-001;2;5,50;11,00\n",
};

interface Imported {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function importWith(...args: string[]): Promise<Imported> {
  let [stdout, stderr] = ["", ""];
  const real = createImportIo({
    stdout: (text) => void (stdout += text),
    stderr: (text) => void (stderr += text),
    signal: new AbortController().signal,
  });
  const io: ImportIo = { ...real, password: () => PASSWORD };
  const code = await runImport(args, io);
  return { code, stdout, stderr };
}

async function writeTables(
  folder: string,
  tables: Readonly<Record<string, string>>,
): Promise<void> {
  await Deno.mkdir(folder);
  for (const [name, text] of Object.entries(tables)) {
    await Deno.writeTextFile(join(folder, name), text);
  }
}

async function post(url: string, body: unknown) {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: await response.json() };
}

async function get(url: string, token: string) {
  const headers = { authorization: `Bearer ${token}` };
  const response = await fetch(url, { headers });
  return await response.json();
}

Deno.test("C-69: tables of a branch move into a node, once however often, and what is not taken is told by line", async () => {
  await using group = await createProcessGroup();
  const folder = join(group.folder, "tables");
  await writeTables(folder, TABLES);
  const node = await group.start({
    name: "ABA",
    site: "ABA",
    more: ["--surface", "branch-sync=127.0.0.1:0"],
  });
  const { http, surfaces } = node.ready;
  const args = ["--tables", folder, "--to", http, "--user", "admin"];

  const first = await importWith(...args);
  const again = await importWith(...args);

  const refused = [
    "DetalleVenta.csv line 5: there is no sale ABA-20250304-009 in these tables",
    'Productos.csv line 4: PrecioCompra is not a number: "siete"',
    "Ventas.csv line 4: it is of branch CUS, and the node is of ABA: move it into that branch, or into an office",
    "Ventas.csv line 5: VentaID no tiene la forma SSS-AAAAMMDD-NNN",
    "dbo.Usuarios.csv line 4: A password's hash is bcrypt ($2a$, $2b$) or argon2id, of bearable cost",
  ];
  strictEqual(first.code, 1);
  deepStrictEqual(first.stdout.trimEnd().split("\n"), [
    "DetalleVenta.csv: they go with their sales, 1 not taken",
    "LogSincronizacion.csv: the log of the old installation stays where it is",
    "Productos.csv: 3 rows, 2 taken, 0 there already, 1 not taken",
    "Ventas.csv: 4 rows, 2 taken, 0 there already, 2 not taken",
    "dbo.Usuarios.csv: 3 rows, 1 taken, 1 there already, 1 not taken",
    ...refused,
  ]);
  match(first.stderr, /notas\.txt: its name is none of a table/);
  deepStrictEqual(again.stdout.trimEnd().split("\n"), [
    "DetalleVenta.csv: they go with their sales, 1 not taken",
    "LogSincronizacion.csv: the log of the old installation stays where it is",
    "Productos.csv: 3 rows, 0 taken, 2 there already, 1 not taken",
    "Ventas.csv: 4 rows, 0 taken, 2 there already, 2 not taken",
    "dbo.Usuarios.csv: 3 rows, 0 taken, 2 there already, 1 not taken",
    ...refused,
  ]);

  const base = surfaces["branch-sync"];
  const signedIn = await post(`${base}/api/auth/login`, {
    username: "cajera3",
    password: "abejita-2025",
  });
  deepStrictEqual(signedIn.body.user, {
    id: 3,
    username: "cajera3",
    fullName: "Cajera Núñez",
    role: "CAJERO",
    branch: "ABA",
  });
  const { token } = signedIn.body;
  const { productos } = await get(`${base}/api/productos`, token);
  const milk = productos.find(({ ProductoID: id }: Record<string, unknown>) =>
    id === "ABA-PROD-002"
  );
  deepStrictEqual(milk, {
    ProductoID: "ABA-PROD-002",
    Codigo: "ABA",
    Nombre: "Leche Gloria",
    Descripcion: "Leche evaporada",
    Imagen: "leche.png",
    PrecioCompra: 3,
    PrecioVenta: 3.8,
    Stock: 150,
    StockMinimo: 5,
    Categoria: "Lacteos",
  });
  const { venta } = await get(`${base}/api/ventas/ABA-20250304-001`, token);
  deepStrictEqual(
    [venta.FechaVenta, venta.Total, venta.Vendedor, venta.Detalles.length],
    ["2025-03-04T23:05:10.317Z", 13.8, "Cajera Núñez", 2],
  );
  // A sale of its own goes on from the stock that moved in.
  const sold = await post(`${base}/api/ventas`, {
    UsuarioID: 3,
    Detalles: [{ ProductoID: "ABA-PROD-001", Cantidad: 2 }],
  });
  strictEqual(sold.status, 201);
  const { producto } = await get(
    `${base}/api/productos/ABA-PROD-001`,
    token,
  );
  strictEqual(producto.Stock, 78);
  // C-74: the shop's own data stands in the mesh, for receipts.
  const config = join(group.folder, "config.json");
  await Deno.writeTextFile(
    config,
    JSON.stringify({
      "sucursal_instalacion": "ABA",
      negocio: { "nombre_empresa": "Las Abejitas", ruc: "20123456789" },
    }),
  );
  const to = ["--to", http, "--user", "admin"];
  const set = await importWith("--config", config, ...to);
  strictEqual(set.code, 0, set.stderr);
  const { token: adminToken } = (await post(`${http}/v1/sessions`, {
    name: "admin",
    password: PASSWORD,
  })).body;
  const business = await get(`${http}/v1/settings/business`, adminToken);
  deepStrictEqual([business.name, business.ruc], [
    "Las Abejitas",
    "20123456789",
  ]);
  // C-68: the gate counts what came in, and who asked.
  const metrics = await (await fetch(`${base}/metrics`)).text();
  match(
    metrics,
    /^panal_sales_synced_total\{sucursal="ABA",direction="received"\} 2$/m,
  );
  match(metrics, /^panal_sync_latency_seconds_count\{sucursal="ABA"\} 4$/m);
});

Deno.test("C-69: tables of an older central move into an office, branch by branch", async () => {
  await using group = await createProcessGroup();
  const folder = join(group.folder, "tables");
  await writeTables(folder, OLD_CENTRAL);
  const node = await group.start({
    name: "office",
    more: ["--surface", "branch-sync=127.0.0.1:0"],
  });
  const { http } = node.ready;

  const { code, stdout } = await importWith("--tables", folder, "--to", http);

  strictEqual(code, 0, stdout);
  const totals = await get(`${http}/v1/totals?site=CUS`, "");
  deepStrictEqual([totals.count, totals.amounts[0].amount], [1, "11.00"]);
  const product = await get(
    `${http}/v1/products/CUS-PROD-001?scope=site:CUS`,
    "",
  );
  deepStrictEqual([product.onHand, product.details], [
    100,
    { barcode: "775018" },
  ]);
});

Deno.test("runImport() says in one line what it lacks", async () => {
  await using group = await createProcessGroup();
  const { folder } = group;
  await writeTables(join(folder, "tables"), TABLES);
  const cases: readonly (readonly [string[], RegExp])[] = [
    [[], /--config FILE, --tables FOLDER or --fleet-state FILE/],
    [["--tables", folder], /Say where to/],
    [["--tables", folder, "--dry-run"], /There is no table in /],
    [["--tables", join(folder, "no"), "--dry-run"], /There is no folder /],
    [["--config", join(folder, "no")], /There is no file /],
    [["--config", "a", "--json"], /--json goes with --tables/],
    [["--table", "a"], /use --tables/],
  ];
  for (const [args, message] of cases) {
    const { code, stderr, stdout } = await importWith(...args);
    deepStrictEqual([code, stdout], [2, ""], args.join(" "));
    match(stderr, message);
    strictEqual(stderr.trimEnd().split("\n").length, 1);
  }
  const { code, stdout } = await importWith("--help");
  strictEqual(code, 0);
  match(stdout, /a second run changes nothing/);
});

Deno.test("runImport() reads and checks without sending, as JSON too", async () => {
  await using group = await createProcessGroup();
  const folder = join(group.folder, "tables");
  await writeTables(folder, TABLES);
  const { code, stdout } = await importWith(
    ...["--tables", folder, "--dry-run", "--json"],
  );
  strictEqual(code, 1);
  const { dryRun, files } = JSON.parse(stdout);
  strictEqual(dryRun, true);
  deepStrictEqual(
    files.map((one: { refused: unknown[] }) => one.refused.length),
    [1, 0, 1, 1, 0],
  );
});
