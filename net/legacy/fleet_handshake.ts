/**
 * The first line of a link between installed fleet-card programs, which tells who dials. Frames follow it. A card sends
 * none.
 *
 * @module
 */
import { U32_MAX } from "./fleet_json.ts";

/** Longest handshake line in bytes, with its line feed. */
export const FLEET_HANDSHAKE_BYTES_MAX = 1024;
/** How long a handshake may take, in milliseconds. */
export const FLEET_HANDSHAKE_MS = 5_000;
/** Wait between a handshake and the first frame: an original program throws away what arrives with the line. */
export const FLEET_HANDSHAKE_PAUSE_MS = 150;

const LINE_FEED = 0x0a;
const DECODER = new TextDecoder("utf-8", { ignoreBOM: true });

/** Who dials. What `COMPANY` means is told by the port (C-11): its second word is an address or a company's number. */
export type FleetHandshake =
  | {
    /** A station, to a regional office. */
    readonly kind: "pump";
    /** The address of the pump that dials. */
    readonly address: string;
    /** The station's number, as a text. */
    readonly station: string;
  }
  | {
    /** A regional office, to a company. */
    readonly kind: "regional";
    /** Its id; any text without spaces. */
    readonly id: string;
  }
  | {
    /** A company to a regional office, or an administrator to a company. */
    readonly kind: "company";
    /** The company's address, or its number. */
    readonly name: string;
  };

/**
 * Reads a handshake line.
 *
 * @param line The line, with or without its end.
 * @returns Who dials; undefined if the first word is unknown or words are missing.
 *
 * @example Usage
 * ```ts
 * import { deepStrictEqual, strictEqual } from "node:assert/strict";
 *
 * deepStrictEqual(parseFleetHandshake("PUMP 127.0.0.1:13052 5\r\n"), {
 *   kind: "pump",
 *   address: "127.0.0.1:13052",
 *   station: "5",
 * });
 * strictEqual(parseFleetHandshake("PUMP 127.0.0.1:13052"), undefined);
 * ```
 */
export function parseFleetHandshake(line: string): FleetHandshake | undefined {
  const [word, second, third] = line.split(/\s+/).filter((it) => it !== "");
  if (second === undefined) return undefined;
  switch (word) {
    case "PUMP":
      return third === undefined
        ? undefined
        : { kind: "pump", address: second, station: third };
    case "REGIONAL":
      return { kind: "regional", id: second };
    case "COMPANY":
      return { kind: "company", name: second };
    default:
      return undefined;
  }
}

/**
 * Writes a handshake line. Send it alone, and wait before the first frame.
 *
 * @param handshake Who dials; its texts have no spaces.
 * @returns The line with its line feed.
 */
export function encodeFleetHandshake(handshake: FleetHandshake): Uint8Array {
  return new TextEncoder().encode(`${handshakeText(handshake)}\n`);
}

function handshakeText(handshake: FleetHandshake): string {
  switch (handshake.kind) {
    case "pump":
      return `PUMP ${handshake.address} ${handshake.station}`;
    case "regional":
      return `REGIONAL ${handshake.id}`;
    case "company":
      return `COMPANY ${handshake.name}`;
  }
}

/**
 * The number in a text, as ids stand in handshakes and administrators' requests.
 *
 * @param text Any text.
 * @returns 0 to 4294967295; undefined if there is anything but digits, or the number is larger.
 */
export function parseU32Text(text: string): number | undefined {
  const value = /^[0-9]{1,32}$/.test(text) ? Number(text) : NaN;
  return value <= U32_MAX ? value : undefined;
}

/** What became of the bytes of a handshake. */
export type HandshakeStep =
  /** The line is not whole yet. */
  | { readonly kind: "waiting" }
  /** It is longer than it may be: the connection is of no use. */
  | { readonly kind: "too_long" }
  | {
    /** It is whole. */
    readonly kind: "line";
    /** Without its end. */
    readonly line: string;
    /** What came behind it: the beginning of the frames. Valid as long as the bytes that were given. */
    readonly rest: Uint8Array;
  };

/** Reads the line before the frames. */
export interface HandshakeReader {
  /**
   * Takes the next bytes.
   *
   * @param chunk Any bytes.
   * @returns What became of them.
   */
  push(chunk: Uint8Array): HandshakeStep;
}

/**
 * Makes a reader for one connection.
 *
 * @param lineBytesMax Longest line in bytes, with its line feed.
 * @returns The reader.
 */
export function createHandshakeReader(
  lineBytesMax: number = FLEET_HANDSHAKE_BYTES_MAX,
): HandshakeReader {
  let kept = new Uint8Array(0);
  return {
    push(chunk) {
      const end = chunk.indexOf(LINE_FEED);
      const part = end < 0 ? chunk : chunk.subarray(0, end);
      const length = kept.length + part.length;
      if (length >= lineBytesMax) return { kind: "too_long" };
      const line = new Uint8Array(length);
      line.set(kept);
      line.set(part, kept.length);
      kept = line;
      return end < 0 ? { kind: "waiting" } : {
        kind: "line",
        line: DECODER.decode(line).trimEnd(),
        rest: chunk.subarray(end + 1),
      };
    },
  };
}
