/**
 * Puts a mutation into the text of its file.
 *
 * @module
 */
import type { Mutation } from "./mutation.ts";

/** How often a text stands in another. */
export function countOf(text: string, part: string): number {
  return part === "" ? 0 : text.split(part).length - 1;
}

/**
 * Applies a mutation.
 *
 * @param text The file as it is.
 * @param mutation The mutation.
 * @returns The file with the bug in it.
 * @throws {RangeError} If the text to replace does not stand there exactly once.
 */
export function applyMutation(
  text: string,
  { name, file, find, replace }: Mutation,
): string {
  const count = countOf(text, find);
  if (count !== 1) {
    throw new RangeError(
      `"${name}": its text stands ${count} times in ${file}, not once`,
    );
  }
  return text.replace(find, () => replace);
}
