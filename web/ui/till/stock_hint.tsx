/**
 * How much of a product is there, in words; what runs out stands out.
 *
 * @module
 */
import type { VNode } from "preact";
import type { Product } from "../wire_types.ts";
import { quantityText } from "./quantity_text.ts";
import { text } from "./texts.ts";

/** How much of a product is there; nothing where that does not matter. */
export function StockHint(
  { product }: { readonly product: Product },
): VNode | null {
  const { policy, onHand, details } = product;
  if (policy === "unmetered") return null;
  if (onHand <= 0) return <span class="till-stock out">{text("soldOut")}</span>;
  const low = details.minimum !== undefined && onHand <= details.minimum;
  return (
    <span class={`till-stock ${low ? "low" : ""}`}>
      {text(low ? "left" : "stock", {
        count: quantityText(onHand, details.unit),
      })}
    </span>
  );
}
