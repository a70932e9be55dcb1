/**
 * `/v1/forwarded-purchases` and `/v1/owed-verdicts`: what is under way between this node and original programs.
 *
 * @module
 */
import { z } from "@hono/zod-openapi";
import type { FleetUseCases, UseCases } from "../../nodes/mod.ts";
import { defineRoute, reply, type Route } from "../route.ts";
import {
  instantSchema,
  maybe,
  moneySchema,
  pageFields,
  pageSchema,
  pageToWire,
} from "../schemas.ts";
import { instantToWire, moneyToWire } from "../wire.ts";
import { type UnitFinder, unitFinder } from "./fleet_wire.ts";

const TARGETS = ["company", "regional"] as const;
const STATES = [
  "queued",
  "sent",
  "unknown",
  "accepted",
  "refused",
  "dropped",
  "review",
] as const;

const told = {
  purchase: z.string(),
  at: instantSchema,
  company: z.string(),
  card: z.string(),
  amount: moneySchema,
  date: z.string(),
  pumpAddress: z.string(),
  station: z.string(),
};

const forwardAnswer = z.object({
  ...told,
  target: z.enum(TARGETS),
  state: z.enum(STATES).openapi({
    description:
      "`sent` may have been charged; `unknown` was asked for long enough: a person must find out; `dropped` never reached who decides; `review` may be a repeat.",
  }),
}).openapi("ForwardedPurchase");

const owedAnswer = z.object({
  ...told,
  state: z.enum(["deciding", "accepted", "refused", "writing"]).openapi({
    description:
      "`accepted` is charged and not told; `writing` while nobody knows whether the station has it.",
  }),
}).openapi("OwedVerdict");

type Told = ReturnType<FleetUseCases["owedVerdicts"]>["items"][number];

function toldToWire<T extends Pick<Told, "company" | "amount" | "at">>(
  view: T,
  units: UnitFinder,
) {
  return {
    ...view,
    at: instantToWire(view.at),
    amount: moneyToWire({ ...units(view.company), units: view.amount }),
  };
}

/**
 * The routes of what original programs decide or wait for.
 *
 * @param useCases The node.
 * @returns The routes.
 */
export function fleetOriginalRoutes({ fleet }: UseCases): Route[] {
  return [
    defineRoute({
      method: "get",
      path: "/v1/forwarded-purchases",
      id: "listForwardedPurchases",
      tag: "fleet",
      summary:
        "Purchases that this node had an original program decide, the oldest first",
      query: z.strictObject({
        target: z.enum(TARGETS),
        state: maybe(z.enum(STATES)),
        ...pageFields,
      }),
      answer: pageSchema(forwardAnswer),
      run: ({ query }) => {
        const units = unitFinder(fleet);
        return reply(
          pageToWire(fleet.forwards(query), (one) => toldToWire(one, units)),
        );
      },
    }),
    defineRoute({
      method: "get",
      path: "/v1/owed-verdicts",
      id: "listOwedVerdicts",
      tag: "fleet",
      summary:
        "Verdicts that this node owes original stations, the oldest first",
      query: z.strictObject({ ...pageFields }),
      answer: pageSchema(owedAnswer),
      run: ({ query }) => {
        const units = unitFinder(fleet);
        return reply(
          pageToWire(
            fleet.owedVerdicts(query),
            (one) => toldToWire(one, units),
          ),
        );
      },
    }),
  ];
}
