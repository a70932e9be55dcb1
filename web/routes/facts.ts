/**
 * `/v1/facts`: the immutable facts that everything else is folded from.
 *
 * @module
 */
import { z } from "@hono/zod-openapi";
import {
  type LogId,
  parseSpaceId,
  type SpaceId,
  stampMs,
} from "../../crdt/mod.ts";
import type { FactView, UseCases } from "../../nodes/mod.ts";
import { problem } from "../errors.ts";
import { defineRoute, type Reply, reply, type Route } from "../route.ts";
import {
  factSchema,
  instantSchema,
  maybe,
  pageFields,
  pageSchema,
  pageToWire,
} from "../schemas.ts";
import { millisecondsToWire } from "../wire.ts";

const factAnswer = z.object({
  id: z.string(),
  type: z.string().openapi({ example: "SaleRecorded" }),
  space: z.string(),
  log: z.string(),
  seq: z.int(),
  stamp: z.string().openapi({
    description: "Hybrid logical clock, 16 hexadecimal digits.",
  }),
  writtenAt: instantSchema,
  status: z.enum(["counts", "duplicate", "set_aside"]),
  reason: z.string().nullable().openapi({
    description: "Why it was set aside.",
  }),
  fact: z.record(z.string(), z.unknown()).openapi({
    description: "The whole fact.",
  }),
}).openapi("Fact");
type WireFact = z.output<typeof factAnswer>;

const spaceSchema = z.string().refine(
  (text) => parseSpaceId(text) !== undefined,
  {
    error: 'Expected "mesh", "site:" and a code, or "company:" and a number',
  },
) as unknown as z.ZodType<SpaceId>;
const logSchema = z.string().regex(/^[0-9a-f]{32}(~[0-9a-f]{64}){0,8}$/, {
  error: "Expected a log's name, 32 hexadecimal digits",
}) as unknown as z.ZodType<LogId>;

function toWire(view: FactView): WireFact {
  return {
    id: view.id,
    type: view.type,
    space: view.space,
    log: view.log,
    seq: view.seq,
    stamp: view.stamp,
    writtenAt: millisecondsToWire(stampMs(view.stamp)),
    status: view.status,
    reason: view.reason,
    fact: view.fact,
  };
}

/**
 * The routes of facts.
 *
 * @param useCases The node.
 * @returns The routes.
 */
export function factRoutes(useCases: UseCases): Route[] {
  return [
    defineRoute({
      method: "get",
      path: "/v1/facts",
      id: "listFacts",
      tag: "facts",
      summary: "Facts in the order in which this node stored them",
      query: z.strictObject({
        space: maybe(spaceSchema),
        log: maybe(logSchema),
        type: maybe(z.string().regex(/^[A-Za-z0-9_.-]{1,64}$/)).openapi({
          description: "The kind, e.g. `SaleRecorded`.",
        }),
        ...pageFields,
      }),
      answer: pageSchema(factAnswer),
      run: ({ query }) => reply(pageToWire(useCases.facts(query), toWire)),
    }),
    defineRoute({
      method: "get",
      path: "/v1/facts/{id}",
      id: "getFact",
      tag: "facts",
      summary: "Every copy of one fact, the one that counts first",
      params: z.object({ id: factSchema }),
      answer: pageSchema(factAnswer),
      run: (
        { params },
      ): Reply<z.output<ReturnType<typeof pageSchema<WireFact>>>> => {
        const copies = useCases.fact(params.id);
        return copies.length === 0
          ? problem("not_found", `Cannot show fact ${params.id}: unknown`)
          : reply({
            items: copies.map(toWire),
            total: copies.length,
            next: null,
          });
      },
    }),
  ];
}
