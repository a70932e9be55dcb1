/**
 * Listing a pump, and changing what is said of it.
 *
 * @module
 */
import type { VNode } from "preact";
import { useSignal } from "@preact/signals";
import { typedThousandths } from "../base/amounts.ts";
import type { Pump } from "../wire_types.ts";
import { change } from "../base/http.ts";
import { Dialog } from "../parts/dialog.tsx";
import { SelectField, TextField } from "../parts/field.tsx";
import { Form, useAction } from "../parts/form.tsx";
import { SERVICE_STATES, serviceWord } from "./pump_words.ts";
import { litersText } from "./quantities.ts";
import { text } from "./texts.ts";

/** What a person types of a pump. */
interface Typed {
  readonly number: string;
  readonly name: string;
  readonly fuels: string;
  readonly fuel: string;
  readonly capacity: string;
  readonly serviceState: string;
}

const FUELS = ["93", "95", "97", "diesel"];

function typedOf(pump: Pump | undefined): Typed {
  return {
    number: pump === undefined ? "" : String(pump.pump),
    name: pump?.name ?? "",
    fuels: (pump?.fuels ?? FUELS).join(", "),
    fuel: pump?.fuel ?? "95",
    capacity: litersText(pump?.capacityMl ?? 100_000),
    serviceState: pump?.serviceState ?? SERVICE_STATES[0],
  };
}

function fuelsOf(list: string): string[] {
  return [
    ...new Set(
      list.split(",").map((fuel) => fuel.trim()).filter((fuel) => fuel !== ""),
    ),
  ];
}

/** What is wrong with what was typed, by field. */
function wrongIn(
  typed: Typed,
): Partial<Readonly<Record<keyof Typed, string>>> {
  return {
    ...typed.name.trim().length < 3 ? { name: text("nameShort") } : {},
    ...fuelsOf(typed.fuels).length === 0 ? { fuels: text("fuelsMissing") } : {},
    ...typedThousandths(typed.capacity) === undefined
      ? { capacity: text("notLiters") }
      : {},
    ...typed.number !== "" && !/^[1-9][0-9]{0,5}$/.test(typed.number)
      ? { number: text("notPumpNumber") }
      : {},
  };
}

function bodyOf(typed: Typed): Record<string, unknown> {
  return {
    name: typed.name.trim(),
    fuels: fuelsOf(typed.fuels),
    fuel: typed.fuel,
    capacityMl: typedThousandths(typed.capacity),
  };
}

function send(site: string, pump: Pump | undefined, typed: Typed) {
  return pump === undefined
    ? change<Pump>("POST", "/v1/pumps", {
      ...bodyOf(typed),
      site,
      ...(typed.number === "" ? {} : { pump: Number(typed.number) }),
    })
    : change<Pump>("PATCH", `/v1/pumps/${site}/${pump.pump}`, {
      ...bodyOf(typed),
      serviceState: typed.serviceState,
    });
}

/**
 * Asks for what is said of a pump.
 *
 * @param props The pump, if it is listed already.
 * @returns A dialog.
 */
export function PumpForm(
  { site, pump, onClose, onDone }: {
    readonly site: string;
    readonly pump?: Pump;
    readonly onClose: () => void;
    readonly onDone: () => void;
  },
): VNode {
  const typed = useSignal(typedOf(pump));
  const action = useAction();
  const set = (part: Partial<Typed>) =>
    typed.value = { ...typed.value, ...part };
  const tried = useSignal(false);
  const wrong = wrongIn(typed.value);
  const submit = async () => {
    tried.value = true;
    if (Object.keys(wrong).length > 0) return;
    const done = await action.run(
      () => send(site, pump, typed.value),
      text(pump === undefined ? "pumpAdded" : "saved"),
    );
    if (done === undefined) return;
    onDone();
    onClose();
  };
  return (
    <Dialog
      title={pump === undefined ? text("addPump") : text("changePump")}
      onClose={onClose}
    >
      <Form
        submit={text("save")}
        action={action}
        onCancel={onClose}
        onSubmit={() => void submit()}
      >
        <Fields
          typed={typed.value}
          wrong={tried.value ? wrong : {}}
          isNew={pump === undefined}
          set={set}
        />
      </Form>
    </Dialog>
  );
}

function Fields(
  { typed, wrong, isNew, set }: {
    readonly typed: Typed;
    readonly wrong: Partial<Readonly<Record<keyof Typed, string>>>;
    readonly isNew: boolean;
    readonly set: (part: Partial<Typed>) => void;
  },
): VNode {
  const fuels = fuelsOf(typed.fuels);
  const choices = fuels.includes(typed.fuel) ? fuels : [typed.fuel, ...fuels];
  const states = SERVICE_STATES.some((one) => one === typed.serviceState)
    ? [...SERVICE_STATES]
    : [...SERVICE_STATES, typed.serviceState];
  return (
    <>
      <TextField
        label={text("name")}
        value={typed.name}
        error={wrong.name}
        maxLength={200}
        focused
        onInput={(name) => set({ name })}
      />
      {isNew
        ? (
          <TextField
            label={text("pumpNumber")}
            hint={text("pumpNumberHint")}
            value={typed.number}
            error={wrong.number}
            mode="numeric"
            onInput={(number) => set({ number })}
          />
        )
        : null}
      <TextField
        label={text("fuels")}
        hint={text("fuelsHint")}
        value={typed.fuels}
        error={wrong.fuels}
        onInput={(list) => set({ fuels: list })}
      />
      <SelectField
        label={text("fuelNow")}
        value={typed.fuel}
        choices={choices.map((value) => ({ value, label: value }))}
        onInput={(fuel) => set({ fuel })}
      />
      <TextField
        label={text("capacity")}
        value={typed.capacity}
        error={wrong.capacity}
        mode="decimal"
        onInput={(capacity) => set({ capacity })}
      />
      {isNew ? null : (
        <SelectField
          label={text("serviceState")}
          value={typed.serviceState}
          choices={states.map((value) => ({
            value,
            label: serviceWord(value),
          }))}
          onInput={(serviceState) => set({ serviceState })}
        />
      )}
    </>
  );
}
