/**
 * The way of a row through a replay: passed over, refused, or a line of a sale; counted and summed up on the way.
 *
 * @module
 */
import { createLineReader, type SourceRow, storeOf } from "./lines.ts";
import type { ReplayOptions } from "./options.ts";
import { createSaleGrouper, type FileSale } from "./sales.ts";
import type { StoreNodes } from "./stores.ts";
import { countRowRefusal, type Tally } from "./tally.ts";
import type { FileTotals } from "./totals.ts";

/** What rows flow through. */
export interface RowFlowOptions {
  /** Which rows are wanted and how they are read. */
  readonly options: ReplayOptions;
  /** Which node takes which store. */
  readonly nodes: StoreNodes;
  /** Counts rows, lines and sales. */
  readonly tally: Tally;
  /** Sums up the wanted lines and sales, before anything is sent. */
  readonly totals: FileTotals;
}

/** Rows in, sales out. */
export interface RowFlow {
  /** True once no wanted sale can come any more. */
  readonly done: boolean;
  /**
   * Takes the next row.
   *
   * @param row A row of the file.
   * @returns The sales that are complete now.
   */
  push(row: SourceRow): readonly FileSale[];
  /**
   * Ends the file.
   *
   * @returns The last sales.
   */
  finish(): readonly FileSale[];
  /**
   * The node of a sale.
   *
   * @param sale A sale.
   * @returns Its URL; undefined in a dry run.
   */
  targetOf(sale: FileSale): string | undefined;
}

/** For amounts without a currency: two decimal places at least, as most have. */
const NO_CURRENCY = "XXX";

/**
 * Makes the way of rows.
 *
 * @param parts What they flow through.
 * @returns The way.
 */
export function createRowFlow(parts: RowFlowOptions): RowFlow {
  const { options, nodes, tally, totals } = parts;
  const { timezone, currency = NO_CURRENCY } = options;
  const readLine = createLineReader({ timezone, currency });
  const grouper = createSaleGrouper({
    offset: options.offset,
    window: options.window,
    ...(options.limit === undefined ? {} : { limit: options.limit }),
  });
  const only = options.stores && new Set(options.stores);
  const count = (sales: readonly FileSale[]) => {
    for (const sale of sales) {
      tally.sales++;
      totals.addSale(sale.store);
    }
    return sales;
  };
  return {
    get done() {
      return grouper.done;
    },
    push(row) {
      const store = storeOf(row);
      if (only !== undefined && (store === undefined || !only.has(store))) {
        return [];
      }
      tally.rows++;
      // Also for rows that are passed over, so that a store's node depends on the file alone.
      if (store !== undefined) nodes.nodeOf(store);
      const line = readLine(row);
      if (!line.ok) {
        const { error: reason } = line;
        if (grouper.inRange) countRowRefusal(tally, { row: row.row, reason });
        return [];
      }
      if (grouper.wants(line.value)) {
        tally.lines++;
        totals.addLine(line.value);
      }
      return count(grouper.push(line.value));
    },
    finish: () => count(grouper.finish()),
    targetOf: (sale) => options.dryRun ? undefined : nodes.nodeOf(sale.store),
  };
}
