import { deepStrictEqual, strictEqual } from "node:assert/strict";
import {
  ALERT_PAUSE_MS,
  ALERTS_MAX,
  createAlertBoard,
} from "../../../nodes/forecourt/alert_board.ts";

function createBench() {
  const told: string[] = [];
  const bench = { now: 0, told, fails: false };
  const board = createAlertBoard({
    incidents: {
      report(kind, _message, details) {
        if (bench.fails) throw new Error("disk");
        told.push(`${kind} ${JSON.stringify(details)}`);
      },
    },
    logger: { log: (level) => void told.push(level) },
    now: () => bench.now,
  });
  return { bench, board };
}

Deno.test("createAlertBoard() tells the same once in a minute, and other things at once", () => {
  const { bench, board } = createBench();
  board.tell("a", "", { pump: 1 });
  board.tell("a", "", { pump: 1 });
  board.tell("a", "", { pump: 2 });
  bench.now = ALERT_PAUSE_MS;
  board.tell("a", "", { pump: 1 });

  deepStrictEqual(bench.told, [
    'a {"pump":1}',
    'a {"pump":2}',
    'a {"pump":1}',
  ]);
});

Deno.test("createAlertBoard() tells a bounded number in a minute", () => {
  const { bench, board } = createBench();
  for (let n = 0; n < 3 * ALERTS_MAX; n++) board.tell("a", "", { n });
  strictEqual(bench.told.length, ALERTS_MAX);
  bench.now = ALERT_PAUSE_MS;
  board.tell("b", "", {});
  strictEqual(bench.told.length, ALERTS_MAX + 1);
});

Deno.test("createAlertBoard() logs what could not be stored", () => {
  const { bench, board } = createBench();
  bench.fails = true;
  board.tell("a", "", {});
  deepStrictEqual(bench.told, ["error"]);
});
