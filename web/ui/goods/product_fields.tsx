/**
 * The fields of a product, for making and for changing one, and what they come to on the wire.
 *
 * @module
 */
import type { VNode } from "preact";
import type { Signal } from "@preact/signals";
import type { Product, ProductDetailsInput } from "../wire_types.ts";
import { knowledge } from "../base/session.ts";
import { SelectField, TextField } from "../parts/field.tsx";
import {
  quantityField,
  typedPrice,
  typedQuantity,
  type Unit,
  UNITS,
  unitSign,
} from "./quantity.ts";
import { text } from "./texts.ts";

/** How a product's stock is guarded. */
export type Policy = Product["policy"];

/** What a person typed of a product. */
export interface ProductFields {
  readonly name: string;
  readonly policy: Policy;
  readonly unit: Unit;
  readonly minimum: string;
  readonly cost: string;
  readonly category: string;
  readonly barcode: string;
  readonly description: string;
}

/** The minimum that a new product has, as the older software had it. */
const NEW_MINIMUM = "5";

/** A new product's fields. */
export const NEW_FIELDS: ProductFields = {
  name: "",
  policy: "soft",
  unit: "piece",
  minimum: NEW_MINIMUM,
  cost: "",
  category: "",
  barcode: "",
  description: "",
};

/** A product's fields as they are. */
export function fieldsOf({ name, policy, details }: Product): ProductFields {
  const { unit = "piece", minimum, cost = "" } = details;
  return {
    ...{ name, policy, unit },
    minimum: minimum === undefined ? "" : quantityField(minimum, unit),
    cost: cost.split(" ")[0] ?? "",
    category: details.category ?? "",
    barcode: details.barcode ?? "",
    description: details.description ?? "",
  };
}

/** What is wrong with the fields, by field; empty if nothing is. */
export function fieldErrors(
  fields: ProductFields,
): Partial<Record<keyof ProductFields, string>> {
  const { name, minimum, cost, unit } = fields;
  return {
    ...(name.trim() === "" ? { name: text("required") } : {}),
    ...(minimum !== "" && typedQuantity(minimum, unit) === undefined
      ? { minimum: text("notQuantity") }
      : {}),
    ...(cost !== "" && typedPrice(cost) === undefined
      ? { cost: text("notPrice") }
      : {}),
  };
}

/**
 * The details as the node takes them.
 *
 * @param fields What was typed.
 * @param before The details as they were: their currency stays, and what was taken out is taken away.
 * @returns Details; an empty text takes one away.
 */
export function detailsOf(
  fields: ProductFields,
  before: Product["details"] = {},
): ProductDetailsInput {
  const { unit, category, barcode, description } = fields;
  const minimum = typedQuantity(fields.minimum, unit);
  const cost = typedPrice(fields.cost);
  const currency = before.cost?.split(" ")[1] ??
    knowledge.value.node?.currency ?? "";
  const kept = (name: "category" | "barcode" | "description", value: string) =>
    value.trim() === "" && before[name] === undefined
      ? {}
      : { [name]: value.trim() };
  return {
    unit,
    ...(minimum === undefined ? {} : { minimum }),
    ...(cost !== undefined
      ? { cost: `${cost} ${currency}` }
      : before.cost === undefined
      ? {}
      : { cost: "" }),
    ...kept("category", category),
    ...kept("barcode", barcode),
    ...kept("description", description),
  };
}

/** The fields that making and changing a product share. */
export function ProductFieldset(
  { fields, tried }: {
    readonly fields: Signal<ProductFields>;
    /** True once somebody tried to send them: then what is missing is said. */
    readonly tried: boolean;
  },
): VNode {
  const { value } = fields;
  const errors = tried ? fieldErrors(value) : {};
  const set = (change: Partial<ProductFields>) =>
    fields.value = { ...fields.value, ...change };
  return (
    <>
      <TextField
        label={`${text("name")} *`}
        value={value.name}
        error={errors.name}
        maxLength={200}
        focused
        onInput={(name) => set({ name })}
      />
      <div class="columns goods-pair">
        <TextField
          label={text("barcode")}
          value={value.barcode}
          mode="numeric"
          maxLength={64}
          // A scanner ends with Enter, which would send the form.
          onKeyDown={(event) => event.key === "Enter" && event.preventDefault()}
          onInput={(barcode) => set({ barcode })}
        />
        <TextField
          label={text("category")}
          value={value.category}
          maxLength={100}
          onInput={(category) => set({ category })}
        />
        <SelectField
          label={text("unit")}
          value={value.unit}
          choices={UNITS.map((unit) => ({
            value: unit,
            label: text(`unitName_${unit}`),
          }))}
          onInput={(unit) => set({ unit: unit as Unit })}
        />
        <TextField
          label={text("minimum")}
          hint={text("minimumHint", { unit: unitSign(value.unit) })}
          value={value.minimum}
          mode="decimal"
          error={errors.minimum}
          onInput={(minimum) => set({ minimum })}
        />
        <TextField
          label={text("cost")}
          value={value.cost}
          mode="decimal"
          error={errors.cost}
          onInput={(cost) => set({ cost })}
        />
      </div>
      <SelectField
        label={text("policy")}
        hint={text(`policyHelp_${value.policy}`)}
        value={value.policy}
        choices={(["soft", "strict", "unmetered"] as const).map((policy) => ({
          value: policy,
          label: text(`policy_${policy}`),
        }))}
        onInput={(policy) => set({ policy: policy as Policy })}
      />
      <TextField
        label={text("description")}
        value={value.description}
        maxLength={500}
        onInput={(description) => set({ description })}
      />
    </>
  );
}
