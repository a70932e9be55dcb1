import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import {
  commandWord,
  encodeForecourtLine,
  FORECOURT_LINE_BYTES_MAX,
  operationWord,
  parseForecourtLine,
  readCommand,
  readOperation,
  saleStateWord,
} from "../../../net/legacy/forecourt.ts";
import { createLineSplitter } from "../../../net/line_splitter.ts";

/** Objects as JSON can hold them, without texts that only half hold a character. */
const objects = fc.dictionary(
  fc.string({ unit: "grapheme" }).filter((key) => key !== "__proto__"),
  fc.jsonValue({ maxDepth: 3 }),
).map((it) => JSON.parse(JSON.stringify(it)) as Record<string, unknown>);

const bytesOf = (text: string) => new TextEncoder().encode(text);

Deno.test("parseForecourtLine() reads what encodeForecourtLine() wrote", () => {
  fc.assert(
    fc.property(objects, (message) => {
      const text = encodeForecourtLine(message);
      const line = parseForecourtLine(text);
      strictEqual(line.kind, "object");
      deepStrictEqual(line.kind === "object" && line.message, message);
    }),
  );
});

Deno.test("2.2(5) encodeForecourtLine() writes one ASCII line without an apostrophe, whatever it says", () => {
  fc.assert(
    fc.property(
      fc.dictionary(
        fc.string({ unit: "binary" }),
        fc.oneof(fc.string({ unit: "binary" }), fc.double()),
        { maxKeys: 5 },
      ),
      (message) => {
        const text = encodeForecourtLine(message);
        match(text, /^[\x20-\x7e]*\n$/);
        ok(!text.includes("'"));
        ok(!/NaN|Infinity/.test(text.replaceAll(/"(?:[^"\\]|\\.)*"/g, "")));
        JSON.parse(text);
      },
    ),
  );
});

Deno.test("2.2(1) encodeForecourtLine() puts a space after colons and commas", () => {
  const message = { "tipo": "comando", "n": [1, 2], "o": {}, "x": undefined };
  strictEqual(
    encodeForecourtLine(message),
    '{"tipo": "comando", "n": [1, 2], "o": {}}\n',
  );
});

Deno.test("parseForecourtLine() never throws, on any bytes", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      ok(
        ["object", "not_utf8", "malformed", "not_object"].includes(
          parseForecourtLine(bytes).kind,
        ),
      );
    }),
  );
});

Deno.test("2.1, 2.2 parseForecourtLine() tells what is wrong with a line", () => {
  const kinds = [
    "",
    "\r",
    "{oops",
    '{"a":NaN}',
    '{"a":Infinity}',
    '\ufeff{"a":1}',
    "5",
    "[1]",
    '"x"',
    "null",
    ' {"a" : 1.0}\r',
  ].map((text) => parseForecourtLine(bytesOf(text)).kind);
  deepStrictEqual(kinds, [
    ...Array(6).fill("malformed"),
    ...Array(4).fill("not_object"),
    "object",
  ]);
  for (const bytes of [[0xff], [0xc3, 0x28], [0xed, 0xa0, 0x80]]) {
    strictEqual(parseForecourtLine(Uint8Array.from(bytes)).kind, "not_utf8");
  }
});

Deno.test("parseForecourtLine() takes a line as deep as a line can be", () => {
  const depth = FORECOURT_LINE_BYTES_MAX / 2 - 4;
  const text = `{"a":${"[".repeat(depth)}${"]".repeat(depth)}}`;
  strictEqual(parseForecourtLine(text).kind, "object");
});

Deno.test("2.1(3) any split of a stream of lines gives the same messages", () => {
  fc.assert(
    fc.property(
      fc.array(objects, { maxLength: 5 }),
      fc.array(fc.nat()),
      (messages, cuts) => {
        const stream = bytesOf(messages.map(encodeForecourtLine).join(""));
        const places = cuts.map((it) => it % (stream.length + 1))
          .toSorted((a, b) => a - b);
        const splitter = createLineSplitter(FORECOURT_LINE_BYTES_MAX);
        const got: unknown[] = [];
        for (const [i, from] of [0, ...places].entries()) {
          splitter.push(stream.subarray(from, places[i]), (line) => {
            const read = parseForecourtLine(line);
            got.push(read.kind === "object" ? read.message : read.kind);
          });
        }
        deepStrictEqual(got, messages);
      },
    ),
  );
});

Deno.test("11.5 words of states, commands and ends", () => {
  for (const it of ["idle", "dispensing", "paused"] as const) {
    strictEqual(readOperation(operationWord(it)), it);
  }
  for (const it of ["pause", "resume", "stop"] as const) {
    strictEqual(readCommand(commandWord(it)), it);
  }
  for (const other of ["Disponible", "", 1, null, "constructor"]) {
    strictEqual(readOperation(other), undefined);
    strictEqual(readCommand(other), undefined);
  }
  deepStrictEqual(
    (["started", "completed", "cancelled", "failed"] as const)
      .map(saleStateWord),
    ["iniciada", "completada", "cancelada", "error"],
  );
});
