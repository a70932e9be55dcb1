import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import {
  createRowReader,
  type OldRow,
  type RefusedRow,
  type TableKind,
  tableOfFile,
} from "../../../nodes/moving/old_tables.ts";
import { decodeTable, tableRecords } from "../../../nodes/moving/table_text.ts";

/** Reads a table's text as the import does. */
function readRows<K extends TableKind>(
  kind: K,
  text: string,
): (OldRow<K> | RefusedRow)[] {
  const [header, ...records] = tableRecords(text);
  const reader = createRowReader(kind, header?.fields ?? []);
  ok(typeof reader !== "string", String(reader));
  return records.map(reader).filter((row) => row !== undefined);
}

Deno.test("C-69: tableOfFile() knows the tables of both generations and of an older central", () => {
  const cases: readonly (readonly [string, TableKind | undefined])[] = [
    ["Ventas.csv", "sales"],
    ["dbo.Ventas.csv", "sales"],
    ["Abejitas_Cusco.dbo.DetalleVenta.TXT", "lines"],
    ["ventas_consolidadas.csv", "sales"],
    ["DetalleVenta_Consolidado.csv", "lines"],
    ["Productos_Consolidado.tsv", "products"],
    ["Usuarios.csv", "users"],
    ["Sucursales.csv", "branches"],
    ["LogSincronizacion.csv", "log"],
    ["Ventas.xlsx", undefined],
    ["Ventas (2).csv", undefined],
    ["notas.csv", undefined],
  ];
  for (const [file, kind] of cases) strictEqual(tableOfFile(file), kind, file);
});

Deno.test("C-69: products of the older generation have one price and a code on the package", () => {
  const [row] = readRows(
    "products",
    "CodigoSucursal;ProductoID;Nombre;Precio;Stock;CodigoBarras\r\n" +
      'ABA;ABA-PROD-001;"Inka Cola; 2L";5,00;80;7750182000123\r\n',
  );
  deepStrictEqual(row, {
    line: 2,
    id: "ABA-PROD-001",
    site: "ABA",
    name: "Inka Cola; 2L",
    price: 5,
    stock: 80,
    barcode: "7750182000123",
  });
});

Deno.test("C-69: sales of an older central say who sold", () => {
  const [row] = readRows(
    "sales",
    "VentaID,CodigoSucursal,NombreCajero,Total,FechaVenta,UsuarioID,Sincronizado\n" +
      "CUS-20241109-001,CUS,Cajera 3,16.50,2024-11-09 14:30:00.000,NULL,1\n",
  );
  deepStrictEqual(row, {
    line: 2,
    id: "CUS-20241109-001",
    site: "CUS",
    seller: "Cajera 3",
    total: 16.5,
    at: "2024-11-09T14:30:00.000",
  });
});

Deno.test("a row that cannot be used is told with its line and its reason", () => {
  const rows = readRows(
    "lines",
    [
      "VentaID,ProductoID,Cantidad,PrecioUnitario",
      "-------,----------,--------,--------------",
      "A-1,P-1,2,1.50",
      "",
      'A-1,"two',
      'lines",x,1.50',
      "A-1,P-1,2",
      ",P-1,2,1.50",
      "(4 rows affected)",
    ].join("\n"),
  );
  deepStrictEqual(rows, [
    { line: 3, sale: "A-1", product: "P-1", quantity: 2, price: 1.5 },
    { line: 5, reason: 'Cantidad is not a number: "x"' },
    { line: 7, reason: "it has 3 fields, and the first line has 4" },
    { line: 8, reason: "VentaID is empty" },
  ]);
});

Deno.test("C-70: a hash that cannot be read is not shown", () => {
  const reader = createRowReader("users", ["UsuarioID", "NombreUsuario"]);
  ok(typeof reader === "string" && reader.includes('"Password"'), `${reader}`);
});

Deno.test("decodeTable() reads what Windows programs save", () => {
  const text = "Nombre\r\nAño, niño – «miel» €";
  const utf16 = (littleEndian: boolean) => {
    const bytes = new DataView(new ArrayBuffer(text.length * 2 + 2));
    [0xfeff, ...text].forEach((one, i) => {
      const unit = typeof one === "number" ? one : one.charCodeAt(0);
      bytes.setUint16(i * 2, unit, littleEndian);
    });
    return new Uint8Array(bytes.buffer);
  };
  strictEqual(decodeTable(utf16(true)), text);
  strictEqual(decodeTable(utf16(false)), text);
  const utf8 = new TextEncoder().encode(text);
  strictEqual(decodeTable(utf8), text);
  strictEqual(decodeTable(Uint8Array.of(0xef, 0xbb, 0xbf, ...utf8)), text);
  const latin = Uint8Array.of(0x4e, 0x69, 0xf1, 0x6f, 0x20, 0x80);
  strictEqual(decodeTable(latin), "Niño €");
});

Deno.test("tableRecords() gives each record the line on which it begins", () => {
  const field = fc.stringMatching(/^[a-z ,;"\n]{0,6}$/);
  const row = fc.tuple(field, field);
  fc.assert(fc.property(fc.array(row, { minLength: 1 }), (rows) => {
    const lines = ["x;y"];
    const expected: [number, string[]][] = [[1, ["x", "y"]]];
    for (const [a, b] of rows) {
      expected.push([lines.join("\n").split("\n").length + 1, [a, b]]);
      const quoted = [a, b].map((it) => `"${it.replaceAll('"', '""')}"`);
      lines.push(quoted.join(";"));
    }
    const found = [...tableRecords(lines.join("\n"))];
    deepStrictEqual(
      found.map(({ line, fields }) => [line, fields]),
      expected,
    );
  }));
});

Deno.test("tables of any bytes break nothing", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
    for (const { fields } of tableRecords(decodeTable(bytes))) {
      createRowReader("sales", fields ?? []);
    }
  }));
});
