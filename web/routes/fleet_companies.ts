/**
 * `/v1/companies`: companies that pay for fuel, their money and where the rights to spend it are.
 *
 * @module
 */
import { z } from "@hono/zod-openapi";
import type { CompanyView, UseCases } from "../../nodes/mod.ts";
import {
  decided,
  defineRoute,
  type Reply,
  reply,
  type Route,
} from "../route.ts";
import {
  maybe,
  moneyInputSchema,
  moneySchema,
  pageFields,
  pageSchema,
  pageToWire,
  safeText,
} from "../schemas.ts";
import { changeFields, unknownCompany } from "./fleet_changes.ts";
import {
  companyAnswer,
  companyParams,
  companyToWire,
  fleetMoney,
  holdersAnswer,
  holdersToWire,
  unfitAmount,
  unitFinder,
  unitsFromWire,
} from "./fleet_wire.ts";

type WireCompany = z.output<typeof companyAnswer>;

const nameBody = z.strictObject({ name: safeText(1, 200), ...changeFields })
  .openapi("CompanyNaming", { example: { name: "Transportes del Sur" } });
const depositBody = z.strictObject({
  amount: moneyInputSchema,
  note: maybe(safeText(0)),
  ...changeFields,
}).openapi("Deposit", { example: { amount: "1000000" } });
const depositAnswer = z.object({ balance: moneySchema });
const floorBody = z.strictObject({ amount: moneyInputSchema, ...changeFields })
  .openapi("FloorSetting", { example: { amount: "50000" } });

/**
 * The routes of companies.
 *
 * @param useCases The node.
 * @returns The routes.
 */
export function fleetCompanyRoutes(useCases: UseCases): Route[] {
  return [...readings(useCases), naming(useCases), ...money(useCases)];
}

function shown(view: CompanyView): Reply<WireCompany> {
  return reply(companyToWire(view));
}

function readings({ fleet }: UseCases): Route[] {
  return [
    defineRoute({
      method: "get",
      path: "/v1/companies",
      id: "listCompanies",
      tag: "fleet",
      summary: "Companies that this node knows, by number",
      query: z.strictObject(pageFields),
      answer: pageSchema(companyAnswer),
      run: ({ query }) =>
        reply(pageToWire(fleet.companies(query), companyToWire)),
    }),
    defineRoute({
      method: "get",
      path: "/v1/companies/{company}",
      id: "getCompany",
      tag: "fleet",
      summary: "One company with its balance",
      params: companyParams,
      answer: companyAnswer,
      errors: ["company_unknown"],
      run: ({ params: { company } }): Reply<WireCompany> => {
        const view = fleet.company(company);
        return view === undefined ? unknownCompany(company) : shown(view);
      },
    }),
    defineRoute({
      method: "get",
      path: "/v1/companies/{company}/holders",
      id: "listCompanyHolders",
      tag: "fleet",
      summary: "Where the rights of a company's account or floor are",
      params: companyParams,
      query: z.strictObject({
        of: z.enum(["account", "floor"]).default("account"),
      }),
      answer: holdersAnswer,
      errors: ["company_unknown"],
      run: ({ params: { company }, query: { of } }): Reply<
        z.output<typeof holdersAnswer>
      > => {
        const view = fleet.company(company);
        return view === undefined
          ? unknownCompany(company)
          : reply(holdersToWire(fleet.holders(company, of), view));
      },
    }),
  ];
}

function naming({ fleet }: UseCases): Route {
  return defineRoute({
    method: "put",
    path: "/v1/companies/{company}/name",
    id: "nameCompany",
    tag: "fleet",
    summary: "Name a company",
    params: companyParams,
    body: nameBody,
    answer: companyAnswer,
    errors: ["id_reused"],
    run: async ({ params, body, caller }): Promise<Reply<WireCompany>> => {
      const by = caller?.actor ?? body.by;
      return decided(
        await fleet.nameCompany({
          ...params,
          ...body,
          ...(by === undefined ? {} : { by }),
        }),
        shown,
      );
    },
  });
}

function money({ fleet }: UseCases): Route[] {
  return [
    defineRoute({
      method: "post",
      path: "/v1/companies/{company}/deposits",
      id: "recordDeposit",
      tag: "fleet",
      summary: "Put money on a company's account",
      description:
        "Only the node that issues the company's money may; the first deposit makes the company. With an `id`, a " +
        "repeat counts once and answers 200.",
      params: companyParams,
      body: depositBody,
      answer: depositAnswer,
      statuses: { 201: "Deposited.", 200: "Deposited before." },
      errors: ["id_reused", "amount_out_of_range"],
      run: async ({ params: { company }, body, caller }): Promise<
        Reply<z.output<typeof depositAnswer>>
      > => {
        const unit = unitFinder(fleet)(company);
        const amount = unitsFromWire(body.amount, unit, 1);
        if (amount === undefined) return unfitAmount("amount", unit, 1);
        const by = caller?.actor ?? body.by;
        return decided(
          await fleet.deposit({
            ...body,
            ...{ company, amount },
            ...(by === undefined ? {} : { by }),
          }),
          ({ balance, repeated }) =>
            reply(
              { balance: fleetMoney(balance, unit) },
              repeated ? 200 : 201,
            ),
        );
      },
    }),
    defineRoute({
      method: "put",
      path: "/v1/companies/{company}/floor",
      id: "setCompanyFloor",
      tag: "fleet",
      summary: "Set what stations may sell without contact",
      description:
        "A bound of its own beside the balance, made ahead and granted to stations: its sum is the stated risk.",
      params: companyParams,
      body: floorBody,
      answer: companyAnswer,
      errors: ["id_reused"],
      run: async ({ params: { company }, body, caller }): Promise<
        Reply<WireCompany>
      > => {
        const unit = unitFinder(fleet)(company);
        const amount = unitsFromWire(body.amount, unit, 0);
        if (amount === undefined) return unfitAmount("amount", unit, 0);
        const by = caller?.actor ?? body.by;
        return decided(
          await fleet.setFloor({
            ...body,
            ...{ company, amount },
            ...(by === undefined ? {} : { by }),
          }),
          shown,
        );
      },
    }),
  ];
}
