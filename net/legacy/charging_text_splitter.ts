/**
 * Cuts a stream of unframed texts of charging monitors into messages. Nothing ends a message there; so it ends at a line
 * feed or NUL, before the next word that begins one, or when the sender is silent for a while (C-3). Pure: bytes in,
 * texts out; whoever reads the stream says when it was silent.
 *
 * @module
 */

/** Most bytes of a message. */
export const CHARGING_TEXT_BYTES_MAX = 4096;
/** A message ends when nothing more came for so long, in milliseconds. */
export const CHARGING_TEXT_QUIET_MS = 50;

const LINE_FEED = 0x0a;
const NUL = 0x00;
const HASH = 0x23;
const N = 0x4e;
const FIRST_BYTES = 128;
const NOTHING = new Uint8Array(0);
const DECODER = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const ACK = "ACK#";

/** Words that begin a message, the longest of those that end alike first. */
const WORDS: readonly Uint8Array[] = [
  "REGISTER#",
  "CHECK_SESSION#",
  "CHECK_DRIVER#",
  "FAULT#",
  "RECOVER#",
  "NACK#",
  ACK,
].map((word) => new TextEncoder().encode(word));

/** Is given a message without white space around it, never an empty one; null if its bytes are no UTF-8. */
export type TakeChargingText = (text: string | null) => void;

/** Cuts one stream. */
export interface ChargingTextSplitter {
  /** Bytes that wait for the end of their message. */
  readonly waitingBytes: number;
  /**
   * Takes the next bytes.
   *
   * @param chunk Any bytes.
   * @param take Is given each message that ends in them.
   * @returns False once a message is longer than it may be: the stream is of no more use.
   */
  push(chunk: Uint8Array, take: TakeChargingText): boolean;
  /**
   * The stream was silent for `CHARGING_TEXT_QUIET_MS`, or has ended: what waits is a message.
   *
   * @param take Is given it.
   */
  quiet(take: TakeChargingText): void;
}

/**
 * Makes a splitter for one stream.
 *
 * @param bytesMax Most bytes of a message.
 * @returns The splitter.
 *
 * @example Usage
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 *
 * const texts: (string | null)[] = [];
 * const splitter = createChargingTextSplitter();
 * const take = (text: string | null) => void texts.push(text);
 * splitter.push(new TextEncoder().encode("FAULT#SEV-07RECOVER#SEV-07NACK#PARAR"), take);
 * splitter.quiet(take);
 * deepStrictEqual(texts, ["FAULT#SEV-07", "RECOVER#SEV-07", "NACK#PARAR"]);
 * ```
 */
export function createChargingTextSplitter(
  bytesMax: number = CHARGING_TEXT_BYTES_MAX,
): ChargingTextSplitter {
  let buffer: Uint8Array = NOTHING;
  let length = 0;
  let broken = false;

  function keep(byte: number): boolean {
    if (length >= bytesMax) return false;
    if (length === buffer.length) {
      const room = Math.min(bytesMax, Math.max(2 * length, FIRST_BYTES));
      const grown = new Uint8Array(room);
      grown.set(buffer);
      buffer = grown;
    }
    buffer[length++] = byte;
    return true;
  }

  function give(end: number, take: TakeChargingText): void {
    const text = readText(buffer.subarray(0, end));
    buffer.copyWithin(0, end, length);
    length -= end;
    // Most connections are silent most of the time: they keep nothing.
    if (length === 0) buffer = NOTHING;
    if (text !== "") take(text);
  }

  return {
    get waitingBytes() {
      return length;
    },
    push(chunk, take) {
      for (const byte of chunk) {
        if (broken) break;
        if (byte === LINE_FEED || byte === NUL) {
          give(length, take);
          continue;
        }
        broken = !keep(byte);
        if (byte !== HASH || broken) continue;
        const start = findWord(buffer, length);
        if (start > 0) give(start, take);
      }
      if (broken) {
        buffer = NOTHING;
        length = 0;
      }
      return !broken;
    },
    quiet(take) {
      if (length > 0) give(length, take);
    },
  };
}

/** Where a word begins that the bytes end with; 0 if there is none, or nothing stands before it. */
function findWord(bytes: Uint8Array, length: number): number {
  for (const word of WORDS) {
    const start = length - word.length;
    if (start > 0 && endsWith(bytes, start, word)) {
      const isAck = word.length === ACK.length;
      return isAck && bytes[start - 1] === N ? 0 : start;
    }
  }
  return 0;
}

function endsWith(
  bytes: Uint8Array,
  start: number,
  word: Uint8Array,
): boolean {
  return word.every((byte, i) => bytes[start + i] === byte);
}

function readText(bytes: Uint8Array): string | null {
  try {
    return DECODER.decode(bytes).trim();
  } catch {
    return null;
  }
}
