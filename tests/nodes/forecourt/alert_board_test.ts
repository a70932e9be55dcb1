import { deepStrictEqual, strictEqual } from "node:assert/strict";
import {
  ALERT_PAUSE_MS,
  ALERT_STEP_MS,
  ALERTS_AT_ONCE,
  ALERTS_MAX,
  createAlertBoard,
} from "../../../nodes/forecourt/alert_board.ts";
import { createVirtualClock } from "../../support/virtual_clock.ts";

function createBench() {
  const clock = createVirtualClock(0);
  const bench = {
    clock,
    steps: [] as string[][],
    logged: [] as string[],
    fails: false,
  };
  const board = createAlertBoard({
    incidents: {
      reportAll(reports) {
        if (bench.fails) throw new Error("disk");
        bench.steps.push(
          reports.map(({ kind, details }) =>
            `${kind} ${JSON.stringify(details)}`
          ),
        );
      },
    },
    logger: { log: (level) => void bench.logged.push(level) },
    clock,
  });
  return { bench, board };
}

Deno.test("createAlertBoard() tells the same once in a minute, and other things at once", () => {
  const { bench, board } = createBench();
  board.tell("a", "", { pump: 1 });
  board.tell("a", "", { pump: 1 });
  board.tell("a", "", { pump: 2 });
  bench.clock.advance(0);
  deepStrictEqual(bench.steps, [['a {"pump":1}', 'a {"pump":2}']]);
  bench.clock.advance(ALERT_PAUSE_MS - 1);
  board.tell("a", "", { pump: 1 });
  bench.clock.advance(1);
  strictEqual(bench.steps.length, 1);
  board.tell("a", "", { pump: 1 });
  bench.clock.advance(0);

  deepStrictEqual(bench.steps[1], ['a {"pump":1}']);
});

Deno.test("createAlertBoard() stores a thousand alerts that come at once a hundred at a time", () => {
  const { bench, board } = createBench();
  for (let n = 0; n < 1000; n++) board.tell("a", "", { n });
  strictEqual(bench.steps.length, 0);
  bench.clock.advance(0);
  strictEqual(bench.steps.length, 1);
  bench.clock.advance(20 * ALERT_STEP_MS);

  deepStrictEqual(
    bench.steps.map((step) => step.length),
    Array(10).fill(ALERTS_AT_ONCE),
  );
  strictEqual(bench.clock.waiting, 0);
});

Deno.test("createAlertBoard() tells a bounded number in a minute", () => {
  const { bench, board } = createBench();
  for (let n = 0; n < 3 * ALERTS_MAX; n++) board.tell("a", "", { n });
  bench.clock.advance(ALERT_PAUSE_MS);
  strictEqual(bench.steps.flat().length, ALERTS_MAX);
  board.tell("b", "", {});
  bench.clock.advance(0);
  strictEqual(bench.steps.flat().length, ALERTS_MAX + 1);
});

Deno.test("createAlertBoard() logs what could not be stored, and stores what waits when it stops", () => {
  const { bench, board } = createBench();
  bench.fails = true;
  board.tell("a", "", {});
  bench.clock.advance(0);
  deepStrictEqual(bench.logged, ["error"]);
  bench.fails = false;
  board.tell("b", "", {});
  board.stop();

  deepStrictEqual(bench.steps, [["b {}"]]);
});
