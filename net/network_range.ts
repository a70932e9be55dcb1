/**
 * Networks: which addresses of a list a caller's address is one of.
 *
 * @module
 */

/** A network: the first bits of an address, as whole bytes with a mask. */
export interface Network {
  /** 4 or 16 bytes. */
  readonly bytes: readonly number[];
  /** How many of the first bits must be the same. */
  readonly bits: number;
}

/**
 * Reads an address or a network.
 *
 * @param text `192.168.1.20`, `192.168.1.0/24`, `fe80::1`, `fd00::/8`; an IPv4 address inside an IPv6 one is itself.
 * @returns The network; null if the text is none.
 *
 * @example Usage
 * ```ts
 * import { deepStrictEqual, strictEqual } from "node:assert/strict";
 *
 * deepStrictEqual(parseNetwork("10.0.0.0/8"), { bytes: [10, 0, 0, 0], bits: 8 });
 * strictEqual(parseNetwork("10.0.0.256"), null);
 * ```
 */
export function parseNetwork(text: string): Network | null {
  const match =
    /^([0-9A-Fa-f.:]{2,45})(?:%[A-Za-z0-9._-]{1,32})?(?:\/([0-9]{1,3}))?$/
      .exec(text);
  const bytes = match === null ? null : addressBytes(match[1] ?? "");
  if (bytes === null) return null;
  const longest = bytes.length * 8;
  const bits = match?.[2] === undefined ? longest : Number(match[2]);
  return bits <= longest ? { bytes, bits } : null;
}

function addressBytes(text: string): number[] | null {
  if (!text.includes(":")) return fourBytes(text);
  const bytes = sixteenBytes(text);
  if (bytes === null) return null;
  const isMapped = bytes.slice(0, 10).every((byte) => byte === 0) &&
    bytes[10] === 255 && bytes[11] === 255;
  return isMapped ? bytes.slice(12) : bytes;
}

function fourBytes(text: string): number[] | null {
  const parts = text.split(".");
  if (parts.length !== 4) return null;
  const bytes = parts.map((part) =>
    /^[0-9]{1,3}$/.test(part) ? Number(part) : 256
  );
  return bytes.every((byte) => byte < 256) ? bytes : null;
}

function sixteenBytes(text: string): number[] | null {
  const halves = text.split("::");
  if (halves.length > 2) return null;
  const [head = [], tail] = halves.map((half) =>
    half === "" ? [] : half.split(":").map(groupBytes)
  );
  const groups = [...head, ...tail ?? []];
  if (groups.includes(null)) return null;
  const known = groups.flat().length;
  if (tail === undefined ? known !== 16 : known > 14) return null;
  const gap = new Array<number>(16 - known).fill(0);
  return [...head.flat(), ...gap, ...(tail ?? []).flat()] as number[];
}

function groupBytes(group: string): number[] | null {
  if (group.includes(".")) return fourBytes(group);
  if (!/^[0-9A-Fa-f]{1,4}$/.test(group)) return null;
  const value = parseInt(group, 16);
  return [value >> 8, value & 255];
}

/**
 * Whether an address lies in a network.
 *
 * @param network The network.
 * @param address The address.
 * @returns True if it does; false for what is no address.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * const network = parseNetwork("192.168.1.0/24");
 * strictEqual(network !== null && isInNetwork(network, "::ffff:192.168.1.20"), true);
 * ```
 */
export function isInNetwork(network: Network, address: string): boolean {
  const other = parseNetwork(address);
  if (other === null || other.bytes.length !== network.bytes.length) {
    return false;
  }
  return other.bytes.every((byte, i) => {
    const bits = Math.min(8, Math.max(0, network.bits - i * 8));
    const mask = (0xff << (8 - bits)) & 0xff;
    return (byte & mask) === ((network.bytes[i] ?? 0) & mask);
  });
}
