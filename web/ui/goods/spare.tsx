/**
 * Saying what a site can spare for others.
 *
 * @module
 */
import type { VNode } from "preact";
import { useSignal } from "@preact/signals";
import type { Product } from "../wire_types.ts";
import { change } from "../base/http.ts";
import { isNode, ownSite } from "../base/session.ts";
import { TextField } from "../parts/field.tsx";
import { Form, useAction } from "../parts/form.tsx";
import { Section } from "../parts/page.tsx";
import { ProductFinder } from "./finder.tsx";
import { quantityText, typedQuantity, unitSign } from "./quantity.ts";
import { SiteField } from "./scope.tsx";
import { text } from "./texts.ts";

/** Offers goods of a site to others. */
export function Spare(): VNode {
  const site = useSignal(ownSite.value ?? "");
  const product = useSignal<Product | undefined>(undefined);
  const typed = useSignal("");
  const tried = useSignal(false);
  const action = useAction();
  const unit = product.value?.details.unit;
  const quantity = typedQuantity(typed.value, unit);

  async function submit(): Promise<void> {
    tried.value = true;
    const found = product.value;
    if (found === undefined || quantity === undefined || site.value === "") {
      return;
    }
    // What is offered takes the place of what was offered before, so a repeat changes nothing.
    const done = await action.run(() =>
      change("POST", "/v1/stock/offers", {
        ...{ site: site.value, product: found.product, quantity },
      }), text("offerMade", { name: found.name }));
    if (done === undefined) return;
    tried.value = false;
    product.value = undefined;
    typed.value = "";
  }

  return (
    <Section title={text("spare")}>
      <p class="muted">{text("spareHelp")}</p>
      {isNode("office")
        ? (
          <SiteField
            label={text("site")}
            value={site.value}
            all
            onInput={(value) => site.value = value}
          />
        )
        : null}
      {site.value === "" ? null : (
        <ProductFinder
          scope={`site:${site.value}`}
          onFound={(found) => product.value = found}
        />
      )}
      {product.value === undefined ? null : (
        <Form
          submit={text("offer")}
          action={action}
          onSubmit={() => void submit()}
          onCancel={() => product.value = undefined}
        >
          <p>
            <strong>{product.value.name}</strong>{" "}
            <span class="muted">
              {text("onHandAt", { site: site.value })}:{" "}
              {quantityText(product.value.onHand, unit)}
            </span>
          </p>
          <TextField
            label={`${text("canSpare")} (${unitSign(unit ?? "piece")})`}
            hint={text("canSpareHint")}
            value={typed.value}
            mode="decimal"
            focused
            error={tried.value && quantity === undefined
              ? text("notQuantity")
              : undefined}
            onInput={(value) => typed.value = value}
          />
        </Form>
      )}
    </Section>
  );
}
