/**
 * `/v1/tanks`: wet stock.
 *
 * @module
 */
import { z } from "@hono/zod-openapi";
import type { UseCases } from "../../nodes/mod.ts";
import {
  decided,
  defineRoute,
  type Reply,
  reply,
  type Route,
} from "../route.ts";
import {
  factSchema,
  instantInputSchema,
  instantSchema,
  maybe,
  pageFields,
  pageSchema,
  pageToWire,
  safeText,
  siteSchema,
} from "../schemas.ts";
import { instantToWire } from "../wire.ts";
import { numberSchema } from "./pumps.ts";

const VOLUME_MAX_ML = 1_000_000_000_000;

const tankAnswer = z.object({
  site: z.string(),
  tank: z.int(),
  fuel: z.string(),
  capacityMl: z.int().nullable(),
  pumps: z.array(z.string()).readonly().openapi({
    description: "The pumps that draw from it; none for all.",
  }),
  levelMl: z.int().openapi({
    description: "delivered - dispensed + dipped. May be below zero.",
  }),
  deliveredMl: z.int(),
  dispensedMl: z.int(),
  dippedMl: z.int().openapi({
    description: "Sum of the differences that dips found.",
  }),
  month: z.object({
    date: z.string(),
    throughputMl: z.int(),
    variationMl: z.int(),
    allowedMl: z.int(),
  }).openapi({
    description:
      "This month: what was sold, what dips found, and what may be missing (1% and 130 US gallons).",
  }),
}).openapi("Tank");
type WireTank = z.output<typeof tankAnswer>;

const eventAnswer = z.object({
  id: z.string().openapi({ description: "The fact behind it." }),
  site: z.string(),
  tank: z.int(),
  at: instantSchema,
  date: z.string().openapi({ description: "Business date at the site." }),
  kind: z.enum(["delivery", "dip"]),
  volumeMl: z.int().openapi({
    description:
      "What was brought, or what the dip found more than expected: below zero for a loss.",
  }),
}).openapi("TankEvent");

const tankBody = z.strictObject({
  fuel: safeText(1, 64),
  capacityMl: maybe(z.int().min(0).max(VOLUME_MAX_ML)),
  pumps: maybe(z.array(safeText(1, 64)).max(64).readonly()),
}).openapi("TankSetting");

const deliveryBody = z.strictObject({
  id: maybe(factSchema),
  volumeMl: z.int().min(1).max(VOLUME_MAX_ML),
  at: maybe(instantInputSchema),
  note: maybe(safeText(0)),
}).openapi("TankDelivery");

const dipBody = z.strictObject({
  id: maybe(factSchema),
  measuredMl: z.int().min(0).max(VOLUME_MAX_ML),
  at: maybe(instantInputSchema),
  note: maybe(safeText(0)),
}).openapi("TankDip");

const params = z.object({ site: siteSchema, tank: numberSchema });

function eventsRoute({ forecourt }: UseCases): Route {
  return defineRoute({
    method: "get",
    path: "/v1/tanks/{site}/{tank}/events",
    id: "listTankEvents",
    tag: "fuel",
    summary: "Fuel brought to a tank and dips of it, newest first",
    params,
    query: z.strictObject(pageFields),
    answer: pageSchema(eventAnswer),
    run: ({ params, query }) =>
      reply(pageToWire(
        forecourt.tankEvents({ ...params, ...query }),
        ({ at, ...event }) => ({ ...event, at: instantToWire(at) }),
      )),
  });
}

/**
 * The routes of tanks.
 *
 * @param useCases The node.
 * @returns The routes.
 */
export function tankRoutes(useCases: UseCases): Route[] {
  const { forecourt } = useCases;
  const shown = (status: number) => (tank: WireTank) => reply(tank, status);
  return [
    eventsRoute(useCases),
    defineRoute({
      method: "get",
      path: "/v1/tanks",
      id: "listTanks",
      tag: "fuel",
      summary: "Tanks by site and number",
      query: z.strictObject({ site: maybe(siteSchema), ...pageFields }),
      answer: pageSchema(tankAnswer),
      run: ({ query }) => reply(forecourt.tanks(query)),
    }),
    defineRoute({
      method: "put",
      path: "/v1/tanks/{site}/{tank}",
      id: "setTank",
      tag: "fuel",
      summary: "List a tank, or change what is said of it",
      params,
      body: tankBody,
      answer: tankAnswer,
      errors: ["forbidden"],
      run: async ({ params, body }): Promise<Reply<WireTank>> =>
        decided(await forecourt.setTank({ ...params, ...body }), shown(200)),
    }),
    defineRoute({
      method: "post",
      path: "/v1/tanks/{site}/{tank}/deliveries",
      id: "receiveFuel",
      tag: "fuel",
      summary: "Record fuel that was brought",
      params,
      body: deliveryBody,
      answer: tankAnswer,
      statuses: { 201: "Recorded." },
      errors: ["tank_unknown", "id_reused", "forbidden"],
      run: async ({ params, body }): Promise<Reply<WireTank>> =>
        decided(
          await forecourt.receiveFuel({ ...params, ...body }),
          shown(201),
        ),
    }),
    defineRoute({
      method: "post",
      path: "/v1/tanks/{site}/{tank}/dips",
      id: "dipTank",
      tag: "fuel",
      summary: "Record what a measurement found in a tank",
      params,
      body: dipBody,
      answer: tankAnswer,
      statuses: { 201: "Recorded." },
      errors: ["tank_unknown", "id_reused", "forbidden"],
      run: async ({ params, body }): Promise<Reply<WireTank>> =>
        decided(await forecourt.dipTank({ ...params, ...body }), shown(201)),
    }),
  ];
}
