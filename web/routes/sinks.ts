/**
 * `/v1/sinks`: the engines that this node feeds, how they stand, and what they should hold.
 *
 * @module
 */
import { z } from "@hono/zod-openapi";
import type { Page, SinkView, UseCases } from "../../nodes/mod.ts";
import { problem } from "../errors.ts";
import { defineRoute, type Reply, reply, type Route } from "../route.ts";
import {
  instantSchema,
  maybe,
  pageFields,
  pageOfAll,
  pageSchema,
  pageToWire,
} from "../schemas.ts";
import { millisecondsToWire } from "../wire.ts";
import { unknownCursor } from "./peers.ts";

const sinkAnswer = z.object({
  name: z.string().openapi({
    description: "Where it is, without user and password.",
    example: "postgres://db.example:5432/chain",
  }),
  kind: z.enum(["postgres", "kafka"]),
  state: z.enum(["connecting", "loading", "following", "failing", "stopped"])
    .openapi({
      description:
        "`failing` is tried again, ever more rarely, at least once a minute; `stopped` refuses a row, which is tried " +
        "again each minute until somebody has helped.",
    }),
  since: instantSchema.openapi({ description: "When that state began." }),
  lagFacts: z.int().nullable().openapi({
    description:
      "Facts that it lacks; 10000 stands for that many or more. Null while it cannot be told.",
  }),
  lagSeconds: z.number().nullable().openapi({
    description: "How old the oldest change is that it lacks; 0 for none.",
  }),
  rows: z.int().openapi({
    description: "Rows or records that went over since the start.",
  }),
  facts: z.int().openapi({ description: "Facts among them." }),
  error: z.object({
    message: z.string(),
    remedy: z.string().openapi({ description: "What a person can do." }),
    at: instantSchema,
  }).nullable().openapi({ description: "Null while it works." }),
}).openapi("Sink");
type WireSink = z.output<typeof sinkAnswer>;

const rowAnswer = z.object({
  key: z.string().openapi({ description: "The key's values as JSON." }),
  group: z.string().openapi({ description: "The site and day." }),
  hash: z.string().openapi({ description: "Of all values of the row." }),
}).openapi("SinkRow");
const rowsAnswer = z.object({
  items: z.array(rowAnswer).readonly(),
  next: z.string().nullable(),
}).openapi("SinkRows");

function toWire({ error, ...view }: SinkView): WireSink {
  return {
    ...view,
    since: millisecondsToWire(view.since),
    error: error === null
      ? null
      : { ...error, at: millisecondsToWire(error.at) },
  };
}

/**
 * The routes of sinks.
 *
 * @param useCases The node.
 * @returns The routes.
 */
export function sinkRoutes(useCases: UseCases): Route[] {
  return [
    defineRoute({
      method: "get",
      path: "/v1/sinks",
      id: "listSinks",
      tag: "node",
      summary: "The engines that this node feeds, and how they stand",
      query: z.strictObject(pageFields),
      answer: pageSchema(sinkAnswer),
      run: ({ query }): Reply<Page<WireSink>> => {
        const page = pageOfAll(useCases.sinks(), query);
        return page === undefined
          ? unknownCursor()
          : reply(pageToWire(page, toWire));
      },
    }),
    defineRoute({
      method: "get",
      path: "/v1/sinks/rows/{table}",
      id: "listSinkRows",
      tag: "node",
      summary: "What a table of a sink should hold, row by row in short",
      params: z.object({ table: z.string().regex(/^[a-z_]{1,64}$/) }),
      query: z.strictObject({
        cursor: maybe(z.string().regex(/^([0-9a-f]{2}){1,8192}$/)),
      }),
      answer: rowsAnswer,
      errors: ["not_found"],
      run: ({ params, query }): Reply<z.output<typeof rowsAnswer>> => {
        const page = useCases.sinkRows({ ...params, ...query });
        return page === undefined
          ? problem("not_found", "Sinks have no such table, or no such page")
          : reply(page);
      },
    }),
  ];
}
