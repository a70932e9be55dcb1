/**
 * Reports from the rows that folds keep: totals by site, date and product, and by site, date and seller.
 *
 * @module
 */
import {
  type Actor,
  addMoney,
  CATALOG_CHANGES,
  catalogProducts,
  type Clock,
  type Money,
  money,
  PRICE_CHANGES,
  type ProductId,
  type Reader,
  type Row,
  type Scan,
  SELLER_TOTALS,
  type SiteCode,
  siteOfSpace,
  type Stamp,
  stampMs,
  TOTALS,
} from "../../crdt/mod.ts";
import type { Replica } from "../replica.ts";
import type {
  DaySums,
  ProductSum,
  ReportRange,
  ReportUseCases,
  SellerSum,
} from "./report_use_cases.ts";

/** Rows that are read at once; others do their work between two such stretches. */
const STRETCH_ROWS = 500;

/** What reports read from. */
export interface ReportParts {
  /** The replica. */
  readonly replica: Replica;
  /** Lets others do their work. */
  readonly clock: Clock;
}

function moneyOf(row: Row): Money {
  return money(
    Number(row["amount"]),
    String(row["currency"]),
    Number(row["exponent"]),
  );
}

/** Adds an amount to those of its currency and scale. */
function addAmount(amounts: readonly Money[], amount: Money): Money[] {
  const at = amounts.findIndex(({ currency }) => currency === amount.currency);
  return at < 0
    ? [...amounts, amount]
    : amounts.map((one, i) => i === at ? addMoney(one, amount) : one);
}

/** The bounds of a scan whose next column is the date: a text just above the last date is above all its rows. */
function datesOf({ from, to }: ReportRange): Pick<Scan, "from" | "below"> {
  return { from: [from], below: [`${to}~`] };
}

/** Makes the reports. */
export function createReports(
  { replica, clock }: ReportParts,
): ReportUseCases {
  const rows = (): Reader => replica.reader;
  const sitesOf = ({ site }: ReportRange): SiteCode[] =>
    site !== undefined
      ? [site]
      : replica.register.spaces().map(siteOfSpace).filter((one) =>
        one !== undefined
      );
  return {
    totals(range) {
      let sum: DaySums = { count: 0, units: 0, amounts: [] };
      for (const site of sitesOf(range)) {
        const days = rows().scan(TOTALS, {
          index: "by_product",
          prefix: [site, ""],
          ...datesOf(range),
        });
        for (const row of days) {
          sum = {
            count: sum.count + Number(row["count"]),
            units: sum.units + Number(row["units"]),
            amounts: addAmount(sum.amounts, moneyOf(row)),
          };
        }
      }
      return sum;
    },
    async bestSellers(range) {
      const sums = new Map<string, ProductSum>();
      for (const site of sitesOf(range)) {
        for await (const row of stretches(rows, clock, { site, range })) {
          addProduct(sums, site, row);
        }
      }
      return [...sums.values()]
        .filter(({ units }) => units > 0)
        .toSorted((a, b) =>
          b.units - a.units || (a.product < b.product ? -1 : 1)
        )
        .slice(0, range.limit);
    },
    sellers: (range) =>
      sitesOf(range).flatMap((site) => sellersOf(rows(), site, range)),
    productCount(scope) {
      let count = 0;
      let after: readonly string[] | undefined;
      while (true) {
        const found = catalogProducts(rows(), scope, {
          limit: STRETCH_ROWS,
          ...(after === undefined ? {} : { after }),
        });
        count += found.filter(({ listed }) => listed).length;
        const last = found.at(-1);
        if (last === undefined || found.length < STRETCH_ROWS) return count;
        after = [...last.order, last.product];
      }
    },
    productTimes(scope, product) {
      const prefix = [scope, product];
      const stamps = [CATALOG_CHANGES, PRICE_CHANGES].flatMap((table) =>
        rows().scan(table, { prefix }).map((row) => row["stamp"] as Stamp)
      ).toSorted();
      const [first, last] = [stamps.at(0), stamps.at(-1)];
      return {
        createdAt: first === undefined ? null : stampMs(first) * 1000,
        changedAt: last === undefined ? null : stampMs(last) * 1000,
      };
    },
  };
}

/** Rows of a site's days by product, a stretch at a time. */
async function* stretches(
  rows: () => Reader,
  clock: Clock,
  { site, range }: { readonly site: SiteCode; readonly range: ReportRange },
): AsyncGenerator<Row> {
  const { below = [] } = datesOf(range);
  let place: Pick<Scan, "from" | "after"> = { from: [range.from] };
  while (true) {
    const found = rows().scan(TOTALS, {
      prefix: [site],
      ...place,
      below,
      limit: STRETCH_ROWS,
    });
    yield* found;
    const last = found.at(-1);
    if (last === undefined || found.length < STRETCH_ROWS) return;
    place = {
      after: ["date", "product", "currency", "exponent"].map((column) =>
        last[column] ?? null
      ),
    };
    await new Promise<void>((resolve) => clock.defer(resolve));
  }
}

function addProduct(
  sums: Map<string, ProductSum>,
  site: SiteCode,
  row: Row,
): void {
  const product = row["product"] as ProductId;
  // Without a product a row is the day's whole.
  if (product === "") return;
  const key = `${site} ${product}`;
  const known = sums.get(key);
  sums.set(key, {
    site,
    product,
    units: (known?.units ?? 0) + Number(row["units"]),
    amounts: addAmount(known?.amounts ?? [], moneyOf(row)),
  });
}

function sellersOf(
  rows: Reader,
  site: SiteCode,
  range: ReportRange,
): SellerSum[] {
  const sums = new Map<string, SellerSum>();
  const found = rows.scan(SELLER_TOTALS, {
    prefix: [site],
    ...datesOf(range),
  });
  for (const row of found) {
    const seller = actorOf(String(row["seller"]));
    const key = seller?.id ?? "";
    const known = sums.get(key);
    sums.set(key, {
      site,
      seller,
      count: (known?.count ?? 0) + Number(row["count"]),
      amounts: addAmount(known?.amounts ?? [], moneyOf(row)),
    });
  }
  return [...sums.values()].filter(({ count }) => count !== 0);
}

function actorOf(text: string): Actor | null {
  if (text === "") return null;
  const [id, name] = JSON.parse(text) as [string, string];
  return { id, name };
}
