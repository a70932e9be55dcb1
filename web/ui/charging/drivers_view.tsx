/**
 * Drivers: who charges or asks to, who may not, and what each was told.
 *
 * @module
 */
import type { VNode } from "preact";
import { type Signal, useSignal } from "@preact/signals";
import type { ChargingDriver, ChargingNotification } from "../wire_types.ts";
import { change } from "../base/http.ts";
import { formatAmount } from "../base/format.ts";
import { useResource } from "../base/resource.ts";
import { may } from "../base/session.ts";
import { Button } from "../parts/button.tsx";
import type { Column } from "../parts/column.ts";
import { confirmed, Dialog } from "../parts/dialog.tsx";
import { TextField } from "../parts/field.tsx";
import { Form, useAction } from "../parts/form.tsx";
import { List } from "../parts/list.tsx";
import { Badge, Section } from "../parts/page.tsx";
import { Empty, Loaded, ProblemPanel } from "../parts/states.tsx";
import { Table } from "../parts/table.tsx";
import { When } from "../parts/when.tsx";
import { formatEnergy, pathOf } from "./charging_words.tsx";
import { text } from "./texts.ts";

/** Whether a driver may charge; the route has no name for it. */
interface DriverStanding {
  readonly driver: string;
  readonly blocked: boolean;
}

/** Drivers who charge, asked in the last minute, or are looked up. */
export function DriversView(
  { drivers }: { readonly drivers: readonly ChargingDriver[] },
): VNode {
  const opened = useSignal<string | undefined>(undefined);
  return (
    <>
      <FindDriver opened={opened} />
      <Section title={text("driversNow")}>
        <Table
          label={text("driversNow")}
          rows={drivers}
          rowKey={({ driver }) => driver}
          onOpen={({ driver }) => opened.value = driver}
          empty={<Empty title={text("noDrivers")} icon="people" />}
          columns={[
            {
              key: "driver",
              title: text("driver"),
              cell: ({ driver }) => <strong>{driver}</strong>,
            },
            {
              key: "status",
              title: text("state"),
              cell: ({ status }) => (
                <Badge kind={status === "charging" ? "info" : "plain"}>
                  {text(status === null ? "driverFree" : `status_${status}`)}
                </Badge>
              ),
            },
            {
              key: "point",
              title: text("point"),
              cell: ({ point }) => point ?? "–",
            },
            {
              key: "at",
              title: text("since"),
              cell: ({ at }) => <When at={at} />,
              width: "minmax(6rem, 1fr)",
              phone: false,
            },
          ]}
        />
      </Section>
      {opened.value === undefined ? null : (
        <DriverPanel
          driver={opened.value}
          onClose={() => opened.value = undefined}
        />
      )}
    </>
  );
}

/** Opens any driver by the id that is typed. */
function FindDriver(
  { opened }: { readonly opened: Signal<string | undefined> },
): VNode {
  const typed = useSignal("");
  const action = useAction();
  return (
    <div class="card narrow point-find">
      <Form
        submit={text("showDriver")}
        action={action}
        disabled={typed.value.trim() === ""}
        onSubmit={() => opened.value = typed.value.trim()}
      >
        <TextField
          label={text("driver")}
          hint={text("findDriverHint")}
          value={typed.value}
          maxLength={200}
          onInput={(value) => typed.value = value}
        />
      </Form>
    </div>
  );
}

function DriverPanel(
  { driver, onClose }: {
    readonly driver: string;
    readonly onClose: () => void;
  },
): VNode {
  const path = pathOf("charging-drivers", driver);
  const standing = useResource<DriverStanding>(path, {
    views: ["directory"],
  });
  return (
    <Dialog title={text("driverIs", { driver })} onClose={onClose} side>
      <Loaded resource={standing}>
        {({ blocked }) => (
          <>
            <p>
              <Badge kind={blocked ? "bad" : "good"}>
                {text(blocked ? "blocked" : "notBlocked")}
              </Badge>
            </p>
            <Blocking
              driver={driver}
              blocked={blocked}
              onDone={standing.reload}
            />
          </>
        )}
      </Loaded>
      <p>
        <a href={`/charging-sessions?driver=${encodeURIComponent(driver)}`}>
          {text("sessionsOfDriver")}
        </a>
      </p>
      <h3>{text("notifications")}</h3>
      <List
        label={text("notifications")}
        path={`${path}/notifications`}
        views={["charging_notifications"]}
        columns={notificationColumns()}
        rowKey={({ id }) => id}
        exportAs={`notifications-${driver}`}
      />
    </Dialog>
  );
}

function Blocking(
  { driver, blocked, onDone }: {
    readonly driver: string;
    readonly blocked: boolean;
    readonly onDone: () => void;
  },
): VNode {
  const action = useAction();
  if (!may("supervisor")) {
    return <p class="hint">{text("blockNeedsSupervisor")}</p>;
  }
  const set = async () => {
    const sure = blocked || await confirmed(text("blockAsk", { driver }), {
      detail: text("blockDetail"),
      action: text("block"),
      danger: true,
    });
    if (!sure) return;
    const done = await action.run(
      () =>
        change("PUT", pathOf("charging-drivers", driver), {
          blocked: !blocked,
        }),
      text(blocked ? "unblockDone" : "blockDone", { driver }),
    );
    if (done !== undefined) onDone();
  };
  return (
    <>
      {action.problem === undefined
        ? null
        : <ProblemPanel problem={action.problem} />}
      <Button
        kind={blocked ? "plain" : "danger"}
        busy={action.busy}
        onClick={() => void set()}
      >
        {text(blocked ? "unblock" : "block")}
      </Button>
    </>
  );
}

function notificationColumns(): readonly Column<ChargingNotification>[] {
  return [
    {
      key: "at",
      title: text("when"),
      cell: ({ at }) => <When at={at} />,
      csv: ({ at }) => at,
    },
    {
      key: "type",
      title: text("what"),
      cell: ({ type }) => text(`told_${type}`),
      csv: ({ type }) => type,
    },
    {
      key: "point",
      title: text("point"),
      cell: ({ point }) => point,
      csv: ({ point }) => point,
    },
    {
      key: "words",
      title: text("words"),
      cell: ({ reason, energyWh, amount }) =>
        [
          ...(energyWh === null ? [] : [formatEnergy(energyWh)]),
          ...(amount === null ? [] : [formatAmount(amount)]),
          ...(reason === null ? [] : [reason]),
        ].join(" · "),
      csv: ({ reason, energyWh, amount }) =>
        [
          ...(energyWh === null ? [] : [`${energyWh} Wh`]),
          ...(amount === null ? [] : [`${amount.amount} ${amount.currency}`]),
          ...(reason === null ? [] : [reason]),
        ].join(" "),
      width: "minmax(10rem, 2fr)",
      phone: false,
    },
  ];
}
