/**
 * One day of a site: its sums as they are now, by method, seller and product, and its closes with supplements.
 *
 * @module
 */
import type { VNode } from "preact";
import { formatDate, formatInstant } from "../base/format.ts";
import { type WirePage, withQuery } from "../base/http.ts";
import { query, setQuery } from "../base/location.ts";
import { useResource } from "../base/resource.ts";
import { knowledge } from "../base/session.ts";
import { siteDate } from "../home/days.ts";
import { TextField } from "../parts/field.tsx";
import { Badge, Facts, Section } from "../parts/page.tsx";
import { Empty, Freshness, Loaded, Panel } from "../parts/states.tsx";
import { ReportView } from "../till/report_view.tsx";
import type { SalesClose, SalesReport } from "../wire_types.ts";
import { amountsText } from "./range_tab.tsx";
import { siteAsked, SiteField, useSites } from "./site_field.tsx";
import { text } from "./texts.ts";

/** Parts of a day that the node gives as CSV, each with the key of its text. */
const PARTS = [
  ["summary", "csvSummary"],
  ["products", "csvProducts"],
  ["sellers", "csvSellers"],
  ["methods", "csvMethods"],
] as const;

/** One day of a site. */
export function DayTab(): VNode {
  const timezone = knowledge.value.node?.timezone ?? "UTC";
  const sites = useSites();
  const site = siteAsked(sites) ?? sites[0];
  const date = query.value.get("date") ?? siteDate(timezone);
  return (
    <>
      <div class="filters">
        <SiteField sites={sites} value={site} />
        <TextField
          label={text("date")}
          type="date"
          value={date}
          onInput={(value) => setQuery({ date: value })}
        />
      </div>
      {site === undefined || date === ""
        ? <Empty />
        : <Day site={site} date={date} />}
    </>
  );
}

function Day(
  { site, date }: { readonly site: string; readonly date: string },
): VNode {
  const day = { site, date };
  const report = useResource<SalesReport>(
    withQuery("/v1/sales-reports", day),
    { views: ["sales", "sales_closes"] },
  );
  const closes = useResource<WirePage<SalesClose>>(
    withQuery("/v1/sales-closes", { ...day, limit: 1_000 }),
    { views: ["sales_closes"] },
  );
  return (
    <>
      <Section
        title={`${site} · ${formatDate(date)}`}
        actions={PARTS.map(([part, key]) => (
          <a
            key={part}
            class="button"
            download
            href={withQuery("/v1/sales-reports", {
              ...day,
              format: "csv",
              part,
            })}
          >
            {text(key)}
          </a>
        ))}
      >
        <Freshness asOf={report.asOf} />
        <Loaded resource={report}>
          {(value) => <ReportView report={value} />}
        </Loaded>
      </Section>
      <Section title={text("closes")}>
        <Loaded resource={closes}>
          {({ items }) =>
            items.length === 0
              ? <Empty title={text("noCloses")} icon="till" />
              : items.map((close) => <Close key={close.id} close={close} />)}
        </Loaded>
      </Section>
    </>
  );
}

function Close({ close }: { readonly close: SalesClose }): VNode {
  const { number, at, by, report, matches, unheard, id } = close;
  return (
    <article class="report-close">
      <h3>
        <a href={`/journal?fact=${encodeURIComponent(id)}`}>
          {number === 0 ? text("closeZ") : text("supplement", { number })}
        </a>{" "}
        <Badge kind={matches ? "good" : "warn"}>
          {text(matches ? "matches" : "matchesNot")}
        </Badge>
      </h3>
      <p class="muted">
        {text("closedAt", { at: formatInstant(at), by: by?.name ?? "–" })}
      </p>
      <Facts
        rows={[
          [text("sales"), amountsText(report.sales.amounts)],
          ...report.methods.map(({ method, amount }) =>
            [method, amountsText([amount])] as const
          ),
        ]}
      />
      {unheard.length === 0 ? null : (
        <Panel kind="warn">
          {text("unheard", { tills: unheard.join(", ") })}
        </Panel>
      )}
    </article>
  );
}
