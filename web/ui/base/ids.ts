/**
 * Ids that a page gives to what it sends, so that a repeat counts once.
 *
 * @module
 */

/**
 * A new id in the form of a UUIDv7 (RFC 9562, section 5.7): time-ordered, as the node's own are.
 *
 * `crypto.randomUUID` is not used: browsers have it only where a page came by TLS or from this machine.
 *
 * @returns 36 characters.
 */
export function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  let ms = Date.now();
  for (let i = 5; i >= 0; i--) {
    bytes[i] = ms % 256;
    ms = Math.floor(ms / 256);
  }
  bytes[6] = 0x70 | ((bytes[6] ?? 0) & 0x0f);
  bytes[8] = 0x80 | ((bytes[8] ?? 0) & 0x3f);
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0"));
  return [[0, 4], [4, 6], [6, 8], [8, 10], [10, 16]]
    .map(([from, to]) => hex.slice(from, to).join("")).join("-");
}
