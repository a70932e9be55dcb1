/**
 * The list of all that the page of charging points decides and asks for, each with a test that is named for it.
 *
 * @module
 */
import { deepStrictEqual } from "node:assert/strict";
import { fileURLToPath } from "node:url";

const TESTS = fileURLToPath(new URL("../", import.meta.url));
const DECISIONS = 55;
const CONFORMANCE = 9;
const MESH_POINTS = 9;
/** The other pages number their decisions alike. */
const ABOUT_CHARGING = /charg|kafka|fernet|ocpp|driver/;
/** A test's name: what stands in quotes behind `Deno.test(`, or behind `name:` in its options. */
const NAME =
  /\b(?:test|it)\(\s*(?:\{\s*name:\s*)?(["'`])((?:(?!\1)[^\\]|\\.)*)\1/g;

/** The names of all tests about charging below a folder. */
async function namesOf(folder: string): Promise<string[]> {
  const names: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = `${folder}/${name}`;
    if (isDirectory) names.push(...await namesOf(path));
    else if (name.endsWith("_test.ts") && ABOUT_CHARGING.test(path)) {
      const text = await Deno.readTextFile(path);
      names.push(...[...text.matchAll(NAME)].map((match) => match[2] ?? ""));
    }
  }
  return names;
}

/** Which of the numbers from 1 on stand before no colon. */
function missing(
  names: readonly string[],
  mark: RegExp,
  count: number,
): number[] {
  const marks = names.map((name) =>
    name.slice(0, Math.max(0, name.indexOf(":")))
  );
  const found = new Set(
    marks.flatMap((text) =>
      [...text.matchAll(mark)].map((match) => Number(match[1]))
    ),
  );
  return Array.from({ length: count }, (_, i) => i + 1)
    .filter((number) => !found.has(number));
}

Deno.test("every decision of the charging points' page is named by a test", async () => {
  const names = await namesOf(TESTS);
  deepStrictEqual({
    decisions: missing(names, /\bC-(\d{1,2})\b/g, DECISIONS),
    conformance: missing(names, /\bM-(\d)\b/g, CONFORMANCE),
    mesh: missing(names, /\b11\.(\d)\b/g, MESH_POINTS),
  }, { decisions: [], conformance: [], mesh: [] });
});
