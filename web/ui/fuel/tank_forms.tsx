/**
 * Fuel that was brought, dips, and what is said of a tank.
 *
 * @module
 */
import type { VNode } from "preact";
import { useSignal } from "@preact/signals";
import { typedThousandths } from "../base/amounts.ts";
import type { Tank } from "../wire_types.ts";
import { change } from "../base/http.ts";
import { newId } from "../base/ids.ts";
import { Dialog } from "../parts/dialog.tsx";
import { TextField } from "../parts/field.tsx";
import { Form, useAction } from "../parts/form.tsx";
import { formatDifference, formatLiters, litersText } from "./quantities.ts";
import { text } from "./texts.ts";

/** A dialog about one tank. */
export interface TankDialogProps {
  readonly tank: Tank;
  readonly onClose: () => void;
  readonly onDone: () => void;
}

/**
 * Asks for fuel that was brought, or for what a dip measured. Both carry an id of their own, so that a repeat after a
 * lost answer counts once.
 *
 * @param props The tank, and which of both it is.
 * @returns A dialog.
 */
export function TankEventForm(
  { tank, kind, onClose, onDone }: TankDialogProps & {
    readonly kind: "delivery" | "dip";
  },
): VNode {
  const id = useSignal(newId());
  const liters = useSignal("");
  const at = useSignal("");
  const note = useSignal("");
  const tried = useSignal(false);
  const action = useAction();
  const isDip = kind === "dip";
  const volume = typedThousandths(liters.value);
  const wrong = volume === undefined || !isDip && volume === 0;
  const submit = async () => {
    tried.value = true;
    if (wrong) return;
    const done = await action.run(
      () =>
        change<Tank>(
          "POST",
          `/v1/tanks/${tank.site}/${tank.tank}/${
            isDip ? "dips" : "deliveries"
          }`,
          {
            id: id.value,
            ...(isDip ? { measuredMl: volume } : { volumeMl: volume }),
            ...(at.value === ""
              ? {}
              : { at: new Date(at.value).toISOString() }),
            ...(note.value.trim() === "" ? {} : { note: note.value.trim() }),
          },
        ),
      (after) =>
        text(isDip ? "dipDone" : "deliveryDone", {
          level: formatLiters(after.levelMl),
        }),
    );
    if (done === undefined) return;
    onDone();
    onClose();
  };
  return (
    <Dialog
      title={text(isDip ? "dipTitle" : "deliveryTitle", {
        tank: tank.tank,
        fuel: tank.fuel,
      })}
      onClose={onClose}
    >
      <Form
        submit={text(isDip ? "recordDip" : "recordDelivery")}
        action={action}
        onCancel={onClose}
        onSubmit={() => void submit()}
      >
        <p>{text("bookLevel", { level: formatLiters(tank.levelMl) })}</p>
        <TextField
          label={text(isDip ? "measured" : "brought")}
          value={liters.value}
          mode="decimal"
          error={tried.value && wrong ? text("notLiters") : undefined}
          focused
          onInput={(typed) => liters.value = typed}
        />
        {isDip && volume !== undefined
          ? (
            <p role="status">
              {text("wouldDiffer", {
                difference: formatDifference(volume - tank.levelMl),
              })}
            </p>
          )
          : null}
        <TextField
          label={text("when")}
          hint={text("whenHint")}
          type="datetime-local"
          value={at.value}
          onInput={(typed) => at.value = typed}
        />
        <TextField
          label={text("note")}
          value={note.value}
          maxLength={200}
          onInput={(typed) => note.value = typed}
        />
      </Form>
    </Dialog>
  );
}

/**
 * Asks for what is said of a tank.
 *
 * @param props The tank if it is listed already, and the site.
 * @returns A dialog.
 */
export function TankForm(
  { site, tank, onClose, onDone }: {
    readonly site: string;
    readonly tank?: Tank | undefined;
    readonly onClose: () => void;
    readonly onDone: () => void;
  },
): VNode {
  const number = useSignal(tank === undefined ? "" : String(tank.tank));
  const fuel = useSignal(tank?.fuel ?? "");
  const capacity = useSignal(
    tank?.capacityMl === null || tank === undefined
      ? ""
      : litersText(tank.capacityMl),
  );
  const pumps = useSignal((tank?.pumps ?? []).join(", "));
  const tried = useSignal(false);
  const action = useAction();
  const wrong = {
    number: !/^[1-9][0-9]{0,5}$/.test(number.value),
    fuel: fuel.value.trim() === "",
    capacity: capacity.value !== "" &&
      typedThousandths(capacity.value) === undefined,
  };
  const shown = (key: keyof typeof wrong, word: string) =>
    tried.value && wrong[key] ? word : undefined;
  const submit = async () => {
    tried.value = true;
    if (wrong.number || wrong.fuel || wrong.capacity) return;
    const done = await action.run(
      () =>
        change<Tank>("PUT", `/v1/tanks/${site}/${number.value}`, {
          fuel: fuel.value.trim(),
          pumps: pumps.value.split(",").map((one) => one.trim())
            .filter((one) => one !== ""),
          ...(capacity.value === ""
            ? {}
            : { capacityMl: typedThousandths(capacity.value) }),
        }),
      text("saved"),
    );
    if (done === undefined) return;
    onDone();
    onClose();
  };
  return (
    <Dialog
      title={text(tank === undefined ? "addTank" : "changeTank")}
      onClose={onClose}
    >
      <Form
        submit={text("save")}
        action={action}
        onCancel={onClose}
        onSubmit={() => void submit()}
      >
        <TextField
          label={text("tankNumber")}
          value={number.value}
          mode="numeric"
          disabled={tank !== undefined}
          error={shown("number", text("notPumpNumber"))}
          onInput={(typed) => number.value = typed}
        />
        <TextField
          label={text("fuel")}
          value={fuel.value}
          error={shown("fuel", text("fuelsMissing"))}
          onInput={(typed) => fuel.value = typed}
        />
        <TextField
          label={text("tankCapacity")}
          value={capacity.value}
          mode="decimal"
          error={shown("capacity", text("notLiters"))}
          onInput={(typed) => capacity.value = typed}
        />
        <TextField
          label={text("tankPumps")}
          hint={text("tankPumpsHint")}
          value={pumps.value}
          onInput={(typed) => pumps.value = typed}
        />
      </Form>
    </Dialog>
  );
}
