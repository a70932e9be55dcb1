/**
 * What of facts is never shown wherever facts or documents are shown as they are: the hashes of people's passwords, and
 * the keys of charging points' telemetry.
 *
 * @module
 */
import { USER_KIND } from "./users.ts";

/** What stands where a secret was. */
const HIDDEN = "(hidden)";
const PASSWORD_KEY = new RegExp(`^${USER_KIND}/[^/]*/password/`);

/**
 * A fact without what is never shown.
 *
 * @param fact A fact, or what stands where one should be.
 * @returns The fact itself, or one without its secret.
 */
export function withoutSecrets(
  fact: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  if (fact["type"] === "PointCredential") return { ...fact, key: HIDDEN };
  return fact["field"] === "password" ? { ...fact, value: HIDDEN } : fact;
}

/**
 * A document's JSON without what is never shown.
 *
 * @param json Its atoms by key.
 * @returns The document, and whether something of it was hidden.
 */
export function documentWithoutSecrets(
  json: Readonly<Record<string, unknown>>,
): {
  readonly json: Readonly<Record<string, unknown>>;
  readonly hidden: boolean;
} {
  const entries = Object.entries(json);
  if (!entries.some(([key]) => PASSWORD_KEY.test(key))) {
    return { json, hidden: false };
  }
  const shown = entries.map(([key, atom]) =>
    PASSWORD_KEY.test(key) ? [key, HIDDEN] : [key, atom]
  );
  return { json: Object.fromEntries(shown), hidden: true };
}
