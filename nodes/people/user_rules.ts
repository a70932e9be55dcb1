/**
 * What a user's name, full name, password and hash must look like. Pure, so that every way in has the same rules.
 *
 * @module
 */
import type { UserRole } from "./people_use_cases.ts";

/** Longest name for signing in, in characters. */
export const USER_NAME_MAX = 50;
/** Longest full name, in characters. */
export const FULL_NAME_MAX = 100;
/** Shortest password, in characters. */
export const PASSWORD_MIN = 8;
/** Longest password, in characters. */
export const PASSWORD_MAX = 200;
/** The greatest number of a user. */
export const USER_NUMBER_MAX = 2 ** 31 - 1;
/** The name of the account that every original database begins with. */
export const DEFAULT_NAME = "admin";
/** Its password, which everybody knows: good for nothing but choosing another one. */
export const DEFAULT_PASSWORD = "admin123";
/** The roles, the one that may least first. */
export const USER_ROLES: readonly UserRole[] = [
  "cashier",
  "supervisor",
  "admin",
];

/** Memory of an argon2id hash in KiB, its passes and its lanes: more would let a directory's writer stop the others. */
const ARGON_MEMORY_MAX = 65_536;
const ARGON_PASSES_MAX = 6;
const ARGON_LANES_MAX = 4;
/** The greatest cost of a bcrypt hash, as its logarithm. */
const BCRYPT_COST_MAX = 13;

const NAME = /^[^\p{Cc}\p{Cs}<>]+$/u;
const BCRYPT = /^\$2[ab]\$(\d\d)\$[./A-Za-z0-9]{53}$/;
const ARGON =
  /^\$argon2id\$v=19\$m=(\d{1,6}),t=(\d{1,2}),p=(\d)\$[A-Za-z0-9+/]{11,86}\$[A-Za-z0-9+/]{22,86}$/;

/**
 * What two names have in common that only differ in case or in how their accents are encoded.
 *
 * @param name A name for signing in.
 * @returns A text that is equal for equal names.
 */
export function nameKey(name: string): string {
  return name.normalize("NFC").trim().toLowerCase();
}

/**
 * Whether a text can be a name.
 *
 * @param text Anything.
 * @param max The most characters.
 * @returns True for 1 to `max` characters without `<`, `>`, control characters, and spaces at either end.
 */
export function isName(text: unknown, max: number): text is string {
  return typeof text === "string" && text.length <= max && NAME.test(text) &&
    text === text.trim();
}

/**
 * Why a password cannot be set.
 *
 * @param password The password.
 * @param name The user's name.
 * @returns A sentence; undefined if it can.
 */
export function passwordProblem(
  password: string,
  name: string,
): string | undefined {
  const { length } = password;
  if (length < PASSWORD_MIN || length > PASSWORD_MAX) {
    return `A password has ${PASSWORD_MIN} to ${PASSWORD_MAX} characters`;
  }
  if (!password.isWellFormed()) return "The password is not well-formed text";
  if (nameKey(password) === nameKey(name)) {
    return "A password is not the user's name";
  }
  return password.toLowerCase() === DEFAULT_PASSWORD
    ? "Everybody knows that password: choose another one"
    : undefined;
}

/**
 * Whether a text is a hash that this node can check at a bearable cost.
 *
 * @param text Anything.
 * @returns True for bcrypt (`$2a$`, `$2b$`) and argon2id within bounds.
 */
export function isPasswordHash(text: unknown): text is string {
  if (typeof text !== "string") return false;
  const cost = BCRYPT.exec(text)?.[1];
  if (cost !== undefined) {
    return Number(cost) >= 4 && Number(cost) <= BCRYPT_COST_MAX;
  }
  const [, memory, passes, lanes] = (ARGON.exec(text) ?? []).map(Number);
  return memory !== undefined && passes !== undefined && lanes !== undefined &&
    memory >= 8 * lanes && memory <= ARGON_MEMORY_MAX &&
    passes >= 1 && passes <= ARGON_PASSES_MAX &&
    lanes >= 1 && lanes <= ARGON_LANES_MAX;
}
