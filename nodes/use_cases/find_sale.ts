/**
 * Finding a sale by its id, for the decisions that name one: voids and returns.
 *
 * @module
 */
import {
  contentDigest,
  type FactId,
  FACTS,
  idBytes,
  type LogFact,
  type Reader,
  type Row,
  SALE_RETURNS,
  type SaleRecorded,
  SALES,
  salesWithId,
  siteSpace,
  STATUS_COUNTS,
} from "../../crdt/mod.ts";
import type { DecisionContext } from "../replica.ts";
import { logFactIds, type UseCaseContext } from "./context.ts";
import { termsOfRow } from "./sale_view.ts";

/** A sale that is here. */
export interface FoundSale {
  /** The copy that counts. */
  readonly placed: LogFact<SaleRecorded>;
  /** True if a void counts. */
  readonly voided: boolean;
}

function findById(
  context: DecisionContext,
  id: FactId,
): FoundSale | undefined {
  for (const row of context.rows.scan(FACTS, { prefix: [idBytes(id)] })) {
    if (row["status"] !== STATUS_COUNTS) continue;
    const placed = context.read(
      Number(row["log"]),
      Number(row["seq"]),
      idBytes(id),
    );
    if (placed === undefined || placed.fact.type !== "SaleRecorded") continue;
    const { site, at } = placed.fact;
    const sale = context.rows.get(SALES, [
      site,
      at,
      idBytes(id),
      placed.logNumber,
    ]);
    return {
      placed: placed as LogFact<SaleRecorded>,
      voided: sale?.["voided"] === 1,
    };
  }
  return undefined;
}

/**
 * The ids under which a sale that makes rights may stand in this node's logs: the caller may name it by its own.
 *
 * @param use The node and its replica.
 * @param sale The caller's id.
 * @returns Ids; none at a node without a site.
 */
export function returnIds(
  { node, replica }: Pick<UseCaseContext, "node" | "replica">,
  sale: FactId,
): FactId[] {
  const { site } = node;
  if (site === null) return [];
  return logFactIds(replica, { space: siteSpace(site), id: sale });
}

/**
 * Finds a sale by its id, or by the one under which the caller recorded it.
 *
 * @param use The node and its replica.
 * @param context The decision.
 * @param sale The id.
 * @returns The copy that counts; undefined if it is not here.
 */
export function findSale(
  use: Pick<UseCaseContext, "node" | "replica">,
  context: DecisionContext,
  sale: FactId,
): FoundSale | undefined {
  for (const id of [sale, ...returnIds(use, sale)]) {
    const found = findById(context, id);
    if (found !== undefined) return found;
  }
  return undefined;
}

/**
 * The returns of a sale that are not voided.
 *
 * @param rows The views.
 * @param sale The sale.
 * @returns Rows of `SALES`.
 */
export function returnsOf(rows: Reader, sale: SaleRecorded): Row[] {
  const bytes = idBytes(sale.id);
  const some = rows.scan(SALE_RETURNS, { prefix: [bytes], limit: 1 });
  if (some.length === 0) return [];
  const prefix = [bytes, contentDigest(sale), sale.site];
  const ids = rows.scan(SALE_RETURNS, { prefix })
    .map((row) => row["id"] as FactId);
  return [...new Set(ids)]
    .flatMap((id) => salesWithId(rows, sale.site, id))
    .filter((row) =>
      row["voided"] === 0 && termsOfRow(row).returns?.sale === sale.id
    );
}
