/**
 * The node's codes of refusals in Spanish: each says what happened and what to do.
 *
 * @module
 */

/** By code. */
export const problemsEs: Readonly<Record<string, string>> = {
  "sign_in_failed": "El nombre o la contraseña no son correctos.",
  "sign_in_throttled":
    "Demasiados intentos. Espere unos minutos antes de probar otra vez.",
  forbidden: "No está permitido.",
  "not_found": "No existe.",
  overloaded: "El nodo está ocupado. No se anotó nada; repita en un momento.",
  "node_stopping": "El nodo se está deteniendo. No se anotó nada.",
  "request_invalid": "Algún dato no es válido.",
};
