/**
 * What administrators did, in words.
 *
 * @module
 */
import { es } from "./messages_es.ts";
import { text } from "./texts.ts";

function isKey(key: string): key is keyof typeof es {
  return key in es;
}

/**
 * An act in words.
 *
 * @param act The node's stable word.
 * @returns A sentence; the word itself if these pages do not know it.
 */
export function actText(act: string): string {
  const key = `act_${act}`;
  return isKey(key) ? text(key) : act.replaceAll("_", " ");
}

/**
 * To what something was done.
 *
 * @param subject A kind and an id, e.g. `user/417`.
 * @returns The kind in words, and the id.
 */
export function subjectText(subject: string): string {
  const [kind = "", ...rest] = subject.split("/");
  const key = `subject_${kind}`;
  return isKey(key) ? `${text(key)} ${rest.join("/")}` : subject;
}
