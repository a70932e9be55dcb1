/**
 * What a person should look at on a forecourt, in sentences.
 *
 * @module
 */
import { type Clock, localTimeText, type SiteCode } from "../../crdt/mod.ts";
import { UNCLOSED_SALE } from "../../net/mod.ts";
import type { Logger } from "../ports.ts";
import type { AlertBoard } from "./alert_board.ts";
import type { OpenDelivery } from "./pump_activity.ts";
import type { LinkAlert } from "./pump_links.ts";

/** Tells of pumps. */
export interface StationAlerts {
  /** Something is wrong with a pump's links: it is told within moments. */
  link(pump: number, alert: LinkAlert): void;
  /** Tells some of what waits: when a whole station loses its network, a thousand pumps are told of. */
  tick(): void;
  /** A delivery vanished; `byStop` if this station had told the pump to stop. */
  vanished(pump: number, open: OpenDelivery, byStop: boolean): void;
  /** A connection names another pump than it registered. */
  mismatch(pump: number, named: number): void;
  /** A pump told of an error. */
  alarm(
    pump: number,
    alarm: { readonly code: string; readonly text: string },
  ): undefined;
}

const LINK_ALERTS: Readonly<Record<LinkAlert, string>> = {
  addresses: "is connected from several addresses",
  double: "has several connections that are all in use",
  timeout: "has been silent for a minute",
  missing: "has lost its connection",
};

/** Most alerts of links that are told at once; each is a write to the disk. */
const TOLD_AT_ONCE = 20;
/** Most alerts of links that wait. */
const WAITING_MAX = 10_000;

/**
 * Makes the alerts of a station.
 *
 * @param parts The station, time, and where alerts go.
 * @returns The alerts.
 */
export function createStationAlerts(
  parts: {
    readonly site: SiteCode;
    readonly timezone: string;
    readonly clock: Clock;
    readonly logger: Logger;
    readonly alerts: AlertBoard;
  },
): StationAlerts {
  const { site, timezone, clock, logger, alerts } = parts;
  const waiting: { readonly pump: number; readonly alert: LinkAlert }[] = [];
  return {
    link(pump, alert) {
      if (waiting.length < WAITING_MAX) waiting.push({ pump, alert });
    },
    tick() {
      for (const { pump, alert } of waiting.splice(0, TOLD_AT_ONCE)) {
        const message = `Pump ${pump} ${LINK_ALERTS[alert]}`;
        alerts.tell(`pump_${alert}`, message, { site, pump });
      }
    },
    vanished(pump, { fuel, volumeMl, amount }, byStop) {
      const what = byStop ? "was stopped" : "ended";
      alerts.tell(
        byStop ? "pump_stopped" : UNCLOSED_SALE,
        `A delivery at pump ${pump} ${what} and was not told as a sale`,
        {
          site,
          pump,
          fuel: fuel ?? "",
          volumeMl,
          amount,
          time: localTimeText(clock.now() * 1000, timezone),
        },
      );
    },
    mismatch: (pump, named) =>
      alerts.tell(
        "pump_number_mismatch",
        `The connection of pump ${pump} sends messages that name another pump`,
        { site, pump, named },
      ),
    alarm(pump, { code, text }) {
      logger.log("warn", "A pump told of an error", { site, pump, code, text });
      alerts.tell("pump_alarm", `Pump ${pump} told of ${code}: ${text}`, {
        site,
        pump,
        code,
      });
    },
  };
}
