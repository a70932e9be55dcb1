/**
 * What an original branch says of its products: stock, price, and the catalog. A message is as new as its newest sale;
 * what is older than what is known changes nothing.
 *
 * @module
 */
import {
  type FactId,
  FACTS,
  idBytes,
  type ProductField,
  type ProductId,
  type Scope,
  type SiteCode,
  siteSpace,
  standingChanges,
  timedFactId,
} from "../../crdt/mod.ts";
import {
  branchOfProduct,
  type BranchSyncSnapshot,
  type UsableSale,
} from "../../net/mod.ts";
import type { DecisionContext } from "../replica.ts";

/** A sale may be so far ahead of this node's clock, in microseconds; beyond, what it says is as new as its arrival. */
const AHEAD_MAX = 24 * 3_600_000_000;

/** Most changes of the catalog and of prices in one transaction. */
const CHANGES_MAX = 300;

/** What a message says of its sender's products. */
export interface ProductReport {
  /** The sender. */
  readonly site: SiteCode;
  /** Products, each once. */
  readonly products: readonly BranchSyncSnapshot[];
  /** What it is as new as, in microseconds since 1970; undefined for its arrival. */
  readonly version: number | undefined;
}

/**
 * Gathers what a message says of its sender's own products; what it says of others' is left out.
 *
 * @param site The sender.
 * @param sales The sales that can be used.
 * @param beside What it says beside them.
 * @returns The report.
 */
export function productReportOf(
  site: SiteCode,
  sales: readonly UsableSale[],
  beside: readonly BranchSyncSnapshot[],
): ProductReport {
  const products = new Map<ProductId, BranchSyncSnapshot>();
  const add = (said: BranchSyncSnapshot) => {
    const owner = branchOfProduct(said.product) ?? said.site;
    if (owner !== site) return;
    const known = products.get(said.product);
    products.set(
      said.product,
      known === undefined ? said : joined(known, said),
    );
  };
  const inTime = sales.toSorted((a, b) => a.time.atMs - b.time.atMs);
  for (const { sale } of inTime) {
    for (const { product } of sale.lines) add(product);
  }
  beside.forEach(add);
  const newest = inTime.at(-1)?.time.atMs;
  return {
    site,
    products: [...products.values()],
    version: newest === undefined ? undefined : newest * 1000,
  };
}

/** What is said later counts; what it leaves out stays. */
function joined(
  before: BranchSyncSnapshot,
  after: BranchSyncSnapshot,
): BranchSyncSnapshot {
  return {
    ...before,
    name: after.name ?? before.name,
    description: after.description ?? before.description,
    category: after.category ?? before.category,
    barcode: after.barcode ?? before.barcode,
    price: after.price ?? before.price,
    stock: after.stock ?? before.stock,
  };
}

/**
 * Records a report, as far as it is news.
 *
 * @param context The decision.
 * @param report The report, of a branch where this node may write.
 * @param options The currency of prices, and whether this node may set them.
 * @returns The products for which there was no room in this transaction.
 */
export function recordReport(
  context: DecisionContext,
  report: ProductReport,
  options: { readonly currency: string; readonly mayPrice: boolean },
): readonly BranchSyncSnapshot[] {
  const { site, products } = report;
  const version = versionOf(report, context.at);
  const lines: { product: ProductId; stock: number }[] = [];
  let changes = 0;
  let done = 0;
  for (const said of products) {
    if (changes >= CHANGES_MAX) break;
    done++;
    const { product, stock } = said;
    const known = context.catalog.report(context.rows, site, product);
    if (known !== undefined && known.version > version) continue;
    if (
      stock !== null &&
      (known === undefined || known.version < version || known.stock !== stock)
    ) lines.push({ product, stock });
    changes += recordCatalog(context, { site, version }, said);
    if (options.mayPrice) {
      changes += recordPrice(
        context,
        { site, version },
        said,
        options.currency,
      );
    }
  }
  if (lines.length > 0) recordStock(context, { site, version }, lines);
  return products.slice(done);
}

/** A branch whose clock is far ahead must not keep out what it says later. */
function versionOf({ version }: ProductReport, at: number): number {
  return version === undefined || version > at + AHEAD_MAX ? at : version;
}

/** Whose, and as new as what. */
interface ReportPlace {
  readonly site: SiteCode;
  readonly version: number;
}

function recordStock(
  context: DecisionContext,
  { site, version }: ReportPlace,
  lines: readonly { readonly product: ProductId; readonly stock: number }[],
): void {
  const space = siteSpace(site);
  const parts = lines.map(({ product, stock }) => [product, stock]);
  const id = timedFactId(version, ["stock report", site, version, parts]);
  const { number } = context.log(space);
  const isUsed = context.rows.get(FACTS, [idBytes(id), number]) !== undefined;
  context.record(space, {
    type: "StockReported",
    // What was said before and is said again after something else is new.
    id: isUsed ? context.newId() : id,
    at: version,
    site,
    version,
    lines,
  });
}

function recordPrice(
  context: DecisionContext,
  { site, version }: ReportPlace,
  { product, price }: BranchSyncSnapshot,
  currency: string,
): number {
  if (price === null) return 0;
  const scope: Scope = `site:${site}`;
  const current = context.catalog.price(
    context.rows,
    { scope, product },
    Math.max(version, context.at),
  );
  if (current !== undefined) {
    if (current.effectiveAt > version) return 0;
    const { units, exponent } = current.price;
    const isSame = current.price.currency === currency &&
      units * 10 ** (PRICE_EXPONENT - exponent) === price;
    if (isSame) return 0;
  }
  context.record(siteSpace(site), {
    type: "PriceChanged",
    id: context.newId(),
    at: version,
    scope,
    product,
    price,
    currency,
    exponent: PRICE_EXPONENT,
    effectiveAt: version,
    over: [],
  });
  return 1;
}
const PRICE_EXPONENT = 2;

/** What a change of the catalog is as new as, in microseconds since 1970. */
function saidAt({ rows }: DecisionContext, change: FactId): number {
  return Math.max(
    ...rows.scan(FACTS, { prefix: [idBytes(change)] })
      .map((row) => Number(row["at"])),
  );
}

function recordCatalog(
  context: DecisionContext,
  { site, version }: ReportPlace,
  said: BranchSyncSnapshot,
): number {
  const scope: Scope = `site:${site}`;
  const { product } = said;
  const known = context.catalog.product(context.rows, scope, product);
  let changes = 0;
  const set = (field: ProductField, value: string | true) => {
    changes++;
    const over = standingChanges(context.rows, { scope, product, field })
      .map(({ id }) => id);
    if (over.some((id) => saidAt(context, id) > version)) return;
    context.record(siteSpace(site), {
      type: "ProductChanged",
      id: context.newId(),
      at: version,
      scope,
      product,
      field,
      value,
      over: [...new Set(over)],
    });
  };
  if (known?.listed !== true) set("listed", true);
  const name = said.name ?? (known === undefined ? product : null);
  if (name !== null && name !== known?.name) set("name", name);
  for (const field of ["description", "category", "barcode"] as const) {
    const value = said[field];
    if (value !== null && value !== (known?.details[field] ?? "")) {
      set(field, value);
    }
  }
  return changes;
}
