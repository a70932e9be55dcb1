/**
 * What of facts is never shown wherever facts or documents are shown as they are: the hashes of people's and charging points'
 * passwords, and
 * the keys of charging points' telemetry.
 *
 * @module
 */
import { CHARGER_KIND } from "../charging/password_use_cases.ts";
import { USER_KIND } from "./users.ts";

/** What stands where a secret was. */
const HIDDEN = "(hidden)";
const PASSWORD_KEY = new RegExp(
  `^(${USER_KIND}|${CHARGER_KIND})/[^/]*/password/`,
);

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

/** What a journal's page holds of a commit whose facts have a secret. */
const SECRET_FACT = "PointCredential";

/** A commit's facts as a journal holds them: the text of `[stamp, facts]`. */
function withoutSecretFacts(atom: string): string {
  try {
    const [stamp, facts] = JSON.parse(atom) as [unknown, unknown[]];
    return JSON.stringify([
      stamp,
      facts.map((fact) =>
        typeof fact === "object" && fact !== null
          ? withoutSecrets(fact as Readonly<Record<string, unknown>>)
          : fact
      ),
    ]);
  } catch {
    // Whoever wrote it wrote no facts.
    return HIDDEN;
  }
}

function shownAtom(key: string, atom: unknown): unknown {
  if (PASSWORD_KEY.test(key)) return HIDDEN;
  return typeof atom === "string" && atom.includes(SECRET_FACT)
    ? withoutSecretFacts(atom)
    : atom;
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
  const shown = entries.map(([key, atom]) =>
    [key, shownAtom(key, atom)] as const
  );
  const hidden = shown.some(([, atom], i) => atom !== entries[i]?.[1]);
  return hidden
    ? { json: Object.fromEntries(shown), hidden }
    : { json, hidden };
}
