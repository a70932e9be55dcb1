import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import type { ProductId, SiteCode } from "../../../crdt/ids.ts";
import {
  BRANCH_SYNC_SEND_BYTES_MAX,
  BRANCH_SYNC_SEND_SALES_MAX,
  encodeBranchSyncMessage,
  encodeBranchSyncSale,
  fitBranchSyncSales,
  latin1Text,
} from "../../../net/legacy/branch_sync_message.ts";
import type {
  BranchSyncLine,
  BranchSyncSale,
  BranchSyncSnapshot,
} from "../../../net/legacy/branch_sync_values.ts";
import { createOriginalCentral } from "../../support/original_central_model.ts";

const ABA = "ABA" as SiteCode;

function snapshot(fields: Partial<BranchSyncSnapshot> = {}) {
  return {
    product: "ABA-PROD-020" as ProductId,
    site: ABA,
    name: "Yogurt 1L",
    description: "Fresa",
    category: "Lacteos",
    barcode: null,
    price: 610,
    stock: 34,
    ...fields,
  };
}

function line(fields: Partial<BranchSyncLine> = {}): BranchSyncLine {
  return {
    key: "ABA-20250304-011-1",
    product: snapshot(),
    quantity: 2,
    measured: false,
    price: 610,
    subtotal: 1220,
    ...fields,
  };
}

function sale(fields: Partial<BranchSyncSale> = {}): BranchSyncSale {
  return {
    receipt: "ABA-20250304-011",
    site: ABA,
    wall: "2025-03-04T18:05:10.317",
    total: 1570,
    user: 3,
    seller: "Cajera 3",
    customer: null,
    lines: [line()],
    ...fields,
  };
}

function textOf(value: BranchSyncSale): string {
  const text = encodeBranchSyncSale(value);
  if (!text.ok) throw new TypeError(`it cannot be sent: ${text.error}`);
  return text.value;
}

const lineOf = (value: BranchSyncLine) =>
  JSON.parse(textOf(sale({ lines: [value] }))).Detalles[0];

const utf8Length = (text: string) => new TextEncoder().encode(text).length;

Deno.test("encodeBranchSyncMessage() writes the worked example of the protocol", () => {
  const bread = snapshot({
    product: "ABA-PROD-021" as ProductId,
    name: "Pan integral",
    description: null,
    category: null,
    price: 350,
    stock: 0,
  });
  const second = line({
    key: "ABA-20250304-011-2",
    product: bread,
    quantity: 1,
    price: 350,
    subtotal: 350,
  });
  const text = textOf(sale({ lines: [line(), second] }));
  const body = encodeBranchSyncMessage({ site: "ABA", name: "Abancay" }, [
    text,
  ]);
  deepStrictEqual(JSON.parse(body), {
    "sucursal": "ABA",
    "nombreSucursal": "Abancay",
    "ventas": [{
      "VentaID": "ABA-20250304-011",
      "FechaVenta": "2025-03-04T18:05:10.317Z",
      "Total": 15.7,
      "CodigoSucursal": "ABA",
      "UsuarioID": 3,
      "NombreVendedor": "Cajera 3",
      "Detalles": [
        {
          "DetalleID": "ABA-20250304-011-1",
          "ProductoID": "ABA-PROD-020",
          "Cantidad": 2,
          "PrecioUnitario": 6.1,
          "Subtotal": 12.2,
          "ProductoNombre": "Yogurt 1L",
          "ProductoCodigo": "ABA",
          "ProductoDescripcion": "Fresa",
          "ProductoCategoria": "Lacteos",
          "ProductoPrecioVenta": 6.1,
          "ProductoStock": 34,
        },
        {
          "DetalleID": "ABA-20250304-011-2",
          "ProductoID": "ABA-PROD-021",
          "Cantidad": 1,
          "PrecioUnitario": 3.5,
          "Subtotal": 3.5,
          "ProductoNombre": "Pan integral",
          "ProductoCodigo": "ABA",
          "ProductoDescripcion": null,
          "ProductoCategoria": null,
          "ProductoPrecioVenta": 3.5,
          "ProductoStock": 0,
        },
      ],
    }],
  });
});

Deno.test("C-25: names that are too long are cut, and letters that Latin-1 lacks keep their base", () => {
  const product = snapshot({
    name: "ñ".repeat(120),
    description: "Ştefan Łódź 蜂蜜 ﬁn",
    category: "x".repeat(60),
  });
  const wire = lineOf(line({ product }));
  strictEqual(wire.ProductoNombre, "ñ".repeat(100));
  strictEqual(wire.ProductoDescripcion, "Stefan ?ódz ?? fin");
  strictEqual(wire.ProductoCategoria.length, 50);
});

Deno.test("C-26: ids, codes, amounts and quantities beyond the central's storage are refused, never cut", () => {
  const whyNot = (fields: Partial<BranchSyncSale>) => {
    const text = encodeBranchSyncSale(sale(fields));
    return text.ok ? "sent" : text.error;
  };
  const product = (fields: Partial<BranchSyncSnapshot>) => [
    line({ product: snapshot(fields) }),
  ];
  strictEqual(whyNot({ receipt: `ABA-20250304-${"1".repeat(13)}` }), "id");
  strictEqual(whyNot({ receipt: `ABA-20250304-${"1".repeat(12)}` }), "sent");
  strictEqual(
    whyNot({ lines: product({ product: "x".repeat(21) as ProductId }) }),
    "id",
  );
  strictEqual(
    whyNot({ lines: product({ product: "miel-蜂" as ProductId }) }),
    "id",
  );
  strictEqual(whyNot({ lines: [line({ key: "k".repeat(31) })] }), "id");
  strictEqual(whyNot({ site: "CUSCO" as SiteCode }), "code");
  strictEqual(
    whyNot({ lines: product({ site: "LIMA" as SiteCode }) }),
    "code",
  );
  strictEqual(whyNot({ total: 9_999_999_999 }), "sent");
  strictEqual(whyNot({ total: 10_000_000_000 }), "amount");
  strictEqual(whyNot({ total: NaN }), "amount");
  strictEqual(whyNot({ lines: [line({ subtotal: 1e12 })] }), "amount");
  strictEqual(whyNot({ lines: [line({ quantity: 2 ** 31 })] }), "quantity");
  strictEqual(whyNot({ user: null }), "quantity");
});

Deno.test("C-51: a quantity with a fraction goes as one piece that costs what the line costs", () => {
  const measured = (quantity: number, subtotal: number) => {
    const wire = lineOf(
      line({ measured: true, quantity, price: 800, subtotal }),
    );
    return [wire.Cantidad, wire.PrecioUnitario, wire.Subtotal];
  };
  deepStrictEqual(measured(1250, 1000), [1, 10, 10]);
  deepStrictEqual(measured(-1250, -1000), [-1, 10, -10]);
  deepStrictEqual(measured(2000, 1600), [2, 8, 16]);
});

Deno.test("C-23, C-24: stock is rounded down and never below 0, and nothing is left out", () => {
  const stockOf = (stock: number | null) =>
    lineOf(line({ product: snapshot({ stock }) })).ProductoStock;
  deepStrictEqual([2.9, -3, null, 0, 2 ** 40].map(stockOf), [
    2,
    0,
    0,
    0,
    2 ** 31 - 1,
  ]);
  const bare = snapshot({ name: null, price: null, stock: null });
  const wire = lineOf(line({ product: bare }));
  strictEqual(wire.ProductoNombre, "ABA-PROD-020");
  strictEqual(wire.ProductoPrecioVenta, 6.1);
});

Deno.test("C-40: a sale that alone is larger than a body is refused", () => {
  const lines = (count: number) =>
    Array.from({ length: count }, (_, i) => line({ key: `k-${i}` }));
  ok(encodeBranchSyncSale(sale({ lines: lines(280) })).ok);
  deepStrictEqual(encodeBranchSyncSale(sale({ lines: lines(500) })), {
    ok: false,
    error: "size",
  });
});

Deno.test("C-11, C-12: any sales go into bodies within both limits, in order, each once", () => {
  const anySale = fc.record({
    lines: fc.integer({ min: 0, max: 40 }),
    name: fc.oneof(
      fc.string({ unit: "grapheme", maxLength: 100 }),
      fc.constant("ñ".repeat(100)),
    ),
  });
  fc.assert(
    fc.property(fc.array(anySale, { maxLength: 130, size: "max" }), (sales) => {
      const texts = sales.map(({ lines, name }, i) =>
        textOf(sale({
          receipt: `ABA-20250304-${100 + i}`,
          lines: Array.from({ length: lines }, (_, at) =>
            line({ key: `${i}-${at}`, product: snapshot({ name }) })),
        }))
      );
      const sender = { site: "ABA", name: "Abancay ñ" };
      const arrived: string[] = [];
      for (let rest = texts; rest.length > 0;) {
        const count = fitBranchSyncSales(sender, rest);
        ok(count > 0 && count <= BRANCH_SYNC_SEND_SALES_MAX);
        const body = encodeBranchSyncMessage(sender, rest.slice(0, count));
        ok(utf8Length(body) <= BRANCH_SYNC_SEND_BYTES_MAX);
        const more = encodeBranchSyncMessage(sender, rest.slice(0, count + 1));
        ok(
          count === rest.length || count === BRANCH_SYNC_SEND_SALES_MAX ||
            utf8Length(more) > BRANCH_SYNC_SEND_BYTES_MAX,
        );
        for (const one of JSON.parse(body).ventas) arrived.push(one.VentaID);
        rest = rest.slice(count);
      }
      deepStrictEqual(
        arrived,
        texts.map((_, i) => `ABA-20250304-${100 + i}`),
      );
    }),
    { numRuns: 30 },
  );
});

Deno.test("encodeBranchSyncSale() writes nothing that an original central refuses or changes", () => {
  const cents = fc.integer({ min: -9_999_999_999, max: 9_999_999_999 });
  const text = fc.string({ unit: "grapheme", maxLength: 300 });
  const anyLine = fc.record({
    quantity: fc.integer({ min: -(2 ** 31), max: 2 ** 31 }),
    measured: fc.boolean(),
    price: cents,
    subtotal: cents,
    product: fc.record({
      product: fc.string({ minLength: 1, maxLength: 22 }).map((id) =>
        id as ProductId
      ),
      site: fc.constantFrom(ABA, "LIM" as SiteCode),
      name: fc.option(text),
      description: fc.option(text),
      category: fc.option(text),
      barcode: fc.constant(null),
      price: fc.option(cents),
      stock: fc.option(fc.double({ noNaN: true })),
    }),
  });
  fc.assert(
    fc.property(fc.array(anyLine, { maxLength: 5 }), cents, (lines, total) => {
      const one = sale({
        total,
        user: 1,
        lines: lines.map((it, i) => ({ ...it, key: `k-${i}` })),
      });
      const encoded = encodeBranchSyncSale(one);
      if (!encoded.ok) return;
      const central = createOriginalCentral();
      const sender = { site: "ABA", name: "Abancay" };
      const body = encodeBranchSyncMessage(sender, [encoded.value]);
      const answer = central.receive(new TextEncoder().encode(body));
      strictEqual(answer?.status, 200);
      const stored = central.sales.get(one.receipt);
      strictEqual(stored?.total, total);
      deepStrictEqual(
        stored.lines.map((it) => it.subtotal),
        one.lines.map((it) => it.subtotal),
      );
      strictEqual(
        new Date(stored.wall).toISOString(),
        "2025-03-04T18:05:10.317Z",
      );
    }),
    { numRuns: 200 },
  );
});

Deno.test("latin1Text() gives Latin-1 text of at most its length for any text", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: "binary" }),
      fc.integer({ min: 0, max: 20 }),
      (text, length) => {
        const out = latin1Text(text, length);
        ok(out.length <= length);
        ok([...out].every((it) => (it.codePointAt(0) ?? 0) < 256));
      },
    ),
  );
});
