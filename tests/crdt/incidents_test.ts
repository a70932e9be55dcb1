import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { acknowledgementFold, isAcknowledged } from "../../crdt/incidents.ts";
import { idOf, makeFact, placeFact } from "../support/facts.ts";
import { MemoryRows } from "../support/memory_rows.ts";

const seen = (name: string) =>
  placeFact(
    makeFact("IncidentAcknowledged", {
      id: idOf(name),
      incident: "i",
      note: "",
    }),
  );

Deno.test("isAcknowledged() holds while one acknowledgement counts", () => {
  const rows = new MemoryRows();
  strictEqual(isAcknowledged(rows, "i"), false);
  acknowledgementFold.add(rows, seen("a"));
  acknowledgementFold.add(rows, seen("b"));
  strictEqual(isAcknowledged(rows, "i"), true);
  strictEqual(isAcknowledged(rows, "j"), false);
  acknowledgementFold.remove(rows, seen("a"));
  strictEqual(isAcknowledged(rows, "i"), true);
  acknowledgementFold.remove(rows, seen("b"));
  strictEqual(isAcknowledged(rows, "i"), false);
  deepStrictEqual(rows.dump(), {});
});
