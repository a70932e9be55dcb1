/**
 * Sums of sales per site and day, for a range of days.
 *
 * @module
 */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Money, Totals } from "../wire_types.ts";
import { decimalOf, decimalText, plus } from "../base/amounts.ts";
import { type Problem, read, type WirePage, withQuery } from "../base/http.ts";
import { onChanges } from "../base/live.ts";

/** Days of a range at most: a year and a day. */
export const DAYS_MAX = 366;
const DAY_MS = 86_400_000;
const PAGE_ROWS = 1_000;
/** Pages read at most: sums of 100 sites over ten years are some 365 of them. */
const PAGES_MAX = 500;

/** Sums of one site's day, or of several together. */
export interface DailySum {
  readonly site: string;
  readonly date: string;
  readonly count: number;
  readonly units: number;
  readonly amounts: readonly Money[];
}

/** What is known of a range. */
export interface DailySums {
  readonly rows: readonly DailySum[] | undefined;
  readonly problem: Problem | undefined;
  readonly asOf: number | undefined;
  reload(): void;
}

/** Dates from one to another, both included. */
export function datesBetween(from: string, to: string): readonly string[] {
  const first = Date.parse(`${from}T00:00:00Z`);
  const days = (Date.parse(`${to}T00:00:00Z`) - first) / DAY_MS + 1;
  const count = Number.isFinite(days)
    ? Math.max(0, Math.min(days, DAYS_MAX))
    : 0;
  return Array.from(
    { length: count },
    (_, day) => new Date(first + day * DAY_MS).toISOString().slice(0, 10),
  );
}

/** Amounts of each currency together. */
export function summed(amounts: readonly Money[]): readonly Money[] {
  const sums = new Map<string, Money>();
  for (const { amount, currency } of amounts) {
    const before = decimalOf(sums.get(currency)?.amount ?? "0");
    const more = decimalOf(amount);
    if (before === undefined || more === undefined) continue;
    sums.set(currency, { amount: decimalText(plus(before, more)), currency });
  }
  return [...sums.values()];
}

/** Rows with the same key together, in the order in which keys came first. */
export function grouped(
  rows: readonly DailySum[],
  keyOf: (row: DailySum) => string,
): readonly DailySum[] {
  const groups = new Map<string, DailySum[]>();
  for (const row of rows) {
    const group = groups.get(keyOf(row));
    if (group === undefined) groups.set(keyOf(row), [row]);
    else group.push(row);
  }
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    return first === undefined ? [] : [{
      ...first,
      count: group.reduce((sum, { count }) => sum + count, 0),
      units: group.reduce((sum, { units }) => sum + units, 0),
      amounts: summed(group.flatMap(({ amounts }) => amounts)),
    }];
  });
}

/**
 * Sums of each site's days within a range.
 *
 * @param site Of one site; undefined for all that the node reads.
 * @param from `YYYY-MM-DD`.
 * @param to `YYYY-MM-DD`, included.
 * @returns What is known.
 */
export function useDailySums(
  site: string | undefined,
  from: string,
  to: string,
): DailySums {
  const state = useSignal<Omit<DailySums, "reload">>({
    rows: undefined,
    problem: undefined,
    asOf: undefined,
  });
  const again = useSignal(0);
  useEffect(() => {
    const ended = new AbortController();
    const stop = onChanges(["sales"], () => void run());
    let running = false;
    async function run(): Promise<void> {
      if (running) return;
      running = true;
      const found = await readAll(site, from, to, ended.signal);
      running = false;
      if (ended.signal.aborted) return;
      state.value = Array.isArray(found)
        ? { rows: found, problem: undefined, asOf: Date.now() }
        : { ...state.peek(), problem: found as Problem };
    }
    void run();
    return () => {
      stop();
      ended.abort();
    };
  }, [site, from, to, again.value]);
  return { ...state.value, reload: () => void (again.value += 1) };
}

async function readAll(
  site: string | undefined,
  from: string,
  to: string,
  signal: AbortSignal,
): Promise<readonly DailySum[] | Problem> {
  const rows: DailySum[] = [];
  let cursor: string | null | undefined;
  for (let page = 0; page < PAGES_MAX && cursor !== null; page++) {
    const answer = await read<WirePage<Totals>>(
      withQuery("/v1/totals/list", {
        site,
        perDate: true,
        limit: PAGE_ROWS,
        cursor,
      }),
      { signal },
    );
    if (!answer.ok) return answer.problem;
    for (const { site, date, count, units, amounts } of answer.value.items) {
      if (site === null || date === null || date < from || date > to) continue;
      rows.push({ site, date, count, units, amounts });
    }
    cursor = answer.value.next;
  }
  return rows;
}
