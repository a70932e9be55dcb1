/**
 * WebSocket frames (RFC 6455) as a server reads and writes them, pure. It is written here because every size is bounded
 * before anything of a message is kept, and because a connection can stop being read: neither can be asked of the
 * platform's server.
 *
 * @module
 */

/** Most frames of which one message may be made. */
export const WEBSOCKET_FRAGMENTS_MAX = 256;
/** Longest payload of a control frame, in bytes. */
export const WEBSOCKET_CONTROL_BYTES_MAX = 125;

/** Codes with which WebSockets are closed. */
export const WEBSOCKET_CLOSE = {
  normal: 1000,
  goingAway: 1001,
  protocolError: 1002,
  unsupportedData: 1003,
  invalidText: 1007,
  policyViolation: 1008,
  tooBig: 1009,
  internalError: 1011,
} as const;

/** What came. */
export type WebSocketEvent =
  | {
    /** A whole message of text. */
    readonly kind: "text";
    /** The text. */
    readonly text: string;
  }
  | {
    /** A sign of life that is to be answered, or the answer to one. */
    readonly kind: "ping" | "pong";
    /** At most 125 bytes. */
    readonly payload: Uint8Array;
  }
  | {
    /** The other end closes. */
    readonly kind: "close";
    /** Why; 1005 if it did not say. */
    readonly code: number;
  }
  | {
    /** What may not be: close with this code. Nothing is read after it. */
    readonly kind: "broken";
    /** The code. */
    readonly code: number;
    /** Why, in a few words. */
    readonly reason: string;
  };

/** Reads frames from bytes however they are cut. */
export interface WebSocketReader {
  /**
   * Takes bytes.
   *
   * @param bytes They are copied where they are kept.
   * @returns What they completed, in order.
   */
  push(bytes: Uint8Array): WebSocketEvent[];
}

const OPCODES = {
  continuation: 0,
  text: 1,
  binary: 2,
  close: 8,
  ping: 9,
  pong: 10,
} as const;

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const encoder = new TextEncoder();

function broken(code: number, reason: string): WebSocketEvent {
  return { kind: "broken", code, reason };
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}

interface Header {
  readonly fin: boolean;
  readonly opcode: number;
  readonly length: number;
  readonly maskAt: number;
  readonly size: number;
}

/**
 * Makes a reader of what a client sends.
 *
 * @param options The longest message in bytes.
 * @returns The reader.
 *
 * @example Usage
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 *
 * const reader = createWebSocketReader({ messageBytesMax: 100 });
 * const frame = encodeWebSocketText("hello", Uint8Array.of(1, 2, 3, 4));
 * deepStrictEqual(reader.push(frame), [{ kind: "text", text: "hello" }]);
 * ```
 */
export function createWebSocketReader(
  { messageBytesMax }: { readonly messageBytesMax: number },
): WebSocketReader {
  let kept: Uint8Array = new Uint8Array(0);
  let parts: Uint8Array[] | undefined;
  let partBytes = 0;
  let over = false;

  const message = (
    { fin, opcode }: Header,
    payload: Uint8Array,
  ): WebSocketEvent | undefined => {
    const all = opcode === OPCODES.continuation ? parts ?? [] : [];
    // An empty part holds nothing, but is counted.
    all.push(payload);
    partBytes += payload.length;
    if (!fin) {
      parts = all;
      return all.length < WEBSOCKET_FRAGMENTS_MAX
        ? undefined
        : broken(WEBSOCKET_CLOSE.tooBig, "too many fragments");
    }
    parts = undefined;
    partBytes = 0;
    const text = decode(all.length === 1 ? payload : joined(all));
    return text === undefined
      ? broken(WEBSOCKET_CLOSE.invalidText, "not UTF-8")
      : { kind: "text", text };
  };

  const check = (header: Header): WebSocketEvent | undefined => {
    const { opcode, length } = header;
    const isStart = opcode === OPCODES.text || opcode === OPCODES.binary;
    if (opcode === OPCODES.binary) {
      return broken(WEBSOCKET_CLOSE.unsupportedData, "binary");
    }
    if (
      isStart ? parts !== undefined : opcode === 0 && parts === undefined
    ) {
      return broken(WEBSOCKET_CLOSE.protocolError, "fragments out of order");
    }
    return opcode < 8 && partBytes + length > messageBytesMax
      ? broken(WEBSOCKET_CLOSE.tooBig, "message too long")
      : undefined;
  };

  const take = (header: Header, payload: Uint8Array) =>
    header.opcode < 8
      ? message(header, payload)
      : control(header.opcode, payload);

  return {
    push(bytes) {
      if (over) return [];
      kept = kept.length === 0 ? bytes : joined([kept, bytes]);
      const events: WebSocketEvent[] = [];
      while (!over) {
        const header = readHeader(kept);
        if (header === undefined) break;
        const wrong = "kind" in header ? header : check(header);
        if (wrong !== undefined) {
          events.push(wrong);
          over = true;
          break;
        }
        const { size, length, maskAt } = header as Header;
        if (kept.length < size + length) break;
        const event = take(header as Header, unmasked(kept, maskAt, length));
        kept = kept.subarray(size + length);
        if (event !== undefined) events.push(event);
        over = event?.kind === "broken" || event?.kind === "close";
      }
      kept = over ? new Uint8Array(0) : kept.slice();
      return events;
    },
  };
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, it) => sum + it.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

function readHeader(bytes: Uint8Array): Header | WebSocketEvent | undefined {
  const [first, second] = bytes;
  if (first === undefined || second === undefined) return undefined;
  const opcode = first & 0x0f;
  const fin = (first & 0x80) !== 0;
  const short = second & 0x7f;
  const isControl = opcode >= 8;
  if (
    (first & 0x70) !== 0 || (second & 0x80) === 0 ||
    !Object.values<number>(OPCODES).includes(opcode) ||
    (isControl && (!fin || short > WEBSOCKET_CONTROL_BYTES_MAX))
  ) return broken(WEBSOCKET_CLOSE.protocolError, "wrong frame");
  const extra = short === 126 ? 2 : short === 127 ? 8 : 0;
  const maskAt = 2 + extra;
  if (bytes.length < maskAt + 4) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const length = extra === 0
    ? short
    : extra === 2
    ? view.getUint16(2)
    : Number(view.getBigUint64(2));
  return { fin, opcode, length, maskAt, size: maskAt + 4 };
}

function unmasked(
  bytes: Uint8Array,
  maskAt: number,
  length: number,
): Uint8Array {
  const from = maskAt + 4;
  const out = bytes.slice(from, from + length);
  for (let i = 0; i < length; i++) {
    out[i] = (out[i] ?? 0) ^ (bytes[maskAt + (i & 3)] ?? 0);
  }
  return out;
}

function control(opcode: number, payload: Uint8Array): WebSocketEvent {
  if (opcode === OPCODES.ping) return { kind: "ping", payload };
  if (opcode === OPCODES.pong) return { kind: "pong", payload };
  if (payload.length === 0) return { kind: "close", code: 1005 };
  const code = (payload[0] ?? 0) * 256 + (payload[1] ?? 0);
  const isCode = payload.length > 1 && code >= 1000 && code < 5000 &&
    ![1004, 1005, 1006].includes(code) &&
    decode(payload.subarray(2)) !== void 0;
  return isCode
    ? { kind: "close", code }
    : broken(WEBSOCKET_CLOSE.protocolError, "wrong close");
}

function encode(
  opcode: number,
  payload: Uint8Array,
  mask?: Uint8Array,
): Uint8Array {
  const { length } = payload;
  const extra = length < 126 ? 0 : length < 0x1_0000 ? 2 : 8;
  const maskAt = 2 + extra;
  const size = maskAt + (mask === undefined ? 0 : 4);
  const out = new Uint8Array(size + length);
  const view = new DataView(out.buffer);
  const short = extra === 0 ? length : extra === 2 ? 126 : 127;
  out[0] = 0x80 | opcode;
  out[1] = (mask === undefined ? 0 : 0x80) | short;
  if (extra === 2) view.setUint16(2, length);
  if (extra === 8) view.setBigUint64(2, BigInt(length));
  out.set(payload, size);
  if (mask === undefined) return out;
  out.set(mask.subarray(0, 4), maskAt);
  for (let i = 0; i < length; i++) {
    out[size + i] = (out[size + i] ?? 0) ^ (mask[i & 3] ?? 0);
  }
  return out;
}

/**
 * A message of text.
 *
 * @param text The text.
 * @param mask Four bytes, of a client; a server sends none.
 * @returns One frame.
 */
export function encodeWebSocketText(
  text: string,
  mask?: Uint8Array,
): Uint8Array {
  return encode(OPCODES.text, encoder.encode(text), mask);
}

/**
 * A sign of life, or the answer to one.
 *
 * @param kind Which.
 * @param payload At most 125 bytes.
 * @returns One frame, as a server sends it.
 */
export function encodeWebSocketSign(
  kind: "ping" | "pong",
  payload: Uint8Array = new Uint8Array(0),
): Uint8Array {
  return encode(OPCODES[kind], payload);
}

/**
 * A frame that closes.
 *
 * @param code Why.
 * @param reason Why in words; cut at 30 characters.
 * @returns One frame, as a server sends it.
 */
export function encodeWebSocketClose(
  code: number,
  reason: string = "",
): Uint8Array {
  const text = encoder.encode(reason.slice(0, 30));
  const payload = new Uint8Array(2 + text.length);
  new DataView(payload.buffer).setUint16(0, code);
  payload.set(text, 2);
  return encode(OPCODES.close, payload);
}
