import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { PanalError } from "../../../crdt/mod.ts";
import { openTransactionsFile } from "../../../nodes/adapters/transactions_file.ts";
import { type Columns, PRESETS } from "../../../nodes/replay/columns.ts";
import {
  createLineReader,
  type SaleRow,
  type SourceRow,
} from "../../../nodes/replay/lines.ts";

const DATA = new URL("../../support/data/", import.meta.url).pathname;
const EXCERPT = `${DATA}complete_journey_excerpt.csv`;
const COLUMNS: Columns = PRESETS["complete-journey"] ?? {
  store: "",
  product: "",
  quantity: "",
  amount: "",
  time: "",
};

async function readRows(
  path: string,
  { columns = COLUMNS, delimiter = "," } = {},
): Promise<SourceRow[]> {
  const file = await openTransactionsFile(path, { delimiter });
  try {
    const rows: SourceRow[] = [];
    for await (const batch of file.rows(columns)) rows.push(...batch);
    strictEqual(file.share, 1);
    return rows;
  } finally {
    await file.close();
  }
}

function linesOf(rows: readonly SourceRow[]): SaleRow[] {
  const readLine = createLineReader({ timezone: "UTC", currency: "USD" });
  return rows.map((row) => {
    const line = readLine(row);
    ok(line.ok);
    return line.value;
  });
}

async function withFile(
  bytes: Uint8Array | string,
  body: (path: string) => Promise<void>,
): Promise<void> {
  const path = await Deno.makeTempFile();
  try {
    await (typeof bytes === "string"
      ? Deno.writeTextFile(path, bytes)
      : Deno.writeFile(path, bytes));
    await body(path);
  } finally {
    await Deno.remove(path);
  }
}

Deno.test("openTransactionsFile() reads the excerpt, every row a line", async () => {
  const lines = linesOf(await readRows(EXCERPT));
  strictEqual(lines.length, 3019);
  deepStrictEqual(lines[0], {
    row: 1,
    store: "406",
    basket: "31198655051",
    product: "1041453",
    quantity: 1,
    amount: { units: 143, currency: "USD", exponent: 2 },
    at: Date.UTC(2017, 0, 1, 12, 26, 30) * 1000,
  });
  const cents = lines.reduce((sum, it) => sum + it.amount.units, 0);
  strictEqual(cents, 945_903);
  strictEqual(lines.reduce((sum, it) => sum + it.quantity, 0), 343_239);
});

for (const codec of ["snappy", "gzip", "zstd"]) {
  Deno.test(`openTransactionsFile() reads Parquet with ${codec} as the same lines, row group after row group`, async () => {
    const path = `${DATA}complete_journey_${codec}.parquet`;
    const lines = linesOf(await readRows(path));
    const expected = linesOf((await readRows(EXCERPT)).slice(0, 250));
    deepStrictEqual(lines, expected);
  });
}

Deno.test("openTransactionsFile() reads gzipped CSV, also of several members", async () => {
  const text = await Deno.readFile(EXCERPT);
  const half = text.length >> 1;
  const parts = [text.subarray(0, half), text.subarray(half)].map((it) =>
    gzipSync(it)
  );
  const bytes = new Uint8Array(parts.flatMap((it) => [...it]));
  const expected = await readRows(EXCERPT);
  await withFile(bytes, async (path) => {
    deepStrictEqual(await readRows(path), expected);
  });
});

Deno.test("openTransactionsFile() reads other columns and delimiters, with a byte order mark", async () => {
  const columns = {
    store: "tienda",
    product: "producto",
    quantity: "cantidad",
    amount: "importe",
    time: "fecha",
  };
  const text = '\ufefffecha;"tienda";producto;cantidad;importe\r\n' +
    "2024-11-09;CUS;miel;2;25.00\r\n" + '2024-11-09;"a;b";polen;1;"7\r\n';
  await withFile(text, async (path) => {
    const rows = await readRows(path, { columns, delimiter: ";" });
    strictEqual(rows.length, 2);
    deepStrictEqual(rows[0], {
      row: 1,
      store: "CUS",
      product: "miel",
      quantity: "2",
      amount: "25.00",
      time: "2024-11-09",
    });
    strictEqual(rows[1]?.broken, true);
  });
});

Deno.test("openTransactionsFile() may be closed before the end", async () => {
  for (const name of ["excerpt.csv", "snappy.parquet"]) {
    const path = `${DATA}complete_journey_${name}`;
    const file = await openTransactionsFile(path, { delimiter: "," });
    for await (const batch of file.rows(COLUMNS)) {
      ok(batch.length >= 0);
      break;
    }
    await file.close();
  }
});

Deno.test("openTransactionsFile() says which file cannot be read", async () => {
  const failure = (error: unknown) =>
    error instanceof PanalError && error.code === "bundle_invalid" &&
    error.message.startsWith("Cannot read ");
  await rejects(readRows("/nowhere/at/all.csv"), failure);
  const parquet = await Deno.readFile(`${DATA}complete_journey_snappy.parquet`);
  await withFile(
    parquet.subarray(0, 3000),
    (path) => rejects(readRows(path), failure),
  );
  const damaged = parquet.slice();
  damaged.fill(0xff, 4, 400);
  await withFile(damaged, (path) => rejects(readRows(path), failure));
  const cut = gzipSync(await Deno.readFile(EXCERPT)).subarray(0, 5000);
  await withFile(cut, (path) => rejects(readRows(path), failure));
});

Deno.test("openTransactionsFile() finds no columns in an empty file", async () => {
  await withFile("", async (path) => {
    const file = await openTransactionsFile(path, { delimiter: "," });
    deepStrictEqual(file.header, []);
    await file.close();
  });
});
