/**
 * X reports and Z closes of tills and sites. A close names how far each log of the site was known; what comes later goes
 * to a numbered supplement. Two tills that close apart have both closed: the one after the other covers the rest.
 *
 * @module
 */
import {
  type Actor,
  businessDate,
  type ClosePart,
  COVERS_MAX,
  currencyExponent,
  type FactId,
  HEARD_MAX,
  type LogId,
  type Money,
  ok,
  type PeerId,
  type Reader,
  rescale,
  type Result,
  SALES_CLOSES,
  salesClosesOf,
  type SiteCode,
  siteSpace,
  withCovers,
} from "../../crdt/mod.ts";
import type { Page, Refusal } from "../answers.ts";
import { closePage, coversOf, type LogPlace } from "../close_coverage.ts";
import type { DecisionContext } from "../replica.ts";
import type { PeerView } from "../use_cases.ts";
import {
  decideExactly,
  refuse,
  type UseCaseContext,
} from "../use_cases/context.ts";
import {
  type DaySale,
  daySales,
  type DayScope,
  digestOf,
  eventsByPart,
  type SaleEvent,
  UNCLOSED,
} from "./day_sales.ts";
import { saleViewOfRow } from "./receipts.ts";
import { reportOf } from "./sales_reports.ts";
import { MoneySums } from "./money_sums.ts";
import { actorOf } from "./session_view.ts";
import type {
  SalesCloseView,
  SalesDay,
  SalesReport,
  TillUseCases,
} from "./till_use_cases.ts";

/** Most closes of one date that are looked at. */
const CLOSES_MAX = 1000;
/** Most closes of a page: each shows its day's sales summed up anew. */
const PAGE_CLOSES_MAX = 31;

type CloseUseCases = Pick<
  TillUseCases,
  "salesReport" | "daySales" | "closeSales" | "salesCloses"
>;

/** What these use-cases work with. */
export interface TillContext extends UseCaseContext {
  /** The peers as the node sees them. */
  readonly peers: () => readonly PeerView[];
}

/** Which sales are meant; refused where it cannot be told. */
function scopeOf(
  { node, replica }: UseCaseContext,
  { site: asked, date, till: named }: SalesDay,
): Result<DayScope, Refusal> {
  const site = asked ?? node.site;
  if (site === null) {
    return refuse(
      "invalid_argument",
      "This node has no site of its own: name one",
    );
  }
  const till = named === "own"
    ? replica.register.own(siteSpace(site))?.name
    : named ?? null;
  if (till === undefined) {
    return refuse(
      "invalid_argument",
      `This node has written nothing at the site ${site} yet`,
    );
  }
  const today = businessDate(replica.at, node.timezone);
  return ok({ site, date: date ?? today, till });
}

/** The other members of a site: those that are linked now, and those that are not. */
function membersOf(
  { peers }: TillContext,
  site: SiteCode,
): { readonly heard: PeerId[]; readonly unheard: PeerId[] } {
  const others = peers().filter((one) => !one.self && one.site === site);
  const idsOf = (linked: boolean) =>
    others.filter((one) => one.linked === linked).map(({ peer }) => peer)
      .toSorted().slice(0, HEARD_MAX);
  return { heard: idsOf(true), unheard: idsOf(false) };
}

/** What a close covers, that those closes do not which it knew: what its digest is made of. */
function ownEvents(
  parts: readonly ClosePart[],
  part: ClosePart,
  sales: readonly DaySale[],
): SaleEvent[] {
  const none: ReadonlyMap<LogId, number> = new Map();
  const covers = withCovers(none, part.row);
  const known = parts.map(({ row }) => row).filter((row) =>
    Number(row["seq"]) <= (covers.get(row["log"] as LogId) ?? 0)
  );
  const before = known.reduce(withCovers, none);
  const steps: ClosePart[] = [
    { row: {}, number: 0, upTo: before },
    { row: {}, number: 1, upTo: covers },
  ];
  // A void may have come before its sale, which a close of another node covers: then this one did not know it.
  const seen = new Set(
    sales.filter(({ places }) =>
      places().some(({ log, seq }) => seq <= (covers.get(log) ?? 0))
    ).map(({ row }) => row),
  );
  const events = eventsByPart(sales, steps).get(1) ?? [];
  return events.filter(({ row, kind }) => kind !== "voided" || seen.has(row));
}

/** Money of a report in one currency: sales less returns. */
function netOf({ sales, returns }: SalesReport, currency: string): Money {
  const sum = new MoneySums();
  for (const amount of sales.amounts) sum.add(amount);
  for (const amount of returns.amounts) sum.add(amount, -1);
  return sum.of(currency);
}

/** What a new close would be: its covers, its number and its events. */
function draftClose(
  { replica }: TillContext,
  rows: Reader,
  scope: DayScope,
): {
  readonly covers: readonly LogPlace[];
  readonly number: number;
  readonly events: readonly SaleEvent[];
} {
  const parts = salesClosesOf(rows, scope);
  const covers = coversOf(replica, siteSpace(scope.site));
  // Of what is decided together with the close nothing is covered yet: it goes to a supplement.
  const row = {
    covers: JSON.stringify(covers.map(({ log, seq }) => [log, seq])),
  };
  const number = parts.length;
  const upTo = withCovers(parts.at(-1)?.upTo ?? new Map(), row);
  const sales = daySales(replica, rows, scope);
  const events = eventsByPart(sales, [...parts, { row, number, upTo }]);
  return { covers, number, events: events.get(number) ?? [] };
}

function decideClose(
  context: TillContext,
  decision: DecisionContext,
  { scope, by }: { readonly scope: DayScope; readonly by: Actor | undefined },
): Result<FactId, Refusal> {
  const { node } = context;
  const { site, date, till } = scope;
  const { covers, number, events } = draftClose(context, decision.rows, scope);
  if (covers.length > COVERS_MAX) {
    return refuse("overloaded", "The site has too many logs to close");
  }
  if (number > 0 && events.length === 0) {
    return refuse(
      "nothing_to_close",
      `${date} is closed, and nothing has come since`,
      { date },
    );
  }
  const report = reportOf(scope, events);
  const amount = netOf(report, node.currency);
  const exponent = Math.max(amount.exponent, currencyExponent(node.currency));
  const id = decision.newId();
  decision.record(siteSpace(site), {
    type: "SalesClosed",
    id,
    at: decision.at,
    site,
    date,
    ...(till === null ? {} : { till }),
    covers,
    digest: digestOf(events),
    ...membersOf(context, site),
    count: report.sales.count,
    amount: rescale(amount, exponent).units,
    currency: node.currency,
    exponent,
    ...(by === undefined ? {} : { by }),
  });
  return ok(id);
}

/** The closes of a day, as this peer shows them. */
function closesOn(
  { replica }: TillContext,
  scope: DayScope,
): SalesCloseView[] {
  const rows = replica.reader;
  const parts = salesClosesOf(rows, scope).slice(0, CLOSES_MAX);
  if (parts.length === 0) return [];
  const sales = daySales(replica, rows, scope);
  const events = eventsByPart(sales, parts);
  return parts.map((part): SalesCloseView => {
    const { row, number } = part;
    const digest = String(row["digest"]);
    return {
      id: row["id"] as FactId,
      number,
      at: Number(row["at"]),
      by: actorOf(row["by"]),
      report: reportOf(scope, events.get(number) ?? []),
      digest,
      matches: digestOf(ownEvents(parts, part, sales)) === digest,
      heard: JSON.parse(String(row["heard"])) as PeerId[],
      unheard: JSON.parse(String(row["unheard"])) as PeerId[],
    };
  });
}

function closeList(
  context: TillContext,
  query: Parameters<CloseUseCases["salesCloses"]>[0],
): Page<SalesCloseView> {
  const scope = scopeOf(context, query);
  if (!scope.ok) return { items: [], total: null, next: null };
  if (query.date !== undefined) {
    const items = closesOn(context, scope.value).slice(0, query.limit);
    return { items, total: items.length, next: null };
  }
  const { site, till } = scope.value;
  const limit = Math.min(query.limit, PAGE_CLOSES_MAX);
  const list = {
    table: SALES_CLOSES,
    prefix: [site, till ?? ""],
    query: { ...query, limit },
  };
  return closePage(
    context.replica.reader,
    list,
    (date) => closesOn(context, { site, till, date }),
  );
}

/**
 * Makes the use-cases about reports and closes.
 *
 * @param context The node, its replica and its peers.
 * @returns The use-cases.
 */
export function createCloseUseCases(context: TillContext): CloseUseCases {
  const { replica } = context;
  return {
    salesReport(day) {
      const scope = scopeOf(context, day);
      if (!scope.ok) return scope;
      const rows = replica.reader;
      const sales = daySales(replica, rows, scope.value);
      const parts = day.unclosed === true
        ? salesClosesOf(rows, scope.value)
        : [];
      const events = eventsByPart(sales, parts).get(UNCLOSED) ?? [];
      return ok(reportOf(scope.value, events));
    },
    daySales(day) {
      const scope = scopeOf(context, day);
      if (!scope.ok) return scope;
      const sales = daySales(replica, replica.reader, scope.value);
      return ok(sales.map(({ row }) => saleViewOfRow(context, row)));
    },
    async closeSales({ by, ...day }) {
      const scope = scopeOf(context, day);
      if (!scope.ok) return scope;
      const closed = await decideExactly(
        replica,
        (decision) =>
          decideClose(context, decision, { scope: scope.value, by }),
      );
      if (!closed.ok) return closed;
      const view = closesOn(context, scope.value)
        .find(({ id }) => id === closed.value);
      return view === undefined
        ? refuse("forbidden", "The close was stored and does not count")
        : ok(view);
    },
    salesCloses: (query) => closeList(context, query),
  };
}
