/**
 * Every size, count and time limit of the network layer, with units.
 *
 * @module
 */

/** Longest frame on a link, in bytes. */
export const FRAME_BYTES_MAX = 4 * 1024 * 1024;
/** A link is writable while fewer bytes than this are pending. */
export const LINK_WINDOW_BYTES = 1024 * 1024;
/** A link is closed when more than this would be pending, in bytes. */
export const LINK_QUEUE_BYTES_MAX = 16 * 1024 * 1024;
/** A link whose other end consumes nothing for this long while bytes are pending is closed, in milliseconds. */
export const LINK_STALL_MS_MAX = 30_000;
/** Longest time to connect and complete the handshake, in milliseconds. */
export const DIAL_MS_MAX = 10_000;
/** Longest time from link to admission, in milliseconds. */
export const ADMISSION_MS_MAX = 10_000;
/** Most links at once. */
export const LINKS_MAX = 512;
/** Shortest wait before a lost or refused address is dialed again, in milliseconds. */
export const REDIAL_MS_MIN = 250;
/** Longest wait before a lost or refused address is dialed again, in milliseconds. */
export const REDIAL_MS_MAX = 30_000;
/** Most addresses that are remembered for dialing. */
export const DIAL_ADDRESSES_MAX = 1024;
