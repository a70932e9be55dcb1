/**
 * Goods on their way between sites: what was sent, and what of it arrived.
 *
 * @module
 */
import type { FactOf } from "./facts.ts";
import type { Fold } from "./fold.ts";
import type { FactId, SiteCode } from "./ids.ts";
import type { Reader, Row, TableSchema } from "./rows.ts";
import type { TransferLine } from "./transfer_facts.ts";

/** What was sent, in the order of sending. `lines` is JSON: `[product, quantity]` each. */
export const GOODS_SENT: TableSchema = {
  name: "goods_sent",
  columns: {
    at: "integer",
    id: "text",
    log: "text",
    from_site: "text",
    to_site: "text",
    lines: "text",
    note: "text",
  },
  key: ["at", "id", "log"],
  indexes: { by_id: ["id"] },
};

/** What arrived of what was sent. */
export const GOODS_ARRIVED: TableSchema = {
  name: "goods_arrived",
  columns: {
    transfer: "text",
    at: "integer",
    id: "text",
    log: "text",
    site: "text",
    lines: "text",
    note: "text",
  },
  key: ["transfer", "at", "id", "log"],
};

function linesText(lines: readonly TransferLine[]): string {
  return JSON.stringify(
    lines.map(({ product, quantity }) => [product, quantity]),
  );
}

/** Transfers from `GoodsSent`. */
export const goodsSentFold: Fold<FactOf<"GoodsSent">> = {
  add(rows, { fact: { at, id, from, to, lines, note }, log }) {
    rows.put(GOODS_SENT, {
      ...{ at, id, log, from_site: from, to_site: to, note },
      lines: linesText(lines),
    });
  },
  remove: (rows, { fact: { at, id }, log }) =>
    rows.delete(GOODS_SENT, [at, id, log]),
};

/** Arrivals from `GoodsArrived`. */
export const goodsArrivedFold: Fold<FactOf<"GoodsArrived">> = {
  add(rows, { fact: { at, id, transfer, site, lines, note }, log }) {
    rows.put(GOODS_ARRIVED, {
      ...{ transfer, at, id, log, site, note },
      lines: linesText(lines),
    });
  },
  remove: (rows, { fact: { at, id, transfer }, log }) =>
    rows.delete(GOODS_ARRIVED, [transfer, at, id, log]),
};

/** What arrived. */
export interface Arrival {
  /** The fact. */
  readonly fact: FactId;
  /** Where: the site that it was sent to, or that it had left. */
  readonly site: SiteCode;
  /** When, in microseconds since 1970. */
  readonly at: number;
  /** What. */
  readonly lines: readonly TransferLine[];
  /** Free text. */
  readonly note: string;
}

/** A transfer. */
export interface Transfer {
  /** The fact that sent it. */
  readonly id: FactId;
  /** When it left, in microseconds since 1970. */
  readonly at: number;
  /** Where it left. */
  readonly from: SiteCode;
  /** Where it goes. */
  readonly to: SiteCode;
  /** What left. */
  readonly lines: readonly TransferLine[];
  /** Free text. */
  readonly note: string;
  /** What arrived, the first first: nothing while it is on its way, several where nodes apart took it in. */
  readonly arrivals: readonly Arrival[];
}

/** Most arrivals of one transfer that are shown: there is one, unless nodes apart took it in. */
const ARRIVALS_MAX = 16;

function linesOf(row: Row): TransferLine[] {
  const lines = JSON.parse(String(row["lines"])) as [string, number][];
  return lines.map(([product, quantity]) => ({
    product: product as TransferLine["product"],
    quantity,
  }));
}

/**
 * A transfer from its row.
 *
 * @param rows The rows.
 * @param row A row of `GOODS_SENT`.
 * @returns The transfer with what arrived of it at its two sites.
 */
export function transferOf(rows: Reader, row: Row): Transfer {
  const id = row["id"] as FactId;
  const from = row["from_site"] as SiteCode;
  const to = row["to_site"] as SiteCode;
  const arrivals = rows.scan(GOODS_ARRIVED, {
    prefix: [id],
    limit: ARRIVALS_MAX,
  }).map((one) => ({
    fact: one["id"] as FactId,
    site: one["site"] as SiteCode,
    at: Number(one["at"]),
    lines: linesOf(one),
    note: String(one["note"]),
  })).filter(({ site }) => site === from || site === to);
  const at = Number(row["at"]);
  const note = String(row["note"]);
  return { id, at, from, to, lines: linesOf(row), note, arrivals };
}

/**
 * The transfer of an id.
 *
 * @param rows The rows.
 * @param id The fact that sent it.
 * @returns The transfer; undefined if nothing was sent under this id.
 */
export function transferById(rows: Reader, id: FactId): Transfer | undefined {
  const [row] = rows.scan(GOODS_SENT, {
    index: "by_id",
    prefix: [id],
    limit: 1,
  });
  return row === undefined ? undefined : transferOf(rows, row);
}
