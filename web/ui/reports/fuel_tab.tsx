/**
 * Fuel of a day or of a shift: deliveries by pump, fuel and payment, the pumps' totalizers, and tanks as the book has
 * them against what was measured.
 *
 * @module
 */
import type { VNode } from "preact";
import {
  formatAmount,
  formatNumber,
  formatThousandths,
} from "../base/format.ts";
import { withQuery } from "../base/http.ts";
import { query, setQuery } from "../base/location.ts";
import { useResource } from "../base/resource.ts";
import { knowledge } from "../base/session.ts";
import { siteDate } from "../home/days.ts";
import { TextField } from "../parts/field.tsx";
import { Figure, Figures, Section, Tabs } from "../parts/page.tsx";
import { Empty, Freshness, Loaded } from "../parts/states.tsx";
import { Table } from "../parts/table.tsx";
import type { DayReport, ShiftReport } from "../wire_types.ts";
import { siteAsked, SiteField, useSites } from "./site_field.tsx";
import { text } from "./texts.ts";

const HOURS_OF_SHIFT = 8;
const HOUR_MS = 3_600_000;

type FuelReport = Omit<DayReport, "date"> | ShiftReport;

/** Fuel of a day or of a shift. */
export function FuelTab(): VNode {
  const sites = useSites();
  const site = siteAsked(sites) ?? sites[0];
  const chosen = query.value.get("of") === "shift" ? "shift" : "day";
  return (
    <>
      <Tabs
        label={text("tabFuel")}
        name="of"
        chosen={chosen}
        tabs={[
          { key: "day", title: text("fuelDay") },
          { key: "shift", title: text("shift") },
        ]}
      />
      <div class="filters">
        <SiteField sites={sites} value={site} />
      </div>
      {site === undefined
        ? <Empty />
        : chosen === "day"
        ? <FuelDay site={site} />
        : <FuelShift site={site} />}
    </>
  );
}

function FuelDay({ site }: { readonly site: string }): VNode {
  const timezone = knowledge.value.node?.timezone ?? "UTC";
  const date = query.value.get("date") ?? siteDate(timezone);
  const path = `/v1/day-reports/${encodeURIComponent(site)}/${date}`;
  return (
    <>
      <div class="filters">
        <TextField
          label={text("date")}
          type="date"
          value={date}
          onInput={(value) => setQuery({ date: value })}
        />
        <CsvLinks path={path} query={{}} />
      </div>
      <FuelSums path={path} />
    </>
  );
}

/** An instant for a field, as the browser's clock shows it. */
function localText(ms: number): string {
  const at = new Date(ms);
  return new Date(ms - at.getTimezoneOffset() * 60_000).toISOString()
    .slice(0, 16);
}

function FuelShift({ site }: { readonly site: string }): VNode {
  const now = Math.ceil(Date.now() / HOUR_MS) * HOUR_MS;
  const from = query.value.get("begin") ??
    localText(now - HOURS_OF_SHIFT * HOUR_MS);
  const before = query.value.get("end") ?? localText(now);
  const right = from !== "" && before !== "" && from < before;
  const asked = right
    ? {
      from: new Date(from).toISOString(),
      before: new Date(before).toISOString(),
    }
    : undefined;
  const path = `/v1/shift-reports/${encodeURIComponent(site)}`;
  return (
    <>
      <div class="filters">
        <TextField
          label={text("from")}
          type="datetime-local"
          value={from}
          error={right ? undefined : text("rangeWrong")}
          hint={text("shiftHelp")}
          onInput={(value) => setQuery({ begin: value })}
        />
        <TextField
          label={text("to")}
          type="datetime-local"
          value={before}
          onInput={(value) => setQuery({ end: value })}
        />
        {asked === undefined ? null : <CsvLinks path={path} query={asked} />}
      </div>
      {asked === undefined ? null : <FuelSums path={withQuery(path, asked)} />}
    </>
  );
}

function CsvLinks(
  { path, query }: {
    readonly path: string;
    readonly query: Readonly<Record<string, string>>;
  },
): VNode {
  return (
    <a
      class="button"
      download
      href={withQuery(path, { ...query, format: "csv" })}
    >
      {text("export")}
    </a>
  );
}

function FuelSums({ path }: { readonly path: string }): VNode {
  const report = useResource<FuelReport>(path, { views: ["transactions"] });
  return (
    <>
      <Freshness asOf={report.asOf} />
      <Loaded resource={report}>{(value) => <Sums report={value} />}</Loaded>
    </>
  );
}

function liters(volumeMl: number): string {
  return formatThousandths(volumeMl, "L");
}

function Sums({ report }: { readonly report: FuelReport }): VNode {
  const { rows, total } = report;
  return (
    <>
      <Figures>
        <Figure label={text("count")} value={formatNumber(total.count)} />
        <Figure label={text("liters")} value={liters(total.volumeMl)} />
      </Figures>
      <Section title={text("total")}>
        <Table
          label={text("total")}
          rows={rows}
          rowKey={({ pump, fuel, payment, amount }) =>
            [pump, fuel, payment, amount.currency].join("/")}
          columns={[
            { key: "pump", title: text("pump"), cell: ({ pump }) => pump },
            { key: "fuel", title: text("fuel"), cell: ({ fuel }) => fuel },
            {
              key: "payment",
              title: text("payment"),
              cell: ({ payment }) => payment,
              phone: false,
            },
            {
              key: "count",
              title: text("count"),
              cell: ({ count }) => formatNumber(count),
              align: "end",
              phone: false,
            },
            {
              key: "liters",
              title: text("liters"),
              cell: ({ volumeMl }) => liters(volumeMl),
              align: "end",
              width: "minmax(8rem, 1fr)",
            },
            {
              key: "amount",
              title: text("amount"),
              cell: ({ amount }) => formatAmount(amount),
              align: "end",
              width: "minmax(8rem, 1fr)",
            },
          ]}
        />
      </Section>
      <TankSums report={report} />
      <Totalizers report={report} />
    </>
  );
}

function TankSums({ report }: { readonly report: FuelReport }): VNode {
  const figure = (
    key: "opening" | "delivered" | "dispensed" | "variance" | "closing",
    field:
      | "openingMl"
      | "deliveredMl"
      | "dispensedMl"
      | "dippedMl"
      | "closingMl",
  ) => ({
    key,
    title: text(key),
    align: "end" as const,
    phone: key === "variance" || key === "closing",
    width: "minmax(8rem, 1fr)",
    cell: (tank: FuelReport["tanks"][number]) => liters(tank[field]),
  });
  return (
    <Section title={text("tanks")}>
      <p class="hint">{text("tanksHelp")}</p>
      <Table
        label={text("tanks")}
        rows={report.tanks}
        rowKey={({ tank }) => String(tank)}
        columns={[
          {
            key: "tank",
            title: text("tank"),
            cell: ({ tank, fuel }) => `${tank} · ${fuel}`,
          },
          figure("opening", "openingMl"),
          figure("delivered", "deliveredMl"),
          figure("dispensed", "dispensedMl"),
          figure("variance", "dippedMl"),
          figure("closing", "closingMl"),
        ]}
      />
    </Section>
  );
}

function Totalizers({ report }: { readonly report: FuelReport }): VNode {
  return (
    <Section title={text("totalizers")}>
      <Table
        label={text("totalizers")}
        rows={report.totalizers}
        rowKey={({ pump, fuel }) => `${pump}/${fuel}`}
        columns={[
          { key: "pump", title: text("pump"), cell: ({ pump }) => pump },
          { key: "fuel", title: text("fuel"), cell: ({ fuel }) => fuel },
          {
            key: "opening",
            title: text("opening"),
            cell: ({ openingMl }) => liters(openingMl),
            align: "end",
            width: "minmax(8rem, 1fr)",
          },
          {
            key: "closing",
            title: text("closing"),
            cell: ({ closingMl }) => liters(closingMl),
            align: "end",
            width: "minmax(8rem, 1fr)",
          },
        ]}
      />
    </Section>
  );
}
