import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { Buffer } from "node:buffer";
import fc from "fast-check";
import {
  createFrameReader,
  creditFrame,
  dataHeader,
  type WireFrame,
} from "../../net/frame.ts";
import { FRAME_BYTES_MAX } from "../../net/limits.ts";

const frame = fc.oneof(
  fc.uint8Array({ minLength: 1, maxLength: 300 })
    .map((body): WireFrame => ({ kind: "data", body })),
  fc.integer({ min: 0, max: 2 ** 32 - 1 })
    .map((bytes): WireFrame => ({ kind: "credit", bytes })),
);

function encode(frames: readonly WireFrame[]): Uint8Array {
  return new Uint8Array(
    Buffer.concat(
      frames.flatMap((one) =>
        one.kind === "data"
          ? [dataHeader(one.body.length), one.body]
          : [creditFrame(one.bytes)]
      ),
    ),
  );
}

function readAll(chunks: readonly Uint8Array[]): WireFrame[] {
  const reader = createFrameReader();
  return chunks.flatMap((chunk) => {
    const read = reader.push(chunk);
    ok(read.ok);
    return [...read.value];
  });
}

Deno.test("createFrameReader() gives the same frames for any split of the bytes", () => {
  fc.assert(fc.property(
    fc.array(frame, { maxLength: 12 }),
    fc.array(fc.nat(400), { maxLength: 40 }),
    (frames, sizes) => {
      const bytes = encode(frames);
      const chunks: Uint8Array[] = [];
      let at = 0;
      for (const size of sizes) {
        chunks.push(bytes.subarray(at, at + size));
        at += size;
      }
      chunks.push(bytes.subarray(at));
      deepStrictEqual(readAll(chunks), frames);
    },
  ));
});

Deno.test("createFrameReader() never throws on arbitrary bytes and stays at its fault", () => {
  fc.assert(fc.property(
    fc.array(fc.uint8Array({ maxLength: 40 })),
    (chunks) => {
      const reader = createFrameReader();
      let fault: string | undefined;
      for (const chunk of chunks) {
        const read = reader.push(chunk);
        if (fault !== undefined) {
          deepStrictEqual(read, { ok: false, error: fault });
        }
        if (!read.ok) fault = read.error;
      }
    },
  ));
});

Deno.test("createFrameReader() reads the longest frame byte by byte at the seams", () => {
  const body = new Uint8Array(FRAME_BYTES_MAX).fill(7);
  const bytes = encode([{ kind: "data", body }, { kind: "credit", bytes: 1 }]);
  const chunks = [bytes.subarray(0, 3), bytes.subarray(3, 6)];
  for (let at = 6; at < bytes.length; at += 70_001) {
    chunks.push(bytes.subarray(at, at + 70_001));
  }
  const [first, second] = readAll(chunks);
  ok(first?.kind === "data");
  strictEqual(Buffer.compare(first.body, body), 0);
  deepStrictEqual(second, { kind: "credit", bytes: 1 });
});

Deno.test("createFrameReader() refuses bad headers before it takes the body", () => {
  const cases: [number[], string][] = [
    [[0, 0, 0, 0, 0], "frame_empty"],
    [[0, 0, 0, 0, 1], "frame_empty"],
    [[0, 0x40, 0, 1, 0], "frame_too_large"],
    [[255, 255, 255, 255, 0], "frame_too_large"],
    [[0, 0, 0, 5, 1], "frame_too_large"],
    [[0, 0, 0, 3, 1], "kind_unknown"],
    [[0, 0, 0, 1, 2], "kind_unknown"],
  ];
  for (const [header, error] of cases) {
    const read = createFrameReader().push(Uint8Array.from(header));
    deepStrictEqual(read, { ok: false, error });
  }
});

Deno.test("createFrameReader() copies: the chunk may be used again, also a Buffer of Node's", () => {
  const chunk = Buffer.from(
    encode([{ kind: "data", body: Uint8Array.of(1, 2) }]),
  );
  const read = createFrameReader().push(chunk);
  chunk.fill(0);
  deepStrictEqual(read, {
    ok: true,
    value: [{ kind: "data", body: Uint8Array.of(1, 2) }],
  });
});
