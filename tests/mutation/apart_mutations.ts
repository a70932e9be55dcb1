/**
 * Bugs of rights for members that spend in a space without reading it.
 *
 * @module
 */
import type { Mutation } from "./mutation.ts";

const MESH_TEST = "tests/nodes/rights_apart_test.ts";
const HOSTILE_TEST = "tests/nodes/rights_apart_hostile_test.ts";
const SHARED_TEST = "tests/nodes/shared_logs_test.ts";

/** The bugs. */
export const APART_MUTATIONS: readonly Mutation[] = [
  {
    name: "count every acceptance that says it stands alone",
    file: "crdt/rights_transfers.ts",
    find: `acceptances.filter((row) => isOwn(Number(row["log"])));`,
    replace: `acceptances.filter((row) => isOwn(0) || row !== undefined);`,
    foundBy: {
      test: "tests/crdt/rights_test.ts",
      filter: "an acceptance apart counts without its grant",
    },
  },
  {
    name: "count an acceptance apart beside its grant",
    file: "crdt/rights_transfers.ts",
    find: `grants.length > 0 ? undefined : acceptedApart(id, all, isOwn);`,
    replace: `acceptedApart(id, all, isOwn);`,
    foundBy: {
      test: "tests/crdt/rights_test.ts",
      filter: "once the grant of an acceptance apart is here",
    },
  },
  {
    name: "believe a head that nobody signed",
    file: "nodes/rights_apart.ts",
    find:
      `  if (!verifyHead({ log, ...run.head }, writer, replica.verify.signatures)) {`,
    replace: `  if (log !== first.commit.log) {`,
    foundBy: { test: HOSTILE_TEST, filter: "is said to be wrong" },
  },
  {
    name: "believe a writer of another log",
    file: "nodes/rights_apart.ts",
    find: `  if (opening === undefined || logIdOf(space, opening) !== log) {`,
    replace: `  if (opening === undefined) {`,
    foundBy: { test: HOSTILE_TEST, filter: "is said to be wrong" },
  },
  {
    name: "take rights over from beyond a log's end",
    file: "nodes/rights_apart.ts",
    find: `  return commits.filter(({ commit }) => commit.seq <= last)`,
    replace:
      `  return commits.filter(({ commit }) => commit.seq > 0 || last > 0)`,
    foundBy: { test: HOSTILE_TEST, filter: "beyond the place" },
  },
  {
    name: "send no grant again",
    file: "nodes/rights_resender.ts",
    find: `      session.send(answer);
`,
    replace: ``,
    foundBy: { test: MESH_TEST, filter: "an answer that is lost" },
  },
  {
    name: "pass no request on",
    file: "nodes/rights_giver.ts",
    find: `    await parts.pass({`,
    replace: `    if (waitMs > 0) return false;
    await parts.pass({`,
    foundBy: { test: MESH_TEST, filter: "buys over its region" },
  },
  {
    name: "ask only those that read the space",
    file: "nodes/rights_candidates.ts",
    find: `  const holders = all.filter(({ seems }) => seems > 0)`,
    replace:
      `  const holders = all.filter(({ seems, session }) => seems > 0 && session.reads(space))`,
    foundBy: { test: MESH_TEST, filter: "takes its rights along" },
  },
  {
    name: "hear nothing of the own log where the space is not read",
    file: "nodes/shared_logs.ts",
    find: `  return reads(member) && writes(own) ? own.publicKey : undefined;`,
    replace: `  return undefined;`,
    foundBy: { test: SHARED_TEST, filter: "set back to an old copy" },
  },
  {
    name: "follow what others claim of a space that is not read",
    file: "nodes/replicator.ts",
    find: `    if (!this.#wants(session, space, entry.log)) return;
`,
    replace: ``,
    foundBy: { test: SHARED_TEST, filter: "what a region claims" },
  },
];
