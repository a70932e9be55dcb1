/**
 * Bytes that come in pieces.
 *
 * @module
 */

/** All pieces as one. */
export function joinBytes(pieces: Iterable<Uint8Array>): Uint8Array {
  return Uint8Array.from([...pieces].flatMap((piece) => [...piece]));
}
