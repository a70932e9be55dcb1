/**
 * Texts of signing in and of users, in English.
 *
 * @module
 */

/** By key. */
export const en = {
  signIn: "Sign in",
  name: "User",
  password: "Password",
  newPassword: "New password",
  repeatPassword: "New password again",
  notEqual: "The two are not the same.",
  mustChange: "Change the password before you go on.",
  passwordHint: "8 to 200 characters; not the user's name.",
  change: "Change password",
  changed: "Password changed",
  noUsers:
    "This node has no users yet. The first is made on its own machine, at http://127.0.0.1 with this node's port.",
} as const;
