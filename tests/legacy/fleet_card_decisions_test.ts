/**
 * The list of all that the fleet-card page decides and asks for, each with a test that is named for it. Other pages number
 * their decisions in the same way, so only tests about fleet cards count.
 *
 * @module
 */
import { deepStrictEqual } from "node:assert/strict";
import { fileURLToPath } from "node:url";

const TESTS = fileURLToPath(new URL("../", import.meta.url));
const DECISIONS = 47;
/** T33 is a placeholder that asks for nothing. */
const REQUIREMENTS = 32;
/** Test files about fleet cards, by their path below this folder. */
const ABOUT_CARDS = /fleet|card|company_admin|rights_apart/;
/** A test's name: what stands in quotes behind `test(`, or behind `name:` in its options. */
const NAME = /\btest\(\s*(?:\{\s*name:\s*)?(["'`])((?:(?!\1)[^\\]|\\.)*)\1/g;
/** The vectors of appendix A by the names that the page gives them; several may be in one test's name. */
const VECTORS: readonly string[] = [
  "request 10 litres",
  "charged",
  "refused",
  "pending?",
  "nothing pending",
  "expense",
  "verdict",
  "acknowledgement",
  "station here",
  "balance?",
  "balance",
  "charge",
  "new card",
  "card made",
  "limit?",
  "limit",
  "set limit",
  "limit set",
  "cards",
  "expenses",
  "election",
  "coordinator",
  "confirmation key",
];

/** Finds a vector's name that is no part of another's. */
function isWord(name: string): RegExp {
  return new RegExp(`(?<![\\w])${name.replace("?", "\\?")}(?![\\w?])`);
}

interface Named {
  /** The file, below this folder. */
  readonly path: string;
  readonly name: string;
}

/** The names of all tests about fleet cards below a folder. */
async function namesOf(folder = ""): Promise<Named[]> {
  const names: Named[] = [];
  for await (const entry of Deno.readDir(`${TESTS}${folder}`)) {
    const path = `${folder}${entry.name}`;
    if (entry.isDirectory) names.push(...await namesOf(`${path}/`));
    else if (path.endsWith("_test.ts") && ABOUT_CARDS.test(path)) {
      const text = await Deno.readTextFile(`${TESTS}${path}`);
      for (const [, , name = ""] of text.matchAll(NAME)) {
        names.push({ path, name });
      }
    }
  }
  return names;
}

/** Which of the numbers from 1 on no name has behind a mark. */
function missing(
  names: readonly Named[],
  mark: RegExp,
  count: number,
): number[] {
  const found = new Set(
    names.flatMap(({ name }) =>
      [...name.matchAll(mark)].map((match) => Number(match[1]))
    ),
  );
  return Array.from({ length: count }, (_, i) => i + 1)
    .filter((number) => !found.has(number));
}

Deno.test("every decision of the fleet-card page is named by a test", async () => {
  const names = await namesOf();
  deepStrictEqual(missing(names, /\bC-(\d{2})\b/g, DECISIONS), []);
});

Deno.test("every requirement taken from the original tests is named by a test", async () => {
  const names = await namesOf();
  deepStrictEqual(missing(names, /\bT(\d{2})\b/g, REQUIREMENTS), []);
});

Deno.test("every vector of the appendix is named by a test over real sockets", async () => {
  const titles = (await namesOf()).filter(({ path, name }) =>
    path.startsWith("legacy/") && name.startsWith("A: ")
  ).map(({ name }) => name);
  const unnamed = VECTORS.filter((vector) =>
    !titles.some((title) => isWord(vector).test(title))
  );
  deepStrictEqual(unnamed, []);
});
