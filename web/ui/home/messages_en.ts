/**
 * Texts of the start page, in English.
 *
 * @module
 */

/** By key. */
export const en = {
  title: "Home",
} as const;
