import { deepStrictEqual, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import {
  createWebSocketReader,
  encodeWebSocketText,
  type WebSocketEvent,
} from "../../net/mod.ts";
import { clientFrame } from "../support/websocket_frames.ts";

const MASK = Uint8Array.of(9, 200, 3, 77);

function read(bytes: Uint8Array, messageBytesMax = 1000): WebSocketEvent[] {
  return createWebSocketReader({ messageBytesMax }).push(bytes);
}

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function brokenWith(bytes: Uint8Array, code: number): void {
  const event = read(bytes).at(-1);
  strictEqual(event?.kind === "broken" ? event.code : event?.kind, code);
}

Deno.test("createWebSocketReader() gives messages however the bytes are cut", () => {
  fc.assert(
    fc.property(
      fc.array(fc.string({ unit: "grapheme", maxLength: 300 }), {
        maxLength: 5,
      }),
      fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1 }),
      (texts, cuts) => {
        const reader = createWebSocketReader({ messageBytesMax: 100_000 });
        const frames = texts.map((text) => encodeWebSocketText(text, MASK));
        const all = Uint8Array.from(frames.flatMap((it) => [...it]));
        const events: WebSocketEvent[] = [];
        let [at, cut] = [0, 0];
        while (at < all.length) {
          const size = cuts[cut++ % cuts.length] ?? 1;
          const chunk = all.slice(at, at + size);
          events.push(...reader.push(chunk));
          // What was given may change afterwards.
          chunk.fill(0);
          at += size;
        }
        deepStrictEqual(events, texts.map((text) => ({ kind: "text", text })));
      },
    ),
  );
});

Deno.test("createWebSocketReader() survives any bytes", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
    const events = read(bytes);
    strictEqual(Array.isArray(events), true);
  }));
});

Deno.test("createWebSocketReader() joins fragments around a ping", () => {
  const reader = createWebSocketReader({ messageBytesMax: 100 });
  const bytes = [
    clientFrame(1, bytesOf("[2,"), { fin: false }),
    clientFrame(9, bytesOf("there?")),
    clientFrame(0, bytesOf('"é"'), { fin: false }),
    clientFrame(0, bytesOf("]")),
  ];
  const events = bytes.flatMap((it) => reader.push(it));
  deepStrictEqual(events, [
    { kind: "ping", payload: bytesOf("there?") },
    { kind: "text", text: '[2,"é"]' },
  ]);
});

Deno.test("createWebSocketReader() joins a character that two fragments share", () => {
  const reader = createWebSocketReader({ messageBytesMax: 100 });
  const text = bytesOf("é");
  const events = [
    ...reader.push(clientFrame(1, text.subarray(0, 1), { fin: false })),
    ...reader.push(clientFrame(0, text.subarray(1))),
  ];
  deepStrictEqual(events, [{ kind: "text", text: "é" }]);
});

Deno.test("createWebSocketReader() refuses what may not be", () => {
  brokenWith(clientFrame(1, bytesOf("x"), { mask: false }), 1002);
  brokenWith(clientFrame(2, bytesOf("x")), 1003);
  brokenWith(clientFrame(3, bytesOf("x")), 1002);
  brokenWith(clientFrame(0, bytesOf("x")), 1002);
  brokenWith(clientFrame(1, bytesOf("x"), { reserved: 0x40 }), 1002);
  brokenWith(clientFrame(9, bytesOf("x"), { fin: false }), 1002);
  brokenWith(clientFrame(9, new Uint8Array(126)), 1002);
  brokenWith(clientFrame(8, Uint8Array.of(3)), 1002);
  brokenWith(clientFrame(8, Uint8Array.of(3, 238)), 1002);
  brokenWith(clientFrame(1, Uint8Array.of(0xff, 0xfe)), 1007);
  brokenWith(
    Uint8Array.from([
      ...clientFrame(1, bytesOf("a"), { fin: false }),
      ...clientFrame(1, bytesOf("b")),
    ]),
    1002,
  );
});

Deno.test("createWebSocketReader() refuses a long message by its length alone", () => {
  const whole = clientFrame(1, new Uint8Array(1001));
  brokenWith(whole.subarray(0, 8), 1009);
  const first = clientFrame(1, new Uint8Array(600), { fin: false });
  const second = clientFrame(0, new Uint8Array(600));
  brokenWith(Uint8Array.from([...first, ...second.subarray(0, 8)]), 1009);
  brokenWith(
    Uint8Array.of(
      0x81,
      0xff,
      0xff,
      0xff,
      0xff,
      0xff,
      0xff,
      0,
      0,
      0,
      1,
      2,
      3,
      4,
    ),
    1009,
  );
});

Deno.test("createWebSocketReader() refuses a message of very many fragments", () => {
  const reader = createWebSocketReader({ messageBytesMax: 1000 });
  reader.push(clientFrame(1, new Uint8Array(0), { fin: false }));
  const more = clientFrame(0, new Uint8Array(0), { fin: false });
  const events = Array.from({ length: 300 }, () => reader.push(more)).flat();
  deepStrictEqual(events.map((it) => it.kind), ["broken"]);
});

Deno.test("createWebSocketReader() reads nothing after a close", () => {
  const reader = createWebSocketReader({ messageBytesMax: 100 });
  const close = clientFrame(8, Uint8Array.of(3, 232));
  deepStrictEqual(reader.push(close), [{ kind: "close", code: 1000 }]);
  deepStrictEqual(reader.push(encodeWebSocketText("x", MASK)), []);
});
