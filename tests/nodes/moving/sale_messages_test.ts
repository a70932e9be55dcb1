import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { readTables } from "../../../nodes/moving/read_tables.ts";
import { salesOf } from "../../../nodes/moving/sale_messages.ts";

const SALES = "VentaID,Total,FechaVenta\n" +
  "CUS-20250304-001,5.00,2025-03-04 18:05:10.317\n";
const LINES = "DetalleID,VentaID,ProductoID,Cantidad,PrecioUnitario\n" +
  "CUS-20250304-001-1,CUS-20250304-001,CUS-PROD-001,2,2.50\n";

async function salesIn(files: Readonly<Record<string, string>>) {
  const tables = await readTables("tables", {
    listFolder: () => Promise.resolve(Object.keys(files)),
    readFile: (path) =>
      Promise.resolve(
        new TextEncoder().encode(files[path.slice("tables/".length)]),
      ),
    stderr: () => {},
  });
  return { sales: salesOf(tables), reports: tables.reports };
}

Deno.test("C-69: a sale that several databases hold has the lines of one of them", async () => {
  for (
    const files of [
      {
        "Abejitas_Cusco.dbo.Ventas.csv": SALES,
        "Abejitas_Cusco.dbo.DetalleVenta.csv": LINES,
        "Abejitas_Lima.dbo.Ventas.csv": SALES,
        "Abejitas_Lima.dbo.DetalleVenta.csv": LINES,
      },
      {
        "DetalleVenta.csv": LINES,
        "DetalleVenta_Consolidado.csv": LINES,
        "Ventas.csv": SALES,
        "Ventas_Consolidadas.csv": SALES,
      },
      {
        "DetalleVenta.csv": LINES,
        "Ventas.csv": SALES,
        "Ventas_Consolidadas.csv": SALES,
      },
    ]
  ) {
    const { sales, reports } = await salesIn(files);
    const [first, second] = sales.map(({ body }) => body);
    strictEqual((first?.["Detalles"] as unknown[]).length, 1);
    deepStrictEqual(first, second);
    strictEqual(reports.every(({ refused }) => refused.length === 0), true);
  }
});

Deno.test("C-20: a number that two databases hold with other content keeps the lines of each", async () => {
  const { sales } = await salesIn({
    "Central.Ventas.csv": SALES,
    "Central.DetalleVenta.csv": LINES,
    "Cusco.Ventas.csv": SALES,
    "Cusco.DetalleVenta.csv": LINES.replace(",2,", ",3,"),
  });
  deepStrictEqual(
    sales.map(({ body }) =>
      (body["Detalles"] as { Cantidad: number }[]).map((line) => line.Cantidad)
    ),
    [[2], [3]],
  );
});

Deno.test("C-46: a moved sale is the sale that its branch sends, also where the storage runs in UTC", async () => {
  const { sales } = await salesIn({ "Ventas.csv": SALES });
  strictEqual(sales[0]?.body["FechaVenta"], "2025-03-04T18:05:10.317Z");
});
