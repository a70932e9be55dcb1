import { deepStrictEqual, strictEqual } from "node:assert/strict";
import {
  deliveryTold,
  linkReport,
  type PumpActivity,
  type PumpReport,
  quickReport,
  stopSent,
  UNSEEN_PUMP,
} from "../../../nodes/forecourt/pump_activity.ts";

const report = (
  operation: PumpReport["operation"],
  volumeMl = 0,
): PumpReport => ({ operation, volumeMl, amount: volumeMl, fuel: "95" });

/** Reports on the link, in turn; the deliveries that vanished. */
function vanishedIn(
  reports: readonly PumpReport[],
  start: PumpActivity = UNSEEN_PUMP,
): (readonly [number, boolean])[] {
  let activity = start;
  const vanished: [number, boolean][] = [];
  for (const it of reports) {
    const told = linkReport(activity, it, 0);
    activity = told.activity;
    if (told.vanished) vanished.push([told.vanished.volumeMl, told.byStop]);
  }
  return vanished;
}

Deno.test("linkReport() 14.5: a delivery with litres that ends without being told has vanished", () => {
  deepStrictEqual(
    vanishedIn([
      report("dispensing"),
      report("dispensing", 5000),
      report("idle"),
    ]),
    [[5000, false]],
  );
  deepStrictEqual(
    vanishedIn([
      report("dispensing", 5000),
      report("paused", 6000),
      report("idle"),
    ]),
    [[6000, false]],
  );
});

Deno.test("linkReport() 3.7: a delivery that begins while another was not told shows that it vanished", () => {
  deepStrictEqual(
    vanishedIn([report("dispensing", 5000), report("dispensing", 0)]),
    [[5000, false]],
  );
});

Deno.test("linkReport() 14.5: nothing vanished without litres, or once it was told", () => {
  deepStrictEqual(vanishedIn([report("dispensing"), report("idle")]), []);
  const told = deliveryTold(
    linkReport(UNSEEN_PUMP, report("dispensing", 5000), 0).activity,
    0,
  );
  deepStrictEqual(vanishedIn([report("idle"), report("idle")], told), []);
});

Deno.test("linkReport() 14.5: what this station's stop ended is told apart, until the next delivery", () => {
  const running = linkReport(UNSEEN_PUMP, report("dispensing", 5000), 0);
  deepStrictEqual(
    vanishedIn([
      report("idle"),
      report("dispensing"),
      report("dispensing", 3000),
      report("idle"),
    ], stopSent(running.activity)),
    [[5000, true], [3000, false]],
  );
});

Deno.test("linkReport() ignores an unknown word but for the fuel", () => {
  const before = linkReport(UNSEEN_PUMP, report("dispensing", 5000), 0);
  const { activity } = linkReport(
    before.activity,
    { ...report(undefined), fuel: "97" },
    1,
  );
  deepStrictEqual(activity, { ...before.activity, fuel: "97" });
});

Deno.test("quickReport() 5 [P] 3: fewer litres within a delivery are ignored, a new delivery may have fewer", () => {
  const running = quickReport(UNSEEN_PUMP, report("dispensing", 5000), 0);
  strictEqual(
    quickReport(running ?? UNSEEN_PUMP, report("dispensing", 4000), 0),
    undefined,
  );
  const sold = deliveryTold(running ?? UNSEEN_PUMP, 0);
  strictEqual(
    quickReport(sold, report("dispensing", 1000), 3_000)?.volumeMl,
    1000,
  );
});

Deno.test("quickReport() 5 [P] 4: within 3 s after idle on the link datagrams are ignored", () => {
  const idle = linkReport(UNSEEN_PUMP, report("idle"), 0).activity;
  const stray = report("dispensing", 1000);
  strictEqual(quickReport(idle, stray, 2_999), undefined);
  strictEqual(quickReport(idle, stray, 3_000)?.operation, "dispensing");
});

Deno.test("quickReport() 5 [P] 4: within 3 s after paused on the link litres count and the word does not", () => {
  const paused = linkReport(UNSEEN_PUMP, report("paused", 1000), 0).activity;
  const later = report("dispensing", 2000);
  const early = quickReport(paused, later, 2_999);
  deepStrictEqual([early?.operation, early?.volumeMl], ["paused", 2000]);
  strictEqual(quickReport(paused, later, 3_000)?.operation, "dispensing");
});

Deno.test("quickReport() a stray idle datagram shows nothing dispensed", () => {
  const running = quickReport(UNSEEN_PUMP, report("dispensing", 5000), 0);
  const idle = quickReport(running ?? UNSEEN_PUMP, report("idle", 6000), 1);
  deepStrictEqual([idle?.operation, idle?.volumeMl], ["idle", 0]);
});
