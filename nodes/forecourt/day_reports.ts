/**
 * Sums of business days, their closes and supplements. What a close covers is named by it, log by log, so every peer
 * with the same facts shows the same report, whatever comes later.
 *
 * @module
 */
import {
  businessDate,
  type ClosePart,
  closesOf,
  COVERS_MAX,
  currencyExponent,
  DAY_CLOSES,
  type FactId,
  FUEL_SALES,
  FUEL_TOTALS,
  levelOf,
  ok,
  type Reader,
  type Row,
  type SiteCode,
  siteSpace,
  TANK_EVENTS,
  type TankSums,
  tankSums,
} from "../../crdt/mod.ts";
import {
  closePage,
  coversOf,
  partOfPlaces,
  placesOf,
} from "../close_coverage.ts";
import { decideExactly, refuse } from "../use_cases/context.ts";
import { atSite, type ForecourtContext } from "./forecourt_context.ts";
import type {
  DayCloseView,
  DayReport,
  ForecourtUseCases,
  FuelTotalsRow,
} from "./forecourt_use_cases.ts";
import { tanksOf } from "./wet_stock.ts";

/** Most days that the report of a span covers. */
export const SHIFT_DAYS_MAX = 7;
const DAY_US = 86_400_000_000;
/** Most closes of one date that are looked at. */
const CLOSES_MAX = 1000;

interface Sums {
  readonly pump: string;
  readonly fuel: string;
  readonly payment: string;
  readonly currency: string;
  readonly exponent: number;
  count: number;
  volumeMl: number;
  amount: number;
}

/** Sums by pump, fuel and payment; pumps that are numbers in their order, others after them. */
function toRows(
  site: SiteCode,
  date: string | null,
  sums: Iterable<Sums>,
): FuelTotalsRow[] {
  return [...sums].map((row) => ({ site, date, ...row })).toSorted((a, b) =>
    comparePumps(a.pump, b.pump) || compare(a.fuel, b.fuel) ||
    compare(a.payment, b.payment) || compare(a.currency, b.currency)
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function comparePumps(a: string, b: string): number {
  const [one, other] = [Number(a), Number(b)];
  return Number.isNaN(one) || Number.isNaN(other) ? compare(a, b) : one - other;
}

function addSums(all: Map<string, Sums>, row: Row, volume: string): void {
  const [pump, fuel, payment] = ["pump", "fuel", "payment"].map((column) =>
    String(row[column])
  ) as [string, string, string];
  const currency = String(row["currency"]);
  const exponent = Number(row["exponent"]);
  const key = JSON.stringify([pump, fuel, payment, currency, exponent]);
  const sums = all.get(key) ??
    {
      ...{ pump, fuel, payment, currency, exponent },
      count: 0,
      volumeMl: 0,
      amount: 0,
    };
  sums.count += Number(row["count"] ?? 1);
  sums.volumeMl += Number(row[volume]);
  sums.amount += Number(row["amount"]);
  all.set(key, sums);
}

function totalOf(rows: readonly FuelTotalsRow[]) {
  return rows.reduce((sum, { count, volumeMl, amount }) => ({
    count: sum.count + count,
    volumeMl: sum.volumeMl + volumeMl,
    amount: sum.amount + amount,
  }), { count: 0, volumeMl: 0, amount: 0 });
}

/** An instant of a site, and the business date on its clock then; without an instant the beginning of that date. */
interface Moment {
  readonly site: SiteCode;
  readonly at: number | null;
  readonly date: string;
}

/** The first date of which everything came after a moment. */
function firstLater({ at, date }: Moment): string {
  return at === null ? date : nextDate(date);
}

/** Deliveries of a moment's date from the moment on, where sums of whole dates do not have them. */
function laterThatDay(rows: Reader, { site, at, date }: Moment): Row[] {
  return at === null ? [] : rows.scan(FUEL_SALES, {
    index: "by_date",
    prefix: [site, date],
    from: [at],
  });
}

function addVolumes(
  sums: Map<string, number>,
  found: readonly Row[],
  sign: 1 | -1,
): void {
  for (const row of found) {
    if (row["pump"] === "" || row["fuel"] === "") continue;
    const key = JSON.stringify([row["pump"], row["fuel"]]);
    sums.set(key, (sums.get(key) ?? 0) + sign * Number(row["volume_ml"]));
  }
}

/**
 * What the totalizer of each pump and fuel stood at, in milliliters: all that was ever delivered, less what came later.
 * So a report of today reads little, however many years lie behind.
 */
function totalizersAt(rows: Reader, moment: Moment): Map<string, number> {
  const { site } = moment;
  const sums = new Map<string, number>();
  addVolumes(sums, rows.scan(FUEL_TOTALS, { prefix: [site, ""] }), 1);
  const later = { prefix: [site], from: [firstLater(moment)] };
  addVolumes(sums, rows.scan(FUEL_TOTALS, later), -1);
  addVolumes(sums, laterThatDay(rows, moment), -1);
  return sums;
}

/** The day after a date. One that no calendar has, which only a liar writes, is followed by what its text is. */
function nextDate(date: string): string {
  if (Number.isNaN(Date.parse(`${date}T00:00Z`))) return `${date}~`;
  return Temporal.PlainDate.from(date).add({ days: 1 }).toString();
}

/** A span of time at a site: a moment and a later one. */
type Span = readonly [from: Moment, before: Moment];

function totalizersOf(
  rows: Reader,
  [from, before]: Span,
): DayReport["totalizers"] {
  const opening = totalizersAt(rows, from);
  return [...totalizersAt(rows, before)].map(([key, closingMl]) => {
    const [pump, fuel] = JSON.parse(key) as [string, string];
    return { pump, fuel, openingMl: opening.get(key) ?? 0, closingMl };
  }).filter(({ closingMl }) => closingMl > 0).toSorted((a, b) =>
    comparePumps(a.pump, b.pump) || compare(a.fuel, b.fuel)
  );
}

/** What went into a tank and came out of it up to a moment. */
function tankUpTo(rows: Reader, tank: number, moment: Moment): TankSums {
  const { site, at, date } = moment;
  const place = { site, tank };
  const all = tankSums(rows, place);
  const later = tankSums(rows, place, { from: firstLater(moment) });
  const events = at === null
    ? []
    : rows.scan(TANK_EVENTS, { prefix: [site, tank], from: [at] })
      .filter((row) => row["date"] === date);
  const drawn = laterThatDay(rows, moment).filter((row) =>
    row["tank"] === tank
  );
  const sum = (found: readonly Row[], column: string) =>
    found.reduce((total, row) => total + Number(row[column]), 0);
  return {
    deliveredMl: all.deliveredMl - later.deliveredMl -
      sum(events, "delivered_ml"),
    dispensedMl: all.dispensedMl - later.dispensedMl - sum(drawn, "volume_ml"),
    dippedMl: all.dippedMl - later.dippedMl - sum(events, "dipped_ml"),
  };
}

function tanksBetween(
  rows: Reader,
  [from, before]: Span,
): DayReport["tanks"] {
  return tanksOf(rows, from.site, from.date).map(({ tank, fuel }) => {
    const first = tankUpTo(rows, tank, from);
    const last = tankUpTo(rows, tank, before);
    return {
      tank,
      fuel,
      openingMl: levelOf(first),
      deliveredMl: last.deliveredMl - first.deliveredMl,
      dispensedMl: last.dispensedMl - first.dispensedMl,
      dippedMl: last.dippedMl - first.dippedMl,
      closingMl: levelOf(last),
    };
  });
}

/** A whole business date. */
function spanOf(site: SiteCode, date: string): Span {
  return [
    { site, at: null, date },
    { site, at: null, date: nextDate(date) },
  ];
}

function report(
  rows: Reader,
  place: { readonly span: Span; readonly date: string | null },
  sums: Iterable<Sums>,
): Omit<DayReport, "date"> {
  const { span, date } = place;
  const { site } = span[0];
  const shown = toRows(site, date, sums);
  return {
    site,
    rows: shown,
    totalizers: totalizersOf(rows, span),
    tanks: tanksBetween(rows, span),
    total: totalOf(shown),
  };
}

function dayReport(
  rows: Reader,
  { site, date }: { readonly site: SiteCode; readonly date: string },
  sums: Iterable<Sums>,
): DayReport {
  const span = spanOf(site, date);
  return { date, ...report(rows, { span, date }, sums) };
}

/** Makes the use-cases about business days. */
export function createDayUseCases(
  context: ForecourtContext,
): Pick<
  ForecourtUseCases,
  "dayReport" | "shiftReport" | "closeDay" | "dayCloses"
> {
  const { node, replica } = context;
  /** Sums of a date's deliveries by the close that covers them; -1 for those that none does. */
  const byPart = (
    rows: Reader,
    site: SiteCode,
    date: string,
    parts: readonly ClosePart[],
  ) => {
    const all = new Map<number, Map<string, Sums>>();
    for (
      const row of rows.scan(FUEL_SALES, {
        index: "by_date",
        prefix: [site, date],
      })
    ) {
      const places = parts.length === 0 ? [] : placesOf(replica, rows, row);
      const part = partOfPlaces(parts, places) ?? -1;
      let sums = all.get(part);
      if (sums === undefined) all.set(part, sums = new Map());
      addSums(sums, row, "volume_ml");
    }
    return all;
  };
  const closeView = (
    part: ClosePart,
    sums: ReadonlyMap<string, Sums> | undefined,
  ): DayCloseView => {
    const site = part.row["site"] as SiteCode;
    const date = String(part.row["date"]);
    return {
      id: part.row["id"] as FactId,
      site,
      date,
      number: part.number,
      at: Number(part.row["at"]),
      report: dayReport(replica.reader, { site, date }, sums?.values() ?? []),
    };
  };
  const closes = (site: SiteCode, date: string): DayCloseView[] => {
    const parts = closesOf(replica.reader, site, date).slice(0, CLOSES_MAX);
    const sums = byPart(replica.reader, site, date, parts);
    return parts.map((part) => closeView(part, sums.get(part.number)));
  };
  return {
    dayReport(site, date) {
      const sums = new Map<string, Sums>();
      const found = replica.reader.scan(FUEL_TOTALS, { prefix: [site, date] });
      for (const row of found) {
        if (row["pump"] !== "") addSums(sums, row, "volume_ml");
      }
      return dayReport(replica.reader, { site, date }, sums.values());
    },
    shiftReport(site, { from, before }) {
      const isSpan = Number.isSafeInteger(from) && from >= 0 &&
        Number.isSafeInteger(before) && from < before &&
        before - from <= SHIFT_DAYS_MAX * DAY_US;
      if (!isSpan) {
        return refuse(
          "invalid_argument",
          `A report covers more than nothing and at most ${SHIFT_DAYS_MAX} days`,
        );
      }
      const sums = new Map<string, Sums>();
      const found = replica.reader.scan(FUEL_SALES, {
        prefix: [site],
        from: [from],
        below: [before],
      });
      for (const row of found) addSums(sums, row, "volume_ml");
      const moment = (at: number): Moment => ({
        site,
        at,
        date: businessDate(at, node.timezone),
      });
      const span = [moment(from), moment(before)] as const;
      const place = { span, date: null };
      return ok({
        from,
        before,
        ...report(replica.reader, place, sums.values()),
      });
    },
    closeDay: ({ site: asked, date }) =>
      atSite(context, asked, async (site) => {
        const space = siteSpace(site);
        const closed = await decideExactly(replica, (decision) => {
          const parts = closesOf(decision.rows, site, date);
          const covers = coversOf(replica, space);
          if (covers.length > COVERS_MAX) {
            return refuse("overloaded", "The site has too many logs to close");
          }
          // Of what is decided together with the close nothing is covered yet: it goes to a supplement.
          const upTo = new Map(covers.map(({ log, seq }) => [log, seq]));
          const now = [...parts, { row: {}, number: parts.length, upTo }];
          const sums = byPart(decision.rows, site, date, now);
          const added = toRows(
            site,
            date,
            sums.get(parts.length)?.values() ?? [],
          );
          if (parts.length > 0 && added.length === 0) {
            return refuse(
              "nothing_to_close",
              `${date} is closed, and nothing has come since`,
              { date },
            );
          }
          const { count, volumeMl, amount } = totalOf(added);
          const id = decision.newId();
          decision.record(space, {
            type: "DayClosed",
            id,
            at: decision.at,
            site,
            date,
            covers,
            count,
            volumeMl,
            amount,
            currency: node.currency,
            exponent: currencyExponent(node.currency),
          });
          return ok(id);
        });
        if (!closed.ok) return closed;
        const view = closes(site, date).find(({ id }) => id === closed.value);
        return view === undefined
          ? refuse("forbidden", "The close was stored and does not count")
          : ok(view);
      }),
    dayCloses({ site, date, limit, cursor }) {
      if (date !== undefined) {
        const items = closes(site, date).slice(0, limit);
        return { items, total: items.length, next: null };
      }
      const query = { limit, ...(cursor === undefined ? {} : { cursor }) };
      return closePage(
        replica.reader,
        { table: DAY_CLOSES, prefix: [site], query },
        (one) => closes(site, one),
      );
    },
  };
}
