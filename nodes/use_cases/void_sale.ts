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
  ok,
  siteSpace,
} from "../../crdt/mod.ts";
import type { SaleView, UseCases } from "../use_cases.ts";
import {
  decideExactly,
  findRepeat,
  refuse,
  refuseReuse,
  type UseCaseContext,
} from "./context.ts";
import { findSale, returnsOf } from "./find_sale.ts";
import { giveBackDue } from "./rights.ts";
import { saleViewOf } from "./sale_view.ts";

interface Voided {
  readonly fact: FactId;
  readonly sale: SaleView;
}

/** Makes the use-case `voidSale`. */
export function createVoidSale(
  use: UseCaseContext,
): UseCases["voidSale"] {
  const { node, replica, drawer } = use;
  return ({ id, sale, reason, by, approvedBy }) =>
    decideExactly<Voided>(replica, (context) => {
      const found = findSale(use, context, sale);
      if (found === undefined) {
        return refuse(
          "sale_unknown",
          `Cannot void sale ${sale}: it is unknown`,
        );
      }
      const { placed, voided } = found;
      const { site } = placed.fact;
      const session = site === node.site
        ? drawer.session(context.rows)
        : undefined;
      const fact: FactOf<"SaleVoided"> = {
        type: "SaleVoided",
        id: id ?? context.newId(),
        at: context.at,
        site,
        date: businessDate(context.at, node.timezone),
        sale: placed.fact.id,
        content: contentDigest(placed.fact),
        reason,
        ...(session === undefined ? {} : { session }),
        ...(by === undefined ? {} : { by }),
        ...(approvedBy === undefined ? {} : { approvedBy }),
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
      // What came back would come back twice.
      if (returnsOf(context.rows, placed.fact).length > 0) {
        return refuse(
          "sale_returned",
          `Cannot void sale ${sale}: goods of it came back. Return the rest, or void the returns first`,
        );
      }
      context.record(siteSpace(site), fact);
      const own = replica.register.own(siteSpace(site));
      if (own !== undefined) giveBackDue(context, own);
      return ok(answer);
    });
}
