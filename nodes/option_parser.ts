/**
 * Reads a command line into named values. Separate from what the values mean, so that every command refuses a wrong
 * option with the same words.
 *
 * @module
 */
import { PanalError } from "../crdt/mod.ts";

/** How often an option may be given, and whether a value follows: `one`, `many`, or `flag` for neither. */
export type OptionKind = "one" | "many" | "flag";

/** The options of a command by their names, without dashes. */
export type OptionKinds = Readonly<Record<string, OptionKind>>;

/** A command line as it was given. */
export interface ParsedOptions {
  /** What is no option, in order. */
  readonly words: readonly string[];
  /** Values by option, without dashes; `true` for a flag. */
  readonly values: ReadonlyMap<string, readonly string[]>;
  /** True for `--help` or `-h` anywhere; nothing else is checked then. */
  readonly help: boolean;
}

/**
 * Makes the error of a wrong option.
 *
 * @param message One line that says what to do.
 * @returns A `config_invalid` error.
 */
export function configError(message: string): PanalError {
  return new PanalError("config_invalid", message);
}

/**
 * A text from outside, for a message: in quotes, on one line, not too long.
 *
 * @param text Anything.
 * @returns JSON text of at most its first 80 characters.
 */
export function quote(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
}

/**
 * Reads a command line: `--name VALUE`, `--name=VALUE` or `--flag`; what stands behind `--` is no option.
 *
 * @param args The arguments.
 * @param kinds The command's options.
 * @returns Words and values.
 * @throws {PanalError} `config_invalid` for an unknown option, a missing value, or one too many.
 *
 * @example Usage
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 *
 * const { words, values } = parseOptions(["branch", "--site=CUS"], { site: "one" });
 * deepStrictEqual(words, ["branch"]);
 * deepStrictEqual(values.get("site"), ["CUS"]);
 * ```
 */
export function parseOptions(
  args: readonly string[],
  kinds: OptionKinds,
): ParsedOptions {
  const end = args.indexOf("--");
  const before = end < 0 ? args : args.slice(0, end);
  const help = before.some((it) => it === "--help" || it === "-h");
  if (help) return { words: [], values: new Map(), help };
  const words: string[] = [];
  const values = new Map<string, string[]>();
  for (let i = 0; i < before.length; i++) {
    const word = before[i] ?? "";
    if (!word.startsWith("-") || word === "-") {
      words.push(word);
      continue;
    }
    const { name, inline } = splitOption(word);
    const kind = kindOf(name, kinds);
    const list = values.get(name) ?? [];
    if (list.length > 0 && kind === "one") {
      throw configError(`--${name} is given twice: leave one out`);
    }
    values.set(name, list);
    if (kind === "flag") {
      if (inline !== undefined) throw configError(`--${name} takes no value`);
      values.set(name, ["true"]);
      continue;
    }
    const value = inline ?? before[++i];
    if (!value || (inline === undefined && value.startsWith("--"))) {
      throw configError(`--${name} needs a value: --${name} VALUE`);
    }
    list.push(value);
  }
  if (end >= 0) words.push(...args.slice(end + 1));
  return { words, values, help };
}

function splitOption(word: string): { name: string; inline?: string } {
  if (!word.startsWith("--")) {
    throw configError(
      `There is no option ${quote(word)}: options begin with two dashes`,
    );
  }
  const at = word.indexOf("=");
  return at < 0
    ? { name: word.slice(2) }
    : { name: word.slice(2, at), inline: word.slice(at + 1) };
}

function kindOf(name: string, kinds: OptionKinds): OptionKind {
  const kind = Object.hasOwn(kinds, name) ? kinds[name] : undefined;
  if (kind !== undefined) return kind;
  const near = nearest(name, Object.keys(kinds));
  const hint = near === undefined ? "--help lists them" : `use --${near}`;
  throw configError(`There is no option ${quote(`--${name}`)}: ${hint}`);
}

/**
 * The known name that somebody probably meant.
 *
 * @param name What was written.
 * @param known The names that there are.
 * @returns One of them, or undefined if none is near.
 */
export function nearest(
  name: string,
  known: readonly string[],
): string | undefined {
  const short = name.slice(0, 40);
  const ranked = known.map((it) => ({ it, far: distance(short, it) }))
    .sort((a, b) => a.far - b.far);
  const [best] = ranked;
  return best !== undefined && best.far <= Math.max(1, best.it.length / 3)
    ? best.it
    : undefined;
}

/** How many letters are to be put in, taken out or changed (Levenshtein). */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
