/**
 * Recording and listing deliveries of fuel. A delivery has happened, so it is stored whatever it says; what does not add
 * up is marked and listed as an incident.
 *
 * @module
 */
import {
  businessDate,
  type Cell,
  currencyExponent,
  type FactId,
  type FactOf,
  FACTS,
  FLAG_AMOUNT_MISMATCH,
  FLAG_PRICE_MISMATCH,
  FLAG_TIME_ESTIMATED,
  fromHex,
  FUEL_SALES,
  FUEL_TOTALS,
  type FuelSold,
  idBytes,
  idsOfShort,
  idText,
  localTimeText,
  type LogFact,
  type LogId,
  MESH_SPACE,
  ok,
  parseProductId,
  priceInForce,
  type Reader,
  type Row,
  type Scan,
  type Scope,
  type SiteCode,
  siteOfSpace,
  siteSpace,
  STATUS_COUNTS,
  toHex,
} from "../../crdt/mod.ts";
import type { DecisionContext } from "../replica.ts";
import {
  decideExactly,
  findRepeat,
  refuseReuse,
  scopesOf,
} from "../use_cases/context.ts";
import { decodeCursor, encodeCursor } from "../use_cases/cursor.ts";
import { atSite, type ForecourtContext } from "./forecourt_context.ts";
import type {
  ForecourtUseCases,
  FuelSaleQuery,
  FuelSaleView,
  FuelTotals,
  RecordFuelSaleInput,
} from "./forecourt_use_cases.ts";
import { pumpName, takenBy } from "./pumps.ts";
import { tankOf } from "./wet_stock.ts";

/** The greatest instant that a delivery may name, in microseconds since 1970: the end of the year 9999. */
const INSTANT_MAX = 253_402_300_799_999_999;
/** Rows that are read at once while some are left out. */
const BATCH = 2000;

/**
 * A delivery as it is shown.
 *
 * @param row A row of `FUEL_SALES`.
 * @param place The site's time zone and the log's name.
 * @returns The delivery.
 */
export function fuelSaleView(
  row: Row,
  place: { readonly timezone: string; readonly log: LogId },
): FuelSaleView {
  const at = Number(row["at"]);
  const flags = Number(row["flags"]);
  const startedAt = row["started_at"] ?? null;
  return {
    id: idText(row["id"] as Uint8Array),
    site: row["site"] as SiteCode,
    pump: String(row["pump"]),
    pumpName: String(row["pump_name"]),
    fuel: String(row["fuel"]),
    volumeMl: Number(row["volume_ml"]),
    price: Number(row["price"]),
    amount: Number(row["amount"]),
    currency: String(row["currency"]),
    exponent: Number(row["exponent"]),
    payment: String(row["payment"]),
    at,
    localTime: localTimeText(at, place.timezone),
    startedAt: startedAt === null ? null : Number(startedAt),
    date: String(row["date"]),
    state: row["state"] as FuelSaleView["state"],
    source: row["source"] as FuelSaleView["source"],
    timeEstimated: (flags & FLAG_TIME_ESTIMATED) !== 0,
    amountMismatch: (flags & FLAG_AMOUNT_MISMATCH) !== 0,
    priceMismatch: (flags & FLAG_PRICE_MISMATCH) !== 0,
    raw: row["raw"] === null ? null : String(row["raw"]),
    log: place.log,
    seq: Number(row["seq"]),
  };
}

/** How a delivery's price stands to what the site had set. */
interface PriceCheck {
  readonly priceFact?: FactId;
  readonly priceOther?: true;
}

/** The fact that set the price of a delivery: in force when it began or ended, or what the pump last took. */
function checkPrice(
  rows: Reader,
  site: SiteCode,
  input: RecordFuelSaleInput & { readonly at: number },
): PriceCheck {
  if (input.source === "entered") return {};
  const product = parseProductId(input.fuel);
  if (product === undefined) return {};
  const scope: Scope = `site:${site}`;
  let isPriced = false;
  for (const at of new Set([input.at, input.startedAt ?? input.at])) {
    for (const one of scopesOf(scope)) {
      const found = priceInForce(rows, { scope: one, product }, at);
      if (found?.price.units === input.price) return { priceFact: found.fact };
      isPriced ||= found !== undefined;
    }
  }
  const pump = /^[0-9]{1,10}$/.test(input.pump) ? Number(input.pump) : 0;
  const taken = takenBy(rows, site, pump);
  const had = taken?.prices.find(({ fuel }) => fuel === product);
  if (taken !== null && had?.price === input.price) {
    return { priceFact: taken.set };
  }
  return isPriced || had !== undefined ? { priceOther: true } : {};
}

function asFact(
  context: DecisionContext,
  site: SiteCode,
  input: RecordFuelSaleInput,
  settings: { readonly currency: string; readonly timezone: string },
): FuelSold {
  const given = input.at ?? context.at;
  const sane = Number.isSafeInteger(given) && given >= 0 &&
    given <= INSTANT_MAX;
  const at = sane ? given : context.at;
  const { currency, timezone } = settings;
  const { rows, catalog } = context;
  const space = siteSpace(site);
  const tank = tankOf(catalog.subjects(rows, space, "tank"), input);
  const known = catalog.subject(rows, space, `pump/${input.pump}`);
  return {
    type: "FuelSold",
    id: input.id ?? context.newId(),
    at,
    site,
    date: businessDate(at, timezone),
    pump: input.pump,
    pumpName: pumpName(known, input.pump),
    fuel: input.fuel,
    volumeMl: input.volumeMl,
    price: input.price,
    amount: input.amount,
    currency,
    exponent: currencyExponent(currency),
    payment: input.payment,
    ...(input.startedAt === undefined ? {} : { startedAt: input.startedAt }),
    state: input.state ?? "completed",
    source: input.source,
    ...(sane && input.timeEstimated !== true ? {} : { timeEstimated: true }),
    ...checkPrice(context.rows, site, { ...input, at }),
    ...(tank === undefined ? {} : { tank }),
    ...(input.raw === undefined ? {} : { raw: input.raw }),
  };
}

type Order = readonly (string | number)[];

/** Which order of the table a query reads, and which columns of a row say where it stands there. */
function orderOf(query: FuelSaleQuery): {
  readonly scan: Pick<Scan, "index" | "prefix">;
  readonly columns: readonly string[];
} {
  const { site, pump, fuel } = query;
  if (site === undefined) {
    return {
      scan: { index: "by_time" },
      columns: ["at", "site", "id", "log"],
    };
  }
  const columns = ["at", "id", "log"];
  if (pump !== undefined) {
    return { scan: { index: "by_pump", prefix: [site, pump] }, columns };
  }
  if (fuel !== undefined) {
    return { scan: { index: "by_fuel", prefix: [site, fuel] }, columns };
  }
  return { scan: { prefix: [site] }, columns };
}

function toCursor(row: Row, columns: readonly string[]): string {
  return encodeCursor(columns.map((column) => {
    const cell = row[column];
    return cell instanceof Uint8Array ? toHex(cell) : cell as string | number;
  }));
}

function fromCursor(
  order: Order | undefined,
  columns: readonly string[],
): Cell[] | undefined {
  if (order?.length !== columns.length) return undefined;
  return columns.map((column, i) => {
    const part = order[i] ?? null;
    return column === "id" && /^[0-9a-f]{32}$/.test(String(part))
      ? fromHex(String(part))
      : part;
  });
}

function matches(row: Row, query: FuelSaleQuery): boolean {
  return (query.pump === undefined || row["pump"] === query.pump) &&
    (query.fuel === undefined || row["fuel"] === query.fuel);
}

/** How many deliveries a site had on each business date, latest or earliest first. */
function* dates(
  rows: Reader,
  site: SiteCode,
  reverse: boolean,
): Generator<{ readonly date: string; readonly count: number }> {
  let date = reverse ? "~" : "";
  for (;;) {
    const [row] = rows.scan(FUEL_TOTALS, {
      prefix: [site],
      ...(reverse ? { below: [date] } : { after: [date] }),
      reverse,
      limit: 1,
    });
    if (row === undefined || row["date"] === "") return;
    date = String(row["date"]);
    const sums = rows.scan(FUEL_TOTALS, { prefix: [site, date, "", "", ""] });
    const count = sums.reduce((sum, one) => sum + Number(one["count"]), 0);
    yield { date, count };
  }
}

/**
 * How far a list of a whole site can be begun later without reading what is left out: whole business dates at a time.
 * Dates follow instants except where a clock goes back, so the rows of the first date that is read are counted exactly.
 */
function skipDates(
  rows: Reader,
  query: FuelSaleQuery,
): { readonly skipped: number; readonly bound?: Pick<Scan, "from" | "below"> } {
  const { site, offset = 0, newestFirst = false } = query;
  const plain = site !== undefined && query.pump === undefined &&
    query.fuel === undefined && query.from === undefined &&
    query.before === undefined && query.cursor === undefined;
  if (!plain || offset < BATCH) return { skipped: 0 };
  let skipped = 0;
  for (const { date, count } of dates(rows, site, newestFirst)) {
    if (skipped + count <= offset) {
      skipped += count;
      continue;
    }
    const [edge] = rows.scan(FUEL_SALES, {
      index: "by_date",
      prefix: [site, date],
      reverse: newestFirst,
      limit: 1,
    });
    const at = Number(edge?.["at"] ?? 0);
    return {
      skipped,
      bound: newestFirst ? { below: [at + 1] } : { from: [at] },
    };
  }
  // Every delivery is left out.
  return { skipped, bound: { from: [Number.MAX_SAFE_INTEGER] } };
}

function listSales(
  rows: Reader,
  query: FuelSaleQuery,
): { readonly found: Row[]; readonly columns: readonly string[] } {
  const { scan, columns } = orderOf(query);
  const reverse = query.newestFirst ?? false;
  const cursor = fromCursor(decodeCursor(query.cursor), columns);
  const { skipped, bound } = skipDates(rows, query);
  let left = (query.offset ?? 0) - skipped;
  const found: Row[] = [];
  let place = cursor;
  while (found.length <= query.limit) {
    const batch = rows.scan(FUEL_SALES, {
      ...scan,
      ...(query.from === undefined ? {} : { from: [query.from] }),
      ...(query.before === undefined ? {} : { below: [query.before] }),
      ...bound,
      ...(place === undefined
        ? {}
        : reverse
        ? { below: place }
        : { after: place }),
      reverse,
      limit: Math.min(BATCH, left + query.limit + 1),
    });
    for (const row of batch) {
      if (!matches(row, query)) continue;
      if (left > 0) left--;
      else if (found.length <= query.limit) found.push(row);
    }
    const last = batch.at(-1);
    if (last === undefined || batch.length < Math.min(BATCH, query.limit + 1)) {
      break;
    }
    place = columns.map((column) => last[column] ?? null);
  }
  return { found, columns };
}

/** Makes the use-cases about deliveries of fuel. */
export function createFuelSaleUseCases(
  context: ForecourtContext,
): Pick<
  ForecourtUseCases,
  | "recordFuelSale"
  | "fuelSales"
  | "fuelSale"
  | "fuelSaleByShortId"
  | "fuelTotals"
> {
  const { node, replica } = context;
  const logName = (number: unknown) =>
    replica.register.byNumber(Number(number))?.name ?? "" as LogId;
  const toView = (row: Row) =>
    fuelSaleView(row, { timezone: node.timezone, log: logName(row["log"]) });
  const placedView = (placed: LogFact<FuelSold>, rows: Reader) => {
    const { fact, logNumber } = placed;
    const key = [fact.site, fact.at, idBytes(fact.id), logNumber];
    const row = rows.get(FUEL_SALES, key);
    return row === undefined
      ? undefined
      : fuelSaleView(row, { timezone: node.timezone, log: placed.log });
  };
  const saleRow = (id: Uint8Array): Row | undefined => {
    for (const fact of replica.reader.scan(FACTS, { prefix: [id] })) {
      if (fact["status"] !== STATUS_COUNTS) continue;
      const { log = null, at = null } = fact;
      const space = replica.register.byNumber(Number(log))?.space;
      const site = siteOfSpace(space ?? MESH_SPACE);
      if (site === undefined) continue;
      const row = replica.reader.get(FUEL_SALES, [site, at, id, log]);
      if (row !== undefined) return row;
    }
    return undefined;
  };
  return {
    recordFuelSale: (input) =>
      atSite(
        context,
        input.site,
        (site) =>
          decideExactly(replica, (decision) => {
            const space = siteSpace(site);
            const fact = asFact(decision, site, input, node);
            const repeat = input.id === undefined
              ? undefined
              : findRepeat(decision, space, fact);
            if (repeat === "other") return refuseReuse(fact.id);
            const placed = repeat ?? decision.record(space, fact);
            const sale = placedView(
              placed as LogFact<FuelSold>,
              decision.rows,
            ) ?? unplaced(placed as LogFact<FactOf<"FuelSold">>, node.timezone);
            return ok({ sale, repeated: repeat !== undefined });
          }),
      ),
    fuelSales(query) {
      const { found, columns } = listSales(replica.reader, query);
      const items = found.slice(0, query.limit);
      const last = items.at(-1);
      return {
        items: items.map(toView),
        total: null,
        next: found.length > query.limit && last !== undefined
          ? toCursor(last, columns)
          : null,
      };
    },
    fuelSale(id) {
      const row = saleRow(idBytes(id));
      return row === undefined ? undefined : toView(row);
    },
    fuelSaleByShortId(short) {
      for (const { first, last } of idsOfShort(short)) {
        const facts = replica.reader.scan(FACTS, {
          from: [idBytes(first).slice()],
          below: [idBytes(last).slice(), Number.MAX_SAFE_INTEGER],
          limit: 16,
        });
        for (const fact of facts) {
          const row = saleRow(fact["id"] as Uint8Array);
          if (row !== undefined) return toView(row);
        }
      }
      return undefined;
    },
    fuelTotals: (site, { pump = "", date = "", pumpsOnly = false } = {}) =>
      sumOf(
        pump !== "" && date !== ""
          ? replica.reader.scan(FUEL_TOTALS, { prefix: [site, date, pump] })
          : replica.reader.scan(FUEL_TOTALS, {
            prefix: [site, date, pump, "", ""],
          }),
        pumpsOnly,
      ),
  };
}

function sumOf(rows: readonly Row[], pumpsOnly: boolean): FuelTotals {
  return rows.filter((row) => !pumpsOnly || row["entered"] === 0)
    .reduce<FuelTotals>((sum, row) => ({
      count: sum.count + Number(row["count"]),
      volumeMl: sum.volumeMl + Number(row["volume_ml"]),
      amount: sum.amount + Number(row["amount"]),
    }), { count: 0, volumeMl: 0, amount: 0 });
}

/** A delivery that is stored and stands in no view, because another copy counts or it was set aside. */
function unplaced(
  { fact, log, seq }: LogFact<FuelSold>,
  timezone: string,
): FuelSaleView {
  const { type: _, priceFact: __, priceOther, tank: ___, ...told } = fact;
  return {
    ...told,
    localTime: localTimeText(fact.at, timezone),
    startedAt: fact.startedAt ?? null,
    timeEstimated: fact.timeEstimated === true,
    amountMismatch: false,
    priceMismatch: priceOther === true,
    raw: fact.raw ?? null,
    log,
    seq,
  };
}
