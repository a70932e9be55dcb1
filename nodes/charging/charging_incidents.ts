/**
 * What a person should look at of charging points. Each kind is told of once in a while for a point, however often it
 * happens.
 *
 * @module
 */
import type { Clock, SiteCode, Timer } from "../../crdt/mod.ts";
import type { IncidentReport } from "../incidents.ts";
import { isStoreError } from "../ports.ts";

/** Most points of which one kind of incident is remembered. */
export const REPORTED_MAX = 4_096;
/** A kind of incident of one point is noted again after so long, in milliseconds. */
export const REPORT_AGAIN_MS = 3_600_000;

/** Where something is wrong. */
interface Place {
  readonly site: SiteCode;
  readonly point: string;
}

/** Incidents that come so soon after another are noted together, in milliseconds. */
const NOTE_MS = 500;
/** Most incidents that wait to be noted; more are left out. */
const PENDING_MAX = 256;

/** Time, and where incidents are noted. */
export interface ReportParts {
  /** Time. */
  readonly clock: Pick<Clock, "monotonic" | "timer">;
  /** Notes incidents. */
  readonly report: (reports: readonly IncidentReport[]) => void;
}

/** Notes incidents, each kind of a point once in a while. */
export class ChargingReports {
  readonly #use: ReportParts;
  readonly #at = new Map<string, number>();
  #pending: IncidentReport[] = [];
  #timer: Timer | undefined;

  /**
   * Begins without any.
   *
   * @param use Time, and where they are noted.
   */
  constructor(use: ReportParts) {
    this.#use = use;
  }

  /** The equipment charges another price than the registered one (C-21). */
  priceDiffers(place: Place): void {
    this.#note(place, {
      kind: "charging_price_differs",
      message:
        `Charging point ${place.point} charges another price than the one it registered with: drivers pay what it charges`,
    });
  }

  /** Two programs have one id: both stay connected, the newer one counts (C-9). */
  registeredTwice(place: Place): void {
    this.#note(place, {
      kind: "charging_point_double",
      message:
        `Charging point ${place.point} registered again while it was connected: the newer connection counts`,
    });
  }

  /** A stop or resume was not confirmed (C-16). */
  unconfirmed(place: Place, command: string): void {
    this.#note(place, {
      kind: "charging_unconfirmed",
      message:
        `Charging point ${place.point} has not confirmed the command to ${command}: new drivers are refused while it is stopped`,
    });
  }

  /** Nothing is heard of a supply although the monitor is well (C-50). */
  stale(place: Place): void {
    this.#note(place, {
      kind: "charging_stale",
      message:
        `Nothing is heard of a supply at charging point ${place.point} although it is connected`,
    });
  }

  #note(
    { site, point }: Place,
    { kind, message }: { readonly kind: string; readonly message: string },
  ): void {
    const key = `${kind} ${site}#${point}`;
    const now = this.#use.clock.monotonic();
    const before = this.#at.get(key);
    if (before !== undefined && now - before < REPORT_AGAIN_MS) return;
    if (this.#at.size >= REPORTED_MAX) this.#at.clear();
    this.#at.set(key, now);
    if (this.#pending.length >= PENDING_MAX) return;
    this.#pending.push({ kind, message, details: { site, point } });
    // The first is noted at once, those that come soon after it together.
    if (this.#timer === undefined) this.#flush();
  }

  /** Ends; what waits is left out. */
  stop(): void {
    this.#timer?.cancel();
  }

  /** Notes what came since: each noting is a write to the disk. */
  #flush(): void {
    this.#timer = undefined;
    if (this.#pending.length === 0) return;
    this.#timer = this.#use.clock.timer(NOTE_MS, () => this.#flush());
    const reports = this.#pending;
    this.#pending = [];
    try {
      this.#use.report(reports);
    } catch (error) {
      // The disk is closed or full: the node's health says so.
      if (!isStoreError(error)) throw error;
    }
  }
}
