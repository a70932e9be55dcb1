/**
 * Compares what a file says with what a node says.
 *
 * @module
 */
import {
  equalSums,
  formatNanos,
  NO_SUMS,
  NO_TOTALS,
  type PlaceTotals,
  type Sums,
} from "./totals.ts";

/** Something that a file and a node say differently. */
export interface Difference {
  /** The site. */
  readonly site: string;
  /** The product, or null for the site as a whole. */
  readonly product: string | null;
  /** What the file says. */
  readonly file: Sums;
  /** What the node says. */
  readonly node: Sums;
}

/**
 * Compares the sums of all sites, as a whole and product by product.
 *
 * @param file What the file says, by site.
 * @param node What the node says, by site.
 * @returns What differs, by site and product; empty if all is equal.
 */
export function compareTotals(
  file: ReadonlyMap<string, PlaceTotals>,
  node: ReadonlyMap<string, PlaceTotals>,
): readonly Difference[] {
  const sites = [...new Set([...file.keys(), ...node.keys()])].sort();
  return sites.flatMap((site) =>
    comparePlace(site, {
      file: file.get(site) ?? NO_TOTALS,
      node: node.get(site) ?? NO_TOTALS,
    })
  );
}

function comparePlace(
  site: string,
  { file, node }: { readonly file: PlaceTotals; readonly node: PlaceTotals },
): Difference[] {
  const found: Difference[] = [];
  const compare = (product: string | null, a: Sums, b: Sums) => {
    if (!equalSums(a, b)) found.push({ site, product, file: a, node: b });
  };
  compare(null, file, node);
  const products = new Set([...file.products.keys(), ...node.products.keys()]);
  for (const product of [...products].sort()) {
    compare(
      product,
      file.products.get(product) ?? NO_SUMS,
      node.products.get(product) ?? NO_SUMS,
    );
  }
  return found;
}

/**
 * A difference as one line of text.
 *
 * @param difference A difference.
 * @returns For example `CUS product 819255: file 3 lines, 4 units, 7.96; node 2 lines, 2 units, 3.98`.
 */
export function describeDifference(difference: Difference): string {
  const { site, product, file, node } = difference;
  const what = product === null ? site : `${site} product ${product}`;
  const noun = product === null ? "sales" : "lines";
  const describe = (sums: Sums) =>
    `${sums.count} ${noun}, ${sums.units} units, ${formatNanos(sums.nanos)}`;
  return `${what}: file ${describe(file)}; node ${describe(node)}`;
}
