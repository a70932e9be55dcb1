/**
 * Recording a sale: a pure decision on the local views. Nobody else is asked.
 *
 * @module
 */
import {
  businessDate,
  contentDigest,
  type FactId,
  type LogFact,
  logFactId,
  money,
  offsetMinutes,
  ok,
  type ProductId,
  type Result,
  rightsOfSale,
  type SaleRecorded,
  type Scope,
  type SiteCode,
  siteSpace,
} from "../../crdt/mod.ts";
import type { DecisionContext } from "../replica.ts";
import { RECEIPT_COUNTS } from "../tables.ts";
import type {
  RecordSaleInput,
  Refusal,
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
  type UseCaseContext,
} from "./context.ts";
import { findSale, type FoundSale } from "./find_sale.ts";
import { acceptGrants, noteFree, siteLog, withRights } from "./rights.ts";
import { makeFact, type PricedSale, sumOf } from "./sale_fact.ts";
import { type PricedLine, priceLine } from "./sale_pricing.ts";
import { priceReturn } from "./sale_return.ts";
import { checkStock } from "./sale_stock.ts";
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
    ...(input.approvedBy === undefined ? {} : { approvedBy: input.approvedBy }),
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
