/**
 * Selling, voiding, lists and reports of a branch as the installed screens ask for them, over real HTTP.
 *
 * @module
 */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { money, type ProductId } from "../../crdt/mod.ts";
import { BranchSurface } from "../support/branch_surface.ts";

type Sale = Record<string, unknown> & { VentaID: string; Total: number };

async function refusedSale(
  branch: BranchSurface,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<number> {
  const answered = await branch.ask("POST /api/ventas", { body, headers });
  const { success, error } = answered.json() as Record<string, unknown>;
  strictEqual(success, false, answered.text);
  strictEqual(typeof error, "string");
  return answered.status;
}

Deno.test("C-46: a sale is shown with its number, its lines and the true instant", async () => {
  await using branch = await BranchSurface.start({
    startMs: Date.UTC(2025, 2, 5, 2, 30, 15, 250),
  });
  const bread = await branch.addProduct({ PrecioVenta: 0.5 });
  const milk = await branch.addProduct({ Nombre: "Leche", PrecioVenta: 3.8 });
  const number = await branch.sell([bread, 3], [milk, 2]);
  // Half past nine in the evening of the fourth in Lima is the fifth in UTC.
  match(number, /^CUS-20250304-\d{5}001$/);
  const { venta } = await branch.json<{ venta: Sale }>(
    `GET /api/ventas/${number}`,
  );
  deepStrictEqual(venta, {
    ...{ VentaID: number, NumeroVenta: number, Total: 9.1 },
    ...{ FechaVenta: "2025-03-05T02:30:15.250Z", CodigoSucursal: "CUS" },
    ...{ Vendedor: "jefa de prueba", UsuarioID: 417 },
    ...{ ClienteNombre: null, ClienteDNI: null },
    Detalles: [
      {
        ...{ DetalleID: `${number}-1`, ProductoID: bread, Cantidad: 3 },
        ...{ PrecioUnitario: 0.5, Subtotal: 1.5 },
        ...{ ProductoNombre: "Pan Frances", ProductoCodigo: "CUS" },
      },
      {
        ...{ DetalleID: `${number}-2`, ProductoID: milk, Cantidad: 2 },
        ...{ PrecioUnitario: 3.8, Subtotal: 7.6 },
        ...{ ProductoNombre: "Leche", ProductoCodigo: "CUS" },
      },
    ],
  });
  const report = await branch.json<{ ventas: Sale[] }>(
    "GET /api/reportes/ventas-por-fecha?fechaInicio=2025-03-04&fechaFin=2025-03-04",
  );
  deepStrictEqual(report.ventas.map((one) => one.VentaID), [number]);
});

Deno.test("C-49: the stock is checked and taken in one step: of two sales of the last unit one succeeds", async () => {
  await using branch = await BranchSurface.start();
  const id = await branch.addProduct({ Stock: 1 });
  const body = {
    UsuarioID: 417,
    Detalles: [{ ProductoID: id, Cantidad: 1 }],
  };
  const asked = await Promise.all(
    Array.from({ length: 8 }, () => branch.ask("POST /api/ventas", { body })),
  );
  const statuses = asked.map(({ status }) => status).toSorted();
  deepStrictEqual(statuses, [201, ...Array(7).fill(409)]);
  const refused = asked.find(({ status }) => status === 409);
  match(refused?.text ?? "", new RegExp(`${id}.*Disponible: 0`));
  strictEqual(await branch.stock(id), 0);
});

Deno.test("P-10, C-50, C-51: two lines of a product are summed, and quantities below one or of a fraction are refused", async () => {
  await using branch = await BranchSurface.start();
  const id = await branch.addProduct({ Stock: 5 });
  const of = (...counts: unknown[]) => ({
    UsuarioID: 417,
    Detalles: counts.map((Cantidad) => ({ ProductoID: id, Cantidad })),
  });
  strictEqual(await refusedSale(branch, of(3, 3)), 409);
  for (const count of [-1, 0, 1.5, 1e12, "dos", {}, [], true, "1e3"]) {
    strictEqual(await refusedSale(branch, of(count)), 422, String(count));
  }
  const number = await branch.sell([id, 2], [id, 3]);
  strictEqual(await branch.stock(id), 0);
  await branch.json(`DELETE /api/ventas/${number}`);
  strictEqual(await branch.stock(id), 5);
});

Deno.test("C-51: what is sold by measure takes three decimals", async () => {
  await using branch = await BranchSurface.start();
  const product = "CUS-PROD-001" as ProductId;
  const made = await branch.node.useCases.createProduct({
    ...{ scope: "site:CUS", product, name: "Queso", stock: 5_000 },
    price: money(2000, "PEN"),
    details: { unit: "kg" },
  });
  ok(made.ok);
  strictEqual(await branch.stock(product), 5);
  const sent = (Cantidad: number) => ({
    UsuarioID: 417,
    Detalles: [{ ProductoID: product, Cantidad }],
  });
  const { venta } = await branch.json<{ venta: Sale }>(
    "POST /api/ventas",
    sent(1.255),
    { status: 201 },
  );
  strictEqual(venta.Total, 25.1);
  strictEqual(await branch.stock(product), 3.745);
  const shown = await branch.json<
    { venta: { Detalles: { Cantidad: number }[] } }
  >(`GET /api/ventas/${venta.VentaID}`);
  strictEqual(shown.venta.Detalles[0]?.Cantidad, 1.255);
  strictEqual(await refusedSale(branch, sent(0.0001)), 422);
  const short = await branch.ask("POST /api/ventas", { body: sent(4) });
  strictEqual(short.status, 409);
  match(short.text, /Disponible: 3\.745/);
});

Deno.test("C-52: a cashier sells at the list price, a supervisor at another", async () => {
  await using branch = await BranchSurface.start();
  await branch.addUser("caja", "cashier", 500);
  await branch.addUser("turno", "supervisor", 501);
  const id = await branch.addProduct({ PrecioVenta: 5.5 });
  const at = (PrecioUnitario: unknown) => ({
    UsuarioID: 500,
    Detalles: [{ ProductoID: id, Cantidad: 2, PrecioUnitario }],
  });
  const cashier = await branch.headersOf("caja");
  for (const price of [undefined, null, 0, "0", 5.5, "5.50", 5.499999]) {
    const { venta } = await branch.json<{ venta: Sale }>(
      "POST /api/ventas",
      at(price),
      { headers: cashier, status: 201 },
    );
    strictEqual(venta.Total, 11);
  }
  strictEqual(await refusedSale(branch, at(5.4), cashier), 403);
  strictEqual(await refusedSale(branch, at(-5.5), cashier), 422);
  strictEqual(await refusedSale(branch, at(1e12)), 422);
  const { venta } = await branch.json<{ venta: Sale }>(
    "POST /api/ventas",
    at(5.25),
    { headers: await branch.headersOf("turno"), status: 201 },
  );
  strictEqual(venta.Total, 10.5);
});

Deno.test("C-53: amounts are exact cents, the price rounded before it is multiplied", async () => {
  await using branch = await BranchSurface.start();
  const id = await branch.addProduct({ PrecioVenta: 0.1, Stock: 999 });
  const { venta } = await branch.json<{ venta: Sale }>("POST /api/ventas", {
    UsuarioID: 417,
    Detalles: [{ ProductoID: id, Cantidad: 3 }, {
      ...{ ProductoID: id, Cantidad: 3, PrecioUnitario: 12.345 },
    }],
  }, { status: 201 });
  strictEqual(venta.Total, 37.35);
  for (let i = 0; i < 7; i++) await branch.sell([id, 1]);
  const day = "fechaInicio=2026-11-22&fechaFin=2026-11-22";
  const { resumen } = await branch.json<{ resumen: Record<string, number> }>(
    `GET /api/reportes/ventas-por-fecha?${day}`,
  );
  deepStrictEqual(resumen, {
    totalVentas: 38.05,
    cantidadVentas: 8,
    promedioVenta: 4.76,
  });
});

Deno.test("C-54: every refusal of a sale has its own status and the usual form", async () => {
  await using branch = await BranchSurface.start();
  const id = await branch.addProduct({ Stock: 1 });
  const line = { ProductoID: id, Cantidad: 1 };
  const sale = { UsuarioID: 417, Detalles: [line] };
  for (
    const [status, body] of [
      [400, {}],
      [400, { UsuarioID: 417 }],
      [400, { UsuarioID: 417, Detalles: [] }],
      [400, { ...sale, UsuarioID: 0 }],
      [400, { Detalles: [line] }],
      [400, { ...sale, Detalles: [{ Cantidad: 1 }] }],
      [400, { ...sale, Detalles: [{ ProductoID: id }] }],
      [404, { ...sale, Detalles: [{ ...line, ProductoID: "CUS-PROD-77" }] }],
      [409, { ...sale, Detalles: [{ ...line, Cantidad: 2 }] }],
      [422, { ...sale, UsuarioID: 12345 }],
      [422, { ...sale, UsuarioID: "yo" }],
      [422, { ...sale, UsuarioID: 2 ** 40 }],
      [422, { ...sale, Detalles: [7] }],
      [422, { ...sale, Detalles: Array(501).fill(line) }],
      [422, { ...sale, ClienteDNI: "12" }],
    ] as const
  ) {
    strictEqual(await refusedSale(branch, body), status, JSON.stringify(body));
  }
  const { text } = await branch.ask("POST /api/ventas", {
    body: { ...sale, Detalles: [{ ...line, ProductoID: "CUS-PROD-77" }] },
  });
  match(text, /CUS-PROD-77/);
  strictEqual(await branch.stock(id), 1);
});

Deno.test("C-55, C-20: deleting a sale voids it once, by somebody, and gives its stock back once", async () => {
  await using branch = await BranchSurface.start();
  const id = await branch.addProduct({ Stock: 9 });
  const number = await branch.sell([id, 4]);
  const [before, after] = await Promise.all(
    ["", ""].map(() => branch.ask(`DELETE /api/ventas/${number}`)),
  );
  deepStrictEqual([before?.status, after?.status].toSorted(), [200, 404]);
  strictEqual(await branch.stock(id), 9);
  for (const method of ["GET", "DELETE"]) {
    await branch.json(`${method} /api/ventas/${number}`, undefined, {
      status: 404,
    });
  }
  const { ventas } = await branch.json<{ ventas: Sale[] }>("GET /api/ventas");
  deepStrictEqual(ventas, []);
  const [fact] = branch.node.useCases.facts({ type: "SaleVoided", limit: 9 })
    .items;
  deepStrictEqual(
    [
      fact?.fact["by"],
      fact?.fact["reason"],
      Math.floor(Number(fact?.fact["at"]) / 1000),
    ],
    [
      { id: "417", name: "jefa de prueba" },
      "Eliminada",
      branch.node.clock.now(),
    ],
  );
  // A number that was used is never used again.
  strictEqual(number === await branch.sell([id, 1]), false);
});

Deno.test("C-62: a customer is kept and shown, and hostile ones are refused", async () => {
  await using branch = await BranchSurface.start();
  const id = await branch.addProduct();
  const sale = {
    UsuarioID: 417,
    Detalles: [{ ProductoID: id, Cantidad: 1 }],
    ClienteNombre: "María Quispe",
    ClienteDNI: "40302010",
  };
  const { venta } = await branch.json<{ venta: Sale }>(
    "POST /api/ventas",
    sale,
    { status: 201 },
  );
  const shown = await branch.json<{ venta: Sale }>(
    `GET /api/ventas/${venta.VentaID}`,
  );
  strictEqual(shown.venta["ClienteNombre"], sale.ClienteNombre);
  strictEqual(shown.venta["ClienteDNI"], sale.ClienteDNI);
  for (
    const bad of [
      { ClienteNombre: "<b>" },
      { ClienteNombre: "x".repeat(101) },
      { ClienteDNI: "4030201" },
      { ClienteDNI: "cuarenta" },
    ]
  ) strictEqual(await refusedSale(branch, { ...sale, ...bad }), 422);
});

Deno.test("C-63: the newest thousand sales are listed, more or fewer on demand, by day", async () => {
  await using branch = await BranchSurface.start();
  const id = await branch.addProduct({ Stock: 2_000 });
  const { useCases, clock } = branch.node;
  const day = 86_400_000_000;
  const made = await Promise.all(
    Array.from({ length: 1_010 }, (_, i) =>
      useCases.recordSale({
        at: clock.now() * 1000 - (i % 10) * day - i,
        lines: [{ product: id as ProductId, quantity: 1 }],
      })),
  );
  ok(made.every((one) => one.ok));
  const listed = await branch.ask("GET /api/ventas");
  const { ventas } = listed.json() as { ventas: Sale[] };
  strictEqual(ventas.length, 1_000);
  strictEqual(listed.headers.get("x-total-count"), "1010");
  const times = ventas.map((one) => String(one["FechaVenta"]));
  deepStrictEqual(times, times.toSorted().toReversed());
  const count = async (query: string) =>
    (await branch.json<{ ventas: Sale[] }>(`GET /api/ventas?${query}`)).ventas
      .length;
  strictEqual(await count("limite=5000"), 1_010);
  strictEqual(await count("limite=7"), 7);
  strictEqual(await count("desde=2026-11-22"), 101);
  strictEqual(await count("desde=2026-11-20&hasta=2026-11-21"), 202);
  strictEqual(await count("hasta=2026-11-12"), 0);
  await branch.json("GET /api/ventas?desde=ayer", undefined, { status: 422 });
});

Deno.test("C-64: a sale of nobody is listed and reported, with a dash", async () => {
  await using branch = await BranchSurface.start();
  const id = await branch.addProduct();
  const lines = [{ product: id as ProductId, quantity: 2 }];
  ok((await branch.node.useCases.recordSale({ lines })).ok);
  const { ventas } = await branch.json<{ ventas: Sale[] }>("GET /api/ventas");
  strictEqual(ventas[0]?.["Vendedor"], "—");
  await branch.sell([id, 1]);
  const { vendedores } = await branch.json<{ vendedores: unknown[] }>(
    "GET /api/reportes/ventas-por-vendedor?fechaInicio=2026-11-22&fechaFin=2026-11-22",
  );
  deepStrictEqual(vendedores, [
    {
      ...{ Vendedor: "—", CodigoSucursal: "CUS" },
      ...{ CantidadVentas: 1, TotalVentas: 1 },
    },
    {
      ...{ Vendedor: "jefa de prueba", CodigoSucursal: "CUS" },
      ...{ CantidadVentas: 1, TotalVentas: 0.5 },
    },
  ]);
});

Deno.test("the reports: best sellers, low stock and the home figures", async () => {
  await using branch = await BranchSurface.start();
  const bread = await branch.addProduct({ Stock: 30, StockMinimo: 5 });
  const milk = await branch.addProduct({
    ...{ Nombre: "Leche", PrecioVenta: 3.8, Stock: 4, StockMinimo: 3 },
  });
  await branch.sell([bread, 9]);
  const gone = await branch.sell([milk, 4]);
  const day = "fechaInicio=2026-11-01&fechaFin=2026-11-30";
  const best = () =>
    branch.json<{ productos: unknown[] }>(
      `GET /api/reportes/productos-mas-vendidos?${day}`,
    );
  deepStrictEqual((await best()).productos, [
    {
      ...{ ProductoID: bread, Codigo: "CUS", Nombre: "Pan Frances" },
      ...{ CantidadVendida: 9, TotalVendido: 4.5 },
    },
    {
      ...{ ProductoID: milk, Codigo: "CUS", Nombre: "Leche" },
      ...{ CantidadVendida: 4, TotalVendido: 15.2 },
    },
  ]);
  const low = await branch.json("GET /api/reportes/productos-bajo-stock");
  deepStrictEqual(low, {
    success: true,
    productos: [{
      ...{ ProductoID: milk, Codigo: "CUS", Nombre: "Leche" },
      ...{ Stock: 0, StockMinimo: 3 },
    }],
  });
  deepStrictEqual(await branch.json("GET /api/stats"), {
    productos: 2,
    ventas: 2,
    ventasHoy: 2,
    sincronizacion: "Nunca",
  });
  await branch.json(`DELETE /api/ventas/${gone}`);
  strictEqual((await best()).productos.length, 1);
  branch.node.clock.advance(24 * 3_600_000);
  await branch.signIn("jefa");
  const { ventas, ventasHoy: today } = await branch.json("GET /api/stats");
  deepStrictEqual([ventas, today], [1, 0]);
});

Deno.test("reports ask for days: missing ones are a 400, others a 422, of the usual form", async () => {
  await using branch = await BranchSurface.start();
  for (
    const name of [
      "ventas-por-fecha",
      "productos-mas-vendidos",
      "ventas-por-vendedor",
    ]
  ) {
    for (
      const [status, query] of [
        [400, ""],
        [400, "?fechaInicio=2026-11-22"],
        [422, "?fechaInicio=2026-02-30&fechaFin=2026-11-22"],
        [422, "?fechaInicio=%27&fechaFin=2026-11-22"],
      ] as const
    ) {
      const refused = await branch.json(
        `GET /api/reportes/${name}${query}`,
        undefined,
        { status },
      );
      deepStrictEqual(Object.keys(refused), ["success", "error"]);
    }
    const wide = "?fechaInicio=1000-01-01&fechaFin=9999-12-31";
    const empty = await branch.json(`GET /api/reportes/${name}${wide}`);
    strictEqual(empty["success"], true);
  }
});
