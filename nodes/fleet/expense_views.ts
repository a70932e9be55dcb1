/**
 * Expenses as they are shown, and how each list of them is read by an index.
 *
 * @module
 */
import {
  type CardId,
  type CompanyId,
  EXPENSE_FLOOR,
  EXPENSE_SUSPECT,
  expenseId,
  type FactId,
  FACTS,
  FLEET_COVERED,
  FLEET_EXPENSES,
  FLEET_MARKED,
  idBytes,
  idText,
  type LogId,
  type Reader,
  type Row,
  type SiteCode,
  STATUS_COUNTS,
} from "../../crdt/mod.ts";
import type { Page } from "../answers.ts";
import type { LogRegister } from "../log_register.ts";
import type { FleetContext } from "./fleet_context.ts";
import type {
  ExpenseView,
  FleetUseCases,
  PurchaseReason,
  PurchaseRoute,
  PurchaseSource,
} from "./fleet_use_cases.ts";
import { type ListOrder, rowPage } from "./row_page.ts";

/** An expense of a row of `FLEET_EXPENSES`. */
export function expenseView(
  rows: Reader,
  register: LogRegister,
  row: Row,
): ExpenseView {
  const flags = Number(row["flags"]);
  const [site, province, station, pump] = JSON.parse(String(row["place"]));
  const id = row["id"] as Uint8Array;
  const accepted = row["accepted"] === 1;
  const floor = (flags & EXPENSE_FLOOR) !== 0;
  const company = Number(row["company"]);
  return {
    id: idText(id),
    company: String(company) as CompanyId,
    card: String(row["card"]) as CardId,
    amount: Number(row["amount"]),
    date: String(row["date"]),
    at: Number(row["at"]),
    liters: row["liters"] === null ? null : Number(row["liters"]),
    place: { site: site as SiteCode | null, province, station, pump },
    route: routeOf(row),
    source: row["source"] as PurchaseSource,
    accepted,
    reason: row["reason"] as PurchaseReason | null,
    suspect: (flags & EXPENSE_SUSPECT) !== 0,
    floor,
    settled: accepted &&
      (!floor ||
        rows.scan(FLEET_COVERED, { prefix: [company, id], limit: 1 }).length >
          0),
    log: register.byNumber(Number(row["log"]))?.name ?? "" as LogId,
  };
}

function routeOf(row: Row): PurchaseRoute | null {
  if (row["route"] === null) return null;
  const { pumpAddress, station, regional } = JSON.parse(String(row["route"]));
  return { pumpAddress, station, regional };
}

/**
 * The row of a purchase's expense: an accepted one first, of those the least.
 *
 * @param use The node.
 * @param purchase The purchase.
 * @param reader The views; those of the last transaction if left out.
 * @returns A row of `FLEET_EXPENSES`; undefined if there is none.
 */
export function findExpense(
  { replica }: Pick<FleetContext, "replica">,
  purchase: FactId,
  reader: Reader = replica.reader,
): Row | undefined {
  const id = idBytes(purchase);
  const found = reader.scan(FACTS, { prefix: [idBytes(expenseId(purchase))] })
    .filter((row) => row["status"] === STATUS_COUNTS)
    .flatMap(({ log, at }) => {
      const space = replica.register.byNumber(Number(log))?.space;
      const company = Number(space?.slice("company:".length));
      const row = reader.get(FLEET_EXPENSES, [
        company,
        at ?? null,
        id,
        log ?? null,
      ]);
      return row === undefined ? [] : [row];
    });
  return found.toSorted((a, b) =>
    Number(b["accepted"]) - Number(a["accepted"]) ||
    Number(a["at"]) - Number(b["at"])
  )[0];
}

type ExpenseQuery = Parameters<FleetUseCases["expenses"]>[0];

/** The order that finds what a query asks for with the fewest rows that are left out. */
function expenseOrder(query: ExpenseQuery): ListOrder {
  const { card, from, to } = query;
  const company = query.company === undefined
    ? undefined
    : Number(query.company);
  const mark = query.reason ??
    (query.suspect === true
      ? "suspect"
      : query.accepted === false
      ? "refused"
      : undefined);
  const reverse = true;
  if (company === undefined) {
    return mark === undefined
      ? { table: FLEET_EXPENSES, index: "by_time", prefix: [], reverse }
      : { table: FLEET_MARKED, index: "by_mark", prefix: [mark], reverse };
  }
  if (mark !== undefined) {
    return { table: FLEET_MARKED, prefix: [company, mark], reverse };
  }
  const table = FLEET_EXPENSES;
  if (card !== undefined) {
    const prefix = [company, Number(card)];
    return { table, index: "by_card", prefix, reverse };
  }
  if (from === undefined && to === undefined) {
    return { table, prefix: [company], reverse };
  }
  return {
    table,
    index: "by_date",
    prefix: [company],
    reverse,
    ...(from === undefined ? {} : { from }),
    // A day's rows are longer tuples than the day alone, and below the day with a mark behind it.
    ...(to === undefined ? {} : { below: `${to}~` }),
  };
}

function isWanted(row: Row, query: ExpenseQuery): boolean {
  const { company, card, from, to, accepted, reason, suspect } = query;
  const date = String(row["date"]);
  const isSuspect = (Number(row["flags"]) & EXPENSE_SUSPECT) !== 0;
  return (company === undefined || row["company"] === Number(company)) &&
    (card === undefined || row["card"] === Number(card)) &&
    (from === undefined || date >= from) && (to === undefined || date <= to) &&
    (accepted === undefined || (row["accepted"] === 1) === accepted) &&
    (reason === undefined || row["reason"] === reason) &&
    (suspect === undefined || isSuspect === suspect);
}

/** A page of expenses, the latest decided first. */
export function listExpenses(
  { replica }: FleetContext,
  query: ExpenseQuery,
): Page<ExpenseView> {
  const { reader, register } = replica;
  const order = expenseOrder(query);
  const whole = (row: Row) =>
    order.table === FLEET_EXPENSES ? row : reader.get(
      FLEET_EXPENSES,
      FLEET_EXPENSES.key.map((column) => row[column] ?? null),
    );
  const { found, next } = rowPage(reader, order, {
    ...query,
    shows: (row) => {
      const expense = whole(row);
      return expense !== undefined && isWanted(expense, query);
    },
  });
  const items = found.map(whole).filter((row) => row !== undefined)
    .map((row) => expenseView(reader, register, row));
  return { items, total: null, next };
}
