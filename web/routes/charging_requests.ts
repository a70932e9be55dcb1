/**
 * `/v1/charging-requests`: a driver asks for a charging point.
 *
 * @module
 */
import { z } from "@hono/zod-openapi";
import type { ChargeRefusal, ChargeVerdict } from "../../nodes/mod.ts";
import { problem } from "../errors.ts";
import { defineRoute, type Reply, reply, type Route } from "../route.ts";
import { factSchema, maybe } from "../schemas.ts";
import {
  type ChargingNode,
  connectorSchema,
  sessionAnswer,
  sessionToWire,
} from "./charging_wire.ts";

/** The longest that a reservation may be asked for, in seconds: a day. */
const HOLD_SECONDS_MAX = 86_400;
/** The most characters of a name in a request; what is no driver's id gets its own refusal. */
const NAME_LENGTH_MAX = 1_000;

const requestBody = z.strictObject({
  id: maybe(factSchema).openapi({
    description: "One a request: a repeat gets the first answer.",
  }),
  driver: z.string().max(NAME_LENGTH_MAX),
  point: z.string().max(NAME_LENGTH_MAX),
  connector: maybe(connectorSchema).openapi({
    description: "Any that is free if left out.",
  }),
  holdSeconds: maybe(z.int().min(1).max(HOLD_SECONDS_MAX)).openapi({
    description:
      "How long the point is kept for the driver; the site's setting if left out.",
  }),
}).openapi("ChargingRequest", {
  example: { driver: "417", point: "MAD-01" },
});

const verdictAnswer = z.object({
  request: z.string(),
  accepted: z.boolean(),
  words: z.string().openapi({
    description: "What the driver is told, e.g. `Autorizado`.",
  }),
  session: z.union([sessionAnswer, z.null()]),
  repeated: z.boolean().openapi({
    description: "True if it was known before.",
  }),
}).openapi("ChargingVerdict");
type WireVerdict = z.output<typeof verdictAnswer>;

const WORDS: Readonly<Record<ChargeRefusal, string>> = {
  "driver_invalid": "its driver is no driver's id",
  "driver_busy": "the driver has a session at a charging point",
  "driver_blocked": "the driver may not charge",
  "point_busy": "another driver has the point",
  "point_unknown": "there is no such charging point",
  "point_unready": "the point is not free",
  "point_unreachable": "the point cannot be reached",
  "request_invalid": "it is no request",
  "overloaded": "the node has too much to do",
};

function refusedRequest(
  { request, refusal, words, repeated }: ChargeVerdict,
): Response {
  const reason = refusal ?? "request_invalid";
  return problem(
    reason === "overloaded" || reason === "point_unknown"
      ? reason
      : "charge_refused",
    `Cannot take the request: ${WORDS[reason]} (${words})`,
    { details: { request, reason, words, repeated } },
  );
}

/**
 * The routes of requests.
 *
 * @param useCases The node.
 * @returns The routes.
 */
export function chargingRequestRoutes({ charging }: ChargingNode): Route[] {
  return [defineRoute({
    method: "post",
    path: "/v1/charging-requests",
    id: "requestCharge",
    tag: "charging",
    summary: "Ask for a charging point, as a driver",
    description:
      "At any node: the one that holds the point's connection decides, and the answer is on disk before it is given. A " +
      "refusal says why in `details.reason`, and what the driver is told in `details.words`. A point that is accepted " +
      "waits for its driver; the supply begins at the equipment. With an `id`, a repeat gets the first answer.",
    body: requestBody,
    answer: verdictAnswer,
    statuses: { 201: "Accepted.", 200: "Accepted before." },
    errors: ["charge_refused", "point_unknown", "overloaded"],
    run: async ({ body }): Promise<Reply<WireVerdict>> => {
      const { holdSeconds, ...rest } = body;
      const verdict = await charging.request({
        ...rest,
        source: "http",
        ...(holdSeconds === undefined ? {} : { holdMs: holdSeconds * 1000 }),
      });
      if (verdict.session === null) return refusedRequest(verdict);
      const { request, words, repeated } = verdict;
      const view = charging.session(verdict.session);
      return reply({
        ...{ request, accepted: true, words, repeated },
        session: view === undefined ? null : sessionToWire(view),
      }, repeated ? 200 : 201);
    },
  })];
}
