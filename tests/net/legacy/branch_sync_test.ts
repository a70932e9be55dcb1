import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import {
  type BranchSyncMessage,
  parseBranchSyncMessage,
  type UnusableSale,
  type UsableSale,
} from "../../../net/legacy/branch_sync.ts";
import { BRANCH_SYNC_LINES_MAX } from "../../../net/legacy/branch_sync_values.ts";

const LIMA = () => ({ timezone: "America/Lima", isUtc: false });

const LINE = {
  DetalleID: "ABA-20250304-011-1",
  ProductoID: "ABA-PROD-020",
  Cantidad: 2,
  PrecioUnitario: 6.1,
  Subtotal: 12.2,
  ProductoNombre: "Yogurt 1L",
  ProductoCodigo: "ABA",
  ProductoDescripcion: "Fresa",
  ProductoCategoria: "Lacteos",
  ProductoPrecioVenta: 6.1,
  ProductoStock: 34,
};
const SALE = {
  VentaID: "ABA-20250304-011",
  FechaVenta: "2025-03-04T18:05:10.317Z",
  Total: 12.2,
  CodigoSucursal: "ABA",
  UsuarioID: 3,
  NombreVendedor: "Cajera 3",
  Detalles: [LINE],
};

function parse(body: unknown): BranchSyncMessage {
  const message = parseBranchSyncMessage(body, LIMA);
  ok(message !== undefined);
  return message;
}

function parseSale(sale: unknown): UsableSale | UnusableSale {
  const [read] = parse({ sucursal: "ABA", ventas: [sale] }).sales;
  ok(read !== undefined);
  return read;
}

function usable(sale: unknown): UsableSale {
  const read = parseSale(sale);
  ok(read.kind === "sale", JSON.stringify(read));
  return read;
}

function unusable(sale: unknown, reason: RegExp): UnusableSale {
  const read = parseSale(sale);
  ok(read.kind === "unusable");
  ok(reason.test(read.reason), read.reason);
  deepStrictEqual(read.raw, sale);
  return read;
}

Deno.test("parseBranchSyncMessage() reads the current dialect", () => {
  const message = parse({
    sucursal: "ABA",
    nombreSucursal: "Abancay",
    ventas: [SALE],
  });
  strictEqual(message.site, "ABA");
  strictEqual(message.name, "Abancay");
  const read = usable(SALE);
  deepStrictEqual(read.sale, {
    receipt: "ABA-20250304-011",
    site: "ABA",
    wall: "2025-03-04T18:05:10.317",
    total: 1220,
    user: 3,
    seller: "Cajera 3",
    customer: null,
    lines: [{
      key: "ABA-20250304-011-1",
      product: {
        product: "ABA-PROD-020",
        site: "ABA",
        name: "Yogurt 1L",
        description: "Fresa",
        category: "Lacteos",
        barcode: null,
        price: 610,
        stock: 34,
      },
      quantity: 2,
      measured: false,
      price: 610,
      subtotal: 1220,
    }],
  });
  strictEqual(read.time.atMs, Date.UTC(2025, 2, 4, 23, 5, 10, 317));
  strictEqual(read.clockDoubt, false);
  strictEqual(read.totalOther, false);
});

Deno.test("C-16: the documented dialect lacks fields, which follow from others", () => {
  const { sale } = usable({
    VentaID: "CUS-20241109-001",
    FechaVenta: "2024-11-09T14:30:00",
    Total: 25.5,
    Detalles: [{
      ProductoID: "CUS-PROD-001",
      Cantidad: 3,
      PrecioUnitario: 8.5,
      Nombre: "Coca Cola",
      Stock: 40,
      PrecioVenta: 8.5,
    }],
  });
  strictEqual(sale.site, "CUS");
  strictEqual(sale.user, null);
  const [line] = sale.lines;
  strictEqual(line?.key, "CUS-20241109-001-1");
  strictEqual(line?.subtotal, 2550);
  deepStrictEqual(line?.product, {
    product: "CUS-PROD-001",
    site: "CUS",
    name: "Coca Cola",
    description: null,
    category: null,
    barcode: null,
    price: 850,
    stock: 40,
  });
});

Deno.test("C-15: the implemented names win over the documented ones", () => {
  const { sale } = usable({
    ...SALE,
    detalles: [],
    Detalles: [{
      ...LINE,
      Nombre: "x",
      Stock: 1,
      PrecioVenta: 1,
      Precio: 2,
      Descripcion: "x",
      Categoria: "x",
    }],
  });
  deepStrictEqual(sale.lines, usable(SALE).sale.lines);
});

Deno.test("H1: lines without stock and price say nothing of them", () => {
  const { sale } = usable({
    ...SALE,
    Detalles: [{
      DetalleID: LINE.DetalleID,
      ProductoID: LINE.ProductoID,
      Cantidad: 2,
      PrecioUnitario: 6.1,
      Subtotal: 12.2,
      ProductoNombre: "Yogurt 1L",
      ProductoCodigo: "ABA",
    }],
  });
  strictEqual(sale.lines[0]?.product.stock, null);
  strictEqual(sale.lines[0]?.product.price, null);
});

Deno.test("H0: lower-case lines, cashier, customer, and products beside", () => {
  const message = parse({
    sucursal: "CUS",
    timestamp: "2024-01-01T00:00:00Z",
    ventas: [{
      VentaID: "CUS-20240101-001",
      FechaVenta: "2024-01-01T10:00:00.000Z",
      Total: "4.00",
      NombreCajero: "Ana",
      ClienteNombre: "Luz",
      ClienteDNI: 12345678,
      detalles: [{ ProductoID: "CUS-PROD-001", Cantidad: 1, Precio: 4 }],
    }],
    productos: [
      {
        ProductoID: "CUS-PROD-009",
        Nombre: "Sal",
        Precio: 1.5,
        Stock: 0,
        CodigoBarras: "775",
      },
      { ProductoID: 7 },
      null,
    ],
  });
  const [read] = message.sales;
  ok(read?.kind === "sale");
  strictEqual(read.sale.seller, "Ana");
  deepStrictEqual(read.sale.customer, { name: "Luz", document: "12345678" });
  strictEqual(read.sale.lines[0]?.price, 400);
  strictEqual(message.name, "CUS");
  deepStrictEqual(message.products, [{
    product: "CUS-PROD-009",
    site: "CUS",
    name: "Sal",
    description: null,
    category: null,
    barcode: "775",
    price: 150,
    stock: 0,
  }]);
});

Deno.test("C-23: a stock of 0 is a stock, a missing one or null is none", () => {
  const stockOf = (value: unknown) =>
    usable({ ...SALE, Detalles: [{ ...LINE, ProductoStock: value }] })
      .sale.lines[0]?.product.stock;
  strictEqual(stockOf(0), 0);
  strictEqual(stockOf(-2), -2);
  strictEqual(stockOf(7.9), 7);
  strictEqual(stockOf(null), null);
  strictEqual(stockOf(undefined), null);
  strictEqual(stockOf("muchos"), null);
  strictEqual(stockOf(1e12), null);
});

Deno.test("C-24: a missing or zero list price is none", () => {
  for (const value of [undefined, null, 0, -1, "x"]) {
    const { sale } = usable({
      ...SALE,
      Detalles: [{ ...LINE, ProductoPrecioVenta: value }],
    });
    strictEqual(sale.lines[0]?.product.price, null, String(value));
    strictEqual(sale.lines[0]?.price, 610);
  }
});

Deno.test("C-51: a fraction is kept to thousandths", () => {
  const { sale } = usable({
    ...SALE,
    Detalles: [{
      ProductoID: "ABA-PROD-1",
      Cantidad: 1.2345,
      PrecioUnitario: 3,
    }],
    Total: 3.71,
  });
  const [line] = sale.lines;
  strictEqual(line?.quantity, 1235);
  strictEqual(line?.measured, true);
  strictEqual(line?.subtotal, 371);
});

Deno.test("C-53: a total that differs from its lines is kept and flagged beyond a cent a line", () => {
  const totalOther = (total: number) =>
    usable({ ...SALE, Total: total }).totalOther;
  strictEqual(totalOther(12.21), false);
  strictEqual(totalOther(12.22), true);
  strictEqual(usable({ ...SALE, Total: 99 }).sale.total, 9900);
});

Deno.test("C-44: a number may have any digits up to the column's length", () => {
  for (const id of ["ABA-20250304-1000", "ABA-20250304-123456789012"]) {
    strictEqual(usable({ ...SALE, VentaID: id }).sale.receipt, id);
  }
  unusable({ ...SALE, VentaID: "ABA-20250304-1234567890123" }, /VentaID/);
  unusable({ ...SALE, VentaID: "ABA-20250304-01" }, /VentaID/);
});

Deno.test("C-48: the clock of a sale whose day is off by the zone is doubted", () => {
  const sale = { ...SALE, FechaVenta: "2025-03-05T01:00:00Z" };
  strictEqual(usable(sale).clockDoubt, true);
});

Deno.test("C-27: each unusable sale says why, and the others are read", () => {
  unusable(null, /no es un objeto/);
  unusable([], /no es un objeto/);
  strictEqual(
    unusable({ ...SALE, VentaID: undefined }, /Falta VentaID/).receipt,
    null,
  );
  strictEqual(unusable({ ...SALE, VentaID: "x" }, /VentaID/).receipt, "x");
  unusable({ ...SALE, VentaID: 5 }, /VentaID/);
  unusable({ ...SALE, FechaVenta: undefined }, /FechaVenta/);
  unusable({ ...SALE, FechaVenta: "ayer" }, /FechaVenta/);
  unusable({ ...SALE, CodigoSucursal: "??" }, /CodigoSucursal/);
  unusable({ ...SALE, Total: undefined, Detalles: undefined }, /ni total/);
  unusable({ ...SALE, Total: "mucho" }, /Total/);
  unusable({ ...SALE, Total: 100_000_000 }, /Total/);
  unusable({ ...SALE, Detalles: {} }, /Detalles/);
  unusable({ ...SALE, Detalles: [5] }, /Detalle 1/);
  unusable(
    { ...SALE, Detalles: [LINE, { ...LINE, ProductoID: "" }] },
    /Detalle 2/,
  );
  unusable({ ...SALE, Detalles: [{ ...LINE, Cantidad: "dos" }] }, /Cantidad/);
  unusable({ ...SALE, Detalles: [{ ...LINE, Cantidad: 3e9 }] }, /Cantidad/);
  unusable({ ...SALE, Detalles: [{ ...LINE, PrecioUnitario: 1e9 }] }, /Precio/);
  const many = new Array(BRANCH_SYNC_LINES_MAX + 1).fill(LINE);
  unusable({ ...SALE, Detalles: many }, /más de/);
  const mixed = parse({ sucursal: "ABA", ventas: [null, SALE] });
  deepStrictEqual(mixed.sales.map(({ kind }) => kind), ["unusable", "sale"]);
  strictEqual(usable({ ...SALE, Detalles: undefined }).sale.lines.length, 0);
});

Deno.test("parseBranchSyncMessage() refuses what is no message", () => {
  for (
    const body of [
      null,
      5,
      "x",
      [],
      {},
      { sucursal: "ABA" },
      { ventas: [] },
      { sucursal: "", ventas: [] },
      { sucursal: "ABA", ventas: {} },
      { sucursal: ["ABA"], ventas: [] },
    ]
  ) strictEqual(parseBranchSyncMessage(body, LIMA), undefined);
});

Deno.test("parseBranchSyncMessage() never throws, and every sale gets one answer", () => {
  const value = fc.oneof(
    fc.anything(),
    fc.constantFrom(...Object.values(SALE), ...Object.values(LINE)),
  );
  const line = fc.record(
    Object.fromEntries(Object.keys(LINE).map((name) => [name, value])),
    { requiredKeys: [] },
  );
  const sale = fc.record({
    ...Object.fromEntries(Object.keys(SALE).map((name) => [name, value])),
    Detalles: fc.oneof(value, fc.array(fc.oneof(line, fc.constant(LINE)))),
  }, { requiredKeys: [] });
  fc.assert(fc.property(
    fc.array(fc.oneof(value, sale), { maxLength: 5 }),
    value,
    (ventas, productos) => {
      const message = parse({ sucursal: "ABA", ventas, productos });
      strictEqual(message.sales.length, ventas.length);
    },
  ));
});
