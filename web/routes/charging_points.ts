/**
 * `/v1/charging-points` and `/v1/charging-panel`: charging points, what they are doing now, and what an operator looks at.
 *
 * @module
 */
import { z } from "@hono/zod-openapi";
import type { Clock } from "../../crdt/mod.ts";
import type { ChargingUseCases, PointState } from "../../nodes/mod.ts";
import { POINT_STATES, STATE_COLORS } from "../charging_palette.ts";
import { problem } from "../errors.ts";
import { defineRoute, type Reply, reply, type Route } from "../route.ts";
import {
  instantSchema,
  maybe,
  PAGE_LIMIT_MAX,
  pageFields,
  pageSchema,
  pageToWire,
} from "../schemas.ts";
import { instantToWire } from "../wire.ts";
import {
  type ChargingNode,
  colorAnswer,
  colorToWire,
  pointAnswer,
  pointParams,
  pointToWire,
  stateSchema,
  type WirePoint,
} from "./charging_wire.ts";

/** Counts of all points are taken anew after so many milliseconds. */
const COUNT_MS = 1_000;

const stateAnswer = z.object({
  state: stateSchema,
  color: colorAnswer,
  legend: z.string(),
  count: z.int().openapi({ description: "Points in this state." }),
});

/** A driver of an answer: who charges, or asked to in the last minute. */
export const chargingDriverAnswer = z.object({
  driver: z.string(),
  point: z.string().nullable().openapi({
    description: "Where the driver has a session.",
  }),
  session: z.string().nullable(),
  status: z.enum(["authorized", "charging", "ended"]).nullable(),
  at: z.string().nullable().openapi({
    format: "date-time",
    description: "When the session was authorized.",
  }),
}).openapi("ChargingDriver");
/** A driver in wire form. */
export type WireChargingDriver = z.output<typeof chargingDriverAnswer>;

const panelAnswer = z.object({
  at: instantSchema,
  site: z.string().nullable(),
  states: z.array(stateAnswer).readonly().openapi({
    description: "Every state with its documented color, all points counted.",
  }),
  points: z.array(pointAnswer).readonly(),
  next: z.string().nullable().openapi({
    description: "Pass it as `cursor` for the points after these.",
  }),
  drivers: z.array(chargingDriverAnswer).readonly(),
}).openapi("ChargingPanel");

/** A driver in wire form. */
export function chargingDriverToWire(
  { driver, session }: ReturnType<ChargingUseCases["drivers"]>[number],
): WireChargingDriver {
  return {
    driver,
    point: session?.point ?? null,
    session: session?.id ?? null,
    status: session?.status ?? null,
    at: session === null ? null : instantToWire(session.at),
  };
}

type StateCounts = Readonly<Record<PointState, number>>;

function countStates(charging: ChargingUseCases): StateCounts {
  const counts = Object.fromEntries(
    POINT_STATES.map((state) => [state, 0]),
  ) as Record<PointState, number>;
  let cursor: string | null = null;
  do {
    const page: ReturnType<ChargingUseCases["points"]> = charging.points({
      limit: PAGE_LIMIT_MAX,
      ...(cursor === null ? {} : { cursor }),
    });
    for (const { state } of page.items) counts[state] += 1;
    cursor = page.next;
  } while (cursor !== null);
  return counts;
}

/** Counts points by state, all screens together at most once a second. */
function stateCounter(
  charging: ChargingUseCases,
  clock: Clock,
): () => StateCounts {
  let counted = { at: -Infinity, counts: {} as StateCounts };
  return () => {
    const at = clock.monotonic();
    if (at - counted.at >= COUNT_MS) {
      counted = { at, counts: countStates(charging) };
    }
    return counted.counts;
  };
}

/**
 * The routes of points.
 *
 * @param useCases The node.
 * @param clock Says when a panel was drawn.
 * @returns The routes.
 */
export function chargingPointRoutes(
  useCases: ChargingNode,
  clock: Clock,
): Route[] {
  return [...readings(useCases), panel(useCases, clock)];
}

function readings({ charging, node }: ChargingNode): Route[] {
  return [
    defineRoute({
      method: "get",
      path: "/v1/charging-points",
      id: "listChargingPoints",
      tag: "charging",
      summary: "Charging points by id, and what they are doing",
      query: z.strictObject({ state: maybe(stateSchema), ...pageFields }),
      answer: pageSchema(pointAnswer),
      run: ({ query }) =>
        reply(pageToWire(
          charging.points(query),
          (view) => pointToWire(view, node.currency),
        )),
    }),
    defineRoute({
      method: "get",
      path: "/v1/charging-points/{id}",
      id: "getChargingPoint",
      tag: "charging",
      summary: "One charging point",
      params: pointParams,
      answer: pointAnswer,
      errors: ["point_unknown"],
      run: ({ params: { id } }): Reply<WirePoint> => {
        const view = charging.point(id);
        return view === undefined
          ? problem("point_unknown", `There is no charging point ${id}`)
          : reply(pointToWire(view, node.currency));
      },
    }),
  ];
}

function panel({ charging, node }: ChargingNode, clock: Clock): Route {
  const counts = stateCounter(charging, clock);
  return defineRoute({
    method: "get",
    path: "/v1/charging-panel",
    id: "getChargingPanel",
    tag: "charging",
    summary: "What an operator's screen shows: points, states, drivers",
    description:
      "Every state comes with its documented color: as `hex` for pages, as `name`, `ansi` and `emoji` for terminals. " +
      "`deno task charging-console` draws this every two seconds.",
    query: z.strictObject(pageFields),
    answer: panelAnswer,
    run: ({ query }) => {
      const page = charging.points(query);
      const count = counts();
      return reply({
        at: instantToWire(clock.now() * 1000),
        site: node.site,
        states: POINT_STATES.map((state) => ({
          state,
          color: colorToWire(state),
          legend: STATE_COLORS[state].legend,
          count: count[state],
        })),
        points: page.items.map((view) => pointToWire(view, node.currency)),
        next: page.next,
        drivers: charging.drivers().map(chargingDriverToWire),
      });
    },
  });
}
