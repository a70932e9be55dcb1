/**
 * The rows with which the original programs start: facts with fixed ids and fixed content, so that they count once
 * however many peers write them.
 *
 * @module
 */
import {
  catalogProduct,
  type Fact,
  type FactId,
  FACTS,
  fixedFactId,
  idBytes,
  MASTER_SITE,
  ok,
  type ProductId,
  type Scope,
  type SiteCode,
} from "../../crdt/mod.ts";
import type { DecisionContext, Replica } from "../replica.ts";
import { spaceOfScope, spaceOfStock } from "./context.ts";

/** A product with price in cents and stock. */
type InitialRow = readonly [
  product: string,
  name: string,
  cents: number,
  stock: number,
];

const BRANCH_ROWS: readonly InitialRow[] = [
  ["1", "Manzanas Orgánicas", 250, 25],
  ["2", "Pan Integral", 180, 15],
  ["3", "Leche Deslactosada", 320, 8],
];

const CENTRAL_ROWS: readonly InitialRow[] = [
  ["1", "Manzanas Orgánicas", 250, 100],
  ["2", "Pan Integral", 180, 50],
  ["3", "Leche Deslactosada", 320, 30],
  ["4", "Café Premium", 890, 25],
  ["5", "Quinoa", 1250, 15],
];

/** The instant of the initial rows: any price or count that a person sets is later. */
const INITIAL_AT = 0;
const INITIAL_DATE = "1970-01-01";

function rowFacts(
  mesh: string,
  place: {
    readonly scope: Scope;
    readonly site: SiteCode;
    readonly currency: string;
  },
  row: { readonly row: InitialRow; readonly order: number },
): Fact[] {
  const { scope, site, currency } = place;
  const [product, name, cents, stock] = row.row;
  const id = (kind: string): FactId =>
    fixedFactId(["initial", mesh, site, product, kind], row.order);
  const base = {
    at: INITIAL_AT,
    scope,
    product: product as ProductId,
    over: [],
  };
  return [
    {
      type: "ProductChanged",
      id: id("listed"),
      ...base,
      field: "listed",
      value: true,
    },
    {
      type: "ProductChanged",
      id: id("name"),
      ...base,
      field: "name",
      value: name,
    },
    {
      type: "PriceChanged",
      id: id("price"),
      ...base,
      price: cents,
      currency,
      exponent: 2,
      effectiveAt: INITIAL_AT,
    },
    {
      type: "StockCounted",
      id: id("stock"),
      at: INITIAL_AT,
      site,
      date: INITIAL_DATE,
      product: product as ProductId,
      counted: stock,
      difference: stock,
    },
  ];
}

function writeRows(
  context: DecisionContext,
  facts: readonly (readonly Fact[])[],
  place: { readonly scope: Scope; readonly site: SiteCode },
): void {
  for (const row of facts) {
    const [first] = row;
    if (first === undefined || !("product" in first)) continue;
    const known =
      context.rows.scan(FACTS, { prefix: [idBytes(first.id)], limit: 1 })
        .length > 0;
    if (
      known ||
      catalogProduct(context.rows, place.scope, first.product) !== undefined
    ) continue;
    for (const fact of row) {
      const stock = fact.type === "StockCounted";
      context.record(
        stock ? spaceOfStock(place.site) : spaceOfScope(place.scope),
        fact,
      );
    }
  }
}

/**
 * Writes the initial rows of a surface, those whose ids are not in the view.
 *
 * @param replica The replica.
 * @param surface Which of the two original programs.
 * @param place The mesh's name, the node's site (for a branch) and the currency.
 * @returns Once they are durable.
 */
export async function writeInitialRows(
  replica: Replica,
  surface: "inventory-branch" | "inventory-central",
  place: {
    readonly mesh: string;
    readonly site: SiteCode | null;
    readonly currency: string;
  },
): Promise<void> {
  const central = surface === "inventory-central";
  const site = central ? MASTER_SITE : place.site;
  if (site === null) return;
  const scope: Scope = central ? "mesh" : `site:${site}`;
  const rows = central ? CENTRAL_ROWS : BRANCH_ROWS;
  const facts = rows.map((row, i) =>
    rowFacts(place.mesh, { scope, site, currency: place.currency }, {
      row,
      order: i + 1,
    })
  );
  await replica.decide((context) => {
    writeRows(context, facts, { scope, site });
    return ok(null);
  });
}
