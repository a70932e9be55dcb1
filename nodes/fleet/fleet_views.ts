/**
 * Companies and cards as they are shown: rows of the views and sums of rights, never all facts.
 *
 * @module
 */
import {
  accountBound,
  balanceOf,
  type BoundName,
  cardBound,
  type CardId,
  type CompanyId,
  FLEET_CARD_SUMS,
  FLEET_CARDS,
  FLEET_COMPANIES,
  floorBound,
  IN_TRANSIT,
  readChain,
  type Reader,
  RIGHTS,
  RIGHTS_TAKEN,
  type RightsSums,
  type Row,
} from "../../crdt/mod.ts";
import { freeRights } from "../use_cases/rights.ts";
import { expenseView, findExpense, listExpenses } from "./expense_views.ts";
import {
  companyBalance,
  companyName,
  companySpace,
  FLEET_MONEY,
  type FleetContext,
  mayChange,
  totalOf,
  totalsOf,
} from "./fleet_context.ts";
import type {
  CardView,
  CompanyView,
  FleetUseCases,
  RightsHeldView,
} from "./fleet_use_cases.ts";
import { rowPage } from "./row_page.ts";

type FleetReadings = Pick<
  FleetUseCases,
  | "companies"
  | "company"
  | "cards"
  | "card"
  | "holders"
  | "expenses"
  | "expense"
>;

/** A company of a row of `FLEET_COMPANIES`. */
function companyView(use: FleetContext, row: Row): CompanyView {
  const { reader, register } = use.replica;
  const company = String(row["company"]) as CompanyId;
  const account = accountBound(company);
  return {
    company,
    name: companyName(reader, company),
    balance: companyBalance(reader, company),
    free: Math.max(
      0,
      freeRights(reader, account, register.own(companySpace(company))),
    ),
    inTransit: inTransit(reader, account),
    cards: Number(row["cards"]),
    expenses: Number(row["expenses"]),
    spent: Number(row["spent"]),
    floor: totalOf(reader, floorBound(company)),
    floorOpen: Number(row["open"]),
    issuer: mayChange(use, reader, company),
    ...FLEET_MONEY,
  };
}

function inTransit(rows: Reader, bound: BoundName): number {
  return rows.scan(IN_TRANSIT, { index: "by_bound", prefix: [bound] })
    .reduce((sum, row) => sum + Number(row["amount"]), 0);
}

/** A card of a row of `FLEET_CARD_SUMS`. */
function cardView(
  rows: Reader,
  row: Row,
  totals = totalsOf(rows),
): CardView {
  const company = String(row["company"]) as CompanyId;
  const card = String(row["card"]) as CardId;
  const [first] = rows.scan(FLEET_CARDS, {
    prefix: [Number(company), Number(card)],
    limit: 1,
  });
  return {
    company,
    card,
    limit: totals(cardBound(company, card)),
    expenses: Number(row["expenses"]),
    spent: Number(row["spent"]),
    registeredAt: Number(first?.["at"] ?? 0),
    automatic: first?.["automatic"] === 1,
  };
}

/**
 * A card.
 *
 * @param rows The views.
 * @param company The company.
 * @param card The card.
 * @returns The card; undefined if nobody registered it.
 */
export function findCard(
  rows: Reader,
  company: CompanyId,
  card: CardId,
): CardView | undefined {
  const row = rows.get(FLEET_CARD_SUMS, [Number(company), Number(card)]);
  return row === undefined || Number(row["registered"]) === 0
    ? undefined
    : cardView(rows, row);
}

/** A company as it is shown; undefined if nobody knows it. */
export function findCompany(
  use: FleetContext,
  company: CompanyId,
): CompanyView | undefined {
  const row = use.replica.reader.get(FLEET_COMPANIES, [Number(company)]);
  return row === undefined || Number(row["known"]) === 0
    ? undefined
    : companyView(use, row);
}

function holdersOf(
  { replica }: FleetContext,
  bound: BoundName,
): RightsHeldView[] {
  const { reader, register } = replica;
  return reader.scan(RIGHTS, { prefix: [bound] }).flatMap((row) => {
    const entry = register.byNumber(Number(row["log"]));
    if (entry === undefined) return [];
    const sums = row as unknown as RightsSums;
    const taken = reader.get(RIGHTS_TAKEN, [bound, entry.name]);
    const free = balanceOf(sums) - sums.held - Number(taken?.["taken"] ?? 0);
    const site = readChain(entry.certificate)?.[0]?.site ?? null;
    return [{ log: entry.name, site, free }];
  });
}

/**
 * Makes the readings of companies, cards and expenses.
 *
 * @param use The node.
 * @returns The readings.
 */
export function createFleetReadings(use: FleetContext): FleetReadings {
  const { replica } = use;
  return {
    companies(query) {
      const order = { table: FLEET_COMPANIES, prefix: [] };
      const shows = (row: Row) => Number(row["known"]) > 0;
      const { found, next } = rowPage(replica.reader, order, {
        ...query,
        shows,
      });
      const items = found.map((row) => companyView(use, row));
      return { items, total: null, next };
    },
    company: (company) => findCompany(use, company),
    cards({ company, ...page }) {
      const { reader } = replica;
      const order = { table: FLEET_CARD_SUMS, prefix: [Number(company)] };
      const shows = (row: Row) => Number(row["registered"]) > 0;
      const { found, next } = rowPage(reader, order, { ...page, shows });
      const sums = reader.get(FLEET_COMPANIES, [Number(company)]);
      const totals = totalsOf(reader);
      return {
        items: found.map((row) => cardView(reader, row, totals)),
        total: Number(sums?.["cards"] ?? 0),
        next,
      };
    },
    card: (company, card) => findCard(replica.reader, company, card),
    holders: (company, of) =>
      holdersOf(
        use,
        of === "account"
          ? accountBound(company)
          : of === "floor"
          ? floorBound(company)
          : cardBound(company, of.card),
      ),
    expenses: (query) => listExpenses(use, query),
    expense(id) {
      const row = findExpense(use, id);
      return row === undefined
        ? undefined
        : expenseView(replica.reader, replica.register, row);
    },
  };
}
