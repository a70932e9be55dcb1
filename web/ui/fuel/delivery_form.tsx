/**
 * Entering a delivery by hand, where a pump could not tell of it.
 *
 * @module
 */
import type { VNode } from "preact";
import { useSignal } from "@preact/signals";
import { typedThousandths } from "../base/amounts.ts";
import type { FuelSale } from "../wire_types.ts";
import { change } from "../base/http.ts";
import { newId } from "../base/ids.ts";
import { Dialog } from "../parts/dialog.tsx";
import { SelectField, TextField } from "../parts/field.tsx";
import { Form, useAction } from "../parts/form.tsx";
import { decimalOf } from "./quantities.ts";
import { text } from "./texts.ts";

const PAYMENTS = ["efectivo", "tarjeta", "transferencia"] as const;

interface Typed {
  readonly pump: string;
  readonly fuel: string;
  readonly liters: string;
  readonly price: string;
  readonly amount: string;
  readonly payment: string;
  readonly at: string;
}

const NOTHING: Typed = {
  pump: "",
  fuel: "95",
  liters: "",
  price: "",
  amount: "",
  payment: PAYMENTS[0],
  at: "",
};

function wrongIn(typed: Typed): Partial<Record<keyof Typed, string>> {
  const volume = typedThousandths(typed.liters);
  return {
    ...typed.pump.trim() === "" ? { pump: text("missing") } : {},
    ...typed.fuel.trim() === "" ? { fuel: text("missing") } : {},
    ...volume === undefined || volume === 0
      ? { liters: text("notLiters") }
      : {},
    ...decimalOf(typed.price) === undefined ? { price: text("notPrice") } : {},
    ...decimalOf(typed.amount) === undefined
      ? { amount: text("notPrice") }
      : {},
  };
}

/**
 * Asks for a delivery.
 *
 * @param props The site.
 * @returns A dialog.
 */
export function DeliveryForm(
  { site, onClose }: { readonly site: string; readonly onClose: () => void },
): VNode {
  const id = useSignal(newId());
  const typed = useSignal(NOTHING);
  const tried = useSignal(false);
  const action = useAction();
  const set = (part: Partial<Typed>) =>
    typed.value = { ...typed.value, ...part };
  const wrong = wrongIn(typed.value);
  const submit = async () => {
    tried.value = true;
    if (Object.keys(wrong).length > 0) return;
    const { pump, fuel, liters, price, amount, payment, at } = typed.value;
    const done = await action.run(
      () =>
        change<FuelSale>("POST", "/v1/transactions", {
          ...{ id: id.value, site, payment },
          pump: pump.trim(),
          fuel: fuel.trim(),
          volumeMl: typedThousandths(liters),
          price: decimalOf(price),
          amount: decimalOf(amount),
          ...(at === "" ? {} : { at: new Date(at).toISOString() }),
        }),
      text("deliveryEntered"),
    );
    if (done !== undefined) onClose();
  };
  return (
    <Dialog title={text("enterDelivery")} onClose={onClose}>
      <Form
        submit={text("save")}
        action={action}
        onCancel={onClose}
        onSubmit={() => void submit()}
      >
        <p class="hint">{text("enterHint")}</p>
        <Fields
          typed={typed.value}
          wrong={tried.value ? wrong : {}}
          set={set}
        />
      </Form>
    </Dialog>
  );
}

function Fields(
  { typed, wrong, set }: {
    readonly typed: Typed;
    readonly wrong: Partial<Record<keyof Typed, string>>;
    readonly set: (part: Partial<Typed>) => void;
  },
): VNode {
  return (
    <>
      <TextField
        label={text("pump")}
        value={typed.pump}
        error={wrong.pump}
        maxLength={64}
        focused
        onInput={(pump) => set({ pump })}
      />
      <TextField
        label={text("fuel")}
        value={typed.fuel}
        error={wrong.fuel}
        options={["93", "95", "97", "diesel"]}
        onInput={(fuel) => set({ fuel })}
      />
      <TextField
        label={text("liters")}
        value={typed.liters}
        error={wrong.liters}
        mode="decimal"
        onInput={(liters) => set({ liters })}
      />
      <TextField
        label={text("pricePerLiter")}
        value={typed.price}
        error={wrong.price}
        mode="decimal"
        onInput={(price) => set({ price })}
      />
      <TextField
        label={text("amount")}
        value={typed.amount}
        error={wrong.amount}
        mode="decimal"
        onInput={(amount) => set({ amount })}
      />
      <SelectField
        label={text("payment")}
        value={typed.payment}
        choices={PAYMENTS.map((value) => ({
          value,
          label: text(`payment_${value}`),
        }))}
        onInput={(payment) => set({ payment })}
      />
      <TextField
        label={text("when")}
        hint={text("whenHint")}
        type="datetime-local"
        value={typed.at}
        onInput={(at) => set({ at })}
      />
    </>
  );
}
