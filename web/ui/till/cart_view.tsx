/**
 * The cart: its lines, what is taken off, and the total.
 *
 * @module
 */
import type { VNode } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { ZERO } from "../base/amounts.ts";
import { Button } from "../parts/button.tsx";
import { isMeasured, type LineSum } from "./cart.ts";
import {
  cart,
  changeCart,
  changeLine,
  currentLine,
  sum,
} from "./cart_store.ts";
import { onHandOf } from "./catalog.ts";
import { focusScan } from "./finder.ts";
import { openDialog } from "./open_dialog.ts";
import { moneyText, quantityText } from "./quantity_text.ts";
import { text } from "./texts.ts";

/** The cart's lines, oldest first. */
export function CartLines(): VNode {
  const { lines } = sum.value;
  const wanted = new Map<string, number>();
  for (const { line } of lines) {
    wanted.set(line.product, (wanted.get(line.product) ?? 0) + line.quantity);
  }
  return (
    <ol class="till-lines" aria-label={text("cart")}>
      {lines.map((one) => (
        <Line
          key={one.line.key}
          sum={one}
          wanted={wanted.get(one.line.product) ?? 0}
        />
      ))}
    </ol>
  );
}

function Line(
  { sum: { line, price, discount, amount }, wanted }: {
    readonly sum: LineSum;
    readonly wanted: number;
  },
): VNode {
  const row = useRef<HTMLLIElement>(null);
  const current = currentLine.value === line.key;
  useEffect(() => {
    if (current) row.current?.scrollIntoView({ block: "nearest" });
  }, [current, line.quantity]);
  const unit = isMeasured(line) ? ` / ${line.unit}` : "";
  const there = onHandOf(line.product);
  return (
    <li ref={row} class={current ? "current" : ""}>
      <button
        type="button"
        class="what"
        aria-current={current ? "true" : undefined}
        onClick={() => {
          currentLine.value = line.key;
          openDialog.value = { kind: "line", key: line.key };
        }}
      >
        <span class="name">{line.name}</span>
        <span class="each">
          {price === undefined
            ? text("noPrice")
            : `${moneyText(price, line.currency)}${unit}`}
          {line.ownPrice === undefined ? "" : ` · ${text("ownPriceMark")}`}
          {discount.units === 0n
            ? ""
            : ` · ${
              text("lessMark", { amount: moneyText(discount, line.currency) })
            }`}
        </span>
        {there !== undefined && wanted > there
          ? (
            <span class="short">
              {there <= 0
                ? text("noneThere")
                : text("onlyThere", { count: quantityText(there, line.unit) })}
            </span>
          )
          : null}
      </button>
      <Stepper sum={{ line }} />
      <span class="amount">{moneyText(amount, line.currency)}</span>
    </li>
  );
}

function Stepper(
  { sum: { line } }: { readonly sum: Pick<LineSum, "line"> },
): VNode {
  const step = (by: number) => {
    changeLine(line.key, { quantity: line.quantity + by });
    focusScan();
  };
  if (isMeasured(line)) {
    return (
      <span class="stepper">
        <span class="count">{quantityText(line.quantity, line.unit)}</span>
        <Button
          kind="quiet"
          icon="trash"
          label={text("removeLine", { name: line.name })}
          onClick={() => step(-line.quantity)}
        />
      </span>
    );
  }
  return (
    <span class="stepper">
      <Button
        kind="quiet"
        icon={line.quantity === 1 ? "trash" : "minus"}
        label={text(line.quantity === 1 ? "removeLine" : "oneLess", {
          name: line.name,
        })}
        onClick={() => step(-1)}
      />
      <span class="count">{quantityText(line.quantity, line.unit)}</span>
      <Button
        kind="quiet"
        icon="plus"
        label={text("oneMore", { name: line.name })}
        onClick={() => step(1)}
      />
    </span>
  );
}

/** What the cart comes to. */
export function CartTotal(): VNode {
  const { total, sum: whole, discount, currency, lines } = sum.value;
  const { customer } = cart.value;
  const off = lines.reduce((all, one) => all + one.discount.units, ZERO.units);
  return (
    <div class="till-total">
      {customer === undefined ? null : (
        <p class="customer">
          <span>
            {text("customer")}: <strong>{customer.name}</strong>{" "}
            {customer.document}
          </span>
          <Button
            kind="quiet"
            icon="close"
            label={text("removeCustomer")}
            onClick={() => {
              changeCart({ customer: undefined });
              focusScan();
            }}
          />
        </p>
      )}
      {discount.units === 0n && off === 0n ? null : (
        <dl>
          <div>
            <dt>{text("subtotal")}</dt>
            <dd>{moneyText(whole, currency)}</dd>
          </div>
          {discount.units === 0n ? null : (
            <div>
              <dt>{text("discount")}</dt>
              <dd>−{moneyText(discount, currency)}</dd>
            </div>
          )}
        </dl>
      )}
      <p class="sum" aria-live="polite">
        <span>{text("total")}</span>
        <strong>{moneyText(total, currency)}</strong>
      </p>
    </div>
  );
}
