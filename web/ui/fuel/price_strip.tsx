/**
 * The prices that hold at a site, in one line.
 *
 * @module
 */
import type { VNode } from "preact";
import type { FuelPrices } from "../wire_types.ts";
import { formatAmount } from "../base/format.ts";
import { useResource } from "../base/resource.ts";
import { text } from "./texts.ts";

/** The prices that hold at a site, in one line. */
export function PriceStrip({ site }: { readonly site: string }): VNode {
  const prices = useResource<FuelPrices>(`/v1/fuel-prices/${site}`, {
    views: ["products"],
    everyMs: 30_000,
  });
  const items = prices.value?.prices ?? [];
  return (
    <p class="pump-prices">
      {items.length === 0 && prices.value !== undefined
        ? <span class="muted">{text("noPrices")}</span>
        : items.map(({ fuel, price }) => (
          <span key={fuel}>
            {fuel} <strong>{formatAmount(price)}</strong>
          </span>
        ))}
      <a href="/fuel-prices">{text("fuelPrices")}</a>
    </p>
  );
}
