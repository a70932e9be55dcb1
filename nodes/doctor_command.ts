/**
 * The task `doctor`: explains a data folder in plain words, and names the remedy.
 *
 * @module
 */
import { PanalError } from "../crdt/mod.ts";
import type { Finding, FindingLevel } from "./doctor/finding.ts";
import { configError, parseOptions, quote } from "./option_parser.ts";

/** The surroundings of the command. */
export interface DoctorIo {
  /** Looks at a data folder; gives a line about whose it is. */
  examine(
    path: string,
    options: {
      readonly quick: boolean;
      readonly progress: (text: string) => void;
    },
  ): Promise<{ readonly about: string; readonly findings: readonly Finding[] }>;
  /** Asks a running node how it is. */
  ask(url: string): Promise<readonly Finding[]>;
  /** Writes results. */
  stdout(text: string): void;
  /** Writes progress and what is wrong. */
  stderr(text: string): void;
}

const HELP = `Explain a data folder in plain words, and what helps.

  deno task doctor --data DIR [--quick] [--http URL] [--json]

  --data DIR    the data folder; its node may be running
  --quick       do not verify every commit
  --http URL    also ask the running node at this address how it is, e.g. http://127.0.0.1:8080
  --json        one line of JSON: {"about","findings":[{"level","text","remedy"}]}

Looks at who holds the folder, who may write it, the room on its disk, the version of its tables, its database and every
commit, its certificate, its clock, forks, what is set aside, and what its node saw, such as peers that were refused.
Nothing is changed.

Exit code: 0 if all is well, 1 if something wants a look, 2 if something keeps the node from working.
`;

const EXIT: Readonly<Record<FindingLevel, number>> = {
  well: 0,
  warn: 1,
  bad: 2,
};
const EXIT_UNUSABLE = 2;

/**
 * Runs `deno task doctor`.
 *
 * @param args What stands behind `doctor`.
 * @param io Where it looks and writes.
 * @returns The exit code: 0 if all is well, 1 if something wants a look, 2 if something keeps the node from working.
 */
export async function runDoctor(
  args: readonly string[],
  io: DoctorIo,
): Promise<number> {
  try {
    const { words, values, help } = parseOptions(args, {
      data: "one",
      http: "one",
      quick: "flag",
      json: "flag",
    });
    if (help) {
      io.stdout(HELP);
      return EXIT.well;
    }
    if (words[0] !== undefined) {
      throw configError(
        `${quote(words[0])} is no option of doctor: --help lists them`,
      );
    }
    const path = values.get("data")?.[0];
    if (path === undefined) {
      throw configError("Name the data folder: add --data DIR");
    }
    const { about, findings: found } = await io.examine(path, {
      quick: values.has("quick"),
      progress: (text) => io.stderr(`${text}\n`),
    });
    const url = readUrl(values.get("http")?.[0]);
    const findings = [...found, ...url === undefined ? [] : await io.ask(url)];
    io.stdout(
      values.has("json")
        ? `${JSON.stringify({ about, findings })}\n`
        : textOf(about, findings),
    );
    return Math.max(...findings.map(({ level }) => EXIT[level]), EXIT.well);
  } catch (error) {
    if (!(error instanceof PanalError)) throw error;
    io.stderr(`doctor: ${error.message}\n`);
    return EXIT_UNUSABLE;
  }
}

function readUrl(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  if (/^https?:\/\/[^/\s]+/.test(text) && URL.canParse(text)) return text;
  throw configError(
    `--http takes an address such as http://127.0.0.1:8080, not ${quote(text)}`,
  );
}

function textOf(about: string, findings: readonly Finding[]): string {
  const lines = findings.map(({ level, text, remedy }) =>
    `${level.padEnd(5)}${text}\n${
      remedy === undefined ? "" : `     -> ${remedy}\n`
    }`
  );
  const count = (level: FindingLevel) =>
    findings.filter((one) => one.level === level).length;
  const verdict = count("bad") > 0
    ? `${count("bad")} of these keep the node from working.`
    : count("warn") > 0
    ? `${count("warn")} of these want a look.`
    : "All is well.";
  return `${about}\n${lines.join("")}${verdict}\n`;
}
