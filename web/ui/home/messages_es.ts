/**
 * Texts of the start page, in Spanish.
 *
 * @module
 */

/** By key. */
export const es = {
  title: "Inicio",
} as const;
