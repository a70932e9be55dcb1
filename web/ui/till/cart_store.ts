/**
 * The cart at hand and the sales that were put aside; both survive a reload and a restart of the node.
 *
 * @module
 */
import {
  computed,
  type ReadonlySignal,
  type Signal,
  signal,
} from "@preact/signals";
import { newId } from "../base/ids.ts";
import type { Product } from "../wire_types.ts";
import {
  type Cart,
  type CartSum,
  cartSum,
  type LineChange,
  lineOf,
  LINES_MAX,
  withChange,
  withLine,
} from "./cart.ts";
import { priceOf } from "./catalog.ts";
import { asList, asObject, kept } from "./kept.ts";

/** The most sales put aside. */
export const HELD_MAX = 50;
/** The most products whose sales are counted, to show the frequent ones first. */
const COUNTED_MAX = 300;

/** A sale that was put aside. */
export interface HeldCart {
  readonly cart: Cart;
  /** What the person called it. */
  readonly name: string;
  /** When, in milliseconds since 1970. */
  readonly at: number;
}

function emptyCart(): Cart {
  return { id: newId(), lines: [] };
}

function cartOf(value: unknown): Cart | undefined {
  const cart = asObject<Cart>(value, "id", "lines");
  return cart !== undefined && Array.isArray(cart.lines) ? cart : undefined;
}

/** The cart at hand. */
export const cart: Signal<Cart> = kept("panal.till.cart", emptyCart, cartOf);

/** Sales put aside, the latest first. */
export const heldCarts: Signal<readonly HeldCart[]> = kept<readonly HeldCart[]>(
  "panal.till.held",
  () => [],
  (value) => asList<HeldCart>(value, "cart", "name", "at"),
);

/** How often each product was sold here. */
export const soldCounts: Signal<Readonly<Record<string, number>>> = kept<
  Readonly<Record<string, number>>
>(
  "panal.till.counts",
  () => ({}),
  (value) => asObject<Record<string, number>>(value),
);

/** What the cart comes to at the prices known now. */
export const sum: ReadonlySignal<CartSum> = computed(() =>
  cartSum(cart.value, priceOf)
);

/** The line that keys change: the one added or touched last. */
export const currentLine: Signal<string | undefined> = signal(undefined);

/** Begins a new sale. */
export function clearCart(): void {
  cart.value = emptyCart();
  currentLine.value = undefined;
}

/**
 * Puts a product into the cart.
 *
 * @param product The product.
 * @param quantity Pieces, or thousandths of its unit.
 * @returns False if a sale takes no more lines.
 */
export function addProduct(product: Product, quantity: number): boolean {
  if (cart.value.lines.length >= LINES_MAX) return false;
  const added = withLine(cart.value, lineOf(product, quantity, newId()));
  cart.value = added.cart;
  currentLine.value = added.key;
  return true;
}

/** Changes a line; a quantity of 0 takes it out. */
export function changeLine(key: string, change: LineChange): void {
  const place = cart.value.lines.findIndex((line) => line.key === key);
  cart.value = withChange(cart.value, key, change);
  const { lines } = cart.value;
  currentLine.value = lines.some((line) => line.key === key)
    ? key
    : lines[Math.min(place, lines.length - 1)]?.key;
}

/** Changes what concerns the whole sale; undefined takes it away. */
export function changeCart(
  change: {
    readonly discount?: Cart["discount"] | undefined;
    readonly customer?: Cart["customer"] | undefined;
    readonly id?: string;
  },
): void {
  const { discount, customer, ...rest } = { ...cart.value, ...change };
  cart.value = {
    ...rest,
    ...(discount === undefined ? {} : { discount }),
    ...(customer === undefined ? {} : { customer }),
  };
}

/**
 * Puts the cart aside and begins a new one.
 *
 * @param name What the person calls it.
 * @returns False if too many are put aside already.
 */
export function holdCart(name: string): boolean {
  if (heldCarts.value.length >= HELD_MAX) return false;
  heldCarts.value = [
    { cart: cart.value, name, at: Date.now() },
    ...heldCarts.value,
  ];
  clearCart();
  return true;
}

/** Takes up a sale again; the cart at hand is put aside if there is something in it. */
export function recallCart(id: string): void {
  const found = heldCarts.value.find((one) => one.cart.id === id);
  if (found === undefined) return;
  heldCarts.value = heldCarts.value.filter((one) => one !== found);
  takeUp(found.cart);
}

/** Makes a cart the one at hand; the one before is put aside if there is something in it. */
export function takeUp(next: Cart): void {
  if (cart.value.lines.length > 0) holdCart("");
  cart.value = next;
  currentLine.value = next.lines.at(-1)?.key;
}

/** Drops a sale that was put aside. */
export function dropHeld(id: string): void {
  heldCarts.value = heldCarts.value.filter((one) => one.cart.id !== id);
}

/** Counts what was sold, so that the frequent products stand first. */
export function countSold({ lines }: Cart): void {
  const counts: Record<string, number> = { ...soldCounts.value };
  for (const { product } of lines) counts[product] = (counts[product] ?? 0) + 1;
  const most = Object.entries(counts).sort(([, a], [, b]) => b - a);
  soldCounts.value = Object.fromEntries(most.slice(0, COUNTED_MAX));
}
