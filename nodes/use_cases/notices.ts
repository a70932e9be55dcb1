/**
 * Receiving sale notices of original branches.
 *
 * @module
 */
import {
  businessDate,
  currencyExponent,
  type Fact,
  type FactId,
  type FactOf,
  fixedFactId,
  idBytes,
  MASTER_SITE,
  MESH_SPACE,
  type Money,
  NOTICES,
  ok,
  onHandOf,
  type ProductId,
  rescale,
  type Row,
} from "../../crdt/mod.ts";
import type { DecisionContext } from "../replica.ts";
import type {
  NoticeInput,
  NoticeOutcome,
  NoticeView,
  UseCases,
} from "../use_cases.ts";
import {
  decideExactly,
  findPrice,
  findProduct,
  findRepeat,
  refuse,
  refuseReuse,
  sumsOf,
  type UseCaseContext,
} from "./context.ts";

/**
 * A notice as it is shown.
 *
 * @param row A row of `NOTICES`.
 * @returns The notice.
 */
export function noticeViewOf(row: Row): NoticeView {
  const fact = JSON.parse(String(row["content"])) as FactOf<"NoticeReceived">;
  const { currency, exponent } = fact;
  return {
    id: fact.id,
    at: fact.at,
    branch: fact.branch,
    product: fact.product,
    name: fact.name,
    price: fact.price === null
      ? null
      : { units: fact.price, currency, exponent },
    quantity: fact.quantity,
    amount: { units: fact.amount, currency, exponent },
    amountText: fact.amountText,
    timestamp: fact.timestamp,
    applied: row["applied"] === 1,
    source: fact.source,
  };
}

function makeFact(
  context: DecisionContext,
  input: NoticeInput,
  place: { readonly id: FactId; readonly date: string },
): FactOf<"NoticeReceived"> {
  const { product, amount } = input;
  const found = findProduct(context.rows, "mesh", product);
  const known = found?.listed === true;
  const inForce: Money | undefined = findPrice(context.rows, {
    scope: "mesh",
    product,
  }, context.at)?.price;
  const price = inForce?.currency === amount.currency ? inForce : undefined;
  const exponent = Math.max(
    currencyExponent(amount.currency),
    amount.exponent,
    price?.exponent ?? 0,
  );
  return {
    type: "NoticeReceived",
    ...place,
    at: context.at,
    branch: input.branch,
    product,
    name: known ? found.name : null,
    price: known && price !== undefined ? rescale(price, exponent).units : null,
    quantity: input.quantity,
    amount: rescale(amount, exponent).units,
    currency: amount.currency,
    exponent,
    amountText: input.amountText,
    timestamp: input.timestamp,
    source: input.source,
    known,
    ...(input.saleId === undefined ? {} : { saleId: input.saleId }),
    ...(input.extra === undefined ? {} : { extra: { ...input.extra } }),
  };
}

function outcome(
  context: DecisionContext,
  place: {
    readonly at: number;
    readonly id: FactId;
    readonly log: string;
    readonly product: ProductId;
    readonly fact: Fact;
  },
  repeated: boolean,
): NoticeOutcome {
  const row = context.rows.get(NOTICES, [
    place.at,
    idBytes(place.id),
    place.log,
  ]);
  const masterStock = onHandOf(
    sumsOf(context.rows, MASTER_SITE, place.product),
  );
  // What the node's certificate does not cover is kept, but stands in no view.
  const shown = row ?? { content: JSON.stringify(place.fact), applied: 0 };
  return { notice: noticeViewOf(shown), repeated, masterStock };
}

/** Makes the use-case `receiveNotice`. */
export function createReceiveNotice(
  { node, replica }: UseCaseContext,
): UseCases["receiveNotice"] {
  return (input) =>
    decideExactly<NoticeOutcome>(replica, (context) => {
      const { branch, saleId, product } = input;
      const id = saleId === undefined
        ? context.newId()
        : fixedFactId(["notice", branch, saleId]);
      const fact = makeFact(context, input, {
        id,
        date: businessDate(context.at, node.timezone),
      });
      if (!fact.known && input.source === "form") {
        return refuse(
          "product_unknown",
          `Cannot record sale: product "${product}" is unknown`,
          { product },
        );
      }
      const repeat = saleId === undefined
        ? undefined
        : findRepeat(context, MESH_SPACE, fact);
      if (repeat === "other") return refuseReuse(id);
      const placed = repeat ?? context.record(MESH_SPACE, fact);
      const { fact: { at }, log } = placed;
      const place = { at, id, log, product, fact: placed.fact };
      return ok(outcome(context, place, repeat !== undefined));
    });
}
