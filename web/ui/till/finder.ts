/**
 * What the scan field holds and finds, and what happens to what was scanned or chosen.
 *
 * @module
 */
import {
  computed,
  type ReadonlySignal,
  type Signal,
  signal,
} from "@preact/signals";
import { typedThousandths } from "../base/amounts.ts";
import type { Product } from "../wire_types.ts";
import { addProduct } from "./cart_store.ts";
import { catalog, findOutside } from "./catalog.ts";
import { entryOf } from "./entry.ts";
import { exact, search } from "./product_search.ts";
import { openDialog } from "./open_dialog.ts";
import { lastDone } from "./outbox.ts";
import { text } from "./texts.ts";

/** What stands in the scan field. */
export const scanText: Signal<string> = signal("");
/** Which of the products found is marked. */
export const marked: Signal<number> = signal(0);
/** Why the last entry was not taken; empty if it was. */
export const complaint: Signal<string> = signal("");
/** What was taken last, for who cannot see it. */
export const taken: Signal<string> = signal("");

/** Products that fit what stands in the scan field, the best first. */
export const found: ReadonlySignal<readonly Product[]> = computed(() =>
  search(catalog.value.index, entryOf(scanText.value).words)
);

let field: HTMLInputElement | null = null;

/** Says which input the scan field is. */
export function setField(input: HTMLInputElement | null): void {
  field = input;
}

/** Gives the focus back to the scan field. */
export function focusScan(): void {
  field?.focus();
  // A dialog that goes away takes the caret with it: Chromium then writes nothing into the field that has the focus.
  const end = field?.value.length ?? 0;
  field?.setSelectionRange(end, end);
}

/** Whether an element is the scan field. */
export function isField(element: EventTarget | null): boolean {
  return element !== null && element === field;
}

/** Changes what stands in the scan field. */
export function setScanText(value: string): void {
  scanText.value = value;
  marked.value = 0;
  complaint.value = "";
}

/**
 * Takes what stands in the scan field: a code or an id, or the product that is marked among those found.
 *
 * @param scanned True if a scanner sent it: then only an exact code is meant.
 */
export async function takeEntry(scanned: boolean): Promise<void> {
  const { quantity, words } = entryOf(scanText.value);
  if (words === "") return;
  const { index } = catalog.value;
  const known = exact(index, words) ??
    (scanned ? undefined : found.value[marked.value]);
  const product = known ?? await findOutside(words);
  if (product === undefined) {
    complaint.value = text("unknownCode", { code: words });
    setTimeout(() => field?.select());
    return;
  }
  take(product, quantity);
}

/**
 * Puts a product into the cart, and asks for the weight of what is sold by measure.
 *
 * @param product The product.
 * @param quantity What was typed before the star.
 */
export function take(product: Product, quantity?: string): void {
  lastDone.value = undefined;
  const unit = product.details.unit ?? "piece";
  if (unit !== "piece") {
    const thousandths = quantity === undefined
      ? undefined
      : typedThousandths(quantity);
    setScanText("");
    if (thousandths === undefined || thousandths === 0) {
      openDialog.value = { kind: "measure", product };
    } else put(product, thousandths);
    return;
  }
  const count = Number(quantity ?? 1);
  if (!Number.isInteger(count) || count < 1) {
    complaint.value = text("wholeOnly", { name: product.name });
    return;
  }
  setScanText("");
  put(product, count);
}

/** Puts so much of a product into the cart. */
export function put(product: Product, quantity: number): void {
  if (!addProduct(product, quantity)) {
    complaint.value = text("tooManyLines");
    return;
  }
  taken.value = text("added", { name: product.name });
}
