/**
 * `/v1/expenses`: what cards paid, and what was refused and kept.
 *
 * @module
 */
import { z } from "@hono/zod-openapi";
import type { ExpenseView, FleetUseCases, UseCases } from "../../nodes/mod.ts";
import { CSV_TYPE, type CsvRows, csvStream } from "../csv.ts";
import { problem } from "../errors.ts";
import { defineRoute, type Reply, reply, type Route } from "../route.ts";
import {
  dateSchema,
  factSchema,
  flagSchema,
  maybe,
  PAGE_LIMIT_MAX,
  pageFields,
  pageSchema,
} from "../schemas.ts";
import { instantToWire } from "../wire.ts";
import {
  cardSchema,
  companySchema,
  expenseAnswer,
  expensesToWire,
  expenseToWire,
  fleetMoney,
  reasonSchema,
  type UnitFinder,
  unitFinder,
} from "./fleet_wire.ts";

const filters = {
  company: maybe(companySchema),
  card: maybe(cardSchema),
  from: maybe(dateSchema).openapi({ description: "The first UTC day." }),
  to: maybe(dateSchema).openapi({ description: "The last UTC day." }),
  accepted: maybe(flagSchema),
  reason: maybe(reasonSchema),
  suspect: maybe(flagSchema).openapi({
    description: "True for those that may be repeats.",
  }),
};
const filterSchema = z.object(filters);
type Filters = z.output<typeof filterSchema>;

const HEADER = [
  ...["date", "at", "company", "card", "amount", "currency", "liters"],
  ...["accepted", "reason", "suspect", "floor", "settled"],
  ...["site", "province", "station", "pump", "source", "purchase", "log"],
];

const yes = (value: boolean) => value ? "yes" : "no";

function rowOf(view: ExpenseView, units: UnitFinder): (string | number)[] {
  const { site, province, station, pump } = view.place;
  const { amount, currency } = fleetMoney(view.amount, units(view.company));
  return [
    ...[view.date, instantToWire(view.at), view.company, view.card],
    ...[amount, currency, view.liters ?? ""],
    ...[yes(view.accepted), view.reason ?? "", yes(view.suspect)],
    ...[yes(view.floor), yes(view.settled)],
    ...[site ?? "", province ?? "", station ?? "", pump ?? ""],
    ...[view.source, view.id, view.log],
  ];
}

/** All expenses that pass, a page at a time, so that a file of millions needs no more memory than one page. */
function* expenseRows(
  fleet: Pick<FleetUseCases, "company" | "expenses">,
  query: Filters,
): Generator<CsvRows> {
  const units = unitFinder(fleet);
  yield [HEADER];
  let cursor: string | null = null;
  do {
    const page = fleet.expenses({
      ...query,
      limit: PAGE_LIMIT_MAX,
      ...(cursor === null ? {} : { cursor }),
    });
    yield page.items.map((view) => rowOf(view, units));
    cursor = page.next;
  } while (cursor !== null);
}

/**
 * The routes of expenses.
 *
 * @param useCases The node.
 * @returns The routes.
 */
export function fleetExpenseRoutes({ fleet }: UseCases): Route[] {
  return [
    defineRoute({
      method: "get",
      path: "/v1/expenses",
      id: "listExpenses",
      tag: "fleet",
      summary: "Expenses of companies and cards, the latest decided first",
      description:
        "Charged ones, and refused ones whose verdict has to be kept. `format=csv` answers all that pass the filters as " +
        "a file, whatever `limit` says.",
      query: z.strictObject({
        ...filters,
        format: z.enum(["json", "csv"]).default("json"),
        ...pageFields,
      }),
      answer: pageSchema(expenseAnswer),
      media: [CSV_TYPE],
      run: ({ query: { format, limit, cursor, ...rest } }) =>
        format === "csv"
          ? csvStream("expenses", expenseRows(fleet, rest))
          : reply(expensesToWire(
            fleet.expenses({
              ...rest,
              limit,
              ...(cursor === undefined ? {} : { cursor }),
            }),
            fleet,
          )),
    }),
    defineRoute({
      method: "get",
      path: "/v1/expenses/{id}",
      id: "getExpense",
      tag: "fleet",
      summary: "One expense, by its purchase",
      params: z.object({ id: factSchema }),
      answer: expenseAnswer,
      run: ({ params: { id } }): Reply<z.output<typeof expenseAnswer>> => {
        const view = fleet.expense(id);
        return view === undefined
          ? problem("not_found", `This node knows no expense of purchase ${id}`)
          : reply(expenseToWire(view, unitFinder(fleet)));
      },
    }),
  ];
}
