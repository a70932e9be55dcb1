/**
 * What the page of an original central had besides: the threshold of weather alerts with the temperatures told, simulated
 * equipment, and the last lines of programs.
 *
 * @module
 */
import type { VNode } from "preact";
import { useSignal } from "@preact/signals";
import type {
  ChargingLogLine,
  ChargingPoint,
  ChargingWeather,
} from "../wire_types.ts";
import { change } from "../base/http.ts";
import { useResource } from "../base/resource.ts";
import type { Column } from "../parts/column.ts";
import { SelectField, TextField } from "../parts/field.tsx";
import { Form, useAction } from "../parts/form.tsx";
import { List } from "../parts/list.tsx";
import { Facts, Section } from "../parts/page.tsx";
import { Empty, Loaded } from "../parts/states.tsx";
import { When } from "../parts/when.tsx";
import { text } from "./texts.ts";

const DEGREES = /^-?[0-9]{1,3}([.,][0-9]{1,2})?$/;
const COMMANDS = ["F", "R", "I", "E"] as const;
/** Every point, to a simulation. */
const ALL = "ALL";

/** Weather, simulations and log lines. */
export function OriginalsView(
  { points }: { readonly points: readonly ChargingPoint[] },
): VNode {
  return (
    <>
      <div class="columns">
        <Weather />
        <Simulations points={points} />
      </div>
      <Section title={text("logLines")}>
        <List
          label={text("logLines")}
          path="/v1/charging-log"
          views={["charging_sessions", "charging_notifications"]}
          columns={columns()}
          rowKey={({ at, source, text: line }) => `${at} ${source} ${line}`}
          empty={<Empty title={text("noLines")} />}
          exportAs="charging-log"
        />
      </Section>
    </>
  );
}

function Weather(): VNode {
  const weather = useResource<ChargingWeather>("/v1/charging-weather", {
    everyMs: 5_000,
  });
  return (
    <Section title={text("weather")}>
      <p class="hint">{text("weatherHelp")}</p>
      <Loaded resource={weather}>
        {(value) => (
          <>
            <Facts
              rows={value.temperatures.map(({ city, temperature }) =>
                [city, `${temperature} °C`] as const
              )}
            />
            {value.temperatures.length === 0
              ? <p class="muted">{text("noTemperatures")}</p>
              : null}
            <Threshold now={value.threshold} onDone={weather.reload} />
          </>
        )}
      </Loaded>
    </Section>
  );
}

function Threshold(
  { now, onDone }: { readonly now: number; readonly onDone: () => void },
): VNode {
  const typed = useSignal(String(now));
  const action = useAction();
  const bad = !DEGREES.test(typed.value.trim());
  const submit = async () => {
    if (bad) return;
    const done = await action.run(
      () =>
        change("PUT", "/v1/charging-weather", {
          threshold: Number(typed.value.trim().replace(",", ".")),
        }),
      text("thresholdSet"),
    );
    if (done !== undefined) onDone();
  };
  return (
    <Form
      submit={text("thresholdSave")}
      action={action}
      onSubmit={() => void submit()}
    >
      <TextField
        label={text("threshold")}
        hint={text("thresholdNow", { now })}
        value={typed.value}
        error={bad ? text("notDegrees") : undefined}
        onInput={(value) => typed.value = value}
      />
    </Form>
  );
}

function Simulations(
  { points }: { readonly points: readonly ChargingPoint[] },
): VNode {
  const target = useSignal(ALL);
  const command = useSignal<string>(COMMANDS[0]);
  const action = useAction();
  return (
    <Section title={text("simulation")}>
      <p class="hint">{text("simulationHelp")}</p>
      <Form
        submit={text("simulate")}
        action={action}
        onSubmit={() =>
          void action.run(
            () =>
              change("POST", "/v1/charging-simulations", {
                target: target.value,
                command: command.value,
              }),
            text("simulated"),
          )}
      >
        <SelectField
          label={text("point")}
          value={target.value}
          choices={[
            { value: ALL, label: text("allPoints") },
            ...points.map(({ id }) => ({ value: id, label: id })),
          ]}
          onInput={(value) => target.value = value}
        />
        <SelectField
          label={text("what")}
          value={command.value}
          choices={COMMANDS.map((value) => ({
            value,
            label: text(`simulate_${value}`),
          }))}
          onInput={(value) => command.value = value}
        />
      </Form>
    </Section>
  );
}

function columns(): readonly Column<ChargingLogLine>[] {
  return [
    {
      key: "at",
      title: text("when"),
      cell: ({ at }) => <When at={at} />,
      csv: ({ at }) => at,
    },
    {
      key: "source",
      title: text("program"),
      cell: ({ source }) => source,
      csv: ({ source }) => source,
    },
    {
      key: "text",
      title: text("words"),
      cell: ({ text: line }) => line,
      csv: ({ text: line }) => line,
      width: "minmax(14rem, 4fr)",
    },
  ];
}
