/**
 * Texts of the mesh.
 *
 * @module
 */
import { type MessageValues, translator } from "../base/i18n.ts";
import { en } from "./messages_en.ts";
import { es } from "./messages_es.ts";

/** Gives a text of the mesh. */
export const text = translator(es, en);

/**
 * The text of a key that the node made, or the node's own word where these pages do not know it.
 *
 * @param prefix What the key begins with here.
 * @param word The node's stable word.
 * @param values Values for the text.
 * @returns A text.
 */
export function wordText(
  prefix: string,
  word: string,
  values?: MessageValues,
): string {
  const key = `${prefix}_${word}`;
  return isKey(key) ? text(key, values) : word;
}

function isKey(key: string): key is keyof typeof es {
  return key in es;
}
