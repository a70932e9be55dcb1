/**
 * Whether more of a product is wanted, in words: the color only repeats them.
 *
 * @module
 */
import type { VNode } from "preact";
import type { Product } from "../wire_types.ts";
import { Badge } from "../parts/page.tsx";
import { quantityText } from "./quantity.ts";
import { text } from "./texts.ts";

/** How a product's stock is. */
export type StockState = "uncounted" | "owed" | "gone" | "low" | "enough";

/**
 * How a product's stock is.
 *
 * @param product The product.
 * @returns As the node's own filter of low stock has it.
 */
export function stockState(
  { policy, onHand, details }: Pick<Product, "policy" | "onHand" | "details">,
): StockState {
  if (policy === "unmetered") return "uncounted";
  if (onHand < 0) return "owed";
  if (onHand === 0) return "gone";
  return onHand <= (details.minimum ?? 0) ? "low" : "enough";
}

/** The word for a stock that is not enough; nothing otherwise. */
export function LowBadge(
  { product }: { readonly product: Product },
): VNode | null {
  const state = stockState(product);
  switch (state) {
    case "owed":
      return <Badge kind="bad">{text("belowZero")}</Badge>;
    case "gone":
      return <Badge kind="bad">{text("soldOut")}</Badge>;
    case "low":
      return <Badge kind="warn">{text("lowStock")}</Badge>;
    default:
      return null;
  }
}

/** What is there of a product, and whether that is too little. */
export function OnHand({ product }: { readonly product: Product }): VNode {
  if (product.policy === "unmetered") {
    return <span class="muted">{text("notCounted")}</span>;
  }
  const short = stockState(product) !== "enough";
  return (
    <span class={`goods-on-hand ${short ? "short" : ""}`}>
      <LowBadge product={product} />{" "}
      <span>{quantityText(product.onHand, product.details.unit)}</span>
    </span>
  );
}
