/**
 * Energy and money of sessions that ended, by point, driver or day.
 *
 * @module
 */
import type { VNode } from "preact";
import type { ChargingReportRow } from "../wire_types.ts";
import { formatAmount, formatDate, formatNumber } from "../base/format.ts";
import { query, setQuery } from "../base/location.ts";
import { DayRange } from "../parts/day_range.tsx";
import type { Column } from "../parts/column.ts";
import { SelectField } from "../parts/field.tsx";
import { List } from "../parts/list.tsx";
import { Empty } from "../parts/states.tsx";
import { formatEnergy } from "./charging_words.tsx";
import { text } from "./texts.ts";

const KINDS = ["point", "driver", "day"] as const;
type Kind = typeof KINDS[number];
const DATE = /^[0-9]{4}-[0-9]{2}-[0-9]{2}$/;

function dateOf(name: string): string | undefined {
  const date = query.value.get(name) ?? "";
  return DATE.test(date) ? date : undefined;
}

/** Energy and money by point, driver or day. */
export function ReportView(): VNode {
  const asked = query.value.get("by");
  const by = KINDS.find((kind) => kind === asked) ?? "point";
  return (
    <>
      <div class="filters">
        <SelectField
          label={text("reportBy")}
          value={by}
          choices={KINDS.map((value) => ({
            value,
            label: text(`by_${value}`),
          }))}
          onInput={(value) => setQuery({ by: value })}
        />
        <DayRange />
      </div>
      <List
        label={text("reports")}
        path="/v1/charging-reports"
        query={{ by, from: dateOf("from"), to: dateOf("to") }}
        views={["charging_sessions"]}
        columns={columns(by)}
        rowKey={({ key }) => key}
        empty={<Empty title={text("noSessions")} icon="reports" />}
        exportAs={`charging-by-${by}`}
      />
    </>
  );
}

function columns(by: Kind): readonly Column<ChargingReportRow>[] {
  return [
    {
      key: by,
      title: text(`by_${by}`),
      cell: ({ key }) => by === "day" ? formatDate(key) : key,
      csv: ({ key }) => key,
    },
    {
      key: "sessions",
      title: text("sessionsCount"),
      align: "end",
      cell: ({ sessions }) => formatNumber(sessions),
      csv: ({ sessions }) => String(sessions),
      phone: false,
    },
    {
      key: "completed",
      title: text("completedCount"),
      align: "end",
      cell: ({ completed }) => formatNumber(completed),
      csv: ({ completed }) => String(completed),
      phone: false,
    },
    {
      key: "energyWh",
      title: text("energy"),
      align: "end",
      cell: ({ energyWh }) => formatEnergy(energyWh),
      csv: ({ energyWh }) => String(energyWh),
    },
    {
      key: "amount",
      title: text("amount"),
      align: "end",
      cell: ({ amount }) => formatAmount(amount),
      csv: ({ amount }) => amount.amount,
    },
  ];
}
