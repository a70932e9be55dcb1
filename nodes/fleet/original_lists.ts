/**
 * Lists of what is under way between this node and original programs: for people who must find out what became of a
 * purchase (C-42).
 *
 * @module
 */
import { parseFactId, type Row, type TableSchema } from "../../crdt/mod.ts";
import type { Page, PageQuery } from "../answers.ts";
import type { Replica } from "../replica.ts";
import { FLEET_FORWARDS, FLEET_OWED } from "../tables.ts";
import { cardOf, companyOf } from "./fleet_places.ts";
import type {
  FleetUseCases,
  ForwardView,
  OwedVerdictView,
} from "./fleet_use_cases.ts";
import { FORWARD_STATES, forwardOf } from "./forward_book.ts";
import { OWED_DECIDING, OWED_WRITING, owedOf } from "./region_book.ts";

/**
 * Makes the lists of a node.
 *
 * @param replica Its replica.
 * @returns The readings.
 */
export function createOriginalLists(
  replica: Replica,
): Pick<FleetUseCases, "forwards" | "owedVerdicts"> {
  return {
    forwards({ target, state, ...query }) {
      const { items, next } = page(replica, FLEET_FORWARDS, query, {
        ...(state === undefined ? {} : { index: "by_state" }),
        prefix: state === undefined
          ? [target]
          : [target, FORWARD_STATES.indexOf(state)],
      });
      return {
        items: items.map((row) => ({ ...forwardView(row), target })),
        total: null,
        next,
      };
    },
    owedVerdicts(query) {
      const { items, next } = page(replica, FLEET_OWED, query, { prefix: [] });
      return {
        items: items.map(owedView),
        total: replica.reader.count(FLEET_OWED),
        next,
      };
    },
  };
}

function page(
  replica: Replica,
  table: TableSchema,
  { limit, cursor }: PageQuery,
  order: { readonly index?: string; readonly prefix: (string | number)[] },
): Pick<Page<Row>, "items" | "next"> {
  const after = parseFactId(cursor);
  const rows = replica.reader.scan(table, {
    ...order,
    limit: limit + 1,
    ...(after === undefined ? {} : { after: [after] }),
  });
  const items = rows.slice(0, limit);
  return {
    items,
    next: rows.length > limit ? String(items.at(-1)?.["purchase"]) : null,
  };
}

function forwardView(row: Row): Omit<ForwardView, "target"> {
  const { purchase, state, atMs, address, station, expense } = forwardOf(row);
  const { company, card, total, date } = expense;
  return {
    purchase,
    state,
    at: atMs * 1000,
    company: companyOf(company),
    card: cardOf(card),
    amount: total,
    date,
    pumpAddress: address,
    station,
  };
}

function owedView(row: Row): OwedVerdictView {
  const { purchase, state, accepted, receivedMs, told } = owedOf(row);
  const { company, card, total, date } = told.expense;
  return {
    purchase,
    state: state === OWED_DECIDING
      ? "deciding"
      : state === OWED_WRITING
      ? "writing"
      : accepted
      ? "accepted"
      : "refused",
    at: receivedMs * 1000,
    company: companyOf(company),
    card: cardOf(card),
    amount: total,
    date,
    pumpAddress: told.pumpAddress,
    station: told.station,
  };
}
