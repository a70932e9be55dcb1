/**
 * Making a product.
 *
 * @module
 */
import type { VNode } from "preact";
import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import type { Product } from "../wire_types.ts";
import {
  type Answer,
  change,
  read,
  type WirePage,
  withQuery,
} from "../base/http.ts";
import { TextField } from "../parts/field.tsx";
import { Form, useAction } from "../parts/form.tsx";
import {
  detailsOf,
  fieldErrors,
  NEW_FIELDS,
  ProductFieldset,
} from "./product_fields.tsx";
import { typedPrice, typedQuantity, unitSign } from "./quantity.ts";
import { scopeText } from "./scope.tsx";
import { text } from "./texts.ts";

/** What is sent. */
interface Creation {
  readonly scope: string;
  readonly product?: string;
  readonly name: string;
  readonly [field: string]: unknown;
}

/** The product of this name that is there already, as after an answer that never came. */
async function alreadyThere(
  { scope, name }: Creation,
): Promise<Product | undefined> {
  const answer = await read<WirePage<Product>>(
    withQuery("/v1/products", { scope, text: name, limit: 100 }),
  );
  return answer.ok
    ? answer.value.items.find((one) => one.name === name)
    : undefined;
}

/** Asks for a product's fields and makes it. */
export function NewProduct(
  { scope, onDone, onCancel }: {
    readonly scope: string;
    readonly onDone: (product: string) => void;
    readonly onCancel: () => void;
  },
): VNode {
  const fields = useSignal(NEW_FIELDS);
  const code = useSignal("");
  const price = useSignal("");
  const stock = useSignal("");
  const tried = useSignal(false);
  const unsure = useRef(false);
  const action = useAction();
  const { unit } = fields.value;
  const amount = typedPrice(price.value);
  const counted = typedQuantity(stock.value, unit);
  const stockWrong = stock.value !== "" && counted === undefined;

  /** A product whose number the node chooses would be made twice by a repeat. */
  async function create(creation: Creation): Promise<Answer<Product>> {
    if (unsure.current) {
      const found = await alreadyThere(creation);
      if (found !== undefined) return { ok: true, value: found, status: 200 };
    }
    const answer = await change<Product>("POST", "/v1/products", creation);
    unsure.current = !answer.ok && answer.problem.code === "unreachable";
    return answer;
  }

  async function submit(): Promise<void> {
    tried.value = true;
    const wrong = Object.keys(fieldErrors(fields.value)).length > 0;
    if (wrong || amount === undefined || stockWrong) return;
    const { name, policy } = fields.value;
    const product = code.value.trim();
    const made = await action.run(() =>
      create({
        ...{ scope, name: name.trim(), policy, price: amount },
        ...(product === "" ? {} : { product }),
        ...(counted === undefined ? {} : { stock: counted }),
        details: detailsOf(fields.value),
      }), ({ name }) => text("productMade", { name }));
    if (made !== undefined) onDone(made.product);
  }

  return (
    <Form
      submit={text("create")}
      action={action}
      onSubmit={() => void submit()}
      onCancel={onCancel}
    >
      <p class="muted">{text("madeIn", { scope: scopeText(scope) })}</p>
      <ProductFieldset fields={fields} tried={tried.value} />
      <div class="columns goods-pair">
        <TextField
          label={`${text("price")} *`}
          hint={unit === "piece"
            ? undefined
            : text("pricePer", { unit: unitSign(unit) })}
          value={price.value}
          mode="decimal"
          error={tried.value && amount === undefined
            ? text("notPrice")
            : undefined}
          onInput={(value) => price.value = value}
        />
        <TextField
          label={text("stockNow")}
          hint={text("stockNowHint")}
          value={stock.value}
          mode="decimal"
          error={tried.value && stockWrong ? text("notQuantity") : undefined}
          onInput={(value) => stock.value = value}
        />
        <TextField
          label={text("code")}
          hint={text("codeHint")}
          value={code.value}
          maxLength={64}
          onInput={(value) => code.value = value}
        />
      </div>
    </Form>
  );
}
