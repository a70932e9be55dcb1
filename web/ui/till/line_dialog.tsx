/**
 * Dialogs for one line: how much of it, another price, a discount; and the weight of what is sold by measure.
 *
 * @module
 */
import type { VNode } from "preact";
import { useSignal } from "@preact/signals";
import {
  type Decimal,
  decimalText,
  times,
  typedAmount,
  typedThousandths,
} from "../base/amounts.ts";
import { may } from "../base/session.ts";
import { Button } from "../parts/button.tsx";
import { Dialog } from "../parts/dialog.tsx";
import { TextField } from "../parts/field.tsx";
import type { Product } from "../wire_types.ts";
import {
  type CartLine,
  type Discount,
  isMeasured,
  lineSum,
  placesOf,
  priceOfLine,
  typedDiscount,
} from "./cart.ts";
import { cart, changeLine } from "./cart_store.ts";
import { priceOf } from "./catalog.ts";
import { put } from "./finder.ts";
import { moneyText, quantityText } from "./quantity_text.ts";
import { text } from "./texts.ts";

/** Reads a quantity of a line; undefined if it is none. */
function typedQuantity(
  typed: string,
  line: Pick<CartLine, "unit">,
): number | undefined {
  if (isMeasured(line)) return typedThousandths(typed);
  return /^[0-9]{1,6}$/.test(typed.trim()) ? Number(typed) : undefined;
}

/** A quantity as it is typed. */
function quantityInput({ quantity, unit }: CartLine): string {
  return unit === "piece" ? String(quantity) : String(quantity / 1000);
}

function discountInput(discount: Discount | undefined): string {
  if (discount === undefined) return "";
  return discount.kind === "percent" ? `${discount.value}%` : discount.value;
}

/** Asks how much of what is sold by measure. */
export function MeasureDialog(
  { product, onClose }: {
    readonly product: Product;
    readonly onClose: () => void;
  },
): VNode {
  const typed = useSignal("");
  const unit = product.details.unit ?? "kg";
  const quantity = typedThousandths(typed.value);
  const price = product.price === null ? undefined : typedPrice(product);
  const bad = typed.value !== "" && (quantity === undefined || quantity === 0);
  return (
    <Dialog title={product.name} onClose={onClose}>
      <form
        class="form"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          if (quantity === undefined || quantity === 0) return;
          put(product, quantity);
          onClose();
        }}
      >
        <TextField
          label={text("howMuch", { unit })}
          hint={text("measureHint", { unit })}
          error={bad ? text("notMeasure") : ""}
          mode="decimal"
          value={typed.value}
          focused
          onInput={(value) => typed.value = value}
        />
        {price === undefined || quantity === undefined
          ? null
          : (
            <p class="till-preview">
              {quantityText(quantity, unit)} ×{" "}
              {moneyText(price, currencyOf(product))}
              {" = "}
              <strong>{previewText(product, quantity)}</strong>
            </p>
          )}
        <div class="actions">
          <Button submit kind="primary" large>{text("add")}</Button>
        </div>
      </form>
    </Dialog>
  );
}

function currencyOf({ price }: Product): string {
  return price?.currency ?? "PEN";
}

function typedPrice({ price }: Product): Decimal | undefined {
  return price === null
    ? undefined
    : priceOfLine(lineFor(price.amount, price.currency), () => undefined);
}

function lineFor(price: string, currency: string): CartLine {
  return {
    ...{ key: "", product: "", name: "", unit: "kg", quantity: 0 } as const,
    price,
    currency,
  };
}

function previewText({ price }: Product, quantity: number): string {
  if (price === null) return "";
  const line = { ...lineFor(price.amount, price.currency), quantity };
  return moneyText(lineSum(line, () => undefined).amount, price.currency);
}

/** Changes a line of the cart. */
export function LineDialog(
  { line, onClose }: {
    readonly line: CartLine;
    readonly onClose: () => void;
  },
): VNode {
  const places = placesOf(line.currency);
  const quantity = useSignal(quantityInput(line));
  const price = useSignal(line.ownPrice ?? "");
  const discount = useSignal(discountInput(line.discount));
  const tried = useSignal(false);
  const allowed = may("supervisor");
  const count = typedQuantity(quantity.value, line);
  const own = price.value.trim() === ""
    ? undefined
    : typedAmount(price.value, Math.max(places, 2));
  const less = typedDiscount(discount.value, places);
  const priceBad = price.value.trim() !== "" && own === undefined;
  const changed: CartLine | undefined =
    count === undefined || priceBad || less === undefined
      ? undefined
      : changedLine(line, count, own, less);
  const after = changed === undefined ? undefined : lineSum(changed, priceOf);
  const tooMuch = after !== undefined && after.amount.units < 0n;
  const usual = priceOfLine(
    changedLine(line, line.quantity, undefined, "none"),
    priceOf,
  );
  return (
    <Dialog title={line.name} onClose={onClose}>
      <form
        class="form"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          tried.value = true;
          if (changed === undefined || tooMuch) return;
          changeLine(line.key, {
            quantity: changed.quantity,
            ownPrice: changed.ownPrice,
            discount: changed.discount,
          });
          onClose();
        }}
      >
        <TextField
          label={isMeasured(line)
            ? text("howMuch", { unit: line.unit })
            : text("quantity")}
          mode={isMeasured(line) ? "decimal" : "numeric"}
          value={quantity.value}
          error={count === undefined ? text("notQuantity") : ""}
          focused
          onInput={(value) => quantity.value = value}
        />
        {allowed ? null : <p class="hint">{text("approvedAtPay")}</p>}
        <TextField
          label={text("ownPrice")}
          hint={usual === undefined
            ? text("noPrice")
            : text("usualPrice", { price: moneyText(usual, line.currency) })}
          mode="decimal"
          value={price.value}
          error={priceBad ? text("notAmount") : ""}
          onInput={(value) => price.value = value}
        />
        <TextField
          label={text("lineDiscount")}
          hint={text("discountHint")}
          value={discount.value}
          error={less === undefined
            ? text("notDiscount")
            : tooMuch
            ? text("discountTooMuch")
            : ""}
          onInput={(value) => discount.value = value}
        />
        {after === undefined || tooMuch ? null : (
          <p class="till-preview">
            {text("lineAmount")}{" "}
            <strong>{moneyText(after.amount, line.currency)}</strong>
          </p>
        )}
        <div class="actions">
          <Button
            kind="danger"
            icon="trash"
            onClick={() => {
              changeLine(line.key, { quantity: 0 });
              onClose();
            }}
          >
            {text("remove")}
          </Button>
          <Button submit kind="primary">{text("apply")}</Button>
        </div>
      </form>
    </Dialog>
  );
}

function changedLine(
  { ownPrice: _, discount: __, ...line }: CartLine,
  quantity: number,
  own: Decimal | undefined,
  less: Discount | "none",
): CartLine {
  return {
    ...line,
    quantity,
    ...(own === undefined ? {} : { ownPrice: decimalText(times(own, 1)) }),
    ...(less === "none" ? {} : { discount: less }),
  };
}

/** The line that a key names; undefined once it is gone. */
export function lineWith(key: string): CartLine | undefined {
  return cart.value.lines.find((line) => line.key === key);
}
