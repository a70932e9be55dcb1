/**
 * Products and prices: creating, replacing, changing and removing them in a scope.
 *
 * @module
 */
import {
  type Actor,
  businessDate,
  catalogProduct,
  type Fact,
  type FactId,
  type FactOf,
  type LogId,
  MASTER_SITE,
  type Money,
  ok,
  onHandOf,
  PanalError,
  type Policy,
  priceInForce,
  pricesToReplace,
  PRODUCT_DETAILS,
  type ProductField,
  type ProductId,
  type Scope,
  standingChanges,
} from "../../crdt/mod.ts";
import type { DecisionContext } from "../replica.ts";
import type { ProductInput, ProductView, UseCases } from "../use_cases.ts";
import {
  decideExactly,
  findProduct,
  findRepeat,
  productView,
  refuse,
  refuseReuse,
  siteOfScope,
  spaceOfScope,
  spaceOfStock,
  sumsOf,
  type UseCaseContext,
} from "./context.ts";
import { recordAct } from "../people/people_context.ts";
import { nextProduct } from "./product_numbers.ts";
import { boundOf, countersOf } from "./rights.ts";
import { withRights } from "./stock.ts";

interface Place {
  readonly scope: Scope;
  readonly product: ProductId;
  /** Set where a branch tells the mesh of a product of its own. */
  readonly site?: NonNullable<UseCaseContext["node"]["site"]>;
}

function changeField(
  context: DecisionContext,
  place: Place,
  change: {
    readonly field: ProductField;
    readonly value: string | number | true;
    readonly counters?: readonly LogId[];
    /** The change that opened the bound already, where a narrower scope takes it over. */
    readonly id?: FactId;
  },
): void {
  const { scope, product, site } = place;
  const over = standingChanges(context.rows, {
    scope,
    product,
    field: change.field,
  }).map(({ id }) => id);
  context.record(spaceOfScope(scope), {
    type: "ProductChanged",
    id: context.newId(),
    at: context.at,
    scope,
    product,
    ...change,
    over,
    ...(site === undefined ? {} : { site }),
  } as Fact);
}

function changePrice(
  context: DecisionContext,
  place: Place,
  change: {
    readonly price: Money;
    readonly effectiveAt?: number;
    readonly id?: Fact["id"];
  },
): Fact {
  const { scope, product, site } = place;
  const effectiveAt = change.effectiveAt ?? context.at;
  const { units, currency, exponent } = change.price;
  const fact: Fact = {
    type: "PriceChanged",
    id: change.id ?? context.newId(),
    at: context.at,
    scope,
    product,
    price: units,
    currency,
    exponent,
    effectiveAt,
    over: pricesToReplace(context.rows, { scope, product }, effectiveAt),
    ...(site === undefined ? {} : { site }),
  };
  return fact;
}

function countTo(
  context: DecisionContext,
  { node, replica }: UseCaseContext,
  place: {
    readonly scope: Scope;
    readonly product: ProductId;
    readonly change: { readonly counted: number } | { readonly by: number };
  },
): void {
  const site = siteOfScope(place.scope);
  const { change } = place;
  const onHand = onHandOf(sumsOf(context.rows, site, place.product));
  const difference = "by" in change ? change.by : change.counted - onHand;
  const counted = onHand + difference;
  if (!Number.isSafeInteger(difference) || !Number.isSafeInteger(counted)) {
    throw new PanalError(
      "amount_out_of_range",
      "Cannot hold the counted stock exactly",
    );
  }
  const space = spaceOfStock(site);
  const found = findProduct(context.rows, place.scope, place.product);
  const bound = site === MASTER_SITE ? undefined : boundOf(site, found);
  const fact: FactOf<"StockCounted"> = {
    type: "StockCounted",
    id: context.newId(),
    at: context.at,
    site,
    date: businessDate(context.at, node.timezone),
    product: place.product,
    counted,
    difference,
  };
  context.record(
    space,
    withRights(context, fact, {
      found: { bound, opened: found?.bound ?? null },
      log: replica.register.own(space) ?? context.log(space),
    }),
  );
}

function samePrice(a: Money, b: Money | undefined): boolean {
  return b !== undefined && a.units === b.units && a.exponent === b.exponent &&
    a.currency === b.currency;
}

/** Writes what an input says beyond what stands. */
function writeFields(
  context: DecisionContext,
  use: UseCaseContext,
  place: Place,
  input: Omit<ProductInput, "scope" | "product"> & {
    readonly adjustment?: number;
  },
): void {
  const before = catalogProduct(context.rows, place.scope, place.product);
  if (input.policy !== undefined && before?.policy !== input.policy) {
    const space = spaceOfScope(place.scope);
    // A scope that takes over what is strict already goes on with the same bound: the rights stay.
    const wide = before === undefined && place.scope !== "mesh"
      ? catalogProduct(context.rows, "mesh", place.product)?.bound ?? null
      : null;
    changeField(context, place, {
      field: "policy",
      value: input.policy,
      ...(input.policy !== "strict"
        ? {}
        : wide !== null
        ? { id: wide }
        : { counters: countersOf(use.replica.register, space) }),
    });
  }
  // The count comes before the listing: notices that waited for the product are sales after it.
  if (input.stock !== undefined) {
    countTo(context, use, { ...place, change: { counted: input.stock } });
  } else if (input.adjustment !== undefined && input.adjustment !== 0) {
    countTo(context, use, { ...place, change: { by: input.adjustment } });
  }
  if (before?.listed !== true) {
    changeField(context, place, { field: "listed", value: true });
  }
  if (before?.name !== input.name) {
    changeField(context, place, { field: "name", value: input.name });
  }
  for (const field of PRODUCT_DETAILS) {
    const value = input.details?.[field];
    if (value !== undefined && value !== (before?.details[field] ?? "")) {
      changeField(context, place, { field, value });
    }
  }
  const inForce = priceInForce(context.rows, place, context.at)?.price;
  if (input.price !== undefined && !samePrice(input.price, inForce)) {
    context.record(
      spaceOfScope(place.scope),
      changePrice(context, place, { price: input.price }),
    );
  }
}

function viewAfter(context: DecisionContext, place: Place): ProductView {
  const view = productView(
    context.rows,
    { ...place, narrowOnly: true },
    context.at,
  );
  if (view === undefined) {
    throw new PanalError(
      "product_unknown",
      "Cannot show the product that was just written",
    );
  }
  return view;
}

/** Parts of a change that its note does not name. */
const UNTOLD: ReadonlySet<string> = new Set([
  ...["by", "scope", "product", "details"],
]);

/** Records what somebody who signed in did to a product; nothing where nobody has to. */
function noteAct(
  context: DecisionContext,
  { scope, product }: Place,
  { by, note = "", act }: {
    readonly act: string;
    readonly by: Actor | undefined;
    readonly note?: string;
  },
): void {
  if (by === undefined) return;
  recordAct(context, spaceOfScope(scope), {
    ...{ act, by, subject: `product/${product}` },
    ...(note === "" ? {} : { note }),
  });
}

function unknown(product: ProductId) {
  return refuse("product_unknown", `Cannot find product "${product}"`, {
    product,
  });
}

/** Makes the use-cases about products and prices. */
export function createProductUseCases(
  use: UseCaseContext,
): Pick<
  UseCases,
  | "createProduct"
  | "replaceProduct"
  | "changeProduct"
  | "removeProduct"
  | "setPrice"
> {
  const { node, replica } = use;
  return {
    createProduct: (input) =>
      decideExactly(replica, (context) => {
        const { by, scope, product: named, ...fields } = input;
        const product = named ?? nextProduct(context, scope);
        if (catalogProduct(context.rows, scope, product)?.listed === true) {
          return refuse(
            "product_exists",
            `Product "${product}" exists already`,
            { product },
          );
        }
        writeFields(context, use, { scope, product }, fields);
        const master = catalogProduct(context.rows, "mesh", product);
        if (scope !== "mesh" && node.site !== null && master?.listed !== true) {
          // Strict is a matter of the site that said so: another may sell the product as it likes.
          const { policy, ...others } = fields;
          writeFields(context, use, {
            scope: "mesh",
            product,
            site: node.site,
          }, policy === "strict" || policy === undefined ? others : fields);
        }
        noteAct(context, { scope, product }, { act: "product_created", by });
        return ok(viewAfter(context, { scope, product }));
      }),
    replaceProduct: (input) =>
      decideExactly(replica, (context) => {
        const { by, scope, product, ...fields } = input;
        if (
          catalogProduct(context.rows, scope, product)?.listed !== true
        ) return unknown(product);
        writeFields(context, use, { scope, product }, fields);
        noteAct(context, { scope, product }, { act: "product_replaced", by });
        return ok(viewAfter(context, { scope, product }));
      }),
    changeProduct: (input) =>
      decideExactly(replica, (context) => {
        const { by, scope, product, name, policy, details, ...others } = input;
        const before = findProduct(context.rows, scope, product);
        if (before?.listed !== true) return unknown(product);
        const narrow = catalogProduct(context.rows, scope, product);
        // A narrower scope takes a product over as a whole, else it would be listed there without a name.
        const place = { scope, product };
        writeFields(context, use, place, {
          name: name ?? before.name,
          details: narrow?.listed === true
            ? details ?? {}
            : { ...before.details, ...details },
          ...(policy === undefined && narrow?.listed === true
            ? {}
            : { policy: policy ?? before.policy as Policy }),
          ...others,
        });
        const note = [...Object.keys({ ...input, ...details })]
          .filter((key) => !UNTOLD.has(key)).join(", ");
        noteAct(context, place, { act: "product_changed", by, note });
        return ok(viewAfter(context, place));
      }),
    removeProduct: ({ by, scope, product }) =>
      decideExactly(replica, (context) => {
        const before = productView(context.rows, {
          scope,
          product,
          narrowOnly: true,
        }, context.at);
        if (before?.listed !== true) return unknown(product);
        const standing = standingChanges(context.rows, {
          scope,
          product,
          field: "listed",
        });
        context.record(spaceOfScope(scope), {
          type: "ProductRemoved",
          id: context.newId(),
          at: context.at,
          scope,
          product,
          over: standing.map(({ id }) => id as Fact["id"]),
        });
        noteAct(context, { scope, product }, { act: "product_removed", by });
        return ok(before);
      }),
    setPrice: ({ by, id, scope, product, price, effectiveAt }) =>
      decideExactly(replica, (context) => {
        if (findProduct(context.rows, scope, product)?.listed !== true) {
          return unknown(product);
        }
        const fact = changePrice(context, { scope, product }, {
          price,
          ...(effectiveAt === undefined ? {} : { effectiveAt }),
          ...(id === undefined ? {} : { id }),
        });
        const repeat = id === undefined
          ? undefined
          : findRepeat(context, spaceOfScope(scope), fact);
        if (repeat === "other") return refuseReuse(fact.id);
        if (repeat === undefined) {
          context.record(spaceOfScope(scope), fact);
          noteAct(context, { scope, product }, { act: "price_set", by });
        }
        return ok({ fact: fact.id });
      }),
  };
}
