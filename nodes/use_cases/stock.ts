/**
 * Deliveries and counts.
 *
 * @module
 */
import {
  type BoundName,
  businessDate,
  type CatalogProduct,
  type FactId,
  type FactOf,
  logFactId,
  type LogId,
  MASTER_SITE,
  ok,
  onHandOf,
  PanalError,
  type ProductId,
  type Scope,
  type SiteCode,
} from "../../crdt/mod.ts";
import type { DecisionContext, Replica } from "../replica.ts";
import type { UseCases } from "../use_cases.ts";
import {
  decideExactly,
  findLogRepeat,
  findProduct,
  refuse,
  refuseReuse,
  spaceOfStock,
  sumsOf,
  type UseCaseContext,
} from "./context.ts";
import { boundOf, checkRightsAmount, countRights } from "./rights.ts";

function scopeOfSite(site: SiteCode): Scope {
  return site === MASTER_SITE ? "mesh" : `site:${site}`;
}

/** A product as a site sees it. The master stock is nobody's to sell, so it has no rights. */
export interface Found {
  readonly listed: boolean;
  readonly policy: CatalogProduct["policy"];
  readonly bound: BoundName | undefined;
  readonly opened: CatalogProduct["bound"];
}

/**
 * Looks a product up as a site sees it.
 *
 * @param context The decision.
 * @param site The site.
 * @param product The product.
 * @returns What is known of it.
 */
export function findAt(
  context: DecisionContext,
  site: SiteCode,
  product: ProductId,
): Found {
  const found = findProduct(context.rows, scopeOfSite(site), product);
  const bound = site === MASTER_SITE ? undefined : boundOf(site, found);
  return {
    listed: found?.listed === true,
    policy: found?.policy ?? "soft",
    bound,
    opened: bound === undefined ? null : found?.bound ?? null,
  };
}

/**
 * The log in which a site's stock facts of this node stand.
 *
 * @param context The decision.
 * @param replica The replica.
 * @param site The site.
 * @returns The log.
 */
export function logOf(
  context: DecisionContext,
  replica: Replica,
  site: SiteCode,
): { readonly number: number; readonly name: LogId } {
  const space = spaceOfStock(site);
  return replica.register.own(space) ?? context.log(space);
}

/**
 * A delivery with the bounds that its log knows: its id contains the log then.
 *
 * @param fact The delivery.
 * @param found Its products, line by line.
 * @param log The log that records it.
 * @returns The delivery to record.
 */
export function withBounds(
  fact: FactOf<"StockReceived">,
  found: readonly Found[],
  log: LogId,
): FactOf<"StockReceived"> {
  if (found.every(({ opened }) => opened === null)) return fact;
  return {
    ...fact,
    id: logFactId(log, fact.id),
    lines: fact.lines.map((line, i) => {
      const opened = found[i]?.opened ?? null;
      if (opened === null) return line;
      checkRightsAmount(line.quantity);
      return { ...line, bound: opened };
    }),
  };
}

/**
 * A count with what it does to the rights of a strict product.
 *
 * @param context The decision.
 * @param fact The count.
 * @param place The product as the site sees it, and the counting log.
 * @returns The count to record: for a strict product its id contains the log.
 */
export function withRights(
  context: DecisionContext,
  fact: FactOf<"StockCounted">,
  place: {
    readonly found: Pick<Found, "bound" | "opened">;
    readonly log: { readonly number: number; readonly name: LogId };
  },
): FactOf<"StockCounted"> {
  const { found: { bound, opened }, log } = place;
  if (bound === undefined || opened === null) return fact;
  const { counted, difference } = fact;
  const counting = { bound, counted, difference };
  const { rights, opens } = countRights(context, counting, log);
  return {
    ...fact,
    id: logFactId(log.name, fact.id),
    bound: opened,
    rights,
    ...(opens ? { opens: true } : {}),
  };
}

interface Received {
  readonly fact: FactId;
  readonly repeated: boolean;
}

interface Counted extends Received {
  readonly difference: number;
}

/** Makes the use-cases about stock. */
export function createStockUseCases(
  { node, replica }: UseCaseContext,
): Pick<UseCases, "receiveStock" | "countStock"> {
  return {
    receiveStock: ({ id, site, lines, note }) =>
      decideExactly<Received>(replica, (context) => {
        const fact: FactOf<"StockReceived"> = {
          type: "StockReceived",
          id: id ?? context.newId(),
          at: context.at,
          site,
          date: businessDate(context.at, node.timezone),
          lines: lines.map(({ product, quantity }) => ({ product, quantity })),
          ...(note === undefined ? {} : { note }),
        };
        const space = spaceOfStock(site);
        const log = logOf(context, replica, site);
        const repeat = id === undefined
          ? undefined
          : findLogRepeat(context, replica, { space, fact, log: log.name });
        if (repeat === "other") return refuseReuse(fact.id);
        if (repeat !== undefined) {
          return ok({ fact: repeat.fact.id, repeated: true });
        }
        const found = lines.map(({ product }) =>
          findAt(context, site, product)
        );
        const unknown = found.findIndex(({ listed }) => !listed);
        if (unknown >= 0) {
          const product = lines[unknown]?.product ?? "";
          return refuse(
            "product_unknown",
            `Cannot receive stock: product "${product}" is unknown`,
            { product },
          );
        }
        const made = withBounds(fact, found, log.name);
        context.record(space, made);
        return ok({ fact: made.id, repeated: false });
      }),
    countStock: ({ id, site, product, counted, note }) =>
      decideExactly<Counted>(replica, (context) => {
        const difference = counted -
          onHandOf(sumsOf(context.rows, site, product));
        if (!Number.isSafeInteger(difference)) {
          throw new PanalError(
            "amount_out_of_range",
            "Cannot hold the counted stock exactly",
          );
        }
        const fact: FactOf<"StockCounted"> = {
          type: "StockCounted",
          id: id ?? context.newId(),
          at: context.at,
          site,
          date: businessDate(context.at, node.timezone),
          product,
          counted,
          difference,
          ...(note === undefined ? {} : { note }),
        };
        const space = spaceOfStock(site);
        const log = logOf(context, replica, site);
        const repeat = id === undefined
          ? undefined
          : findLogRepeat(context, replica, { space, fact, log: log.name });
        if (repeat === "other") return refuseReuse(fact.id);
        if (repeat !== undefined) {
          return ok({
            fact: repeat.fact.id,
            difference: (repeat.fact as FactOf<"StockCounted">).difference,
            repeated: true,
          });
        }
        const found = findAt(context, site, product);
        if (!found.listed) {
          return refuse(
            "product_unknown",
            `Cannot count stock: product "${product}" is unknown`,
            { product },
          );
        }
        const made = withRights(context, fact, { found, log });
        context.record(space, made);
        return ok({ fact: made.id, difference, repeated: false });
      }),
  };
}
