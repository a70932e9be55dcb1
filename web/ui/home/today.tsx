/**
 * Today's figures against those of the same weekday a week ago.
 *
 * @module
 */
import type { VNode } from "preact";
import type {
  CashSession,
  ChargingPanel,
  Company,
  ShiftReport,
  Totals,
} from "../wire_types.ts";
import {
  formatAmount,
  formatDate,
  formatNumber,
  formatThousandths,
  formatTime,
} from "../base/format.ts";
import { type WirePage, withQuery } from "../base/http.ts";
import { useResource } from "../base/resource.ts";
import { isNode, may, ownSite } from "../base/session.ts";
import { Figure, Figures, Section } from "../parts/page.tsx";
import { siteDate, weekday } from "./days.ts";
import { text } from "./texts.ts";

const WEEK = 7;
const WEEK_MS = WEEK * 86_400_000;
/** Companies whose balance the start page shows. */
const COMPANIES_SHOWN = 4;
/** Nodes that have figures of a day. */
const COUNTING = [
  "branch",
  "station",
  "office",
  "region",
  "company",
  "charging",
];
/** Milliseconds after which sums that end now are read again. */
const SLOW_MS = 60_000;

/**
 * Today's figures.
 *
 * @param props The site's zone, and what else the start page knows.
 * @returns Figures, each a link to more of it.
 */
export function Today(
  { timezone, drawers, panel }: {
    readonly timezone: string;
    readonly drawers: WirePage<CashSession> | undefined;
    readonly panel: ChargingPanel | undefined;
  },
): VNode | null {
  // A pump counts nothing of its own.
  if (panel === undefined && !isNode(...COUNTING)) return null;
  return (
    <Section
      title={text("todayAt", { date: formatDate(siteDate(timezone)) })}
    >
      <Figures>
        {isNode("branch", "station", "office", "region")
          ? <SalesFigures timezone={timezone} />
          : null}
        {isNode("branch", "station")
          ? <DrawerFigure drawers={drawers} />
          : null}
        {isNode("station") && may("supervisor")
          ? <FuelFigure timezone={timezone} />
          : null}
        {panel === undefined ? null : <ChargingFigure panel={panel} />}
        {isNode("company", "region") && may("supervisor")
          ? <CompanyFigures />
          : null}
      </Figures>
    </Section>
  );
}

function useTotals(date: string): Totals | undefined {
  const site = ownSite.value;
  return useResource<Totals>(withQuery("/v1/totals", { site, date }), {
    views: ["sales"],
  }).value;
}

function SalesFigures({ timezone }: { readonly timezone: string }): VNode {
  const before = siteDate(timezone, WEEK);
  const today = useTotals(siteDate(timezone));
  const then = useTotals(before);
  const note = (value: string) =>
    then === undefined
      ? undefined
      : text("lastWeek", { day: weekday(before), value });
  const sum = (totals: Totals | undefined) =>
    totals === undefined || totals.amounts.length === 0
      ? "–"
      : totals.amounts.map(formatAmount).join(" + ");
  return (
    <>
      <Figure
        label={text("sales")}
        value={today === undefined ? "–" : formatNumber(today.count)}
        note={note(formatNumber(then?.count ?? 0))}
        href="/sales"
      />
      <Figure
        label={text("revenue")}
        value={sum(today)}
        note={note(sum(then))}
        href="/reports"
      />
    </>
  );
}

function DrawerFigure(
  { drawers }: { readonly drawers: WirePage<CashSession> | undefined },
): VNode | null {
  if (drawers === undefined) return null;
  const [open] = drawers.items;
  return open === undefined
    ? (
      <Figure
        label={text("drawer")}
        value={text("drawerClosed")}
        note={text("drawerOpenIt")}
        kind="warn"
        href="/cash"
      />
    )
    : (
      <Figure
        label={`${text("drawer")} ${open.till}`}
        value={text("drawerOpen", { time: formatTime(open.openedAt) })}
        note={text("drawerFloat", { amount: formatAmount(open.float) })}
        kind="good"
        href="/cash"
      />
    );
}

/** A shift from the day's first instant until now, a week ago too. */
function useShift(
  timezone: string,
  weekBack: boolean,
): ShiftReport | undefined {
  const site = ownSite.value;
  const back = weekBack ? WEEK_MS : 0;
  const from = startOf(timezone, siteDate(timezone, weekBack ? WEEK : 0));
  const minute = Math.floor(Date.now() / SLOW_MS) * SLOW_MS;
  const before = new Date(minute + SLOW_MS - back).toISOString();
  return useResource<ShiftReport>(
    site === undefined
      ? undefined
      : withQuery(`/v1/shift-reports/${encodeURIComponent(site)}`, {
        from,
        before,
      }),
    { views: ["transactions"], everyMs: SLOW_MS },
  ).value;
}

/** The instant at which a date begins at a site: found by what its wall clock shows at noon. */
function startOf(timezone: string, date: string): string {
  const noon = Date.parse(`${date}T12:00:00Z`);
  const shown = new Intl.DateTimeFormat("en-GB", {
    timeZone: timezone,
    dateStyle: "short",
    timeStyle: "medium",
  }).formatToParts(new Date(noon));
  const part = (type: string) =>
    Number(shown.find((one) => one.type === type)?.value);
  const wall = Date.UTC(
    part("year"),
    part("month") - 1,
    part("day"),
    part("hour"),
    part("minute"),
  );
  return new Date(Date.parse(`${date}T00:00:00Z`) - (wall - noon))
    .toISOString();
}

function FuelFigure({ timezone }: { readonly timezone: string }): VNode | null {
  const today = useShift(timezone, false);
  const then = useShift(timezone, true);
  if (today === undefined) return null;
  const liters = ({ total }: ShiftReport) =>
    formatThousandths(total.volumeMl, "L");
  return (
    <Figure
      label={text("fuelSold")}
      value={liters(today)}
      note={
        <>
          {text("fuelSales", { count: formatNumber(today.total.count) })}
          {then === undefined ? null : (
            <>
              <br />
              {text("lastWeekSame", {
                day: weekday(siteDate(timezone, WEEK)),
                value: liters(then),
              })}
            </>
          )}
        </>
      }
      href="/deliveries"
    />
  );
}

function ChargingFigure({ panel }: { readonly panel: ChargingPanel }): VNode {
  const count = (state: string) =>
    panel.states.find((one) => one.state === state)?.count ?? 0;
  const all = panel.states.reduce((sum, one) => sum + one.count, 0);
  return (
    <Figure
      label={text("supplying")}
      value={formatNumber(count("SUMINISTRANDO"))}
      note={text("supplyingNote", {
        free: formatNumber(count("ACTIVADO")),
        all: formatNumber(all),
      })}
      href="/charging"
    />
  );
}

function CompanyFigures(): VNode | null {
  const companies = useResource<WirePage<Company>>(
    `/v1/companies?limit=${COMPANIES_SHOWN}`,
    { views: ["fleet_companies", "fleet_expenses"] },
  ).value;
  if (companies === undefined) return null;
  return (
    <>
      {companies.items.map(({ company, name, balance, spent }) => (
        <Figure
          key={company}
          label={text("company", { company, name })}
          value={formatAmount(balance)}
          note={text("companySpent", { amount: formatAmount(spent) })}
          kind={balance.amount.startsWith("-") ? "bad" : "good"}
          href={`/fleet-company?company=${encodeURIComponent(company)}`}
        />
      ))}
    </>
  );
}
