/**
 * Realistic bugs of backups, restores and moves.
 *
 * @module
 */
import type { Mutation } from "./mutation.ts";

/** The bugs. */
export const BACKUP_MUTATIONS: readonly Mutation[] = [
  {
    name: "leave saved pages out of a backup",
    file: "nodes/backup/copy_log.ts",
    find: `  if (saved !== undefined) frames.add("saved", saved);`,
    replace: ``,
    foundBy: {
      test: "tests/nodes/backup/take_backup_test.ts",
      filter: "begins with what retention has left",
    },
  },
  {
    name: "forget commits that a backup has and the node has dropped",
    file: "nodes/backup/fill_store.ts",
    find: `Math.min(first, Number(row["first_body"]))`,
    replace: `Number(row["first_body"])`,
    foundBy: {
      test: "tests/nodes/backup/take_backup_test.ts",
      filter: "copies no commit twice",
    },
  },
  {
    name: "go on with a backup of a node that was set back",
    file: "nodes/backup/backup_plan.ts",
    find:
      `  if (isOwn(parts, entry) && !isGone && !isForked) throw ahead(before);`,
    replace: ``,
    foundBy: {
      test: "tests/nodes/backup/take_backup_test.ts",
      filter: "refuses another node's folder",
    },
  },
  {
    name: "use rows of a backup before its bytes are compared",
    file: "nodes/backup/fill_store.ts",
    find: `  checkDigests(folder, manifest);\n`,
    replace: ``,
    foundBy: {
      test: "tests/nodes/adapters/backup_folder_test.ts",
      filter: "any byte was changed",
    },
  },
  {
    name: "end a backup before it is read back",
    file: "nodes/backup/take_backup.ts",
    find: `  await checkParts(folder, { logs, state, rows, plans }, options);`,
    replace: ``,
    foundBy: {
      test: "tests/nodes/adapters/backup_folder_test.ts",
      filter: "does not keep what it is given",
    },
  },
  {
    name: "take a moved node's rights over again",
    file: "nodes/adapters/restore_folder.ts",
    find: `again ? {} : manifest.move ?? {}`,
    replace: `manifest.move ?? {}`,
    foundBy: {
      test: "tests/nodes/adapters/move_folder_test.ts",
      filter: "a moved node sells its strict stock elsewhere",
    },
  },
  {
    name: "start a node on a folder that it was moved from",
    file: "nodes/adapters/data_folder.ts",
    find: `    if (options.moved !== true) await checkNotMoved(path);`,
    replace: ``,
    foundBy: {
      test: "tests/nodes/adapters/move_folder_test.ts",
      filter: "a moved node sells its strict stock elsewhere",
    },
  },
  {
    name: "open a log a second time under its reserved epoch",
    file: "nodes/reserved_epochs.ts",
    find: `    if (register.byName(name) === undefined) return opening;`,
    replace: `    if (name !== undefined) return opening;`,
    foundBy: {
      test: "tests/nodes/reserved_epochs_test.ts",
      filter: "once",
    },
  },
];
