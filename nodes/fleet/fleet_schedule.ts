/**
 * When a company's months are settled by themselves: each at its end, and what came late on one further day of the month
 * after, which looks like chance but is the same at every node.
 *
 * @module
 */
import { type CompanyId, sha256 } from "../../crdt/mod.ts";

/** Days that every month has: the further settlement is on one of them, after the first. */
const DAYS_MAX = 28;

/** A month before another: `2026-01` is one before `2026-02`. */
export function monthBefore(month: string, count = 1): string {
  const [year = 0, number = 1] = month.split("-").map(Number);
  const index = year * 12 + number - 1 - count;
  const text = String(index % 12 + 1).padStart(2, "0");
  return `${Math.floor(index / 12)}-${text}`;
}

/**
 * The day of a month on which what came late is settled.
 *
 * @param company The company.
 * @param month `YYYY-MM`.
 * @returns 2 to 28.
 *
 * @example Usage
 * ```ts
 * import { ok } from "node:assert/strict";
 *
 * const day = settlementDay("42" as never, "2026-02");
 * ok(day >= 2 && day <= 28);
 * ```
 */
export function settlementDay(company: CompanyId, month: string): number {
  const text = JSON.stringify(["settlement day", company, month]);
  const [high = 0, low = 0] = sha256(new TextEncoder().encode(text));
  return 2 + (high * 256 + low) % (DAYS_MAX - 1);
}

/** The instant when a day of a month begins, UTC, in microseconds since 1970. */
export function dayStart(month: string, day: number): number {
  const [year = 0, number = 1] = month.split("-").map(Number);
  return Date.UTC(year, number - 1, day) * 1000;
}

/** The month of an instant, UTC. */
export function monthOf(at: number): string {
  return new Date(at / 1000).toISOString().slice(0, 7);
}

/** A month that is due to be settled, and since when. */
export interface DueMonth {
  /** `YYYY-MM`. */
  readonly month: string;
  /** From when on, in microseconds since 1970. */
  readonly since: number;
}

/**
 * Which months are due at an instant: the last from the first day after it on, and the months before it from this
 * month's further day on.
 *
 * @param company The company.
 * @param at Now, in microseconds since 1970.
 * @param months How many months back late expenses are settled.
 * @returns Months, the last first. Each is settled once since then.
 */
export function dueMonths(
  company: CompanyId,
  at: number,
  months: number,
): DueMonth[] {
  const now = monthOf(at);
  const day = settlementDay(company, now);
  const extra = dayStart(now, day);
  const due: DueMonth[] = [{
    month: monthBefore(now),
    since: dayStart(now, 1),
  }];
  if (at < extra) return due;
  for (let back = 1; back <= months; back++) {
    due.push({ month: monthBefore(now, back), since: extra });
  }
  return due;
}
