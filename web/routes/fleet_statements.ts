/**
 * `/v1/companies/{company}/statements` and `/settlements`: months of companies and cards, and their settlement.
 *
 * @module
 */
import { z } from "@hono/zod-openapi";
import type {
  SettlementView,
  StatementView,
  UseCases,
} from "../../nodes/mod.ts";
import { CSV_TYPE, csvReply, type CsvRows } from "../csv.ts";
import {
  decided,
  defineRoute,
  type Reply,
  reply,
  type Route,
} from "../route.ts";
import {
  instantSchema,
  maybe,
  moneySchema,
  pageFields,
  pageSchema,
  pageToWire,
} from "../schemas.ts";
import { instantToWire } from "../wire.ts";
import { changeFields, unknownCompany } from "./fleet_changes.ts";
import {
  cardSchema,
  companyParams,
  companySchema,
  fleetMoney,
  type FleetUnit,
  unitFinder,
} from "./fleet_wire.ts";

const MONTH = /^(?:19[7-9][0-9]|2[01][0-9]{2})-(?:0[1-9]|1[0-2])$/;
const monthSchema = z.string().regex(MONTH, {
  error: "Expected a month such as 2024-11",
}).openapi({ example: "2024-11" });

const settlementAnswer = z.object({
  id: z.string(),
  company: z.string(),
  month: z.string(),
  kind: z.enum(["month", "extra"]).openapi({
    description:
      "`month` is the close of a month, `extra` settles what came in since.",
  }),
  at: instantSchema,
  count: z.int().openapi({ description: "Expenses that it covers." }),
  amount: moneySchema,
  floorSettled: z.int().openapi({
    description: "Floor expenses that it covered from the balance.",
  }),
}).openapi("Settlement");
type WireSettlement = z.output<typeof settlementAnswer>;

const statementAnswer = z.object({
  company: z.string(),
  card: z.string().nullable().openapi({ description: "Null for all cards." }),
  month: z.string(),
  balance: moneySchema.openapi({
    description: "The balance, or the card's limit, of today.",
  }),
  cards: z.array(z.object({
    card: z.string(),
    count: z.int(),
    amount: moneySchema,
  })).readonly(),
  count: z.int().openapi({ description: "Accepted expenses." }),
  amount: moneySchema,
  settlements: z.array(settlementAnswer).readonly(),
  at: instantSchema.openapi({ description: "When it was computed." }),
}).openapi("Statement");
type WireStatement = z.output<typeof statementAnswer>;

const settleBody = z.strictObject({
  month: monthSchema,
  ...changeFields,
}).openapi("Settling", { example: { month: "2024-11" } });

function settlementToWire(
  view: SettlementView,
  unit: FleetUnit,
): WireSettlement {
  return {
    ...view,
    at: instantToWire(view.at),
    amount: fleetMoney(view.amount, unit),
  };
}

function statementToWire(view: StatementView, unit: FleetUnit): WireStatement {
  const money = (units: number) => fleetMoney(units, unit);
  return {
    ...view,
    balance: money(view.balance),
    amount: money(view.amount),
    at: instantToWire(view.at),
    cards: view.cards.map((one) => ({ ...one, amount: money(one.amount) })),
    settlements: view.settlements.map((one) => settlementToWire(one, unit)),
  };
}

/** One row a card, and one for all of them. */
function statementRows(view: StatementView, unit: FleetUnit): CsvRows {
  const row = (card: string, count: number, units: number) => {
    const { amount, currency } = fleetMoney(units, unit);
    return [view.company, view.month, card, count, amount, currency];
  };
  return [
    ["company", "month", "card", "count", "amount", "currency"],
    ...view.cards.map(({ card, count, amount }) => row(card, count, amount)),
    row("total", view.count, view.amount),
  ];
}

function fileName({ company, card, month }: StatementView): string {
  const of = card === null ? company : `${company}-${card}`;
  return `statement-${of}-${month}`;
}

/**
 * The routes of statements and settlements.
 *
 * @param useCases The node.
 * @returns The routes.
 */
export function fleetStatementRoutes(useCases: UseCases): Route[] {
  return [statements(useCases), ...settlements(useCases)];
}

function statements({ fleet }: UseCases): Route {
  return defineRoute({
    method: "get",
    path: "/v1/companies/{company}/statements/{month}",
    id: "getStatement",
    tag: "fleet",
    summary: "A month of a company, or of one of its cards",
    description:
      "By the expenses' UTC days. `format=csv` answers a row for each card; `/v1/expenses` has the expenses one by one.",
    params: z.object({ company: companySchema, month: monthSchema }),
    query: z.strictObject({
      card: maybe(cardSchema),
      format: z.enum(["json", "csv"]).default("json"),
    }),
    answer: statementAnswer,
    media: [CSV_TYPE],
    errors: ["company_unknown"],
    run: ({ params, query: { card, format } }): Reply<WireStatement> => {
      const view = fleet.statement({ ...params, card });
      if (view === undefined) return unknownCompany(params.company);
      const unit = unitFinder(fleet)(params.company);
      return format === "csv"
        ? csvReply(fileName(view), statementRows(view, unit))
        : reply(statementToWire(view, unit));
    },
  });
}

function settlements(useCases: UseCases): Route[] {
  const { fleet } = useCases;
  return [
    defineRoute({
      method: "get",
      path: "/v1/companies/{company}/settlements",
      id: "listSettlements",
      tag: "fleet",
      summary: "A company's settlements, the latest first",
      params: companyParams,
      query: z.strictObject(pageFields),
      answer: pageSchema(settlementAnswer),
      errors: ["company_unknown"],
      run: ({ params: { company }, query }) => {
        const unit = fleet.company(company);
        if (unit === undefined) return unknownCompany(company);
        const page = fleet.settlements({ ...query, company });
        return reply(pageToWire(page, (one) => settlementToWire(one, unit)));
      },
    }),
    defineRoute({
      method: "post",
      path: "/v1/companies/{company}/settlements",
      id: "settleMonth",
      tag: "fleet",
      summary: "Settle a month of a company",
      description:
        "The first of a month is its close, later ones settle what came in since. An expense was debited when it was " +
        "accepted: a settlement covers floor expenses from the balance, and moves nothing else.",
      params: companyParams,
      body: settleBody,
      answer: settlementAnswer,
      statuses: { 201: "Settled.", 200: "Settled before by this request." },
      errors: ["nothing_to_settle", "id_reused"],
      run: async ({ params, body, caller }): Promise<
        Reply<WireSettlement>
      > => {
        const by = caller?.actor ?? body.by;
        const isRepeat = body.id !== undefined &&
          useCases.fact(body.id).length > 0;
        return decided(
          await fleet.settle({
            ...params,
            ...body,
            ...(by === undefined ? {} : { by }),
          }),
          (view) => {
            const unit = unitFinder(fleet)(params.company);
            const status = isRepeat ? 200 : 201;
            return reply(settlementToWire(view, unit), status);
          },
        );
      },
    }),
  ];
}
