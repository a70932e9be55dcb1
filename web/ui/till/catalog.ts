/**
 * The products that this till sells, held in the page and kept fresh, so that each key finds something at once and
 * selling goes on while the node is away.
 *
 * @module
 */
import { type Signal, signal } from "@preact/signals";
import { type Problem, read, type WirePage, withQuery } from "../base/http.ts";
import { type Change, onChanges } from "../base/live.ts";
import type { Product } from "../wire_types.ts";
import { indexOf, type ProductIndex } from "./product_search.ts";

/** The most products that are held; others are found by their id alone. */
export const PRODUCTS_MAX = 20_000;
const PAGE_ROWS = 1_000;
/** More products than this that changed at once are read again as a whole. */
const SINGLE_READS_MAX = 20;
/** Prices come into force by the clock, without a change being told. */
const REFRESH_MS = 120_000;
const RETRY_MS = 3_000;

/** What is known of the products. */
export interface Catalog {
  readonly index: ProductIndex;
  /** When all of them were read last; undefined before. */
  readonly asOf: number | undefined;
  readonly problem: Problem | undefined;
}

/** The products as they are known now. */
export const catalog: Signal<Catalog> = signal({
  index: indexOf([]),
  asOf: undefined,
  problem: undefined,
});

const held = new Map<string, Product>();
let timer: number | undefined;
let reading = false;
let users = 0;
let stop: (() => void) | undefined;

/** The price of a product now; undefined where it is not known. */
export function priceOf(product: string): string | null | undefined {
  const found = catalog.value.index.byId.get(product);
  return found === undefined ? undefined : found.price?.amount ?? null;
}

/** By what a product is sold; undefined where it is not known. */
export function unitOf(product: string): string | undefined {
  return catalog.value.index.byId.get(product)?.details.unit;
}

/** Pieces or thousandths that are there; undefined where that does not matter or nobody knows. */
export function onHandOf(product: string): number | undefined {
  const found = catalog.value.index.byId.get(product);
  return found === undefined || found.policy === "unmetered"
    ? undefined
    : found.onHand;
}

/**
 * Holds the products as long as somebody needs them.
 *
 * @returns A function that ends it.
 */
export function useCatalogWhile(): () => void {
  users += 1;
  if (users === 1) {
    stop = onChanges(["products", "stock"], changed);
    void refresh();
  }
  return () => {
    users -= 1;
    if (users > 0) return;
    stop?.();
    clearTimeout(timer);
  };
}

/** Reads all products again. */
export async function refresh(): Promise<void> {
  if (reading) return;
  reading = true;
  clearTimeout(timer);
  const found: Product[] = [];
  let cursor: string | null | undefined;
  let problem: Problem | undefined;
  while (cursor !== null && found.length < PRODUCTS_MAX) {
    const answer = await read<WirePage<Product>>(
      withQuery("/v1/products", { limit: PAGE_ROWS, cursor }),
    );
    if (!answer.ok) {
      problem = answer.problem;
      break;
    }
    found.push(...answer.value.items);
    cursor = answer.value.next;
  }
  reading = false;
  if (problem === undefined) {
    held.clear();
    for (const product of found) held.set(product.product, product);
    publish(Date.now());
  } else {
    catalog.value = { ...catalog.peek(), problem };
  }
  if (users > 0) {
    timer = setTimeout(
      () => void refresh(),
      problem === undefined ? REFRESH_MS : RETRY_MS,
    );
  }
}

function publish(asOf: number | undefined): void {
  catalog.value = { index: indexOf(held.values()), asOf, problem: undefined };
}

/** The product is the last part of each key, of `stock` as of `products`. */
function changed(changes: readonly Change[]): void {
  const ids = new Set(changes.map(({ key }) => String(key[1] ?? "")));
  if (changes.length === 0 || ids.has("") || ids.size > SINGLE_READS_MAX) {
    void refresh();
    return;
  }
  void readAgain([...ids]);
}

async function readAgain(ids: readonly string[]): Promise<void> {
  await Promise.all(ids.map(async (id) => {
    const product = await readProduct(id);
    if (product !== undefined) held.set(id, product);
  }));
  publish(catalog.peek().asOf);
}

async function readProduct(id: string): Promise<Product | undefined> {
  const answer = await read<Product>(`/v1/products/${encodeURIComponent(id)}`);
  return answer.ok ? answer.value : undefined;
}

/**
 * A product that is not among those held: asked of the node by its id.
 *
 * @param id The id.
 * @returns The product; undefined if there is none or the node is away.
 */
export async function findOutside(id: string): Promise<Product | undefined> {
  if (id === "" || id.length > 64) return undefined;
  const product = await readProduct(id);
  if (product?.listed !== true) return undefined;
  held.set(product.product, product);
  publish(catalog.peek().asOf);
  return product;
}
