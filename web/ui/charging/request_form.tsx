/**
 * Asking for a point in a driver's name, as a driver's program does.
 *
 * @module
 */
import type { VNode } from "preact";
import { useSignal } from "@preact/signals";
import type { ChargingPoint, ChargingVerdict } from "../wire_types.ts";
import { change } from "../base/http.ts";
import { newId } from "../base/ids.ts";
import { Dialog } from "../parts/dialog.tsx";
import { TextField } from "../parts/field.tsx";
import { Form, useAction } from "../parts/form.tsx";
import { Panel } from "../parts/states.tsx";
import { text } from "./texts.ts";

/**
 * Asks for driver and point.
 *
 * @param props Points to choose from.
 * @returns A dialog that says what came of it.
 */
export function RequestForm(
  { points, onClose }: {
    readonly points: readonly ChargingPoint[];
    readonly onClose: () => void;
  },
): VNode {
  const id = useSignal(newId());
  const driver = useSignal("");
  const point = useSignal("");
  const verdict = useSignal<ChargingVerdict | undefined>(undefined);
  const action = useAction();
  const empty = driver.value.trim() === "" || point.value.trim() === "";
  const edited = (set: () => void) => {
    // What is asked now is another request.
    id.value = newId();
    verdict.value = undefined;
    set();
  };
  const submit = async () => {
    verdict.value = await action.run(async () => {
      const answer = await change<ChargingVerdict>(
        "POST",
        "/v1/charging-requests",
        {
          id: id.value,
          driver: driver.value.trim(),
          point: point.value.trim(),
        },
      );
      // A refusal is for good under its id: who asks once more asks something new.
      const { status = 0 } = answer.ok ? answer : answer.problem;
      if (status >= 400 && status < 500) id.value = newId();
      return answer;
    });
  };
  return (
    <Dialog title={text("requestCharge")} onClose={onClose}>
      <Form
        submit={text("requestSend")}
        action={action}
        disabled={empty || verdict.value?.accepted === true}
        onCancel={onClose}
        onSubmit={() => void submit()}
      >
        <TextField
          label={text("driver")}
          value={driver.value}
          maxLength={200}
          focused
          onInput={(value) => edited(() => driver.value = value)}
        />
        <TextField
          label={text("point")}
          value={point.value}
          maxLength={200}
          options={points.filter(({ state }) => state === "ACTIVADO")
            .map(({ id: one }) => one)}
          onInput={(value) => edited(() => point.value = value)}
        />
        {verdict.value === undefined
          ? null
          : (
            <Panel kind={verdict.value.accepted ? "good" : "warn"}>
              {verdict.value.words}
            </Panel>
          )}
      </Form>
    </Dialog>
  );
}
