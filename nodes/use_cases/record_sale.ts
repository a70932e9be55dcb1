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
  contentDigest,
  currencyExponent,
  type FactId,
  type LogFact,
  logFactId,
  type Money,
  money,
  offsetMinutes,
  ok,
  onHandOf,
  type ProductId,
  type RecordedLine,
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
  findProduct,
  findRepeat,
  refuse,
  refuseReuse,
  sumsOf,
  type UseCaseContext,
} from "./context.ts";
import { findSale, type FoundSale } from "./find_sale.ts";
import {
  acceptGrants,
  boundOf,
  checkRightsAmount,
  noteFree,
  rightsFor,
  siteLog,
  withRights,
} from "./rights.ts";
import { type PricedLine, priceLine } from "./sale_pricing.ts";
import { priceReturn } from "./sale_return.ts";
import { checkPayments, totalOf } from "./sale_terms.ts";
import { saleViewOf } from "./sale_view.ts";

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

/** Where and when a sale is made. */
interface SalePlace {
  readonly id: FactId;
  readonly at: number;
  readonly site: SiteCode;
  readonly date: string;
  readonly receipt: string;
}

/** A sale that is to be recorded: lines with their prices, and the return's sale as it stands. */
interface PricedSale {
  readonly lines: readonly PricedLine[];
  readonly sum: Money;
  readonly total: Money;
  readonly returns: SaleRecorded["returns"];
}

function sumOf(lines: readonly PricedLine[]): Money {
  const currency = lines[0]?.amount.currency ?? "XXX";
  return lines.map(({ amount }) => amount).reduce(addMoney, money(0, currency));
}

/** Decimal places that hold every amount of a sale. */
function exponentOf(
  { lines, sum }: PricedSale,
  { discount, payments }: RecordSaleInput,
): number {
  let exponent = Math.max(
    currencyExponent(sum.currency),
    sum.exponent,
    discount?.exponent ?? 0,
  );
  for (const { price, input } of lines) {
    exponent = Math.max(
      exponent,
      price?.exponent ?? 0,
      input.discount?.exponent ?? 0,
    );
  }
  for (const { amount } of payments ?? []) {
    exponent = Math.max(exponent, amount.exponent);
  }
  return exponent;
}

function recordedLine(
  line: PricedLine,
  place: { readonly site: SiteCode; readonly exponent: number },
): RecordedLine {
  const { input, found, price, priceFact, amount } = line;
  const units = (one: Money) => rescale(one, place.exponent).units;
  const sent = given(input);
  const bound = boundOf(place.site, found) === undefined
    ? undefined
    : found?.bound;
  if (bound !== undefined) checkRightsAmount(input.quantity);
  return {
    product: input.product,
    name: line.name ?? found?.name ?? "",
    quantity: input.quantity,
    amount: units(amount),
    ...(price === undefined ? {} : { price: units(price) }),
    ...(priceFact === undefined ? {} : { priceFact }),
    ...(sent === undefined ? {} : { given: sent }),
    ...(bound === undefined || bound === null ? {} : { bound }),
    ...(line.measured ? { measured: true } : {}),
    ...(input.discount === undefined
      ? {}
      : { discount: units(input.discount) }),
  };
}

function makeFact(
  place: SalePlace,
  sale: PricedSale,
  input: RecordSaleInput,
): SaleRecorded {
  const exponent = exponentOf(sale, input);
  const { currency } = sale.sum;
  const { discount, payments, customer } = input;
  const units = (one: Money) => rescale(one, exponent).units;
  return {
    type: "SaleRecorded",
    ...place,
    currency,
    exponent,
    lines: sale.lines.map((line) =>
      recordedLine(line, { site: place.site, exponent })
    ),
    total: units(sale.total),
    ...(discount === undefined ? {} : { discount: units(discount) }),
    ...(payments === undefined ? {} : {
      payments: payments.map(({ method, amount }) => ({
        method,
        amount: units(amount),
      })),
    }),
    ...(customer === undefined ? {} : { customer }),
    ...(sale.returns === undefined ? {} : { returns: sale.returns }),
    ...(input.observation === true ? { observation: true } : {}),
    ...(input.note === undefined ? {} : { note: input.note }),
  };
}

/** What the caller sent, as a fact whose other fields do not matter: for telling a repeat. */
function asSent(
  place: { readonly id: FactId; readonly site: SiteCode },
  { input, currency, returns }: {
    readonly input: RecordSaleInput;
    readonly currency: string;
    readonly returns: SaleRecorded["returns"];
  },
): SaleRecorded {
  const lines = input.lines.map((line): PricedLine => ({
    input: line,
    found: undefined,
    price: line.price,
    priceFact: undefined,
    measured: false,
    amount: line.amount ?? money(0, line.price?.currency ?? currency),
  }));
  const sum = sumOf(lines);
  return makeFact(
    { ...place, at: 0, date: "", receipt: "" },
    { lines, sum, total: sum, returns },
    input,
  );
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

/** The sale whose goods come back, as the return's fact names it. */
interface Returning {
  readonly found: FoundSale;
  readonly returns: NonNullable<SaleRecorded["returns"]>;
}

/** Finds the sale of a return; undefined for what is none. */
function findReturned(
  use: Pick<UseCaseContext, "node" | "replica">,
  context: DecisionContext,
  returns: RecordSaleInput["returns"],
): Result<Returning | undefined, Refusal> {
  if (returns === undefined) return ok(undefined);
  const found = findSale(use, context, returns.sale);
  // Goods come back to where they were sold: another site's stock and prices are not this one's.
  if (found === undefined || found.placed.fact.site !== use.node.site) {
    return refuse(
      "sale_unknown",
      `Cannot record return: sale ${returns.sale} is not of this site`,
    );
  }
  const { fact } = found.placed;
  return ok({
    found,
    returns: {
      sale: fact.id,
      content: contentDigest(fact),
      reason: returns.reason,
    },
  });
}

/** The lines with their prices: those in force, or those of the sale whose goods come back. */
function priceLines(
  context: DecisionContext,
  { site, returning }: {
    readonly site: SiteCode;
    readonly returning: Returning | undefined;
  },
  input: RecordSaleInput,
): Result<PricedLine[], Refusal> {
  const scope: Scope = `site:${site}`;
  if (returning !== undefined) {
    const priced = priceReturn(context.rows, returning.found, input.lines);
    if (!priced.ok) return priced;
    const lookup = (one: Scope, id: ProductId) =>
      context.catalog.product(context.rows, one, id);
    return ok(priced.value.map((line) => ({
      ...line,
      found: findProduct(context.rows, scope, line.input.product, { lookup }),
    })));
  }
  const lines: PricedLine[] = [];
  const place = { scope, observation: input.observation === true };
  for (const line of input.lines) {
    const priced = priceLine(context, place, line);
    if (!priced.ok) return priced;
    lines.push(priced.value);
  }
  return ok(lines);
}

/** Prices a sale and checks how it is paid. */
function priceSale(
  context: DecisionContext,
  place: {
    readonly site: SiteCode;
    readonly returning: Returning | undefined;
  },
  input: RecordSaleInput,
): Result<PricedSale, Refusal> {
  const lines = priceLines(context, place, input);
  if (!lines.ok) return lines;
  const sum = sumOf(lines.value);
  const total = totalOf(sum, input.discount);
  if (!total.ok) return total;
  const paid = input.payments === undefined
    ? ok(null)
    : checkPayments(total.value, input.payments);
  if (!paid.ok) return paid;
  return ok({
    lines: lines.value,
    sum,
    total: total.value,
    returns: place.returning?.returns,
  });
}

/** The currency in which the caller speaks; undefined if it names no amount of a line. */
function currencyOf({ lines }: RecordSaleInput): string | undefined {
  for (const { price, amount } of lines) {
    const { currency } = amount ?? price ?? {};
    if (currency !== undefined) return currency;
  }
  return undefined;
}

/** The sale that was recorded under the caller's id before; undefined if there is none. */
function findBefore(
  { node, replica }: Pick<UseCaseContext, "node" | "replica">,
  context: DecisionContext,
  { input, site, returning }: {
    readonly input: RecordSaleInput;
    readonly site: SiteCode;
    readonly returning: Returning | undefined;
  },
): Result<RecordedSale | undefined, Refusal> {
  const { id } = input;
  if (id === undefined) return ok(undefined);
  const space = siteSpace(site);
  const find = (currency: string) => {
    const returns = returning?.returns;
    const fact = asSent({ id, site }, { input, currency, returns });
    // Goods that come back to a strict product make rights: their fact's id may contain the log.
    return input.lines.some(({ quantity }) => quantity < 0)
      ? findLogRepeat(context, replica, {
        space,
        fact,
        log: context.log(space).name,
      })
      : findRepeat(context, space, fact);
  };
  const said = returning?.found.placed.fact.currency ?? currencyOf(input);
  let repeat = find(said ?? node.currency);
  if (repeat === "other" && said === undefined) {
    // Its prices were those in force, in whichever currency.
    const known = findSale({ node, replica }, context, id)?.placed.fact;
    if (known !== undefined) repeat = find(known.currency);
  }
  if (repeat === "other") return refuseReuse(id);
  if (repeat?.fact.type !== "SaleRecorded") return ok(undefined);
  const placed = repeat as LogFact<SaleRecorded>;
  return ok({
    sale: saleViewOf(placed, node.timezone, false),
    repeated: true,
  });
}

/** Records a sale whose prices and stock are checked. */
function recordPriced(
  { node, drawer, invariants }: UseCaseContext,
  context: DecisionContext,
  { input, site, sale }: {
    readonly input: RecordSaleInput;
    readonly site: SiteCode;
    readonly sale: PricedSale;
  },
): RecordedSale {
  const space = siteSpace(site);
  const { timezone } = node;
  const at = input.at ?? context.at;
  const date = businessDate(at, timezone);
  const id = input.id ?? context.newId();
  const draft = makeFact({ id, at, site, date, receipt: "" }, sale, input);
  const receipt = nextReceipt(context, site, date);
  const session = input.observation === true
    ? undefined
    : drawer.session(context.rows);
  const placed = context.record(space, {
    ...draft,
    ...(makesRights(draft)
      ? { id: logFactId(context.log(space).name, id) }
      : {}),
    receipt,
    offset: offsetMinutes(at, timezone),
    ...(session === undefined ? {} : { session }),
    ...(input.seller === undefined ? {} : { seller: input.seller }),
  });
  if (draft.observation !== true) noteRights(context, invariants, placed);
  return {
    sale: saleViewOf(placed as LogFact<SaleRecorded>, timezone, false),
    repeated: false,
  };
}

/** Makes the use-case `recordSale`. */
export function createRecordSale(
  use: UseCaseContext,
): UseCases["recordSale"] {
  const { node, replica, askRights } = use;
  const { site } = node;
  return async (input) => {
    if (site === null) {
      return refuse("forbidden", "Cannot record sale: this node has no site");
    }
    const decide = () =>
      decideExactly<RecordedSale>(replica, (context) => {
        const returned = findReturned(use, context, input.returns);
        if (!returned.ok) return returned;
        const place = { site, returning: returned.value };
        const before = findBefore(use, context, { input, ...place });
        if (!before.ok) return before;
        if (before.value !== undefined) return ok(before.value);
        const sale = priceSale(context, place, input);
        if (!sale.ok) return sale;
        const stock = input.observation === true
          ? ok([])
          : checkStock(context, { site, replica }, sale.value.lines);
        if (!stock.ok) return stock;
        for (const bound of stock.value) {
          const log = siteLog(replica.register, site);
          if (log === undefined) break;
          acceptGrants(context, replica.register, { log, bound });
        }
        const priced = { input, site, sale: sale.value };
        return ok(recordPriced(use, context, priced));
      });
    return await withRights(decide, askRights, input.lines.length);
  };
}
