/**
 * What the use-cases share: the node's settings, its replica, and small readings that several of them need.
 *
 * @module
 */
import {
  type BoundName,
  type CatalogProduct,
  catalogProduct,
  contentOf,
  err,
  type Fact,
  type FactId,
  FACTS,
  idBytes,
  type LogFact,
  logFactId,
  type LogId,
  MASTER_SITE,
  masterSums,
  MESH_SPACE,
  NO_STOCK,
  onHandOf,
  PanalError,
  type PriceInForce,
  priceInForce,
  type ProductId,
  type Reader,
  type Result,
  type Scope,
  type SiteCode,
  siteSpace,
  type SpaceId,
  type StockSums,
  stockSums,
  trunkOf,
} from "../../crdt/mod.ts";
import type { Decision, DecisionContext, Replica } from "../replica.ts";
import type { Drawer } from "../tills/drawer.ts";
import type { NodeInfo, ProductView, Refusal } from "../use_cases.ts";
import type { InvariantCounter } from "./invariants.ts";

/** What a use-case works with. */
export interface UseCaseContext {
  /** The node's settings. */
  readonly node: NodeInfo;
  /** The node's replica. */
  readonly replica: Replica;
  /** Counts of invariants. */
  readonly invariants: InvariantCounter;
  /** This node's cash drawer. */
  readonly drawer: Drawer;
  /** Asks other peers for rights; true if a decision will find enough now. */
  readonly askRights: (need: RightsNeed) => Promise<boolean>;
}

/** Rights that this node's log must have free. */
export interface RightsNeed {
  /** The bound. */
  readonly bound: BoundName;
  /** How many, in whole units. */
  readonly free: number;
}

/**
 * Makes a refusal.
 *
 * @param code The stable name of the reason.
 * @param message A sentence for people.
 * @param details What the caller may want to show.
 * @returns The refusal as a result.
 */
export function refuse(
  code: Refusal["code"],
  message: string,
  details?: NonNullable<Refusal["details"]>,
): { readonly ok: false; readonly error: Refusal } {
  return err({ code, message, ...(details === undefined ? {} : { details }) });
}

/**
 * Decides; amounts that cannot be held exactly are refused instead of thrown.
 *
 * @param replica The replica.
 * @param decide The decision.
 * @returns Its answer once it is durable.
 */
export function decideExactly<T>(
  replica: Replica,
  decide: Decision<T>,
): Promise<Result<T, Refusal>> {
  return replica.decide((context) => {
    try {
      return decide(context);
    } catch (error) {
      const code = error instanceof PanalError ? error.code : undefined;
      if (
        code === "amount_out_of_range" || code === "currency_mismatch" ||
        code === "forbidden"
      ) {
        return refuse(code, (error as PanalError).message);
      }
      throw error;
    }
  });
}

/**
 * The space in which a scope's facts stand.
 *
 * @param scope A scope.
 * @returns The space.
 */
export function spaceOfScope(scope: Scope): SpaceId {
  return scope === "mesh" ? MESH_SPACE : scope as SpaceId;
}

/**
 * The space in which a site's stock facts stand.
 *
 * @param site A site, or the master.
 * @returns The space.
 */
export function spaceOfStock(site: SiteCode): SpaceId {
  return site === MASTER_SITE ? MESH_SPACE : siteSpace(site);
}

/**
 * Whose stock a scope shows.
 *
 * @param scope A scope.
 * @returns The site, or the master.
 */
export function siteOfScope(scope: Scope): SiteCode {
  return scope === "mesh" ? MASTER_SITE : scope.slice(5) as SiteCode;
}

/**
 * The sums of a stock row, those of the master stock put together.
 *
 * @param rows The views.
 * @param site A site, or the master.
 * @param product The product.
 * @returns Sums; all 0 if nothing is known.
 */
export function sumsOf(
  rows: Reader,
  site: SiteCode,
  product: ProductId,
): StockSums {
  return site === MASTER_SITE
    ? masterSums(rows, product, MASTER_SITE)
    : stockSums(rows, site, product) ?? NO_STOCK;
}

/**
 * The scopes in which a product is looked up, narrowest first.
 *
 * @param scope The scope that is asked for.
 * @param narrowOnly True to leave out the wider ones.
 * @returns Scopes.
 */
export function scopesOf(scope: Scope, narrowOnly = false): readonly Scope[] {
  return scope === "mesh" || narrowOnly ? [scope] : [scope, "mesh"];
}

/** How a product of one scope is looked up: from the rows, or from memory. */
export type CatalogLookup = (
  scope: Scope,
  product: ProductId,
) => CatalogProduct | undefined;

/** How a price of one scope is looked up: from the rows, or from memory. */
export type PriceLookup = (
  place: { readonly scope: Scope; readonly product: ProductId },
) => PriceInForce | undefined;

/** A product as the narrowest scope that says anything of it has it: a removal there hides the wider scope's. */
export function findProduct(
  rows: Reader,
  scope: Scope,
  product: ProductId,
  options: { readonly narrowOnly?: boolean; readonly lookup?: CatalogLookup } =
    {},
): CatalogProduct | undefined {
  const lookup = options.lookup ??
    ((one: Scope) => catalogProduct(rows, one, product));
  for (const one of scopesOf(scope, options.narrowOnly)) {
    const found = lookup(one, product);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The price in force in the narrowest scope that has one. */
export function findPrice(
  rows: Reader,
  place: {
    readonly scope: Scope;
    readonly product: ProductId;
    readonly narrowOnly?: boolean;
  },
  at: number,
  lookup: PriceLookup = (one) => priceInForce(rows, one, at),
): PriceInForce | undefined {
  for (const scope of scopesOf(place.scope, place.narrowOnly)) {
    const price = lookup({ scope, product: place.product });
    if (price !== undefined) return price;
  }
  return undefined;
}

/**
 * A product as a scope shows it.
 *
 * @param rows The views.
 * @param place Scope and product.
 * @param at The instant, in microseconds since 1970.
 * @returns The product, also a removed one.
 */
export function productView(
  rows: Reader,
  place: {
    readonly scope: Scope;
    readonly product: ProductId;
    readonly narrowOnly?: boolean;
  },
  at: number,
): ProductView | undefined {
  const found = findProduct(rows, place.scope, place.product, {
    narrowOnly: place.narrowOnly ?? false,
  });
  if (found === undefined) return undefined;
  const price = findPrice(rows, place, at);
  return {
    scope: place.scope,
    product: place.product,
    name: found.name,
    listed: found.listed,
    policy: found.policy,
    price: price?.price ?? null,
    priceFact: price?.fact ?? null,
    onHand: onHandOf(sumsOf(rows, siteOfScope(place.scope), place.product)),
    details: found.details,
    contested: found.contested,
  };
}

/**
 * Looks whether a caller's id was used before in a space.
 *
 * @param context The decision.
 * @param space The space.
 * @param fact What the caller wants to record, as far as its content goes.
 * @returns The fact that stands there already; `other` if the id stands for other content; undefined if it is new.
 */
export function findRepeat(
  context: DecisionContext,
  space: SpaceId,
  fact: Fact,
): LogFact | "other" | undefined {
  const known = context.rows.scan(FACTS, { prefix: [idBytes(fact.id)] });
  if (known.length === 0) return undefined;
  const content = contentOf(fact);
  let other = false;
  for (const row of known) {
    const placed = context.read(
      Number(row["log"]),
      Number(row["seq"]),
      idBytes(fact.id),
    );
    if (placed === undefined || context.spaceOf(placed.logNumber) !== space) {
      continue;
    }
    if (contentOf(placed.fact) === content) return placed;
    other = true;
  }
  return other ? "other" : undefined;
}

/**
 * Looks whether a caller's id was used before in a space, also for a fact whose id contains a log of this node: the one
 * that it writes now, or one that it has closed.
 *
 * @param context The decision.
 * @param replica The replica.
 * @param sent The space, what the caller wants to record under its own id, and the log that would hold it.
 * @returns As `findRepeat`.
 */
export function findLogRepeat(
  context: DecisionContext,
  replica: Replica,
  { space, fact, log }: {
    readonly space: SpaceId;
    readonly fact: Fact;
    readonly log: LogId;
  },
): LogFact | "other" | undefined {
  let found = findRepeat(context, space, fact);
  for (const id of logFactIds(replica, { space, id: fact.id, log })) {
    if (found !== undefined && found !== "other") break;
    found = findRepeat(context, space, { ...fact, id }) ?? found;
  }
  return found;
}

/**
 * The ids under which facts that make rights may stand in this node's logs.
 *
 * @param replica The replica.
 * @param sent The space, the caller's id, and the log that is written now, if it is known.
 * @returns One id a log.
 */
export function logFactIds(
  replica: Replica,
  { space, id, log }: {
    readonly space: SpaceId;
    readonly id: FactId;
    readonly log?: LogId;
  },
): FactId[] {
  const names = replica.ownLogs(space).map(({ name }) => trunkOf(name));
  const all = new Set(log === undefined ? names : [log, ...names]);
  return [...all].map((name) => logFactId(name, id));
}

/** The refusal of an id that stands for something else. */
export function refuseReuse(id: FactId) {
  return refuse("id_reused", `The id ${id} was used before for other content`);
}
