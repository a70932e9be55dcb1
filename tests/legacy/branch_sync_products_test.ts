/**
 * Products of a branch as the installed screens list, make and change them, over real HTTP.
 *
 * @module
 */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { money, type ProductId, type SiteCode } from "../../crdt/mod.ts";
import { BranchSurface, ELSEWHERE } from "../support/branch_surface.ts";

type Item = Record<string, unknown> & { ProductoID: string; Nombre: string };

async function list(branch: BranchSurface, query = ""): Promise<Item[]> {
  const { productos } = await branch.json<{ productos: Item[] }>(
    `GET /api/productos${query}`,
  );
  return productos;
}

/** Products made past the surface, many at once. */
async function fill(branch: BranchSurface, count: number): Promise<void> {
  const { useCases } = branch.node;
  const made = await Promise.all(
    Array.from({ length: count }, (_, i) =>
      useCases.createProduct({
        scope: "site:CUS",
        name: `Arroz ${String(count - i).padStart(5, "0")}`,
        price: money(420, "PEN"),
      })),
  );
  ok(made.every((one) => one.ok));
}

Deno.test("a product is made with a number of this branch, and shown with every column", async () => {
  await using branch = await BranchSurface.start();
  const made = await branch.json<{ producto: Item }>("POST /api/productos", {
    ...{ ProductoID: "LIM-PROD-001", CodigoSucursal: "LIM" },
    ...{ Nombre: " Coca Cola 2L ", Descripcion: "Gaseosa" },
    ...{ PrecioCompra: 4.5, PrecioVenta: 5.5, Stock: 100, StockMinimo: 8 },
    ...{ Categoria: "Bebidas", Imagen: "http://x/y.png" },
  }, { status: 201 });
  const { producto: { ProductoID: id, ...item } } = made;
  match(id, /^CUS-PROD-\d{8,}$/);
  ok(id.length <= 20);
  deepStrictEqual(item, {
    ...{ Codigo: "CUS", Nombre: "Coca Cola 2L", Descripcion: "Gaseosa" },
    ...{ Imagen: "http://x/y.png", PrecioCompra: 4.5, PrecioVenta: 5.5 },
    ...{ Stock: 100, StockMinimo: 8, Categoria: "Bebidas" },
  });
  deepStrictEqual(await list(branch), [{ ProductoID: id, ...item }]);

  const one = await branch.json<{ producto: Item }>(`GET /api/productos/${id}`);
  const { FechaCreacion: created, FechaModificacion: changed, ...columns } =
    one.producto;
  const { Codigo: code, ...rest } = item;
  deepStrictEqual(columns, {
    ...{ ProductoID: id, CodigoSucursal: code, Sincronizado: true },
    ...rest,
  });
  strictEqual(created, new Date(branch.node.clock.now()).toISOString());
  strictEqual(changed, null);
  const missing = await branch.json(
    "GET /api/productos/CUS-PROD-9",
    undefined,
    {
      status: 404,
    },
  );
  deepStrictEqual(missing, {
    success: false,
    error: "Producto CUS-PROD-9 no encontrado",
  });
});

Deno.test("a form with nested keys does what JSON does", async () => {
  await using branch = await BranchSurface.start();
  const headers = { "content-type": "application/x-www-form-urlencoded" };
  const { producto } = await branch.json<{ producto: Item }>(
    "POST /api/productos",
    "Nombre=Pan+de+%C3%B1ame&PrecioVenta=0.50&Stock=7",
    { headers, status: 201 },
  );
  strictEqual(producto.Nombre, "Pan de ñame");
  const body = `UsuarioID=417&Detalles[0][ProductoID]=${producto.ProductoID}` +
    "&Detalles[0][Cantidad]=2";
  const { venta } = await branch.json<{ venta: { Total: number } }>(
    "POST /api/ventas",
    body,
    { headers, status: 201 },
  );
  strictEqual(venta.Total, 1);
});

Deno.test("C-56: without a search all products come, with one fifty, and the header counts them", async () => {
  await using branch = await BranchSurface.start();
  await fill(branch, 120);
  const all = await branch.ask("GET /api/productos");
  const { productos } = all.json() as { productos: Item[] };
  strictEqual(productos.length, 120);
  strictEqual(all.headers.get("x-total-count"), "120");
  const names = productos.map(({ Nombre: name }) => name);
  deepStrictEqual(names, names.toSorted());
  const found = await branch.ask("GET /api/productos?search=ARROZ");
  strictEqual((found.json() as { productos: Item[] }).productos.length, 50);
  strictEqual(found.headers.get("x-total-count"), "120");
  strictEqual((await list(branch, "?search=00017")).length, 1);
  strictEqual((await list(branch, "?search=cus")).length, 50);
  strictEqual((await list(branch, "?limite=3")).length, 3);
});

Deno.test("C-57: no character of a search stands for others", async () => {
  await using branch = await BranchSurface.start();
  for (const name of ["Agua 50% gas", "Agua_mesa", "Agua [grande]", "Agua"]) {
    await branch.addProduct({ Nombre: name });
  }
  const found = async (search: string) =>
    (await list(branch, `?search=${encodeURIComponent(search)}`))
      .map(({ Nombre: name }) => name);
  deepStrictEqual(await found("%"), ["Agua 50% gas"]);
  deepStrictEqual(await found("a_m"), ["Agua_mesa"]);
  deepStrictEqual(await found("[g"), ["Agua [grande]"]);
  deepStrictEqual(await found("' OR 1=1 --"), []);
  deepStrictEqual((await found("  agua  ")).length, 4);
});

Deno.test("C-58: Codigo is the branch's code, and the product's own number stands beside it", async () => {
  await using branch = await BranchSurface.start();
  const id = await branch.addProduct();
  const [item] = await list(branch);
  deepStrictEqual([item?.["Codigo"], item?.ProductoID], ["CUS", id]);
});

Deno.test("C-59: an edit changes what it names and leaves the rest", async () => {
  await using branch = await BranchSurface.start();
  const id = await branch.addProduct({
    ...{ Descripcion: "del dia", PrecioCompra: 0.3, Categoria: "Panaderia" },
    ...{ StockMinimo: 6 },
  });
  await branch.json(`PUT /api/productos/${id}`, { PrecioVenta: 0.6 });
  const [item] = await list(branch);
  deepStrictEqual(item, {
    ...{ ProductoID: id, Codigo: "CUS", Nombre: "Pan Frances" },
    ...{ Descripcion: "del dia", Imagen: null, PrecioCompra: 0.3 },
    ...{ PrecioVenta: 0.6, Stock: 20, StockMinimo: 6 },
    Categoria: "Panaderia",
  });
  await branch.json(`PUT /api/productos/${id}`, { Categoria: "Otra" });
  strictEqual((await list(branch))[0]?.["Categoria"], "Otra");
  await branch.json("PUT /api/productos/CUS-PROD-77", { Nombre: "x" }, {
    status: 404,
  });
  for (
    const [status, bad] of [
      [400, { Nombre: "" }],
      [400, { PrecioVenta: 0 }],
      [422, { PrecioVenta: -1 }],
      [422, { PrecioVenta: "caro" }],
      [422, { PrecioVenta: 100_000_000 }],
      [422, { Stock: 1.5 }],
      [422, { Stock: 1e300 }],
      [422, { Stock: {} }],
      [422, { StockMinimo: -1 }],
      [422, { Descripcion: 7 }],
      [422, { Nombre: "x".repeat(101) }],
    ] as const
  ) {
    const refused = await branch.json(`PUT /api/productos/${id}`, bad, {
      status,
    });
    strictEqual(refused["success"], false);
  }
  strictEqual((await list(branch))[0]?.["PrecioVenta"], 0.6);
});

Deno.test("C-59: what was sold while an edit was open stays sold", async () => {
  await using branch = await BranchSurface.start();
  const id = await branch.addProduct({ Stock: 20 });
  const [shown] = await list(branch);
  await branch.sell([id, 4]);
  await branch.sell([id, 1]);

  await branch.json(`PUT /api/productos/${id}`, { ...shown, Nombre: "Pan" });
  strictEqual(await branch.stock(id), 15);
  await list(branch);
  await branch.sell([id, 1]);
  const more = { Stock: 25 };
  await branch.json(`PUT /api/productos/${id}`, more);
  strictEqual(await branch.stock(id), 24);

  // The same edit again, as after a lost answer, changes nothing.
  await branch.json(`PUT /api/productos/${id}`, { Stock: 24 });
  strictEqual(await branch.stock(id), 24);
});

Deno.test("C-59: each caller's edit is relative to what that caller was served", async () => {
  await using branch = await BranchSurface.start();
  await branch.addUser("otra", "supervisor");
  const headers = await branch.headersOf("otra");
  const elsewhere = { headers, from: ELSEWHERE };
  const id = await branch.addProduct({ Stock: 20 });
  await branch.json(`GET /api/productos/${id}`, undefined, elsewhere);
  await branch.sell([id, 5]);
  strictEqual(await branch.stock(id), 15);

  await branch.json(`PUT /api/productos/${id}`, { Stock: 21 }, elsewhere);
  strictEqual(await branch.stock(id), 16);

  // A caller who was never served the product says what is there.
  const fresh = await branch.headersOf("otra");
  await branch.json(`PUT /api/productos/${id}`, { Stock: 3 }, {
    headers: fresh,
    from: ELSEWHERE,
  });
  strictEqual(await branch.stock(id), 3);
});

Deno.test("C-60: a product that was sold is not deleted but archived, an unknown one is a 404", async () => {
  await using branch = await BranchSurface.start();
  const [sold, fresh] = [await branch.addProduct(), await branch.addProduct()];
  await branch.sell([sold, 1]);
  await branch.json(`DELETE /api/productos/${fresh}`);
  await branch.json(`DELETE /api/productos/${fresh}`, undefined, {
    status: 404,
  });
  const refused = await branch.json(
    `DELETE /api/productos/${sold}`,
    undefined,
    { status: 409 },
  );
  strictEqual(refused["success"], false);
  match(String(refused["error"]), /archivar/);
  await branch.json(`DELETE /api/productos/${sold}?archivar=1`);
  deepStrictEqual(await list(branch), []);
});

Deno.test("C-61: a minimum of 0 is 0, an absent one 5, and a price of 0 is refused", async () => {
  await using branch = await BranchSurface.start();
  const minimum = async (fields: Record<string, unknown>) => {
    const id = await branch.addProduct(fields);
    return (await list(branch)).find((one) => one.ProductoID === id)
      ?.["StockMinimo"];
  };
  strictEqual(await minimum({ StockMinimo: 0 }), 0);
  strictEqual(await minimum({}), 5);
  for (
    const bad of [
      { Nombre: "x", PrecioVenta: 0 },
      { Nombre: "x" },
      { PrecioVenta: 3 },
      { Nombre: " ", PrecioVenta: 3 },
      {},
    ]
  ) await branch.json("POST /api/productos", bad, { status: 400 });
});

Deno.test("C-71: markup in names is refused on writing, and replaced in what is served", async () => {
  await using branch = await BranchSurface.start();
  const evil = "<img src=x onerror=alert(1)>";
  await branch.json("POST /api/productos", { Nombre: evil, PrecioVenta: 1 }, {
    status: 422,
  });
  const id = await branch.addProduct({ Descripcion: evil });
  await branch.json(`PUT /api/productos/${id}`, { Nombre: evil }, {
    status: 422,
  });
  const made = await branch.node.useCases.createProduct({
    scope: "site:CUS",
    product: "CUS-PROD-001" as ProductId,
    name: evil,
    price: money(100, "PEN"),
  });
  ok(made.ok);
  const { text } = await branch.ask("GET /api/productos");
  strictEqual(/[<>]/.test(text), false);
  match(text, /‹img src=x onerror=alert\(1\)›/);
  const echoed = await branch.ask("GET /api/productos/%3Cscript%3E");
  strictEqual(echoed.status, 404);
  strictEqual(/[<>]/.test(echoed.text), false);
});

Deno.test("C-73: a branch lists its own products, others on demand, and writes only its own", async () => {
  await using branch = await BranchSurface.start();
  const { useCases } = branch.node;
  const own = await branch.addProduct();
  const other = "ABA-PROD-001" as ProductId;
  const price = money(380, "PEN");
  const made = await useCases.createProduct({
    ...{ product: other, name: "Leche Gloria", price, stock: 9 },
    scope: "site:ABA",
  });
  ok(made.ok);
  const ids = async (query: string) =>
    (await list(branch, query)).map((one) => one.ProductoID).toSorted();
  deepStrictEqual(await ids(""), [own]);
  deepStrictEqual(await ids("?sucursal=ABA"), [other]);
  deepStrictEqual(await ids("?sucursal=*"), [other, own].toSorted());
  const { producto } = await branch.json<{ producto: Item }>(
    `GET /api/productos/${other}`,
  );
  deepStrictEqual(
    [producto["CodigoSucursal"], producto["Stock"]],
    ["ABA", 9],
  );
  for (const method of ["PUT", "DELETE"]) {
    const refused = await branch.json(
      `${method} /api/productos/${other}`,
      { Nombre: "mio" },
      { status: 403 },
    );
    strictEqual(refused["success"], false);
  }
  const { productos } = await branch.json("GET /api/stats");
  strictEqual(productos, 1);
  strictEqual(useCases.stockOf("ABA" as SiteCode, other)?.onHand, 9);
});
