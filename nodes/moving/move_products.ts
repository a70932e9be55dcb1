/**
 * Sets at the node what messages of branches do not carry: what a product costs, its minimum, its picture.
 *
 * @module
 */
import {
  type Json,
  type NodeClient,
  objectOf,
  problemOf,
} from "./node_client.ts";
import type { OldRow } from "./old_tables.ts";
import type { FileRow } from "./read_tables.ts";
import { prefixOf } from "./sale_messages.ts";

/** Currency of costs at a node that has no price yet. */
const CURRENCY = "PEN";

/** Products as a node has them, by scope and id. */
export type KnownProducts = ReadonlyMap<string, Json>;

function scopeOf({ id, site }: OldRow<"products">): string {
  return `site:${(prefixOf(id) ?? site ?? "").toUpperCase()}`;
}

/**
 * The products of the sites that some rows are of.
 *
 * @param node The node.
 * @param products The rows.
 * @returns What the node has of them.
 */
export async function knownProducts(
  node: NodeClient,
  products: readonly FileRow<"products">[],
): Promise<KnownProducts> {
  const known = new Map<string, Json>();
  for (const scope of new Set(products.map(({ row }) => scopeOf(row)))) {
    const path = `/v1/products?scope=${encodeURIComponent(scope)}`;
    for (const item of await node.list(path)) {
      known.set(`${scope} ${item["product"]}`, item);
    }
  }
  return known;
}

/**
 * Sets what is missing, and counts what is new.
 *
 * @param node The node, which has the products already.
 * @param products The rows.
 * @param before What the node had of them before.
 */
export async function moveDetails(
  node: NodeClient,
  products: readonly FileRow<"products">[],
  before: KnownProducts,
): Promise<void> {
  const now = await knownProducts(node, products);
  const currency = [...now.values()]
    .map(({ price }) => objectOf(price)["currency"])
    .find((it) => typeof it === "string") ?? CURRENCY;
  const refused = new Map(
    products.map(({ report }) => [
      report,
      new Set(report.refused.map(({ line }) => line)),
    ]),
  );
  for (const { row, report } of products) {
    if (refused.get(report)?.has(row.line)) continue;
    const refuse = (reason: string) =>
      void report.refused.push({ line: row.line, reason });
    const key = `${scopeOf(row)} ${row.id}`;
    const found = now.get(key);
    if (found === undefined) {
      refuse(
        `the node does not list it: ProductID and CodigoSucursal must be of one branch, and of one whose sales this node takes`,
      );
      continue;
    }
    const details = missingDetails(row, found, String(currency));
    if (Object.keys(details).length > 0) {
      const { status, body } = await node.ask(
        "PATCH",
        `/v1/products/${encodeURIComponent(row.id)}?scope=${
          encodeURIComponent(scopeOf(row))
        }`,
        { details },
      );
      if (status !== 200) {
        refuse(`its cost and minimum are not set: ${problemOf(body, status)}`);
        continue;
      }
    } else if (shown(before.get(key)) === shown(found)) {
      report.there++;
      continue;
    }
    report.taken++;
  }
}

/** What of a product is compared. */
function shown(product: Json | undefined): string {
  const { name, price, onHand, details, listed } = product ?? {};
  return JSON.stringify([name, price, onHand, details, listed]);
}

/** The details of a row that the node does not have as they are. */
function missingDetails(
  { cost, minimum, image }: OldRow<"products">,
  found: Json,
  currency: string,
): Json {
  const known = objectOf(found["details"]);
  const wanted = {
    // No cost and a cost of 0 were one in the older table.
    cost: cost === undefined || cost === 0
      ? undefined
      : `${cost.toFixed(2)} ${currency}`,
    minimum: minimum === undefined ? undefined : Math.max(0, minimum),
    image,
  };
  return Object.fromEntries(
    Object.entries(wanted).filter(([name, value]) =>
      value !== undefined && known[name] !== value
    ),
  );
}
