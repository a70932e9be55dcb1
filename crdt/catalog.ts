/**
 * The catalog fold: products by scope. Each field's value is that of the changes that nobody replaced; of several that
 * were made apart the greatest (stamp, log, seq) is shown and the field is listed as contested.
 *
 * @module
 */
import {
  type Policy,
  PRODUCT_DETAILS,
  type ProductDetails,
  type Scope,
} from "./catalog_facts.ts";
import type { FactOf } from "./facts.ts";
import type { FactOrder, Fold, FoldRows, LogFact } from "./fold.ts";
import type { FactId, ProductId } from "./ids.ts";
import type { Reader, Row, TableSchema } from "./rows.ts";
import { standing } from "./standing.ts";

/** Every change of a product's fields that counts. */
export const CATALOG_CHANGES: TableSchema = {
  name: "catalog_changes",
  columns: {
    scope: "text",
    product: "text",
    field: "text",
    id: "text",
    log: "text",
    seq: "integer",
    stamp: "text",
    value: "text",
    replaces: "text",
    site: "text",
  },
  key: ["scope", "product", "field", "id", "log"],
};

/** Products as the changes make them. `details` is JSON of `ProductDetails`, null where there are none. */
export const PRODUCTS: TableSchema = {
  name: "products",
  columns: {
    scope: "text",
    product: "text",
    name: "text",
    policy: "text",
    listed: "integer",
    listed_stamp: "text",
    listed_id: "text",
    contested: "text",
    bound: "text",
    details: "text",
  },
  key: ["scope", "product"],
  indexes: { by_listing: ["scope", "listed_stamp", "listed_id"] },
};

/** A fact that the catalog folds. */
export type ProductFact = FactOf<"ProductChanged"> | FactOf<"ProductRemoved">;

/** A product of one scope. */
export interface CatalogProduct {
  /** Its id. */
  readonly product: ProductId;
  /** Its name. */
  readonly name: string;
  /** How its stock is guarded. */
  readonly policy: Policy;
  /** False after a removal. */
  readonly listed: boolean;
  /** Fields whose values were set apart. */
  readonly contested: readonly string[];
  /** The change that opened the bound of its stock; null unless the policy is `strict`. */
  readonly bound: FactId | null;
  /** What else is known of it. */
  readonly details: ProductDetails;
  /** Its place in the order of listing. */
  readonly order: readonly [stamp: string, id: string];
}

/** A change of one field that counts. */
export interface CatalogChange extends FactOrder {
  /** The fact's id. */
  readonly id: FactId;
  /** The field's value as text; `removed` for a removal. */
  readonly value: string;
  /** The changes that it replaces. */
  readonly replaces: readonly string[];
  /** The branch that told the mesh of a product of its own, else null. */
  readonly site: string | null;
}

const REMOVED = "removed";
const POLICY_ORDER: readonly string[] = ["unmetered", "soft", "strict"];

function toRow({ fact, log, seq, stamp }: LogFact<ProductFact>): Row {
  const changed = fact.type === "ProductChanged";
  return {
    scope: fact.scope,
    product: fact.product,
    field: changed ? fact.field : "listed",
    id: fact.id,
    log,
    seq,
    stamp,
    value: changed ? String(fact.value) : REMOVED,
    replaces: JSON.stringify(fact.over),
    site: changed ? fact.site ?? null : null,
  };
}

function toChange(row: Row): CatalogChange {
  return {
    ...row,
    replaces: JSON.parse(String(row["replaces"])),
  } as unknown as CatalogChange;
}

/**
 * The changes of one field that nobody replaced, least first. A branch's own copy in the mesh's scope is ignored where
 * an office made the product.
 *
 * @param rows The rows.
 * @param place Scope, product and field.
 * @returns What stands; several if they were made apart.
 */
export function standingChanges(
  rows: Reader,
  place: {
    readonly scope: Scope;
    readonly product: ProductId;
    readonly field: string;
  },
): readonly CatalogChange[] {
  return standingOf(
    rows.scan(CATALOG_CHANGES, {
      prefix: [place.scope, place.product, place.field],
    }),
  );
}

/** Those of a field's changes that stand. */
function standingOf(found: readonly Row[]): readonly CatalogChange[] {
  const all = found.map(toChange);
  const office = all.filter((change) =>
    change.site === null && change.value !== REMOVED
  );
  const used = office.length > 0
    ? all.filter((change) => change.site === null)
    : all;
  return standing(used);
}

function derive(rows: FoldRows, scope: Scope, product: ProductId): void {
  const found = rows.scan(CATALOG_CHANGES, { prefix: [scope, product] });
  if (found.length === 0) {
    rows.delete(PRODUCTS, [scope, product]);
    return;
  }
  const byField = Map.groupBy(found, (row) => String(row["field"]));
  const fields = new Map(
    [...byField].map(([field, changes]) => [field, standingOf(changes)]),
  );
  const listing = fields.get("listed")?.at(-1);
  const policies = fields.get("policy") ?? [];
  const contested = [...fields].filter(([, changes]) =>
    new Set(changes.map((change) => change.value)).size > 1
  ).map(([field]) => field).toSorted(compareFields);
  const policy = POLICY_ORDER[
    Math.max(...policies.map(({ value }) => POLICY_ORDER.indexOf(value)))
  ] ?? "soft";
  rows.put(PRODUCTS, {
    scope,
    product,
    name: fields.get("name")?.at(-1)?.value ?? "",
    policy,
    listed: listing?.value === "true" ? 1 : 0,
    listed_stamp: listing?.stamp ?? "",
    listed_id: listing?.id ?? "",
    contested: JSON.stringify(contested),
    bound: openedBy(policies),
    details: detailsOf(fields),
  });
}

/** The order in which contested fields are shown. */
const FIELD_ORDER: readonly string[] = [
  ...["listed", "name", "policy"],
  ...PRODUCT_DETAILS,
];

function compareFields(a: string, b: string): number {
  return FIELD_ORDER.indexOf(a) - FIELD_ORDER.indexOf(b);
}

function detailsOf(
  fields: ReadonlyMap<string, readonly CatalogChange[]>,
): string | null {
  const details: Record<string, string | number> = {};
  for (const field of PRODUCT_DETAILS) {
    const value = fields.get(field)?.at(-1)?.value ?? "";
    if (value !== "") {
      details[field] = field === "minimum" ? Number(value) : value;
    }
  }
  return Object.keys(details).length === 0 ? null : JSON.stringify(details);
}

/** The change to `strict` by which a product's stock is guarded: of several made apart the greatest. */
function openedBy(policies: readonly CatalogChange[]): FactId | null {
  return policies.findLast(({ value }) => value === "strict")?.id ?? null;
}

/** Products from `ProductChanged` and `ProductRemoved`. */
export const catalogFold: Fold<ProductFact> = {
  add(rows, placed) {
    rows.put(CATALOG_CHANGES, toRow(placed));
    derive(rows, placed.fact.scope, placed.fact.product);
  },
  remove(rows, placed) {
    const { scope, product, field, id, log } = toRow(placed);
    rows.delete(CATALOG_CHANGES, [
      scope ?? null,
      product ?? null,
      field ?? null,
      id ?? null,
      log ?? null,
    ]);
    derive(rows, placed.fact.scope, placed.fact.product);
  },
};

function toProduct(row: Row): CatalogProduct {
  return {
    product: row["product"] as ProductId,
    name: String(row["name"]),
    policy: row["policy"] as Policy,
    listed: row["listed"] === 1,
    contested: JSON.parse(String(row["contested"])),
    bound: row["bound"] as FactId | null,
    details: row["details"] === null ? {} : JSON.parse(String(row["details"])),
    order: [String(row["listed_stamp"]), String(row["listed_id"])],
  };
}

/**
 * One product of one scope.
 *
 * @param rows The rows.
 * @param scope The scope.
 * @param product The product.
 * @returns The product, also a removed one; undefined if nothing was ever said of it.
 */
export function catalogProduct(
  rows: Reader,
  scope: Scope,
  product: ProductId,
): CatalogProduct | undefined {
  const row = rows.get(PRODUCTS, [scope, product]);
  return row === undefined ? undefined : toProduct(row);
}

/**
 * Products of one scope in the order in which they were listed.
 *
 * @param rows The rows.
 * @param scope The scope.
 * @param page Those after this place in the order, and the most to give.
 * @returns Products, removed ones among them.
 */
export function catalogProducts(
  rows: Reader,
  scope: Scope,
  page: { readonly after?: readonly string[]; readonly limit: number },
): CatalogProduct[] {
  const after = page.after === undefined ? {} : { after: page.after };
  return rows.scan(PRODUCTS, {
    index: "by_listing",
    prefix: [scope],
    limit: page.limit,
    ...after,
  }).map(toProduct);
}
