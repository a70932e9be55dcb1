/**
 * Transfers in words.
 *
 * @module
 */
import type { Transfer } from "../wire_types.ts";
import type { Named } from "./names.ts";
import { quantityText } from "./quantity.ts";

/** What is shown of the lines of a transfer. */
type Lines = Transfer["lines"];

/**
 * Lines in words.
 *
 * @param lines Products and quantities.
 * @param names Names and units by product.
 * @returns E.g. `4 × Honey, 1.500 kg × Sugar`.
 */
export function linesText(
  lines: Lines,
  names: ReadonlyMap<string, Named>,
): string {
  return lines.map(({ product, quantity }) => {
    const { name, unit } = names.get(product) ?? { name: product };
    return `${quantityText(quantity, unit)} × ${name}`;
  }).join(", ");
}

/** Whether as much arrived as was sent, once. */
export function isWhole({ lines, arrivals }: Transfer): boolean {
  const [first, ...others] = arrivals;
  const sums = (some: Lines) =>
    JSON.stringify(
      some.map(({ product, quantity }) => `${product} ${quantity}`).toSorted(),
    );
  return first !== undefined && others.length === 0 &&
    sums(first.lines) === sums(lines);
}
