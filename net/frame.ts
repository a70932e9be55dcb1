/**
 * Frames on a byte stream: a stream keeps no boundaries, so each frame says how long it is and what it carries. Pure:
 * bytes go in, frames or a fault come out.
 *
 * On the wire: 4 bytes length of the body (big-endian), 1 byte kind, the body. A `data` body is 1 to `FRAME_BYTES_MAX`
 * bytes. A `credit` body is 4 bytes: how many bytes the other end has consumed; 0 is a sign of life.
 *
 * @module
 */
import { err, ok, type Result } from "../crdt/result.ts";
import { FRAME_BYTES_MAX } from "./limits.ts";

/** Bytes before the body of each frame. */
export const FRAME_HEADER_BYTES = 5;

const KIND_DATA = 0;
const KIND_CREDIT = 1;
const CREDIT_BODY_BYTES = 4;
/** A long frame's buffer starts at this size and doubles, so that a peer cannot claim memory by a header alone. */
const BODY_BUFFER_BYTES_MIN = 64 * 1024;

/** One frame as it was read. */
export type WireFrame =
  | { readonly kind: "data"; readonly body: Uint8Array }
  | { readonly kind: "credit"; readonly bytes: number };

/** Why bytes are no frame. */
export type FrameFault = "frame_empty" | "frame_too_large" | "kind_unknown";

/** Takes a stream's bytes in pieces of any size. */
export interface FrameReader {
  /**
   * Reads on.
   *
   * @param chunk The next bytes of the stream; they are copied.
   * @returns The frames that are complete now, or what is wrong. After a fault every further call gives that fault.
   */
  push(chunk: Uint8Array): Result<readonly WireFrame[], FrameFault>;
}

/**
 * Writes the header of a data frame.
 *
 * @param bodyBytes The length of the body, 1 to `FRAME_BYTES_MAX`.
 * @returns 5 bytes, which the body follows on the wire.
 */
export function dataHeader(bodyBytes: number): Uint8Array {
  return header(KIND_DATA, bodyBytes);
}

/**
 * Writes a whole credit frame.
 *
 * @param bytes How many bytes were consumed, 0 to 2^32 - 1.
 * @returns 9 bytes.
 *
 * @example Usage
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 *
 * const read = createFrameReader().push(creditFrame(7));
 * deepStrictEqual(read, { ok: true, value: [{ kind: "credit", bytes: 7 }] });
 * ```
 */
export function creditFrame(bytes: number): Uint8Array {
  const out = new Uint8Array(FRAME_HEADER_BYTES + CREDIT_BODY_BYTES);
  out.set(header(KIND_CREDIT, CREDIT_BODY_BYTES));
  new DataView(out.buffer).setUint32(FRAME_HEADER_BYTES, bytes);
  return out;
}

/**
 * Makes a reader at the start of a stream.
 *
 * @returns The reader. It holds at most twice the bytes of one unfinished frame.
 */
export function createFrameReader(): FrameReader {
  return new StreamFrameReader();
}

function header(kind: number, bodyBytes: number): Uint8Array {
  return Uint8Array.of(
    bodyBytes >>> 24,
    bodyBytes >>> 16,
    bodyBytes >>> 8,
    bodyBytes,
    kind,
  );
}

function headerFault(kind: number, length: number): FrameFault | undefined {
  if (kind !== KIND_DATA && kind !== KIND_CREDIT) return "kind_unknown";
  if (length === 0) return "frame_empty";
  const longest = kind === KIND_DATA ? FRAME_BYTES_MAX : CREDIT_BODY_BYTES;
  if (length > longest) return "frame_too_large";
  // A credit of another length is no kind of frame that this version knows.
  return kind === KIND_CREDIT && length < CREDIT_BODY_BYTES
    ? "kind_unknown"
    : undefined;
}

function uint32(bytes: Uint8Array): number {
  const [a = 0, b = 0, c = 0, d = 0] = bytes;
  return (a << 24 | b << 16 | c << 8 | d) >>> 0;
}

class StreamFrameReader implements FrameReader {
  readonly #head = new Uint8Array(FRAME_HEADER_BYTES);
  #headFilled = 0;
  #body: Uint8Array = NO_BYTES;
  #bodyFilled = 0;
  #length = 0;
  #fault: FrameFault | undefined;

  push(chunk: Uint8Array): Result<readonly WireFrame[], FrameFault> {
    const frames: WireFrame[] = [];
    let at = 0;
    while (at < chunk.length && this.#fault === undefined) {
      at = this.#headFilled < FRAME_HEADER_BYTES
        ? this.#readHead(chunk, at)
        : this.#readBody(chunk, at, frames);
    }
    return this.#fault === undefined ? ok(frames) : err(this.#fault);
  }

  #readHead(chunk: Uint8Array, at: number): number {
    const take = Math.min(
      FRAME_HEADER_BYTES - this.#headFilled,
      chunk.length - at,
    );
    this.#head.set(chunk.subarray(at, at + take), this.#headFilled);
    this.#headFilled += take;
    if (this.#headFilled === FRAME_HEADER_BYTES) {
      this.#length = uint32(this.#head);
      this.#fault = headerFault(this.#head[4] ?? 0, this.#length);
    }
    return at + take;
  }

  #readBody(chunk: Uint8Array, at: number, frames: WireFrame[]): number {
    const take = Math.min(this.#length - this.#bodyFilled, chunk.length - at);
    if (take === this.#length) {
      // The common case, a frame inside one chunk: one copy, which does not keep the chunk's buffer alive. Not
      // `chunk.slice`: a chunk may be a Buffer of Node's, whose `slice` does not copy.
      this.#finish(new Uint8Array(chunk.subarray(at, at + take)), frames);
      return at + take;
    }
    this.#reserve(this.#bodyFilled + take);
    this.#body.set(chunk.subarray(at, at + take), this.#bodyFilled);
    this.#bodyFilled += take;
    if (this.#bodyFilled === this.#length) this.#finish(this.#body, frames);
    return at + take;
  }

  #reserve(bytes: number): void {
    if (bytes <= this.#body.length) return;
    const size = Math.max(
      bytes,
      BODY_BUFFER_BYTES_MIN,
      this.#body.length * 2,
    );
    const grown = new Uint8Array(Math.min(this.#length, size));
    grown.set(this.#body.subarray(0, this.#bodyFilled));
    this.#body = grown;
  }

  #finish(body: Uint8Array, frames: WireFrame[]): void {
    frames.push(
      this.#head[4] === KIND_DATA
        ? { kind: "data", body }
        : { kind: "credit", bytes: uint32(body) },
    );
    this.#headFilled = 0;
    this.#body = NO_BYTES;
    this.#bodyFilled = 0;
  }
}

const NO_BYTES = new Uint8Array(0);
