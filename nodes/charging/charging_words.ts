/**
 * What drivers read beside the words of the original wire.
 *
 * @module
 */

/** The driver may not charge. */
export const DRIVER_BLOCKED = "Conductor bloqueado";
/** More requests wait than a node may hold. */
export const OVERLOADED = "Sistema sobrecargado";
/** The point cannot be reached. */
export const UNREACHABLE = {
  refusal: "point_unreachable",
  words: "DESCONECTADO",
} as const;
