import { deepStrictEqual, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import {
  createFleetFrameSplitter,
  encodeFleetFrame,
  FLEET_LIST_BYTES_MAX,
  FLEET_PAYLOAD_BYTES_MAX,
} from "../../../net/legacy/fleet_frames.ts";

const CAP = 512;
const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

/** Cuts chunks and gives the frames, and whether all was taken. */
function split(chunks: readonly Uint8Array[], cap = CAP) {
  const frames: [number, string][] = [];
  const splitter = createFleetFrameSplitter(cap);
  const fits = chunks.every((chunk) => {
    // A reader may use its buffer again once the bytes were taken.
    const own = chunk.slice();
    const taken = splitter.push(
      own,
      ({ opcode, payload }) => void frames.push([opcode, decode(payload)]),
    );
    own.fill(0);
    return taken;
  });
  return { frames, fits, inFrame: splitter.inFrame };
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

function cut(stream: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const places = cuts.map((it) => it % (stream.length + 1))
    .toSorted((a, b) => a - b);
  return [0, ...places].map((from, i) => stream.subarray(from, places[i]));
}

const someFrames = fc.array(
  fc.tuple(fc.integer({ min: 0, max: 255 }), fc.string({ maxLength: 100 })),
  { maxLength: 8 },
);

Deno.test("createFleetFrameSplitter() gives the same frames however the stream is cut", () => {
  fc.assert(
    fc.property(someFrames, fc.array(fc.nat()), (frames, cuts) => {
      const stream = joined(
        frames.map(([opcode, text]) => encodeFleetFrame(opcode, text)),
      );

      deepStrictEqual(split(cut(stream, cuts)), {
        frames,
        fits: true,
        inFrame: false,
      });
    }),
  );
});

Deno.test("createFleetFrameSplitter() reads a frame cut at each byte, and one without a payload", () => {
  const stream = joined([
    encodeFleetFrame(2, '{"card_id":7}'),
    encodeFleetFrame(9, ""),
    encodeFleetFrame(255, "ñ"),
  ]);
  const frames = [[2, '{"card_id":7}'], [9, ""], [255, "ñ"]];

  for (let at = 0; at <= stream.length; at++) {
    const parts = [stream.subarray(0, at), stream.subarray(at)];
    deepStrictEqual(split(parts), { frames, fits: true, inFrame: false });
  }
  deepStrictEqual(
    split([...stream].map((byte) => Uint8Array.of(byte))).frames,
    frames,
  );
});

Deno.test("createFleetFrameSplitter() says whether a frame is not whole", () => {
  const frame = encodeFleetFrame(0, "{}");
  for (let at = 1; at < frame.length; at++) {
    strictEqual(split([frame.subarray(0, at)]).inFrame, true);
  }
  strictEqual(split([]).inFrame, false);
});

Deno.test("createFleetFrameSplitter() takes a payload as long as it may be, and refuses a longer one by its header", () => {
  strictEqual(split([encodeFleetFrame(4, "x".repeat(CAP))]).frames.length, 1);
  const over = encodeFleetFrame(4, "x".repeat(CAP + 1));

  const refused = split([encodeFleetFrame(1, "a"), over.subarray(0, 5), over]);

  deepStrictEqual(refused.frames, [[1, "a"]]);
  strictEqual(refused.fits, false);
});

Deno.test("createFleetFrameSplitter() allocates for what came, not for what a header promises", () => {
  for (const cap of [FLEET_PAYLOAD_BYTES_MAX, FLEET_LIST_BYTES_MAX]) {
    const splitter = createFleetFrameSplitter(cap);
    const header = new Uint8Array(5);
    new DataView(header.buffer).setUint32(1, cap);
    const take = () => {};

    strictEqual(splitter.push(header, take), true);
    strictEqual(splitter.keptBytes, 0);
    strictEqual(splitter.push(new Uint8Array(10_000), take), true);
    strictEqual(splitter.keptBytes < 21_000, true);
    new DataView(header.buffer).setUint32(1, cap + 1);
    strictEqual(createFleetFrameSplitter(cap).push(header, take), false);
  }
});

Deno.test("createFleetFrameSplitter() never throws and never keeps more than it may, whatever comes", () => {
  fc.assert(
    fc.property(
      fc.array(fc.uint8Array({ maxLength: 300 })),
      fc.integer({ min: 0, max: 70_000 }),
      (chunks, cap) => {
        const splitter = createFleetFrameSplitter(cap);
        for (const chunk of chunks) {
          splitter.push(
            chunk,
            ({ payload }) => strictEqual(payload.length <= cap, true),
          );
          strictEqual(splitter.keptBytes <= cap, true);
        }
      },
    ),
  );
});
