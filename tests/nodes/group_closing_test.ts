import { deepStrictEqual } from "node:assert/strict";
import { closeGroup } from "../../nodes/group_closing.ts";
import { GROUP_BUSY, GROUP_TURNS_MAX } from "../../nodes/limits.ts";

/** How many wait when a group closes, if so many have arrived by each turn. */
function closedAt(arrived: readonly number[]): {
  readonly turns: number;
  readonly closed: number;
} {
  const turns: (() => void)[] = [];
  let turn = 0;
  let closed = 0;
  const waiting = () => arrived[Math.min(turn, arrived.length) - 1] ?? 0;
  closeGroup(
    { defer: (callback) => void turns.push(callback) },
    waiting,
    () => void (closed += waiting()),
  );
  for (let next = turns.shift(); next !== undefined; next = turns.shift()) {
    turn++;
    next();
  }
  return { turns: turn, closed };
}

Deno.test("closeGroup() closes a small group on the next turn", () => {
  deepStrictEqual(closedAt([1, 60]), { turns: 1, closed: 1 });
  deepStrictEqual(closedAt([GROUP_BUSY - 1, 60]), {
    turns: 1,
    closed: GROUP_BUSY - 1,
  });
  deepStrictEqual(closedAt([0, 60]), { turns: 1, closed: 0 });
});

Deno.test("closeGroup() stays open while more arrive, and closes when nothing does", () => {
  deepStrictEqual(closedAt([30, 50, 64, 64, 99]), { turns: 4, closed: 64 });
  deepStrictEqual(closedAt([30, 30, 64]), { turns: 2, closed: 30 });
});

Deno.test("closeGroup() closes in the end though more arrive on each turn", () => {
  const arriving = Array.from({ length: 100 }, (_, i) => GROUP_BUSY + i);
  deepStrictEqual(closedAt(arriving), {
    turns: GROUP_TURNS_MAX,
    closed: GROUP_BUSY + GROUP_TURNS_MAX - 1,
  });
});
