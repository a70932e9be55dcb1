/**
 * Tests of the reader of marked snippets.
 *
 * @module
 */
import { deepStrictEqual, throws } from "node:assert/strict";
import { commandsOf, readSnippets } from "../support/snippets.ts";

const FENCE = "`".repeat(3);

Deno.test("readSnippets() gives marked blocks by name and leaves others", () => {
  const markdown = [
    "# Title",
    `${FENCE}sh`,
    "not marked",
    FENCE,
    "<!-- test: start -->",
    "",
    `${FENCE}sh`,
    "one \\",
    "  two",
    FENCE,
    "<!-- a remark -->",
    "<!-- test: answer-2 -->",
    FENCE,
    FENCE,
  ].join("\n");
  deepStrictEqual([...readSnippets(markdown)], [
    ["start", { language: "sh", code: "one \\\n  two", line: 8 }],
    ["answer-2", { language: "", code: "", line: 14 }],
  ]);
});

Deno.test("readSnippets() lets a longer fence hold a shorter one", () => {
  const markdown =
    `<!-- test: a -->\n${FENCE}\`md\n${FENCE}sh\nx\n${FENCE}\n${FENCE}\`\n`;
  deepStrictEqual(
    readSnippets(markdown).get("a")?.code,
    `${FENCE}sh\nx\n${FENCE}`,
  );
});

Deno.test("readSnippets() refuses a name used twice", () => {
  const block = `<!-- test: a -->\n${FENCE}\n${FENCE}\n`;
  throws(() => readSnippets(block + block), /line 4: the name is used before/);
});

Deno.test("readSnippets() refuses a mark without a block", () => {
  throws(() => readSnippets("<!-- test: a -->\ntext"), /no block follows/);
});

Deno.test("readSnippets() refuses a block that does not end", () => {
  throws(
    () => readSnippets(`<!-- test: a -->\n${FENCE}sh\nx`),
    /its block does not end/,
  );
});

Deno.test("commandsOf() joins continued lines and leaves comments out", () => {
  const code = "# first\ndeno task run \\\n  office\n\n  curl -s x # why";
  deepStrictEqual(commandsOf(code), [
    "deno task run office",
    "curl -s x # why",
  ]);
});
