/**
 * Cuts a stream of bytes into lines, however it was split on its way. Pure: bytes in, lines out.
 *
 * @module
 */

const LINE_FEED = 0x0a;
/** A buffer for the beginning of a line is kept for the next one up to this size, in bytes. */
const KEPT_BYTES = 4096;
const NOTHING = new Uint8Array(0);

/** Cuts one stream. */
export interface LineSplitter {
  /** Bytes that wait for the end of their line. */
  readonly waitingBytes: number;
  /**
   * Takes the next bytes.
   *
   * @param chunk Any bytes.
   * @param take Is given each line that ends in them, without its line feed; the bytes are valid during the call only.
   * @returns False once a line is longer than it may be: the stream is of no more use.
   */
  push(chunk: Uint8Array, take: (line: Uint8Array) => void): boolean;
  /**
   * The stream has ended: what came after the last line feed is a line too.
   *
   * @param take Is given that line, if there is one.
   */
  end(take: (line: Uint8Array) => void): void;
}

/**
 * Makes a splitter for one stream.
 *
 * @param lineBytesMax Longest line in bytes, without its line feed.
 * @returns The splitter.
 *
 * @example Usage
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 *
 * const lines: string[] = [];
 * const take = (line: Uint8Array) => void lines.push(new TextDecoder().decode(line));
 * const splitter = createLineSplitter(8);
 * splitter.push(new TextEncoder().encode("a\nb"), take);
 * splitter.push(new TextEncoder().encode("c\nd"), take);
 * splitter.end(take);
 * deepStrictEqual(lines, ["a", "bc", "d"]);
 * ```
 */
export function createLineSplitter(lineBytesMax: number): LineSplitter {
  let buffer: Uint8Array = NOTHING;
  let length = 0;
  let broken = false;

  function keep(piece: Uint8Array): boolean {
    const needed = length + piece.length;
    if (needed > lineBytesMax) {
      broken = true;
      buffer = NOTHING;
      length = 0;
      return false;
    }
    if (needed > buffer.length) {
      const grown = new Uint8Array(
        Math.min(lineBytesMax, Math.max(needed, 2 * buffer.length, 256)),
      );
      grown.set(buffer.subarray(0, length));
      buffer = grown;
    }
    buffer.set(piece, length);
    length = needed;
    return true;
  }

  function give(take: (line: Uint8Array) => void): void {
    const line = buffer.subarray(0, length);
    length = 0;
    take(line);
    if (buffer.length > KEPT_BYTES) buffer = NOTHING;
  }

  return {
    get waitingBytes() {
      return length;
    },
    push(chunk, take) {
      let start = 0;
      while (!broken) {
        const end = chunk.indexOf(LINE_FEED, start);
        if (end < 0) break;
        const piece = chunk.subarray(start, end);
        start = end + 1;
        if (length === 0 && piece.length <= lineBytesMax) take(piece);
        else if (keep(piece)) give(take);
      }
      if (broken) return false;
      return start === chunk.length || keep(chunk.subarray(start));
    },
    end(take) {
      if (!broken && length > 0) give(take);
    },
  };
}
