/**
 * Incidents: what a person should look at, where it is solved, and saying that somebody did.
 *
 * @module
 */
import type { VNode } from "preact";
import { useSignal } from "@preact/signals";
import type { Incident } from "../wire_types.ts";
import { formatInstant, formatNumber } from "../base/format.ts";
import { change, type WirePage } from "../base/http.ts";
import { query } from "../base/location.ts";
import { useResource } from "../base/resource.ts";
import { may } from "../base/session.ts";
import type { Column } from "../parts/column.ts";
import { Dialog } from "../parts/dialog.tsx";
import { TextField } from "../parts/field.tsx";
import { Form, useAction } from "../parts/form.tsx";
import { List } from "../parts/list.tsx";
import { Badge, Facts, Page, Tabs } from "../parts/page.tsx";
import { Empty, Freshness } from "../parts/states.tsx";
import { incidentDetail, incidentText } from "./incident_text.ts";
import { remedyOf } from "./incident_remedies.ts";
import { text, wordText } from "./texts.ts";

/** Open incidents, or all. */
export function IncidentsPage(): VNode {
  const all = query.value.get("tab") === "all";
  const open = useSignal<Incident | undefined>(undefined);
  const round = useSignal(0);
  const count = useResource<WirePage<Incident>>("/v1/incidents?limit=1", {
    views: ["incidents", "stock"],
    everyMs: 10_000,
  });
  return (
    <Page
      title={text("incidents")}
      note={<Freshness asOf={count.asOf} peers={false} />}
    >
      <p class="muted">{text("incidentsHelp")}</p>
      <Tabs
        label={text("incidents")}
        chosen={all ? "all" : "open"}
        tabs={[{
          key: "open",
          title: count.value === undefined
            ? text("openIncidents")
            : `${text("openIncidents")} (${
              formatNumber(count.value.total ?? 0)
            })`,
        }, { key: "all", title: text("allIncidents") }]}
      />
      <List<Incident>
        key={`${all} ${round.value}`}
        label={text("incidents")}
        path="/v1/incidents"
        query={all ? { acknowledged: true } : {}}
        views={["incidents"]}
        columns={columns()}
        rowKey={({ id }) => id}
        onOpen={(incident) => open.value = incident}
        empty={<Empty title={text("noIncidents")} icon="check" />}
        exportAs="incidents"
      />
      {open.value === undefined ? null : (
        <IncidentDialog
          incident={open.value}
          onClose={() => open.value = undefined}
          onDone={() => {
            open.value = undefined;
            round.value += 1;
            count.reload();
          }}
        />
      )}
    </Page>
  );
}

function columns(): readonly Column<Incident>[] {
  return [{
    key: "since",
    title: text("when"),
    cell: ({ since }) => sinceText(since),
    csv: ({ since }) => since,
    width: "minmax(9rem, 1fr)",
    phone: false,
  }, {
    key: "kind",
    title: text("whatHappened"),
    cell: ({ kind }) => <strong>{wordText("incident", kind)}</strong>,
    csv: ({ kind }) => kind,
    width: "minmax(11rem, 2fr)",
  }, {
    key: "message",
    title: text("detail"),
    cell: incidentText,
    csv: ({ message }) => message,
    width: "minmax(12rem, 4fr)",
    phone: false,
  }, {
    key: "count",
    title: text("times"),
    cell: ({ count }) => formatNumber(count),
    csv: ({ count }) => String(count),
    align: "end",
    width: "5rem",
    phone: false,
  }, {
    key: "state",
    title: text("state"),
    cell: ({ acknowledged }) => (
      <Badge kind={acknowledged ? "good" : "warn"}>
        {text(acknowledged ? "acknowledged" : "notAcknowledged")}
      </Badge>
    ),
    csv: ({ acknowledged }) => acknowledged ? "acknowledged" : "open",
    width: "8rem",
  }];
}

/** Incidents that follow from facts have no instant of their own: theirs is 1970. */
function sinceText(since: string): string {
  return Date.parse(since) === 0 ? "–" : formatInstant(since);
}

function shown(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value) ?? "";
}

function IncidentDialog(
  { incident, onClose, onDone }: {
    readonly incident: Incident;
    readonly onClose: () => void;
    readonly onDone: () => void;
  },
): VNode {
  const { kind, since, count, details } = incident;
  const detail = incidentDetail(incident);
  const remedy = remedyOf(incident);
  return (
    <Dialog title={wordText("incident", kind)} onClose={onClose} side>
      <p>{incidentText(incident)}</p>
      {detail === undefined ? null : <p class="hint" lang="en">{detail}</p>}
      <p>{text(remedy.key)}</p>
      {remedy.href === undefined ? null : (
        <p>
          <a class="button" href={remedy.href}>{text("goThere")}</a>
        </p>
      )}
      <Facts
        rows={[
          [text("when"), sinceText(since)],
          [text("times"), formatNumber(count)],
          [text("kind"), <span key="kind" class="mono">{kind}</span>],
          ...Object.entries(details).map(([name, value]) =>
            [
              name,
              <span key={name} class="mono">{shown(value)}</span>,
            ] as const
          ),
        ]}
      />
      {incident.acknowledged
        ? <Badge kind="good">{text("acknowledged")}</Badge>
        : <AcknowledgeForm incident={incident} onDone={onDone} />}
    </Dialog>
  );
}

function AcknowledgeForm(
  { incident, onDone }: {
    readonly incident: Incident;
    readonly onDone: () => void;
  },
): VNode {
  const note = useSignal("");
  const action = useAction();
  if (!may("supervisor")) {
    return <p class="muted">{text("acknowledgeSupervisor")}</p>;
  }
  const path = `/v1/incidents/${
    encodeURIComponent(incident.id)
  }/acknowledgement`;
  return (
    <Form
      submit={text("acknowledge")}
      action={action}
      onSubmit={async () => {
        const done = await action.run(
          () => change("POST", path, { note: note.value }),
          text("acknowledgedDone"),
        );
        if (done !== undefined) onDone();
      }}
    >
      <TextField
        label={text("note")}
        hint={text("acknowledgeHint")}
        value={note.value}
        maxLength={500}
        onInput={(value) => note.value = value}
      />
    </Form>
  );
}
