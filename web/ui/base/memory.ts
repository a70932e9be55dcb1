/**
 * What a browser remembers between visits: small texts, lost without harm where storage is refused.
 *
 * @module
 */

/**
 * What is remembered under a name.
 *
 * @param name Beginning with `panal.`.
 * @returns The text; undefined if there is none or storage is refused.
 */
export function load(name: string): string | undefined {
  try {
    return localStorage.getItem(name) ?? undefined;
  } catch {
    return undefined;
  }
}

/**
 * Remembers a text.
 *
 * @param name Beginning with `panal.`.
 * @param text The text; undefined forgets it.
 * @returns False if the browser did not take it.
 */
export function save(name: string, text: string | undefined): boolean {
  try {
    if (text === undefined) localStorage.removeItem(name);
    else localStorage.setItem(name, text);
    return true;
  } catch {
    return false;
  }
}
