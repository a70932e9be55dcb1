/**
 * Bugs of sending to an original central.
 *
 * @module
 */
import type { Mutation } from "./mutation.ts";

const PUSH_TEST = "tests/nodes/branch_sync/push_test.ts";
const PROPERTY_TEST = "tests/nodes/branch_sync/push_property_test.ts";

/** The bugs. */
export const BRANCH_PUSH_MUTATIONS: readonly Mutation[] = [
  {
    name: "take a 2xx that denies for an acknowledgement",
    file: "nodes/branch_sync/push_answer.ts",
    find: `  if (!body["success"]) {`,
    replace: `  if (body["success"] === undefined) {`,
    foundBy: {
      test: "tests/legacy/branch_sync_push_test.ts",
      filter: "denied",
    },
  },
  {
    name: "mark sales before the central has answered",
    file: "nodes/branch_sync/push_target.ts",
    find: `    const answer = await central.post(body, this.#ending.signal);`,
    replace: `    await this.#write(({ writer }) =>
      confirmPushes(writer, batch.rows, { at: 0, check: false, note() {} })
    );
    const answer = await central.post(body, this.#ending.signal);`,
    foundBy: { test: PROPERTY_TEST, filter: "exactly once" },
  },
  {
    name:
      "forget that a sale may have reached the central under another number",
    file: "nodes/branch_sync/push_queue.ts",
    find: `      writer.put(BRANCH_PUSHES, { ...now, note: PUSH_TRIED });`,
    replace: `      writer.put(BRANCH_PUSHES, now);`,
    foundBy: { test: PUSH_TEST, filter: "under one number" },
  },
  {
    name: "believe that what the central had before is the same",
    file: "nodes/branch_sync/push_target.ts",
    find: `    const { check } = verdict;`,
    replace: `    const check = false;`,
    foundBy: { test: PUSH_TEST, filter: "C-22" },
  },
  {
    name: "send an original branch's own sales back",
    file: "nodes/branch_sync/push_collect.ts",
    find: `  if (sale.legacy !== undefined) return;`,
    replace: ``,
    foundBy: { test: PUSH_TEST, filter: "none of an original branch" },
  },
  {
    name: "send one of two sales with the same number",
    file: "nodes/branch_sync/push_batch.ts",
    find: `  if (other !== undefined) return { why: "clash", other };`,
    replace:
      `  if (other !== undefined && Number(other["log"]) < Number(sale["log"])) {
    return { why: "clash", other };
  }`,
    foundBy: { test: PUSH_TEST, filter: "C-45" },
  },
  {
    name: "measure a message in UTF-16",
    file: "net/legacy/branch_sync_message.ts",
    find: `    bytes += utf8.encode(text).length + 1;`,
    replace: `    bytes += text.length + 1;`,
    foundBy: {
      test: "tests/net/legacy/branch_sync_message_test.ts",
      filter: "within both limits",
    },
  },
  {
    name: "go on after a central failed three times",
    file: "nodes/branch_sync/push_retry.ts",
    find: `  return broken >= PUSH_FAILURES_MAX;`,
    replace: `  return broken > PUSH_FAILURES_MAX + 6;`,
    foundBy: { test: PUSH_TEST, filter: "until a person asks" },
  },
];
