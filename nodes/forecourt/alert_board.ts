/**
 * Incidents of a station's listeners, told at a bounded rate: what a hostile client does a thousand times in a minute is
 * one incident that counts.
 *
 * @module
 */
import type { Incidents } from "../incidents.ts";
import type { Logger } from "../ports.ts";

/** The same alert is told once in so many milliseconds. */
export const ALERT_PAUSE_MS = 60_000;
/** Most different alerts that are told in that time. */
export const ALERTS_MAX = 1_000;

/** Tells of what a person should look at. */
export interface AlertBoard {
  /**
   * Tells an incident, unless the same was told just now.
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

/**
 * Makes an alert board.
 *
 * @param parts Where incidents go, log lines for what could not be stored, and monotonic milliseconds.
 * @returns The board.
 */
export function createAlertBoard(
  parts: {
    readonly incidents: Pick<Incidents, "report">;
    readonly logger: Logger;
    readonly now: () => number;
  },
): AlertBoard {
  const { incidents, logger, now } = parts;
  const told = new Map<string, number>();
  return {
    tell(kind, message, details) {
      const key = JSON.stringify([kind, details]);
      const at = told.get(key);
      if (at !== undefined && now() - at < ALERT_PAUSE_MS) return;
      for (const [old, toldAt] of told) {
        if (now() - toldAt < ALERT_PAUSE_MS) break;
        told.delete(old);
      }
      if (told.size >= ALERTS_MAX) return;
      told.delete(key);
      told.set(key, now());
      try {
        incidents.report(kind, message, details);
      } catch (error) {
        logger.log("error", "An incident could not be stored", {
          kind,
          ...details,
          error: String(error),
        });
      }
    },
  };
}
