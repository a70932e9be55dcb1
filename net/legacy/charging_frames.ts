/**
 * Frames of installed charging-point programs: STX, a text, ETX and a check byte, with single control bytes between
 * them. Pure: bytes in, frames and control bytes out, however they were cut and glued.
 *
 * @module
 */
import { PanalError } from "../../crdt/errors.ts";

/** The bytes that mean something outside a text. */
export const CHARGING_CONTROL = {
  STX: 0x02,
  ETX: 0x03,
  EOT: 0x04,
  ENQ: 0x05,
  ACK: 0x06,
  NACK: 0x15,
} as const;

/** Most bytes of a frame that is read, with its marks. */
export const CHARGING_FRAME_READ_MAX = 4096;
/** Most bytes of a frame that installed programs can read, with its marks. */
export const CHARGING_FRAME_BYTES_MAX = 1024;
/** Bytes of a frame besides its text. */
const MARKS = 3;
const FIRST_BYTES = 128;
const NOTHING = new Uint8Array(0);
const ENCODER = new TextEncoder();
const DECODER = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const { STX, ETX, EOT, ENQ, ACK, NACK } = CHARGING_CONTROL;

/**
 * The check byte of a frame: all its bytes from STX to ETX combined by exclusive or.
 *
 * @param data The bytes between STX and ETX.
 * @returns 0 to 255.
 */
export function chargingFrameCheck(data: Uint8Array): number {
  return data.reduce((sum, byte) => sum ^ byte, STX ^ ETX);
}

/**
 * Makes the bytes of a frame, to be sent with one write.
 *
 * @param text At least one character, without the character ETX.
 * @returns The frame.
 * @throws {PanalError} `invalid_argument` if the text cannot be in a frame, or is too long for installed programs.
 *
 * @example Usage
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 *
 * deepStrictEqual([...encodeChargingFrame("OK")], [0x02, 0x4f, 0x4b, 0x03, 0x05]);
 * ```
 */
export function encodeChargingFrame(text: string): Uint8Array {
  const data = ENCODER.encode(text);
  if (
    data.length === 0 || data.includes(ETX) ||
    data.length + MARKS > CHARGING_FRAME_BYTES_MAX
  ) {
    throw new PanalError(
      "invalid_argument",
      `Cannot frame a text of ${data.length} bytes: it is empty, too long, or has an ETX`,
    );
  }
  return Uint8Array.of(STX, ...data, ETX, chargingFrameCheck(data));
}

/** What a stream of frames brought. */
export type ChargingToken =
  /** A frame that is right. */
  | { readonly kind: "frame"; readonly text: string }
  /** A control byte by itself. */
  | { readonly kind: "EOT" | "ENQ" | "ACK" | "NACK" }
  /** A frame that is wrong, or bytes that are neither a frame nor control bytes: all up to the next of these are one. */
  | {
    readonly kind: "invalid";
    readonly why: "check" | "empty" | "text" | "long" | "stray" | "cut";
  };

const CONTROLS: ReadonlyMap<number, ChargingToken> = new Map([
  [EOT, { kind: "EOT" }],
  [ENQ, { kind: "ENQ" }],
  [ACK, { kind: "ACK" }],
  [NACK, { kind: "NACK" }],
]);

/** Reads one stream. */
export interface ChargingFrameReader {
  /** True if a frame has begun that is not whole. */
  readonly inFrame: boolean;
  /** Bytes that are kept for it. */
  readonly waitingBytes: number;
  /**
   * Takes the next bytes.
   *
   * @param chunk Any bytes.
   * @param take Is given what they bring. If it returns false, the rest is not read.
   */
  push(chunk: Uint8Array, take: (token: ChargingToken) => boolean | void): void;
  /**
   * Gives up a frame that is not whole: its rest does not come.
   *
   * @param take Is given that, if there is one.
   */
  abandon(take: (token: ChargingToken) => void): void;
}

/**
 * Makes a reader for one stream.
 *
 * @param bytesMax Most bytes of a frame, with its marks.
 * @returns The reader.
 *
 * @example Usage
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 *
 * const seen: string[] = [];
 * const reader = createChargingFrameReader();
 * for (const byte of [0x06, ...encodeChargingFrame("417"), 0x04]) {
 *   reader.push(Uint8Array.of(byte), (token) =>
 *     void seen.push(token.kind === "frame" ? token.text : token.kind));
 * }
 * deepStrictEqual(seen, ["ACK", "417", "EOT"]);
 * ```
 */
export function createChargingFrameReader(
  bytesMax: number = CHARGING_FRAME_READ_MAX,
): ChargingFrameReader {
  const dataMax = bytesMax - MARKS;
  let place:
    | "between"
    | "stray"
    | "data"
    | "skipped"
    | "check"
    | "skippedCheck" = "between";
  let buffer: Uint8Array = NOTHING;
  let length = 0;

  function keep(byte: number): boolean {
    if (length >= dataMax) return false;
    if (length === buffer.length) {
      const room = Math.min(dataMax, Math.max(2 * length, FIRST_BYTES));
      const grown = new Uint8Array(room);
      grown.set(buffer);
      buffer = grown;
    }
    buffer[length++] = byte;
    return true;
  }

  function reset(): Uint8Array {
    const data = buffer.subarray(0, length);
    buffer = NOTHING;
    length = 0;
    place = "between";
    return data;
  }

  function between(byte: number): ChargingToken | undefined {
    const control = CONTROLS.get(byte);
    const wasStray = place === "stray";
    place = byte === STX ? "data" : control === undefined ? "stray" : "between";
    if (place === "stray" && !wasStray) {
      return { kind: "invalid", why: "stray" };
    }
    return control;
  }

  function inside(byte: number): ChargingToken | undefined {
    if (byte === ETX) {
      place = place === "skipped" ? "skippedCheck" : "check";
      return undefined;
    }
    if (keep(byte)) return undefined;
    // What cannot be kept is read up to its end and thrown away; it counts once for each piece of a frame's length.
    reset();
    place = "skipped";
    return { kind: "invalid", why: "long" };
  }

  function next(byte: number): ChargingToken | undefined {
    switch (place) {
      case "between":
      case "stray":
        return between(byte);
      case "data":
      case "skipped":
        return inside(byte);
      case "check":
        return readFrame(reset(), byte);
      case "skippedCheck":
        reset();
        return undefined;
    }
  }

  return {
    get inFrame() {
      return place !== "between" && place !== "stray";
    },
    get waitingBytes() {
      return buffer.length;
    },
    push(chunk, take) {
      for (const byte of chunk) {
        const token = next(byte);
        if (token !== undefined && take(token) === false) return;
      }
    },
    abandon(take) {
      if (place === "between" || place === "stray") return;
      reset();
      take({ kind: "invalid", why: "cut" });
    },
  };
}

function readFrame(data: Uint8Array, check: number): ChargingToken {
  if (data.length === 0) return { kind: "invalid", why: "empty" };
  if (chargingFrameCheck(data) !== check) {
    return { kind: "invalid", why: "check" };
  }
  try {
    return { kind: "frame", text: DECODER.decode(data) };
  } catch {
    return { kind: "invalid", why: "text" };
  }
}
