/**
 * What branches send to their central, over real HTTP: the answers, the limits, who may send, and what the central's own
 * screens show of it then.
 *
 * @module
 */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { createSeededRandom } from "../../crdt/mod.ts";
import {
  EXAMPLE_MESSAGE,
  saidMessage,
  saidSale,
} from "../support/branch_messages.ts";
import {
  type BranchOptions,
  BranchSurface,
  ELSEWHERE,
  PASSWORD,
} from "../support/branch_surface.ts";

const RECEIVE = "POST /api/sincronizacion/recibir";
const JSON_HEADERS = { "content-type": "application/json" };

type Received = Record<string, unknown>;

/** An office that receives, as an original central does. */
function startCentral(options: BranchOptions = {}): Promise<BranchSurface> {
  return BranchSurface.start({ roles: ["office"], ...options });
}

const EXAMPLE_SALES = EXAMPLE_MESSAGE.ventas;

Deno.test("P-1: the current message, its replay and its replay with another total get the documented answers", async () => {
  await using central = await startCentral();
  deepStrictEqual(await central.json<Received>(RECEIVE, EXAMPLE_MESSAGE), {
    ...{ success: true, message: "2 ventas recibidas de Abancay" },
    ...{ ventasRecibidas: 2, ventasDuplicadas: 0, ventasEnConflicto: 0 },
    ...{ ventasEnCuarentena: 0, conflictos: [] },
  });
  deepStrictEqual(await central.json<Received>(RECEIVE, EXAMPLE_MESSAGE), {
    ...{ success: true, message: "0 ventas recibidas de Abancay" },
    ...{ ventasRecibidas: 0, ventasDuplicadas: 2, ventasEnConflicto: 0 },
    ...{ ventasEnCuarentena: 0, conflictos: [] },
  });
  const other = {
    ...EXAMPLE_MESSAGE,
    ventas: EXAMPLE_SALES.map((sale, i) =>
      i === 1 ? { ...sale, Total: 7 } : sale
    ),
  };
  deepStrictEqual(await central.json<Received>(RECEIVE, other), {
    ...{ success: true },
    message: "0 ventas recibidas de Abancay, 1 en conflicto",
    ...{ ventasRecibidas: 0, ventasDuplicadas: 1, ventasEnConflicto: 1 },
    ...{ ventasEnCuarentena: 0, conflictos: ["ABA-20250304-012"] },
  });
});

Deno.test("P-1: messages of the first release and of the document are taken, also at the path of the first draft", async () => {
  await using central = await startCentral();
  const first = {
    sucursal: "CUS",
    ventas: [{
      ...{ VentaID: "CUS-20250304-001", Total: 11, CodigoSucursal: "CUS" },
      ...{ FechaVenta: "2025-03-04T09:00:00.000Z", UsuarioID: 1 },
      Detalles: [{
        ...{ DetalleID: "CUS-20250304-001-1", ProductoID: "CUS-PROD-001" },
        ...{ Cantidad: 2, PrecioUnitario: 5.5, Subtotal: 11 },
        ...{ ProductoNombre: "Coca Cola 2L", ProductoCodigo: "CUS" },
      }],
    }],
  };
  const documented = {
    ...{ sucursal: "CUS", nombreSucursal: "Cusco" },
    ventas: [{
      ...{ VentaID: "CUS-20250304-002", FechaVenta: "2025-03-04T14:30:00" },
      Total: 8.4,
      Detalles: [{
        ...{ ProductoID: "CUS-PROD-003", Cantidad: 2, PrecioUnitario: 4.2 },
        ...{ Nombre: "Arroz Superior", Stock: 48, PrecioVenta: 4.2 },
      }],
    }],
  };
  const draft = {
    ...{ sucursal: "CUS", timestamp: "2025-03-04T23:00:00.000Z" },
    ventas: [{
      ...{
        VentaID: "CUS-20250304-003",
        FechaVenta: "2025-03-04T20:00:00.000Z",
      },
      ...{ Total: 0.5, NombreCajero: "Rosa", ClienteNombre: "Juan" },
      detalles: [{
        ...{ ProductoID: "CUS-PROD-002", Cantidad: 1, PrecioUnitario: 0.5 },
        Precio: 0.5,
      }],
    }],
    productos: [{
      ...{ ProductoID: "CUS-PROD-002", Nombre: "Pan Frances", Precio: 0.5 },
      ...{ CodigoBarras: "775", Stock: 9 },
    }],
  };
  for (
    const [line, body] of [[RECEIVE, first], [RECEIVE, documented], [
      "POST /api/sincronizar",
      draft,
    ]] as const
  ) {
    for (const expected of [1, 0]) {
      const { ventasRecibidas: count } = await central.json<Received>(
        line,
        body,
      );
      strictEqual(count, expected);
    }
  }
  const { ventas } = await central.json<{ ventas: Received[] }>(
    "GET /api/ventas",
  );
  deepStrictEqual(
    ventas.map(({ VentaID: id, Vendedor: seller }) => [id, seller]).toSorted(),
    [
      ["CUS-20250304-001", "—"],
      ["CUS-20250304-002", "—"],
      ["CUS-20250304-003", "Rosa"],
    ],
  );
});

Deno.test("P-2, C-11: 300 sales of three lines come in one body in three seconds, C-13: also compressed", async () => {
  await using central = await startCentral();
  const products = [1, 2, 3].map((i) => ({ id: `ABA-PROD-00${i}`, stock: 10 }));
  const message = (day: string) =>
    saidMessage(
      Array.from({ length: 300 }, (_, i) =>
        saidSale({ number: i + 1, day, products })),
    );
  const body = JSON.stringify(message("2025-03-04"));
  ok(body.length > 250_000);
  const start = performance.now();
  const { ventasRecibidas: plain } = await central.json<Received>(
    RECEIVE,
    body,
    {
      headers: JSON_HEADERS,
    },
  );
  ok(performance.now() - start < 3_000);
  strictEqual(plain, 300);
  const zipped = gzipSync(JSON.stringify(message("2025-03-05")));
  ok(zipped.length < body.length / 5);
  const { ventasRecibidas: inflated } = await central.json<Received>(
    RECEIVE,
    new Uint8Array(zipped),
    { headers: { ...JSON_HEADERS, "content-encoding": "gzip" } },
  );
  strictEqual(inflated, 300);
});

Deno.test("P-3, C-17: a seller that is unknown here is shown by the name that came", async () => {
  await using central = await startCentral();
  await central.json(RECEIVE, EXAMPLE_MESSAGE);
  const { venta } = await central.json<{ venta: Received }>(
    "GET /api/ventas/ABA-20250304-011",
  );
  deepStrictEqual(
    [venta["Vendedor"], venta["UsuarioID"], venta["CodigoSucursal"]],
    ["Cajera 3", 3, "ABA"],
  );
  deepStrictEqual((venta["Detalles"] as Received[])[0], {
    ...{ DetalleID: "ABA-20250304-011-1", ProductoID: "ABA-PROD-020" },
    ...{ Cantidad: 2, PrecioUnitario: 6.1, Subtotal: 12.2 },
    ...{ ProductoNombre: "Yogurt 1L", ProductoCodigo: "ABA" },
  });
  // The number is the branch's: user 417 here is somebody else.
  const sale = {
    ...EXAMPLE_SALES[0],
    VentaID: "ABA-20250304-013",
    UsuarioID: 417,
  };
  await central.json(RECEIVE, { ...EXAMPLE_MESSAGE, ventas: [sale] });
  const { vendedores } = await central.json<{ vendedores: Received[] }>(
    "GET /api/reportes/ventas-por-vendedor?fechaInicio=2025-03-04&fechaFin=2025-03-04",
  );
  deepStrictEqual(
    vendedores.map((one) => [one["Vendedor"], one["TotalVentas"]]),
    [["Cajera 3", 15.7], ["Cajera 3", 15.7], ["Administrador Abancay", 6.1]],
  );
});

Deno.test("P-4: wall clocks with a false Z and without a zone are the same hour of the same day", async () => {
  await using central = await startCentral();
  const at = (number: number, FechaVenta: string) => ({
    ...saidSale({ number }),
    FechaVenta,
  });
  await central.json(
    RECEIVE,
    saidMessage([
      at(1, "2025-03-04T14:30:00.000Z"),
      at(2, "2025-03-04T14:30:00"),
      at(3, "2025-03-04T14:30:00.000-05:00"),
      at(4, "2025-03-04T23:59:59.997Z"),
    ]),
  );
  const { ventas } = await central.json<{ ventas: Received[] }>(
    "GET /api/reportes/ventas-por-fecha?fechaInicio=2025-03-04&fechaFin=2025-03-04",
  );
  strictEqual(ventas.length, 4);
  const times = ventas.map((one) => String(one["FechaVenta"]).slice(0, 19));
  deepStrictEqual(times, [
    "2025-03-05T04:59:59",
    ...Array(3).fill("2025-03-04T19:30:00"),
  ]);
});

Deno.test("P-5: a missing stock leaves what is known, 0 is 0, and of a foreign prefix nothing is taken", async () => {
  await using central = await startCentral();
  const send = (
    number: number,
    products: Parameters<typeof saidSale>[0]["products"],
  ) =>
    central.json(
      RECEIVE,
      saidMessage([
        saidSale({ number, ...(products === undefined ? {} : { products }) }),
      ]),
    );
  const stock = async () => {
    const { productos } = await central.json<{ productos: Received[] }>(
      "GET /api/productos?sucursal=ABA",
    );
    return productos.map((one) => [one["ProductoID"], one["Stock"]]);
  };
  const id = "ABA-PROD-001";
  await send(1, [{ id, stock: 34 }]);
  deepStrictEqual(await stock(), [[id, 34]]);
  await send(2, [{ id }]);
  await send(3, [{ id, stock: null }]);
  deepStrictEqual(await stock(), [[id, 34]]);
  await send(4, [{ id, stock: 0 }]);
  deepStrictEqual(await stock(), [[id, 0]]);
  await send(5, [{ id: "CUS-PROD-001", stock: 500, price: 9 }]);
  const { productos } = await central.json<{ productos: Received[] }>(
    "GET /api/productos?sucursal=CUS",
  );
  deepStrictEqual(productos.filter((one) => one["Stock"] === 500), []);
});

Deno.test("P-6: what was acknowledged is there after a crash right behind the answer", async () => {
  await using central = await startCentral();
  await central.json(RECEIVE, EXAMPLE_MESSAGE);
  const disk = central.node.disk.copy();
  disk.crash(createSeededRandom(3));
  await using again = await startCentral({ disk, signedIn: false });
  await again.signIn("jefa");
  const { ventas } = await again.json<{ ventas: Received[] }>(
    "GET /api/ventas",
  );
  strictEqual(ventas.length, 2);
  const { ventasDuplicadas: known } = await again.json<Received>(
    RECEIVE,
    EXAMPLE_MESSAGE,
  );
  strictEqual(known, 2);
});

Deno.test("C-09, C-18: strangers are refused, a listed branch needs its address and its key", async () => {
  const key = "clave de abancay";
  await using central = await startCentral({
    branchSync: {
      senders: [
        { site: "ABA" as never, address: "192.168.1.0/24", key },
        { site: "CUS" as never, address: "10.1.1.7" },
      ],
    },
  });
  const ask = (from: string, headers: Record<string, string> = {}) =>
    central.ask(RECEIVE, { body: EXAMPLE_MESSAGE, from, headers });
  for (const from of ["10.1.1.7", "127.0.0.1", "8.8.8.8", ELSEWHERE]) {
    const answered = await ask(from);
    strictEqual(answered.status, 403, from);
    deepStrictEqual(Object.keys(answered.json() as object), [
      "success",
      "error",
    ]);
  }
  strictEqual(
    (await ask(ELSEWHERE, { "x-sucursal-key": "otra clave" })).status,
    403,
  );
  const allowed = { "x-sucursal-key": key };
  strictEqual((await ask(ELSEWHERE, allowed)).status, 200);
  // A sale of another prefix in an allowed message is kept apart.
  const foreign = saidMessage([saidSale({ number: 1, branch: "CUS" })]);
  const answered = await central.json<Received>(RECEIVE, foreign, {
    from: ELSEWHERE,
    headers: allowed,
  });
  deepStrictEqual(
    [answered["ventasRecibidas"], answered["ventasEnCuarentena"]],
    [0, 1],
  );
});

Deno.test("C-09: without a list this machine and private networks may send, others not", async () => {
  await using central = await startCentral();
  for (
    const [from, status] of [
      ["127.0.0.1", 200],
      ["192.168.7.7", 200],
      ["10.0.0.9", 200],
      ["172.20.10.2", 200],
      ["8.8.8.8", 403],
      ["2001:db8::1", 403],
    ] as const
  ) {
    const answered = await central.ask(RECEIVE, {
      body: EXAMPLE_MESSAGE,
      from,
    });
    strictEqual(answered.status, status, from);
  }
});

Deno.test("C-11: a body may inflate to the set limit and no byte more", async () => {
  const body = JSON.stringify(saidMessage([saidSale({ number: 1 })]));
  await using central = await startCentral({
    surface: { messageBytesMax: body.length },
  });
  strictEqual(
    (await central.ask(RECEIVE, { body, headers: JSON_HEADERS })).status,
    200,
  );
  for (
    const [sent, more] of [[`${body} `, {}], [
      new Uint8Array(gzipSync(`${body} `)),
      { "content-encoding": "gzip" },
    ]] as const
  ) {
    const refused = await central.ask(RECEIVE, {
      body: sent,
      headers: { ...JSON_HEADERS, ...more },
    });
    strictEqual(refused.status, 413);
    deepStrictEqual(Object.keys(refused.json() as object), [
      "success",
      "error",
    ]);
  }
});

Deno.test("what is no message is a 400, and changes nothing", async () => {
  await using central = await startCentral();
  for (
    const body of [
      "{",
      {},
      [],
      { sucursal: "ABA" },
      { ventas: [] },
      { sucursal: "", ventas: [] },
      { sucursal: "ABA", ventas: {} },
      { sucursal: 7, ventas: [] },
    ]
  ) {
    const refused = await central.ask(RECEIVE, { body, headers: JSON_HEADERS });
    strictEqual(refused.status, 400, JSON.stringify(body));
    strictEqual((refused.json() as Received)["success"], false);
  }
  strictEqual((await central.json<Received>("GET /api/stats"))["ventas"], 0);
  const empty = await central.json<Received>(RECEIVE, saidMessage([]));
  strictEqual(empty["ventasRecibidas"], 0);
});

Deno.test("C-19, C-20: a number that was used again shows both sales, and both count until a person voids one", async () => {
  await using central = await startCentral();
  await central.json(RECEIVE, EXAMPLE_MESSAGE);
  const again = {
    ...EXAMPLE_SALES[1],
    ...{ Total: 12.2, FechaVenta: "2025-03-04T19:00:00.000Z" },
    Detalles: [{
      ...EXAMPLE_SALES[1]?.Detalles[0],
      Cantidad: 2,
      Subtotal: 12.2,
    }],
  };
  await central.json(RECEIVE, { ...EXAMPLE_MESSAGE, ventas: [again] });
  const { ventas } = await central.json<{ ventas: Received[] }>(
    "GET /api/ventas",
  );
  deepStrictEqual(
    new Map(ventas.map((one) => [one["VentaID"], one["Total"]])),
    new Map([
      ["ABA-20250304-012*2", 12.2],
      ["ABA-20250304-012", 6.1],
      ["ABA-20250304-011", 15.7],
    ]),
  );
  const { venta } = await central.json<{ venta: Received }>(
    "GET /api/ventas/ABA-20250304-012*2",
  );
  strictEqual(venta["Total"], 12.2);
  const { conflictos } = await central.json<{ conflictos: Received[] }>(
    "GET /api/sincronizacion/conflictos",
  );
  deepStrictEqual(
    conflictos.map((one) => [one["VentaID"], one["tipo"], one["resuelto"]]),
    [["ABA-20250304-012", "conflicto", false]],
  );
  strictEqual((conflictos[0]?.["versiones"] as unknown[]).length, 2);
  const { logs } = await central.json<{ logs: Received[] }>(
    "GET /api/sincronizacion/logs",
  );
  ok(
    logs.some((row) =>
      row["Estado"] === "ERROR" &&
      String(row["Mensaje"]).includes("ABA-20250304-012")
    ),
  );
});

Deno.test("C-28, C-29: a message is answered at its exact path, never by a redirect", async () => {
  await using central = await startCentral();
  for (
    const path of [
      "/api/sincronizacion/recibir",
      "/api/sincronizacion/recibir/",
      "/API/sincronizacion/RECIBIR",
      "/api/sincronizar",
    ]
  ) {
    const answered = await central.ask(`POST ${path}`, {
      body: EXAMPLE_MESSAGE,
    });
    strictEqual(answered.status, 200);
    strictEqual((answered.json() as Received)["success"], true);
    strictEqual(answered.headers.get("location"), null);
  }
  strictEqual(
    (await central.ask("GET /api/sincronizacion/recibir")).status,
    404,
  );
});

Deno.test("C-34: a branch with the listener takes messages too, and answers at once", async () => {
  await using branch = await BranchSurface.start();
  const own = saidMessage([saidSale({ number: 1, branch: "CUS" })], "CUS");
  const { ventasRecibidas: count } = await branch.json<Received>(RECEIVE, own);
  strictEqual(count, 1);
});

Deno.test("C-30: messages of many branches at once are all answered, each once", async () => {
  await using central = await startCentral();
  const codes = ["ABA", "CUS", "AQP", "PIU", "TAC", "PUN"];
  const answers = await Promise.all(
    codes.flatMap((branch) =>
      [1, 1, 2].map((number) =>
        central.json<{ ventasRecibidas: number; ventasDuplicadas: number }>(
          RECEIVE,
          saidMessage([saidSale({ number, branch })], branch),
        )
      )
    ),
  );
  const sum = (key: keyof typeof answers[0]) =>
    answers.reduce((all, one) => all + one[key], 0);
  deepStrictEqual([sum("ventasRecibidas"), sum("ventasDuplicadas")], [12, 6]);
});

Deno.test("C-67: a branch sends sixty messages a minute, then it is told when to try again", async () => {
  await using central = await startCentral();
  const send = (branch: string) =>
    central.ask(RECEIVE, { body: saidMessage([], branch), from: ELSEWHERE });
  for (let i = 0; i < 60; i++) strictEqual((await send("ABA")).status, 200);
  const refused = await send("ABA");
  strictEqual(refused.status, 429);
  const seconds = Number(refused.headers.get("retry-after"));
  ok(seconds > 0 && seconds <= 60);
  strictEqual((await send("CUS")).status, 200);
  central.node.clock.advance(seconds * 1000);
  strictEqual((await send("ABA")).status, 200);
});

Deno.test("C-37, C-38, C-39: the log names branch and count, the status the last row and the last good one", async () => {
  await using central = await startCentral();
  await central.json(RECEIVE, EXAMPLE_MESSAGE);
  const now = new Date(central.node.clock.now()).toISOString();
  const { logs } = await central.json<{ logs: Received[] }>(
    "GET /api/sincronizacion/logs",
  );
  const { LogID: id, Mensaje: text, ...row } = logs[0] ?? {};
  strictEqual(typeof id, "number");
  match(String(text), /Abancay/);
  deepStrictEqual(row, {
    ...{ FechaHora: now, TipoSincronizacion: "RECEPCION", Estado: "EXITOSA" },
    ...{ CodigoSucursal: "ABA", RegistrosEnviados: 2 },
  });
  const other = { ...EXAMPLE_SALES[0], Total: 1 };
  await central.json(RECEIVE, { ...EXAMPLE_MESSAGE, ventas: [other] });
  await central.json(RECEIVE, saidMessage([{ basura: true }]));
  const { status } = await central.json<
    { status: Record<string, Received | null> }
  >(
    "GET /api/sincronizacion/estado",
  );
  deepStrictEqual(Object.keys(status), [
    ...["sucursal", "codigo", "tipo", "ultimaSincronizacion", "ultimaExitosa"],
    ...["ventasPendientes", "posiblesFaltantes"],
  ]);
  deepStrictEqual([status["tipo"], status["ventasPendientes"]], ["CENTRAL", 0]);
  const after = await central.json<{ logs: Received[] }>(
    "GET /api/sincronizacion/logs",
  );
  deepStrictEqual(
    status["ultimaSincronizacion"]?.["Mensaje"],
    after.logs[0]?.["Mensaje"],
  );
  strictEqual(status["ultimaExitosa"]?.["Estado"], "EXITOSA");
  ok(after.logs.some((one) => one["Estado"] === "ERROR"));
  ok(after.logs.every((one) => String(one["Mensaje"]).length <= 500));
  const { sucursales } = await central.json<{ sucursales: Received[] }>(
    "GET /api/sucursales",
  );
  const abancay = sucursales.find((one) => one["CodigoSucursal"] === "ABA");
  deepStrictEqual(
    [
      abancay?.["Nombre"],
      abancay?.["UltimaSincronizacion"],
      abancay?.["Estado"],
    ],
    ["Abancay", now, "PENDIENTE"],
  );
  match(
    String((await central.json<Received>("GET /api/stats"))["sincronizacion"]),
    /^\d{1,2}\/\d{1,2}\/\d{4}$/,
  );
});

Deno.test("C-10: numbers that a branch holds back are shown with the status", async () => {
  await using central = await startCentral();
  await central.json(
    RECEIVE,
    saidMessage(
      [1, 2, 5].map((number) => saidSale({ number, day: "2026-11-20" })),
    ),
  );
  const { status } = await central.json<{ status: Received }>(
    "GET /api/sincronizacion/estado",
  );
  const gaps = status["posiblesFaltantes"] as Received[];
  const day = gaps.find((one) => one["Fecha"] === "2026-11-20");
  deepStrictEqual(day, {
    ...{ CodigoSucursal: "ABA", Fecha: "2026-11-20", Cantidad: 2 },
    VentaIDs: ["ABA-20261120-003", "ABA-20261120-004"],
  });
});

Deno.test("C-73: a node that receives as a central serves all branches, and one on demand", async () => {
  await using central = await startCentral();
  await central.json(RECEIVE, EXAMPLE_MESSAGE);
  await central.json(
    RECEIVE,
    saidMessage([saidSale({ number: 1, branch: "CUS" })], "CUS"),
  );
  const count = async (query: string) =>
    (await central.json<{ ventas: Received[] }>(`GET /api/ventas${query}`))
      .ventas.length;
  deepStrictEqual([
    await count(""),
    await count("?sucursal=ABA"),
    await count("?sucursal=cus"),
    await count("?sucursal=*"),
  ], [3, 2, 1, 3]);
  const { productos, ventas } = await central.json<Received>("GET /api/stats");
  deepStrictEqual([productos, ventas], [3, 3]);
  const health = await central.json<Received>("GET /api/health");
  strictEqual(health["type"], "CENTRAL");
  await central.json("DELETE /api/ventas/ABA-20250304-011", undefined, {
    status: 403,
  });
  await central.json("DELETE /api/productos/ABA-PROD-020", undefined, {
    status: 403,
  });
});

Deno.test("C-71: markup that a branch sends reaches no screen", async () => {
  await using central = await startCentral();
  const evil = '<img src=x onerror="alert(1)">';
  const sale = {
    ...saidSale({ number: 1, products: [{ stock: 1, name: evil }] }),
    NombreVendedor: "<script>alert(1)</script>",
  };
  await central.json(RECEIVE, { ...saidMessage([sale]), nombreSucursal: evil });
  for (
    const path of [
      "productos",
      "ventas",
      "ventas/ABA-20250304-001",
      "sincronizacion/logs",
      "sincronizacion/estado",
      "sucursales",
      "reportes/ventas-por-vendedor?fechaInicio=2025-03-04&fechaFin=2025-03-04",
    ]
  ) {
    const { status, text } = await central.ask(`GET /api/${path}`);
    strictEqual(status, 200);
    strictEqual(/[<>]/.test(text), false, path);
  }
});

Deno.test("P-7: every call of the screens works on this machine after a login without any header, and none from another", async () => {
  await using branch = await BranchSurface.start();
  const id = await branch.addProduct();
  const sale = await branch.sell([id, 1]);
  const gone = await branch.addProduct();
  const days = "fechaInicio=2026-11-16&fechaFin=2026-11-22";
  const calls: [string, unknown?][] = [
    ["GET /api/stats"],
    ["GET /api/productos"],
    ["GET /api/productos?search=pan"],
    ["POST /api/productos", { Nombre: "Leche", PrecioVenta: 3.8 }],
    [`PUT /api/productos/${id}`, { Nombre: "Pan", PrecioVenta: 0.5 }],
    [`DELETE /api/productos/${gone}`],
    ["GET /api/ventas"],
    [`GET /api/ventas/${sale}`],
    ["POST /api/ventas", {
      UsuarioID: 417,
      Detalles: [{ ProductoID: id, Cantidad: 1 }],
    }],
    [`DELETE /api/ventas/${sale}`],
    [`GET /api/reportes/ventas-por-fecha?${days}`],
    [`GET /api/reportes/productos-mas-vendidos?${days}&limite=5`],
    [`GET /api/reportes/ventas-por-vendedor?${days}`],
    ["GET /api/reportes/productos-bajo-stock"],
    ["GET /api/sincronizacion/estado"],
    ["GET /api/sincronizacion/logs"],
    ["POST /api/sincronizacion/ejecutar"],
  ];
  const headers = { origin: "null" };
  for (const from of [ELSEWHERE, "127.0.0.1"]) {
    for (const [line, body] of calls) {
      const method = line.split(" ")[0] ?? "";
      const path = line.split(" ")[1] ?? "";
      const answered = await branch.ask(line, {
        ...(body === undefined ? {} : { body }),
        headers: from === ELSEWHERE ? {} : headers,
        from,
      });
      if (from === ELSEWHERE) {
        strictEqual(answered.status, 401, line);
        continue;
      }
      // A node that nobody is beside has nobody to tell.
      const expected = path.endsWith("ejecutar") ? [200, 502] : [200, 201];
      ok(expected.includes(answered.status), `${line} ${answered.text}`);
      strictEqual(answered.headers.get("access-control-allow-origin"), "*");
      if (method === "GET") continue;
      const asked = await branch.ask(`OPTIONS ${path}`, {
        headers: {
          ...headers,
          "access-control-request-method": method,
          "access-control-request-headers": "content-type",
        },
      });
      strictEqual(asked.status, 204);
      match(
        asked.headers.get("access-control-allow-methods") ?? "",
        new RegExp(method),
      );
    }
  }
  const body = { username: "jefa", password: PASSWORD };
  strictEqual(
    (await branch.ask("POST /api/auth/login", { body, headers })).status,
    200,
  );
});

Deno.test("C-27, C-65: whatever a branch sends, the answer is JSON, no 500, and the central goes on", async () => {
  await using central = await startCentral({
    surface: { messagesPerMinute: 1_000_000 },
  });
  const value = fc.oneof(
    fc.jsonValue({ maxDepth: 2 }),
    fc.constantFrom("ABA", "ABA-20250304-001", "ABA-PROD-001", 1e308, -1, "1"),
  );
  const line = fc.record({
    ...{ DetalleID: value, ProductoID: value, Cantidad: value },
    ...{ PrecioUnitario: value, Subtotal: value, ProductoStock: value },
    ...{ ProductoNombre: value, ProductoPrecioVenta: value },
  }, { requiredKeys: [] });
  const sale = fc.record({
    ...{ VentaID: value, FechaVenta: value, Total: value, UsuarioID: value },
    ...{ CodigoSucursal: value, NombreVendedor: value },
    Detalles: fc.oneof(fc.array(line, { maxLength: 3 }), value),
  }, { requiredKeys: [] });
  const message = fc.oneof(
    fc.record({
      ...{ sucursal: fc.constantFrom("ABA", "CUS"), nombreSucursal: value },
      ventas: fc.array(fc.oneof(sale, value), { maxLength: 4 }),
      productos: fc.oneof(fc.array(fc.oneof(line, value)), value),
    }, { requiredKeys: ["sucursal", "ventas"] }),
    fc.jsonValue(),
  );
  await fc.assert(
    fc.asyncProperty(message, async (sent) => {
      const answered = await central.ask(RECEIVE, {
        body: JSON.stringify(sent),
        headers: JSON_HEADERS,
      });
      ok([200, 400].includes(answered.status), answered.text);
      const { success } = answered.json() as Received;
      strictEqual(success, answered.status === 200);
    }),
    { numRuns: 200 },
  );
  deepStrictEqual(central.errors, []);
  for (
    const path of [
      "ventas",
      "productos",
      "sincronizacion/conflictos",
      "sincronizacion/logs",
    ]
  ) {
    strictEqual((await central.ask(`GET /api/${path}`)).status, 200, path);
  }
  const { ventasRecibidas: count } = await central.json<Received>(
    RECEIVE,
    saidMessage([saidSale({ number: 900, day: "2026-11-21" })]),
  );
  strictEqual(count, 1);
});
