/** What is counted of charging. */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import {
  measureCharging,
  type MeasureChargingParts,
  type MeasuredCharging,
} from "../../../nodes/charging/charging_metrics.ts";
import type {
  PointView,
  SessionOutcome,
  SessionStage,
} from "../../../nodes/charging/charging_use_cases.ts";
import { idOf } from "../../support/facts.ts";
import { createVirtualClock } from "../../support/virtual_clock.ts";

/** Sessions that change as a test says, and what was counted. */
function createRig(points: readonly Partial<PointView>[] = []) {
  const clock = createVirtualClock(Date.UTC(2026, 10, 22));
  const counted: string[] = [];
  let tell: (session: SessionStage) => void = () => {};
  let figures: Parameters<MeasureChargingParts["metrics"]["watchCharging"]>[0] =
    () => {
      throw new TypeError("nobody watches");
    };
  const charging: MeasuredCharging = {
    request: (input) =>
      Promise.resolve({
        request: idOf("1"),
        session: null,
        refusal: input.driver === "known" ? "point_busy" : "driver_busy",
        words: "",
        repeated: input.driver === "known",
      }),
    watchSessions: (listener) => void (tell = listener),
    points: ({ cursor }) => ({
      // Two pages, so that the second is asked for.
      items:
        (cursor === undefined
          ? points.slice(0, 2)
          : points.slice(2)) as readonly PointView[],
      total: null,
      next: cursor === undefined && points.length > 2 ? "2" : null,
    }),
  };
  const measured = measureCharging(charging, {
    clock,
    metrics: {
      countCharge: (outcome) => void counted.push(outcome),
      countChargeRefusal: (reason) => void counted.push(reason),
      watchCharging: (read) => void (figures = read),
    },
  });
  return {
    ...{ clock, counted, measured },
    figures: () => figures(),
    change(
      number: number,
      { started = false, outcome = null, agoMs = 0 }: {
        readonly started?: boolean;
        readonly outcome?: SessionOutcome | null;
        readonly agoMs?: number;
      },
    ) {
      const at = (clock.now() - agoMs) * 1000;
      tell({
        id: idOf(String(number)),
        startedAt: started ? at : null,
        endedAt: outcome === null ? null : at,
        outcome,
      });
    },
  };
}

Deno.test("measureCharging() counts a session once when it begins and once when it ends", () => {
  const { change, counted } = createRig();
  change(1, {});
  change(1, { started: true });
  change(1, { started: true });
  change(1, { started: true, outcome: "completed" });
  change(1, { started: true, outcome: "completed" });
  change(2, {});
  change(2, { outcome: "cancelled" });
  change(3, { started: true, outcome: "fault" });
  change(3, { started: true, outcome: "fault" });

  deepStrictEqual(counted, [
    ...["started", "completed", "cancelled", "started", "fault"],
  ]);
});

Deno.test("measureCharging() does not count what ended long ago and comes now", () => {
  const { change, counted } = createRig();
  change(1, { started: true, outcome: "completed", agoMs: 61_000 });
  deepStrictEqual(counted, []);
  change(2, { started: true });
  change(2, { started: true, outcome: "completed", agoMs: 61_000 });
  deepStrictEqual(counted, ["started", "completed"]);
});

Deno.test("measureCharging() counts refusals, each once", async () => {
  const { measured, counted } = createRig();
  const ask = (driver: string) =>
    measured.request({ driver, point: "MAD-01", source: "http" });
  strictEqual((await ask("new")).refusal, "driver_busy");
  await ask("known");
  deepStrictEqual(counted, ["driver_busy"]);
});

Deno.test("measureCharging() counts points of all pages by state when somebody asks", () => {
  const { figures } = createRig([
    { state: "ACTIVADO", unconfirmed: false },
    { state: "FUERA_DE_SERVICIO", unconfirmed: true },
    { state: "ACTIVADO", unconfirmed: true },
  ]);
  const { states, unconfirmed } = figures();
  deepStrictEqual([states.ACTIVADO, states.FUERA_DE_SERVICIO], [2, 1]);
  strictEqual(states.AVERIADO, 0);
  strictEqual(unconfirmed, 2);
});
