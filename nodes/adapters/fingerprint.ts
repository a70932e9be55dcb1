/**
 * Tells a data folder from a copy of it: the machine, and the inode and birth time of a file in the folder. A copied or
 * restored folder holds the same keys but another fingerprint.
 *
 * @module
 */
import { sha256, toHex } from "../../crdt/mod.ts";

/**
 * What names this machine.
 *
 * @returns The content of `/etc/machine-id`, or the host's name where there is none.
 */
export async function readMachine(): Promise<string> {
  try {
    const id = (await Deno.readTextFile("/etc/machine-id")).trim();
    if (id !== "") return id;
  } catch {
    // Not every system has it.
  }
  return Deno.hostname();
}

/**
 * The fingerprint of a file on a machine.
 *
 * @param path The file; it must never be replaced.
 * @param machine What names the machine. It is secret on some systems, so only a hash is kept.
 * @returns 64 hexadecimal digits.
 */
export async function fingerprintOf(
  path: string,
  machine: string,
): Promise<string> {
  const { ino, birthtime } = await Deno.stat(path);
  const parts = ["panal/fingerprint/1", machine, ino, birthtime?.getTime()];
  const text = JSON.stringify(parts.map((it) => it ?? null));
  return toHex(sha256(new TextEncoder().encode(text)));
}
