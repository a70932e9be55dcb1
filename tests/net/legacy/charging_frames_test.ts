import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import fc from "fast-check";
import {
  CHARGING_FRAME_READ_MAX,
  type ChargingToken,
  createChargingFrameReader,
  encodeChargingFrame,
} from "../../../net/legacy/charging_frames.ts";
import { joinBytes } from "../../support/bytes.ts";
import {
  CHARGING_FRAME_BYTES,
  CHARGING_FRAME_CHECKS,
} from "../../support/charging_vectors.ts";

const CONTROLS = { EOT: 4, ENQ: 5, ACK: 6, NACK: 0x15 } as const;
const hex = (bytes: Uint8Array) => bytes.toHex().toUpperCase();
const invalid = (why: string) => ({ kind: "invalid", why });

/** Reads chunks; a chunk's bytes are used again once they were taken. */
function read(chunks: readonly Uint8Array[], bytesMax?: number) {
  const tokens: ChargingToken[] = [];
  const reader = createChargingFrameReader(bytesMax);
  for (const chunk of chunks) {
    const own = chunk.slice();
    reader.push(own, (token) => void tokens.push(token));
    own.fill(0);
  }
  return tokens;
}

function cut(stream: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const places = cuts.map((it) => it % (stream.length + 1))
    .toSorted((a, b) => a - b);
  return [0, ...places].map((from, i) => stream.subarray(from, places[i]));
}

function encode(token: ChargingToken): Uint8Array {
  if (token.kind === "frame") return encodeChargingFrame(token.text);
  return token.kind === "invalid"
    ? Uint8Array.of(0x7f)
    : Uint8Array.of(CONTROLS[token.kind]);
}

const someToken: fc.Arbitrary<ChargingToken> = fc.oneof(
  fc.constantFrom(
    ...(["EOT", "ENQ", "ACK", "NACK"] as const).map((kind) => ({ kind })),
  ),
  fc.string({ minLength: 1, maxLength: 40 })
    .filter((text) => text.isWellFormed() && !text.includes("\x03"))
    .map((text) => ({ kind: "frame" as const, text })),
);

Deno.test("C-34: encodeChargingFrame() makes every vector, with the check byte from STX to ETX", () => {
  for (const [text, bytes] of Object.entries(CHARGING_FRAME_BYTES)) {
    strictEqual(hex(encodeChargingFrame(text)), bytes.replaceAll(" ", ""));
  }
  for (const [text, check] of Object.entries(CHARGING_FRAME_CHECKS)) {
    strictEqual(hex(encodeChargingFrame(text).subarray(-1)), check, text);
  }
});

Deno.test("C-34: createChargingFrameReader() reads every vector cut after each byte, and nothing with another check byte", () => {
  const texts = [CHARGING_FRAME_BYTES, CHARGING_FRAME_CHECKS]
    .flatMap((it) => Object.keys(it));
  for (const text of texts) {
    const frame = encodeChargingFrame(text);
    for (let at = 0; at <= frame.length; at++) {
      deepStrictEqual(read([frame.subarray(0, at), frame.subarray(at)]), [
        { kind: "frame", text },
      ]);
    }
    const last = frame.at(-1) ?? 0;
    for (let other = 0; other < 256; other++) {
      if (other === last) continue;
      frame[frame.length - 1] = other;
      deepStrictEqual(read([frame]), [invalid("check")]);
    }
  }
});

Deno.test("C-37: createChargingFrameReader() takes control bytes and frames in any mixture, cut anywhere", () => {
  fc.assert(
    fc.property(fc.array(someToken), fc.array(fc.nat()), (tokens, cuts) => {
      const stream = joinBytes(tokens.map(encode));

      deepStrictEqual(read(cut(stream, cuts)), tokens);
      const bytes = [...stream].map((byte) => Uint8Array.of(byte));
      deepStrictEqual(read(bytes), tokens);
    }),
  );
});

Deno.test("createChargingFrameReader() refuses empty frames and texts that are no UTF-8, and goes on", () => {
  const stream = joinBytes([
    Uint8Array.of(2, 3, 1),
    Uint8Array.of(2, 0xff, 3, 0xfe),
    Uint8Array.of(0x41, 0x42, 0x0d),
    encodeChargingFrame("OK"),
    Uint8Array.of(0x41, 6, 0x42),
  ]);
  deepStrictEqual(read([stream]), [
    ...["empty", "text", "stray"].map(invalid),
    { kind: "frame", text: "OK" },
    invalid("stray"),
    { kind: "ACK" },
    invalid("stray"),
  ]);
});

Deno.test("createChargingFrameReader() throws a frame away that is too long, and reads the next one", () => {
  const bytesMax = 20;
  const long = (length: number) => {
    const text = "x".repeat(length);
    return encodeChargingFrame(text);
  };
  const next = encodeChargingFrame("OK");
  const read20 = (frame: Uint8Array) =>
    read([joinBytes([frame, next])], bytesMax).map((it) =>
      it.kind === "frame" ? it.text : it
    );

  deepStrictEqual(read20(long(17)), ["x".repeat(17), "OK"]);
  deepStrictEqual(read20(long(18)), [invalid("long"), "OK"]);
  deepStrictEqual(read20(long(50)), [
    invalid("long"),
    invalid("long"),
    "OK",
  ]);
});

Deno.test("createChargingFrameReader() gives up a frame whose rest does not come", () => {
  const tokens: ChargingToken[] = [];
  const take = (token: ChargingToken) => void tokens.push(token);
  const reader = createChargingFrameReader();
  reader.abandon(take);
  strictEqual(reader.inFrame, false);
  for (const part of [Uint8Array.of(2, 0x41), Uint8Array.of(2, 0x41, 3)]) {
    reader.push(part, take);
    strictEqual(reader.inFrame, true);
    reader.abandon(take);
    strictEqual(reader.inFrame, false);
  }
  reader.push(encodeChargingFrame("OK"), take);
  deepStrictEqual(tokens, [
    invalid("cut"),
    invalid("cut"),
    { kind: "frame", text: "OK" },
  ]);
});

Deno.test("createChargingFrameReader() stops where it is told to", () => {
  const tokens: ChargingToken[] = [];
  createChargingFrameReader().push(Uint8Array.of(5, 6, 4), (token) => {
    tokens.push(token);
    return token.kind !== "ACK";
  });
  deepStrictEqual(tokens, [{ kind: "ENQ" }, { kind: "ACK" }]);
});

Deno.test("encodeChargingFrame() refuses what cannot be in a frame, or nobody could read", () => {
  for (const text of ["", "a\x03b", "x".repeat(1022)]) {
    throws(() => encodeChargingFrame(text), { code: "invalid_argument" });
  }
  strictEqual(encodeChargingFrame("x".repeat(1021)).length, 1024);
});

Deno.test("createChargingFrameReader() never throws and never keeps more than it may, whatever comes", () => {
  const someByte = fc.oneof(
    fc.constantFrom(2, 3, 4, 5, 6, 0x15),
    fc.integer({ min: 0, max: 255 }),
  );
  const someChunk = fc.array(someByte, { maxLength: 300 })
    .map((bytes) => Uint8Array.from(bytes));
  fc.assert(
    fc.property(
      fc.array(someChunk),
      fc.integer({ min: 4, max: CHARGING_FRAME_READ_MAX }),
      (chunks, bytesMax) => {
        const reader = createChargingFrameReader(bytesMax);
        for (const chunk of chunks) {
          reader.push(chunk, (token) => {
            const text = token.kind === "frame" ? token.text : "";
            strictEqual(text.length <= bytesMax, true);
          });
          strictEqual(reader.waitingBytes <= bytesMax, true);
        }
      },
    ),
  );
});
