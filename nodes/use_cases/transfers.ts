/**
 * Goods that go from one site to another. What leaves is counted out at the one site and told to the mesh; what arrives
 * is taken in at the other. Between the two it is on its way and nobody's to sell.
 *
 * @module
 */
import {
  businessDate,
  type FactId,
  type FactOf,
  GOODS_SENT,
  MESH_SPACE,
  ok,
  onHandOf,
  parseFactId,
  type ProductId,
  type Result,
  sha256,
  type SiteCode,
  toHex,
  type Transfer,
  transferById,
  type TransferLine,
  transferOf,
} from "../../crdt/mod.ts";
import type { DecisionContext } from "../replica.ts";
import type { Refusal } from "../answers.ts";
import {
  decideExactly,
  findRepeat,
  refuse,
  refuseReuse,
  spaceOfStock,
  sumsOf,
  type UseCaseContext,
} from "./context.ts";
import { decodeCursor, encodeCursor } from "./cursor.ts";
import type { TransferOutcome, TransferUseCases } from "./goods_views.ts";
import { freeRights } from "./rights.ts";
import { findAt, type Found, logOf, withBounds, withRights } from "./stock.ts";

/** Most transfers that one page looks through. */
const LOOKED_THROUGH_MAX = 5_000;
const BATCH_ROWS = 200;

/** Each product once, in the order in which it is first named. */
function summed(lines: readonly TransferLine[]): TransferLine[] {
  const sums = new Map<ProductId, number>();
  for (const { product, quantity } of lines) {
    sums.set(product, (sums.get(product) ?? 0) + quantity);
  }
  return [...sums].map(([product, quantity]) => ({ product, quantity }));
}

/** The id of what arrives of a transfer: nodes apart that take the same in write the same delivery, which counts once. */
function arrivalId(transfer: FactId): FactId {
  const digest = sha256(new TextEncoder().encode(`arrival of ${transfer}`));
  const hex = toHex(digest.slice(0, 16));
  const text = [[0, 8], [8, 12], [12, 16], [16, 20], [20, 32]]
    .map(([from, to]) => hex.slice(from, to)).join("-");
  return parseFactId(text) ?? transfer;
}

function unknownProduct(product: ProductId, site: SiteCode) {
  return refuse(
    "product_unknown",
    `Cannot move goods: product "${product}" is unknown at ${site}`,
    { product },
  );
}

/** Why a line cannot leave; undefined if it can. */
function shortage(
  context: DecisionContext,
  use: UseCaseContext,
  { site, line: { product, quantity }, found }: {
    readonly site: SiteCode;
    readonly line: TransferLine;
    readonly found: Found;
  },
): Result<never, Refusal> | undefined {
  if (!found.listed) return unknownProduct(product, site);
  if (found.policy === "unmetered") return undefined;
  const onHand = onHandOf(sumsOf(context.rows, site, product));
  if (onHand < quantity) {
    return refuse(
      "stock_insufficient",
      `Cannot send: ${onHand} of product "${product}" are on hand, ${quantity} are to leave`,
      { product, onHand, wanted: quantity },
    );
  }
  if (found.bound === undefined) return undefined;
  const log = use.replica.register.own(spaceOfStock(site));
  const free = freeRights(context.rows, found.bound, log);
  return free >= quantity ? undefined : refuse(
    "rights_insufficient",
    `Cannot send: this node holds rights to ${free} of product "${product}", ${quantity} are to leave`,
    { product, bound: found.bound, free, onHand },
  );
}

/** Counts a line out of a site's stock. */
function countOut(
  context: DecisionContext,
  { node, replica }: UseCaseContext,
  { sent, line: { product, quantity }, found }: {
    readonly sent: FactOf<"GoodsSent">;
    readonly line: TransferLine;
    readonly found: Found;
  },
): void {
  if (found.policy === "unmetered") return;
  const site = sent.from;
  const onHand = onHandOf(sumsOf(context.rows, site, product));
  const fact: FactOf<"StockCounted"> = {
    type: "StockCounted",
    id: context.newId(),
    at: context.at,
    site,
    date: businessDate(context.at, node.timezone),
    product,
    counted: onHand - quantity,
    difference: -quantity,
    note: `To ${sent.to}: ${sent.id}`,
  };
  const log = logOf(context, replica, site);
  context.record(spaceOfStock(site), withRights(context, fact, { found, log }));
}

/** Takes what arrived into a site's stock. */
function takeIn(
  context: DecisionContext,
  { node, replica }: UseCaseContext,
  { arrived, from, found }: {
    readonly arrived: FactOf<"GoodsArrived">;
    readonly from: SiteCode;
    readonly found: readonly Found[];
  },
): void {
  const { site, transfer } = arrived;
  const counted = arrived.lines.map((line, i) => ({ line, found: found[i] }))
    .flatMap(({ line, found: one }) =>
      one === undefined || one.policy === "unmetered"
        ? []
        : [{ line, found: one }]
    );
  if (counted.length === 0) return;
  const fact: FactOf<"StockReceived"> = {
    type: "StockReceived",
    id: arrivalId(transfer),
    at: context.at,
    site,
    date: businessDate(context.at, node.timezone),
    lines: counted.map(({ line }) => line),
    note: `From ${from}: ${transfer}`,
  };
  const log = logOf(context, replica, site);
  const bounds = counted.map((one) => one.found);
  context.record(spaceOfStock(site), withBounds(fact, bounds, log.name));
}

/**
 * Makes the use-cases of transfers.
 *
 * @param use What they work with.
 * @returns The use-cases.
 */
export function createTransferUseCases(use: UseCaseContext): TransferUseCases {
  const { replica } = use;
  return {
    sendGoods: ({ id, from, to, lines, note }) =>
      decideExactly<TransferOutcome>(replica, (context) => {
        const sent: FactOf<"GoodsSent"> = {
          type: "GoodsSent",
          id: id ?? context.newId(),
          at: context.at,
          ...{ from, to, lines: summed(lines), note },
        };
        if (from === to) {
          return refuse(
            "invalid_argument",
            "Cannot send goods to where they are",
          );
        }
        const repeat = findRepeat(context, MESH_SPACE, sent);
        if (repeat === "other") return refuseReuse(sent.id);
        if (repeat !== undefined) {
          return ok({ fact: repeat.fact.id, repeated: true });
        }
        const found = sent.lines.map((line) => ({
          line,
          found: findAt(context, from, line.product),
        }));
        for (const one of found) {
          const short = shortage(context, use, { site: from, ...one });
          if (short !== undefined) return short;
        }
        context.record(MESH_SPACE, sent);
        for (const one of found) countOut(context, use, { sent, ...one });
        return ok({ fact: sent.id, repeated: false });
      }),
    receiveGoods: ({ transfer: id, site, lines, note }) =>
      decideExactly<TransferOutcome>(replica, (context) => {
        const transfer = transferById(context.rows, id);
        if (transfer === undefined) {
          return refuse("transfer_unknown", `Nothing was sent under ${id}`);
        }
        const [before] = transfer.arrivals;
        if (before !== undefined) {
          return ok({ fact: before.fact, repeated: true });
        }
        if (site !== transfer.to && site !== transfer.from) {
          return refuse(
            "invalid_argument",
            `Cannot take in at ${site} what goes from ${transfer.from} to ${transfer.to}`,
          );
        }
        const arrived: FactOf<"GoodsArrived"> = {
          type: "GoodsArrived",
          id: context.newId(),
          at: context.at,
          ...{ transfer: id, site, note },
          lines: summed(lines ?? transfer.lines)
            .filter(({ quantity }) => quantity > 0),
        };
        const found = arrived.lines.map(({ product }) =>
          findAt(context, site, product)
        );
        const unknown = found.findIndex(({ listed }) => !listed);
        const line = arrived.lines[unknown];
        if (line !== undefined) return unknownProduct(line.product, site);
        context.record(MESH_SPACE, arrived);
        takeIn(context, use, { arrived, from: transfer.from, found });
        return ok({ fact: arrived.id, repeated: false });
      }),
    transfers({ site, open, limit, cursor }) {
      const items: Transfer[] = [];
      let below = decodeCursor(cursor);
      let last: (string | number)[] | undefined;
      for (let seen = 0; seen < LOOKED_THROUGH_MAX; seen += BATCH_ROWS) {
        const batch = replica.reader.scan(GOODS_SENT, {
          reverse: true,
          limit: BATCH_ROWS,
          ...(below === undefined ? {} : { below }),
        });
        for (const row of batch) {
          below = GOODS_SENT.key.map((column) =>
            row[column] as string | number
          );
          const one = transferOf(replica.reader, row);
          if (open !== undefined && open !== (one.arrivals.length === 0)) {
            continue;
          }
          if (site !== undefined && site !== one.from && site !== one.to) {
            continue;
          }
          if (items.length === limit) {
            const next = last === undefined ? null : encodeCursor(last);
            return { items, total: null, next };
          }
          items.push(one);
          last = below;
        }
        if (batch.length < BATCH_ROWS) {
          return { items, total: null, next: null };
        }
      }
      const next = below === undefined ? null : encodeCursor(below);
      return { items, total: null, next };
    },
  };
}
