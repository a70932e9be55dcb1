/**
 * Goods of a sale that come back: which and how many, why, and how the money is given back.
 *
 * @module
 */
import type { VNode } from "preact";
import { type Signal, useSignal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import { typedThousandths } from "../base/amounts.ts";
import { change } from "../base/http.ts";
import { newId } from "../base/ids.ts";
import { Button } from "../parts/button.tsx";
import { Dialog } from "../parts/dialog.tsx";
import { SelectField, TextField } from "../parts/field.tsx";
import { Form, useAction } from "../parts/form.tsx";
import { Panel } from "../parts/states.tsx";
import type { Sale } from "../wire_types.ts";
import { ApprovalFields, useApproval } from "./approval.tsx";
import { METHODS } from "./payment.ts";
import { moneyText, padded, quantityText } from "./quantity_text.ts";
import {
  refundOf,
  returnable,
  type ReturnableProduct,
  returnRequest,
} from "./returning.ts";
import { methodName, text } from "./sale_texts.ts";

type Typed = Readonly<Record<string, string>>;

/** How much of each product comes back; undefined if something that was typed is wrong. */
function quantitiesOf(
  products: readonly ReturnableProduct[],
  typed: Typed,
): ReadonlyMap<string, number> | undefined {
  const quantities = new Map<string, number>();
  for (const one of products) {
    const quantity = quantityOf(one, typed[one.product] ?? "");
    if (quantity === undefined) return undefined;
    if (quantity > 0) quantities.set(one.product, quantity);
  }
  return quantities;
}

function quantityOf(
  { measured, left }: ReturnableProduct,
  typed: string,
): number | undefined {
  if (typed.trim() === "") return 0;
  const quantity = measured
    ? typedThousandths(typed)
    : /^[0-9]{1,6}$/.test(typed.trim())
    ? Number(typed)
    : undefined;
  return quantity === undefined || quantity > left ? undefined : quantity;
}

/** Takes goods of a sale back. */
export function ReturnDialog(
  { sale, returns, onClose }: {
    readonly sale: Sale;
    readonly returns: readonly Sale[];
    readonly onClose: () => void;
  },
): VNode {
  const typed = useSignal<Typed>({});
  const reason = useSignal("");
  const method = useSignal(sale.payments?.[0]?.method ?? "cash");
  const approval = useApproval();
  const action = useAction();
  const id = useMemo(newId, []);
  const products = returnable(sale, returns).filter(({ left }) => left > 0);
  const quantities = quantitiesOf(products, typed.value);
  const refund = quantities === undefined
    ? undefined
    : refundOf(sale, returns, quantities);
  const { currency } = sale.total;
  const ready = quantities !== undefined && quantities.size > 0 &&
    reason.value.trim() !== "" && approval.ready;

  async function submit(): Promise<void> {
    if (!ready || quantities === undefined || refund === undefined) return;
    const body = returnRequest(
      id,
      { id: sale.id, reason: reason.value.trim() },
      {
        quantities,
        method: method.value,
        refund: refund.units === 0n ? "" : padded(refund, currency),
        currency,
      },
    );
    const done = await action.run(
      () => change<Sale>("POST", "/v1/sales", { ...body, ...approval.body() }),
      (made) => text("returnDone", { receipt: made.receipt }),
    );
    if (done !== undefined) onClose();
  }

  return (
    <Dialog title={text("returnTitle")} onClose={onClose}>
      <Panel>{text("returnHelp")}</Panel>
      <Form
        submit={text("returnDo")}
        action={action}
        disabled={!ready}
        onCancel={onClose}
        onSubmit={() => void submit()}
      >
        <Products products={products} typed={typed} />
        <TextField
          label={text("reason")}
          hint={text("returnReasonHint")}
          value={reason.value}
          required
          maxLength={500}
          onInput={(value) => reason.value = value}
        />
        <SelectField
          label={text("refundBy")}
          value={method.value}
          choices={[...new Set([...METHODS, method.value])].map((value) => ({
            value,
            label: methodName(value),
          }))}
          onInput={(value) => method.value = value}
        />
        <p class="till-preview">
          {text("refund")}{" "}
          <strong>
            {refund === undefined ? "–" : moneyText(refund, currency)}
          </strong>
        </p>
        <ApprovalFields approval={approval} />
      </Form>
    </Dialog>
  );
}

function Products(
  { products, typed }: {
    readonly products: readonly ReturnableProduct[];
    readonly typed: Signal<Typed>;
  },
): VNode {
  const set = (product: string, value: string) => {
    typed.value = { ...typed.value, [product]: value };
  };
  return (
    <div class="till-others">
      {products.map((one) => {
        const unit = one.measured ? "" : "piece";
        const value = typed.value[one.product] ?? "";
        return (
          <div key={one.product} class="one">
            <TextField
              label={one.name === "" ? one.product : one.name}
              hint={text("returnLeft", {
                left: quantityText(one.left, unit).trim(),
                sold: quantityText(one.sold, unit).trim(),
              })}
              error={quantityOf(one, value) === undefined
                ? text("returnTooMuch")
                : ""}
              mode={one.measured ? "decimal" : "numeric"}
              value={value}
              onInput={(next) => set(one.product, next)}
            />
            <Button
              label={text("returnAllOf", { name: one.name })}
              onClick={() =>
                set(
                  one.product,
                  one.measured ? String(one.left / 1000) : String(one.left),
                )}
            >
              {text("all")}
            </Button>
          </div>
        );
      })}
    </div>
  );
}
