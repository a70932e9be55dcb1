/**
 * Voiding a sale as a whole, wherever it was sold.
 *
 * @module
 */
import {
  businessDate,
  contentDigest,
  type FactId,
  type FactOf,
  FACTS,
  idBytes,
  type LogFact,
  ok,
  type SaleRecorded,
  SALES,
  siteSpace,
  STATUS_COUNTS,
} from "../../crdt/mod.ts";
import type { DecisionContext } from "../replica.ts";
import type { SaleView, UseCases } from "../use_cases.ts";
import {
  decideExactly,
  findRepeat,
  logFactIds,
  refuse,
  refuseReuse,
  type UseCaseContext,
} from "./context.ts";
import { saleViewOf } from "./record_sale.ts";
import { giveBackDue } from "./rights.ts";

/** The copy of a sale that counts, and whether it is voided. */
function findSale(
  context: DecisionContext,
  id: FactId,
): { placed: LogFact<SaleRecorded>; voided: boolean } | undefined {
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

interface Voided {
  readonly fact: FactId;
  readonly sale: SaleView;
}

/** Makes the use-case `voidSale`. */
export function createVoidSale(
  { node, replica }: UseCaseContext,
): UseCases["voidSale"] {
  return ({ id, sale, reason }) =>
    decideExactly<Voided>(replica, (context) => {
      const ids = [sale, ...returnIds({ node, replica }, sale)];
      const found = ids.map((one) => findSale(context, one))
        .find((one) => one !== undefined);
      if (found === undefined) {
        return refuse(
          "sale_unknown",
          `Cannot void sale ${sale}: it is unknown`,
        );
      }
      const { placed, voided } = found;
      const { site } = placed.fact;
      const fact: FactOf<"SaleVoided"> = {
        type: "SaleVoided",
        id: id ?? context.newId(),
        at: context.at,
        site,
        date: businessDate(context.at, node.timezone),
        sale: placed.fact.id,
        content: contentDigest(placed.fact),
        reason,
      };
      const answer = {
        fact: fact.id,
        sale: saleViewOf(placed, node.timezone, true),
      };
      const repeat = id === undefined
        ? undefined
        : findRepeat(context, siteSpace(site), fact);
      if (repeat === "other") return refuseReuse(fact.id);
      if (repeat !== undefined) return ok(answer);
      if (voided) {
        return refuse(
          "sale_already_voided",
          `Cannot void sale ${sale}: it was voided before`,
        );
      }
      context.record(siteSpace(site), fact);
      const own = replica.register.own(siteSpace(site));
      if (own !== undefined) giveBackDue(context, own);
      return ok(answer);
    });
}
