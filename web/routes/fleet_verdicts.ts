/**
 * `/v1/card-results` and `/v1/unconfirmed-verdicts`: verdicts that have not reached whom they are for.
 *
 * @module
 */
import { z } from "@hono/zod-openapi";
import type { CardResultView, UseCases } from "../../nodes/mod.ts";
import { defineRoute, reply, type Route } from "../route.ts";
import {
  instantSchema,
  maybe,
  pageFields,
  pageSchema,
  pageToWire,
} from "../schemas.ts";
import { instantToWire } from "../wire.ts";
import {
  companySchema,
  expenseAnswer,
  expenseToWire,
  routeAnswer,
  unitFinder,
} from "./fleet_wire.ts";

const STATES = ["kept", "delivering", "delivered"] as const;

const resultAnswer = z.object({
  purchase: z.string(),
  site: z.string().openapi({ description: "Where it is kept." }),
  company: z.string(),
  card: z.string(),
  success: z.boolean().openapi({
    description:
      "The verdict; true and not delivered is charged and not confirmed to its card.",
  }),
  at: instantSchema,
  state: z.enum(STATES).openapi({
    description:
      "`delivering` while one node tries, or does not know whether the card got it.",
  }),
}).openapi("CardResult");

const unconfirmedAnswer = z.object({
  expense: expenseAnswer,
  route: routeAnswer,
}).openapi("UnconfirmedVerdict");

function resultToWire(view: CardResultView): z.output<typeof resultAnswer> {
  return { ...view, at: instantToWire(view.at) };
}

/**
 * The routes of verdicts.
 *
 * @param useCases The node.
 * @returns The routes.
 */
export function fleetVerdictRoutes({ fleet }: UseCases): Route[] {
  return [
    defineRoute({
      method: "get",
      path: "/v1/card-results",
      id: "listCardResults",
      tag: "fleet",
      summary: "Verdicts that their cards did not get, the oldest first",
      description:
        "A station keeps them until the card comes again. Those with `success` that stay are charged and unconfirmed.",
      query: z.strictObject({
        state: maybe(z.enum(STATES)),
        company: maybe(companySchema),
        ...pageFields,
      }),
      answer: pageSchema(resultAnswer),
      run: ({ query }) => reply(pageToWire(fleet.results(query), resultToWire)),
    }),
    defineRoute({
      method: "get",
      path: "/v1/unconfirmed-verdicts",
      id: "listUnconfirmedVerdicts",
      tag: "fleet",
      summary:
        "Verdicts that no original regional office has confirmed, the oldest first",
      query: z.strictObject({ company: maybe(companySchema), ...pageFields }),
      answer: pageSchema(unconfirmedAnswer),
      run: ({ query }) => {
        const units = unitFinder(fleet);
        return reply(pageToWire(fleet.unconfirmed(query), (one) => ({
          route: one.route,
          expense: expenseToWire(one.expense, units),
        })));
      },
    }),
  ];
}
