/**
 * `/v1/rights`: what each log may still sell or spend of what must not go below zero.
 *
 * @module
 */
import { z } from "@hono/zod-openapi";
import type { RightsView, UseCases } from "../../nodes/mod.ts";
import { defineRoute, reply, type Route } from "../route.ts";
import { boundSchema, maybe, pageFields, pageSchema } from "../schemas.ts";

const rightsAnswer = z.object({
  bound: z.string().openapi({
    description:
      "What is guarded, e.g. `stock:<site>/<product>/<change to strict>` or `account:<company>`.",
  }),
  space: z.string(),
  log: z.string(),
  own: z.boolean().openapi({ description: "True for a log of this node." }),
  made: z.int(),
  accepted: z.int(),
  returned: z.int(),
  granted: z.int(),
  spent: z.int(),
  destroyed: z.int(),
  held: z.int(),
  observed: z.int().openapi({
    description:
      "The part of `spent` and `destroyed` that had already happened.",
  }),
  balance: z.int().openapi({
    description:
      "made + accepted + returned - granted - spent - destroyed. Below zero, the log owes.",
  }),
  free: z.int().openapi({ description: "`balance` less what is held." }),
  inTransit: z.int().openapi({
    description: "What this log granted and the receiver has not accepted yet.",
  }),
}).openapi("Rights");

/**
 * The routes of rights.
 *
 * @param useCases The node.
 * @returns The routes.
 */
export function rightsRoutes(useCases: UseCases): Route[] {
  return [
    defineRoute({
      method: "get",
      path: "/v1/rights",
      id: "listRights",
      tag: "rights",
      summary: "Rights by bound and log",
      query: z.strictObject({ bound: maybe(boundSchema), ...pageFields }),
      answer: pageSchema<RightsView>(
        rightsAnswer as unknown as z.ZodType<RightsView>,
      ),
      run: ({ query }) => reply(useCases.rights(query)),
    }),
  ];
}
