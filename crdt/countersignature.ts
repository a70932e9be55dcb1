/**
 * Countersignatures: another member's statement that it has verified and stored a log up to a head. They stand beside
 * the log, never in its chain: one vouches for a checkpoint towards those who join cold, and shows that a log went on
 * where its end was cut later.
 *
 * @module
 */
import { type Head, trunkOf, verifyHead } from "./commit.ts";
import { fromHex } from "./ids.ts";
import type { SignatureScheme, Signer } from "./signing.ts";

/** A head that another member has signed too. */
export interface Countersignature {
  /** The head, signed by the log's writer: so nobody can claim more of a log than its writer wrote. */
  readonly head: Head;
  /** The public key of the member that signed it too. */
  readonly signer: Uint8Array;
  /** Its signature, 64 bytes. */
  readonly signature: Uint8Array;
}

const TAG = new TextEncoder().encode("panal/countersignature/1\0");
const PLACE_BYTES = 16 + 8 + 32;

function message({ log, seq, hash }: Head): Uint8Array {
  const bytes = new Uint8Array(TAG.length + PLACE_BYTES);
  bytes.set(TAG);
  bytes.set(fromHex(trunkOf(log)), TAG.length);
  new DataView(bytes.buffer).setBigUint64(TAG.length + 16, BigInt(seq));
  bytes.set(fromHex(hash), TAG.length + 24);
  return bytes;
}

/**
 * Signs a head that was verified and whose log is stored up to it.
 *
 * @param head The head, signed by its writer.
 * @param signer The key of another member.
 * @returns The countersignature.
 */
export function countersign(head: Head, signer: Signer): Countersignature {
  const signature = signer.sign(message(head));
  return { head, signer: signer.publicKey, signature };
}

/**
 * Checks both signatures. That the signer is a member is its certificate's question.
 *
 * @param countersignature The countersignature.
 * @param writer The public key of the log's writer.
 * @param signatures How signatures are checked.
 * @returns True if the writer signed the head and another key signed it too.
 */
export function verifyCountersignature(
  { head, signer, signature }: Countersignature,
  writer: Uint8Array,
  signatures: SignatureScheme,
): boolean {
  const isOther = signer.some((byte, i) => byte !== writer[i]);
  return isOther && signatures.verify(signer, message(head), signature) &&
    verifyHead(head, writer, signatures);
}
