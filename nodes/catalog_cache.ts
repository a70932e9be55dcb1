/**
 * Products, prices in force and what directories list as the rows have them now, kept in memory because every line of
 * every sale asks. Any write to a product's rows forgets it at once, any write to a directory all of what it lists; a
 * failed transaction forgets all.
 *
 * @module
 */
import {
  type CatalogProduct,
  catalogProduct,
  DIRECTORY,
  directoryEntries,
  type DirectoryEntry,
  directoryEntry,
  isLaterReport,
  nextPriceChange,
  PRICE_CHANGES,
  type PriceInForce,
  priceInForce,
  type ProductId,
  PRODUCTS,
  type Reader,
  type Row,
  type Scope,
  type SiteCode,
  type SpaceId,
  STOCK_REPORTS,
  type StockReport,
  stockReport,
  type TableSchema,
} from "../crdt/mod.ts";

/** Most products that are kept; beyond, all are forgotten. */
export const CACHED_PRODUCTS_MAX = 50_000;

/** Most subjects of directories that are kept; beyond, all are forgotten. */
export const CACHED_SUBJECTS_MAX = 20_000;

interface Held {
  product?: CatalogProduct | null;
  price?: {
    readonly inForce: PriceInForce | null;
    readonly from: number;
    readonly until: number;
  };
}

/** Products, prices and directories in memory. */
export class CatalogCache {
  readonly #held = new Map<string, Held>();
  readonly #subjects = new Map<string, DirectoryEntry | null>();
  readonly #kinds = new Map<string, readonly DirectoryEntry[]>();
  readonly #reports = new Map<string, Row | null>();

  /**
   * One product of one scope, as `catalogProduct` gives it.
   *
   * @param rows The rows.
   * @param scope The scope.
   * @param product The product.
   */
  product(
    rows: Reader,
    scope: Scope,
    product: ProductId,
  ): CatalogProduct | undefined {
    const held = this.#hold(scope, product);
    held.product ??= catalogProduct(rows, scope, product) ?? null;
    return held.product ?? undefined;
  }

  /**
   * The price in force in one scope, as `priceInForce` gives it.
   *
   * @param rows The rows.
   * @param place Scope and product.
   * @param at The instant, in microseconds since 1970.
   */
  price(
    rows: Reader,
    place: { readonly scope: Scope; readonly product: ProductId },
    at: number,
  ): PriceInForce | undefined {
    const held = this.#hold(place.scope, place.product);
    const known = held.price;
    if (known !== undefined && at >= known.from && at < known.until) {
      return known.inForce ?? undefined;
    }
    const inForce = priceInForce(rows, place, at) ?? null;
    held.price = { inForce, from: at, until: nextPriceChange(rows, place, at) };
    return inForce ?? undefined;
  }

  /**
   * One subject of a directory, as `directoryEntry` gives it.
   *
   * @param rows The rows.
   * @param space The directory.
   * @param subject The subject.
   */
  subject(
    rows: Reader,
    space: SpaceId,
    subject: string,
  ): DirectoryEntry | undefined {
    const key = `${space} ${subject}`;
    let held = this.#subjects.get(key);
    if (held === undefined) {
      held = directoryEntry(rows, space, subject) ?? null;
      if (this.#subjects.size >= CACHED_SUBJECTS_MAX) this.#subjects.clear();
      this.#subjects.set(key, held);
    }
    return held ?? undefined;
  }

  /**
   * All subjects of a kind, as `directoryEntries` gives them.
   *
   * @param rows The rows.
   * @param space The directory.
   * @param kind E.g. `tank`.
   */
  subjects(
    rows: Reader,
    space: SpaceId,
    kind: string,
  ): readonly DirectoryEntry[] {
    const key = `${space} ${kind}`;
    let held = this.#kinds.get(key);
    if (held === undefined) {
      held = directoryEntries(rows, space, kind);
      if (this.#kinds.size >= CACHED_SUBJECTS_MAX) this.#kinds.clear();
      this.#kinds.set(key, held);
    }
    return held;
  }

  /**
   * What an original branch reported last of a product, as `stockReport` gives it.
   *
   * @param rows The rows.
   * @param site The branch.
   * @param product The product.
   */
  report(
    rows: Reader,
    site: SiteCode,
    product: ProductId,
  ): StockReport | undefined {
    const key = `${site}/${product}`;
    let held = this.#reports.get(key);
    if (held === undefined) {
      held = (stockReport(rows, site, product) as Row | undefined) ?? null;
      if (this.#reports.size >= CACHED_PRODUCTS_MAX) this.#reports.clear();
      this.#reports.set(key, held);
    }
    return held === null ? undefined : held as unknown as StockReport;
  }

  /**
   * Forgets a product, or the directories, of which a row was written.
   *
   * @param table Where.
   * @param scope The product's scope, or its site.
   * @param product The product.
   * @param row The row; left out where one was deleted.
   */
  written(
    table: TableSchema,
    scope: unknown,
    product: unknown,
    row?: Row,
  ): void {
    if (table === STOCK_REPORTS) {
      this.#reported(`${row?.["site"] ?? scope}/${product}`, row);
      return;
    }
    if (table === DIRECTORY) {
      this.#subjects.clear();
      this.#kinds.clear();
      return;
    }
    if (table === PRODUCTS || table === PRICE_CHANGES) {
      this.#held.delete(`${scope}/${product}`);
    }
  }

  /** Forgets all. */
  clear(): void {
    this.#held.clear();
    this.#subjects.clear();
    this.#kinds.clear();
    this.#reports.clear();
  }

  /** Every message of a branch reports anew of what it sold: the greater of two reports stays in memory. */
  #reported(key: string, row: Row | undefined): void {
    const held = this.#reports.get(key);
    if (held === undefined) return;
    if (row === undefined) this.#reports.delete(key);
    else if (held === null || isLaterReport(row, held)) {
      this.#reports.set(key, row);
    }
  }

  #hold(scope: Scope, product: ProductId): Held {
    const key = `${scope}/${product}`;
    let held = this.#held.get(key);
    if (held === undefined) {
      if (this.#held.size >= CACHED_PRODUCTS_MAX) this.#held.clear();
      this.#held.set(key, held = {});
    }
    return held;
  }
}
