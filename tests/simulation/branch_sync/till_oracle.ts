/**
 * Sums of drawers, days and closes against the facts that count, read again from all logs.
 *
 * @module
 */
import {
  contentDigest,
  type FactId,
  FACTS,
  idBytes,
  type Money,
  parseFact,
  type SiteCode,
} from "../../../crdt/mod.ts";
import type { NodeWithParts } from "../../../nodes/node.ts";
import type { SalesReport } from "../../../nodes/tills/till_use_cases.ts";
import type { ScenarioContext } from "../scenario_context.ts";
import { countingFacts } from "../scenario_model.ts";
import type { SimulatedPeer } from "../scenario_peers.ts";

const SITES = ["CUS", "LIM"] as SiteCode[];
/** More than a scenario has. */
const MANY = 1000;

type Fields = Readonly<Record<string, unknown>>;

/** What of the facts the sums are of. */
interface Book {
  /** Sales that are not voided. */
  readonly sales: readonly Fields[];
  /** All sales, and the sessions out of which their voids gave money back. */
  readonly tenders: readonly {
    readonly sale: Fields;
    readonly back: readonly unknown[];
  }[];
  readonly sessions: readonly Fields[];
  readonly moves: readonly Fields[];
}

function read({ replica }: NodeWithParts): Book {
  const all = countingFacts(replica);
  const of = (type: string) => all.filter((fact) => fact["type"] === type);
  const voids = Map.groupBy(
    of("SaleVoided"),
    ({ sale, content }) => `${sale} ${content}`,
  );
  const tenders = of("SaleRecorded")
    .filter(({ legacy }) => legacy === undefined)
    .map((sale) => {
      const fact = parseFact(sale);
      const content = typeof fact === "string" ? "" : contentDigest(fact);
      const its = voids.get(`${sale["id"]} ${content}`) ?? [];
      return {
        sale,
        back: its.map(({ session }) => session),
        count: its.length,
      };
    });
  return {
    tenders,
    sales: tenders.filter(({ count }) => count === 0).map(({ sale }) => sale),
    sessions: of("CashSessionOpened"),
    moves: of("CashMoved"),
  };
}

/** Units of an amount in cents; all of a scenario's are. */
function unitsOf(amounts: readonly Money[]): number {
  return amounts.reduce((sum, { units }) => sum + units, 0);
}

function netOf({ sales, returns }: SalesReport): number {
  return unitsOf(sales.amounts) - unitsOf(returns.amounts);
}

/** What drawers that are open should hold. */
function findWrongDrawers({ useCases }: NodeWithParts, book: Book): string[] {
  return book.sessions.flatMap((opened) => {
    const id = opened["id"] as FactId;
    const session = useCases.tills.cashSession(id);
    if (session === undefined) return [`drawer ${id} is not shown`];
    if (session.counted !== null) return [];
    const sums = new Map<string, number>([["cash", Number(opened["float"])]]);
    const add = (method: string, amount: number) =>
      sums.set(method, (sums.get(method) ?? 0) + amount);
    for (const { direction, amount } of book.moves.filter(isOf(id))) {
      add("cash", direction === "in" ? Number(amount) : -Number(amount));
    }
    for (const { sale, back } of book.tenders) {
      const times = (sale["session"] === id ? 1 : 0) -
        back.filter((session) => session === id).length;
      const unstated = [{ method: "unstated", amount: sale["total"] }];
      for (const one of (sale["payments"] ?? unstated) as Fields[]) {
        add(String(one["method"]), times * Number(one["amount"]));
      }
    }
    const should = [...sums].filter(([method, sum]) =>
      method === "cash" || sum !== 0
    ).map((one) => one.join(" ")).toSorted();
    const is = session.expected.filter(({ method, amount }) =>
      method === "cash" || amount.units !== 0
    ).map(({ method, amount }) => `${method} ${amount.units}`).toSorted();
    return String(is) === String(should)
      ? []
      : [`drawer ${id} should hold ${should}, and shows ${is}`];
  });
}

function isOf(session: FactId) {
  return (fact: Fields) => fact["session"] === session;
}

/** Days of which something was sold at a site. */
function daysOf(book: Book, site: SiteCode): Set<string> {
  return new Set(
    book.sales.filter((sale) => sale["site"] === site)
      .map(({ date }) => String(date)),
  );
}

/** Closes all days, so that closes together must be what was sold. */
export async function closeAll(
  { mesh, note }: ScenarioContext,
  { node }: SimulatedPeer,
): Promise<void> {
  if (node === undefined) return;
  const book = read(node);
  for (const site of SITES) {
    for (const date of daysOf(book, site)) {
      const closed = await mesh.settle(
        node.useCases.tills.closeSales({ site, date }),
      );
      note(
        `close of ${site} ${date}: ${closed.ok ? "ok" : closed.error.code}`,
      );
    }
  }
}

function findWrongDay(
  { useCases: { tills }, replica: { reader } }: NodeWithParts,
  book: Book,
  { site, date, isSure }: {
    readonly site: SiteCode;
    readonly date: string;
    readonly isSure: boolean;
  },
): string[] {
  const sales = book.sales.filter((sale) =>
    sale["site"] === site && sale["date"] === date
  );
  const should = sales.reduce((sum, { total }) => sum + Number(total), 0);
  const report = tills.salesReport({ site, date });
  if (!report.ok) return [`no report of ${site} ${date}: ${report.error.code}`];
  const { value } = report;
  const found: string[] = [];
  const check = (what: string, is: number, wanted: number) => {
    if (is !== wanted) {
      found.push(`${what} of ${site} ${date} is ${is}, not ${wanted}`);
    }
  };
  check("X", netOf(value), should);
  check(
    "X by method",
    unitsOf(value.methods.map(({ amount }) => amount)),
    should,
  );
  check(
    "X by seller",
    value.sellers.reduce((sum, { amounts }) => sum + unitsOf(amounts), 0),
    should,
  );
  check(
    "X count",
    value.sales.count + value.returns.count,
    sales.length,
  );
  const closes = tills.salesCloses({ site, date, limit: MANY }).items;
  const net = closes.reduce((sum, close) => sum + netOf(close.report), 0);
  check("Z with its supplements", net, should);
  // Of a sale that two tills were told, a close may have seen the copy that does not count any more.
  const isCopied = book.tenders.some(({ sale }) =>
    reader.count(FACTS, [idBytes(sale["id"] as FactId)]) > 1
  );
  if (isSure && !isCopied && closes.some(({ matches }) => !matches)) {
    found.push(`a close of ${site} ${date} is not what its digest says`);
  }
  return found;
}

/** Sums of tills that are wrong at a peer that reads every space. */
export function findWrongTills(
  { suspects }: ScenarioContext,
  { node, name }: SimulatedPeer,
): string[] {
  if (node === undefined) return [`${name} is down`];
  // A peer that took saved branches over has no bodies to sum.
  const isWhole = [...node.replica.register.all()].every(({ firstBody }) =>
    firstBody === 1
  );
  if (!isWhole) return [];
  const isSure = suspects.copied.size + suspects.revoked.size +
      suspects.expired.size === 0;
  const book = read(node);
  return [
    ...findWrongDrawers(node, book),
    ...SITES.flatMap((site) =>
      [...daysOf(book, site)].flatMap((date) =>
        findWrongDay(node, book, { site, date, isSure })
      )
    ),
  ].map((text) => `${name}: ${text}`);
}
