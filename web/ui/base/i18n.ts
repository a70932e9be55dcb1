/**
 * Languages: Spanish by default, English on request, and the texts of each part of the pages in both.
 *
 * Each part keeps its texts in its own `messages_es.ts` and `messages_en.ts`; the types see to it that both have the same
 * ones.
 *
 * @module
 */
import { effect, type Signal, signal } from "@preact/signals";
import { load, save } from "./memory.ts";

/** A language of the pages. */
export type Language = "es" | "en";

const STORED = "panal.language";

/** The language shown now. */
export const language: Signal<Language> = signal(firstLanguage());

function firstLanguage(): Language {
  const stored = load(STORED);
  return stored === "en" ? "en" : "es";
}

effect(() => {
  document.documentElement.lang = language.value;
  save(STORED, language.value);
});

/**
 * Texts by key; `{name}` stands for a value, and `{name?one:many}` for the first word if the value is 1, and the second
 * otherwise.
 */
export type Messages = Readonly<Record<string, string>>;

/** Values for a text. */
export type MessageValues = Readonly<Record<string, string | number>>;

/** Gives the text of a key in the language shown now. */
export type Translate<K extends string> = (
  key: K,
  values?: MessageValues,
) => string;

/**
 * Makes the texts of one part of the pages.
 *
 * @param es In Spanish; it says which keys there are.
 * @param en In English.
 * @returns A function that is read while a component renders, so that it follows the language.
 */
export function translator<M extends Messages>(
  es: M,
  en: { readonly [K in keyof M]: string },
): Translate<keyof M & string> {
  return (key, values) =>
    filled((language.value === "en" ? en : es)[key], values);
}

function filled(text: string, values: MessageValues = {}): string {
  return text.replaceAll(
    /\{(\w+)(?:\?([^:{}]*):([^{}]*))?\}/g,
    (whole, name: string, one?: string, many?: string) =>
      one === undefined || many === undefined
        ? String(values[name] ?? whole)
        : String(values[name]) === "1"
        ? one
        : many,
  );
}
