/**
 * Sales per day and per site over a range of days, as a chart and as tables.
 *
 * @module
 */
import type { VNode } from "preact";
import { decimalOf, decimalText, share } from "../base/amounts.ts";
import { csvOf, saveFile } from "../base/csv.ts";
import { formatAmount, formatDate, formatNumber } from "../base/format.ts";
import { query, setQuery } from "../base/location.ts";
import { knowledge } from "../base/session.ts";
import { siteDate } from "../home/days.ts";
import { DayRange } from "../parts/day_range.tsx";
import { Button } from "../parts/button.tsx";
import type { Column } from "../parts/column.ts";
import { Figure, Figures, Section } from "../parts/page.tsx";
import { Freshness, Loading, Panel, ProblemPanel } from "../parts/states.tsx";
import { Table } from "../parts/table.tsx";
import type { Money } from "../wire_types.ts";
import { DayChart } from "./chart.tsx";
import {
  type DailySum,
  datesBetween,
  DAYS_MAX,
  grouped,
  summed,
  useDailySums,
} from "./daily.ts";
import { siteAsked, SiteField, useSites } from "./site_field.tsx";
import { text } from "./texts.ts";

/** Days of the range that is shown first. */
const DAYS_FIRST = 30;

/** Amounts of several currencies beside each other. */
export function amountsText(amounts: readonly Money[]): string {
  return amounts.length === 0 ? "–" : amounts.map(formatAmount).join(" + ");
}

/** Sales over a range of days. */
export function RangeTab(): VNode {
  const timezone = knowledge.value.node?.timezone ?? "UTC";
  const sites = useSites();
  const site = siteAsked(sites);
  const from = query.value.get("from") ?? siteDate(timezone, DAYS_FIRST - 1);
  const to = query.value.get("to") ?? siteDate(timezone);
  const sums = useDailySums(site, from, to);
  const dates = datesBetween(from, to);
  return (
    <>
      <div class="filters">
        <SiteField sites={sites} value={site} all />
        <DayRange first={from} last={to} />
      </div>
      {dates.length === DAYS_MAX
        ? (
          <Panel kind="warn">
            {text("rangeLong", { days: formatNumber(DAYS_MAX) })}
          </Panel>
        )
        : null}
      {sums.problem === undefined
        ? null
        : <ProblemPanel problem={sums.problem} onRetry={sums.reload} />}
      {sums.rows === undefined
        ? sums.problem === undefined ? <Loading /> : null
        : (
          <Range
            rows={sums.rows.filter(({ date }) => dates.includes(date))}
            dates={dates}
            asOf={sums.asOf}
          />
        )}
    </>
  );
}

function Range(
  { rows, dates, asOf }: {
    readonly rows: readonly DailySum[];
    readonly dates: readonly string[];
    readonly asOf: number | undefined;
  },
): VNode {
  const days = new Map(
    grouped(rows, ({ date }) => date).map((row) => [row.date, row]),
  );
  const [first = "", last = ""] = [dates[0], dates.at(-1)];
  const newestFirst = [...days.values()]
    .sort((a, b) => a.date < b.date ? 1 : -1);
  return (
    <>
      <Section
        title={text("perDay")}
        actions={
          <Button
            icon="download"
            onClick={() => exportDays(rows, first, last)}
          >
            {text("export")}
          </Button>
        }
      >
        <Freshness asOf={asOf} />
        <RangeFigures rows={rows} />
        <DayChart
          label={text("chart", {
            from: formatDate(first),
            to: formatDate(last),
          })}
          name={text("amount")}
          dates={dates}
          values={dates.map((date) =>
            Number(days.get(date)?.amounts[0]?.amount ?? 0)
          )}
        />
        <Table
          label={text("perDay")}
          columns={columnsOf("date")}
          rows={newestFirst}
          rowKey={({ date }) => date}
          onOpen={({ date }) => setQuery({ tab: "day", date })}
        />
      </Section>
      <BySite rows={rows} />
    </>
  );
}

function RangeFigures(
  { rows }: { readonly rows: readonly DailySum[] },
): VNode {
  const count = rows.reduce((sum, row) => sum + row.count, 0);
  const amounts = summed(rows.flatMap((row) => row.amounts));
  const average = amounts.flatMap(({ amount, currency }) => {
    const whole = decimalOf(amount);
    return whole === undefined || count === 0 ? [] : [{
      amount: decimalText(share(whole, 1n, BigInt(count))),
      currency,
    }];
  });
  return (
    <Figures>
      <Figure label={text("sales")} value={formatNumber(count)} />
      <Figure label={text("amount")} value={amountsText(amounts)} />
      <Figure label={text("average")} value={amountsText(average)} />
    </Figures>
  );
}

function BySite(
  { rows }: { readonly rows: readonly DailySum[] },
): VNode | null {
  const sites = grouped(rows, ({ site }) => site);
  if (sites.length < 2) return null;
  return (
    <Section title={text("perSite")}>
      <Table
        label={text("perSite")}
        columns={columnsOf("site")}
        rows={sites}
        rowKey={({ site }) => site}
        onOpen={({ site }) => setQuery({ site })}
      />
    </Section>
  );
}

function columnsOf(key: "date" | "site"): readonly Column<DailySum>[] {
  return [
    {
      key,
      title: text(key),
      cell: (row) => key === "date" ? formatDate(row.date) : row.site,
      width: "minmax(8rem, 1fr)",
    },
    {
      key: "count",
      title: text("sales"),
      cell: ({ count }) => formatNumber(count),
      align: "end",
    },
    {
      key: "units",
      title: text("units"),
      cell: ({ units }) => formatNumber(units),
      align: "end",
      phone: false,
    },
    {
      key: "amount",
      title: text("amount"),
      cell: ({ amounts }) => amountsText(amounts),
      align: "end",
      width: "minmax(9rem, 1fr)",
    },
  ];
}

function exportDays(
  rows: readonly DailySum[],
  from: string,
  to: string,
): void {
  const header = ["site", "date", "sales", "units", "amount", "currency"];
  const lines = rows.flatMap(({ site, date, count, units, amounts }) =>
    amounts.map(({ amount, currency }) => [
      site,
      date,
      String(count),
      String(units),
      amount,
      currency,
    ])
  );
  saveFile(`sales-${from}-${to}.csv`, csvOf([header, ...lines]));
}
