/**
 * Charging sessions with their tickets, and reports by point, driver and day.
 *
 * @module
 */
import type { VNode } from "preact";
import { useSignal } from "@preact/signals";
import type { ChargingSession } from "../wire_types.ts";
import { formatAmount } from "../base/format.ts";
import { query, setQuery } from "../base/location.ts";
import { may } from "../base/session.ts";
import { DayRange } from "../parts/day_range.tsx";
import type { Column } from "../parts/column.ts";
import { SelectField, TextField } from "../parts/field.tsx";
import { List } from "../parts/list.tsx";
import { Badge, Page, Tabs } from "../parts/page.tsx";
import { Empty } from "../parts/states.tsx";
import { When } from "../parts/when.tsx";
import { formatEnergy, sessionKind, sessionWord } from "./charging_words.tsx";
import { ReportView } from "./report_view.tsx";
import { SessionPanel } from "./session_panel.tsx";
import { text } from "./texts.ts";

/** Charging sessions and reports of them. */
export function SessionsPage(): VNode {
  const tab = query.value.get("tab") === "reports" && may("supervisor")
    ? "reports"
    : "sessions";
  return (
    <Page title={text("sessions")}>
      <Tabs
        label={text("sessions")}
        chosen={tab}
        tabs={[
          { key: "sessions", title: text("sessions") },
          ...(may("supervisor")
            ? [{ key: "reports", title: text("reports") }]
            : []),
        ]}
      />
      {tab === "reports" ? <ReportView /> : <Sessions />}
    </Page>
  );
}

function asked(name: string): string {
  return query.value.get(name) ?? "";
}

/** The begin of a day of this machine as the node takes it; undefined if the text is none. */
function dayStart(date: string, later = 0): string | undefined {
  const [year, month, day] = date.split("-").map(Number);
  if (year === undefined || month === undefined || day === undefined) {
    return undefined;
  }
  const at = new Date(year, month - 1, day + later);
  return Number.isNaN(at.getTime()) ? undefined : at.toISOString();
}

function Sessions(): VNode {
  const opened = useSignal<string | undefined>(undefined);
  return (
    <>
      <Filters />
      <List
        label={text("sessions")}
        path="/v1/charging-sessions"
        query={{
          point: asked("point"),
          driver: asked("driver"),
          status: asked("status"),
          from: dayStart(asked("from")),
          to: dayStart(asked("to"), 1),
        }}
        views={["charging_sessions"]}
        columns={columns()}
        rowKey={({ id }) => id}
        onOpen={({ id }) => opened.value = id}
        empty={<Empty title={text("noSessions")} icon="charging" />}
        exportAs="charging-sessions"
      />
      {opened.value === undefined ? null : (
        <SessionPanel
          id={opened.value}
          onClose={() => opened.value = undefined}
        />
      )}
    </>
  );
}

function Filters(): VNode {
  return (
    <div class="filters">
      <TextField
        label={text("point")}
        value={asked("point")}
        maxLength={200}
        onInput={(point) => setQuery({ point })}
      />
      <TextField
        label={text("driver")}
        value={asked("driver")}
        maxLength={200}
        onInput={(driver) => setQuery({ driver })}
      />
      <SelectField
        label={text("state")}
        value={asked("status")}
        choices={[
          { value: "", label: text("all") },
          { value: "open", label: text("open") },
          { value: "ended", label: text("status_ended") },
        ]}
        onInput={(status) => setQuery({ status })}
      />
      <DayRange />
    </div>
  );
}

function columns(): readonly Column<ChargingSession>[] {
  return [
    {
      key: "at",
      title: text("when"),
      cell: ({ at }) => <When at={at} />,
      csv: ({ at }) => at,
      width: "minmax(6rem, 1fr)",
    },
    {
      key: "point",
      title: text("point"),
      cell: ({ point, connector }) =>
        connector > 1 ? `${point} (${connector})` : point,
      csv: ({ point }) => point,
    },
    {
      key: "driver",
      title: text("driver"),
      cell: ({ driver }) => driver ?? text("nobody"),
      csv: ({ driver }) => driver ?? "",
    },
    {
      key: "energyWh",
      title: text("energy"),
      align: "end",
      cell: ({ energyWh }) => formatEnergy(energyWh),
      csv: ({ energyWh }) => String(energyWh),
      phone: false,
    },
    {
      key: "amount",
      title: text("amount"),
      align: "end",
      cell: ({ amount }) => formatAmount(amount),
      csv: ({ amount }) => amount.amount,
    },
    {
      key: "state",
      title: text("state"),
      cell: (session) => (
        <Badge kind={sessionKind(session)}>{sessionWord(session)}</Badge>
      ),
      csv: ({ status, outcome }) => outcome ?? status,
      phone: false,
    },
    {
      key: "endedAt",
      title: text("endedAt"),
      cell: ({ endedAt }) => <When at={endedAt} />,
      csv: ({ endedAt }) => endedAt ?? "",
      width: "minmax(6rem, 1fr)",
      phone: false,
    },
  ];
}
