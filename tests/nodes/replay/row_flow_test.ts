import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import type { SourceRow } from "../../../nodes/replay/lines.ts";
import { parseReplayArgs } from "../../../nodes/replay/options.ts";
import { createRowFlow, type RowFlow } from "../../../nodes/replay/row_flow.ts";
import { createStoreNodes } from "../../../nodes/replay/stores.ts";
import { createTally, type Tally } from "../../../nodes/replay/tally.ts";
import {
  createFileTotals,
  type FileTotals,
} from "../../../nodes/replay/totals.ts";

function createFlow(
  args: readonly string[],
): { flow: RowFlow; tally: Tally; totals: FileTotals } {
  const command = parseReplayArgs([
    ...["f", "--preset", "complete-journey", "--to", "http://a,http://b"],
    ...args,
  ]);
  ok(command.ok && command.value.kind === "run");
  const { options } = command.value;
  const nodes = createStoreNodes({
    targets: options.targets,
    ...(options.stores === undefined ? {} : { only: options.stores }),
  });
  const tally = createTally();
  const totals = createFileTotals((store) => nodes.nodeOf(store) ?? "");
  const flow = createRowFlow({ options, nodes, tally, totals });
  return { flow, tally, totals };
}

function rowOf(row: number, store: string, amount = "1.00"): SourceRow {
  return {
    row,
    store,
    basket: `b${row}`,
    product: "p",
    quantity: "1",
    amount,
    time: "2017-01-01 12:00:00",
  };
}

Deno.test("createRowFlow() counts rows, refusals, lines and sales, and sums up what it lets through", () => {
  const { flow, tally, totals } = createFlow([]);
  const rows = [rowOf(1, "7"), rowOf(2, "8", "x"), rowOf(3, "8")];
  const sales = [...rows.flatMap((it) => flow.push(it)), ...flow.finish()];
  deepStrictEqual(sales.map(flow.targetOf), ["http://a", "http://b"]);
  strictEqual(tally.rows, 3);
  strictEqual(tally.lines, 2);
  strictEqual(tally.sales, 2);
  deepStrictEqual([...tally.rowsRefused], [["amount_invalid", 1]]);
  strictEqual(totals.nodes.get("http://b")?.count, 1);
  strictEqual(totals.stores.get("7")?.nanos, 1_000_000_000n);
});

Deno.test("createRowFlow() passes over rows of stores that are not named", () => {
  const { flow, tally } = createFlow(["--stores", "8"]);
  flow.push(rowOf(1, "7", "x"));
  flow.push(rowOf(2, "8"));
  const sales = flow.finish();
  deepStrictEqual(sales.map((it) => it.store), ["8"]);
  strictEqual(tally.rows, 1);
  strictEqual(tally.rowsRefused.size, 0);
});

Deno.test("createRowFlow() gives a store the same node whatever part of the file is taken", () => {
  const rows = [rowOf(1, "7"), rowOf(2, "8"), rowOf(3, "9"), rowOf(4, "8")];
  const targets = [[], ["--offset", "3"], ["--offset", "1", "--limit", "1"]]
    .map((args) => {
      const { flow } = createFlow(args);
      const sales = [...rows.flatMap((it) => flow.push(it)), ...flow.finish()];
      return sales.filter((it) => it.store === "8").map(flow.targetOf);
    });
  deepStrictEqual(targets, [
    ["http://b", "http://b"],
    ["http://b"],
    ["http://b"],
  ]);
});

Deno.test("createRowFlow() sends nothing in a dry run", () => {
  const { flow, tally } = createFlow(["--dry-run"]);
  flow.push(rowOf(1, "7"));
  deepStrictEqual(flow.finish().map(flow.targetOf), [undefined]);
  strictEqual(tally.sales, 1);
});
