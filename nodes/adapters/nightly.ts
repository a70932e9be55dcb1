/**
 * When a time pattern comes round, in a site's zone: a day on which clocks change has it once too. Nothing is started
 * here; who asks keeps the timers.
 *
 * @module
 */
import { Cron } from "croner";
import type { NextRun } from "../branch_sync/push_schedule.ts";

/**
 * The next instant at which the site's clock shows a time.
 *
 * @param time `HH:MM`.
 * @param timezone IANA time zone of the site.
 * @param after Milliseconds since 1970.
 * @returns The first such instant after that, in milliseconds since 1970; null if there is none.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * const noon = Date.UTC(2026, 10, 22, 17);
 * strictEqual(nextNightly("23:00", "America/Lima", noon), Date.UTC(2026, 10, 23, 4));
 * ```
 */
export const nextNightly: NextRun = (time, timezone, after) => {
  const [hour = "", minute = ""] = time.split(":");
  const pattern = new Cron(`0 ${Number(minute)} ${Number(hour)} * * *`, {
    timezone,
    paused: true,
  });
  return pattern.nextRun(new Date(after))?.getTime() ?? null;
};
