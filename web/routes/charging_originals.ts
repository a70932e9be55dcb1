/**
 * `/v1/charging-weather`, `/v1/charging-log`, `/v1/charging-simulations` and `/v1/charging-points/{id}/revocation`: what
 * the page of an original charging central has besides points and sessions.
 *
 * @module
 */
import { z } from "@hono/zod-openapi";
import type { ChargingSecurity, OriginalPanel } from "../../nodes/mod.ts";
import { invalidRequest, problem } from "../errors.ts";
import {
  actorOf,
  decided,
  defineRoute,
  type Reply,
  reply,
  type Route,
} from "../route.ts";
import {
  instantSchema,
  pageFields,
  pageOfAll,
  pageSchema,
  pageToWire,
} from "../schemas.ts";
import { millisecondsToWire } from "../wire.ts";
import {
  type ChargingNode,
  pointParams,
  pointSchema,
} from "./charging_wire.ts";

/** Degrees that a threshold may be. */
const DEGREES_MAX = 1_000;
/** Every point, to a simulation. */
const ALL = "ALL";

const weatherAnswer = z.object({
  threshold: z.number().openapi({
    description:
      "Degrees Celsius below which a weather office stops points of a city.",
  }),
  temperatures: z.array(z.object({
    city: z.string(),
    temperature: z.string().openapi({ description: "As it was told." }),
  })).readonly(),
}).openapi("ChargingWeather");
type WireWeather = z.output<typeof weatherAnswer>;

const weatherBody = z.strictObject({
  threshold: z.number().min(-DEGREES_MAX).max(DEGREES_MAX),
}).openapi("ChargingWeatherSetting", { example: { threshold: 0 } });

const lineAnswer = z.object({
  at: instantSchema,
  source: z.string().openapi({ description: "Which program." }),
  text: z.string(),
}).openapi("ChargingLogLine");

const simulationBody = z.strictObject({
  target: z.union([pointSchema, z.literal(ALL)]).openapi({
    description: "A point, or `ALL`.",
  }),
  command: z.enum(["F", "R", "I", "E"]).openapi({
    description:
      "`F` fault, `R` recovery, `I` plug in, `E` unplug: for equipment that is simulated.",
  }),
}).openapi("ChargingSimulation", {
  example: { target: "MAD-01", command: "F" },
});

const simulationAnswer = z.object({ target: z.string(), command: z.string() });
const revocationAnswer = z.object({ point: z.string() });

/** What the routes ask. */
export type OriginalsNode = ChargingNode & {
  readonly chargingSecurity: ChargingSecurity;
};

/** Who asks, for the audit list. */
function sourceOf(caller: Parameters<typeof actorOf>[0]): string {
  return actorOf(caller).by?.name ?? "local";
}

/**
 * The routes of what the page of an original central has besides.
 *
 * @param useCases The node.
 * @param panel Log lines, temperatures and simulations; left out where the node has none of the original surfaces.
 * @returns The routes.
 */
export function chargingOriginalRoutes(
  useCases: OriginalsNode,
  panel: OriginalPanel | undefined,
): Route[] {
  return [
    ...weather(useCases, panel),
    logLines(panel),
    simulation(useCases, panel),
    revocation(useCases, panel),
  ];
}

function weather(
  { chargingSecurity }: OriginalsNode,
  panel: OriginalPanel | undefined,
): Route[] {
  const shown = (): WireWeather => ({
    threshold: chargingSecurity.threshold(),
    temperatures: Object.entries(panel?.temperatures() ?? {})
      .map(([city, temperature]) => ({ city, temperature })),
  });
  return [
    defineRoute({
      method: "get",
      path: "/v1/charging-weather",
      id: "getChargingWeather",
      tag: "charging",
      summary: "The threshold of weather alerts, and temperatures told",
      answer: weatherAnswer,
      run: () => reply(shown()),
    }),
    defineRoute({
      method: "put",
      path: "/v1/charging-weather",
      id: "setChargingWeather",
      tag: "charging",
      summary: "Set the threshold of weather alerts, for the whole site",
      body: weatherBody,
      answer: weatherAnswer,
      run: async ({ body: { threshold }, caller }): Promise<
        Reply<WireWeather>
      > => {
        const set = await chargingSecurity.setThreshold(threshold);
        const text = `Umbral de temperatura: ${threshold}`;
        if (set.ok) {
          panel?.add("CENTRAL", text);
          await chargingSecurity.note({
            action: "API_CAMBIO_UMBRAL",
            source: sourceOf(caller),
            text,
          });
        }
        return decided(set, () => reply(shown()));
      },
    }),
  ];
}

function logLines(panel: OriginalPanel | undefined): Route {
  return defineRoute({
    method: "get",
    path: "/v1/charging-log",
    id: "listChargingLog",
    tag: "charging",
    summary:
      "The last lines that programs of charging points told, newest first",
    description:
      "At most 100, since the start of the node; what looks like a key or a token is taken out.",
    query: z.strictObject(pageFields),
    answer: pageSchema(lineAnswer),
    run: ({ query }): Reply<
      z.output<ReturnType<typeof pageSchema<z.output<typeof lineAnswer>>>>
    > => {
      const page = pageOfAll((panel?.lines() ?? []).toReversed(), query);
      return page === undefined
        ? invalidRequest("query", [{
          path: ["cursor"],
          message: "No page of this list gave it",
        }])
        : reply(pageToWire(page, ({ at, source, msg }) => ({
          at: millisecondsToWire(at),
          source,
          text: msg,
        })));
    },
  });
}

function simulation(
  { charging }: OriginalsNode,
  panel: OriginalPanel | undefined,
): Route {
  return defineRoute({
    method: "post",
    path: "/v1/charging-simulations",
    id: "simulateCharging",
    tag: "charging",
    summary: "Have simulated equipment fail, recover, plug in or unplug",
    description:
      "Goes to the programs of engines by the topic `cp_simulation`; equipment that is real ignores it.",
    body: simulationBody,
    answer: simulationAnswer,
    statuses: { 202: "Told." },
    errors: ["point_unknown", "command_refused"],
    run: async ({ body: { target, command } }): Promise<
      Reply<z.output<typeof simulationAnswer>>
    > => {
      if (target !== ALL && charging.point(target) === undefined) {
        return problem(
          "point_unknown",
          `There is no charging point ${target}`,
        );
      }
      const told = await panel?.simulate?.({ target, command }) ?? false;
      return told
        ? reply({ target, command }, 202)
        : problem("command_refused", "This node has no broker to tell it by");
    },
  });
}

function revocation(
  { chargingSecurity }: OriginalsNode,
  panel: OriginalPanel | undefined,
): Route {
  return defineRoute({
    method: "post",
    path: "/v1/charging-points/{id}/revocation",
    id: "revokeChargingPoint",
    tag: "charging",
    summary: "Make a point's keys void and stop it",
    description: "A new registration and its recovery lift the stop.",
    params: pointParams,
    answer: revocationAnswer,
    errors: ["point_unknown"],
    run: async ({ params: { id: point }, caller }): Promise<
      Reply<z.output<typeof revocationAnswer>>
    > =>
      decided(
        await chargingSecurity.revokePoint({
          ...actorOf(caller),
          point,
          source: sourceOf(caller),
        }),
        () => {
          panel?.add("CENTRAL", `Claves del CP ${point} revocadas`);
          return reply({ point });
        },
      ),
  });
}
