/**
 * The frames of the installed fleet-card programs: one byte of opcode, four of length with the most significant first,
 * and so many of JSON. Pure: bytes in, frames out.
 *
 * @module
 */

/** Most bytes of a payload that a server takes. */
export const FLEET_PAYLOAD_BYTES_MAX = 64 * 1024;
/** Most bytes of a payload that a client of an original company takes: its lists have no bound. */
export const FLEET_LIST_BYTES_MAX = 64 * 1024 * 1024;
/** Bytes before the payload. */
export const FLEET_HEADER_BYTES = 5;
/** A buffer for a payload begins with at most so many bytes, whatever its header promises. */
const FIRST_BYTES = 4096;

const NOTHING = new Uint8Array(0);
const ENCODER = new TextEncoder();

/** One frame. */
export interface FleetFrame {
  /** 0 to 255. */
  readonly opcode: number;
  /** One JSON value, not looked at yet. */
  readonly payload: Uint8Array;
}

/** Cuts one stream. */
export interface FleetFrameSplitter {
  /** True if the stream is inside a frame: what came last has begun one that is not whole. */
  readonly inFrame: boolean;
  /** Bytes that are kept for the frame that is not whole. */
  readonly keptBytes: number;
  /**
   * Takes the next bytes.
   *
   * @param chunk Any bytes. Payloads may be parts of it: they are valid as long as it is.
   * @param take Is given each frame that ends in them.
   * @returns False once a header promises more than a payload may have: the stream is of no more use, and nothing was
   * allocated for it.
   */
  push(chunk: Uint8Array, take: (frame: FleetFrame) => void): boolean;
}

/**
 * Makes a splitter for one stream.
 *
 * @param payloadBytesMax Most bytes of a payload.
 * @returns The splitter.
 *
 * @example Usage
 * ```ts
 * import { deepStrictEqual, strictEqual } from "node:assert/strict";
 *
 * const frames: [number, string][] = [];
 * const splitter = createFleetFrameSplitter(64);
 * const bytes = encodeFleetFrame(2, '{"card_id":7}');
 * for (const byte of bytes) {
 *   const whole = splitter.push(Uint8Array.of(byte), ({ opcode, payload }) =>
 *     void frames.push([opcode, new TextDecoder().decode(payload)]));
 *   strictEqual(whole, true);
 * }
 * deepStrictEqual(frames, [[2, '{"card_id":7}']]);
 * ```
 */
export function createFleetFrameSplitter(
  payloadBytesMax: number = FLEET_PAYLOAD_BYTES_MAX,
): FleetFrameSplitter {
  const header = new Uint8Array(FLEET_HEADER_BYTES);
  let headerBytes = 0;
  /** Length of the payload that is being read; -1 before the header is whole. */
  let expected = -1;
  let buffer: Uint8Array = NOTHING;
  let kept = 0;
  let broken = false;

  function takeHeader(chunk: Uint8Array, from: number): number {
    const part = chunk.subarray(from, from + FLEET_HEADER_BYTES - headerBytes);
    header.set(part, headerBytes);
    headerBytes += part.length;
    if (headerBytes === FLEET_HEADER_BYTES) {
      expected = new DataView(header.buffer).getUint32(1);
      broken = expected > payloadBytesMax;
    }
    return from + part.length;
  }

  function finish(payload: Uint8Array): FleetFrame {
    headerBytes = 0;
    expected = -1;
    kept = 0;
    buffer = NOTHING;
    return { opcode: header[0] ?? 0, payload };
  }

  /** Grows with what comes, not with what was promised. */
  function keep(part: Uint8Array): void {
    const needed = kept + part.length;
    if (needed > buffer.length) {
      const room = Math.max(needed, 2 * buffer.length, FIRST_BYTES);
      const grown = new Uint8Array(Math.min(expected, room));
      grown.set(buffer.subarray(0, kept));
      buffer = grown;
    }
    buffer.set(part, kept);
    kept = needed;
  }

  return {
    get inFrame() {
      return headerBytes > 0;
    },
    get keptBytes() {
      return buffer.length;
    },
    push(chunk, take) {
      let at = 0;
      while (!broken && (at < chunk.length || expected === 0)) {
        if (expected < 0) {
          at = takeHeader(chunk, at);
          continue;
        }
        const part = chunk.subarray(at, at + expected - kept);
        at += part.length;
        if (kept === 0 && part.length === expected) take(finish(part));
        else {
          keep(part);
          if (kept === expected) take(finish(buffer));
        }
      }
      return !broken;
    },
  };
}

/**
 * Makes the bytes of a frame, to be sent with one write.
 *
 * @param opcode 0 to 255.
 * @param payload One JSON value as text.
 * @returns Header and payload.
 */
export function encodeFleetFrame(opcode: number, payload: string): Uint8Array {
  const content = ENCODER.encode(payload);
  const frame = new Uint8Array(FLEET_HEADER_BYTES + content.length);
  frame[0] = opcode;
  new DataView(frame.buffer).setUint32(1, content.length);
  frame.set(content, FLEET_HEADER_BYTES);
  return frame;
}
