/**
 * Forms with nested keys, as the original program's framework reads them: `Detalles[0][ProductoID]=…`, `Detalles[]=…`.
 *
 * @module
 */

/** The most fields of a form. */
export const FORM_FIELDS_MAX = 10_000;
/** The most parts of a key; what lies deeper is one key. */
const PARTS_MAX = 8;
/** The greatest index of a list. */
const INDEX_MAX = 5_000;

/** A node of a form while it is read. */
type Branch = Map<string, Branch | string>;

/** A value of a form. */
export type FormValue =
  | string
  | readonly FormValue[]
  | { readonly [key: string]: FormValue };

/**
 * Reads a form.
 *
 * @param text `name=value` joined by `&`, percent-encoded.
 * @returns Its fields; all leaves are texts. Undefined if there are too many.
 *
 * @example Usage
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 *
 * deepStrictEqual({ ...parseForm("a=1&b[0][c]=2&b[1][c]=3") }, {
 *   a: "1",
 *   b: [{ c: "2" }, { c: "3" }],
 * });
 * ```
 */
export function parseForm(
  text: string,
): { readonly [key: string]: FormValue } | undefined {
  const root: Branch = new Map();
  let count = 0;
  for (const [name, value] of new URLSearchParams(text)) {
    count++;
    if (count > FORM_FIELDS_MAX) return undefined;
    put(root, partsOf(name), value);
  }
  return objectOf(root);
}

function partsOf(name: string): string[] {
  const open = name.indexOf("[");
  if (open <= 0) return [name];
  const parts = [name.slice(0, open)];
  let at = open;
  while (parts.length < PARTS_MAX && name[at] === "[") {
    const close = name.indexOf("]", at);
    if (close < 0) break;
    parts.push(name.slice(at + 1, close));
    at = close + 1;
  }
  if (at < name.length) parts.push(name.slice(at));
  return parts;
}

function put(root: Branch, parts: readonly string[], value: string): void {
  let branch = root;
  const last = parts.length - 1;
  for (const [i, part] of parts.entries()) {
    const key = part === "" && i > 0 ? String(branch.size) : part;
    if (i === last) {
      branch.set(key, value);
      return;
    }
    const known = branch.get(key);
    const next: Branch = known instanceof Map ? known : new Map();
    branch.set(key, next);
    branch = next;
  }
}

function valueOf(value: Branch | string): FormValue {
  if (typeof value === "string") return value;
  const keys = [...value.keys()];
  const isList = keys.length > 0 &&
    keys.every((key) => /^\d{1,4}$/.test(key) && Number(key) <= INDEX_MAX);
  return isList
    ? [...value].toSorted(([a], [b]) => Number(a) - Number(b))
      .map(([, inner]) => valueOf(inner))
    : objectOf(value);
}

/** `fromEntries` makes own fields of every name, so none reaches a prototype. */
function objectOf(branch: Branch): { readonly [key: string]: FormValue } {
  return Object.fromEntries(
    [...branch].map(([key, value]) => [key, valueOf(value)]),
  );
}
