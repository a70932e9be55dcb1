import { deepStrictEqual, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import {
  CHARGING_TEXT_BYTES_MAX,
  createChargingTextSplitter,
} from "../../../net/legacy/charging_text_splitter.ts";
import { joinBytes } from "../../support/bytes.ts";

const encode = (text: string) => new TextEncoder().encode(text);
const WORDS =
  /\n|\0|(?=REGISTER#|CHECK_SESSION#|CHECK_DRIVER#|FAULT#|RECOVER#|NACK#|(?<!N)ACK#)/;

/** Cuts chunks that came without a pause, then a pause. */
function split(chunks: readonly Uint8Array[], bytesMax?: number) {
  const texts: (string | null)[] = [];
  const splitter = createChargingTextSplitter(bytesMax);
  const take = (text: string | null) => void texts.push(text);
  const fits = chunks.every((chunk) => splitter.push(chunk, take));
  splitter.quiet(take);
  strictEqual(splitter.waitingBytes, 0);
  return { texts, fits };
}

function cut(stream: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const places = cuts.map((it) => it % (stream.length + 1))
    .toSorted((a, b) => a - b);
  return [0, ...places].map((from, i) => stream.subarray(from, places[i]));
}

const somePiece = fc.oneof(
  fc.constantFrom(
    ..."REGISTER# CHECK_SESSION# CHECK_DRIVER# FAULT# RECOVER# NACK# ACK# N A #"
      .split(" "),
    "\n",
    "\r\n",
    "\0",
    "SEV-07",
    "PARAR",
    "ñ",
  ),
  fc.string({ maxLength: 5 }).filter((it) => it.isWellFormed()),
);
const someText = fc.array(somePiece).map((pieces) => pieces.join(""));

Deno.test("C-3: createChargingTextSplitter() gives the same messages however the stream is cut", () => {
  fc.assert(
    fc.property(someText, fc.array(fc.nat()), (text, cuts) => {
      const texts = text.split(WORDS).map((it) => it.trim())
        .filter((it) => it !== "");
      const stream = encode(text);

      deepStrictEqual(split(cut(stream, cuts)), { texts, fits: true });
      const bytes = [...stream].map((byte) => Uint8Array.of(byte));
      deepStrictEqual(split(bytes), { texts, fits: true });
    }),
  );
});

Deno.test("C-3: createChargingTextSplitter() ends a message at a separator, before a known word, and in silence", () => {
  const texts: (string | null)[] = [];
  const splitter = createChargingTextSplitter();
  const take = (text: string | null) => void texts.push(text);

  splitter.push(encode("REGISTER#SEV-07#Calle"), take);
  splitter.push(encode(" 1#0.25FAULT#SEV-"), take);
  deepStrictEqual(texts.splice(0), ["REGISTER#SEV-07#Calle 1#0.25"]);
  splitter.push(
    encode("07\r\nACK#PARAR\0NACK#b'AUTORIZAR_SUMINISTRO#1'"),
    take,
  );
  deepStrictEqual(texts.splice(0), ["FAULT#SEV-07", "ACK#PARAR"]);
  splitter.quiet(take);
  deepStrictEqual(texts.splice(0), ["NACK#b'AUTORIZAR_SUMINISTRO#1'"]);
  splitter.push(encode("ACK#"), take);
  splitter.quiet(take);
  splitter.quiet(take);
  deepStrictEqual(texts, ["ACK#"]);
});

Deno.test("createChargingTextSplitter() tells of bytes that are no UTF-8 and goes on", () => {
  const stream = joinBytes([
    encode("FAULT#"),
    Uint8Array.of(0xff, 0xc3),
    encode("\nRECOVER#A"),
  ]);
  deepStrictEqual(split([stream]), { texts: [null, "RECOVER#A"], fits: true });
});

Deno.test("C-3: createChargingTextSplitter() refuses more than 4096 bytes without a boundary", () => {
  const longest = "x".repeat(CHARGING_TEXT_BYTES_MAX);
  strictEqual(CHARGING_TEXT_BYTES_MAX, 4096);
  deepStrictEqual(split([encode(`${longest}\n${longest}`)]), {
    texts: [longest, longest],
    fits: true,
  });
  deepStrictEqual(split([encode(`${longest}xFAULT#A`)]).texts, []);
  strictEqual(split([encode(`${longest}x`)]).fits, false);
  strictEqual(split([encode(longest), encode("x"), encode("\n")]).fits, false);
});

Deno.test("createChargingTextSplitter() never throws and never keeps more than it may, whatever comes", () => {
  fc.assert(
    fc.property(
      fc.array(fc.uint8Array({ maxLength: 300 })),
      fc.integer({ min: 1, max: 500 }),
      (chunks, bytesMax) => {
        const splitter = createChargingTextSplitter(bytesMax);
        for (const chunk of chunks) {
          splitter.push(chunk, (text) => {
            strictEqual((text ?? "").length <= bytesMax, true);
          });
          strictEqual(splitter.waitingBytes <= bytesMax, true);
        }
      },
    ),
  );
});
