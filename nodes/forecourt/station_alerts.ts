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
  /** Something is wrong with a pump's links. */
  link(pump: number, alert: LinkAlert): void;
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
  return {
    link(pump, alert) {
      const message = `Pump ${pump} ${LINK_ALERTS[alert]}`;
      alerts.tell(`pump_${alert}`, message, { site, pump });
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
