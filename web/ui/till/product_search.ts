/**
 * Finds products by code, id or words of their name, among those that the page holds: it answers at each key, and also
 * while the node is away.
 *
 * @module
 */
import type { Product } from "../wire_types.ts";

/** A product with what is looked through. */
interface Indexed {
  readonly product: Product;
  readonly name: string;
  readonly id: string;
  readonly place: number;
}

/** Products, ready to be searched. */
export interface ProductIndex {
  readonly all: readonly Indexed[];
  readonly byId: ReadonlyMap<string, Product>;
  readonly byCode: ReadonlyMap<string, Product>;
}

/** The most products shown for a text. */
export const FOUND_MAX = 40;

/** A text without case and accents. */
export function plain(text: string): string {
  return text.normalize("NFD").replaceAll(/\p{M}/gu, "").toLowerCase();
}

/**
 * Makes products ready to be searched.
 *
 * @param products Those that are sold.
 * @returns The index.
 */
export function indexOf(products: Iterable<Product>): ProductIndex {
  const all: Indexed[] = [];
  const byId = new Map<string, Product>();
  const byCode = new Map<string, Product>();
  for (const product of products) {
    if (!product.listed) continue;
    all.push({
      product,
      name: plain(product.name),
      id: plain(product.product),
      place: all.length,
    });
    byId.set(product.product, product);
    const code = product.details.barcode?.trim() ?? "";
    if (code !== "" && !byCode.has(code)) byCode.set(code, product);
  }
  return { all, byId, byCode };
}

/**
 * The product that a code or an id names exactly.
 *
 * @param index The products.
 * @param words A code or an id.
 * @returns The product; undefined if none has it.
 */
export function exact(
  index: ProductIndex,
  words: string,
): Product | undefined {
  return index.byCode.get(words) ?? index.byId.get(words) ??
    index.byId.get(words.toLowerCase());
}

/** How well a product fits; 0 if it does not. The more the better. */
function score(
  { product, name, id }: Indexed,
  wanted: readonly string[],
): number {
  let sum = 1;
  for (const word of wanted) {
    if (id === word || product.details.barcode === word) sum += 16;
    else if (name.startsWith(word)) sum += 8;
    else if (id.startsWith(word)) sum += 6;
    else if (name.includes(` ${word}`)) sum += 4;
    else if (name.includes(word) || id.includes(word)) sum += 2;
    else if (product.details.barcode?.startsWith(word) === true) sum += 1;
    else return 0;
  }
  return sum;
}

/**
 * Products whose name, id or code has all words, the best first.
 *
 * @param index The products.
 * @param words What was typed.
 * @returns At most {@linkcode FOUND_MAX}; none for an empty text.
 */
export function search(index: ProductIndex, words: string): Product[] {
  const wanted = plain(words).split(/\s+/).filter((word) => word !== "");
  if (wanted.length === 0) return [];
  return index.all
    .map((one) => ({ one, score: score(one, wanted) }))
    .filter((found) => found.score > 0)
    .sort((a, b) => b.score - a.score || a.one.place - b.one.place)
    .slice(0, FOUND_MAX)
    .map(({ one }) => one.product);
}

/**
 * Names of categories, in the order of their first product.
 *
 * @param index The products.
 * @returns Each once; none for products without one.
 */
export function categoriesOf(index: ProductIndex): string[] {
  const names = new Set<string>();
  for (const { product } of index.all) {
    const name = product.details.category ?? "";
    if (name !== "") names.add(name);
  }
  return [...names];
}
