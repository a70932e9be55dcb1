/**
 * What a pump is doing, made of what it tells on its link and, faster and less reliably, by datagrams; and whether a
 * delivery vanished. Pure: state and report in, next state out.
 *
 * @module
 */
import type { PumpOperation } from "./live_pumps.ts";

/** What a pump says. */
export interface PumpReport {
  /** What it does; undefined if it used an unknown word. */
  readonly operation: PumpOperation | undefined;
  /** Milliliters of the running delivery. */
  readonly volumeMl: number;
  /** Money of the running delivery. */
  readonly amount: number;
  /** The fuel; null if it named none. */
  readonly fuel: string | null;
}

/** What was dispensed when a pump was last seen dispensing. */
export interface OpenDelivery {
  /** Milliliters, more than 0. */
  readonly volumeMl: number;
  /** Money. */
  readonly amount: number;
  /** The fuel; null if it named none. */
  readonly fuel: string | null;
}

/** What is known of a pump's activity. */
export interface PumpActivity {
  /** What it does. */
  readonly operation: PumpOperation;
  /** Milliliters of the running delivery; 0 when idle. */
  readonly volumeMl: number;
  /** Money of the running delivery; 0 when idle. */
  readonly amount: number;
  /** The fuel that it named last. */
  readonly fuel: string | null;
  /** What its link last said, and when in monotonic milliseconds; undefined if it has said nothing. */
  readonly linkSaid:
    | { readonly operation: PumpOperation; readonly at: number }
    | undefined;
  /** The delivery that has not been told as ended. */
  readonly open: OpenDelivery | undefined;
  /** True from an emergency stop by this station until the next delivery. */
  readonly stopped: boolean;
}

/** For so long the link's word counts more than datagrams, in milliseconds. */
export const LINK_WINS_MS = 3_000;

/** A pump of which nothing is known. */
export const UNSEEN_PUMP: PumpActivity = {
  operation: "idle",
  volumeMl: 0,
  amount: 0,
  fuel: null,
  linkSaid: undefined,
  open: undefined,
  stopped: false,
};

/** What a report on the link leads to. */
export interface LinkReportOutcome {
  /** The next state. */
  readonly activity: PumpActivity;
  /** A delivery that vanished: it was seen, is over, and was never told. */
  readonly vanished: OpenDelivery | undefined;
  /** True if this station's emergency stop ended it. */
  readonly byStop: boolean;
}

/**
 * A pump reported on its link.
 *
 * @param before What was known.
 * @param report What it says.
 * @param now Monotonic milliseconds.
 * @returns What is known now.
 */
export function linkReport(
  before: PumpActivity,
  report: PumpReport,
  now: number,
): LinkReportOutcome {
  const { operation } = report;
  const fuel = report.fuel ?? before.fuel;
  if (operation === undefined) {
    return {
      activity: { ...before, fuel },
      vanished: undefined,
      byStop: false,
    };
  }
  const idle = operation === "idle";
  // A delivery begins with a report of nothing dispensed.
  const over = idle || (operation === "dispensing" && report.volumeMl === 0);
  const stopped = before.stopped && operation !== "dispensing";
  const open = over ? undefined : openOf(report, before);
  return {
    activity: {
      operation,
      volumeMl: idle ? 0 : report.volumeMl,
      amount: idle ? 0 : report.amount,
      fuel,
      linkSaid: { operation, at: now },
      open,
      stopped,
    },
    vanished: over ? before.open : undefined,
    byStop: before.stopped,
  };
}

function openOf(
  { operation, volumeMl, amount, fuel }: PumpReport,
  before: PumpActivity,
): OpenDelivery | undefined {
  return operation !== "idle" && volumeMl > 0
    ? { volumeMl, amount, fuel: fuel ?? before.fuel }
    : before.open;
}

/**
 * A pump reported by a datagram.
 *
 * @param before What was known.
 * @param report What it says.
 * @param now Monotonic milliseconds.
 * @returns What is known now; undefined if the datagram is to be ignored.
 */
export function quickReport(
  before: PumpActivity,
  report: PumpReport,
  now: number,
): PumpActivity | undefined {
  const { linkSaid } = before;
  const said = linkSaid !== undefined && now - linkSaid.at < LINK_WINS_MS
    ? linkSaid.operation
    : undefined;
  if (said === "idle" || report.operation === undefined) return undefined;
  const running = before.operation !== "idle";
  if (running && report.volumeMl < before.volumeMl) return undefined;
  const operation = said === "paused" ? before.operation : report.operation;
  const idle = operation === "idle";
  return {
    ...before,
    operation,
    volumeMl: idle ? 0 : report.volumeMl,
    amount: idle ? 0 : report.amount,
    fuel: report.fuel ?? before.fuel,
    open: openOf({ ...report, operation }, before),
  };
}

/**
 * A pump told of a delivery that has ended.
 *
 * @param before What was known.
 * @param now Monotonic milliseconds.
 * @returns What is known now.
 */
export function deliveryTold(before: PumpActivity, now: number): PumpActivity {
  return {
    ...before,
    operation: "idle",
    volumeMl: 0,
    amount: 0,
    linkSaid: { operation: "idle", at: now },
    open: undefined,
    stopped: false,
  };
}

/**
 * This station told a pump to stop at once.
 *
 * @param before What was known.
 * @returns What is known now.
 */
export function stopSent(before: PumpActivity): PumpActivity {
  return { ...before, stopped: true };
}
