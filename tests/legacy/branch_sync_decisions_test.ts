/**
 * The list of all that the branch software's page decides and asks for, each with a test that is named for it.
 *
 * @module
 */
import { deepStrictEqual } from "node:assert/strict";
import { fileURLToPath } from "node:url";

const TESTS = fileURLToPath(new URL("../", import.meta.url));
const DECISIONS = 74;
const CONFORMANCE = 10;
/** A test's name: what stands in quotes behind `Deno.test(`, or behind `name:` in its options. */
const NAME =
  /Deno\.test\(\s*(?:\{\s*name:\s*)?(["'`])((?:(?!\1)[^\\]|\\.)*)\1/g;

/** The names of all tests below a folder. */
async function namesOf(folder: string): Promise<string[]> {
  const names: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = `${folder}/${name}`;
    if (isDirectory) names.push(...await namesOf(path));
    else if (name.endsWith("_test.ts")) {
      const text = await Deno.readTextFile(path);
      names.push(...[...text.matchAll(NAME)].map((match) => match[2] ?? ""));
    }
  }
  return names;
}

/** Which of the numbers from 1 on no name has behind a mark. */
function missing(
  names: readonly string[],
  mark: RegExp,
  count: number,
): number[] {
  const found = new Set(
    names.flatMap((name) =>
      [...name.matchAll(mark)].map((match) => Number(match[1]))
    ),
  );
  return Array.from({ length: count }, (_, i) => i + 1)
    .filter((number) => !found.has(number));
}

Deno.test("every decision of the page is named by a test", async () => {
  const names = await namesOf(TESTS);
  deepStrictEqual(missing(names, /\bC-(\d{2})\b/g, DECISIONS), []);
  deepStrictEqual(missing(names, /\bP-(\d{1,2})\b/g, CONFORMANCE), []);
});
