import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import { INCIDENTS } from "../../nodes/tables.ts";
import { openNodeStore } from "../support/node_store.ts";
import { createTestNode } from "../support/test_node.ts";

const CLOSED = { code: "store_closed" };

for (const end of ["stop", "abandon"] as const) {
  Deno.test(`${end}() lets nothing that comes late reach the disk of the next process`, async () => {
    const dead = await createTestNode();
    dead.node.replica[end]();

    const next = await createTestNode({ disk: dead.disk });
    next.node.incidents.report("next", "By the next process");
    const { operations } = dead.disk;
    throws(() => dead.node.incidents.report("late", "After the end"), CLOSED);
    strictEqual(dead.disk.operations, operations);

    next.node.incidents.report("last", "By the next process");
    await next.stop();
    const store = openNodeStore(dead.disk);
    const kinds = store.scan(INCIDENTS).map((row) => row["kind"]);
    deepStrictEqual(kinds.toSorted(), ["last", "next"]);
    store.close();
  });
}
