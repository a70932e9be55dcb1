/**
 * All that is known of a charging point, and all that can be ordered and set there.
 *
 * @module
 */
import type { VNode } from "preact";
import { useSignal } from "@preact/signals";
import type { ChargingPoint } from "../wire_types.ts";
import { change } from "../base/http.ts";
import { formatAmount, formatInstant } from "../base/format.ts";
import { may } from "../base/session.ts";
import { Button } from "../parts/button.tsx";
import { confirmed, Dialog } from "../parts/dialog.tsx";
import { SelectField, TextField } from "../parts/field.tsx";
import { Form, useAction } from "../parts/form.tsx";
import { Facts } from "../parts/page.tsx";
import { ProblemPanel } from "../parts/states.tsx";
import {
  formatEnergy,
  openSessions,
  pathOf,
  StateMark,
} from "./charging_words.tsx";
import { CommandOutcome } from "./command_outcome.tsx";
import { orderPoint } from "./point_orders.ts";
import { Connectors, PointControls, PointMarks } from "./point_parts.tsx";
import { TariffForm } from "./tariff_form.tsx";
import { text } from "./texts.ts";

/**
 * All that is known of a charging point.
 *
 * @param props The point.
 * @returns A dialog at the edge of the window.
 */
export function PointPanel(
  { point, onClose }: {
    readonly point: ChargingPoint;
    readonly onClose: () => void;
  },
): VNode {
  const { id, state, color, legend } = point;
  const pricing = useSignal(false);
  return (
    <Dialog title={id} onClose={onClose} side>
      <p>
        <StateMark state={state} color={color} legend={legend} />{" "}
        <span class="mono">{state}</span>
      </p>
      <PointMarks point={point} />
      <CommandOutcome point={id} whole />
      <PointControls point={point} />
      <PointFacts point={point} />
      <p class="point-links">
        <a href={`/charging-sessions?point=${encodeURIComponent(id)}`}>
          {text("sessionsOfPoint")}
        </a>
      </p>
      {may("supervisor")
        ? (
          <>
            <Button onClick={() => pricing.value = !pricing.value}>
              {text("tariffOfPoint")}
            </Button>
            {pricing.value ? <TariffForm point={id} /> : null}
            <ProtocolCommand point={point} />
            <Revocation point={id} />
          </>
        )
        : <p class="hint">{text("ordersNeedSupervisor")}</p>}
      {may("admin") ? <Password point={id} /> : null}
    </Dialog>
  );
}

function PointFacts({ point }: { readonly point: ChargingPoint }): VNode {
  const sessions = openSessions(point);
  return (
    <Facts
      rows={[
        [text("location"), point.location === "" ? "–" : point.location],
        [
          text("price"),
          point.price === null
            ? text("noPrice")
            : text("perKwh", { price: formatAmount(point.price) }),
        ],
        [text("link"), text(point.connected ? "connected" : "disconnected")],
        [text("dialect"), text(`dialect_${point.dialect}`)],
        [text("faulty"), text(point.faulty ? "yes" : "no")],
        [text("connectors"), <Connectors key="connectors" point={point} />],
        [
          text("energyNow"),
          sessions.length === 0
            ? "–"
            : sessions.map(({ energyWh }) => formatEnergy(energyWh)).join(", "),
        ],
        [
          text("authority"),
          <span key="authority" class="mono">{point.authority ?? "–"}</span>,
        ],
        [text("heardAt"), formatInstant(point.at)],
      ]}
    />
  );
}

/** Commands of OCPP 1.6 that operators need, with what they take. */
const COMMANDS: Readonly<Record<string, string>> = {
  Reset: '{"type":"Soft"}',
  UnlockConnector: '{"connectorId":1}',
  TriggerMessage: '{"requestedMessage":"StatusNotification"}',
  GetConfiguration: "{}",
  ChangeConfiguration: '{"key":"","value":""}',
  ChangeAvailability: '{"connectorId":0,"type":"Operative"}',
  ClearCache: "{}",
};

function objectOf(json: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(json === "" ? "{}" : json);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? value as Record<string, unknown>
      : undefined;
  } catch {
    return undefined;
  }
}

/** Sends a command of the charger's own protocol. */
function ProtocolCommand(
  { point: { id, dialect } }: { readonly point: ChargingPoint },
): VNode | null {
  const command = useSignal("Reset");
  const args = useSignal(COMMANDS["Reset"] ?? "{}");
  const answered = useSignal<string | undefined>(undefined);
  const action = useAction();
  if (dialect !== "ocpp") return null;
  const parsed = objectOf(args.value);
  const submit = async () => {
    answered.value = undefined;
    if (parsed === undefined) return;
    const done = await action.run(
      () => orderPoint(id, command.value, parsed),
      text("commandSent", { command: command.value }),
    );
    if (done !== undefined) {
      answered.value = JSON.stringify(done.command?.answer ?? null);
    }
  };
  return (
    <section aria-label={text("protocolCommand")}>
      <h3>{text("protocolCommand")}</h3>
      <Form
        submit={text("send")}
        action={action}
        onSubmit={() => void submit()}
      >
        <SelectField
          label={text("command")}
          value={command.value}
          choices={Object.keys(COMMANDS).map((value) => ({
            value,
            label: value,
          }))}
          onInput={(value) => {
            command.value = value;
            args.value = COMMANDS[value] ?? "{}";
          }}
        />
        <TextField
          label={text("arguments")}
          value={args.value}
          error={parsed === undefined ? text("notJson") : undefined}
          onInput={(value) => args.value = value}
        />
      </Form>
      {answered.value === undefined
        ? null
        : <p class="mono" role="status">{answered.value}</p>}
    </section>
  );
}

/** What the node takes: 16 to 64 printable characters without spaces. */
const PASSWORD = /^[!-~]{16,64}$/;

/** Sets or takes away the password with which a charger connects. */
function Password({ point }: { readonly point: string }): VNode {
  const password = useSignal("");
  const action = useAction();
  const bad = password.value !== "" && !PASSWORD.test(password.value);
  const set = (value: string | null, done: string) =>
    action.run(
      () =>
        change("PUT", pathOf("charging-points", point, "/password"), {
          password: value,
        }),
      done,
    );
  const submit = async () => {
    if (!PASSWORD.test(password.value)) return;
    const done = await set(password.value, text("passwordSet", { point }));
    if (done !== undefined) password.value = "";
  };
  const remove = async () => {
    const yes = await confirmed(text("passwordRemoveAsk", { point }), {
      detail: text("passwordRemoveDetail"),
      action: text("passwordRemove"),
      danger: true,
    });
    if (yes) await set(null, text("passwordRemoved", { point }));
  };
  return (
    <section aria-label={text("password")}>
      <h3>{text("password")}</h3>
      <Form
        submit={text("passwordSave")}
        action={action}
        disabled={password.value === "" || bad}
        onSubmit={() => void submit()}
      >
        <TextField
          label={text("passwordNew")}
          hint={text("passwordHint")}
          type="password"
          complete="new-password"
          value={password.value}
          error={bad ? text("passwordBad") : undefined}
          onInput={(value) => password.value = value}
        />
      </Form>
      <div class="actions">
        <Button
          kind="danger"
          busy={action.busy}
          onClick={() => void remove()}
        >
          {text("passwordRemove")}
        </Button>
      </div>
    </section>
  );
}

/** Makes a point's keys void, as the page of an original central does. */
function Revocation({ point }: { readonly point: string }): VNode {
  const action = useAction();
  const revoke = async () => {
    const yes = await confirmed(text("revokeAsk", { point }), {
      detail: text("revokeDetail"),
      action: text("revoke"),
      danger: true,
    });
    if (!yes) return;
    await action.run(
      () => change("POST", pathOf("charging-points", point, "/revocation")),
      text("revoked", { point }),
    );
  };
  return (
    <>
      {action.problem === undefined
        ? null
        : <ProblemPanel problem={action.problem} />}
      <div class="actions">
        <Button
          kind="danger"
          busy={action.busy}
          onClick={() => void revoke()}
        >
          {text("revoke")}
        </Button>
      </div>
    </>
  );
}
