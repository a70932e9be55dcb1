/**
 * The epoch of a new log: drawn by chance, unless a planned move named it ahead, so that rights could be granted to a log
 * before it was opened.
 *
 * @module
 */
import {
  fromHex,
  logIdOf,
  type LogOpening,
  type Random,
  type Reader,
  type Signer,
  type SpaceId,
  type Writer,
} from "../crdt/mod.ts";
import type { LogRegister } from "./log_register.ts";
import { META } from "./tables.ts";

/** Bytes of an epoch. */
export const EPOCH_BYTES = 8;

function nameOf(space: string): string {
  return `epoch ${space}`;
}

/**
 * Notes the epochs of the next logs.
 *
 * @param writer The transaction.
 * @param epochs 16 hexadecimal digits by space.
 */
export function reserveEpochs(
  writer: Writer,
  epochs: Readonly<Record<string, string>>,
): void {
  for (const [space, value] of Object.entries(epochs)) {
    writer.put(META, { name: nameOf(space), value });
  }
}

/**
 * Who writes a log that is about to be opened, and its epoch.
 *
 * @param rows The rows.
 * @param register The logs: a reserved epoch is used once.
 * @param writer The space, the writer's key and chance.
 * @returns What names the log.
 */
export function drawOpening(
  rows: Reader,
  register: LogRegister,
  { space, signer: { publicKey }, random }: {
    readonly space: SpaceId;
    readonly signer: Signer;
    readonly random: Random;
  },
): LogOpening {
  const value = rows.get(META, [nameOf(space)])?.["value"];
  if (typeof value === "string" && /^[0-9a-f]{16}$/.test(value)) {
    const opening = { publicKey, epoch: fromHex(value) };
    const name = logIdOf(space, opening);
    if (register.byName(name) === undefined) return opening;
  }
  return { publicKey, epoch: random.bytes(EPOCH_BYTES) };
}
