import { deepStrictEqual } from "node:assert/strict";
import { actFold, ACTS } from "../../crdt/acts.ts";
import { idOf, makeFact, placeFact } from "../support/facts.ts";
import { MemoryRows } from "../support/memory_rows.ts";

const act = (name: string, at: number, fields = {}) =>
  makeFact("ActRecorded", {
    id: idOf(name),
    at,
    act: "user_created",
    subject: "user/417",
    ...fields,
  });

Deno.test("actFold lists acts by when they were done, each log's own, and takes them out again", () => {
  const rows = new MemoryRows();
  const by = { id: "1", name: "Ana" };
  const all = [
    placeFact(act("b", 2, { by, note: "n" })),
    placeFact(act("a", 1)),
    placeFact(act("a", 1), { log: 2 }),
  ];
  for (const one of all) actFold.add(rows, one);
  deepStrictEqual(
    rows.scan(ACTS).map((row) => [row["at"], row["by_name"], row["note"]]),
    [[1, null, null], [1, null, null], [2, "Ana", "n"]],
  );
  for (const one of all) actFold.remove(rows, one);
  deepStrictEqual(rows.dump(), {});
});
