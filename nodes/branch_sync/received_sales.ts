/**
 * Sales of original branches as facts, and which of them are known.
 *
 * @module
 */
import {
  type FactId,
  FACTS,
  idBytes,
  idText,
  isLegacyRow,
  type LegacySale,
  legacySaleId,
  localTimeText,
  type ProductId,
  type Reader,
  type RecordedLine,
  type Row,
  type SaleRecorded,
  SALES,
  SHARED_RECEIPTS,
  siteSpace,
} from "../../crdt/mod.ts";
import type { BranchSyncLine, UsableSale } from "../../net/mod.ts";
import type { DecisionContext } from "../replica.ts";
import { findProduct } from "../use_cases/context.ts";

/** Most rows that one look at a stretch of numbers reads; beyond, each number is looked at by itself. */
const STRETCH_ROWS_MAX = 4096;
/** Decimal places of the branch software's amounts. */
const EXPONENT = 2;

/** What became of one sale. */
export type SaleState = "received" | "duplicate" | "conflict";

/**
 * A sale of an original branch as a fact.
 *
 * @param read The sale as it was read.
 * @param currency The currency of its amounts.
 * @returns The fact; its id follows from its content, so that every node that receives it makes the same.
 */
export function saleFactOf(read: UsableSale, currency: string): SaleRecorded {
  const { sale, time } = read;
  const { site, receipt, customer } = sale;
  const seller = sellerOf(read);
  const fact: Omit<SaleRecorded, "id"> = {
    type: "SaleRecorded",
    at: time.atMs * 1000,
    site,
    date: sale.wall.slice(0, 10),
    receipt,
    currency,
    exponent: EXPONENT,
    lines: sale.lines.map(lineOf),
    total: sale.total,
    offset: time.offset,
    ...(seller === undefined ? {} : { seller }),
    ...(customer === null ? {} : { customer }),
    legacy: legacyOf(read),
    observation: true,
  };
  return { ...fact, id: legacySaleId(fact) };
}

function lineOf(line: BranchSyncLine): RecordedLine {
  return {
    product: line.product.product,
    name: line.product.name ?? "",
    quantity: line.quantity,
    amount: line.subtotal,
    price: line.price,
    ...(line.measured ? { measured: true } : {}),
  };
}

/** A seller is the branch's own: its number means another person at another branch. */
function sellerOf({ sale }: UsableSale): SaleRecorded["seller"] {
  const { site, user, seller } = sale;
  return user === null && seller === null
    ? undefined
    : { id: `${site}:${user ?? ""}`, name: seller ?? "" };
}

function legacyOf({ sale, clockDoubt, totalOther }: UsableSale): LegacySale {
  const keys = sale.lines.map(({ key }) => key);
  const isPlain = keys.every((key, i) => key === `${sale.receipt}-${i + 1}`);
  return {
    system: "branch-sync",
    wall: sale.wall.slice(0, 19),
    ...(clockDoubt ? { clockDoubt: true } : {}),
    ...(totalOther ? { totalOther: true } : {}),
    ...(isPlain ? {} : { lineKeys: keys }),
  };
}

/** The sales that stand under the numbers of a message's sales. */
export class KnownSales {
  readonly #known = new Map<string, (FactId | Row)[]>();

  /**
   * Looks them up, a branch's day at a time.
   *
   * @param rows The rows.
   * @param sales The sales.
   */
  constructor(rows: Reader, sales: readonly SaleRecorded[]) {
    const days = Map.groupBy(
      sales.map(({ receipt }) => receipt),
      (receipt) => receipt.slice(0, receipt.lastIndexOf("-")),
    );
    for (const receipts of days.values()) this.#look(rows, receipts);
  }

  #look(rows: Reader, receipts: readonly string[]): void {
    const sorted = receipts.toSorted();
    const [first = "", last = ""] = [sorted[0], sorted.at(-1)];
    const found = rows.scan(SALES, {
      index: "by_receipt",
      from: [first],
      // `!` is before any digit, so that only the last number itself is below it.
      below: [`${last}!`],
      limit: STRETCH_ROWS_MAX,
    });
    const all = found.length < STRETCH_ROWS_MAX
      ? found
      : [...new Set(receipts)].flatMap((receipt) =>
        rows.scan(SALES, { index: "by_receipt", prefix: [receipt] })
      );
    for (const row of all) this.#add(String(row["receipt"]), row);
  }

  #add(receipt: string, known: FactId | Row): void {
    const list = this.#known.get(receipt);
    if (list === undefined) this.#known.set(receipt, [known]);
    else list.push(known);
  }

  /**
   * What a sale is beside those that are known; it is known from then on.
   *
   * @param sale The sale.
   * @returns Its state.
   */
  take(sale: SaleRecorded): SaleState {
    const known = this.#known.get(sale.receipt) ?? [];
    if (known.some((one) => isSame(one, sale))) return "duplicate";
    this.#add(sale.receipt, sale.id);
    return known.length === 0 ? "received" : "conflict";
  }
}

function isSame(known: FactId | Row, sale: SaleRecorded): boolean {
  if (typeof known === "string") return known === sale.id;
  if (idText(known["id"] as Uint8Array) === sale.id) return true;
  return !isLegacyRow(known) && isOwnSale(known, sale);
}

/** Whether a message tells of a sale that a node of this mesh made: what is weighed is told as one piece. */
function isOwnSale(row: Row, sale: SaleRecorded): boolean {
  const scale = 10 ** (Number(row["exponent"]) - sale.exponent);
  const offset = Number(row["offset"] ?? sale.offset ?? 0);
  const wall = localTimeText(
    Number(row["at"]) + offset * 60_000_000,
    "UTC",
  ).slice(0, 19);
  if (
    row["site"] !== sale.site || row["currency"] !== sale.currency ||
    Number(row["total"]) !== sale.total * scale || wall !== sale.legacy?.wall
  ) return false;
  const own = (JSON.parse(String(row["lines"])) as unknown[][])
    .map(([product, , , amount]) => `${amount} ${product}`);
  const told = sale.lines
    .map(({ product, amount }) => `${amount * scale} ${product}`);
  return own.toSorted().join("\n") === told.toSorted().join("\n");
}

/**
 * Records sales, those that are not known.
 *
 * @param context The decision.
 * @param sales The sales, all of spaces where this node may write.
 * @returns The state of each, in order, and for a conflict which sale under its number it is.
 */
export function recordSales(
  context: DecisionContext,
  sales: readonly SaleRecorded[],
): { readonly states: SaleState[]; readonly conflicts: [string, number][] } {
  const known = new KnownSales(context.rows, sales);
  const conflicts: [string, number][] = [];
  const states = sales.map((sale) => {
    const state = known.take(sale);
    if (state === "duplicate") return state;
    const space = siteSpace(sale.site);
    const fact = withNames(context, sale);
    if (state === "received") {
      context.record(space, fact, { unknown: true, alone: true });
    } else if (!isUsed(context, fact)) {
      context.record(space, fact);
      const { site, receipt } = sale;
      const shared = context.rows.get(SHARED_RECEIPTS, [site, receipt]);
      conflicts.push([receipt, Number(shared?.["count"] ?? 0)]);
    }
    return state;
  });
  return { states, conflicts };
}

/** Whether this log holds the id already: then the fact does not count for some other reason. */
function isUsed(context: DecisionContext, { id, site }: SaleRecorded): boolean {
  const { number } = context.log(siteSpace(site));
  return context.rows.get(FACTS, [idBytes(id), number]) !== undefined;
}

/** A line without a name takes the one that the catalog has. */
function withNames(context: DecisionContext, sale: SaleRecorded): SaleRecorded {
  if (sale.lines.every(({ name }) => name !== "")) return sale;
  const nameOf = (product: ProductId) =>
    findProduct(context.rows, `site:${sale.site}`, product, {
      lookup: (scope, id) => context.catalog.product(context.rows, scope, id),
    })?.name ?? "";
  return {
    ...sale,
    lines: sale.lines.map((line) =>
      line.name === "" ? { ...line, name: nameOf(line.product) } : line
    ),
  };
}
