/**
 * What nobody sends on purpose, at the branch software's surface.
 *
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { setImmediate } from "node:timers/promises";
import type { ProductId, Scope } from "../../crdt/mod.ts";
import {
  BODY_MS_MAX,
  BODY_SLOW_MS_MAX,
  createBodyReader,
} from "../../web/surfaces/branch_sync_body.ts";
import { BranchSurface } from "../support/branch_surface.ts";
import { createVirtualClock } from "../support/virtual_clock.ts";

Deno.test("C-65: values without a text are refused, whatever they are sent for", async () => {
  await using branch = await BranchSurface.start();
  const hostile = { toString: 1, valueOf: 2 };
  const sale = { UsuarioID: 417, Detalles: [{ ProductoID: "x", Cantidad: 1 }] };
  for (
    const [line, body] of [
      ["POST /api/sincronizacion/recibir", { sucursal: hostile, ventas: [] }],
      ["POST /api/ventas", { ...sale, ClienteDNI: hostile }],
      ["POST /api/ventas", { ...sale, UsuarioID: hostile }],
      ["POST /api/usuarios", { NombreUsuario: "ana", Rol: hostile }],
      ["POST /api/usuarios", { NombreUsuario: "ana", Activo: hostile }],
      ["POST /api/usuarios", {
        NombreUsuario: "ana",
        Password: "miel de abeja 7",
        SucursalPermitida: hostile,
      }],
      ["POST /api/productos", { Nombre: hostile, PrecioVenta: hostile }],
      ["POST /api/auth/login", { username: hostile, password: hostile }],
    ] as const
  ) {
    const { status, text } = await branch.ask(line, { body });
    ok(status >= 400 && status < 500, `${line} ${status} ${text}`);
  }
  strictEqual(branch.errors.length, 0);
});

Deno.test("C-71: no id that is served has a quote", async () => {
  await using branch = await BranchSurface.start();
  const product = `CUS-');alert("1")` as ProductId;
  const { useCases } = branch.node;
  const made = await useCases.createProduct({
    scope: "site:CUS" as Scope,
    product,
    name: "Té",
    price: { units: 200, currency: "PEN", exponent: 2 },
    stock: 1,
  });
  ok(made.ok);
  const sold = await useCases.recordSale({ lines: [{ product, quantity: 1 }] });
  ok(sold.ok);
  const { receipt, date } = sold.value.sale;
  for (
    const path of [
      "/api/productos",
      `/api/ventas/${receipt}`,
      "/api/reportes/productos-bajo-stock",
      `/api/reportes/productos-mas-vendidos?fechaInicio=${date}&fechaFin=${date}`,
    ]
  ) {
    const { text } = await branch.ask(`GET ${path}`);
    ok(text.includes("CUS-"), text);
    ok(!/'|\\"/.test(text), text);
  }
});

Deno.test("C-51: best sellers count what is weighed in its measure", async () => {
  await using branch = await BranchSurface.start();
  const { useCases } = branch.node;
  const price = { units: 200, currency: "PEN", exponent: 2 };
  const sell = async (id: string, quantity: number, unit?: "kg") => {
    const product = `CUS-PROD-${id}` as ProductId;
    const made = await useCases.createProduct({
      ...{ scope: "site:CUS" as Scope, product, name: id, price },
      stock: 10_000,
      ...(unit === undefined ? {} : { details: { unit } }),
    });
    ok(made.ok);
    const sold = await useCases.recordSale({ lines: [{ product, quantity }] });
    ok(sold.ok);
    return sold.value.sale.date;
  };
  await sell("001", 3);
  await sell("002", 1500, "kg");
  await sell("003", 1);
  const day = await sell("004", 2);
  const ranked = async (limit: number) => {
    const path = "/api/reportes/productos-mas-vendidos";
    const days = `fechaInicio=${day}&fechaFin=${day}`;
    const answered = await branch.ask(`GET ${path}?${days}&limite=${limit}`);
    const { productos } = answered.json() as {
      productos: { Nombre: string; CantidadVendida: number }[];
    };
    return productos.map((one) => `${one.Nombre} ${one.CantidadVendida}`);
  };
  deepStrictEqual(await ranked(2), ["001 3", "004 2"]);
  deepStrictEqual(await ranked(9), ["001 3", "004 2", "002 1.5", "003 1"]);
});

Deno.test("C-30: a day of sales on a slow line is read, a body that hardly comes is not", async () => {
  const clock = createVirtualClock(0);
  const read = async (bytesPerSecond: number, bytes: number) => {
    const text = JSON.stringify({ text: "x".repeat(bytes) });
    let at = 0;
    const body = new ReadableStream<Uint8Array>({
      async pull(controller) {
        await new Promise<void>((resolve) => void clock.timer(1000, resolve));
        const part = text.slice(at, at += bytesPerSecond);
        if (part === "") controller.close();
        else controller.enqueue(new TextEncoder().encode(part));
      },
    }, { highWaterMark: 0 });
    const request = new Request("http://localhost/", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body,
    });
    let done = false;
    const reading = createBodyReader(clock).read(request, 16_777_216)
      .finally(() => done = true);
    while (!done) {
      clock.advance(1000);
      await setImmediate();
    }
    return await reading;
  };
  ok((await read(8_000, 1_000_000)).ok);
  for (
    const [speed, bytes] of [[100, 1_000_000], [4_500, 2_000_000]] as const
  ) {
    const begun = clock.monotonic();
    const slow = await read(speed, bytes);
    strictEqual(!slow.ok && slow.error.status, 408);
    const took = clock.monotonic() - begun;
    ok(took >= BODY_MS_MAX && took <= BODY_SLOW_MS_MAX, `${took}`);
  }
});
