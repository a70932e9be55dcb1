/**
 * What energy costs at a point or at a site, where the equipment does not compute it itself.
 *
 * @module
 */
import type { VNode } from "preact";
import { useSignal } from "@preact/signals";
import type { Tariff, TariffSettingAnswer } from "../wire_types.ts";
import { change, withQuery } from "../base/http.ts";
import { formatAmount } from "../base/format.ts";
import { useResource } from "../base/resource.ts";
import { may } from "../base/session.ts";
import { TextField } from "../parts/field.tsx";
import { Form, useAction } from "../parts/form.tsx";
import { Facts } from "../parts/page.tsx";
import { Loaded } from "../parts/states.tsx";
import { text } from "./texts.ts";

const AMOUNT = /^[0-9]{1,12}([.,][0-9]{1,4})?$/;

function decimalOf(typed: string): string | undefined {
  const trimmed = typed.trim();
  return AMOUNT.test(trimmed) ? trimmed.replace(",", ".") : undefined;
}

/**
 * The tariff of a point, or of the site for all points without one, and changing it.
 *
 * @param props The point; the site if left out.
 * @returns What holds, and a form.
 */
export function TariffForm({ point }: { readonly point?: string }): VNode {
  const tariff = useResource<TariffSettingAnswer>(
    withQuery("/v1/charging-tariffs", { point }),
    { views: ["directory", "charging_points"] },
  );
  return (
    <Loaded resource={tariff}>
      {({ tariff: now }) => (
        <>
          {now === null
            ? <p class="hint">{text("noTariff")}</p>
            : <TariffFacts tariff={now} />}
          {may("supervisor")
            ? (
              <Setting
                key={point ?? ""}
                point={point}
                now={now}
                onDone={tariff.reload}
              />
            )
            : <p class="hint">{text("tariffNeedsSupervisor")}</p>}
        </>
      )}
    </Loaded>
  );
}

function TariffFacts({ tariff }: { readonly tariff: Tariff }): VNode {
  return (
    <Facts
      rows={[
        [text("tariffEnergy"), formatAmount(tariff.energy)],
        [text("tariffSession"), formatAmount(tariff.session)],
        [text("tariffMinute"), formatAmount(tariff.minute)],
      ]}
    />
  );
}

function Setting(
  { point, now, onDone }: {
    readonly point: string | undefined;
    readonly now: Tariff | null;
    readonly onDone: () => void;
  },
): VNode {
  const energy = useSignal(now?.energy.amount ?? "");
  const session = useSignal(now?.session.amount ?? "0");
  const minute = useSignal(now?.minute.amount ?? "0");
  const tried = useSignal(false);
  const action = useAction();
  const amounts = {
    energy: decimalOf(energy.value),
    session: decimalOf(session.value),
    minute: decimalOf(minute.value),
  };
  const wrong = Object.values(amounts).includes(undefined);
  const error = (amount: string | undefined) =>
    tried.value && amount === undefined ? text("notAmount") : undefined;
  const submit = async () => {
    tried.value = true;
    if (wrong) return;
    const done = await action.run(
      () =>
        change("PUT", "/v1/charging-tariffs", {
          ...(point === undefined ? {} : { point }),
          ...amounts,
        }),
      text("tariffSet"),
    );
    if (done !== undefined) onDone();
  };
  return (
    <Form
      submit={text("tariffSave")}
      action={action}
      onSubmit={() => void submit()}
    >
      <TextField
        label={text("tariffEnergy")}
        value={energy.value}
        mode="decimal"
        error={error(amounts.energy)}
        onInput={(value) => energy.value = value}
      />
      <TextField
        label={text("tariffSession")}
        value={session.value}
        mode="decimal"
        error={error(amounts.session)}
        onInput={(value) => session.value = value}
      />
      <TextField
        label={text("tariffMinute")}
        value={minute.value}
        mode="decimal"
        error={error(amounts.minute)}
        onInput={(value) => minute.value = value}
      />
    </Form>
  );
}
