/**
 * Setting a price, now or from an instant on.
 *
 * @module
 */
import type { VNode } from "preact";
import { useSignal } from "@preact/signals";
import { change } from "../base/http.ts";
import { formatInstant } from "../base/format.ts";
import { SelectField, TextField } from "../parts/field.tsx";
import { Form, useAction } from "../parts/form.tsx";
import { useIntent } from "../base/intent.ts";
import { typedPrice } from "./quantity.ts";
import { scopeText } from "./scope.tsx";
import { text } from "./texts.ts";

/** An instant of the fields for date and time of day, in the browser's zone. */
function instantOf(date: string, time: string): Date | undefined {
  const instant = new Date(`${date}T${time === "" ? "00:00" : time}`);
  return Number.isNaN(instant.getTime()) ? undefined : instant;
}

/** Asks for a product's price. */
export function PriceForm(
  { scope, product, name, price, onDone, onCancel }: {
    readonly scope: string;
    readonly product: string;
    readonly name: string;
    /** The price in force as decimal text; empty if there is none. */
    readonly price: string;
    readonly onDone: () => void;
    readonly onCancel: () => void;
  },
): VNode {
  const typed = useSignal(price);
  const when = useSignal<"now" | "later">("now");
  const date = useSignal("");
  const time = useSignal("00:00");
  const tried = useSignal(false);
  const intent = useIntent();
  const action = useAction();
  const amount = typedPrice(typed.value);
  const later = when.value === "later";
  const at = later ? instantOf(date.value, time.value) : undefined;
  const past = at !== undefined && at.getTime() <= Date.now();

  async function submit(): Promise<void> {
    tried.value = true;
    if (amount === undefined || later && (at === undefined || past)) return;
    const done = await action.run(
      () =>
        intent.ask((id) =>
          change("POST", "/v1/prices", {
            ...{ id, scope, product, price: amount },
            ...(at === undefined ? {} : { effectiveAt: at.toISOString() }),
          })
        ),
      at === undefined
        ? text("priceSet", { name })
        : text("priceScheduled", { name, at: formatInstant(at.getTime()) }),
    );
    if (done !== undefined) onDone();
  }

  return (
    <Form
      submit={later ? text("schedule") : text("setPrice")}
      action={action}
      onSubmit={() => void submit()}
      onCancel={onCancel}
    >
      <p>
        <strong>{name}</strong> <span class="muted">{scopeText(scope)}</span>
      </p>
      <TextField
        label={text("newPrice")}
        value={typed.value}
        mode="decimal"
        focused
        error={tried.value && amount === undefined
          ? text("notPrice")
          : undefined}
        onInput={(value) => typed.value = value}
      />
      <SelectField
        label={text("from")}
        hint={text("priceHint")}
        value={when.value}
        choices={[
          { value: "now", label: text("fromNow") },
          { value: "later", label: text("fromLater") },
        ]}
        onInput={(value) => when.value = value as "now" | "later"}
      />
      {later
        ? (
          <div class="columns goods-pair">
            <TextField
              label={text("date")}
              type="date"
              value={date.value}
              error={!tried.value
                ? undefined
                : at === undefined
                ? text("required")
                : past
                ? text("inThePast")
                : undefined}
              onInput={(value) => date.value = value}
            />
            <TextField
              label={text("timeOfDay")}
              hint={text("timeHint")}
              type="time"
              value={time.value}
              onInput={(value) => time.value = value}
            />
          </div>
        )
        : null}
    </Form>
  );
}
