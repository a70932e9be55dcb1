/**
 * Frames of a WebSocket client, right and wrong ones.
 *
 * @module
 */

/** How a frame differs from a right one. */
export interface FrameOptions {
  /** False for a fragment that is not the last. */
  readonly fin?: boolean;
  /** False to send it as only a server may. */
  readonly mask?: boolean;
  /** Reserved bits of the first byte. */
  readonly reserved?: number;
}

/**
 * A frame.
 *
 * @param opcode 0 to 15.
 * @param payload Its bytes, before the mask.
 * @param options How it differs from a right one.
 * @returns The frame.
 */
export function clientFrame(
  opcode: number,
  payload: Uint8Array,
  { fin = true, mask = true, reserved = 0 }: FrameOptions = {},
): Uint8Array {
  const { length } = payload;
  const size = length < 126
    ? [length]
    : length < 0x1_0000
    ? [126, length >> 8, length & 255]
    : [127, 0, 0, 0, 0, length >>> 24, length >> 16 & 255, length >> 8 & 255]
      .concat(length & 255);
  const key = mask ? [17, 34, 51, 68] : [];
  const head = [(fin ? 0x80 : 0) | reserved | opcode, ...size, ...key];
  if (mask) head[1] = (head[1] ?? 0) | 0x80;
  const frame = new Uint8Array(head.length + length);
  frame.set(head);
  frame.set(payload.map((byte, i) => byte ^ (key[i & 3] ?? 0)), head.length);
  return frame;
}
