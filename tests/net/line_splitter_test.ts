import { deepStrictEqual, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { createLineSplitter } from "../../net/line_splitter.ts";

/** Splits chunks and gives the lines as text, and whether all was taken. */
function split(chunks: readonly Uint8Array[], max: number) {
  const lines: string[] = [];
  const take = (line: Uint8Array) =>
    void lines.push(String.fromCharCode(...line));
  const splitter = createLineSplitter(max);
  const fits = chunks.every((chunk) => splitter.push(chunk, take));
  splitter.end(take);
  return { lines, fits };
}

const bytes = (text: string) => new TextEncoder().encode(text);

/** Bytes in which line feeds are frequent. */
const streams = fc.array(
  fc.oneof(fc.constant(0x0a), fc.integer({ min: 0, max: 255 })),
  { maxLength: 200 },
).map((values) => Uint8Array.from(values));

function cut(stream: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const places = cuts.map((it) => it % (stream.length + 1))
    .toSorted((a, b) => a - b);
  return [0, ...places].map((from, i) => stream.subarray(from, places[i]));
}

Deno.test("createLineSplitter() gives the same lines however the stream is split", () => {
  fc.assert(
    fc.property(
      streams,
      fc.array(fc.nat()),
      fc.integer({ min: 1, max: 40 }),
      (stream, cuts, max) => {
        deepStrictEqual(
          split(cut(stream, cuts), max),
          split([stream], max),
        );
      },
    ),
  );
});

Deno.test("createLineSplitter() gives the same lines split at every byte, joined, or whole", () => {
  const stream = bytes('{"a":1}\r\n\n{"b":2}\nrest');
  const single = [...stream].map((byte) => Uint8Array.of(byte));
  const expected = {
    lines: ['{"a":1}\r', "", '{"b":2}', "rest"],
    fits: true,
  };

  deepStrictEqual(split([stream], 64), expected);
  deepStrictEqual(split(single, 64), expected);
});

Deno.test("createLineSplitter() takes a line of the longest length and none beyond", () => {
  for (const chunks of [["1234\n"], ["12", "34", "\n"], ["1234"]]) {
    deepStrictEqual(split(chunks.map(bytes), 4).lines, ["1234"]);
  }
  for (const chunks of [["a\n12345\nb\n"], ["a\n12", "345", "\nb\n"]]) {
    const { lines, fits } = split(chunks.map(bytes), 4);
    deepStrictEqual(lines, ["a"]);
    strictEqual(fits, false);
  }
});

Deno.test("createLineSplitter() never keeps more than one line may be long", () => {
  fc.assert(
    fc.property(fc.array(streams), fc.integer({ min: 1, max: 64 }), (
      chunks,
      max,
    ) => {
      const splitter = createLineSplitter(max);
      for (const chunk of chunks) {
        splitter.push(chunk, (line) => strictEqual(line.length <= max, true));
        strictEqual(splitter.waitingBytes <= max, true);
      }
    }),
  );
});
