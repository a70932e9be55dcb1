/**
 * `/v1/incidents`: what a person should look at.
 *
 * @module
 */
import { z } from "@hono/zod-openapi";
import type { IncidentView, UseCases } from "../../nodes/mod.ts";
import {
  decided,
  defineRoute,
  type Reply,
  reply,
  type Route,
} from "../route.ts";
import {
  flagSchema,
  instantSchema,
  maybe,
  pageFields,
  pageSchema,
  pageToWire,
  safeText,
} from "../schemas.ts";
import { millisecondsToWire } from "../wire.ts";

const incidentAnswer = z.object({
  id: z.string(),
  kind: z.string().openapi({ example: "oversell" }),
  message: z.string(),
  since: instantSchema,
  count: z.int(),
  acknowledged: z.boolean(),
  details: z.record(z.string(), z.unknown()),
}).openapi("Incident");

const acknowledgementAnswer = z.object({ fact: z.string() });

function toWire(view: IncidentView): z.output<typeof incidentAnswer> {
  return { ...view, since: millisecondsToWire(view.since) };
}

/**
 * The routes of incidents.
 *
 * @param useCases The node.
 * @returns The routes.
 */
export function incidentRoutes(useCases: UseCases): Route[] {
  return [
    defineRoute({
      method: "get",
      path: "/v1/incidents",
      id: "listIncidents",
      tag: "incidents",
      summary: "Open incidents, newest first",
      query: z.strictObject({
        acknowledged: maybe(flagSchema).openapi({
          description: "Acknowledged ones too.",
        }),
        ...pageFields,
      }),
      answer: pageSchema(incidentAnswer),
      run: ({ query }) => reply(pageToWire(useCases.incidents(query), toWire)),
    }),
    defineRoute({
      method: "post",
      path: "/v1/incidents/{id}/acknowledgement",
      id: "acknowledgeIncident",
      tag: "incidents",
      summary: "Acknowledge an incident",
      params: z.object({ id: safeText(1, 200) }),
      body: z.strictObject({
        note: safeText(0).default(""),
      }).openapi("IncidentAcknowledgement"),
      answer: acknowledgementAnswer,
      statuses: { 201: "Acknowledged." },
      errors: ["incident_unknown"],
      run: async (
        { params, body },
      ): Promise<Reply<z.output<typeof acknowledgementAnswer>>> =>
        decided(
          await useCases.acknowledgeIncident({
            incident: params.id,
            note: body.note,
          }),
          ({ fact }) => reply({ fact }, 201),
        ),
    }),
  ];
}
