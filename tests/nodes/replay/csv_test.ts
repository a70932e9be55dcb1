import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import {
  createCsvReader,
  CSV_RECORD_LENGTH_MAX,
  type CsvRecord,
} from "../../../nodes/replay/csv.ts";

function readAll(pieces: readonly string[], delimiter = ","): CsvRecord[] {
  const reader = createCsvReader(delimiter);
  return [...pieces.flatMap((it) => reader.push(it)), ...reader.finish()];
}

/** Cuts a text at the places that the numbers name. */
function cut(text: string, places: readonly number[]): string[] {
  const at = places.map((it) => it % (text.length + 1)).sort((a, b) => a - b);
  return [0, ...at].map((from, i) => text.slice(from, at[i] ?? text.length));
}

function write(
  records: readonly (readonly string[])[],
  { delimiter, end, quoteAll }: {
    readonly delimiter: string;
    readonly end: string;
    readonly quoteAll: boolean;
  },
): string {
  const quote = (field: string, alone: boolean) =>
    quoteAll || alone && field === "" || /["\r\n,;\t]|^\ufeff/.test(field)
      ? `"${field.replaceAll('"', '""')}"`
      : field;
  return records.map((fields) =>
    fields.map((it) => quote(it, fields.length === 1)).join(delimiter) + end
  ).join("");
}

const field = fc.oneof(
  fc.string({ unit: "binary", maxLength: 8 }),
  fc.string({ unit: fc.constantFrom('"', ",", ";", "\r", "\n", "a", " ") }),
);

Deno.test("createCsvReader() reads back what was written, however it is cut", () => {
  fc.assert(fc.property(
    fc.array(fc.array(field, { minLength: 1, maxLength: 5 }), { maxLength: 6 }),
    fc.record({
      delimiter: fc.constantFrom(",", ";", "\t"),
      end: fc.constantFrom("\n", "\r\n", "\r"),
      quoteAll: fc.boolean(),
    }),
    fc.array(fc.nat(), { maxLength: 8 }),
    (records, style, places) => {
      const text = write(records, style);
      deepStrictEqual(readAll(cut(text, places), style.delimiter), records);
    },
  ));
});

Deno.test("createCsvReader() never throws, and says the same however any text is cut", () => {
  fc.assert(fc.property(
    fc.string({ unit: fc.constantFrom('"', ",", "\r", "\n", "a", "\ufeff") }),
    fc.array(fc.nat(), { maxLength: 8 }),
    (text, places) => {
      deepStrictEqual(readAll(cut(text, places)), readAll([text]));
    },
  ));
});

Deno.test("createCsvReader() never throws on arbitrary bytes", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
    readAll([new TextDecoder().decode(bytes)]);
  }));
});

Deno.test("createCsvReader() takes off a byte order mark and skips empty lines", () => {
  deepStrictEqual(readAll(["\ufeffa,b\n\n\r\n1,2"]), [["a", "b"], ["1", "2"]]);
});

Deno.test("createCsvReader() is lenient about quotes inside fields", () => {
  deepStrictEqual(readAll(['5" tape,"a"b,"c""d"\n']), [[
    '5" tape',
    "ab",
    'c"d',
  ]]);
});

Deno.test("createCsvReader() reports a quote that nobody closed, and reads on behind a record that is too long", () => {
  deepStrictEqual(readAll(['a\n"b']), [["a"], undefined]);
  const long = "x".repeat(CSV_RECORD_LENGTH_MAX + 1);
  const records = readAll([`a\n"${long}`, `${long},1\nb,2\n`]);
  strictEqual(records.length, 3);
  deepStrictEqual(records, [["a"], undefined, ["b", "2"]]);
});

Deno.test("createCsvReader() holds no record of delimiters without end", () => {
  const reader = createCsvReader(",");
  for (let i = 0; i < 3; i++) reader.push(",".repeat(CSV_RECORD_LENGTH_MAX));
  const records = reader.push("\n1,2\n");
  ok(records[0] === undefined);
  deepStrictEqual(records[1], ["1", "2"]);
});
