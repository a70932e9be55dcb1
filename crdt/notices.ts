/**
 * The notices fold: sales that original branches told an office about. A notice for a product that was unknown is kept
 * in quarantine and counts once the product is listed.
 *
 * @module
 */
import type { NoticeReceived } from "./facts.ts";
import { MASTER_SITE } from "./goods_facts.ts";
import type { Fold, FoldRows, LogFact } from "./fold.ts";
import type { ProductId } from "./ids.ts";
import type { Reader, Row, TableSchema } from "./rows.ts";
import { CATALOG_CHANGES } from "./catalog.ts";
import { idBytes } from "./sales.ts";
import { addStock } from "./stock.ts";

/** Notices, those in quarantine too. `content` is the fact as JSON. */
export const NOTICES: TableSchema = {
  name: "notices",
  columns: {
    applied: "integer",
    at: "integer",
    id: "blob",
    log: "text",
    stamp: "text",
    product: "text",
    quantity: "integer",
    known: "integer",
    content: "text",
  },
  key: ["at", "id", "log"],
  indexes: { by_state: ["applied", "at"], by_product: ["known", "product"] },
};

/** How many notices are in each state. */
export const NOTICE_COUNTS: TableSchema = {
  name: "notice_counts",
  columns: { applied: "integer", count: "integer" },
  key: ["applied"],
};

/** A notice that names a product which was unknown counts if some listing of it was not replaced before the notice. */
function isListedFor(rows: Reader, product: ProductId, stamp: string): boolean {
  const changes = rows.scan(CATALOG_CHANGES, {
    prefix: ["mesh", product, "listed"],
  });
  const earlier = changes.filter((change) => String(change["stamp"]) < stamp);
  const replaced = new Set(
    earlier.flatMap((change) =>
      JSON.parse(String(change["replaces"])) as string[]
    ),
  );
  return changes.some((change) =>
    change["value"] === "true" && !replaced.has(String(change["id"]))
  );
}

function count(rows: FoldRows, row: Row, sign: 1 | -1): void {
  rows.increment(NOTICE_COUNTS, { applied: row["applied"] ?? 0 }, {
    count: sign,
  });
  if (row["applied"] !== 1) return;
  const product = row["product"] as ProductId;
  addStock(rows, { site: MASTER_SITE, product }, {
    sold: sign * Number(row["quantity"]),
  });
}

/** JSON in one order of fields, whoever made the object. */
function canonicalText({ extra, ...fact }: NoticeReceived): string {
  const sorted = <T>(value: Readonly<Record<string, T>>) =>
    Object.entries(value).filter(([, item]) => item !== undefined)
      .toSorted(([a], [b]) => a < b ? -1 : 1);
  const fields = sorted<unknown>(
    extra === undefined
      ? fact
      : { ...fact, extra: Object.fromEntries(sorted(extra)) },
  );
  return JSON.stringify(Object.fromEntries(fields));
}

function toRow(
  rows: Reader,
  { fact, log, stamp }: LogFact<NoticeReceived>,
): Row {
  return {
    applied: fact.known || isListedFor(rows, fact.product, stamp) ? 1 : 0,
    at: fact.at,
    id: idBytes(fact.id),
    log,
    stamp,
    product: fact.product,
    quantity: fact.quantity,
    known: fact.known ? 1 : 0,
    content: canonicalText(fact),
  };
}

/** Notices from `NoticeReceived`. */
export const noticeFold: Fold<NoticeReceived> = {
  add(rows, placed) {
    const row = toRow(rows, placed);
    rows.put(NOTICES, row);
    count(rows, row, 1);
  },
  remove(rows, placed) {
    const key = [placed.fact.at, idBytes(placed.fact.id), placed.log];
    const row = rows.get(NOTICES, key);
    rows.delete(NOTICES, key);
    if (row !== undefined) count(rows, row, -1);
  },
};

/**
 * Looks again at the notices for a product that was unknown, after a change of its listing.
 *
 * @param rows The rows.
 * @param product The product.
 */
export function reviewNotices(rows: FoldRows, product: ProductId): void {
  for (
    const row of rows.scan(NOTICES, {
      index: "by_product",
      prefix: [0, product],
    })
  ) {
    const applied = isListedFor(rows, product, String(row["stamp"])) ? 1 : 0;
    if (applied === row["applied"]) continue;
    count(rows, row, -1);
    const next = { ...row, applied };
    rows.put(NOTICES, next);
    count(rows, next, 1);
  }
}
