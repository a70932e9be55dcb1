/**
 * Finding a product by the name that somebody typed (D-43).
 *
 * @module
 */
import type { ProductRow } from "./inventory_products.ts";

/** A name without accents, case and outer blanks. */
function folded(name: string): string {
  return name.trim().normalize("NFD").replace(/\p{Mn}/gu, "").toLowerCase();
}

/**
 * The product that a typed name means.
 *
 * @param products The products.
 * @param typed What was typed.
 * @returns The only product with exactly this name; else the only one whose name is the same but for case, accents and
 * outer blanks; else undefined.
 */
export function productNamed(
  products: readonly ProductRow[],
  typed: string,
): ProductRow | undefined {
  const exact = products.filter(({ name }) => name === typed);
  const wanted = folded(typed);
  const found = exact.length > 0
    ? exact
    : products.filter(({ name }) => folded(name) === wanted);
  return found.length === 1 ? found[0] : undefined;
}
