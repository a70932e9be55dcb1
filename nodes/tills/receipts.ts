/**
 * Receipts of recorded sales, and finding sales by the number on a receipt.
 *
 * @module
 */
import {
  compareOrder,
  type FactId,
  FACTS,
  idBytes,
  type LogId,
  ok,
  orderOf,
  type ProductId,
  type Result,
  type Row,
  type SaleRecorded,
  SALES,
  STATUS_COUNTS,
  type Unit,
} from "../../crdt/mod.ts";
import type { Refusal } from "../answers.ts";
import type { SaleLine, SaleView } from "../use_cases.ts";
import {
  findProduct,
  refuse,
  type UseCaseContext,
} from "../use_cases/context.ts";
import { returnIds, returnsOf } from "../use_cases/find_sale.ts";
import { linesOfRow, saleOfRow } from "../use_cases/sale_view.ts";
import { businessOf } from "./business.ts";
import { type ReceiptParts, type ReceiptRow, receiptRows } from "./receipt.ts";
import { receiptToHtml } from "./receipt_html.ts";
import { receiptToText } from "./receipt_text.ts";
import type { ReceiptOptions, TillUseCases } from "./till_use_cases.ts";

/** Most sales under one receipt number that are shown. */
const SAME_RECEIPT_MAX = 100;

type ReceiptUseCases = Pick<
  TillUseCases,
  "receiptText" | "receiptHtml" | "salesWithReceipt" | "returnsOfSale"
>;

interface ShownSale {
  readonly row: Row;
  readonly fact: SaleRecorded | undefined;
}

/** A sale by its id, or by the one under which its caller recorded it. */
function findShown(use: UseCaseContext, sale: FactId): ShownSale | undefined {
  const { replica } = use;
  for (const id of [sale, ...returnIds(use, sale)].map(idBytes)) {
    for (const fact of replica.reader.scan(FACTS, { prefix: [id] })) {
      if (fact["status"] !== STATUS_COUNTS) continue;
      const [log, seq] = [Number(fact["log"]), Number(fact["seq"])];
      const found = replica.archive.read(log, seq, id)?.fact;
      if (found?.type !== "SaleRecorded") continue;
      const key = [found.site, found.at, id, log];
      const row = replica.reader.get(SALES, key);
      if (row !== undefined) return { row, fact: found };
    }
  }
  return undefined;
}

/** Goods of a sale that came back, product by product. */
function cameBack(
  { replica }: UseCaseContext,
  { fact, row }: ShownSale,
): SaleLine[] {
  if (fact === undefined || row["voided"] === 1) return [];
  const { currency, exponent } = fact;
  const sums = new Map<ProductId, SaleLine>();
  for (const returned of returnsOf(replica.reader, fact)) {
    for (const { product, name, quantity, measured } of linesOfRow(returned)) {
      sums.set(product, {
        product,
        name,
        quantity: (sums.get(product)?.quantity ?? 0) - quantity,
        price: null,
        amount: { units: 0, currency, exponent },
        ...(measured === undefined ? {} : { measured }),
      });
    }
  }
  return [...sums.values()];
}

/**
 * A sale of a row of `SALES`.
 *
 * @param use The node and its replica.
 * @param row The row.
 * @returns The sale.
 */
export function saleViewOfRow(
  { node, replica }: UseCaseContext,
  row: Row,
): SaleView {
  const log = replica.register.byNumber(Number(row["log"]))?.name ??
    "" as LogId;
  return saleOfRow(row, { timezone: node.timezone, log });
}

function partsOf(
  use: UseCaseContext,
  shown: ShownSale,
  { received }: ReceiptOptions,
): ReceiptParts {
  const rows = use.replica.reader;
  const sale = saleViewOfRow(use, shown.row);
  const named = sale.returns === undefined
    ? undefined
    : findShown(use, sale.returns.sale);
  const unitOf = ({ product }: SaleLine): Unit | undefined =>
    findProduct(rows, `site:${sale.site}`, product)?.details.unit;
  return {
    sale,
    business: businessOf(rows, sale.site),
    returned: named === undefined ? undefined : String(named.row["receipt"]),
    cameBack: cameBack(use, shown),
    unitOf,
    received,
  };
}

/**
 * Makes the use-cases about receipts.
 *
 * @param use The node and its replica.
 * @returns The use-cases.
 */
export function createReceiptUseCases(use: UseCaseContext): ReceiptUseCases {
  const print = (
    sale: FactId,
    options: ReceiptOptions,
    write: (rows: readonly ReceiptRow[], receipt: string) => string,
  ): Result<string, Refusal> => {
    const shown = findShown(use, sale);
    if (shown === undefined) {
      return refuse("sale_unknown", `Cannot print sale ${sale}: it is unknown`);
    }
    const rows = receiptRows(partsOf(use, shown, options));
    return rows.ok ? ok(write(rows.value, String(shown.row["receipt"]))) : rows;
  };
  return {
    receiptText: (sale, options = {}) => print(sale, options, receiptToText),
    receiptHtml: (sale, options = {}) =>
      print(sale, options, (rows, receipt) => receiptToHtml(receipt, rows)),
    salesWithReceipt: (receipt) =>
      inOrder(
        use,
        use.replica.reader.scan(SALES, {
          index: "by_receipt",
          prefix: [receipt],
          limit: SAME_RECEIPT_MAX,
        }),
      ).map((row) => saleViewOfRow(use, row)),
    returnsOfSale(sale) {
      const fact = findShown(use, sale)?.fact;
      if (fact === undefined) return undefined;
      return returnsOf(use.replica.reader, fact)
        .map((row) => saleViewOfRow(use, row))
        .toSorted((a, b) => a.at - b.at || a.seq - b.seq);
    },
  };
}

/** Sales under one number in the order of (stamp, log, seq), which every peer has alike; few have company. */
function inOrder({ replica }: UseCaseContext, rows: readonly Row[]): Row[] {
  if (rows.length < 2) return [...rows];
  const { archive } = replica;
  return rows.map((row) => {
    const [log, seq] = [Number(row["log"]), Number(row["seq"])];
    const placed = archive.read(log, seq, row["id"] as Uint8Array);
    // What cannot be read any more is older than what can.
    const order = placed === undefined
      ? { stamp: "", log: String(log), seq, id: "" }
      : orderOf(placed);
    return { row, order };
  }).toSorted((a, b) => compareOrder(a.order, b.order)).map(({ row }) => row);
}
