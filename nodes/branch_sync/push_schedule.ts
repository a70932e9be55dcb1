/**
 * When an original central is told by itself: at a time of the site's day, every so many minutes, or both. When all was
 * told last is durable, so a run that was missed while the node was off is done at its start.
 *
 * @module
 */
import { type Clock, ok, type Timer } from "../../crdt/mod.ts";
import type { Replica } from "../replica.ts";
import { META } from "../tables.ts";
import type { ScheduleSettings } from "./branch_sync_settings.ts";

/** Most milliseconds until the clock is looked at again: it may have been set. */
const LOOK_MS_MAX = 60_000;
const META_NAME = "branch_push_ran";
const MINUTE_MS = 60_000;

/** The next instant at which a site's clock shows `HH:MM`; times are in milliseconds since 1970. */
export type NextRun = (
  time: string,
  timezone: string,
  after: number,
) => number | null;

/** What a schedule is made of. */
export interface PushScheduleParts {
  /** Where it is kept when all was told. */
  readonly replica: Replica;
  /** Time. */
  readonly clock: Clock;
  /** When to tell. */
  readonly settings: ScheduleSettings;
  /** IANA time zone of the site. */
  readonly timezone: string;
  /** Reads times of day. */
  readonly nextRun: NextRun;
  /** Begins to tell all centrals. */
  readonly run: () => void;
}

/** A schedule. */
export interface PushSchedule {
  /** Starts it; what was missed is done now. */
  start(): Promise<void>;
  /** All was told just now. */
  done(): Promise<void>;
  /** Stops it. */
  stop(): void;
}

/**
 * Makes a schedule.
 *
 * @param parts What it is made of.
 * @returns The schedule, not started.
 */
export function createPushSchedule(parts: PushScheduleParts): PushSchedule {
  const { replica, clock } = parts;
  let timer: Timer | undefined;
  let stopped = false;
  /** What was told, or begun, last. */
  let from = 0;

  const look = () => {
    if (stopped) return;
    const now = clock.now();
    // A clock that was set back must not silence the schedule until it has caught up.
    if (from > now) from = now;
    const due = dueAt(parts, from);
    if (due !== null && due <= now) {
      from = now;
      parts.run();
    }
    const next = dueAt(parts, from) ?? Infinity;
    const wait = Math.min(Math.max(next - now, 1), LOOK_MS_MAX);
    timer = clock.timer(wait, look);
  };

  const save = async (at: number) => {
    await replica.decide(({ writer }) =>
      ok(writer.put(META, { name: META_NAME, value: String(at) }))
    );
  };

  return {
    async start() {
      const row = replica.reader.get(META, [META_NAME]);
      from = row === undefined ? clock.now() : Number(row["value"]);
      if (row === undefined) await save(from);
      look();
    },
    done: () => save(clock.now()),
    stop() {
      stopped = true;
      timer?.cancel();
    },
  };
}

/** When the next run after an instant is due; null for never. */
function dueAt(
  { settings, timezone, nextRun }: PushScheduleParts,
  from: number,
): number | null {
  const { at, everyMinutes } = settings;
  const daily = at === null ? null : nextRun(at, timezone, from);
  const often = everyMinutes === null ? null : from + everyMinutes * MINUTE_MS;
  if (daily === null || often === null) return daily ?? often;
  return Math.min(daily, often);
}
