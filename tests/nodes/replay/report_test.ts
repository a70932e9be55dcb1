import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import type { FactId } from "../../../crdt/mod.ts";
import {
  describeProgress,
  describeRun,
  describeVerdict,
  isEqual,
  reportJson,
  type RunReport,
  verdictJson,
} from "../../../nodes/replay/report.ts";
import type { FileSale } from "../../../nodes/replay/sales.ts";
import {
  countOutcome,
  countRowRefusal,
  createTally,
  EXAMPLES_MAX,
  type Tally,
} from "../../../nodes/replay/tally.ts";
import { NO_SUMS } from "../../../nodes/replay/totals.ts";

const SALE: FileSale = { id: "x" as FactId, store: "367", at: 0, lines: [] };

function createSample(): Tally {
  const tally = createTally();
  Object.assign(tally, {
    rows: 12_000,
    lines: 11_999,
    sales: 1203,
    retries: 2,
  });
  countRowRefusal(tally, { row: 17, reason: "amount_invalid" });
  const count = (
    times: number,
    outcome: Parameters<typeof countOutcome>[1]["outcome"],
  ) => {
    for (let i = 0; i < times; i++) {
      countOutcome(tally, { sale: SALE, outcome, durationMs: 2 });
    }
  };
  count(1000, { kind: "accepted" });
  count(200, { kind: "duplicate" });
  count(2, { kind: "refused", reason: "id_reused", detail: "Other lines" });
  count(1, { kind: "unsent" });
  return tally;
}

function reportOf(tally: Tally): RunReport {
  return {
    tally,
    elapsedMs: 2404,
    interrupted: false,
    stores: [{
      store: "367",
      node: "http://a",
      site: "CUS",
      totals: { count: 1203, units: 20_000, nanos: 12_500_000_000n },
    }],
  };
}

Deno.test("describeRun() shows every count, reason and latency", () => {
  const text = describeRun(reportOf(createSample()));
  for (
    const expected of [
      /rows read +12,000\n/,
      /1: the row has no amount/,
      /accepted +1,000\n/,
      /duplicate +200\n/,
      /refused +2\n/,
      /2: id_reused \(.*--window\)/,
      /not sent +1\n/,
      /sent again +2 times/,
      /2\.4 s, 500 sales\/s/,
      /p50 2(\.\d+)? ms/,
      /row 17: amount_invalid/,
      /id_reused: Other lines/,
      /store 367 -> CUS http:\/\/a: 1,203 sales, 20,000 units, 12\.50/,
    ]
  ) match(text, expected);
});

Deno.test("reportJson() says the same for programs", () => {
  const json = JSON.parse(JSON.stringify(reportJson(reportOf(createSample()))));
  deepStrictEqual(json.refused, { id_reused: 2 });
  deepStrictEqual(json.rowsRefused, { amount_invalid: 1 });
  strictEqual(json.accepted, 1000);
  strictEqual(json.salesPerSecond, 500);
  strictEqual(json.stores[0].amount, "12.50");
});

Deno.test("countOutcome() keeps a few examples only", () => {
  strictEqual(createSample().examples.length, 3);
  const tally = createTally();
  for (let row = 0; row < 100; row++) {
    countRowRefusal(tally, { row, reason: "time_invalid" });
  }
  strictEqual(tally.examples.length, EXAMPLES_MAX);
  strictEqual(tally.rowsRefused.get("time_invalid"), 100);
});

Deno.test("describeProgress() shows a bar, the rate and the time left", () => {
  const text = describeProgress(createSample(), {
    share: 0.5,
    elapsedMs: 2404,
  });
  strictEqual(
    text,
    `${"█".repeat(12)}${"░".repeat(12)}  50%  ` +
      "11,999 lines, 1,202 sales, 500/s, 2 refused, 2.4 s left",
  );
  ok(
    describeProgress(createTally(), { share: 7, elapsedMs: 0 }).includes(
      "100%",
    ),
  );
});

Deno.test("describeVerdict() says yes in the first line only when all is equal", () => {
  const report = { ...reportOf(createSample()), url: "http://o" };
  const node = new Map([["CUS", {
    ...NO_SUMS,
    count: 3,
    products: new Map(),
  }]]);
  const equal = {
    differences: [],
    node,
    strangeCurrencies: [],
    waitedMs: 1200,
  };
  match(describeVerdict(equal, report), /^The totals at http:\/\/o are those/);
  match(describeVerdict(equal, report), /CUS \(store 367\): 3 sales/);
  const difference = {
    site: "CUS",
    product: "p",
    file: NO_SUMS,
    node: NO_SUMS,
  };
  const other = { ...equal, differences: Array(30).fill(difference) };
  match(describeVerdict(other, report), /are not those[^]*and 10 more/);
  strictEqual(isEqual(other), false);
  strictEqual(isEqual({ ...equal, strangeCurrencies: ["PEN"] }), false);
  strictEqual(verdictJson(equal)["equal"], true);
});
