/**
 * What a person should look at of charging points: faults, orders that nobody confirmed, supplies that fell silent, and
 * what the node noted.
 *
 * @module
 */
import type { ComponentChildren, VNode } from "preact";
import { useSignal } from "@preact/signals";
import type { ChargingPanel, Incident } from "../wire_types.ts";
import { change, type WirePage } from "../base/http.ts";
import { formatInstant } from "../base/format.ts";
import { useResource } from "../base/resource.ts";
import { may } from "../base/session.ts";
import { Button } from "../parts/button.tsx";
import { Dialog } from "../parts/dialog.tsx";
import { TextField } from "../parts/field.tsx";
import { Form, useAction } from "../parts/form.tsx";
import { Badge, Section } from "../parts/page.tsx";
import { Empty, Loaded } from "../parts/states.tsx";
import { Table } from "../parts/table.tsx";
import { openSessions } from "./charging_words.tsx";
import { text } from "./texts.ts";

/** Incidents of these kinds are of charging points. */
const KIND = /^(charging|ocpp|point)_/;

/** Something that is wrong with a point now. */
interface Trouble {
  readonly key: string;
  readonly point: string;
  readonly words: string;
}

/** What is wrong with points now. */
export function troublesOf({ points }: ChargingPanel): readonly Trouble[] {
  return points.flatMap((point) => {
    const { id, faulty, unconfirmed, connectors } = point;
    const errors = connectors.flatMap(({ number, errorCode }) =>
      errorCode === null || errorCode === "NoError"
        ? []
        : [text("connectorError", { number, code: errorCode })]
    );
    const sessions = openSessions(point).flatMap(({ stale, priceDiffers }) => [
      ...(stale ? [text("stale")] : []),
      ...(priceDiffers ? [text("priceDiffers")] : []),
    ]);
    const words = [
      ...(faulty ? [text("state_AVERIADO")] : []),
      ...(unconfirmed ? [text("unconfirmed")] : []),
      ...errors,
      ...sessions,
    ];
    return words.map((word) => ({
      key: `${id} ${word}`,
      point: id,
      words: word,
    }));
  });
}

/** Alerts of charging points. */
export function AlertsView(
  { panel }: { readonly panel: ChargingPanel },
): VNode {
  const incidents = useResource<WirePage<Incident>>(
    "/v1/incidents?limit=1000",
    {
      views: ["incidents"],
      everyMs: 10_000,
    },
  );
  const acknowledging = useSignal<Incident | undefined>(undefined);
  const troubles = troublesOf(panel);
  return (
    <>
      <Section title={text("troubles")}>
        <Table
          label={text("troubles")}
          rows={troubles}
          rowKey={({ key }) => key}
          empty={<Empty title={text("noTroubles")} icon="check" />}
          columns={[
            {
              key: "point",
              title: text("point"),
              cell: ({ point }) => <strong>{point}</strong>,
            },
            {
              key: "what",
              title: text("what"),
              cell: ({ words }) => <Badge kind="warn">{words}</Badge>,
              width: "minmax(12rem, 3fr)",
            },
          ]}
        />
      </Section>
      <Section title={text("noted")}>
        <Loaded resource={incidents}>
          {({ items }) => (
            <Incidents
              items={items.filter(({ kind }) => KIND.test(kind))}
              onAcknowledge={(incident) => acknowledging.value = incident}
            />
          )}
        </Loaded>
      </Section>
      {acknowledging.value === undefined ? null : (
        <Acknowledge
          incident={acknowledging.value}
          onClose={() => acknowledging.value = undefined}
          onDone={incidents.reload}
        />
      )}
    </>
  );
}

function Incidents(
  { items, onAcknowledge }: {
    readonly items: readonly Incident[];
    readonly onAcknowledge: (incident: Incident) => void;
  },
): ComponentChildren {
  if (items.length === 0) {
    return <Empty title={text("noIncidents")} icon="check" />;
  }
  return (
    <ul class="point-incidents">
      {items.map((incident) => (
        <li key={incident.id}>
          <div>
            <strong>{incidentWord(incident)}</strong>
            <p>{incident.message}</p>
            <p class="muted">
              {formatInstant(incident.since)} ·{" "}
              {text("times", { count: incident.count })}
            </p>
          </div>
          {may("supervisor")
            ? (
              <Button icon="check" onClick={() => onAcknowledge(incident)}>
                {text("acknowledge")}
              </Button>
            )
            : null}
        </li>
      ))}
    </ul>
  );
}

const KNOWN = [
  "charging_price_differs",
  "charging_point_double",
  "charging_unconfirmed",
  "charging_stale",
] as const;

function incidentWord({ kind }: Incident): string {
  const known = KNOWN.find((one) => one === kind);
  return known === undefined ? kind : text(`incident_${known}`);
}

function Acknowledge(
  { incident, onClose, onDone }: {
    readonly incident: Incident;
    readonly onClose: () => void;
    readonly onDone: () => void;
  },
): VNode {
  const note = useSignal("");
  const action = useAction();
  const submit = async () => {
    const path = `/v1/incidents/${
      encodeURIComponent(incident.id)
    }/acknowledgement`;
    const done = await action.run(
      () => change("POST", path, { note: note.value }),
      text("acknowledged"),
    );
    if (done === undefined) return;
    onDone();
    onClose();
  };
  return (
    <Dialog title={text("acknowledge")} onClose={onClose}>
      <p>{incident.message}</p>
      <Form
        submit={text("acknowledge")}
        action={action}
        onCancel={onClose}
        onSubmit={() => void submit()}
      >
        <TextField
          label={text("note")}
          value={note.value}
          maxLength={200}
          focused
          onInput={(value) => note.value = value}
        />
      </Form>
    </Dialog>
  );
}
