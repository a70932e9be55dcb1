import { strictEqual } from "node:assert/strict";
import { CHARGING_TIMERS } from "../../../nodes/charging/charging_context.ts";
import {
  closeNow,
  type WatchedSession,
} from "../../../nodes/charging/close_rules.ts";

/** A supply that goes on as it should, seen by the node that hears of it and holds its point's connection. */
const WELL: WatchedSession = {
  isCharging: true,
  isTransaction: false,
  holder: "self",
  authority: "self",
  awayMs: 0,
  rank: 0,
  silentMs: 0,
  goneMs: null,
  unconnectedMs: null,
  faultyMs: null,
  stoppedMs: null,
  isStopConfirmed: false,
  expiredMs: null,
};

function close(session: Partial<WatchedSession>) {
  return closeNow({ ...WELL, ...session }, CHARGING_TIMERS);
}

Deno.test("closeNow() leaves alone what goes on, and closes at the times of the page", () => {
  strictEqual(close({}), undefined);
  strictEqual(close({ faultyMs: 0 }), "fault");
  strictEqual(close({ silentMs: 4_999, unconnectedMs: 9_000 }), undefined);
  strictEqual(close({ silentMs: 5_000, unconnectedMs: 1 }), "disconnected");
  strictEqual(close({ silentMs: 59_999 }), undefined);
  strictEqual(close({ silentMs: 60_000 }), "fault");
  const confirmed = { isStopConfirmed: true };
  strictEqual(close({ ...confirmed, stoppedMs: 4_999 }), undefined);
  strictEqual(close({ ...confirmed, stoppedMs: 5_000 }), "stopped");
  // A stop that the equipment refused ends no supply (C-16).
  strictEqual(close({ stoppedMs: 60_000 }), undefined);
});

Deno.test("closeNow() lets who hears of a supply close it, and steps in 2 s later", () => {
  const heard = { holder: "linked" as const };
  strictEqual(close({ ...heard, faultyMs: 1_999 }), undefined);
  strictEqual(close({ ...heard, faultyMs: 2_000 }), "fault");
  strictEqual(close({ ...heard, silentMs: 100_000 }), undefined);
  strictEqual(close({ ...heard, silentMs: 122_000 }), "fault");
  const other = { ...heard, authority: "linked" as const };
  strictEqual(close({ ...other, faultyMs: 1e9, silentMs: 1e9 }), undefined);
});

Deno.test("closeNow() lets others see to a session when the node that decides is away for a minute, one after another", () => {
  const away = {
    holder: "away" as const,
    authority: "away" as const,
    silentMs: 200_000,
    unconnectedMs: 200_000,
  };
  strictEqual(close({ ...away, awayMs: 59_999 }), undefined);
  strictEqual(close({ ...away, awayMs: 60_000 }), "disconnected");
  strictEqual(close({ ...away, awayMs: 69_999, rank: 2 }), undefined);
  strictEqual(close({ ...away, awayMs: 70_000, rank: 2 }), "disconnected");
});

Deno.test("closeNow() ends reservations that ran out, whose point is faulty, stopped, or gone for a minute", () => {
  const reserved = { isCharging: false, holder: "none" as const };
  strictEqual(close({ ...reserved, silentMs: 1e9 }), undefined);
  strictEqual(close({ ...reserved, expiredMs: 0 }), "expired");
  strictEqual(close({ ...reserved, faultyMs: 0 }), "fault");
  strictEqual(
    close({ ...reserved, stoppedMs: 0, isStopConfirmed: true }),
    "stopped",
  );
  strictEqual(close({ ...reserved, stoppedMs: 4_999 }), undefined);
  strictEqual(close({ ...reserved, stoppedMs: 5_000 }), "stopped");
  strictEqual(close({ ...reserved, unconnectedMs: 59_999 }), undefined);
  strictEqual(close({ ...reserved, unconnectedMs: 60_000 }), "disconnected");
});

Deno.test("closeNow() never closes an OCPP transaction for silence", () => {
  const transaction = { isTransaction: true, silentMs: 1e9 };
  strictEqual(close({ ...transaction, unconnectedMs: 1e9 }), undefined);
  strictEqual(close({ ...transaction, faultyMs: 0 }), "fault");
});

Deno.test("closeNow() closes an OCPP transaction whose charger has not come back for a day, unless that is never", () => {
  const transaction = { isTransaction: true, unconnectedMs: 1 };
  const gone = { ...transaction, goneMs: 86_400_000 };
  strictEqual(close({ ...gone, goneMs: 86_399_999 }), undefined);
  strictEqual(close(gone), "disconnected");
  // Who decides is there, and sees to it.
  const other = { holder: "linked", authority: "linked" } as const;
  strictEqual(close({ ...gone, ...other }), undefined);
  const never = { ...CHARGING_TIMERS, goneMs: 0 };
  strictEqual(closeNow({ ...WELL, ...gone, goneMs: 1e12 }, never), undefined);
});
