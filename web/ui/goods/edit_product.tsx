/**
 * Changing a product: its fields, and what was found when it was counted.
 *
 * @module
 */
import type { VNode } from "preact";
import { useSignal } from "@preact/signals";
import type { Product } from "../wire_types.ts";
import { type Answer, change } from "../base/http.ts";
import { TextField } from "../parts/field.tsx";
import { Form, useAction } from "../parts/form.tsx";
import { useIntent } from "../base/intent.ts";
import { productPath } from "./product_path.ts";
import {
  detailsOf,
  fieldErrors,
  fieldsOf,
  ProductFieldset,
} from "./product_fields.tsx";
import {
  quantityText,
  typedPrice,
  typedQuantity,
  unitSign,
} from "./quantity.ts";
import { scopeText, siteOf } from "./scope.tsx";
import { text } from "./texts.ts";

/** Asks for changes of a product. */
export function EditProduct(
  { scope, product, onDone, onCancel }: {
    readonly scope: string;
    readonly product: Product;
    readonly onDone: () => void;
    readonly onCancel: () => void;
  },
): VNode {
  const fields = useSignal(fieldsOf(product));
  const before = useSignal(fieldsOf(product)).value;
  const price = useSignal(product.price?.amount ?? "");
  const stock = useSignal("");
  const tried = useSignal(false);
  const action = useAction();
  const pricing = useIntent();
  const counting = useIntent();
  const { unit } = fields.value;
  const amount = typedPrice(price.value);
  const counted = typedQuantity(stock.value, unit);
  const priceWrong = price.value !== "" && amount === undefined;
  const stockWrong = stock.value !== "" && counted === undefined;

  /** Each step says the same again when it is repeated, so that one that failed can be tried with all before it. */
  async function save(): Promise<Answer<unknown>> {
    const { name, policy } = fields.value;
    const steps: (() => Promise<Answer<unknown>>)[] = [
      () =>
        change("PATCH", productPath(scope, product.product), {
          name: name.trim(),
          ...(policy === before.policy ? {} : { policy }),
          details: detailsOf(fields.value, product.details),
        }),
    ];
    if (amount !== undefined && amount !== product.price?.amount) {
      steps.push(() =>
        pricing.ask((id) =>
          change("POST", "/v1/prices", {
            ...{ id, scope, product: product.product, price: amount },
          })
        )
      );
    }
    if (counted !== undefined) {
      steps.push(() =>
        counting.ask((id) =>
          change("POST", "/v1/stock/counts", {
            ...{ id, site: siteOf(scope), product: product.product, counted },
          })
        )
      );
    }
    let answer: Answer<unknown> = { ok: true, value: undefined, status: 200 };
    for (const step of steps) {
      answer = await step();
      if (!answer.ok) return answer;
    }
    return { ok: true, value: true, status: 200 };
  }

  async function submit(): Promise<void> {
    tried.value = true;
    const wrong = Object.keys(fieldErrors(fields.value)).length > 0;
    if (wrong || priceWrong || stockWrong) return;
    const done = await action.run(save, text("saved", { name: product.name }));
    if (done !== undefined) onDone();
  }

  return (
    <Form
      submit={text("save")}
      action={action}
      onSubmit={() => void submit()}
      onCancel={onCancel}
    >
      <p class="muted">{text("changedIn", { scope: scopeText(scope) })}</p>
      <ProductFieldset fields={fields} tried={tried.value} />
      <div class="columns goods-pair">
        <TextField
          label={text("price")}
          hint={unit === "piece"
            ? text("priceNowHint")
            : text("pricePer", { unit: unitSign(unit) })}
          value={price.value}
          mode="decimal"
          error={tried.value && priceWrong ? text("notPrice") : undefined}
          onInput={(value) => price.value = value}
        />
        <TextField
          label={text("counted")}
          hint={text("countedHint", {
            onHand: quantityText(product.onHand, product.details.unit),
          })}
          value={stock.value}
          mode="decimal"
          error={tried.value && stockWrong ? text("notQuantity") : undefined}
          onInput={(value) => stock.value = value}
        />
      </div>
    </Form>
  );
}
