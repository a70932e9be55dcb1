import { deepStrictEqual, strictEqual } from "node:assert/strict";
import type { ProductId, SiteCode } from "../../crdt/ids.ts";
import { stockReport, stockReportFold } from "../../crdt/stock_reports.ts";
import { addStock, onHandOf, SHORTAGES, stockSums } from "../../crdt/stock.ts";
import { type FactPlace, idOf, makeFact, placeFact } from "../support/facts.ts";
import { MemoryRows } from "../support/memory_rows.ts";

const CUS = "CUS" as SiteCode;
const P = "1" as ProductId;
const Q = "2" as ProductId;

interface Report extends FactPlace {
  readonly version: number;
  readonly lines: readonly (readonly [product: string, stock: number])[];
}

function report(name: string, { version, lines, ...place }: Report) {
  const fact = makeFact("StockReported", {
    id: idOf(name),
    site: CUS,
    version,
    lines: lines.map(([product, stock]) => ({ product, stock })),
  });
  return placeFact(fact, place);
}

type Placed = ReturnType<typeof report>;

/** The rows after reports, which are the same in either order, and without any once all are taken out. */
function rowsOf(...reports: readonly Placed[]): MemoryRows {
  const [there, back] = [reports, reports.toReversed()].map((list) => {
    const rows = new MemoryRows();
    for (const placed of list) stockReportFold.add(rows, placed);
    return rows;
  });
  deepStrictEqual(there?.dump(), back?.dump());
  for (const placed of reports) {
    stockReportFold.remove(back as MemoryRows, placed);
  }
  deepStrictEqual(back?.dump(), {});
  return there as MemoryRows;
}

function onHand(rows: MemoryRows, product = P): number | undefined {
  const sums = stockSums(rows, CUS, product);
  return sums && onHandOf(sums);
}

Deno.test("C-23: stockReportFold keeps the newest version, whatever came last", () => {
  const rows = rowsOf(
    report("new", { version: 9, lines: [[P, 3]], stamp: 1 }),
    report("old", { version: 8, lines: [[P, 70], [Q, 5]], stamp: 2, seq: 2 }),
  );
  deepStrictEqual([onHand(rows), onHand(rows, Q)], [3, 5]);
  strictEqual(stockReport(rows, CUS, P)?.version, 9);
});

Deno.test("C-23: of reports with one version the greatest (stamp, log, seq) is in force", () => {
  const one = { version: 9, stamp: 5 };
  const rows = rowsOf(
    report("a", { ...one, lines: [[P, 1]], log: 2 }),
    report("b", { ...one, lines: [[P, 2]], log: 3 }),
    report("c", { ...one, lines: [[P, 3]], log: 3, seq: 0 }),
    report("d", { ...one, lines: [[P, 4]], log: 9, stamp: 4 }),
  );
  strictEqual(stockReport(rows, CUS, P)?.stock, 2);
});

Deno.test("C-23: a reported 0 is a stock of 0, and what is not in a report stays as it was", () => {
  const rows = rowsOf(
    report("a", { version: 1, lines: [[P, 8], [Q, 8]] }),
    report("b", { version: 2, lines: [[P, 0]], seq: 2 }),
  );
  deepStrictEqual([onHand(rows) ?? 0, onHand(rows, Q)], [0, 8]);
  strictEqual(stockReport(rows, CUS, P)?.stock, 0);
});

Deno.test("C-23: a report stands beside what the site itself received and sold", () => {
  const rows = new MemoryRows();
  addStock(rows, { site: CUS, product: P }, { received: 10, sold: 4 });
  stockReportFold.add(rows, report("a", { version: 1, lines: [[P, 5]] }));
  strictEqual(onHand(rows), 11);
  const low = report("b", { version: 2, lines: [[P, -7]], seq: 2 });
  stockReportFold.add(rows, low);
  strictEqual(onHand(rows), -1);
  strictEqual(rows.get(SHORTAGES, [CUS, P])?.["short"], 1);
  stockReportFold.remove(rows, low);
  strictEqual(rows.get(SHORTAGES, [CUS, P]), undefined);
});

Deno.test("stockReportFold gives the same sum in any order, also of reports that no shelf holds", () => {
  const most = Number.MAX_SAFE_INTEGER;
  const far = [-2, most, -most, 1, most - 1, -2];
  const rows = rowsOf(
    ...far.map((stock, i) =>
      report(`${i}`, { version: i, lines: [[P, stock]], seq: i + 1 })
    ),
  );
  strictEqual(stockSums(rows, CUS, P)?.reported, -2);
});
