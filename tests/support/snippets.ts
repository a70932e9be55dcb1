/**
 * Reads the snippets of a Markdown document that tests run, so that what the README says is what works.
 *
 * A snippet is a fenced block right after a comment `<!-- test: name -->`; empty lines may stand between them.
 *
 * @module
 */

/** A fenced block that a test knows by name. */
export interface Snippet {
  /** The word after the fence, such as `sh`; empty if there is none. */
  readonly language: string;
  /** The block's lines, without the fences. */
  readonly code: string;
  /** The line of the document on which the code starts, from 1. */
  readonly line: number;
}

/**
 * Finds the marked snippets of a document.
 *
 * @param markdown The document's text.
 * @returns The snippets by name, in the document's order.
 * @throws {SyntaxError} If a name is used twice, a mark has no block, or a block does not end.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * const fence = "`".repeat(3);
 * const markdown = `<!-- test: start -->\n\n${fence}sh\ndeno task run office\n${fence}\n`;
 * strictEqual(readSnippets(markdown).get("start")?.code, "deno task run office");
 * ```
 */
export function readSnippets(markdown: string): ReadonlyMap<string, Snippet> {
  const snippets = new Map<string, Snippet>();
  const lines = markdown.split(/\r?\n/);
  for (const [index, line] of lines.entries()) {
    const name = /^\s*<!-- test: ([a-z0-9-]+) -->\s*$/.exec(line)?.[1];
    if (name === undefined) continue;
    if (snippets.has(name)) {
      throw new SyntaxError(
        `Cannot read snippet "${name}" on line ${
          index + 1
        }: the name is used before`,
      );
    }
    snippets.set(name, readBlock(name, lines, index + 1));
  }
  return snippets;
}

/**
 * Splits a snippet of shell commands.
 *
 * @param code A snippet's code.
 * @returns Its commands, one each: lines that end in `\` are joined, comments and empty lines left out.
 *
 * @example Usage
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 *
 * deepStrictEqual(commandsOf("# here\ncurl -s \\\n  $URL"), ["curl -s $URL"]);
 * ```
 */
export function commandsOf(code: string): string[] {
  return code.replaceAll(/\\\n\s*/g, "").split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"));
}

function readBlock(
  name: string,
  lines: readonly string[],
  afterMark: number,
): Snippet {
  let open = afterMark;
  while (lines[open]?.trim() === "") open++;
  const fence = /^\s*(`{3,})([\w-]*)/.exec(lines[open] ?? "");
  if (!fence) {
    throw new SyntaxError(
      `Cannot read snippet "${name}" on line ${afterMark}: no block follows`,
    );
  }
  const [, ticks = "", language = ""] = fence;
  const close = lines.findIndex((line, index) =>
    index > open && line.trim() === ticks
  );
  if (close < 0) {
    throw new SyntaxError(
      `Cannot read snippet "${name}" on line ${afterMark}: its block does not end`,
    );
  }
  return {
    language,
    code: lines.slice(open + 1, close).join("\n"),
    line: open + 2,
  };
}
