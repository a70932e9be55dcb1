/**
 * Incidents of a station's listeners, told at a bounded rate: what a hostile client does a thousand times in a minute is
 * one incident that counts, and a thousand pumps that lose their network at once do not hold the node up.
 *
 * @module
 */
import type { Clock, Timer } from "../../crdt/mod.ts";
import type { IncidentReport, Incidents } from "../incidents.ts";
import type { Logger } from "../ports.ts";

/** The same alert is told once in so many milliseconds. */
export const ALERT_PAUSE_MS = 60_000;
/** Most different alerts that are told in that time. */
export const ALERTS_MAX = 2_000;
/** Most alerts that are stored in one step. */
export const ALERTS_AT_ONCE = 100;
/** Wait between two such steps, in milliseconds. */
export const ALERT_STEP_MS = 100;

/** Tells of what a person should look at. */
export interface AlertBoard {
  /**
   * Tells an incident within moments, unless the same was told just now.
   *
   * @param kind The incident's kind.
   * @param message A sentence for people.
   * @param details What it is about; the same kind and details are the same alert.
   */
  tell(
    kind: string,
    message: string,
    details: Readonly<Record<string, string | number>>,
  ): void;
}

/** An alert board that can be closed. */
export interface ClosableAlertBoard extends AlertBoard {
  /** Stores what waits. */
  stop(): void;
}

/**
 * Makes an alert board.
 *
 * @param parts Where incidents go, log lines for what could not be stored, and time.
 * @returns The board.
 */
export function createAlertBoard(
  parts: {
    readonly incidents: Pick<Incidents, "reportAll">;
    readonly logger: Logger;
    readonly clock: Clock;
  },
): ClosableAlertBoard {
  const { incidents, logger, clock } = parts;
  const told = new Map<string, number>();
  const waiting: IncidentReport[] = [];
  let timer: Timer | undefined;
  let armed = false;

  function forget(now: number): void {
    for (const [old, at] of told) {
      if (now - at < ALERT_PAUSE_MS) break;
      told.delete(old);
    }
  }

  function store(reports: readonly IncidentReport[]): void {
    if (reports.length === 0) return;
    try {
      incidents.reportAll(reports);
    } catch (error) {
      for (const { kind, details } of reports) {
        logger.log("error", "An incident could not be stored", {
          kind,
          ...details,
          error: String(error),
        });
      }
    }
  }

  function step(): void {
    store(waiting.splice(0, ALERTS_AT_ONCE));
    armed = waiting.length > 0;
    if (armed) timer = clock.timer(ALERT_STEP_MS, step);
  }

  return {
    tell(kind, message, details) {
      const now = clock.monotonic();
      const key = JSON.stringify([kind, details]);
      forget(now);
      if (told.has(key) || told.size >= ALERTS_MAX) return;
      told.set(key, now);
      waiting.push({ kind, message, details });
      if (armed) return;
      armed = true;
      clock.defer(step);
    },
    stop() {
      timer?.cancel();
      armed = true;
      store(waiting.splice(0));
    },
  };
}
