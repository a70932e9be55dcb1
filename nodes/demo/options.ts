/**
 * The options of `deno task demo`, and what its `--help` says.
 *
 * @module
 */
import { configError, parseOptions, quote } from "../option_parser.ts";

/** How the demo runs. */
export interface DemoOptions {
  /** The folder in which each run gets a folder of its own. */
  readonly dataDir: string;
  /** When it ends by itself, in seconds after all nodes are up; null for Ctrl-C only. */
  readonly seconds: number | null;
}

/** What was asked for. */
export type DemoCommand =
  | { readonly kind: "help" }
  | { readonly kind: "run"; readonly options: DemoOptions };

/** The help text. */
export const DEMO_HELP = `Run a whole chain on this machine, to look at.

  deno task demo [options]

  --data DIR              where it keeps its data (./data/demo); each run makes a folder of its own in it, run-1,
                          run-2 and so on, and nothing is ever deleted
  --seconds N             end by itself N seconds after all nodes are up; without it, Ctrl-C ends it

Starts an office, three branches, a fuel station, a pump, a company and a charging site, each a process of its own on
free ports of 127.0.0.1. The office makes a mesh, the others join with invitations, goods are received, and sales flow
through the branches' HTTP interfaces. Then one branch is cut off for some seconds: it goes on selling, and so do the others. When its line is back,
all have the same totals. The cut is real: that branch may reach the office only through a relay of the demo's, which
closes its line. Then a branch that still runs the original program of the older branch software tells the office of its
day, twice, as if an answer had been lost: each sale counts once. Two pumps dial the station over TCP as installed pumps
do, and the office changes a price while one of them delivers. Cards of the company buy at the station over TCP as
installed cards do, also while the company is cut off, and no card spends more than it may. At last drivers charge over
HTTP at two charging points, one that speaks to the site as installed ones do and one that speaks OCPP.

Exit code: 0, 1 if a node ended by itself or the totals stayed different, 2 for a bad option.
`;

const SECONDS_MAX = 86_400;

/**
 * Reads the arguments of `demo`.
 *
 * @param args What stands behind `demo`.
 * @returns What is asked for.
 * @throws {PanalError} `config_invalid` with one line that says what to do.
 *
 * @example Usage
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 *
 * deepStrictEqual(parseDemoArgs(["--seconds", "20"]), {
 *   kind: "run",
 *   options: { dataDir: "./data/demo", seconds: 20 },
 * });
 * ```
 */
export function parseDemoArgs(args: readonly string[]): DemoCommand {
  const { words, values, help } = parseOptions(args, {
    data: "one",
    seconds: "one",
  });
  if (help) return { kind: "help" };
  if (words[0] !== undefined) {
    throw configError(`${quote(words[0])} is no option: --help lists them`);
  }
  return {
    kind: "run",
    options: {
      dataDir: values.get("data")?.[0] ?? "./data/demo",
      seconds: readSeconds(values.get("seconds")?.[0]),
    },
  };
}

function readSeconds(text: string | undefined): number | null {
  if (text === undefined) return null;
  const seconds = /^[0-9]{1,5}$/.test(text) ? Number(text) : 0;
  if (seconds >= 1 && seconds <= SECONDS_MAX) return seconds;
  throw configError(
    `--seconds takes a whole number from 1 to ${SECONDS_MAX}, not ${
      quote(text)
    }`,
  );
}
