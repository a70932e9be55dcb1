/**
 * Texts of signing in and of users, in Spanish.
 *
 * @module
 */

/** By key. */
export const es = {
  signIn: "Iniciar sesión",
  name: "Usuario",
  password: "Contraseña",
  newPassword: "Contraseña nueva",
  repeatPassword: "Contraseña nueva, otra vez",
  notEqual: "Las dos no son iguales.",
  mustChange: "Cambie la contraseña antes de seguir.",
  passwordHint: "De 8 a 200 caracteres; no el nombre de usuario.",
  change: "Cambiar contraseña",
  changed: "Contraseña cambiada",
  noUsers:
    "Este nodo todavía no tiene usuarios. El primero se crea en su propia máquina, en http://127.0.0.1 con el puerto de este nodo.",
} as const;
