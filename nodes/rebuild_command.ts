/**
 * The task `rebuild`: makes a node's views again from its documents, and says whether they were right.
 *
 * @module
 */
import { PanalError } from "../crdt/mod.ts";
import {
  type FolderStore,
  openFolderStore,
} from "./adapters/rebuild_folder.ts";
import { createSystemRandom } from "./adapters/system_random.ts";
import { CommitArchive } from "./commit_archive.ts";
import { LogRegister } from "./log_register.ts";
import { configError, parseOptions, quote } from "./option_parser.ts";
import { type RebuildReport, rebuildViews } from "./rebuild.ts";

/** The surroundings of the command. */
export interface RebuildIo {
  /** Writes results. */
  stdout(text: string): void;
  /** Writes progress and what is wrong. */
  stderr(text: string): void;
  /** Opens the store of a data folder; that of this machine if left out. */
  open?(path: string): Promise<Omit<FolderStore, "identity">>;
}

const HELP = `Make a node's views again from its documents.

  deno task rebuild --data DIR

  --data DIR    the data folder; stop its node first

Prints each table with its rows before and after. Ends with 0 if the views were right, with 1 if they were not (they
are now), with 2 if the folder cannot be used.
`;

const EXIT_EQUAL = 0;
const EXIT_DIFFERENT = 1;
const EXIT_UNUSABLE = 2;

/**
 * Runs `deno task rebuild`.
 *
 * @param args What stands behind `rebuild`.
 * @param io Where it reads and writes.
 * @returns The exit code: 0 if the views were right, 1 if they were made anew, 2 with one line on standard error.
 */
export async function runRebuild(
  args: readonly string[],
  io: RebuildIo,
): Promise<number> {
  try {
    const { words, values, help } = parseOptions(args, { data: "one" });
    if (help) {
      io.stdout(HELP);
      return EXIT_EQUAL;
    }
    if (words[0] !== undefined) {
      throw configError(
        `${quote(words[0])} is no option of rebuild: --help lists them`,
      );
    }
    const path = values.get("data")?.[0];
    if (path === undefined) {
      throw configError("Name the data folder: add --data DIR");
    }
    return await rebuildFolder(path, io);
  } catch (error) {
    if (!(error instanceof PanalError)) throw error;
    io.stderr(`rebuild: ${error.message}\n`);
    return EXIT_UNUSABLE;
  }
}

async function rebuildFolder(path: string, io: RebuildIo): Promise<number> {
  const folder = await (io.open?.(path) ??
    openFolderStore(path, createSystemRandom()));
  try {
    const report = rebuildStore(folder, io);
    io.stdout(summaryOf(report));
    return report.equal ? EXIT_EQUAL : EXIT_DIFFERENT;
  } finally {
    await folder.close();
  }
}

function rebuildStore(
  { store, verify }: Omit<FolderStore, "identity">,
  { stderr }: RebuildIo,
): RebuildReport {
  const register = new LogRegister();
  register.load(store);
  const archive = new CommitArchive(store, register);
  return store.write((writer) =>
    rebuildViews(writer, {
      register,
      archive,
      verify,
      progress: ({ name, space, seq }, index, logs) =>
        stderr(`${index + 1} of ${logs}: ${space} ${name}, ${seq} commits\n`),
    })
  );
}

function summaryOf({ before, after, facts, equal }: RebuildReport): string {
  const lines = after.map(({ table, rows, hash }, i) => {
    const old = before[i];
    const mark = old?.hash === hash ? "equal" : "different";
    return `${table}: ${old?.rows ?? 0} rows before, ${rows} after, ${mark}\n`;
  });
  const verdict = equal
    ? "The views were right."
    : "The views were not right; they are now.";
  return `${lines.join("")}${facts} facts read. ${verdict}\n`;
}
