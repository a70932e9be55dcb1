/**
 * Recording a sale: a pure decision on the local views. Nobody else is asked.
 *
 * @module
 */
import {
  addMoney,
  type BoundName,
  businessDate,
  type CatalogProduct,
  currencyExponent,
  type FactId,
  localTimeText,
  type LogFact,
  logFactId,
  type Money,
  money,
  multiplyMoney,
  ok,
  onHandOf,
  type ProductId,
  rescale,
  type Result,
  rightsOfSale,
  type SaleRecorded,
  type Scope,
  type SiteCode,
  siteSpace,
} from "../../crdt/mod.ts";
import type { DecisionContext, Replica } from "../replica.ts";
import { RECEIPT_COUNTS } from "../tables.ts";
import type {
  RecordSaleInput,
  Refusal,
  SaleLineInput,
  SaleView,
  UseCases,
} from "../use_cases.ts";
import {
  decideExactly,
  findLogRepeat,
  findPrice,
  findProduct,
  findRepeat,
  refuse,
  refuseReuse,
  sumsOf,
  type UseCaseContext,
} from "./context.ts";
import {
  acceptGrants,
  boundOf,
  checkRightsAmount,
  noteFree,
  rightsFor,
  siteLog,
  withRights,
} from "./rights.ts";

interface PricedLine {
  readonly input: SaleLineInput;
  readonly found: CatalogProduct | undefined;
  readonly price: Money | undefined;
  readonly priceFact: FactId | undefined;
  readonly amount: Money;
}

/** Digits of a log's number in receipts. */
const RECEIPT_LOG_DIGITS = 5;

/**
 * The five digits by which receipts of a log are told from those of other logs.
 *
 * @param log The log's name.
 * @returns Five digits.
 */
export function receiptDigits(log: string): string {
  return String(parseInt(log.slice(0, 8), 16) % 100_000).padStart(
    RECEIPT_LOG_DIGITS,
    "0",
  );
}

function given(line: SaleLineInput): "price" | "amount" | "both" | undefined {
  if (line.price !== undefined) {
    return line.amount !== undefined ? "both" : "price";
  }
  return line.amount !== undefined ? "amount" : undefined;
}

function priceLine(
  context: DecisionContext,
  place: { readonly scope: Scope; readonly observation: boolean },
  input: SaleLineInput,
): Result<PricedLine, Refusal> {
  const { product, quantity } = input;
  const found = findProduct(context.rows, place.scope, product, {
    lookup: (scope, id) => context.catalog.product(context.rows, scope, id),
  });
  if (found?.listed !== true && !place.observation) {
    return refuse(
      "product_unknown",
      `Cannot record sale: product "${product}" is unknown`,
      { product },
    );
  }
  const inForce = input.price === undefined && input.amount === undefined
    ? findPrice(
      context.rows,
      { scope: place.scope, product },
      context.at,
      (one) => context.catalog.price(context.rows, one, context.at),
    )
    : undefined;
  const price = input.price ?? inForce?.price;
  const amount = input.amount ??
    (price === undefined ? undefined : multiplyMoney(price, quantity));
  if (amount === undefined) {
    return refuse(
      "price_unknown",
      `Cannot record sale: product "${product}" has no price`,
      { product },
    );
  }
  return ok({
    input,
    found,
    price,
    priceFact: inForce?.fact,
    amount,
  });
}

/** What all lines of one product take. */
interface Wanted {
  readonly product: ProductId;
  readonly found: CatalogProduct | undefined;
  readonly quantity: number;
}

/** Refuses when some product's rights or stock on hand are less than all lines of it take; records nothing. */
function checkStock(
  context: DecisionContext,
  place: { readonly site: SiteCode; readonly replica: Replica },
  lines: readonly PricedLine[],
): Result<readonly BoundName[], Refusal> {
  const accepting: BoundName[] = [];
  const wanted = new Map<ProductId, Wanted>();
  for (const { input: { product, quantity }, found } of lines) {
    const sum = (wanted.get(product)?.quantity ?? 0) + quantity;
    wanted.set(product, { product, found, quantity: sum });
  }
  for (const one of wanted.values()) {
    if (one.quantity <= 0 || one.found?.policy === "unmetered") continue;
    const bound = boundOf(place.site, one.found);
    const checked = bound === undefined
      ? checkOnHand(context, place.site, one)
      : checkRights(context, { ...place, bound }, one);
    if (!checked.ok) return checked;
    if (bound !== undefined && checked.value) accepting.push(bound);
  }
  return ok(accepting);
}

function checkOnHand(
  context: DecisionContext,
  site: SiteCode,
  { product, quantity }: Wanted,
): Result<boolean, Refusal> {
  const onHand = onHandOf(sumsOf(context.rows, site, product));
  if (onHand >= quantity) return ok(false);
  const message =
    `Cannot record sale: ${onHand} of product "${product}" are on hand, ${quantity} are wanted`;
  return refuse("stock_insufficient", message, {
    product,
    onHand,
    wanted: quantity,
  });
}

/**
 * A strict product is sold by right alone: what others may have sold meanwhile cannot matter. The answer is true if
 * grants have to be accepted for it.
 */
function checkRights(
  context: DecisionContext,
  { site, replica, bound }: {
    readonly site: SiteCode;
    readonly replica: Replica;
    readonly bound: BoundName;
  },
  { product, quantity }: Wanted,
): Result<boolean, Refusal> {
  const { register } = replica;
  const log = siteLog(register, site);
  const wanted = { log, bound, amount: quantity };
  const { free, accepting } = rightsFor(context.rows, register, wanted);
  if (free >= quantity) return ok(accepting);
  const message =
    `Cannot record sale: product "${product}" is sold strictly, this node may sell ${
      Math.max(0, free)
    }, ${quantity} are wanted`;
  return refuse("rights_insufficient", message, {
    product,
    bound,
    free,
    wanted: quantity,
    onHand: onHandOf(sumsOf(context.rows, site, product)),
  });
}

function makeFact(
  place: {
    readonly id: FactId;
    readonly at: number;
    readonly site: SiteCode;
    readonly date: string;
    receipt: string;
  },
  lines: readonly PricedLine[],
  input: RecordSaleInput,
): SaleRecorded {
  const [first] = lines;
  const currency = first?.amount.currency ?? "XXX";
  const sum = lines.map(({ amount }) => amount).reduce(
    addMoney,
    money(0, currency),
  );
  const exponent = Math.max(
    currencyExponent(currency),
    sum.exponent,
    ...lines.map(({ price }) => price?.exponent ?? 0),
  );
  return {
    type: "SaleRecorded",
    ...place,
    currency,
    exponent,
    lines: lines.map(({ input: line, found, price, priceFact, amount }) => {
      const sent = given(line);
      const bound = boundOf(place.site, found) === undefined
        ? undefined
        : found?.bound;
      if (bound !== undefined) checkRightsAmount(line.quantity);
      return {
        product: line.product,
        name: found?.name ?? "",
        quantity: line.quantity,
        amount: rescale(amount, exponent).units,
        ...(price === undefined
          ? {}
          : { price: rescale(price, exponent).units }),
        ...(priceFact === undefined ? {} : { priceFact }),
        ...(sent === undefined ? {} : { given: sent }),
        ...(bound === undefined || bound === null ? {} : { bound }),
      };
    }),
    total: rescale(sum, exponent).units,
    ...(input.observation === true ? { observation: true } : {}),
    ...(input.note === undefined ? {} : { note: input.note }),
  };
}

/** What the caller sent, as a fact whose other fields do not matter: for telling a repeat. */
function asSent(
  id: FactId,
  site: SiteCode,
  currency: string,
  input: RecordSaleInput,
): SaleRecorded {
  const lines = input.lines.map((line): PricedLine => ({
    input: line,
    found: undefined,
    price: line.price,
    priceFact: undefined,
    amount: line.amount ?? money(0, line.price?.currency ?? currency),
  }));
  return makeFact({ id, at: 0, site, date: "", receipt: "" }, lines, input);
}

/**
 * A sale as it is shown.
 *
 * @param placed The fact and its place.
 * @param timezone The site's time zone.
 * @param voided Whether a void counts.
 * @returns The sale.
 */
export function saleViewOf(
  { fact, log, seq }: LogFact<SaleRecorded>,
  timezone: string,
  voided: boolean,
): SaleView {
  const { currency, exponent } = fact;
  const amount = (units: number): Money => ({ units, currency, exponent });
  return {
    id: fact.id,
    site: fact.site,
    receipt: fact.receipt,
    at: fact.at,
    localTime: localTimeText(fact.at, timezone),
    date: fact.date,
    lines: fact.lines.map((line) => ({
      product: line.product,
      name: line.name,
      quantity: line.quantity,
      price: line.price === undefined ? null : amount(line.price),
      amount: amount(line.amount),
    })),
    total: amount(fact.total),
    voided,
    log,
    seq,
  };
}

function nextReceipt(
  context: DecisionContext,
  site: SiteCode,
  date: string,
): string {
  const log = context.log(siteSpace(site));
  const place = { log: log.number, date };
  const count = Number(
    context.rows.get(RECEIPT_COUNTS, [log.number, date])?.["count"] ?? 0,
  ) + 1;
  context.rows.increment(RECEIPT_COUNTS, place, { count: 1 });
  return `${site}-${date.replaceAll("-", "")}-${receiptDigits(log.name)}${
    String(count).padStart(3, "0")
  }`;
}

/** Whether a sale brings more of some strict product back than it takes. */
function makesRights(sale: SaleRecorded): boolean {
  return sale.lines.some(({ quantity }) => quantity < 0) &&
    rightsOfSale(sale).some(({ amount }) => amount < 0);
}

/** Counts that no decision takes a balance, less its open holds, below zero. */
function noteRights(
  context: DecisionContext,
  invariants: UseCaseContext["invariants"],
  { fact, logNumber }: LogFact,
): void {
  if (fact.type !== "SaleRecorded") return;
  for (const { bound, amount } of rightsOfSale(fact)) {
    if (amount > 0) noteFree(context, invariants, { bound, log: logNumber });
  }
}

interface RecordedSale {
  readonly sale: SaleView;
  readonly repeated: boolean;
}

/** Makes the use-case `recordSale`. */
export function createRecordSale(
  { node, replica, invariants, askRights }: UseCaseContext,
): UseCases["recordSale"] {
  const { site, currency, timezone } = node;
  return async (input) => {
    if (site === null) {
      return refuse("forbidden", "Cannot record sale: this node has no site");
    }
    const space = siteSpace(site);
    const decide = () =>
      decideExactly<RecordedSale>(replica, (context) => {
        if (input.id !== undefined) {
          const fact = asSent(input.id, site, currency, input);
          // Goods that come back to a strict product make rights: their fact's id may contain the log.
          const repeat = input.lines.some(({ quantity }) => quantity < 0)
            ? findLogRepeat(context, replica, {
              space,
              fact,
              log: context.log(space).name,
            })
            : findRepeat(context, space, fact);
          if (repeat === "other") return refuseReuse(input.id);
          if (repeat !== undefined && repeat.fact.type === "SaleRecorded") {
            const placed = repeat as LogFact<SaleRecorded>;
            return ok({
              sale: saleViewOf(placed, timezone, false),
              repeated: true,
            });
          }
        }
        const lines: PricedLine[] = [];
        for (const line of input.lines) {
          const priced = priceLine(context, {
            scope: `site:${site}`,
            observation: input.observation === true,
          }, line);
          if (!priced.ok) return priced;
          lines.push(priced.value);
        }
        const stock = input.observation === true
          ? ok([])
          : checkStock(context, { site, replica }, lines);
        if (!stock.ok) return stock;
        for (const bound of stock.value) {
          const log = siteLog(replica.register, site);
          if (log === undefined) break;
          acceptGrants(context, replica.register, { log, bound });
        }
        const at = input.at ?? context.at;
        const date = businessDate(at, timezone);
        const id = input.id ?? context.newId();
        const draft = makeFact(
          { id, at, site, date, receipt: "" },
          lines,
          input,
        );
        const receipt = nextReceipt(context, site, date);
        const placed = context.record(space, {
          ...draft,
          ...(makesRights(draft)
            ? { id: logFactId(context.log(space).name, id) }
            : {}),
          receipt,
        });
        if (draft.observation !== true) noteRights(context, invariants, placed);
        return ok({
          sale: saleViewOf(placed as LogFact<SaleRecorded>, timezone, false),
          repeated: false,
        });
      });
    return await withRights(decide, askRights, input.lines.length);
  };
}
