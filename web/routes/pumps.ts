/**
 * `/v1/pumps` and `/v1/pump-commands`: pumps, what they are doing now, and orders to them.
 *
 * @module
 */
import { z } from "@hono/zod-openapi";
import { PUMP_NUMBER_MAX, type SiteCode } from "../../crdt/mod.ts";
import type {
  PumpCommandView,
  PumpLive,
  PumpView,
  SignedIn,
  UseCases,
} from "../../nodes/mod.ts";
import { problem } from "../errors.ts";
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
  PAGE_LIMIT_MAX,
  pageFields,
  pageSchema,
  pageToWire,
  safeText,
  siteSchema,
} from "../schemas.ts";
import { instantToWire, millisecondsToWire } from "../wire.ts";

/** A pump's or a tank's number in a path or a body. */
export const numberSchema: z.ZodType<number> = z.coerce.number().int().min(1)
  .max(PUMP_NUMBER_MAX) as unknown as z.ZodType<number>;

const fuelSchema = safeText(1, 64).openapi({ example: "95" });
const fuelsSchema = z.array(fuelSchema).min(1).max(16).readonly();
const volumeSchema = z.int().min(0).max(1_000_000_000_000);

const liveAnswer = z.object({
  connection: z.enum(["connected", "timeout", "error", "disconnected"]),
  links: z.int(),
  operation: z.enum(["idle", "dispensing", "paused"]),
  volumeMl: z.int().openapi({ description: "Of the running delivery." }),
  amount: z.int().openapi({
    description: "Of the running delivery, in the currency's smallest unit.",
  }),
  fuel: z.string().nullable(),
  price: z.int().nullable().openapi({
    description:
      "Of one liter in the running delivery, in the currency's smallest unit, where it is known.",
  }),
  address: z.string().nullable(),
  at: z.string().openapi({ format: "date-time" }),
}).openapi("PumpLive");

const pumpAnswer = z.object({
  site: z.string(),
  pump: z.int(),
  name: z.string(),
  fuels: z.array(z.string()).readonly(),
  fuel: z.string(),
  capacityMl: z.int(),
  serviceState: z.string().openapi({
    description: "What a person says of it; `disponible` to begin with.",
  }),
  connectedAt: z.string().nullable().openapi({
    description: "When it last registered at this node.",
  }),
  prices: z.union([
    z.object({
      set: z.string(),
      prices: z.array(z.object({ fuel: z.string(), price: z.int() }))
        .readonly(),
      at: instantSchema,
    }),
    z.null(),
  ]).openapi({ description: "The prices that it last took." }),
  totals: z.object({
    count: z.int(),
    volumeMl: z.int(),
    amount: z.int(),
  }),
  live: z.union([liveAnswer, z.null()]).openapi({
    description: "What it does now, if this node has heard of it.",
  }),
}).openapi("Pump");

const pumpBody = z.strictObject({
  site: maybe(siteSchema),
  pump: maybe(z.int().min(1).max(PUMP_NUMBER_MAX)).openapi({
    description: "The highest of the site and 1 if left out.",
  }),
  name: safeText(1, 200),
  fuels: maybe(fuelsSchema),
  fuel: maybe(fuelSchema),
  capacityMl: maybe(volumeSchema),
}).openapi("PumpListing");

const changeBody = z.strictObject({
  name: maybe(safeText(1, 200)),
  fuels: maybe(fuelsSchema),
  fuel: maybe(fuelSchema),
  capacityMl: maybe(volumeSchema),
  serviceState: maybe(safeText(1, 64)),
}).openapi("PumpChange");

const commandAnswer = z.object({
  id: z.string(),
  site: z.string(),
  pump: z.int(),
  command: z.enum(["pause", "resume", "stop", "report"]),
  reason: z.string().openapi({
    description: "Who ordered it, where people sign in, and why.",
  }),
  at: instantSchema,
  expiresAt: instantSchema,
  outcome: z.enum(["ordered", "sent", "unreachable", "expired"]).openapi({
    description:
      "`sent` once it was written to the pump by whichever node holds its link.",
  }),
}).openapi("PumpCommand");

const commandBody = z.strictObject({
  command: z.enum(["pause", "resume", "stop", "report"]).openapi({
    description: "`stop` ends a delivery at once, in an emergency.",
  }),
  reason: safeText(0).default(""),
}).openapi("PumpCommandOrder");

type WirePump = z.output<typeof pumpAnswer>;

function liveToWire(live: PumpLive): z.output<typeof liveAnswer> {
  const { connection, links, operation, volumeMl, amount, fuel, price } = live;
  return {
    ...{ connection, links, operation, volumeMl, amount, fuel, price },
    address: live.address,
    at: millisecondsToWire(live.at),
  };
}

function toWire(useCases: UseCases, view: PumpView): WirePump {
  const { site, pump, name, fuels, fuel, capacityMl, serviceState } = view;
  const { taken, totals, connectedAt } = view;
  const live = useCases.forecourt.live.get(site, pump);
  return {
    ...{ site, pump, name, fuels, fuel, capacityMl, serviceState, totals },
    connectedAt: connectedAt === null ? null : instantToWire(connectedAt),
    prices: taken === null ? null : {
      set: taken.set,
      prices: taken.prices.map(({ fuel, price }) => ({ fuel, price })),
      at: instantToWire(taken.at),
    },
    live: live === undefined ? null : liveToWire(live),
  };
}

function commandToWire(
  { at, expiresAt, ...order }: PumpCommandView,
): z.output<typeof commandAnswer> {
  return {
    ...order,
    at: instantToWire(at),
    expiresAt: instantToWire(expiresAt),
  };
}

const params = z.object({ site: siteSchema, pump: numberSchema });

function missing(site: SiteCode, pump: number): Response {
  return problem("pump_unknown", `There is no pump ${pump} at ${site}`);
}

/**
 * The routes of pumps.
 *
 * @param useCases The node.
 * @returns The routes.
 */
export function pumpRoutes(useCases: UseCases): Route[] {
  return [
    ...readings(useCases),
    ...decisions(useCases),
    ...orders(useCases),
    emergencyStops(useCases),
  ];
}

function readings(useCases: UseCases): Route[] {
  const { forecourt } = useCases;
  return [
    defineRoute({
      method: "get",
      path: "/v1/pumps",
      id: "listPumps",
      tag: "fuel",
      summary: "Pumps by site and number, and what they are doing",
      query: z.strictObject({ site: maybe(siteSchema), ...pageFields }),
      answer: pageSchema(pumpAnswer),
      run: ({ query }) =>
        reply(pageToWire(
          forecourt.pumps(query),
          (view) => toWire(useCases, view),
        )),
    }),
    defineRoute({
      method: "get",
      path: "/v1/pumps/{site}/{pump}",
      id: "getPump",
      tag: "fuel",
      summary: "One pump",
      params,
      answer: pumpAnswer,
      run: ({ params: { site, pump } }): Reply<WirePump> => {
        const view = forecourt.pump(site, pump);
        return view === undefined
          ? missing(site, pump)
          : reply(toWire(useCases, view));
      },
    }),
  ];
}

function decisions(useCases: UseCases): Route[] {
  const { forecourt } = useCases;
  const shown = (status: number) => (view: PumpView) =>
    reply(toWire(useCases, view), status);
  return [
    defineRoute({
      method: "post",
      path: "/v1/pumps",
      id: "addPump",
      tag: "fuel",
      summary: "List a pump",
      description: "Pumps that register over TCP are listed by themselves.",
      body: pumpBody,
      answer: pumpAnswer,
      statuses: { 201: "Listed." },
      errors: ["pump_exists", "name_taken", "forbidden"],
      run: async ({ body }): Promise<Reply<WirePump>> =>
        decided(
          await forecourt.addPump({ ...body, uniqueName: true }),
          shown(201),
        ),
    }),
    defineRoute({
      method: "patch",
      path: "/v1/pumps/{site}/{pump}",
      id: "changePump",
      tag: "fuel",
      summary: "Change what is said of a pump",
      params,
      body: changeBody,
      answer: pumpAnswer,
      errors: ["pump_unknown", "name_taken", "forbidden"],
      run: async ({ params, body }): Promise<Reply<WirePump>> =>
        decided(
          await forecourt.changePump({ ...params, ...body }),
          shown(200),
        ),
    }),
    defineRoute({
      method: "delete",
      path: "/v1/pumps/{site}/{pump}",
      id: "removePump",
      tag: "fuel",
      summary: "Take a pump off the list; its deliveries stay",
      params,
      answer: pumpAnswer,
      errors: ["pump_unknown", "pump_connected", "forbidden"],
      run: async ({ params }): Promise<Reply<WirePump>> =>
        decided(await forecourt.removePump(params), shown(200)),
    }),
  ];
}

/** Who orders, as facts name them. */
function giver(
  caller: SignedIn | undefined,
): { readonly by?: SignedIn["actor"] } {
  return caller === undefined ? {} : { by: caller.actor };
}

function orders(useCases: UseCases): Route[] {
  const { forecourt } = useCases;
  return [
    defineRoute({
      method: "post",
      path: "/v1/pumps/{site}/{pump}/commands",
      id: "commandPump",
      tag: "fuel",
      summary: "Order a pump to pause, go on, stop or report",
      description:
        "Whichever node holds the pump's link carries it out, within 30 seconds or not at all.",
      params,
      body: commandBody,
      answer: commandAnswer,
      statuses: { 202: "Ordered." },
      errors: ["pump_unknown", "forbidden"],
      run: async (
        { params, body, caller },
      ): Promise<Reply<z.output<typeof commandAnswer>>> =>
        decided(
          await forecourt.commandPump({ ...params, ...body, ...giver(caller) }),
          (order) => reply(commandToWire(order), 202),
        ),
    }),
    defineRoute({
      method: "get",
      path: "/v1/pump-commands",
      id: "listPumpCommands",
      tag: "fuel",
      summary: "Orders to pumps and what became of them, newest first",
      query: z.strictObject({
        site: maybe(siteSchema),
        pump: maybe(numberSchema),
        ...pageFields,
      }),
      answer: pageSchema(commandAnswer),
      run: ({ query }) =>
        reply(pageToWire(forecourt.pumpCommands(query), commandToWire)),
    }),
  ];
}

const stopsAnswer = z.object({
  ordered: z.int().openapi({ description: "Pumps that were ordered." }),
  refused: z.int().openapi({ description: "Pumps that could not be." }),
  items: z.array(z.object({
    pump: z.int(),
    command: z.string().nullable().openapi({
      description: "The order; null if it was refused.",
    }),
    code: z.string().nullable(),
  })).readonly(),
}).openapi("EmergencyStop");
type WireStops = z.output<typeof stopsAnswer>;

const stopsBody = z.strictObject({
  site: maybe(siteSchema),
  pumps: maybe(
    z.array(z.int().min(1).max(PUMP_NUMBER_MAX)).min(1).max(1_000).readonly(),
  ).openapi({ description: "All that the site lists if left out." }),
  reason: safeText(0).default(""),
}).openapi("EmergencyStopOrder");

/** The numbers of the pumps that a site lists. */
function listedPumps({ forecourt }: UseCases, site: SiteCode): number[] {
  const numbers: number[] = [];
  let cursor: string | null = null;
  do {
    const page: ReturnType<typeof forecourt.pumps> = forecourt.pumps({
      site,
      limit: PAGE_LIMIT_MAX,
      ...(cursor === null ? {} : { cursor }),
    });
    numbers.push(...page.items.map(({ pump }) => pump));
    cursor = page.next;
  } while (cursor !== null);
  return numbers;
}

function emergencyStops(useCases: UseCases): Route {
  const { forecourt, node } = useCases;
  return defineRoute({
    method: "post",
    path: "/v1/emergency-stops",
    id: "stopPumps",
    tag: "fuel",
    summary: "Stop all pumps of a site, or some, at once",
    description:
      "Whoever stands at the pumps may: only a supervisor lets them go on. Each pump is ordered by itself; a pump whose " +
      "link is down ignores it, as `/v1/pump-commands` tells.",
    body: stopsBody,
    answer: stopsAnswer,
    statuses: { 202: "Ordered." },
    errors: ["station_unknown"],
    run: async ({ body, caller }): Promise<Reply<WireStops>> => {
      const site = body.site ?? node.site;
      if (site === null) {
        return problem("station_unknown", "Say which site: this node has none");
      }
      const { reason } = body;
      const items = await Promise.all(
        (body.pumps ?? listedPumps(useCases, site)).map(async (pump) => {
          const order = { site, pump, command: "stop", reason } as const;
          const done = await forecourt.commandPump({
            ...{ ...order, ...giver(caller) },
          });
          return done.ok
            ? { pump, command: done.value.id, code: null }
            : { pump, command: null, code: done.error.code };
        }),
      );
      const refused = items.filter(({ code }) => code !== null).length;
      return reply({ ordered: items.length - refused, refused, items }, 202);
    },
  });
}
